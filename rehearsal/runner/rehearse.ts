import * as path from 'node:path';
import type { Mode, RehearsalEvent, StackResult } from './events';
import { readPlatform, section, selectStacks, type Stack } from './platform';
import { graphOf, Session } from './session';
import { RehearsalError } from './terraform';

export interface RehearsalOptions {
  /** Folder of the project: it holds `node_modules` and `rehearsal/`. */
  readonly root: string;
  /** Name of the environment, for messages and for the folder of the simulated world. */
  readonly environment: string;
  /** Folder of the synthesized platform. @default - `<root>/cdktf.out/<environment>` */
  readonly out?: string;
  /** Folder for world, state and working copies. @default - `<root>/.rehearsal/<environment>` */
  readonly folder?: string;
  /** Patterns of stack names, separated by commas; what they depend on comes along. @default - every stack */
  readonly stacks?: string;
  /** Wait before every change of a resource, in milliseconds. @default 0 */
  readonly latencyMs?: number;
  /** Resource to fail: its Terraform address, after `<stack>:` where several stacks have it. @default - none */
  readonly fail?: string;
  /** Whether to build on the world of a finished rehearsal. @default - a finished world is thrown away first */
  readonly keep?: boolean;
  /** Whether a second plan of every stack must be empty. @default false */
  readonly verify?: boolean;
  /** Destroy the stacks, in reverse order, instead of deploying them. @default 'deploy' */
  readonly mode?: Mode;
  /** Stacks at work at one time. @default - the number of cores */
  readonly parallel?: number;
}

export interface RehearsalResult {
  readonly ok: boolean;
  readonly interrupted: boolean;
  readonly seconds: number;
  readonly stacks: readonly StackResult[];
}

/**
 * Deploys a synthesized platform with real Terraform against stand-ins of its providers.
 *
 * @param emit told of everything that happens, as it happens
 * @param interrupt when aborted, running Terraform commands are asked to end and no stack is started any more
 * @throws RehearsalError for what the person at the keyboard can put right: no Terraform, nothing synthesized,
 * an unknown stack or address, another rehearsal at work.
 */
export async function rehearse(
  options: RehearsalOptions,
  emit: (event: RehearsalEvent) => void,
  interrupt: AbortSignal = new AbortController().signal,
): Promise<RehearsalResult> {
  const startedAt = Date.now();
  const { root, environment, folder, mode = 'deploy', latencyMs = 0, verify = false } = options;
  const all = readPlatform(options.out ?? path.join(root, 'cdktf.out', environment));
  const chosen = mode === 'destroy' ? all : selectStacks(all, options.stacks);
  const fail = options.fail === undefined ? undefined : findAddress(options.fail, chosen);
  const session = await Session.open({
    ...{ root, environment, latencyMs, emit },
    ...(folder !== undefined && { folder }),
    discards: options.keep !== true && options.stacks === undefined && mode === 'deploy',
  });
  const stop = (): void => {
    session.interrupt();
  };
  interrupt.addEventListener('abort', stop);
  if (interrupt.aborted) stop();
  let results: ReadonlyMap<string, StackResult> = new Map();
  try {
    emit({
      type: 'start',
      environment,
      engine: `${session.engine.name} ${session.engine.version}`,
      stacks: chosen.map(({ name }) => name),
      mode,
      resumed: session.before === 'unfinished',
    });
    results = await session.run(chosen, { mode, verify, fail, all }, options.parallel);
  } finally {
    interrupt.removeEventListener('abort', stop);
    await session.close(
      [...results.values()].filter(({ status }) => status !== 'failed').length === chosen.length,
    );
  }
  const stacks = chosen.map(({ name }) => results.get(name) ?? skipped(name, chosen, results, mode));
  const summary: RehearsalResult = {
    ok: stacks.every(({ status }) => status === 'deployed' || status === 'destroyed'),
    interrupted: interrupt.aborted,
    seconds: (Date.now() - startedAt) / 1000,
    stacks,
  };
  emit({ type: 'summary', ...summary });
  return summary;
}

function skipped(
  name: string,
  stacks: readonly Stack[],
  results: ReadonlyMap<string, StackResult>,
  mode: Mode,
): StackResult {
  const before = new Map(graphOf(stacks, mode).map((node) => [node.name, node.after]));
  const reached = new Set(before.get(name));
  for (const step of reached) before.get(step)?.forEach((earlier) => reached.add(earlier));
  const blockedBy = [...reached].find((step) => results.get(step)?.status === 'failed');
  return {
    stack: name,
    status: 'skipped',
    created: 0,
    changed: 0,
    destroyed: 0,
    seconds: 0,
    replaced: [],
    failures: [],
    ...(blockedBy === undefined ? {} : { blockedBy }),
  };
}

/** @throws RehearsalError when no stack, or more than one, has the address. */
export function findAddress(
  text: string,
  stacks: readonly Stack[],
): { readonly stack: string; readonly address: string } {
  const at = text.indexOf(':');
  const inStack =
    at > 0 && stacks.some(({ name }) => name === text.slice(0, at)) ? text.slice(0, at) : undefined;
  const address = inStack === undefined ? text : text.slice(at + 1);
  const [type = '', name = ''] = address.replace(/\[.*\]$/, '').split('.');
  const holders = stacks.filter(
    (stack) =>
      (inStack === undefined || stack.name === inStack) &&
      name in section(section(stack.config, 'resource'), type),
  );
  if (holders.length === 1 && holders[0]) return { stack: holders[0].name, address };
  if (holders.length > 1) {
    const names = holders.map((stack) => `${stack.name}:${address}`);
    throw new RehearsalError(
      `--fail ${text}: several stacks have this resource; name one: ${names.join(', ')}`,
    );
  }
  const similar = stacks.flatMap((stack) =>
    Object.keys(section(section(stack.config, 'resource'), type)).map(
      (other) => `${stack.name}:${type}.${other}`,
    ),
  );
  const hint =
    similar.length > 0
      ? `Resources of this type: ${similar.slice(0, 10).join(', ')}`
      : `No stack has a resource of type ${type}`;
  throw new RehearsalError(`--fail ${text}: there is no such resource. ${hint}`);
}
