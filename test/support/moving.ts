import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import type { Client } from 'pg';
import { FileRegistry } from '../../lifecycle/registry/file-registry';
import { Side as MoveSide } from '../../lifecycle/move/side';
import type { Place } from '../../lifecycle/registry';
import { databaseVariable, rehearsalDatabases } from '../../lifecycle/surroundings/databases';
import type { MoveOrder } from './move-process';
import { ADMIN, install, type InstalledServer, POOLED_LOGINS, startInstalled } from './postgres';

/** Tables as applications have them: each kind of key, reference and type that a move must bring over. */
const SCHEMA = `
  CREATE TYPE app.mood AS ENUM ('calm', 'cross');
  BEGIN;
  CREATE TABLE app.customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, tags text[], mood app.mood, picture bytea);
  SELECT tenancy.isolate('app.customers');
  CREATE TABLE app.orders (id bigserial PRIMARY KEY, customer_id bigint, amount numeric(12,4) NOT NULL, doubled numeric GENERATED ALWAYS AS (amount * 2) STORED,
    details jsonb, at timestamptz NOT NULL DEFAULT clock_timestamp(), ratio double precision, span interval, code char(4));
  SELECT tenancy.isolate('app.orders');
  ALTER TABLE app.orders ADD FOREIGN KEY (tenant_id, customer_id) REFERENCES app.customers (tenant_id, id) ON DELETE SET NULL (customer_id);
  CREATE TABLE app.lines (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), order_id bigint NOT NULL, "Text" text);
  SELECT tenancy.isolate('app.lines');
  ALTER TABLE app.lines ADD FOREIGN KEY (tenant_id, order_id) REFERENCES app.orders (tenant_id, id) ON DELETE CASCADE;
  CREATE TABLE app.events (at timestamptz NOT NULL, seq int NOT NULL, note text, PRIMARY KEY (at, seq)) PARTITION BY RANGE (at);
  CREATE TABLE app.events_old PARTITION OF app.events FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
  CREATE TABLE app.events_new PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
  SELECT tenancy.isolate('app.events');
  CREATE TABLE app.notes (id int PRIMARY KEY, parent int, body text, touched timestamptz);
  SELECT tenancy.isolate('app.notes');
  ALTER TABLE app.notes ADD FOREIGN KEY (tenant_id, parent) REFERENCES app.notes (tenant_id, id);
  CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := clock_timestamp(); RETURN NEW; END $$;
  CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON app.notes FOR EACH ROW EXECUTE FUNCTION app.touch();
  COMMIT;`;

const seedOf = (tenant: string, rows: number): string => `
  BEGIN; SELECT set_config('app.tenant_id', '${tenant}', true);
  INSERT INTO app.customers (name, tags, mood, picture)
    SELECT 'customer ' || n, ARRAY['a', 'b "quoted", {braces}', NULL], CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN 'calm' ELSE 'cross' END::app.mood, decode(md5(n::text), 'hex')
    FROM generate_series(1, ${String(rows)} / 10) n;
  INSERT INTO app.orders (customer_id, amount, details, at, ratio, span, code)
    SELECT ((SELECT array_agg(id) FROM app.customers))[1 + n % (${String(rows)} / 10)], n / 7.0, jsonb_build_object('n', n, 'text', E'tab\\t "quote" \\\\ ü', 'none', NULL),
      '2026-03-29 01:59:59.123456+00'::timestamptz + n * interval '1 second', n / 3.0::float8, n * interval '1 day 2 seconds', left('c' || n, 4)
    FROM generate_series(1, ${String(rows)} * 4 / 10) n;
  INSERT INTO app.lines (order_id, "Text") SELECT id, NULLIF('line ' || id, 'line 7') FROM app.orders LIMIT ${String(rows)} * 3 / 10;
  INSERT INTO app.events (at, seq, note) SELECT '2025-12-31 23:00+00'::timestamptz + n * interval '10 seconds', n, 'event' FROM generate_series(1, ${String(rows)} / 10) n;
  INSERT INTO app.notes (id, parent, body) SELECT n, NULLIF(n + 1, ${String(rows)} / 10 + 1), CASE WHEN n < 20 THEN (SELECT string_agg(md5((n * k)::text), '') FROM generate_series(1, 400) k) ELSE repeat(md5(n::text), 10) END FROM generate_series(1, ${String(rows)} / 10) n;
  COMMIT;`;

/** A session of its own for each question: several tenants move at once. */
async function ask(server: InstalledServer, role: string, sql: string): Promise<unknown[]> {
  const client = await server.connect(role);
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}

export const TABLES = ['app.customers', 'app.orders', 'app.lines', 'app.events', 'app.notes'] as const;
export const SOURCE: Place = { cell: 'use1a', shard: 'data-shard-1' };
export const TARGET: Place = { cell: 'use1a', shard: 'data-shard-2' };

/** A place of a test, and who logs in to its database: the first are the services whose sessions write. */
export interface TestedPlace {
  readonly place: Place;
  readonly logins: readonly string[];
}

/** A place whose database is there. */
export interface Side {
  readonly place: Place;
  /** As whom services log in. */
  readonly login: string;
  readonly server: InstalledServer;
}

/** Calls per second that a dedicated tenant has agreed on for itself. */
export const OWN_LIMIT = 5000;

const SHARDS: readonly TestedPlace[] = [SOURCE, TARGET].map((place) => ({ place, logins: POOLED_LOGINS }));

const isSame = (one: Partial<Place>, other: Place): boolean =>
  one.cell === other.cell && one.shard === other.shard;

/** Databases with the same tables, and a registry. Tenants begin in the first, which is {@link SOURCE}. */
export class MoveWorld {
  private constructor(
    public readonly sides: readonly Side[],
    public readonly folder: string,
    private readonly program: string,
  ) {}

  public static async start(places: readonly TestedPlace[] = SHARDS): Promise<MoveWorld> {
    const settings = ['wal_level=logical', 'max_wal_senders=40', 'max_replication_slots=40'];
    const sides: Side[] = [];
    for (const { place, logins } of places) {
      const server = await startInstalled(settings);
      await install(server, logins);
      await server.run('bulkhead_migrator', SCHEMA);
      sides.push({ place, login: logins[0] ?? '', server });
    }
    const program = join(process.cwd(), 'node_modules/.cache/bulkhead-move-process.js');
    buildSync({
      entryPoints: ['test/support/move-process.ts'],
      ...{ bundle: true, platform: 'node', packages: 'external', outfile: program, logLevel: 'error' },
    });
    return new MoveWorld(sides, mkdtempSync(join(tmpdir(), 'bulkhead-move-')), program);
  }

  public get source(): InstalledServer {
    return this.at(this.sides[0]?.place ?? {});
  }

  /** The second place. */
  public get target(): InstalledServer {
    return this.at(this.sides[1]?.place ?? {});
  }

  /** The database of a place. */
  public at(place: Partial<Place>): InstalledServer {
    return this.side(place).server;
  }

  /** A place as a move has it, of a process that ends it. */
  public mover(place: Place, tenant: string): MoveSide {
    return new MoveSide(rehearsalDatabases(this.variables), place, tenant);
  }

  /** Variables that name all databases. */
  private get variables(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.sides.map(({ place, server }) => [
        databaseVariable(place),
        `postgres:///postgres?host=${server.host}`,
      ]),
    );
  }

  private side(place: Partial<Place>): Side {
    const side = this.sides.find((each) => isSame(place, each.place));
    if (side) return side;
    throw new Error(`${String(place.cell)}/${String(place.shard)} is no place of this test`);
  }

  public async close(): Promise<void> {
    for (const { server } of this.sides) await server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  public registry(name: string): FileRegistry {
    return new FileRegistry({ folder: join(this.folder, name) });
  }

  /** A tenant with rows in a place, by default in the first, that is served from there, and counted as an onboarding does. */
  public async tenant(
    id: string,
    rows: number,
    { registry = 'registry', place = SOURCE }: { readonly registry?: string; readonly place?: Place } = {},
  ): Promise<void> {
    const { server, login } = this.side(place);
    await ask(server, login, seedOf(id, rows));
    const at = new Date().toISOString();
    const isOwn = place.shard === `tenant-${id}`;
    await this.registry(registry).write({
      item: {
        ...{ tenantId: id, tier: isOwn ? 'enterprise' : 'starter', state: 'active' },
        ...place,
        ...(isOwn && { rateLimitPerSecond: OWN_LIMIT }),
        version: 1,
        createdAt: at,
        updatedAt: at,
      },
      counts: [{ place, by: 1, limit: isOwn ? 1 : 1250 }],
    });
  }

  /** Deletes all rows of a tenant, wherever they are. */
  public async forget(id: string): Promise<void> {
    const deletes = TABLES.map((table) => `DELETE FROM ${table} WHERE tenant_id = '${id}'`).join('; ');
    for (const { server } of this.sides)
      await ask(server, ADMIN, `SET session_replication_role = replica; ${deletes}`);
  }

  /** Rows of others, on a side. */
  public async others(server: InstalledServer, ids: readonly string[], rows: number): Promise<void> {
    for (const id of ids) await server.run('bulkhead_starter', seedOf(id, rows));
  }

  /** What a side holds of each tenant but one: rows and a checksum. */
  public async fingerprint(server: InstalledServer, where: string): Promise<unknown> {
    const parts = TABLES.map(
      (table) =>
        `SELECT '${table}' AS name, tenant_id, count(*), sum(hashtextextended(t::text, 0)) AS sum FROM ${table} t WHERE ${where} GROUP BY tenant_id`,
    );
    return ask(server, ADMIN, `${parts.join(' UNION ALL ')} ORDER BY 1, 2`);
  }

  /** Rows of the tenant, all columns as text, sorted: to compare sides and runs. */
  public async rows(server: InstalledServer, tenant: string): Promise<unknown> {
    const all = [];
    for (const table of TABLES)
      all.push(
        await ask(
          server,
          ADMIN,
          `SELECT t::text AS row FROM ${table} t WHERE tenant_id = '${tenant}' ORDER BY 1`,
        ),
      );
    return all;
  }

  /** What moves have left anywhere, when they have ended. */
  public async leftovers(): Promise<unknown> {
    const query = `
      SELECT slot_name::text AS what FROM pg_replication_slots UNION ALL SELECT pubname::text FROM pg_publication
      UNION ALL SELECT tenant_id FROM tenancy.moves UNION ALL SELECT tgname::text FROM pg_trigger WHERE tgname LIKE 'tenancy_move%'
      UNION ALL SELECT object || ': ' || problem FROM tenancy.violations() ORDER BY 1`;
    const found = await Promise.all(this.sides.map(({ server }) => server.run(ADMIN, query)));
    return found.flat();
  }

  public process(
    order: Partial<MoveOrder> & { readonly tenant: string },
    registry = 'registry',
  ): MoveProcess {
    const whole: MoveOrder = {
      ...{
        registry: join(this.folder, registry),
        request: { shard: TARGET.shard },
        undo: false,
        soakMinutes: 0,
      },
      ...order,
    };
    return new MoveProcess(
      spawn(process.execPath, [this.program, JSON.stringify(whole)], {
        env: {
          ...process.env,
          ...this.variables,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
  }
}

export interface ToldEvent {
  readonly type: string;
  readonly phase?: string;
  readonly text?: string;
  readonly message?: string;
  readonly [key: string]: unknown;
}

/** A move that goes on in another process, and what it tells. */
export class MoveProcess {
  public readonly events: ToldEvent[] = [];
  private readonly ended: Promise<number | null>;
  private readonly listeners = new Set<() => void>();

  public constructor(private readonly child: ChildProcess) {
    if (!child.stdout) throw new Error('no output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.events.push(JSON.parse(line) as ToldEvent);
      for (const listener of this.listeners) listener();
    });
    this.ended = new Promise((resolve) => {
      child.on('close', (code) => {
        resolve(code);
        for (const listener of this.listeners) listener();
      });
    });
  }

  /** Waits for an event, or for the end. @returns whether it came */
  public until(is: (event: ToldEvent) => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.events.some(is);
        if (!found && this.child.exitCode === null && this.child.signalCode === null) return;
        this.listeners.delete(look);
        resolve(found);
      };
      this.listeners.add(look);
      look();
    });
  }

  /** @throws Error with all that it told unless the event comes */
  public async reach(is: (event: ToldEvent) => boolean): Promise<void> {
    if (!(await this.until(is))) throw new Error(`it ended before:\n${this.told()}`);
  }

  public kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child.kill(signal);
  }

  /** @returns the exit code; null if it was killed */
  public end(): Promise<number | null> {
    return this.ended;
  }

  private told(): string {
    return this.events.map((event) => JSON.stringify(event)).join('\n');
  }

  /** @throws Error with all that it told unless it ended well */
  public async done(): Promise<readonly ToldEvent[]> {
    const code = await this.end();
    if (code !== 0) throw new Error(`it ended with ${String(code)}:\n${this.told()}`);
    return this.events;
  }
}

/** A session that writes rows of one tenant, one small transaction after the other, where the registry says it lives. */
export class Writer {
  /** Writes that were refused because the tenant was frozen, and how long the longest such time was, in milliseconds. */
  public refused = 0;
  public longestRefused = 0;
  /** Other failures: there must be none. */
  public readonly failures: string[] = [];
  public written = 0;
  /** What it was told is committed: `id` of a note. */
  public readonly committed: number[] = [];
  private stopped = false;
  private readonly running: Promise<void>;

  public constructor(
    private readonly world: MoveWorld,
    private readonly tenant: string,
    private readonly seed: number,
    private readonly registry: FileRegistry | undefined,
  ) {
    this.running = this.run();
  }

  public async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    const sessions = await Promise.all(
      this.world.sides.map(async ({ place, login, server }) => ({
        place,
        client: await server.connect(login),
      })),
    );
    let frozenSince = 0;
    for (let turn = 0; !this.stopped; turn++) {
      const at: Partial<Place> = (await this.registry?.get(this.tenant)) ?? SOURCE;
      const client = sessions.find(({ place }) => isSame(at, place))?.client;
      if (!client) throw new Error(`${String(at.cell)}/${String(at.shard)} is no place of this test`);
      try {
        await this.write(client, turn);
        this.written += 1;
        this.committed.push(this.seed * 1_000_000 + turn);
        if (frozenSince > 0) this.longestRefused = Math.max(this.longestRefused, Date.now() - frozenSince);
        frozenSince = 0;
      } catch (error) {
        await client.query('ROLLBACK');
        const { code, message } = error as Error & { code?: string };
        if (code === '55P03' && message.includes('is being moved')) {
          this.refused += 1;
          frozenSince = frozenSince === 0 ? Date.now() : frozenSince;
        } else this.failures.push(`${String(code)} ${message}`);
      }
      await pause(3);
    }
    for (const { client } of sessions) await client.end();
  }

  private async write(client: Client, turn: number): Promise<void> {
    const mine = this.seed * 1_000_000 + turn;
    await client.query(`BEGIN; SELECT set_config('app.tenant_id', '${this.tenant}', true)`);
    await client.query(`INSERT INTO app.orders (amount, details, code) VALUES ($1, $2, 'new') RETURNING id`, [
      mine / 3,
      JSON.stringify({ mine }),
    ]);
    await client.query(`INSERT INTO app.notes (id, body) VALUES ($1, $2)`, [
      mine,
      'n'.repeat((mine % 5) * 1000),
    ]);
    await client.query(`UPDATE app.notes SET parent = $1 WHERE id = $2`, [mine, mine - 1]);
    await client.query(
      `UPDATE app.customers SET tags = array_append(tags, 'x') WHERE id = (SELECT min(id) + $1 FROM app.customers)`,
      [turn % 20],
    );
    // A long value that does not change is not in the log.
    await client.query(`UPDATE app.notes SET touched = NULL WHERE id = $1`, [1 + (turn % 19)]);
    if (turn % 5 === 4)
      await client.query(
        `DELETE FROM app.orders WHERE id = (SELECT max(id) FROM app.orders WHERE details->>'mine' = $1)`,
        [String(mine - 2)],
      );
    await client.query('COMMIT');
  }
}
