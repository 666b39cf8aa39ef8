import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, ClientConfig, CustomTypesConfig } from 'pg';
import { fixPrinting } from '../offboard/export/checksum';
import { LifecycleError } from '../mistake';
import type { Place } from '../registry';
import type { Databases } from '../surroundings';

/** Texts as PostgreSQL prints them: what a type is to JavaScript matters to nobody here. */
export const AS_TEXT: CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

/** How long a process that was killed may still be known to the server, in milliseconds. */
const LINGERS_MS = 5000;
/** Pause between two attempts, in milliseconds. */
const RETRY_MS = 250;

/**
 * How long reading and writing rows waits while a table is changed, by another tenant's move for one: nobody waits behind such a
 * statement. What others would wait behind is in a `transaction` of record.ts, which gives up after the role's half second.
 */
const ROWS_LOCK_TIMEOUT = '30s';

/** This process, for people who look who is at work: `build-7 4711`. */
export const MOVER = `${hostname()} ${String(process.pid)}`;

/** What PostgreSQL says when somebody else holds a lock for longer than we wait, or in the other order. */
const BUSY: readonly string[] = ['55P03', '40P01', '55006'];

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/**
 * Does what a lock of others may be in the way of: nobody waits behind it for more than half a second, then it is tried again.
 *
 * @param milliseconds to try for
 * @param what was tried, for people: `the writes of acme could not be stopped`
 * @throws LifecycleError when it never succeeded
 */
export async function patiently<T>(milliseconds: number, what: string, work: () => Promise<T>): Promise<T> {
  const until = Date.now() + milliseconds;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined || !BUSY.includes(code)) throw error;
      if (Date.now() > until) {
        throw new LifecycleError(
          `${what} within ${String(Math.ceil(milliseconds / 1000))} s: ${(error as Error).message}`,
          [
            'look for a transaction that does not end: SELECT pid, usename, xact_start, left(query, 60) FROM pg_stat_activity ORDER BY xact_start;',
          ],
        );
      }
      await pause(RETRY_MS * (0.5 + Math.random()));
    }
  }
}

/** A database does not answer, or does not let the mover in. */
export class Unreachable extends LifecycleError {}

/** One of the two databases of a move, in sessions that row-level security keeps to the tenant. */
export class Side {
  /** For people: `use1a/data-shard-1`. */
  public readonly name: string;
  private readonly opened: Client[] = [];
  private control: Client | undefined;
  private lost: Error | undefined;

  public constructor(
    private readonly databases: Databases,
    public readonly place: Place,
    public readonly tenant: string,
  ) {
    this.name = `${place.cell}/${place.shard}`;
  }

  /** The session that stays open for as long as the move is at work. @throws LifecycleError when it was lost */
  public get client(): Client {
    if (this.lost) throw this.lost;
    if (!this.control) throw new Error(`${this.name} was not opened`);
    return this.control;
  }

  /**
   * Connects, and makes sure that nobody else moves this tenant.
   *
   * @throws LifecycleError when the database cannot be reached, or somebody else is at it
   */
  public async open(): Promise<void> {
    if (this.control) return;
    const control = await this.session();
    control.on('error', (error) => {
      this.lost = new LifecycleError(`the connection to ${this.name} was lost: ${error.message}`);
    });
    await this.alone(control);
    this.control = control;
  }

  /** One more session, with settings that make texts the same on both sides. */
  public async session(): Promise<Client> {
    const client = await this.reached();
    this.opened.push(client);
    // A session that dies is noticed by whoever uses it next.
    client.on('error', () => undefined);
    await fixPrinting(client);
    await client.query(
      `SELECT set_config('search_path', 'pg_catalog', false), set_config('app.tenant_id', $1, false),
      set_config('application_name', $2, false), set_config('lock_timeout', $3, false)`,
      [this.tenant, `bulkhead move ${this.tenant}`, ROWS_LOCK_TIMEOUT],
    );
    return client;
  }

  /** A session in which rows are written as they are: triggers do not run and foreign keys are not asked, where that is allowed. */
  public async writer(): Promise<Client> {
    const client = await this.session();
    if (await this.asReplica()) await client.query('SET session_replication_role = replica');
    return client;
  }

  /** Whether that is allowed: servers older than 15 let only superusers. */
  public async asReplica(): Promise<boolean> {
    const { rows } = await this.client.query<{ allowed: boolean }>(
      `SELECT has_parameter_privilege('session_replication_role', 'SET') AS allowed`,
    );
    return rows[0]?.allowed === true;
  }

  /** Where to connect for replication. */
  public replication(): Promise<ClientConfig> {
    return this.databases.access(this.place, 'mover');
  }

  public async release(client: Client): Promise<void> {
    const at = this.opened.indexOf(client);
    if (at >= 0) this.opened.splice(at, 1);
    await client.end().catch(() => undefined);
  }

  public async close(): Promise<void> {
    this.control = undefined;
    await Promise.all(this.opened.splice(0).map((client) => client.end().catch(() => undefined)));
  }

  private async reached(): Promise<Client> {
    try {
      return await this.databases.connect(this.place, 'mover');
    } catch (error) {
      if (error instanceof LifecycleError) throw new Unreachable(error.message, error.next, { cause: error });
      throw new Unreachable(
        `the database of ${this.name} cannot be reached from this machine as bulkhead_mover: ${(error as Error).message}`,
        ['with --in-cell it runs where both can be reached: docs/runbooks/moving.md, "Where it runs"'],
      );
    }
  }

  private async alone(client: Client): Promise<void> {
    const until = Date.now() + LINGERS_MS;
    for (;;) {
      const { rows } = await client.query<{ mine: boolean }>(
        'SELECT pg_try_advisory_lock(tenancy.move_lock() + 1, hashtext($1)) AS mine',
        [this.tenant],
      );
      if (rows[0]?.mine === true) {
        await client.query('UPDATE tenancy.moves SET mover = $2 WHERE tenant_id = $1', [this.tenant, MOVER]);
        return;
      }
      if (Date.now() > until) break;
      await pause(RETRY_MS);
    }
    const { rows } = await client.query<{ mover: string | null }>(
      'SELECT mover FROM tenancy.moves WHERE tenant_id = $1',
      [this.tenant],
    );
    const who = rows[0]?.mover;
    throw new LifecycleError(
      `${this.tenant} is being moved by another process${who == null ? '' : `: ${who}`}`,
      ['wait for it, or stop it there with Ctrl-C; then run this command again'],
    );
  }
}
