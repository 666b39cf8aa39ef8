import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Mode, RehearsalEvent, StackResult } from './events';
import type { Stack } from './platform';
import { FolderInUse, RunFile } from './run-record';
import { runGraph } from './schedule';
import { type Planned, planStack, runStack, type Stage, terraformEnvironment } from './stack-run';
import { StandInProcess } from './stand-in-process';
import { StateServer } from './state-server';
import { type Engine, findEngine, RehearsalError, type Running, runTerraform } from './terraform';
import { discardWorld, type Layout, layoutOf, prepareBackend } from './workspace';

export interface SessionOptions {
  /** Folder of the project: it holds `node_modules` and `rehearsal/`. */
  readonly root: string;
  readonly environment: string;
  /** Folder for world, state and working copies. @default - `<root>/.rehearsal/<environment>` */
  readonly folder?: string;
  /** Wait before every change of a resource, in milliseconds. @default 0 */
  readonly latencyMs?: number;
  /** Whether the world of a finished rehearsal is thrown away first. @default false */
  readonly discards?: boolean;
  /** Told once when another rehearsal is at work in the folder, and then waited for. @default - it is refused */
  readonly onWait?: (text: string) => void;
  readonly emit: (event: RehearsalEvent) => void;
}

/** What is to be done to stacks. */
export interface Work {
  readonly mode: Mode;
  /** Whether a second plan must find nothing to do. @default false */
  readonly verify?: boolean;
  /** Stack and address of the resource that is to fail. @default - none */
  readonly fail?: { readonly stack: string; readonly address: string } | undefined;
  /** All stacks of the platform, among them those whose states others read. */
  readonly all: readonly Stack[];
}

/** How often a folder that is in use is looked at, in milliseconds. */
const AGAIN_MS = 200;

/** The simulated world of one folder, which is this process's until it is closed, with stand-ins and states served. */
export class Session {
  private readonly running = new Set<Running>();
  private interrupted = false;

  private constructor(
    public readonly engine: Engine,
    public readonly layout: Layout,
    /** How the rehearsal before this one ended. */
    public readonly before: 'none' | 'running' | 'finished' | 'unfinished',
    private readonly parts: {
      readonly record: RunFile;
      readonly states: StateServer;
      readonly standIn: StandInProcess;
      readonly initialized: string;
      readonly emit: (event: RehearsalEvent) => void;
    },
  ) {}

  /** @throws RehearsalError when there is no Terraform, or the folder is in use and that is not waited for */
  public static async open(options: SessionOptions): Promise<Session> {
    const { root, environment, folder, latencyMs = 0, discards = false, onWait, emit } = options;
    const engine = await findEngine();
    const layout = layoutOf(folder ?? path.join(root, '.rehearsal', environment));
    const { record, before } = await claim(layout, onWait);
    let [states, standIn]: [StateServer?, StandInProcess?] = [];
    try {
      if (discards && before === 'finished') discardWorld(layout);
      // An empty file of settings: this machine's own (mirrors, overrides, tokens) have no part in a rehearsal.
      fs.writeFileSync(layout.cliConfigFile, '');
      states = await StateServer.start(layout);
      const served = states;
      const initialized = initializeBackend(engine, layout, served);
      // Told of by whoever awaits it below, also if the stand-in fails first.
      initialized.catch(() => undefined);
      standIn = await StandInProcess.start({ root, worldFile: layout.worldFile, latencyMs }, record);
      const parts = { record, states, standIn, initialized: await initialized, emit };
      return new Session(engine, layout, before, parts);
    } catch (error) {
      await Promise.all([standIn?.stop(), states?.stop()]);
      record.close(false);
      throw error;
    }
  }

  /** Asks running Terraform commands to end; no further stack is begun. */
  public interrupt(): void {
    this.interrupted = true;
    for (const { process: child } of this.running) child.kill('SIGINT');
  }

  /**
   * Deploys or destroys stacks, each when those before it are done.
   *
   * @param limit most stacks at work at one time. @default - the number of cores
   * @returns what became of each that was begun
   */
  public async run(
    stacks: readonly Stack[],
    work: Work,
    limit: number = os.availableParallelism(),
  ): Promise<ReadonlyMap<string, StackResult>> {
    const stage = this.stage(work);
    const results = new Map<string, StackResult>();
    const byName = new Map(stacks.map((stack) => [stack.name, stack]));
    const one = async (name: string): Promise<boolean> => {
      const stack = byName.get(name);
      if (!stack) return false;
      const result = await runStack(stage, stack);
      results.set(name, result);
      return result.status !== 'failed';
    };
    await runGraph(graphOf(stacks, work.mode), limit, one, () => this.interrupted);
    return results;
  }

  /** Plans a stack and saves the plan; what went wrong, if it cannot. */
  public plan(stack: Stack, work: Work): Promise<Planned | StackResult> {
    return planStack(this.stage(work), stack);
  }

  /** Ends what was started. @param finished whether the next rehearsal finds all done, or goes on from it */
  public async close(finished: boolean): Promise<void> {
    await Promise.all([this.parts.standIn.stop(), this.parts.states.stop()]);
    this.parts.record.close(finished);
  }

  private stage({ mode, verify = false, fail, all }: Work): Stage {
    const { record, states, standIn, initialized, emit } = this.parts;
    const { engine, layout, running } = this;
    return { engine, layout, standIn, states, initialized, record, mode, verify, fail, all, running, emit };
  }
}

async function claim(layout: Layout, onWait: SessionOptions['onWait']): ReturnType<typeof RunFile.claim> {
  for (let told = false; ; told = true) {
    try {
      return await RunFile.claim(layout.runFile);
    } catch (error) {
      if (!(error instanceof FolderInUse) || !onWait) throw error;
      if (!told)
        onWait(
          `waits for another rehearsal (process ${String(error.pid)}), which is at work in the same world`,
        );
    }
    await sleep(AGAIN_MS);
  }
}

/** Deploying follows dependencies; destroying goes against them. */
export function graphOf(
  stacks: readonly Stack[],
  mode: Mode,
): readonly { readonly name: string; readonly after: readonly string[] }[] {
  if (mode === 'deploy') return stacks.map(({ name, dependencies }) => ({ name, after: dependencies }));
  return [...stacks].reverse().map(({ name }) => ({
    name,
    after: stacks.filter(({ dependencies }) => dependencies.includes(name)).map((stack) => stack.name),
  }));
}

/**
 * Has Terraform initialize a folder with the backend of a rehearsal, once for each version of it.
 *
 * @returns the folder
 * @throws RehearsalError with Terraform's words when it cannot.
 */
async function initializeBackend(engine: Engine, layout: Layout, states: StateServer): Promise<string> {
  const { folder, fresh } = prepareBackend(layout, `${engine.name}-${engine.version}`);
  if (!fresh) return folder;
  const said: string[] = [];
  const environment = terraformEnvironment(layout, states.environment('none'));
  const { ended } = runTerraform(
    engine,
    folder,
    ['init', '-input=false', '-no-color'],
    environment,
    ({ diagnostic }) => said.push(diagnostic?.detail ?? ''),
  );
  if ((await ended) !== 0)
    throw new RehearsalError(`${engine.name} cannot initialize a folder: ${said.join(' ')}`);
  return folder;
}
