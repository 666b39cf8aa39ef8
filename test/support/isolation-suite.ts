import { tenancySql } from '../../constructs/data/sql';

import { APPLICATION_ATTACKS, MIGRATION_ATTACKS, seed, successfulAttacks } from './isolation-attacks';
import { ADMIN, inTransaction, install, type Server } from './postgres';

/** Ways to break the isolation on purpose. The attacks must notice each, or they prove nothing. */
export const MUTATIONS: readonly (readonly [string, string])[] = [
  ['row-level security is disabled', 'ALTER TABLE app.orders DISABLE ROW LEVEL SECURITY'],
  ['row-level security is not forced', 'ALTER TABLE app.orders NO FORCE ROW LEVEL SECURITY'],
  ['the policy reads everything', 'ALTER POLICY tenant_isolation ON app.orders USING (true)'],
  ['the policy checks no writes', 'ALTER POLICY tenant_isolation ON app.orders WITH CHECK (true)'],
  ['a partition has no policy', 'ALTER TABLE app.events_2026 DISABLE ROW LEVEL SECURITY'],
  [
    "a view reads with its owner's rights",
    `ALTER VIEW app.order_totals SET (security_invoker = false); ALTER VIEW app.order_totals OWNER TO ${ADMIN}`,
  ],
  [
    'a foreign key leaves the tenant out',
    'ALTER TABLE app.lines DROP CONSTRAINT lines_tenant_id_order_id_fkey; CREATE UNIQUE INDEX orders_id_key ON app.orders (id) WHERE false; ALTER TABLE app.orders ADD CONSTRAINT orders_global UNIQUE (id); ALTER TABLE app.lines ADD FOREIGN KEY (order_id) REFERENCES app.orders (id)',
  ],
  [
    "the tenant's absence is no error",
    `CREATE OR REPLACE FUNCTION tenancy.current_tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant_id', true) $$`,
  ],
  ['the application may truncate', 'GRANT TRUNCATE ON app.orders TO bulkhead_app'],
  ['the application is the owner', 'GRANT bulkhead_owner TO bulkhead_starter'],
  ['the application bypasses row-level security', 'ALTER ROLE bulkhead_starter BYPASSRLS'],
];

/** What every PostgreSQL must do once the platform's SQL is installed; the same for each kind of server. */
export function describeTenantIsolation(
  start: () => Promise<Server>,
  mutations: readonly (readonly [string, string])[],
): void {
  let server: Server;
  beforeAll(async () => {
    server = await start();
    await install(server);
    await seed(server);
  }, 120_000);
  afterAll(() => server.close());

  it(`withstands ${APPLICATION_ATTACKS.length} attacks from an application's session`, async () => {
    expect(await successfulAttacks(server, APPLICATION_ATTACKS)).toEqual([]);
  }, 120_000);

  it(`refuses ${MIGRATION_ATTACKS.length} migrations that would weaken it`, async () => {
    expect(await successfulAttacks(server, MIGRATION_ATTACKS)).toEqual([]);
  }, 120_000);

  it('lets a tenant do its own work', async () => {
    await inTransaction(server, 'bulkhead_starter', 'acme', async () => {
      const run = (sql: string) => server.run('bulkhead_starter', sql);
      const [order] = await run(`INSERT INTO app.orders (ref, amount) VALUES ('own', 7) RETURNING *`);
      expect(order).toMatchObject({ tenant_id: 'acme', ref: 'own', amount: 7 });
      await run(`INSERT INTO app.lines (order_id) SELECT id FROM app.orders`);
      await run(`INSERT INTO app.events (at, note) VALUES ('2026-03-01', 'own')`);
      expect(await run('SELECT note FROM app.events_2026')).toEqual([{ note: 'own' }]);
      expect(await run('SELECT total FROM app.order_totals')).toEqual([{ total: 7 }]);
      expect(await run('SELECT app.order_count()')).toEqual([{ order_count: 1 }]);
      await run('DELETE FROM app.orders');
      expect(await run('SELECT count(*) FROM app.lines')).toEqual([{ count: 0 }]);
    });
  });

  it('lets two tenants use the same keys', async () => {
    for (const tenant of ['acme', 'acme-eu']) {
      await inTransaction(server, 'bulkhead_starter', tenant, () =>
        server.run('bulkhead_starter', `INSERT INTO app.orders (id, ref) VALUES (5, 'same')`),
      );
    }
  });

  it('lets a migration backfill the rows of every tenant', async () => {
    await server.run('bulkhead_migrator', 'ALTER TABLE app.orders ADD COLUMN currency text');
    await server.run('bulkhead_migrator', `UPDATE app.orders SET currency = 'EUR'`);
    expect(await server.run(ADMIN, 'SELECT count(*) FROM app.orders WHERE currency IS NULL')).toEqual([
      { count: 0 },
    ]);
  });

  it('opens the views of a new schema version to applications, still one tenant at a time', async () => {
    await server.run('bulkhead_migrator', 'CREATE SCHEMA app_02_currency');
    await server.run(
      'bulkhead_migrator',
      'CREATE VIEW app_02_currency.orders WITH (security_invoker = true) AS SELECT * FROM app.orders',
    );
    await inTransaction(server, 'bulkhead_starter', 'acme-eu', async () => {
      expect(
        await server.run('bulkhead_starter', 'SELECT tenant_id, currency FROM app_02_currency.orders'),
      ).toEqual([{ tenant_id: 'acme-eu', currency: 'EUR' }]);
    });
  });

  it('keeps the tenant out of the next transaction of the same connection', async () => {
    await inTransaction(server, 'bulkhead_starter', 'globex', () =>
      server.run('bulkhead_starter', 'SELECT * FROM app.orders'),
    );
    await expect(server.run('bulkhead_starter', 'SELECT * FROM app.orders')).rejects.toThrow(
      'no tenant is set',
    );
  });

  it('keeps one plan of a prepared statement apart for each tenant', async () => {
    const role = 'bulkhead_starter';
    await server.run(role, 'PREPARE mine AS SELECT DISTINCT tenant_id FROM app.orders');
    for (let round = 0; round < 8; round++) {
      const tenant = round % 2 === 0 ? 'acme' : 'globex';
      expect(await inTransaction(server, role, tenant, () => server.run(role, 'EXECUTE mine'))).toEqual([
        { tenant_id: tenant },
      ]);
    }
    await expect(server.run(role, 'EXECUTE mine')).rejects.toThrow('no tenant is set');
    await server.run(role, 'DEALLOCATE mine');
  });

  it('changes nothing when it is applied again', async () => {
    const catalog = () =>
      server.run(
        ADMIN,
        `
        SELECT (SELECT string_agg(concat(oid, relname, relrowsecurity, relacl::text), ',' ORDER BY oid) FROM pg_class WHERE relnamespace IN ('app'::regnamespace, 'tenancy'::regnamespace)) AS tables,
               (SELECT string_agg(concat(oid, polname, pg_get_expr(polqual, polrelid)), ',' ORDER BY oid) FROM pg_policy) AS policies,
               (SELECT string_agg(concat(rolname, rolcanlogin, rolbypassrls), ',' ORDER BY rolname) FROM pg_roles) AS roles,
               (SELECT string_agg(roleid::regrole::text || member::regrole::text, ',' ORDER BY roleid, member) FROM pg_auth_members) AS members,
               (SELECT string_agg(concat(evtname, evtenabled), ',') FROM pg_event_trigger) AS guards`,
      );
    const before = await catalog();
    await install(server);
    expect(await catalog()).toEqual(before);
  });

  it("reports a tenant that became a login's default, and removes it when applied again", async () => {
    await server.run(ADMIN, `ALTER ROLE bulkhead_starter SET app.tenant_id = 'globex'`);
    expect(await server.run(ADMIN, 'SELECT object, problem FROM tenancy.violations()')).toEqual([
      { object: 'role bulkhead_starter', problem: 'starts every session with app.tenant_id=globex' },
    ]);
    await install(server);
    expect(await server.run(ADMIN, 'SELECT * FROM tenancy.violations()')).toEqual([]);
  });

  it('reports what one login may create, even if no other application may', async () => {
    await server.run(ADMIN, 'GRANT TEMPORARY ON DATABASE postgres TO bulkhead_starter');
    expect(await server.run(ADMIN, 'SELECT object, problem, remedy FROM tenancy.violations()')).toEqual([
      {
        object: 'database postgres',
        problem: 'applications may create schemas or temporary tables',
        remedy: 'REVOKE CREATE, TEMPORARY ON DATABASE postgres FROM PUBLIC, bulkhead_starter',
      },
    ]);
    await server.run(ADMIN, 'REVOKE TEMPORARY ON DATABASE postgres FROM bulkhead_starter');
    expect(await server.run(ADMIN, 'SELECT * FROM tenancy.violations()')).toEqual([]);
  });

  it('reports tables that REASSIGN OWNED gave away, which fires no event trigger, at the next check', async () => {
    await server.run('bulkhead_migrator', 'BEGIN; REASSIGN OWNED BY bulkhead_owner TO bulkhead_migrator');
    const found = await server.run('bulkhead_migrator', 'SELECT object, problem FROM tenancy.violations()');
    await server.run('bulkhead_migrator', 'ROLLBACK');
    expect(found).toContainEqual({ object: 'app.orders', problem: 'is owned by bulkhead_migrator' });
  });

  it("lets pgroll keep functions with its owner's rights where no application reaches them", async () => {
    await server.run(
      ADMIN,
      `
      CREATE TABLE pgroll.notes (name text);
      CREATE FUNCTION pgroll.latest() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT max(name) FROM pgroll.notes $$`,
    );
    expect(await server.run(ADMIN, 'SELECT * FROM tenancy.violations()')).toEqual([]);
    // The migrator may use both, and nobody had to grant it.
    await server.run('bulkhead_migrator', `INSERT INTO pgroll.notes VALUES ('01')`);
    expect(await server.run('bulkhead_migrator', 'SELECT pgroll.latest()')).toEqual([{ latest: '01' }]);
    await server.run(ADMIN, 'DROP FUNCTION pgroll.latest(); DROP TABLE pgroll.notes');
  });

  it('names every weakness of a table at once, with its remedy', async () => {
    await expect(
      server.run(
        'bulkhead_migrator',
        `CREATE TABLE app.bad (id int); CREATE UNIQUE INDEX bad_key ON app.bad (id); SELECT tenancy.isolate('app.bad')`,
      ),
    ).rejects.toThrow(
      'unique index app.bad_key lacks tenant_id, so it tells one tenant what another one stores. Remedy: put tenant_id first in the key',
    );
  });

  it('will not isolate a table whose rows belong to nobody', async () => {
    await server.run(ADMIN, 'ALTER EVENT TRIGGER tenancy_guard DISABLE');
    await server.run('bulkhead_migrator', 'CREATE TABLE app.legacy AS SELECT 1 AS id');
    await server.run(ADMIN, 'ALTER EVENT TRIGGER tenancy_guard ENABLE');
    await expect(server.run('bulkhead_migrator', `SELECT tenancy.isolate('app.legacy')`)).rejects.toThrow(
      'app.legacy has rows that belong to no tenant',
    );
    await expect(server.run('bulkhead_migrator', 'CREATE SCHEMA blocked')).rejects.toThrow(
      'app.legacy: has no tenant isolation',
    );
    await server.run('bulkhead_migrator', 'DROP TABLE app.legacy');
  });

  it("installs twice as an administrator without superuser, as Aurora's is, and gives logins rds_iam there", async () => {
    const aurora = await start();
    try {
      await aurora.run(
        ADMIN,
        `
        CREATE ROLE rds_iam; CREATE ROLE master LOGIN CREATEROLE CREATEDB; GRANT rds_iam TO master WITH ADMIN OPTION;
        ALTER DATABASE postgres OWNER TO master`,
      );
      // Event triggers alone are left out: Aurora lets its administrator create them, PostgreSQL only a superuser.
      const script = tenancySql(['bulkhead_starter'])
        .script.replace(
          /DO \$\$\s+BEGIN\s+IF (NOT )?EXISTS \(SELECT FROM pg_catalog\.pg_event_trigger[^]*?END\s+\$\$;/g,
          '',
        )
        .replace('ALTER EVENT TRIGGER tenancy_guard ENABLE;', '');
      expect(script).not.toContain('EVENT TRIGGER tenancy_guard');
      await aurora.run('master', script);
      await aurora.run('master', script);
      await seed(aurora);
      expect(
        await aurora.run(
          ADMIN,
          `
        SELECT member::regrole::text AS login FROM pg_auth_members
        WHERE roleid = 'rds_iam'::regrole AND member <> 'master'::regrole ORDER BY 1`,
        ),
      ).toEqual([{ login: 'bulkhead_migrator' }, { login: 'bulkhead_mover' }, { login: 'bulkhead_starter' }]);
      // The administrator is bound by the policies as well.
      await expect(aurora.run('master', 'SELECT * FROM app.orders')).rejects.toThrow(
        /permission denied|no tenant is set/,
      );
      await expect(aurora.run('bulkhead_starter', 'SELECT * FROM app.orders')).rejects.toThrow(
        'no tenant is set',
      );
      expect(await aurora.run(ADMIN, 'SELECT * FROM tenancy.violations()')).toEqual([]);
    } finally {
      await aurora.close();
    }
  }, 120_000);

  it('will not trust a role of its own that somebody gave powers to', async () => {
    const odd = await start();
    try {
      await odd.run(ADMIN, 'CREATE ROLE bulkhead_app BYPASSRLS');
      await expect(install(odd)).rejects.toThrow(
        'role bulkhead_app must have no special attribute, but it has BYPASSRLS',
      );
      await odd.run(ADMIN, 'ROLLBACK');
    } finally {
      await odd.close();
    }
  }, 120_000);

  describe('once the isolation is broken on purpose', () => {
    it.each(mutations)(
      'the attacks find that %s',
      async (_, sql) => {
        const broken = await start();
        try {
          await install(broken);
          await seed(broken);
          await broken.run(ADMIN, 'ALTER EVENT TRIGGER tenancy_guard DISABLE');
          await broken.run(ADMIN, sql);
          expect(await successfulAttacks(broken, APPLICATION_ATTACKS)).not.toEqual([]);
        } finally {
          await broken.close();
        }
      },
      120_000,
    );

    it('the attacks find that the guard sleeps', async () => {
      await server.run(ADMIN, 'ALTER EVENT TRIGGER tenancy_guard DISABLE');
      const openView = MIGRATION_ATTACKS.filter(({ name }) => name.includes('CREATE VIEW app.all_orders'));
      expect(await successfulAttacks(server, openView)).toEqual([
        'migration: CREATE VIEW app.all_orders AS SELECT * FROM app.orders: it succeeded',
      ]);
    });
  });
}
