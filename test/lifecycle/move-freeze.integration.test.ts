import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { beginRecord, endRecord, freeze, thaw, transaction, watch } from '../../lifecycle/move/record';
import { Side } from '../../lifecycle/move/side';
import { type MovedTable, tenantTables } from '../../lifecycle/move/tables';
import { databaseVariable, rehearsalDatabases } from '../../lifecycle/surroundings/databases';
import { ADMIN, install, type InstalledServer, startInstalled } from '../support/postgres';

const PLACE = { cell: 'use1a', shard: 'data-shard-1' };
let server: InstalledServer;
let side: Side;
let tables: readonly MovedTable[];

beforeAll(async () => {
  server = await startInstalled(['wal_level=logical']);
  await install(server);
  await server.run(
    'bulkhead_migrator',
    `BEGIN; CREATE TABLE app.orders (id int PRIMARY KEY, ref text); SELECT tenancy.isolate('app.orders'); COMMIT`,
  );
  const url = `postgres:///postgres?host=${server.host}`;
  side = new Side(rehearsalDatabases({ [databaseVariable(PLACE)]: url }), PLACE, 'acme');
  await side.open();
  tables = await tenantTables(side.client);
});
afterAll(async () => {
  await side.close();
  await server.close();
});

async function application(tenant: string, level = 'READ COMMITTED'): Promise<Client> {
  const client = await server.connect('bulkhead_starter');
  await client.query(`BEGIN ISOLATION LEVEL ${level}; SELECT set_config('app.tenant_id', '${tenant}', true)`);
  return client;
}
async function once(tenant: string, sql: string): Promise<unknown[]> {
  const client = await application(tenant);
  try {
    const { rows } = await client.query<object>(sql);
    await client.query('COMMIT');
    return rows;
  } finally {
    await client.end();
  }
}
const REFUSED = { code: '55P03', message: 'tenant acme is being moved: its rows cannot be written here' };

describe('a tenant that is frozen', () => {
  it('cannot write, can read, and is the only one', async () => {
    await once('acme', `INSERT INTO app.orders VALUES (1, 'before')`);
    const old = await application('acme', 'REPEATABLE READ');
    await old.query('SELECT * FROM app.orders');

    await beginRecord(side, 'move-1', 'source', 'use1a/data-shard-2');
    await watch(side, tables);
    await watch(side, tables);
    // Nothing is refused yet, but to who cannot see that it has begun.
    await once('acme', `INSERT INTO app.orders VALUES (2, 'while it is copied')`);
    await expect(old.query(`INSERT INTO app.orders VALUES (3, 'old')`)).rejects.toMatchObject({
      code: '40001',
    });
    await old.end();

    const slow = await application('acme');
    await slow.query(`INSERT INTO app.orders VALUES (4, 'in time')`);
    const before = await application('acme', 'REPEATABLE READ');
    await before.query('SELECT * FROM app.orders');
    let isFrozen = false;
    const freezing = freeze(side, 10_000).then(() => {
      isFrozen = true;
    });
    await once('globex', `INSERT INTO app.orders VALUES (1, 'others notice nothing')`);
    expect(isFrozen).toBe(false);
    await slow.query('COMMIT');
    await slow.end();
    await freezing;

    for (const sql of [
      `INSERT INTO app.orders VALUES (5)`,
      `UPDATE app.orders SET ref = 'x' WHERE id = 1`,
      `DELETE FROM app.orders WHERE id = 1`,
    ])
      await expect(once('acme', sql)).rejects.toMatchObject(REFUSED);
    await expect(before.query('DELETE FROM app.orders')).rejects.toMatchObject({ code: '40001' });
    await before.end();
    // A migration's backfill too, for it would be lost; but only of this tenant's rows.
    await expect(server.run('bulkhead_migrator', `UPDATE app.orders SET ref = 'x'`)).rejects.toMatchObject(
      REFUSED,
    );
    await server.run('bulkhead_migrator', `UPDATE app.orders SET ref = 'x' WHERE tenant_id = 'globex'`);
    expect(await once('acme', 'SELECT id FROM app.orders ORDER BY id')).toEqual([
      { id: 1 },
      { id: 2 },
      { id: 4 },
    ]);

    await thaw(side);
    await once('acme', 'DELETE FROM app.orders WHERE id = 4');
  });

  it('keeps tables as they are until the move ends', async () => {
    const refused = /tables of schema app stay as they are while a tenant is being moved: acme/;
    for (const sql of [
      'ALTER TABLE app.orders ADD COLUMN extra int',
      `BEGIN; CREATE TABLE app.more (id int PRIMARY KEY); SELECT tenancy.isolate('app.more'); COMMIT`,
      'DROP TABLE app.orders',
    ]) {
      await expect(server.run('bulkhead_migrator', sql)).rejects.toThrow(refused);
      await server.run('bulkhead_migrator', 'ROLLBACK');
    }
    await endRecord(side, tables);
    await server.run('bulkhead_migrator', 'ALTER TABLE app.orders ADD COLUMN extra int');
    expect(
      await server.run(ADMIN, `SELECT tgname FROM pg_trigger WHERE tgname LIKE 'tenancy_move%'`),
    ).toEqual([]);
    expect(await server.run(ADMIN, 'SELECT * FROM tenancy.violations()')).toEqual([]);
  });
});

describe('bulkhead_mover', () => {
  it('touches rows of the tenant of its session only, whatever it asks for', async () => {
    const seen = await side.client.query('SELECT DISTINCT tenant_id FROM app.orders');
    expect(seen.rows).toEqual([{ tenant_id: 'acme' }]);
    expect((await side.client.query(`DELETE FROM app.orders WHERE tenant_id = 'globex'`)).rowCount).toBe(0);
    await expect(
      side.client.query(`INSERT INTO app.orders (tenant_id, id) VALUES ('globex', 9)`),
    ).rejects.toThrow('violates row-level security policy');
    await expect(side.client.query('SET ROLE bulkhead_migrator')).rejects.toThrow('permission denied');
    await expect(side.client.query('ALTER TABLE app.orders NO FORCE ROW LEVEL SECURITY')).rejects.toThrow(
      'tenant isolation would be weakened',
    );
  });

  it('is a finding when it is given more', async () => {
    await server.run(ADMIN, 'GRANT bulkhead_migrator TO bulkhead_mover; ALTER ROLE bulkhead_mover CREATEDB');
    expect(await server.run(ADMIN, 'SELECT object, problem FROM tenancy.violations()')).toEqual([
      { object: 'role bulkhead_mover', problem: "has powers beyond the platform's" },
      { object: 'role bulkhead_mover', problem: 'is a member of bulkhead_migrator' },
    ]);
    await server.run(
      ADMIN,
      'REVOKE bulkhead_migrator FROM bulkhead_mover; ALTER ROLE bulkhead_mover NOCREATEDB',
    );
  });
});

it('a subscription of PostgreSQL does not write to tables with forced row-level security', async () => {
  const target = await startInstalled(['wal_level=logical']);
  try {
    await install(target);
    await target.run(
      'bulkhead_migrator',
      `BEGIN; CREATE TABLE app.orders (id int PRIMARY KEY, ref text, extra int); SELECT tenancy.isolate('app.orders'); COMMIT`,
    );
    await server.run(ADMIN, `CREATE PUBLICATION native FOR TABLE app.orders WHERE (tenant_id = 'acme')`);
    await target.run(ADMIN, `CREATE ROLE native LOGIN SUPERUSER; SET ROLE native`);
    await target.run(
      ADMIN,
      `CREATE SUBSCRIPTION native CONNECTION 'host=${server.host} dbname=postgres user=${ADMIN}' PUBLICATION native WITH (copy_data = false)`,
    );
    await target.run(ADMIN, `RESET ROLE; GRANT bulkhead_owner TO native; ALTER ROLE native NOSUPERUSER`);
    await once('acme', `INSERT INTO app.orders VALUES (20, 'native')`);
    const refusal = 'cannot replicate into relation with row-level security enabled: "orders"';
    const until = Date.now() + 20_000;
    while (!target.log().includes(refusal) && Date.now() < until) await pause(200);
    expect(target.log()).toContain(refusal);
    expect(await target.run(ADMIN, 'SELECT * FROM app.orders')).toEqual([]);
  } finally {
    await target.run(
      ADMIN,
      'ALTER SUBSCRIPTION native DISABLE; ALTER SUBSCRIPTION native SET (slot_name = NONE)',
    );
    await target.run(ADMIN, 'DROP SUBSCRIPTION native').catch(() => undefined);
    await target.close();
  }
});

describe('a table that somebody else changes', () => {
  it('is waited for by who reads rows, while who changes it makes nobody wait for more than half a second', async () => {
    await once('globex', `INSERT INTO app.orders VALUES (90)`);
    const other = await server.connect(ADMIN);
    await other.query('BEGIN; LOCK TABLE app.orders IN ACCESS EXCLUSIVE MODE');
    const reading = side.client.query('SELECT FROM app.orders');
    expect(await Promise.race([reading, pause(1500, 'waits')])).toBe('waits');
    await other.query('COMMIT');
    await other.end();
    await reading;

    let timeout: unknown;
    await transaction(side, async () => {
      ({
        rows: [timeout],
      } = await side.client.query('SHOW lock_timeout'));
    });
    expect(timeout).toEqual({ lock_timeout: '500ms' });
  });
});
