import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as esbuild from 'esbuild';
import type { RehearsalEvent } from '../../../rehearsal/runner/events';
import { layoutOf } from '../../../rehearsal/runner/workspace';
import { type RehearsalOptions, type RehearsalResult, rehearse } from '../../../rehearsal/runner/rehearse';
import { ROOT } from './json-platform';

/** Whether this machine has a Terraform to rehearse with, and what to say where it has not. */
export const TERRAFORM = spawnSync('terraform', ['version'], { stdio: 'ignore' }).status === 0;

/** `describe` for tests that need the real binary: without one they are skipped, and the title says why. */
export const describeWithTerraform = (title: string, tests: () => void): void => {
  (TERRAFORM ? describe : describe.skip)(
    TERRAFORM ? title : `${title} (skipped: no terraform on the PATH)`,
    tests,
  );
};

export interface Rehearsed {
  readonly result: RehearsalResult;
  readonly events: readonly RehearsalEvent[];
}

/** Rehearses in this process; the world lives beside the platform's folder. */
export async function run(out: string, options: Partial<RehearsalOptions> = {}): Promise<Rehearsed> {
  const events: RehearsalEvent[] = [];
  const result = await rehearse(
    { root: ROOT, environment: 'test', out, folder: worldFolder(out), ...options },
    (event) => events.push(event),
  );
  return { result, events };
}

export function worldFolder(out: string): string {
  return path.join(out, '..', 'rehearsal');
}

/** Everything that a rehearsal's errors said, as one text. */
export function errorsOf({ result }: Rehearsed): string {
  return result.stacks
    .flatMap(({ failures }) =>
      failures.map(({ address, summary, detail }) => `${address ?? ''}: ${summary}: ${detail}`),
    )
    .join('\n');
}

interface StateFile {
  readonly outputs: Readonly<Record<string, { readonly value: unknown }>>;
  readonly resources: readonly {
    readonly mode: string;
    readonly type: string;
    readonly name: string;
    readonly instances: readonly { readonly attributes: Readonly<Record<string, unknown>> }[];
  }[];
}

/** A stack's Terraform state. */
export function stateOf(out: string, stack: string): StateFile {
  return JSON.parse(fs.readFileSync(layoutOf(worldFolder(out)).stateFile(stack), 'utf8')) as StateFile;
}

/** Ids of a stack's resources in its state, by address. */
export function idsOf(out: string, stack: string): Readonly<Record<string, unknown>> {
  const managed = stateOf(out, stack).resources.filter(({ mode }) => mode === 'managed');
  return Object.fromEntries(
    managed.flatMap(({ type, name, instances }) =>
      instances.map(({ attributes }) => [`${type}.${name}`, attributes['id']]),
    ),
  );
}

/** Objects in the simulated world, read from its journal the way the stand-in does. */
export function worldOf(out: string): readonly {
  readonly type: string;
  readonly stack: string;
  readonly value: Readonly<Record<string, unknown>>;
}[] {
  const objects = new Map<
    string,
    { type: string; stack: string; value: Readonly<Record<string, unknown>> }
  >();
  for (const line of fs
    .readFileSync(layoutOf(worldFolder(out)).worldFile, 'utf8')
    .split('\n')
    .filter(Boolean)) {
    const entry = JSON.parse(line) as {
      put?: { uid: string; type: string; stack: string; value: Readonly<Record<string, unknown>> };
      remove?: string;
    };
    if (entry.put) objects.set(entry.put.uid, entry.put);
    if (entry.remove !== undefined) objects.delete(entry.remove);
  }
  return [...objects.values()];
}

/** Bundles the command-line program once, for tests that need it as a process of its own. */
export function bundledCli(): string {
  const file = path.join(
    ROOT,
    'node_modules',
    '.cache',
    'bulkhead',
    'rehearsal',
    `cli-${String(process.pid)}.js`,
  );
  esbuild.buildSync({
    entryPoints: [path.join(ROOT, 'cli', 'bulkhead.ts')],
    bundle: true,
    platform: 'node',
    packages: 'external',
    outfile: file,
    logLevel: 'error',
  });
  return file;
}

/** Starts `bulkhead rehearse` as a process. */
export function startCli(
  cli: string,
  out: string,
  args: readonly string[] = [],
  environment: NodeJS.ProcessEnv = process.env,
): ChildProcess {
  return spawn(
    process.execPath,
    [cli, 'rehearse', '--env', path.basename(path.dirname(out)), '--out', out, ...args],
    {
      cwd: ROOT,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Waits for a process to end, collecting what it prints. */
export async function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()));
  return new Promise((resolve) =>
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    }),
  );
}

/** Waits until the condition holds. */
export async function until(condition: () => boolean, what: string, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited ${String(timeoutMs)} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Processes of this machine whose command line holds the text. */
export function processesWith(text: string): readonly string[] {
  return execFileSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(text) && !line.startsWith('Z') && !line.includes('ps -eo'));
}
