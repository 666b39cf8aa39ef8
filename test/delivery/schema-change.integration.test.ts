import { execFile } from 'node:child_process';
import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import type { Migration } from '../../cli/migrations/operations';
import { readMigration, migrationFiles } from '../../cli/migrations/read';
import { CHECK_EXITS, MIGRATIONS_PATH, type SchemaPhase } from '../../constructs/core/schema-jobs';
import { CHECK, VERIFY } from '../../constructs/delivery/schema-steps';
import { INIT, Pgroll, type Options } from '../support/pgroll-statements';
import { ADMIN, install, type InstalledServer, startInstalled } from '../support/postgres';
import { Comparison, type Findings, Load, LockWatch, NEW, OLD, TENANTS } from '../support/schema-load';

const ROWS = 100_000;
/** What nobody may wait for a lock, or hold one that keeps others out, in milliseconds. */
const LIMIT_MS = 1000;

/** One of the examples, as `bulkhead migrations` reads it. */
function example(name: string): Migration {
  const file = migrationFiles('examples/migrations').find((each) => each.file.startsWith(`${name}.`));
  if (file === undefined) throw new Error(`there is no example ${name}`);
  return readMigration(file).migration;
}
const orders = example('01_orders');
const cents = example('02_amount_in_cents');

let server: InstalledServer;
const run = promisify(execFile);
const socketOf = (client: Client): Socket =>
  (client as unknown as { connection: { stream: Socket } }).connection.stream;

/** A run of pgroll in a session of its own, as each job has one. */
async function migrator<T>(work: (pgroll: Pgroll) => Promise<T>, options: Partial<Options> = {}): Promise<T> {
  const client = await server.connect('bulkhead_migrator');
  client.on('error', () => undefined);
  try {
    return await work(await Pgroll.connect(client, options));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Runs a step of the job, with the psql of this machine. */
async function step(script: string, phase: SchemaPhase): Promise<void> {
  await run('/bin/sh', ['-c', script.replaceAll(MIGRATIONS_PATH, resolve('examples/migrations'))], {
    env: {
      ...{ PATH: `${process.env['PATH'] ?? ''}:/usr/lib/postgresql/15/bin`, PGHOST: server.host },
      ...{ PGDATABASE: 'postgres', PGUSER: 'bulkhead_migrator', PHASE: phase, MIGRATION: cents.name },
      PGOPTIONS: '-c pgroll.no_inferred_migrations=TRUE',
    },
  });
}

/** A whole job: looks, does it, looks again. */
async function job(phase: SchemaPhase, options: Partial<Options> = {}): Promise<void> {
  await step(CHECK, phase);
  await migrator(async (pgroll) => {
    if (phase === 'expand') await pgroll.start(cents);
    else if (phase === 'contract') await pgroll.complete(cents);
    else await pgroll.rollback(cents);
  }, options);
  await step(VERIFY, phase);
}

const violations = (): Promise<unknown> => server.run(ADMIN, 'SELECT * FROM tenancy.violations()');

/** Everything about the old version's table that a release could notice. */
const shape = async (): Promise<unknown> =>
  server.run(
    ADMIN,
    `SELECT 'column' AS kind, attname::text AS name, concat(format_type(atttypid, atttypmod), attnotnull, pg_get_expr(d.adbin, d.adrelid)) AS what
       FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum
       WHERE attrelid = 'app.orders'::regclass AND attnum > 0 AND NOT attisdropped
     UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'app.orders'::regclass
     UNION ALL SELECT 'index', indexrelid::regclass::text, concat(indisvalid, pg_get_indexdef(indexrelid)) FROM pg_index WHERE indrelid = 'app.orders'::regclass
     UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'app.orders'::regclass AND NOT tgisinternal
     UNION ALL SELECT 'routine', oid::regprocedure::text, '' FROM pg_proc WHERE pronamespace = 'app'::regnamespace
     UNION ALL SELECT 'relation', oid::regclass::text, concat(relkind, relacl) FROM pg_class WHERE relnamespace::regnamespace::text LIKE 'app%' AND relkind IN ('r', 'v')
     UNION ALL SELECT 'schema', nspname, nspacl::text FROM pg_namespace WHERE nspname LIKE 'app%'
     UNION ALL SELECT 'migration', name, done::text FROM pgroll.migrations
     ORDER BY 1, 2`,
  );

const expectUnharmed = (...all: readonly Findings[]): void => {
  for (const { failures, wrong, slowestMs, statements } of all) {
    expect(failures).toEqual([]);
    expect(wrong).toEqual([]);
    expect(slowestMs).toBeLessThan(LIMIT_MS);
    expect(statements).toBeGreaterThan(20);
  }
};

const expectShortLocks = ({ waitedMs, heldMs, samples }: LockWatch): void => {
  expect(samples).toBeGreaterThan(10);
  expect(waitedMs).toBeLessThan(LIMIT_MS);
  expect(heldMs).toBeLessThan(LIMIT_MS);
};

/** Lets `work` happen while both versions' sessions run, as far as there are any. */
async function underLoad(loads: readonly (typeof OLD)[], work: () => Promise<void>): Promise<void> {
  const running = await Promise.all(loads.map((version) => Load.start(server, version)));
  const watch = await LockWatch.start(server);
  try {
    await work();
  } finally {
    const found = await Promise.all(running.map((load) => load.stop()));
    await watch.stop();
    expectUnharmed(...found);
    expectShortLocks(watch);
  }
}

describe('a schema change under load of two versions, on the PostgreSQL of this machine', () => {
  let before: unknown;

  beforeAll(async () => {
    server = await startInstalled();
    await install(server);
    await server.run(ADMIN, INIT);
    await migrator(async (pgroll) => {
      await pgroll.start(orders);
      await pgroll.complete(orders);
    });
    await server.query(
      'bulkhead_migrator',
      `INSERT INTO app.orders (tenant_id, amount)
       SELECT ($1::text[])[1 + n % $2], n FROM generate_series(1, $3::int) n`,
      [TENANTS, TENANTS.length, ROWS],
    );
    await server.run(ADMIN, 'VACUUM ANALYZE app.orders');
    before = await shape();
  }, 60_000);
  afterAll(() => server.close());
  afterEach(async () => {
    expect(await violations()).toEqual([]);
  });

  it('can be taken back right after it was begun', async () => {
    await underLoad([OLD], async () => {
      const stopped = {
        onBatch: () => {
          throw new Error('stopped before the first row');
        },
      };
      await expect(job('expand', stopped)).rejects.toThrow('stopped before');
      expect(await violations()).toEqual([]);
      await job('rollback');
    });
    expect(await shape()).toEqual(before);
    await expect(step(CHECK, 'rollback')).rejects.toMatchObject({ code: CHECK_EXITS.nothingToDo });
    await expect(step(CHECK, 'contract')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is nothing to contract') as unknown,
    });
  });

  it('can be taken back when the migrator was killed in the midst of its rows', async () => {
    await underLoad([OLD], async () => {
      const client = await server.connect('bulkhead_migrator');
      client.on('error', () => undefined);
      const pgroll = await Pgroll.connect(client, {
        onBatch: (batch) => {
          // As kill -9 does: the connection is gone, and nobody says goodbye.
          if (batch === 10) socketOf(client).destroy();
        },
      });
      await expect(pgroll.start(cents)).rejects.toThrow();
      const [left] = await server.run(ADMIN, 'SELECT count(*) FROM app.orders WHERE _pgroll_needs_backfill');
      expect(left?.['count']).toBeGreaterThan(ROWS / 2);
      expect(await violations()).toEqual([]);
      await expect(step(CHECK, 'expand')).rejects.toMatchObject({ code: CHECK_EXITS.interrupted });
      await job('rollback');
    });
    expect(await shape()).toEqual(before);
  });

  it('waits for a long reader without harm, lets both versions work, and can be taken back with what the new one wrote', async () => {
    await underLoad([OLD], async () => {
      const patient = await server.connect(OLD.role);
      await patient.query('BEGIN');
      await patient.query(`SELECT set_config('app.tenant_id', 'tenant-1', true)`);
      await patient.query(`SELECT count(*) FROM ${OLD.schema}.orders`);
      // Until the migrator has given up, within its lock timeout, three times.
      const waits: Promise<unknown>[] = [];
      await job('expand', {
        onRetry: (retries) => {
          if (retries === 3) waits.push(patient.query('COMMIT'));
        },
      });
      expect(waits).toHaveLength(1);
      await Promise.all(waits);
      await patient.end();

      const fresh = await Load.start(server, NEW);
      const comparison = await Comparison.start(server);
      await pause(3000);
      expect(await violations()).toEqual([]);
      expectUnharmed(await fresh.stop(), await comparison.stop());
      const [unfilled] = await server.run(
        ADMIN,
        'SELECT count(*) FROM app.orders WHERE _pgroll_needs_backfill',
      );
      expect(unfilled).toEqual({ count: 0 });
      await job('rollback');
    });
    expect(await shape()).toEqual(before);
    expect(await server.run(ADMIN, 'SELECT count(*) FROM app.orders WHERE amount < 1')).toEqual([
      { count: 0 },
    ]);
  });

  it('leaves the new version alone, and refuses the old one, once it is contracted', async () => {
    // The backfill of all rows has been seen.
    await server.run(ADMIN, `DELETE FROM app.orders WHERE id > ${ROWS / 5}`);
    await underLoad([OLD], () => job('expand'));
    await underLoad([NEW], async () => {
      const old = await Load.start(server, OLD);
      await pause(1000);
      // The last pod of the old version is gone.
      expectUnharmed(await old.stop());
      await job('contract');
      await pause(500);
    });
    await server.query(
      OLD.role,
      `SELECT set_config('app.tenant_id', 'tenant-1', false), set_config('search_path', $1, false)`,
      [OLD.schema],
    );
    await expect(server.run(OLD.role, 'SELECT * FROM orders')).rejects.toThrow(
      'relation "orders" does not exist',
    );
    const columns = await server.run(
      ADMIN,
      `SELECT attname AS name, attnotnull AS required FROM pg_attribute WHERE attrelid = 'app.orders'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1`,
    );
    expect(columns).toEqual(['amount_cents', 'id', 'tenant_id'].map((name) => ({ name, required: true })));
    expect(
      await server.run(ADMIN, `SELECT * FROM pg_trigger WHERE tgrelid = 'app.orders'::regclass`),
    ).toEqual([]);
    // pgroll's history holds its own changes, and none that it noticed beside them.
    expect(await server.run(ADMIN, `SELECT name, done FROM pgroll.migrations ORDER BY 1`)).toEqual([
      { name: '01_orders', done: true },
      { name: '02_amount_in_cents', done: true },
    ]);
    for (const phase of ['expand', 'contract'] as const) {
      await expect(step(CHECK, phase)).rejects.toMatchObject({ code: CHECK_EXITS.nothingToDo });
    }
    await expect(step(CHECK, 'rollback')).rejects.toMatchObject({ code: 1 });
  });
});

describe('what the rules for migrations and the steps around pgroll keep away', () => {
  const required: Migration = {
    name: '03_note',
    operations: [
      { kind: 'add_column', table: 'orders', up: `'none'`, column: { name: 'note', type: 'text' } },
    ],
  };

  beforeAll(async () => {
    server = await startInstalled();
    await install(server);
    await server.run(ADMIN, INIT);
    await migrator(async (pgroll) => {
      await pgroll.start(orders);
      await pgroll.complete(orders);
    });
    await server.run(
      'bulkhead_migrator',
      `INSERT INTO app.orders (tenant_id, amount) VALUES ('tenant-1', 1)`,
    );
  }, 60_000);
  afterAll(() => server.close());

  const write = async (): Promise<unknown> => {
    await server.run(OLD.role, 'BEGIN');
    try {
      await server.query(
        OLD.role,
        `SELECT set_config('app.tenant_id', 'tenant-1', true), set_config('search_path', $1, true)`,
        [OLD.schema],
      );
      return await server.query(OLD.role, OLD.insert, [1]);
    } finally {
      await server.run(OLD.role, 'COMMIT');
    }
  };

  /** What an application that writes after each of the migrator's statements is told. */
  function writing(): { readonly seen: readonly string[]; readonly options: Partial<Options> } {
    const seen: string[] = [];
    const onStatement = async (): Promise<void> => {
      try {
        await write();
      } catch (error) {
        seen.push((error as Error).message);
      }
    };
    return { seen, options: { onStatement } };
  }

  it('a required column without a default, which the old version cannot write until its trigger is there', async () => {
    const { seen, options } = writing();
    await migrator((pgroll) => pgroll.start(required), options);
    expect(seen).toContainEqual(
      expect.stringContaining('violates check constraint "_pgroll_check_not_null_note"'),
    );
    await server.query('bulkhead_migrator', 'SELECT tenancy.end_copying()', []);
    await migrator((pgroll) => pgroll.rollback(required));
  });

  it('an end of the copying in many steps, between which nobody can write', async () => {
    const { seen, options } = writing();
    await migrator((pgroll) => pgroll.start(cents));
    await migrator((pgroll) => pgroll.rollback(cents), options);
    expect(seen).toContainEqual(expect.stringContaining('record "new" has no field'));
    await write();
  });
});
