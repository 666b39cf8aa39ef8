/** Tables of an application, with all that makes an export hard, and rows of many tenants in them. */

/** In the order in which they are made. */
export const SHOP = ['customers', 'folders', 'orders', 'lines', 'events', 'couples', 'audit'] as const;

const PLAIN = `
  CREATE TABLE app.customers (
    id uuid NOT NULL, name text, active boolean NOT NULL, code char(5), born date, weight double precision, tags text[], PRIMARY KEY (id));
  CREATE TABLE app.folders (id int NOT NULL, parent int, title text, PRIMARY KEY (id));
  CREATE TABLE app.orders (
    id bigint GENERATED ALWAYS AS IDENTITY, customer_id uuid NOT NULL, "Total, net" numeric(12,2) NOT NULL,
    gross numeric GENERATED ALWAYS AS ("Total, net" * 1.2) STORED, doc jsonb, at timestamptz, took interval, PRIMARY KEY (id));
  CREATE TABLE app.lines (id bigint NOT NULL, order_id bigint NOT NULL, payload bytea, note text, PRIMARY KEY (id));
  CREATE TABLE app.events (at timestamptz NOT NULL, id int NOT NULL, what text, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
  CREATE TABLE app.events_old PARTITION OF app.events FOR VALUES FROM ('2020-01-01') TO ('2026-01-01');
  CREATE TABLE app.events_new PARTITION OF app.events DEFAULT;
  CREATE TABLE app.couples (id int NOT NULL, other int NOT NULL, PRIMARY KEY (id));
  CREATE TABLE app.audit (id bigint GENERATED ALWAYS AS IDENTITY, gone bigint, PRIMARY KEY (id));`;

const KEYS = `
  ALTER TABLE app.orders ADD FOREIGN KEY (tenant_id, customer_id) REFERENCES app.customers (tenant_id, id);
  ALTER TABLE app.lines ADD FOREIGN KEY (tenant_id, order_id) REFERENCES app.orders (tenant_id, id) ON DELETE RESTRICT;
  CREATE INDEX ON app.orders (tenant_id, customer_id); CREATE INDEX ON app.lines (tenant_id, order_id);
  CREATE INDEX ON app.folders (tenant_id, parent);
  ALTER TABLE app.folders ADD FOREIGN KEY (tenant_id, parent) REFERENCES app.folders (tenant_id, id);
  ALTER TABLE app.couples ADD FOREIGN KEY (tenant_id, other) REFERENCES app.couples (tenant_id, id) DEFERRABLE;`;

/** Whoever deletes an order leaves a row: of the transaction's tenant, in a table that has been emptied already. */
const AUDIT = `
  CREATE FUNCTION app.audited() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO app.audit (gone) VALUES (OLD.id); RETURN OLD; END $$;
  CREATE TRIGGER audited AFTER DELETE ON app.orders FOR EACH ROW EXECUTE FUNCTION app.audited();`;

/** Run by the migrator, in a database that has the platform's SQL. */
export const SHOP_TABLES = `BEGIN; ${PLAIN}
  ${['customers', 'folders', 'orders', 'lines', 'events', 'couples', 'audit'].map((name) => `SELECT tenancy.isolate('app.${name}');`).join('\n')}
  ${KEYS} ${AUDIT} COMMIT;`;

/**
 * Rows of one tenant.
 *
 * @param size number of lines; of orders a tenth, of customers a hundredth
 */
export const shopRows = (tenant: string, size: number): string => {
  const rows = (count: number): string => `generate_series(1, ${Math.max(2, Math.floor(count))}) AS n`;
  const orders = Math.max(2, Math.floor(size / 10));
  const customers = Math.max(2, Math.floor(size / 100));
  const id = `md5('${tenant}' || n)::uuid`;
  return `
  BEGIN; SELECT set_config('app.tenant_id', '${tenant}', true); SET CONSTRAINTS ALL DEFERRED;
  INSERT INTO app.customers (id, name, active, code, born, weight, tags) SELECT ${id},
    (ARRAY['plain', '', NULL, 'with "quotes", and commas', E'two\\nlines\\r\\nand \\\\. \\\\N', 'žluťoučký 🐎 \u2028', E'\\ttab ', '\\.'])[1 + n % 8],
    n % 2 = 0, 'ab', '2000-01-01'::date + n, (ARRAY[0.1, 1e300, 'NaN', '-Infinity', 1.0/3])[1 + n % 5],
    (ARRAY['{}', '{a,"b,c",NULL}', NULL])[1 + n % 3]::text[] FROM ${rows(customers)};
  INSERT INTO app.folders SELECT n, NULLIF(n / 2, 0), 'folder ' || n FROM ${rows(size / 50)};
  INSERT INTO app.orders (customer_id, "Total, net", doc, at, took) SELECT md5('${tenant}' || 1 + n % ${customers})::uuid, n * 1.05,
    (ARRAY['{"a": [1, null, "x\\n\\u00e9"]}', NULL, '"text"', '{}'])[1 + n % 4]::jsonb, '2026-03-29 01:30:00+02'::timestamptz + n * '1 hour'::interval,
    n * '1 day 3 hours'::interval FROM ${rows(orders)};
  INSERT INTO app.lines (id, order_id, payload, note) SELECT n, (SELECT min(id) FROM app.orders WHERE tenant_id = '${tenant}') + n % ${orders},
    decode(md5(n::text) || '00ff0a5c', 'hex'), NULLIF(repeat('"', n % 4), '') FROM ${rows(size)};
  INSERT INTO app.events (at, id, what) SELECT '2025-12-31'::timestamptz + n * '1 hour'::interval, n, 'e' || n FROM ${rows(size / 20)};
  INSERT INTO app.couples (id, other) VALUES (1, 2), (2, 1), (3, 3);
  COMMIT;`;
};
