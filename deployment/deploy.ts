import * as fs from 'node:fs';
import * as path from 'node:path';
import picomatch from 'picomatch';
import { type Node, runGraph } from '../rehearsal/runner/schedule';
import { findEngine } from '../rehearsal/runner/terraform';
import { highest, type Risk } from '../review/finding';
import type { Approved } from './approved';
import { forbidden } from './configuration';
import type { DeployEvent, StackResult } from './events';
import { DeploymentError } from './mistake';
import { readStacks, type Stack } from './platform';
import { installProviders } from './providers';
import type { As } from './roles';
import { runStack, type Stage } from './stack-run';

export interface DeployOptions {
  /** Folder of the synthesized platform. */
  readonly out: string;
  /** Names or globs of stacks. @default - all but an administrator's */
  readonly stacks?: readonly string[];
  /** Folder for working copies and plans. */
  readonly work: string;
  /** Folder for providers. @default - that of the working copies */
  readonly providers?: string;
  /** Stacks that need not wait for one another, as a glob: `*-tenant-*`. @default - one after the other */
  readonly together?: string;
  /** Most of those at one time. @default 1 */
  readonly parallel?: number;
  /** @default 'deploy' */
  readonly as?: As;
  /** @default false */
  readonly planOnly?: boolean;
  /** Whether stacks are destroyed instead, in reverse order. Nothing is judged: whoever asks has decided. @default false */
  readonly destroys?: boolean;
  /** Whether Terraform looks at what is there before it plans. @default true */
  readonly refresh?: boolean;
  readonly approved: Approved;
  /** @default - this process's */
  readonly environment?: NodeJS.ProcessEnv;
}

export interface DeployResult {
  readonly ok: boolean;
  readonly interrupted: boolean;
  readonly seconds: number;
  readonly stacks: readonly StackResult[];
}

/**
 * Plans and applies stacks with Terraform, one after the other, each after all that it depends on. It stops at the first that
 * fails or may not be applied: those after it are as they were. What is applied already has an empty plan, so whatever
 * stopped it, the same call goes on from there.
 *
 * @param interrupt when aborted, Terraform ends what it is doing, saves its state, and no further stack is begun
 * @throws DeploymentError for what the person at the keyboard can put right, before anything is planned
 */
export async function deploy(
  options: DeployOptions,
  emit: (event: DeployEvent) => void,
  interrupt: AbortSignal = new AbortController().signal,
): Promise<DeployResult> {
  const startedAt = Date.now();
  const { out, stacks: patterns = [], planOnly = false, destroys = false } = options;
  const ordered = readStacks(out, patterns);
  const stacks = destroys ? [...ordered].reverse() : ordered;
  requireAllowed(stacks);
  const stage = await stageOf(options, stacks, emit, interrupt);
  const results = new Map<string, StackResult>();
  const stop = (): void => {
    for (const { process: child } of stage.running) child.kill('SIGINT');
  };
  interrupt.addEventListener('abort', stop);
  emit({ type: 'start', stacks: stacks.map(({ name }) => name), planOnly });
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const isBad = ({ status }: StackResult): boolean => status === 'failed' || status === 'refused';
  const work = async (name: string): Promise<boolean> => {
    const stack = byName.get(name);
    if (!stack) return false;
    const result = await runStack(stage, stack);
    results.set(name, result);
    return planOnly || !isBad(result);
  };
  try {
    await runGraph(
      chain(stacks, options.together),
      options.parallel ?? 1,
      work,
      () => interrupt.aborted || (!planOnly && [...results.values()].some(isBad)),
    );
  } finally {
    interrupt.removeEventListener('abort', stop);
  }
  const all = stacks.map(({ name }) => results.get(name) ?? skipped(name));
  const result: DeployResult = {
    ok: all.every(({ status }) => ['applied', 'unchanged', 'planned', 'destroyed'].includes(status)),
    interrupted: interrupt.aborted,
    seconds: (Date.now() - startedAt) / 1000,
    stacks: all,
  };
  emit({ type: 'summary', ...result });
  return result;
}

/** The highest risk of what was planned. What could not be planned may be anything. */
export const riskOfResults = (stacks: readonly StackResult[]): Risk =>
  highest(stacks.map(({ risk }) => risk?.risk ?? 'high'));

/** @throws DeploymentError with everything in any configuration that nobody may plan */
function requireAllowed(stacks: readonly Stack[]): void {
  const problems = stacks.flatMap(({ name, template }) =>
    forbidden(name, template).map((problem) => `  - ${name}: ${problem}`),
  );
  if (problems.length > 0) {
    throw new DeploymentError(
      ['these configurations are not planned, for a plan would run them:', ...problems].join('\n'),
    );
  }
}

/** Each stack after the one before it, but for neighbours that go together. */
function chain(stacks: readonly Stack[], together: string | undefined): readonly Node[] {
  const isTogether = together === undefined ? () => false : picomatch(together);
  const nodes: Node[] = [];
  let before: readonly string[] = [];
  let group: string[] = [];
  for (const { name } of stacks) {
    if (!isTogether(name) || group.length === 0 || !isTogether(group[0] ?? '')) {
      before = group.length > 0 ? group : before;
      group = [];
    }
    nodes.push({ name, after: before });
    group.push(name);
  }
  return nodes;
}

async function stageOf(
  options: DeployOptions,
  stacks: readonly Stack[],
  emit: (event: DeployEvent) => void,
  interrupt: AbortSignal,
): Promise<Stage> {
  const { work, providers = work, as = 'deploy', planOnly = false, destroys = false } = options;
  const { refresh = true, approved } = options;
  fs.mkdirSync(work, { recursive: true });
  const own = terraformEnvironment(options.environment ?? process.env);
  const engine = await findEngine(own).catch((error: unknown) => {
    throw new DeploymentError((error as Error).message);
  });
  const environment = { ...own, ...installProviders(engine.binary, stacks, path.resolve(providers), own) };
  return {
    engine,
    work,
    environment,
    as,
    planOnly,
    destroys,
    refresh,
    approved,
    running: new Set(),
    interrupt,
    emit,
  };
}

/** The environment of Terraform: the caller's, with nothing in it that changes what a command means. */
function terraformEnvironment(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const passed = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^TF_(CLI_ARGS|DATA_DIR|WORKSPACE|VAR_)/.test(entry[0]),
  );
  return { ...Object.fromEntries(passed), CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', TF_INPUT: '0' };
}

const skipped = (stack: string): StackResult => ({
  stack,
  status: 'skipped',
  seconds: 0,
  done: [],
  failures: [],
});
