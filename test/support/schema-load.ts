import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';

import type { InstalledServer } from './postgres';

/** Tenants whose rows the load reads and writes. */
export const TENANTS = Array.from({ length: 200 }, (_, index) => `tenant-${String(index + 1)}`);

/** A version of the example service: where it looks, and how it writes and reads amounts. */
export interface Version {
  readonly schema: string;
  readonly role: string;
  /** Takes the amount, in whole units, as $1. */
  readonly insert: string;
  /** Takes the amount as $1 and the row as $2. */
  readonly update: string;
  /** Gives `amount` of the newest rows, in whole units. */
  readonly read: string;
}

export const OLD: Version = {
  schema: 'app_01_orders',
  role: 'bulkhead_starter',
  insert: 'INSERT INTO orders (amount) VALUES ($1) RETURNING id, tenant_id, amount',
  update: 'UPDATE orders SET amount = $1 WHERE id = $2 RETURNING id, tenant_id, amount',
  read: 'SELECT id, tenant_id, amount FROM orders ORDER BY id DESC LIMIT 20',
};

export const NEW: Version = {
  schema: 'app_02_amount_in_cents',
  role: 'bulkhead_professional',
  insert: `INSERT INTO orders (amount_cents) VALUES ($1::bigint * 100) RETURNING id, tenant_id, amount_cents / 100 AS amount`,
  update: `UPDATE orders SET amount_cents = $1::bigint * 100 WHERE id = $2 RETURNING id, tenant_id, amount_cents / 100 AS amount`,
  read: 'SELECT id, tenant_id, amount_cents / 100 AS amount FROM orders ORDER BY id DESC LIMIT 20',
};

interface Order {
  readonly id: number;
  readonly tenant_id: string;
  readonly amount: number;
}

/** What went wrong, and how long the slowest statement took. */
export class Findings {
  public statements = 0;
  public slowestMs = 0;
  public slowest = '';
  public readonly failures: string[] = [];
  /** Rows that a tenant was shown and that are not its own, and amounts that one version wrote and another read otherwise. */
  public readonly wrong: string[] = [];
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;

async function timed(
  client: Client,
  found: Findings,
  text: string,
  values: unknown[] = [],
): Promise<Order[]> {
  const start = performance.now();
  const { rows } = await client.query<Order>(text, values);
  const took = performance.now() - start;
  found.statements++;
  if (took > found.slowestMs) {
    found.slowestMs = took;
    found.slowest = text;
  }
  return rows;
}

/** One transaction as an application makes it: the tenant and the version first, then its work. */
async function transaction(
  client: Client,
  found: Findings,
  { tenant, schema }: { tenant: string; schema: string },
  work: () => Promise<void>,
): Promise<void> {
  try {
    await timed(client, found, 'BEGIN');
    await timed(
      client,
      found,
      `SELECT set_config('app.tenant_id', $1, true), set_config('search_path', $2, true)`,
      [tenant, schema],
    );
    await work();
    await timed(client, found, 'COMMIT');
  } catch (error) {
    found.failures.push(`${schema}: ${(error as Error).message}`);
    await client.query('ROLLBACK');
  }
}

/** Sessions of one version that read and write until they are told to stop. */
export class Load {
  public readonly found = new Findings();
  private running = true;
  private readonly sessions: Promise<void>[] = [];

  private constructor(private readonly version: Version) {}

  public static async start(server: InstalledServer, version: Version, sessions = 3): Promise<Load> {
    const load = new Load(version);
    for (let index = 0; index < sessions; index++) {
      const client = await server.connect(version.role);
      load.sessions.push(load.work(client).finally(() => client.end()));
    }
    return load;
  }

  public async stop(): Promise<Findings> {
    this.running = false;
    await Promise.all(this.sessions);
    return this.found;
  }

  private async work(client: Client): Promise<void> {
    const { found, version } = this;
    while (this.running) {
      const tenant = pick(TENANTS);
      const amount = 1 + Math.floor(Math.random() * 1_000_000);
      // A moment between requests, or nothing else would get a turn on a small machine.
      await pause(5);
      await transaction(client, found, { tenant, schema: version.schema }, async () => {
        const seen = await timed(client, found, version.read);
        const written = [
          ...(await timed(client, found, version.insert, [amount])),
          ...(seen.length > 0 ? await timed(client, found, version.update, [amount, pick(seen).id]) : []),
        ];
        for (const order of [...seen, ...written]) {
          if (order.tenant_id !== tenant) found.wrong.push(`${tenant} is shown a row of ${order.tenant_id}`);
          // No order is for nothing: that would be a default which nobody filled.
          if (order.amount < 1) found.wrong.push(`an order's amount is ${order.amount}`);
        }
        for (const order of written) {
          if (order.amount !== amount) found.wrong.push(`${amount} became ${order.amount}`);
        }
      });
    }
  }
}

/** Sessions that read the same rows through both versions, at one moment, and compare. */
export class Comparison {
  public readonly found = new Findings();
  private running = true;
  private constructor(private readonly done: Promise<unknown>[] = []) {}

  public static async start(server: InstalledServer): Promise<Comparison> {
    const comparison = new Comparison();
    const client = await server.connect('bulkhead_starter');
    comparison.done.push(comparison.work(client).finally(() => client.end()));
    return comparison;
  }

  public async stop(): Promise<Findings> {
    this.running = false;
    await Promise.all(this.done);
    return this.found;
  }

  private async work(client: Client): Promise<void> {
    const { found } = this;
    while (this.running) {
      const tenant = pick(TENANTS);
      await transaction(client, found, { tenant, schema: OLD.schema }, async () => {
        const { rows } = await client.query<{ old: number; new: number }>(
          `SELECT o.amount AS old, n.amount_cents AS new
           FROM ${OLD.schema}.orders o JOIN ${NEW.schema}.orders n USING (tenant_id, id) ORDER BY id DESC LIMIT 50`,
        );
        found.statements++;
        for (const row of rows) {
          if (row.old * 100 !== row.new) found.wrong.push(`${row.old} and ${row.new} cents are one amount`);
        }
      });
      await pause(20);
    }
  }
}

/** The longest that a session waited for a lock, and that the migrator kept everybody from the table, in milliseconds. */
export class LockWatch {
  public waitedMs = 0;
  public heldMs = 0;
  public samples = 0;
  private running = true;
  private done: Promise<void> = Promise.resolve();

  public static async start(server: InstalledServer): Promise<LockWatch> {
    const watch = new LockWatch();
    const client = await server.connect('postgres');
    watch.done = watch.work(client).finally(() => client.end());
    return watch;
  }

  public async stop(): Promise<this> {
    this.running = false;
    await this.done;
    return this;
  }

  private async work(client: Client): Promise<void> {
    while (this.running) {
      const { rows } = await client.query<{ waited: number | null; held: number | null }>(
        `SELECT extract(epoch FROM max(clock_timestamp() - l.waitstart) FILTER (WHERE NOT l.granted))::float8 * 1000 AS waited,
                extract(epoch FROM max(clock_timestamp() - a.xact_start)
                  FILTER (WHERE l.granted AND l.mode = 'AccessExclusiveLock' AND l.relation = 'app.orders'::regclass))::float8 * 1000 AS held
         FROM pg_locks l JOIN pg_stat_activity a USING (pid)`,
      );
      this.samples++;
      this.waitedMs = Math.max(this.waitedMs, rows[0]?.waited ?? 0);
      this.heldMs = Math.max(this.heldMs, rows[0]?.held ?? 0);
      await pause(10);
    }
  }
}
