import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { LogicalReplicationService, type Pgoutput } from 'pg-logical-replication';
import { LifecycleError } from '../mistake';
import { changeOf } from './change';
import { TextPgoutput } from './decode';
import { lsnToNumber, numberToLsn } from './lsn';
import { patiently, type Side } from './side';
import type { MovedTable } from './tables';

export interface StreamProps {
  /** Side whose log is read, and the side that its changes are written to. */
  readonly source: Side;
  readonly target: Side;
  /** Name of the slot and of the publication. */
  readonly name: string;
  /** Tables of the target. */
  readonly tables: readonly MovedTable[];
  /** Place in the log up to which all is there already. */
  readonly from: string;
}

/** How long a slot may still be held by a process that was killed: `wal_sender_timeout` and some. */
const SLOT_FREE_MS = 90_000;
/** How often the server is told that this is alive: it hangs up after `wal_sender_timeout`, a minute by default. */
const ALIVE_MS = 5000;
/** Transactions of the source that become one here when many wait. */
const MOST_AT_ONCE = 100;
/** Whose messages in the log are markers of ours; what they say is random, so nobody can write one for us. */
const PREFIX = 'bulkhead-move';

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

/** A place in the log that nothing is written beyond, until it is opened. */
interface Gate {
  readonly at: bigint;
  readonly reached: Waiter;
  readonly opened: Promise<void>;
  open(): void;
}

function gateAt(at: bigint, reached: Waiter): Gate {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { at, reached, opened, open };
}

const NOBODY: Waiter = { resolve: () => undefined, reject: () => undefined };

/**
 * Follows the write-ahead log of one side and writes the tenant's changes to the other, transaction by transaction. How far it has
 * come is written with the rows, so a change is made once, wherever it was killed.
 */
export class Stream {
  private service: LogicalReplicationService | undefined;
  private readonly plugin: TextPgoutput;
  private readonly tables: ReadonlyMap<string, MovedTable>;
  private readonly markers = new Map<string, Waiter>();
  private seen: string[] = [];
  private handled = 0;
  private working: Promise<void> = Promise.resolve();
  /** Transactions of the source in the open one here. */
  private grouped = 0;
  private isOpen = false;
  private isSkipping = false;
  /** Place in the log up to which all is written here, and up to which it is committed, too. */
  private applied: bigint;
  private committed: bigint;
  private gate: Gate | undefined;
  private failure: Error | undefined;
  private isStopped = false;
  private alive: NodeJS.Timeout | undefined;

  private constructor(
    private readonly props: StreamProps,
    private readonly writer: Client,
  ) {
    this.plugin = new TextPgoutput(props.name);
    this.tables = new Map(props.tables.map((table) => [table.relation, table]));
    this.applied = lsnToNumber(props.from);
    this.committed = this.applied;
  }

  /** @throws LifecycleError when the slot is somebody else's for long */
  public static async start(props: StreamProps): Promise<Stream> {
    const stream = new Stream(props, await props.target.writer());
    await patiently(SLOT_FREE_MS, `slot ${props.name} of ${props.source.name} is still being read`, () =>
      stream.subscribe(),
    );
    return stream;
  }

  /**
   * Waits until all that the source had committed is here.
   *
   * @param milliseconds to wait at most
   * @throws LifecycleError when it takes longer, or a change could not be written
   */
  public async drain(milliseconds: number): Promise<void> {
    const nonce = randomUUID();
    const seen = this.wait((waiter) => this.markers.set(nonce, waiter));
    const late = setTimeout(() => {
      this.markers
        .get(nonce)
        ?.reject(
          new LifecycleError(
            `changes of ${this.props.source.name} did not reach ${this.props.target.name} within ${String(milliseconds / 1000)} s`,
          ),
        );
    }, milliseconds);
    try {
      await this.mark(nonce);
      await seen;
    } finally {
      clearTimeout(late);
      this.markers.delete(nonce);
    }
  }

  /** Begins to write no further transaction, until {@link pauseAt} says up to where, or {@link resume}. */
  public hold(): void {
    this.gate = gateAt(0n, NOBODY);
  }

  /**
   * Writes all that was committed before a place in the log, and nothing that came after, until {@link resume}. The place must be
   * of after {@link hold}.
   *
   * @throws LifecycleError when a change could not be written
   */
  public async pauseAt(lsn: string): Promise<void> {
    const held = this.gate;
    const reached = this.wait((waiter) => {
      this.gate = gateAt(lsnToNumber(lsn), waiter);
    });
    held?.open();
    // Something must come after, or nobody knows that nothing more comes before.
    await this.mark(randomUUID());
    await reached;
  }

  public resume(): void {
    this.gate?.open();
    this.gate = undefined;
  }

  /** @throws LifecycleError when a change could not be written, or the connection was lost */
  public assertAlive(): void {
    if (this.failure) throw this.failure;
  }

  /** Ends reading. What was not committed here is read again by the next. */
  public async stop(): Promise<void> {
    if (this.isStopped) return;
    this.isStopped = true;
    clearInterval(this.alive);
    this.resume();
    await this.service?.destroy();
    await this.working;
    if (this.isOpen) await this.writer.query('ROLLBACK').catch(() => undefined);
    await this.props.target.release(this.writer);
  }

  private async subscribe(): Promise<void> {
    const { source, name } = this.props;
    const config = await source.replication();
    // Not acknowledged by itself: it would say that all is written as soon as it has arrived.
    const service = new LogicalReplicationService(config, {
      acknowledge: { auto: false, timeoutSeconds: 0 },
      flowControl: { enabled: true },
    });
    let isStarted = false;
    const ended = (error: Error): void => {
      if (isStarted) this.fail(error);
    };
    service.on('error', ended);
    service.on('data', (_, message: Pgoutput.Message) => {
      this.working = this.take(message);
      return this.working;
    });
    service.on('heartbeat', (lsn, _, shouldRespond) => {
      this.idleAt(lsn);
      if (shouldRespond) this.acknowledge();
    });
    try {
      await new Promise<void>((resolve, reject) => {
        service.on('start', resolve);
        service.subscribe(this.plugin, name, numberToLsn(this.committed)).then(
          () => {
            ended(new Error('the server has ended it'));
          },
          (error: unknown) => {
            const reason = error instanceof Error ? error : new Error(String(error));
            ended(reason);
            reject(reason);
          },
        );
      });
    } catch (error) {
      await service.destroy().catch(() => undefined);
      throw error;
    }
    isStarted = true;
    this.service = service;
    this.alive = setInterval(() => {
      this.acknowledge();
    }, ALIVE_MS);
  }

  private async take(message: Pgoutput.Message): Promise<void> {
    if (!this.failure && !this.isStopped) {
      try {
        await this.handle(message);
      } catch (error) {
        this.fail(error as Error);
      }
    }
    this.handled += 1;
  }

  private async handle(message: Pgoutput.Message): Promise<void> {
    switch (message.tag) {
      case 'begin':
        return this.begin(lsnToNumber(message.commitLsn ?? ''));
      case 'insert':
      case 'update':
      case 'delete':
        return this.isSkipping ? undefined : this.change(message);
      case 'message':
        if (message.prefix === PREFIX) this.seen.push(Buffer.from(message.content).toString());
        return undefined;
      case 'commit':
        return this.commit(lsnToNumber(message.commitEndLsn ?? ''));
      default:
        return undefined;
    }
  }

  private async begin(commit: bigint): Promise<void> {
    while (this.gate && commit >= this.gate.at) {
      const { reached, opened } = this.gate;
      await this.flush();
      reached.resolve();
      await opened;
      if (this.isStopped) return;
    }
    // The server begins where it was told to; this holds even if it does not.
    this.isSkipping = commit < this.applied;
    if (this.isOpen) return;
    await this.writer.query('BEGIN');
    this.isOpen = true;
  }

  private async change(
    message: Pgoutput.MessageInsert | Pgoutput.MessageUpdate | Pgoutput.MessageDelete,
  ): Promise<void> {
    const { schema, name } = message.relation;
    const table = this.tables.get(`${schema}.${name}`);
    if (!table)
      throw new LifecycleError(
        `${schema}.${name} has come to ${this.props.source.name} since the move began`,
      );
    const { text, values, mayMiss } = changeOf(table, message);
    const { rowCount } = await this.writer.query(text, [...values]);
    if (rowCount === 1 || (rowCount === 0 && mayMiss)) return;
    throw new LifecycleError(
      `${this.props.target.name}: a row of ${table.name} that was to be changed (${message.tag}) is not there`,
      ['the two sides are no longer the same: docs/runbooks/moving.md, "The two sides differ"'],
    );
  }

  private async commit(end: bigint): Promise<void> {
    if (!this.isSkipping) this.applied = end;
    this.grouped += 1;
    const isLast = this.plugin.arrived === this.handled + 1;
    if (isLast || this.seen.length > 0 || this.grouped >= MOST_AT_ONCE) await this.flush();
  }

  private async flush(): Promise<void> {
    if (!this.isOpen) return;
    await this.writer.query('UPDATE tenancy.moves SET applied = $2 WHERE tenant_id = $1', [
      this.props.target.tenant,
      numberToLsn(this.applied),
    ]);
    await this.writer.query('COMMIT');
    this.committed = this.applied;
    this.isOpen = false;
    this.grouped = 0;
    this.acknowledge();
    for (const nonce of this.seen.splice(0)) this.markers.get(nonce)?.resolve();
  }

  /** The server has nothing more up to here, so it need not keep what came before. */
  private idleAt(lsn: string): void {
    if (this.isOpen || this.gate || this.failure || this.plugin.arrived !== this.handled) return;
    const at = lsnToNumber(lsn);
    if (at <= this.applied) return;
    this.applied = at;
    this.committed = at;
    this.acknowledge();
  }

  /** What is said to be committed here is not sent again, whatever happens to it. */
  private acknowledge(): void {
    // The service adds one byte, and a transaction that begins to commit at this very place would be passed over.
    void this.service?.acknowledge(numberToLsn(this.committed - 1n));
  }

  private fail(error: Error): void {
    if (this.failure || this.isStopped) return;
    this.failure =
      error instanceof LifecycleError
        ? error
        : new LifecycleError(`changes of ${this.props.source.name} cannot be followed: ${error.message}`);
    this.gate?.reached.reject(this.failure);
    for (const waiter of this.markers.values()) waiter.reject(this.failure);
  }

  private wait(register: (waiter: Waiter) => void): Promise<void> {
    const waited = new Promise<void>((resolve, reject) => {
      if (this.failure) reject(this.failure);
      else register({ resolve, reject });
    });
    // Whoever waits does something else first, and is told by this promise all the same.
    waited.catch(() => undefined);
    return waited;
  }

  /** Writes a transaction of ours into the source's log. */
  private async mark(nonce: string): Promise<void> {
    await this.props.source.client.query('SELECT pg_logical_emit_message(true, $1, $2)', [PREFIX, nonce]);
  }
}
