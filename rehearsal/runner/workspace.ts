import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Stack, readJson, section } from './platform';
import { RehearsalError } from './terraform';

/** Where one rehearsal keeps everything: world, states, working folders. */
export interface Layout {
  readonly folder: string;
  readonly worldFile: string;
  readonly runFile: string;
  readonly cliConfigFile: string;
  readonly stackFolder: (stack: string) => string;
  readonly stateFile: (stack: string) => string;
}

export function layoutOf(folder: string): Layout {
  return {
    folder,
    worldFile: path.join(folder, 'world.jsonl'),
    runFile: path.join(folder, 'run.json'),
    cliConfigFile: path.join(folder, 'terraform.rc'),
    stackFolder: (stack) => path.join(folder, 'stacks', stack),
    stateFile: (stack) => path.join(folder, 'state', `${stack}.tfstate`),
  };
}

/** Folders of who rehearses more than stacks, and whose memory is worth nothing without the world. */
const OF_THE_WORLD = ['config', 'databases', 'deny-list', 'registry'];

/** Throws the simulated world away, with all that Terraform remembers of it, and who has a place in it. */
export function discardWorld(layout: Layout): void {
  for (const part of [
    layout.worldFile,
    path.join(layout.folder, 'state'),
    path.join(layout.folder, 'stacks'),
    ...OF_THE_WORLD.map((name) => path.join(layout.folder, name)),
  ]) {
    fs.rmSync(part, { recursive: true, force: true });
  }
}

const TEMPLATE = 'cdk.tf.json';
const OVERRIDE = 'rehearsal_override.tf.json';
/** Where Terraform itself leaves a state that it could not send to its backend. */
const UNSENT_STATE = 'errored.tfstate';
/** Terraform's note of the backend that a folder was initialized with. */
const INITIALIZED = path.join('.terraform', 'terraform.tfstate');

/** The backend of every rehearsed stack; where its state is, the environment tells. */
const BACKEND = { http: {} };

/**
 * Makes the working folder of a stack: its assets linked, its template copied with the rehearsal's backend in place of
 * its own, and remote states of other stacks pointed at their rehearsed ones by an override file. The synthesized
 * output is never changed.
 *
 * @param initialized folder that was initialized with the same backend: what Terraform noted there holds here too
 */
export function prepareStack(
  layout: Layout,
  stack: Stack,
  all: readonly Stack[],
  initialized?: string,
): void {
  const folder = layout.stackFolder(stack.name);
  fs.mkdirSync(folder, { recursive: true });
  for (const entry of fs.readdirSync(stack.folder)) {
    if (
      entry === TEMPLATE ||
      entry === OVERRIDE ||
      entry.startsWith('.terraform') ||
      entry.includes('.tfstate')
    )
      continue;
    const link = path.join(folder, entry);
    fs.rmSync(link, { force: true, recursive: true });
    fs.symlinkSync(path.resolve(stack.folder, entry), link);
  }
  const terraform = { ...section(stack.config, 'terraform'), backend: BACKEND, cloud: undefined };
  fs.writeFileSync(path.join(folder, TEMPLATE), JSON.stringify({ ...stack.config, terraform }, null, 2));
  const override = remoteStates(layout, stack, all);
  if (override) fs.writeFileSync(path.join(folder, OVERRIDE), JSON.stringify(override, null, 2));
  else fs.rmSync(path.join(folder, OVERRIDE), { force: true });
  if (initialized !== undefined) {
    fs.mkdirSync(path.join(folder, path.dirname(INITIALIZED)), { recursive: true });
    fs.copyFileSync(path.join(initialized, INITIALIZED), path.join(folder, INITIALIZED));
  }
  collectUnsentState(folder, layout.stateFile(stack.name));
}

/**
 * Makes a folder that holds nothing but the backend. Terraform needs to initialize only this one: every stack has the
 * same backend, and providers that already run need no installing.
 *
 * @returns the folder, and whether it still has to be initialized
 */
export function prepareBackend(
  layout: Layout,
  engineVersion: string,
): { readonly folder: string; readonly fresh: boolean } {
  const folder = path.join(layout.folder, 'backend', engineVersion);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'main.tf.json'), JSON.stringify({ terraform: { backend: BACKEND } }));
  return { folder, fresh: !fs.existsSync(path.join(folder, INITIALIZED)) };
}

/** Takes in the state that a Terraform left in its folder because the rehearsal around it had been killed. */
function collectUnsentState(folder: string, stateFile: string): void {
  const unsent = path.join(folder, UNSENT_STATE);
  if (!fs.existsSync(unsent)) return;
  const serial = (file: string): number => {
    try {
      return (readJson(file) as { readonly serial: number }).serial;
    } catch {
      return -1;
    }
  };
  if (serial(unsent) > serial(stateFile)) fs.renameSync(unsent, stateFile);
  else fs.rmSync(unsent);
}

interface RemoteState {
  readonly backend: string;
  readonly config: Readonly<Record<string, unknown>>;
}

function remoteStates(layout: Layout, stack: Stack, all: readonly Stack[]): object | undefined {
  const remote = section(section(stack.config, 'data'), 'terraform_remote_state') as Readonly<
    Record<string, RemoteState>
  >;
  const local = Object.entries(remote).map(([name, state]) => [
    name,
    { backend: 'local', config: { path: layout.stateFile(stateOwner(stack, name, state, all)) } },
  ]);
  return local.length > 0
    ? { data: { terraform_remote_state: Object.fromEntries(local) as object } }
    : undefined;
}

/** Finds the stack whose backend is the one that a remote state names. */
function stateOwner(stack: Stack, name: string, state: RemoteState, all: readonly Stack[]): string {
  const place = (config: Readonly<Record<string, unknown>> | undefined): unknown =>
    config?.['key'] ?? (typeof config?.['path'] === 'string' ? path.basename(config['path']) : undefined);
  const wanted = place(state.config);
  const owner = all.find((candidate) => {
    const backends = Object.values(section(section(candidate.config, 'terraform'), 'backend'));
    return (
      wanted !== undefined &&
      backends.some((backend) => place(backend as Readonly<Record<string, unknown>>) === wanted)
    );
  });
  if (owner) return owner.name;
  throw new RehearsalError(
    `Stack ${stack.name} reads the remote state ${name} (${JSON.stringify(state.config)}), which no stack of this platform writes`,
  );
}
