import { iso } from './clock';
import type { Context } from './context';
import { Conflict } from './kubernetes';
import { Failure } from './output';
import { type JobOutcome, runSchemaJob } from './schema-job';
import { readState, type ReadState, type Running, type SchemaState, writeState } from './schema-state';

/** How often another writer may come between reading and writing. */
const MOST_CONFLICTS = 5;

/**
 * What holds after a change that stays begun, and what to do. Before either, copying between the two versions is ended for good:
 * `tenancy.end_copying`, constructs/data/sql/009-schema-changes.sql.
 */
const AFTER_FAILURE: Readonly<Record<Exclude<Running['phase'], 'expand'>, string>> = {
  contract:
    'releases that need this migration work all the while. Those of before may not see any more what these write, so none of them may come back. Remove the cause, then run the step again: it goes on with this change. If a column _pgroll_new_… does not exist, finish by hand: docs/guides/schema-changes.md, "At 3 a.m."',
  rollback:
    'releases that run go on: none needs this migration yet. Remove the cause, then run the step again: it goes on with this change.',
};

/** An expansion that failed, and of which nothing is left. */
class TakenBack extends Failure {}

/**
 * Changes of the schema of one database, one at a time: what is begun is written down before its job is made, and what came of
 * it after. So a run that was killed, or a second one at the same time, goes on with the same job.
 */
export class DatabaseSchema {
  /** Whether what is going on is this run's own wish. */
  private isOwn = false;

  /**
   * @param deadline in milliseconds since 1970
   * @param onTrouble called when an expansion of this run must be taken back, before it is
   */
  public constructor(
    private readonly context: Context,
    public readonly database: string,
    private readonly deadline: number,
    private readonly onTrouble?: () => void,
  ) {}

  /**
   * Where the schema is, once what was begun has ended: a change of another run is waited for, and finished where that run
   * is gone.
   */
  public async settled(): Promise<SchemaState> {
    for (;;) {
      const { state } = await readState(this.context.kubernetes, this.database);
      if (!state.running) return state;
      const { phase, migration, release, at } = state.running;
      this.context.output.tell(
        `${this.database}: ${phase} of ${migration} was begun by ${release} at ${at}; going on with it`,
      );
      try {
        await this.finish(state.running);
      } catch (error) {
        // What that run would have failed for is undone, and this one may begin.
        if (!(error instanceof TakenBack)) throw error;
      }
    }
  }

  /**
   * Makes a change and waits for it. An expansion that fails is taken back.
   *
   * @returns the state after it
   * @throws Failure with what the job said, and how the schema is left
   */
  public async change(running: Omit<Running, 'at'>): Promise<SchemaState> {
    const begun: Running = { ...running, at: iso(this.context.clock.now()) };
    this.isOwn = true;
    await this.finish(await this.begin(begun));
    return this.settled();
  }

  private async finish(running: Running, isSecond = false): Promise<void> {
    const outcome = await this.run(running);
    if (outcome.kind === 'done' || outcome.kind === 'nothing-to-do') {
      await this.end(running);
      return;
    }
    const why = outcome.kind === 'failed' ? outcome.lines : ['an earlier expansion ended in its midst'];
    if (running.phase !== 'expand') {
      // It stays begun: the next run makes another job.
      await this.update(running, (state) => ({ ...state, jobs: state.jobs + 1 }));
      throw new Failure(
        [`${this.database}: ${running.phase} of ${running.migration} failed`, ...why].join('\n'),
        AFTER_FAILURE[running.phase],
      );
    }
    if (this.isOwn && outcome.kind === 'failed') this.onTrouble?.();
    await this.takeBack(running, why);
    if (outcome.kind === 'interrupted' && !isSecond) {
      await this.finish(await this.begin(running), true);
      return;
    }
    throw new TakenBack(
      [`${this.database}: expand of ${running.migration} failed, and was taken back`, ...why].join('\n'),
      'correct the migration and release again; nothing that runs needs it. If it was no fault of the migration, run the step again.',
    );
  }

  /** Rolls an expansion back. @param why it must be */
  private async takeBack(running: Running, why: readonly string[]): Promise<void> {
    this.context.output.tell([`${this.database}: taking ${running.migration} back`, ...why].join('\n'));
    const back: Running = { ...running, phase: 'rollback', at: iso(this.context.clock.now()) };
    await this.update(running, (state) => ({ ...state, running: back, jobs: state.jobs + 1 }));
    await this.finish(back);
  }

  private async run(running: Running): Promise<JobOutcome> {
    const { state } = await readState(this.context.kubernetes, this.database);
    const { phase, migration, configMap } = running;
    return runSchemaJob(
      this.context,
      this.database,
      { phase, migration, configMap, attempt: String(state.jobs) },
      this.deadline,
    );
  }

  /** Writes down what is begun. @returns it, as this run or a faster one of the same step wrote it */
  private async begin(running: Running): Promise<Running> {
    for (let conflicts = 0; ; conflicts++) {
      const { state, version } = await readState(this.context.kubernetes, this.database);
      if (state.running && isSame(state.running, running)) return state.running;
      if (state.running) throw this.taken(state.running);
      try {
        await this.save({ state: { ...state, running, jobs: state.jobs + 1 }, version });
        return running;
      } catch (error) {
        if (!(error instanceof Conflict) || conflicts >= MOST_CONFLICTS) throw error;
      }
    }
  }

  private async end(running: Running): Promise<void> {
    const at = iso(this.context.clock.now());
    await this.update(running, (state) => ({ ...afterwards(state, running, at), running: undefined }));
    this.context.output.tell(`${this.database}: ${running.phase} of ${running.migration} done`);
  }

  /** Writes what follows from a change that this run knows to be going on; nothing if another run has done so. */
  private async update(running: Running, next: (state: SchemaState) => SchemaState): Promise<void> {
    for (let conflicts = 0; ; conflicts++) {
      const { state, version } = await readState(this.context.kubernetes, this.database);
      if (!state.running || !isSame(state.running, running)) return;
      try {
        await this.save({ state: next(state), version });
        return;
      } catch (error) {
        if (!(error instanceof Conflict) || conflicts >= MOST_CONFLICTS) throw error;
      }
    }
  }

  private save(state: ReadState): Promise<ReadState> {
    return writeState(this.context.kubernetes, this.database, state);
  }

  private taken({ phase, migration, release, at }: Running): Failure {
    return new Failure(
      `${this.database}: ${phase} of ${migration} was begun by ${release} at ${at}`,
      'let that run end, or run its step again, then run this one again.',
    );
  }
}

const isSame = (a: Running, b: Running): boolean =>
  a.phase === b.phase && a.migration === b.migration && a.configMap === b.configMap;

/** What a change that is done makes of a state. */
function afterwards(
  state: SchemaState,
  { phase, migration, release, configMap }: Running,
  at: string,
): SchemaState {
  switch (phase) {
    case 'expand':
      return { ...state, migration, phase: 'expanded', previous: state.migration, at, release, configMap };
    case 'contract':
      return { ...state, phase: 'contracted', previous: '', at };
    case 'rollback':
      // It was never written down that there was one.
      return state;
  }
}
