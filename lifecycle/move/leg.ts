import { LifecycleError } from '../mistake';
import { compare, tellDifferences } from './compare';
import { replicationName } from './names';
import { readRecord } from './record';
import { assertSlot, createSlot, dropReplication, ensurePublication, type Moment } from './replication';
import type { Side } from './side';
import { Stream } from './stream';
import type { MovedTable } from './tables';

/** One direction of a move: the log of one side, followed on the other. */
export class Leg {
  /** Of slot and publication. */
  public readonly name: string;
  private stream: Stream | undefined;

  public constructor(
    public readonly source: Side,
    public readonly target: Side,
    direction: 'out' | 'back',
    private readonly tables: {
      readonly source: readonly MovedTable[];
      readonly target: readonly MovedTable[];
    },
  ) {
    this.name = replicationName(source.tenant, direction);
  }

  public publish(): Promise<void> {
    return ensurePublication(this.source, this.name, this.tables.source);
  }

  /** Follows from where the target has noted; does nothing if it does already. */
  public async follow(): Promise<void> {
    if (this.stream) return;
    await assertSlot(this.source, this.name);
    const from = (await readRecord(this.target))?.applied;
    if (from === null || from === undefined)
      throw new Error(`${this.target.name} does not know from where to follow ${this.name}`);
    const { source, target, name } = this;
    this.stream = await Stream.start({ source, target, name, tables: this.tables.target, from });
  }

  /** Waits until all that is committed at the source is at the target. @param milliseconds to wait at most */
  public async drain(milliseconds: number): Promise<void> {
    await this.followed.drain(milliseconds);
  }

  /** @throws LifecycleError when changes could not be written since */
  public assertAlive(): void {
    this.followed.assertAlive();
  }

  public async stop(): Promise<void> {
    await this.stream?.stop();
    this.stream = undefined;
  }

  public async drop(): Promise<void> {
    await this.stop();
    await dropReplication(this.source, this.name);
  }

  /**
   * Compares both sides as they were at one place in the source's log, while the tenant goes on writing.
   *
   * @returns rows
   * @throws LifecycleError naming tables and rows that differ
   */
  public async compareAtOneMoment(): Promise<number> {
    const [reader, other] = [await this.source.session(), await this.target.session()];
    // Before the moment is there: the target must not be beyond it.
    this.followed.hold();
    let moment: Moment | undefined;
    try {
      moment = await createSlot(this.source, `${this.name}_verify`, false);
      await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await reader.query(`SET TRANSACTION SNAPSHOT '${moment.snapshot}'`);
      await moment.release();
      await this.followed.pauseAt(moment.lsn);
      return await this.equal({ source: reader, target: other });
    } finally {
      this.stream?.resume();
      await moment?.release();
      await this.source.release(reader);
      await this.target.release(other);
    }
  }

  /** The same when nobody writes. */
  public compareStill(): Promise<number> {
    return this.equal({ source: this.source.client, target: this.target.client });
  }

  private async equal(sessions: Parameters<typeof compare>[1]): Promise<number> {
    const { rows, differences } = await compare(this.source.tenant, sessions, this.tables.source);
    if (differences.length === 0) return rows;
    throw new LifecycleError(
      `the rows of ${this.source.tenant} are not the same on both sides:\n${tellDifferences(differences, this)}`,
      ['docs/runbooks/moving.md, "The two sides differ"'],
    );
  }

  private get followed(): Stream {
    if (!this.stream) throw new Error(`nobody follows ${this.name}`);
    return this.stream;
  }
}
