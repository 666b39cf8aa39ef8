import { ADMIN, type Row, type Server } from './postgres';

/** Something an attacker tries from a session that serves tenant `acme`. The victim is tenant `globex`. */
export interface Attack {
  readonly name: string;
  readonly sql: string;
  /** @default 'bulkhead_starter' - the application's login */
  readonly role?: string;
  /** @default 'acme'; null sets none */
  readonly tenant?: string | null;
  /** What PostgreSQL must answer. @default - it may succeed, as long as nothing of the victim is seen or changed */
  readonly refused?: RegExp;
  /** Not on the embedded server, which has one connection for all roles and waits for ever on COPY … FROM STDIN. */
  readonly installedOnly?: boolean;
}

const NO_TENANT = /no tenant is set for this transaction/;
const DENIED = /permission denied|must be owner|must be superuser|must have admin option|is not available/;
const POLICY = /violates row-level security policy/;
const GUARD = /tenant isolation would be weakened/;

const statementsWithoutTenant = [
  'SELECT * FROM app.orders',
  'SELECT * FROM app.orders WHERE id = -1',
  'SELECT count(*) FROM app.empty',
  'SELECT * FROM app.order_totals',
  'SELECT app.order_count()',
  "INSERT INTO app.orders (ref) VALUES ('x')",
  "INSERT INTO app.orders (tenant_id, ref) VALUES ('acme', 'x')",
  'UPDATE app.orders SET amount = 0',
  'UPDATE app.empty SET note = null',
  'DELETE FROM app.orders',
  'DELETE FROM app.empty WHERE id = 4',
  'COPY (SELECT * FROM app.orders) TO STDOUT',
];

const failsClosed: readonly Attack[] = [
  ...statementsWithoutTenant.map((sql) => ({
    name: `no tenant: ${sql}`,
    tenant: null,
    sql,
    refused: NO_TENANT,
  })),
  { name: 'an empty tenant', tenant: '', sql: 'SELECT * FROM app.orders', refused: NO_TENANT },
  ...[
    'Globex',
    'globex ',
    'globex\n',
    'globex-',
    '-globex',
    'glo--bex',
    '1globex',
    'g',
    'g'.repeat(32),
    "globex' OR '1'='1",
    '%',
    'glöbex',
  ].map((tenant) => ({
    name: `a malformed tenant ${JSON.stringify(tenant)}`,
    tenant,
    sql: 'SELECT * FROM app.orders',
    refused: /app\.tenant_id is not a tenant id/,
  })),
  {
    name: 'the owner without a tenant',
    role: 'bulkhead_owner_login',
    tenant: null,
    sql: 'SELECT * FROM app.orders',
    refused: NO_TENANT,
  },
  { name: 'the owner with another tenant', role: 'bulkhead_owner_login', sql: 'SELECT * FROM app.orders' },
];

const reads: readonly Attack[] = [
  'SELECT * FROM app.orders',
  "SELECT * FROM app.orders WHERE tenant_id = 'globex' OR true",
  "SELECT o.* FROM app.orders o JOIN app.lines l ON true WHERE o.tenant_id = 'globex'",
  "SELECT * FROM app.order_totals WHERE tenant_id = 'globex'",
  'SELECT * FROM app.events',
  'SELECT * FROM app.events_2026',
  'SELECT * FROM app.search_orders()',
  'WITH changed AS (UPDATE app.orders SET amount = amount RETURNING *) SELECT * FROM changed',
  "DELETE FROM app.orders WHERE ref LIKE 'secret%' RETURNING *",
  'SELECT * FROM app.orders FOR UPDATE',
  'SELECT * FROM app.orders TABLESAMPLE SYSTEM (100)',
  'TABLE app.orders',
  'PREPARE steal AS SELECT * FROM app.orders; EXECUTE steal; DEALLOCATE steal',
  'DECLARE steal CURSOR FOR SELECT * FROM app.orders; FETCH ALL FROM steal',
  "SELECT query_to_xml('SELECT * FROM app.orders', true, false, '')",
  "SELECT table_to_xml('app.orders', true, false, '')",
  "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'orders'",
  "SELECT most_common_vals::text FROM pg_stats_ext WHERE tablename = 'orders'",
  'SELECT row_to_json(o) FROM app.orders o',
  "SELECT ref FROM app.orders WHERE ref ~ 'secret' UNION ALL SELECT ref FROM app.orders",
  "DO $$ BEGIN PERFORM 1 FROM app.orders WHERE ref LIKE 'secret%'; IF FOUND THEN RAISE 'leak'; END IF; END $$",
  // A function that fails on the victim's rows must never be given them.
  "SELECT * FROM app.orders WHERE 1 / (CASE WHEN ref LIKE 'secret%' THEN 0 ELSE 1 END) = 1",
  'SELECT * FROM app.orders WHERE ref::int = 7 AND false',
  "MERGE INTO app.orders o USING (VALUES ('secret-1')) v (ref) ON o.ref = v.ref WHEN MATCHED THEN DELETE",
].map((sql) => ({ name: sql, sql }));

const writes: readonly Attack[] = [
  {
    name: 'insert a row for another tenant',
    sql: "INSERT INTO app.orders (tenant_id, ref) VALUES ('globex', 'forged')",
    refused: POLICY,
  },
  {
    name: 'give a row to another tenant',
    sql: "INSERT INTO app.orders (ref) VALUES ('gift'); UPDATE app.orders SET tenant_id = 'globex'",
    refused: POLICY,
  },
  {
    name: "update another tenant's row",
    sql: "UPDATE app.orders SET amount = -1 WHERE tenant_id = 'globex'",
  },
  {
    name: "update another tenant's row through a view",
    sql: "UPDATE app.open_orders SET amount = -1 WHERE tenant_id = 'globex'",
  },
  {
    name: 'insert through a view for another tenant',
    sql: "INSERT INTO app.open_orders (tenant_id, ref) VALUES ('globex', 'forged')",
    refused: POLICY,
  },
  { name: "delete another tenant's rows", sql: "DELETE FROM app.orders WHERE tenant_id = 'globex'" },
  {
    name: "upsert onto another tenant's key",
    sql: "INSERT INTO app.orders (tenant_id, id, ref) OVERRIDING SYSTEM VALUE VALUES ('globex', 1000, 'secret-1') ON CONFLICT (tenant_id, id) DO UPDATE SET ref = 'stolen'",
    refused: POLICY,
  },
  {
    name: "a key of one's own that another tenant uses tells nothing",
    sql: "INSERT INTO app.orders (id, ref) OVERRIDING SYSTEM VALUE VALUES (1000, 'secret-1') ON CONFLICT DO NOTHING; DELETE FROM app.orders WHERE id = 1000",
  },
  {
    name: "refer to another tenant's row",
    sql: 'INSERT INTO app.lines (order_id) VALUES (1000)',
    refused: /violates foreign key constraint/,
  },
  {
    name: 'write into a partition directly',
    sql: "INSERT INTO app.events_2026 (tenant_id, at, note) VALUES ('globex', '2026-05-01', 'forged')",
    refused: POLICY,
  },
  {
    name: 'copy rows in',
    sql: 'COPY app.orders (tenant_id, ref) FROM STDIN',
    installedOnly: true,
    refused: /COPY FROM not supported with row-level security|not supported/,
  },
  { name: 'truncate', sql: 'TRUNCATE app.orders', refused: DENIED },
  {
    name: 'write facts shared by all tenants',
    sql: "INSERT INTO reference.country VALUES ('XX')",
    refused: DENIED,
  },
];

const powers: readonly Attack[] = [
  'ALTER TABLE app.orders DISABLE ROW LEVEL SECURITY',
  'ALTER TABLE app.orders NO FORCE ROW LEVEL SECURITY',
  'DROP POLICY tenant_isolation ON app.orders',
  'ALTER POLICY tenant_isolation ON app.orders USING (true)',
  'CREATE POLICY open ON app.orders USING (true)',
  'ALTER TABLE app.orders ADD COLUMN x int',
  'DROP TABLE app.orders',
  'CREATE INDEX ON app.orders (ref)',
  'CREATE TABLE app.mine (id int)',
  'CREATE TABLE public.mine (id int)',
  'CREATE TABLE reference.mine (id int)',
  'CREATE TEMPORARY TABLE mine (id int)',
  'CREATE SCHEMA mine',
  'CREATE VIEW app.mine AS SELECT 1',
  'CREATE FUNCTION app.mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
  'CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
  'CREATE TRIGGER mine BEFORE INSERT ON app.orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
  'CREATE RULE mine AS ON INSERT TO app.orders DO ALSO SELECT 1',
  'CREATE OR REPLACE FUNCTION tenancy.current_tenant() RETURNS text LANGUAGE sql AS $$ SELECT $x$globex$x$::text $$',
  'ALTER EVENT TRIGGER tenancy_guard DISABLE',
  'SELECT * FROM tenancy.commit_check',
  'INSERT INTO tenancy.commit_check DEFAULT VALUES',
  'SET ROLE bulkhead_owner',
  'SET ROLE bulkhead_migrator',
  'SET ROLE bulkhead_admin',
  'SET ROLE bulkhead_professional',
  'GRANT bulkhead_owner TO bulkhead_starter',
  'GRANT bulkhead_migrator TO bulkhead_starter',
  'ALTER ROLE bulkhead_starter BYPASSRLS',
  'ALTER ROLE bulkhead_starter SUPERUSER',
  'CREATE ROLE mine',
  "SELECT pg_read_file('/etc/passwd')",
  "COPY app.orders TO '/tmp/stolen'",
  "COPY (SELECT 1) TO PROGRAM 'id'",
  "SELECT pg_ls_dir('/')",
  'CREATE EXTENSION dblink SCHEMA app',
  "SELECT setval('app.orders_id_seq', 1)",
  'SELECT last_value FROM app.orders_id_seq',
  'SET session_replication_role = replica',
  'SELECT lo_create(4711)',
  "SELECT lo_from_bytea(0, 'x')",
  'SELECT query FROM pg_stat_activity',
  'SELECT pg_stat_get_backend_activity(1)',
  'SELECT pg_terminate_backend(1)',
  'ALTER DATABASE postgres SET app.tenant_id = globex',
  'ALTER ROLE CURRENT_USER SET app.tenant_id = globex',
  'LOCK TABLE pg_catalog.pg_class',
].map((sql) => ({ name: sql, sql, refused: DENIED }));

const settings: readonly Attack[] = [
  {
    name: 'switch row-level security off',
    sql: 'SET LOCAL row_security = off; SELECT * FROM app.orders',
    refused: /would be affected by row-level security policy/,
  },
  {
    name: 'become another session user',
    sql: 'SET SESSION AUTHORIZATION bulkhead_migrator',
    refused: DENIED,
    installedOnly: true,
  },
  {
    name: 'go back to who connected',
    sql: 'RESET SESSION AUTHORIZATION; RESET ROLE; SELECT * FROM app.orders',
    installedOnly: true,
  },
  {
    name: "shadow the policy's functions by search_path",
    sql: 'SET LOCAL search_path = pg_temp, app, reference; SELECT * FROM app.orders',
  },
];

const ISOLATION = 'tenant_id = COALESCE((SELECT tenancy.current_tenant()), tenancy.current_tenant())';

const migrations: readonly string[] = [
  'ALTER TABLE app.orders DISABLE ROW LEVEL SECURITY',
  'ALTER TABLE app.orders NO FORCE ROW LEVEL SECURITY',
  'ALTER TABLE app.orders DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY',
  'DROP POLICY tenant_isolation ON app.orders',
  'ALTER POLICY tenant_isolation ON app.orders USING (true)',
  'ALTER POLICY tenant_isolation ON app.orders WITH CHECK (true)',
  'ALTER POLICY tenant_migration ON app.orders TO PUBLIC',
  'CREATE POLICY open ON app.orders USING (true)',
  'ALTER TABLE app.empty ALTER COLUMN tenant_id DROP NOT NULL',
  'ALTER TABLE app.orders ALTER COLUMN tenant_id DROP DEFAULT',
  'ALTER TABLE app.orders RENAME COLUMN tenant_id TO customer',
  'ALTER TABLE app.empty DROP COLUMN tenant_id CASCADE',
  'DROP INDEX app.empty_tenant_id_idx',
  'CREATE UNIQUE INDEX ON app.orders (ref)',
  'ALTER TABLE app.lines ADD UNIQUE (id, order_id)',
  'CREATE TABLE app.naked (id int)',
  'CREATE TABLE app.naked (tenant_id text NOT NULL, id int)',
  'CREATE TABLE app.naked AS SELECT 1 AS id',
  'SELECT 1 AS id INTO app.naked',
  'CREATE TABLE app.naked (LIKE app.orders INCLUDING ALL)',
  "CREATE TABLE app.events_2027 PARTITION OF app.events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')",
  'CREATE TABLE app.child () INHERITS (app.empty)',
  "CREATE TABLE reference.events_2027 PARTITION OF app.events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')",
  'CREATE TABLE app.bad (id int, order_id bigint); ALTER TABLE app.bad ADD FOREIGN KEY (order_id) REFERENCES app.orders (id)',
  'CREATE TABLE app.bad (country text REFERENCES reference.country, order_tenant text, order_id bigint, FOREIGN KEY (order_tenant, order_id) REFERENCES app.orders (tenant_id, id)); SELECT tenancy.isolate($$app.bad$$)',
  'CREATE VIEW app.all_orders AS SELECT * FROM app.orders',
  'CREATE VIEW reference.all_orders AS SELECT * FROM app.orders',
  'ALTER VIEW app.order_totals SET (security_invoker = false)',
  'ALTER VIEW app.order_totals RESET (security_invoker)',
  'CREATE MATERIALIZED VIEW app.all_orders AS SELECT 1 AS id',
  'CREATE MATERIALIZED VIEW reference.all_orders AS SELECT 1 AS id',
  'CREATE RULE sly AS ON INSERT TO app.orders DO ALSO DELETE FROM app.lines',
  'CREATE FUNCTION app.sly() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM app.orders $$',
  "CREATE FUNCTION app.sly() RETURNS bigint LANGUAGE sql SET app.tenant_id = 'globex' AS $$ SELECT 1 $$",
  'ALTER FUNCTION app.order_count() SECURITY DEFINER',
  'GRANT TRUNCATE ON app.orders TO bulkhead_app',
  'GRANT REFERENCES, TRIGGER ON app.orders TO bulkhead_app',
  'GRANT ALL ON ALL TABLES IN SCHEMA app TO bulkhead_app',
  'GRANT SELECT ON app.orders TO PUBLIC',
  'GRANT SELECT (ref) ON app.orders TO PUBLIC',
  'GRANT SELECT ON app.orders TO bulkhead_starter',
  'GRANT SELECT ON app.orders TO bulkhead_app WITH GRANT OPTION',
  'GRANT INSERT ON reference.country TO bulkhead_app',
  'GRANT CREATE ON SCHEMA app TO bulkhead_app',
  'GRANT UPDATE ON SEQUENCE app.orders_id_seq TO bulkhead_app',
  'ALTER TABLE app.empty SET SCHEMA reference',
  'ALTER TABLE app.orders OWNER TO bulkhead_migrator',
  // Rules of views act with their owner's rights, security_invoker or not.
  'CREATE VIEW app.ord2 WITH (security_invoker = true) AS SELECT * FROM app.orders; CREATE RULE r1 AS ON UPDATE TO app.ord2 DO INSTEAD UPDATE app.orders SET amount = NEW.amount',
  'CREATE RULE r1 AS ON DELETE TO app.order_totals DO INSTEAD DELETE FROM app.orders',
  'CREATE RULE r1 AS ON INSERT TO reference.country DO ALSO DELETE FROM app.orders',
  'CREATE TABLE reference.parent (ref text); ALTER TABLE app.orders INHERIT reference.parent',
  "CREATE TABLE reference.parent (at date NOT NULL, note text, tenant_id text NOT NULL) PARTITION BY RANGE (at); ALTER TABLE app.events DETACH PARTITION app.events_2026; ALTER TABLE reference.parent ATTACH PARTITION app.events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  'CREATE TABLE reference.copy AS SELECT * FROM app.orders',
  'CREATE SCHEMA copies; CREATE TABLE copies.orders AS SELECT * FROM app.orders',
  'REVOKE ALL ON app.empty FROM bulkhead_app; ALTER TABLE app.empty SET SCHEMA reference',
  // Beside pgroll's functions, which run with the administrator's rights and look into their own schema first.
  'CREATE TABLE pgroll.orders AS SELECT * FROM app.orders',
  'CREATE FUNCTION pgroll.substring(text, int, int) RETURNS text LANGUAGE sql AS $$ SELECT $1 $$',
  'ALTER SCHEMA pgroll OWNER TO bulkhead_migrator',
  'DROP SCHEMA pgroll',
  // The copy that pgroll tries a default on is let be while it is empty, and nobody's but the migration's.
  'CREATE UNLOGGED TABLE app._pgroll_temp_fastpath_check AS SELECT * FROM app.orders',
  'CREATE TABLE app._pgroll_temp_fastpath_check AS SELECT * FROM app.orders WHERE false',
  'CREATE UNLOGGED TABLE app._pgroll_temp_fastpath_check AS SELECT * FROM app.orders WHERE false; GRANT SELECT ON app._pgroll_temp_fastpath_check TO bulkhead_app',
  'CREATE UNLOGGED TABLE app._pgroll_temp_fastpath_check AS SELECT * FROM app.orders WHERE false; GRANT SELECT (ref) ON app._pgroll_temp_fastpath_check TO PUBLIC',
  'CREATE UNLOGGED TABLE app._pgroll_temp_fastpath_check AS SELECT * FROM app.orders WHERE false; CREATE TABLE app.naked () INHERITS (app._pgroll_temp_fastpath_check)',
  'CREATE TABLE app.naked (tenant_id text COLLATE "POSIX" NOT NULL, ref text); SELECT tenancy.isolate($$app.naked$$)',
  // Isolated by hand, in all but the collation.
  `CREATE TABLE app.naked (tenant_id text COLLATE "POSIX" NOT NULL DEFAULT tenancy.current_tenant()); CREATE INDEX ON app.naked (tenant_id); ALTER TABLE app.naked OWNER TO bulkhead_owner;
   CREATE POLICY tenant_isolation ON app.naked USING (${ISOLATION}) WITH CHECK (${ISOLATION}); CREATE POLICY tenant_migration ON app.naked TO bulkhead_migrator USING (true) WITH CHECK (true);
   ALTER TABLE app.naked ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
  'GRANT CREATE ON SCHEMA app TO bulkhead_starter',
  'GRANT CREATE ON SCHEMA reference TO bulkhead_professional',
  'GRANT CREATE ON SCHEMA app TO PUBLIC',
  'CREATE SCHEMA theirs; GRANT CREATE ON SCHEMA theirs TO bulkhead_starter',
  'CREATE POLICY narrow ON app.orders AS RESTRICTIVE USING (amount > 0)',
];

/** Objects that an administrator gives to an application. */
const gifts: readonly string[] = [
  'CREATE SCHEMA theirs AUTHORIZATION bulkhead_starter',
  'ALTER FUNCTION app.order_count() OWNER TO bulkhead_starter',
  'ALTER VIEW app.order_totals OWNER TO bulkhead_app',
  "CREATE TYPE app.mood AS ENUM ('good'); ALTER TYPE app.mood OWNER TO bulkhead_professional",
  'CREATE OPERATOR app.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq); ALTER OPERATOR app.=== (int, int) OWNER TO bulkhead_starter',
];

/** What an administrator, or pgroll with an administrator's rights, could make in pgroll's schema. */
const tools: readonly string[] = [
  'CREATE TABLE pgroll.orders AS SELECT * FROM app.orders',
  'GRANT USAGE ON SCHEMA pgroll TO bulkhead_app',
  'GRANT USAGE ON SCHEMA pgroll TO PUBLIC',
  'GRANT USAGE ON SCHEMA pgroll TO bulkhead_starter',
  'CREATE VIEW pgroll.all_orders AS SELECT * FROM app.orders',
  'CREATE TABLE pgroll.refs AS SELECT ref FROM app.orders; GRANT SELECT ON pgroll.refs TO PUBLIC',
  'CREATE FUNCTION pgroll.sly() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM app.orders $$; GRANT EXECUTE ON FUNCTION pgroll.sly() TO PUBLIC',
  'CREATE FUNCTION pgroll.sly() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN DELETE FROM app.lines; RETURN NEW; END $$; CREATE TRIGGER sly BEFORE INSERT ON app.orders FOR EACH ROW EXECUTE FUNCTION pgroll.sly()',
  'GRANT CREATE ON SCHEMA pgroll TO bulkhead_migrator',
  'GRANT CREATE ON SCHEMA pgroll TO PUBLIC',
  'ALTER SCHEMA pgroll OWNER TO bulkhead_owner',
  'CREATE FUNCTION pgroll.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT $1 $$; ALTER FUNCTION pgroll.lower(text) OWNER TO bulkhead_migrator',
];

/** Need what PostgreSQL brings along (contrib modules, ICU), which the embedded server does not have. */
const installedMigrations: readonly string[] = [
  'CREATE EXTENSION citext SCHEMA app; CREATE TABLE app.naked AS SELECT * FROM app.orders; ALTER EXTENSION citext ADD TABLE app.naked; GRANT SELECT ON app.naked TO PUBLIC',
  'CREATE EXTENSION citext SCHEMA app; ALTER EXTENSION citext ADD TABLE app.orders; ALTER TABLE app.orders DISABLE ROW LEVEL SECURITY',
  "CREATE COLLATION app.loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false); CREATE TABLE app.naked (tenant_id text COLLATE app.loose NOT NULL); SELECT tenancy.isolate($$app.naked$$)",
];

const asMigration = (sql: string): Attack => ({
  name: `migration: ${sql}`,
  role: 'bulkhead_migrator',
  tenant: null,
  sql,
  refused: new RegExp(
    `${GUARD.source}|no unique constraint matching|violates row-level security|must be owner|permission denied (to set parameter|for schema pgroll)|tenant_id of app.naked has the collation`,
  ),
});

/** What a careless or hostile migration tries. The guard must refuse each. */
export const MIGRATION_ATTACKS: readonly Attack[] = [
  ...migrations.map(asMigration),
  ...[...gifts, ...tools].map((sql) => ({ ...asMigration(sql), role: ADMIN })),
  ...installedMigrations.map((sql) => ({ ...asMigration(sql), installedOnly: true })),
];

/** What the application's session tries, or whoever injects SQL into it. */
export const APPLICATION_ATTACKS: readonly Attack[] = [
  ...failsClosed,
  ...reads,
  ...writes,
  ...powers,
  ...settings,
];

/** Tables, views, functions and rows as a careful application team would make them. */
export async function seed(server: Server): Promise<void> {
  await server.run(
    'bulkhead_migrator',
    `
    CREATE TABLE app.orders (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, ref text UNIQUE, amount int NOT NULL DEFAULT 1);
    SELECT tenancy.isolate('app.orders');
    CREATE TABLE app.lines (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, order_id bigint NOT NULL);
    SELECT tenancy.isolate('app.lines');
    ALTER TABLE app.lines ADD FOREIGN KEY (tenant_id, order_id) REFERENCES app.orders (tenant_id, id) ON DELETE CASCADE;
    CREATE TABLE app.empty (id int, note text);
    SELECT tenancy.isolate('app.empty');
    CREATE TABLE app.events (at date NOT NULL, note text) PARTITION BY RANGE (at);
    CREATE TABLE app.events_2026 PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    SELECT tenancy.isolate('app.events');
    CREATE TABLE reference.country (code text PRIMARY KEY);
    CREATE VIEW app.order_totals WITH (security_invoker = true) AS SELECT tenant_id, ref, sum(amount) AS total FROM app.orders GROUP BY tenant_id, ref;
    CREATE VIEW app.open_orders WITH (security_invoker = true) AS SELECT * FROM app.orders;
    GRANT SELECT ON app.order_totals TO bulkhead_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON app.open_orders TO bulkhead_app;
    CREATE FUNCTION app.order_count() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM app.orders $$;
    CREATE FUNCTION app.search_orders() RETURNS SETOF app.orders LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'SELECT * FROM app.orders'; END $$`,
  );
  await server.run(
    'bulkhead_migrator',
    `
    INSERT INTO app.orders (tenant_id, id, ref) OVERRIDING SYSTEM VALUE
      SELECT 'globex', 999 + n, 'secret-' || n FROM generate_series(1, 20) n;
    INSERT INTO app.lines (tenant_id, order_id) SELECT 'globex', 999 + n FROM generate_series(1, 20) n;
    INSERT INTO app.events (tenant_id, at, note) VALUES ('globex', '2026-02-01', 'secret-event')`,
  );
  await server.run(
    ADMIN,
    `
    CREATE ROLE bulkhead_owner_login LOGIN; GRANT bulkhead_owner TO bulkhead_owner_login;
    ANALYZE app.orders, app.lines`,
  );
}

const victim = async (server: Server): Promise<string> => {
  const rows: Row[] = [];
  try {
    for (const table of ['orders', 'lines', 'events']) {
      rows.push(
        ...(await server.run(
          ADMIN,
          `SELECT * FROM app.${table} WHERE tenant_id = 'globex' ORDER BY 1, 2, 3`,
        )),
      );
    }
  } catch (error) {
    return (error as Error).message;
  }
  return JSON.stringify(rows);
};

/** Tries every attack, and gives what each successful one achieved. Empty if the database holds. */
export async function successfulAttacks(server: Server, attacks: readonly Attack[]): Promise<string[]> {
  const before = await victim(server);
  const breaches: string[] = [];
  for (const attack of attacks) {
    if (attack.installedOnly === true && server.name === 'embedded') continue;
    const role = attack.role ?? 'bulkhead_starter';
    const tenant = attack.tenant === undefined ? 'acme' : attack.tenant;
    let answer: string;
    let seen: Row[] = [];
    await server.run(role, 'BEGIN');
    try {
      if (tenant !== null) await server.query(role, `SELECT set_config('app.tenant_id', $1, true)`, [tenant]);
      seen = await server.run(role, attack.sql);
      await server.run(role, 'COMMIT');
      answer = 'it succeeded';
    } catch (error) {
      await server.run(role, 'ROLLBACK');
      answer = (error as Error).message;
      if (attack.refused === undefined && /secret|leak|division by zero|invalid input syntax/.test(answer))
        breaches.push(`${attack.name}: ${answer}`);
    }
    if (attack.refused !== undefined && !attack.refused.test(answer))
      breaches.push(`${attack.name}: ${answer}`);
    if (/secret|globex/.test(JSON.stringify(seen)))
      breaches.push(`${attack.name}: read ${JSON.stringify(seen).slice(0, 200)}`);
    if ((await victim(server)) !== before) breaches.push(`${attack.name}: changed the victim's rows`);
  }
  return breaches;
}
