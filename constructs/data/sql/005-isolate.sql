-- The policies of every tenant table, their expressions as PostgreSQL prints them.
--
-- (SELECT …) runs once per statement and lets the planner use an index. The second argument of COALESCE never
-- runs: the planner evaluates it while it estimates rows, so a statement without a tenant fails even where no
-- row would be looked at (an empty table, a filter that nothing matches).
CREATE OR REPLACE FUNCTION tenancy.policies() RETURNS TABLE (name text, grantee text, expression text)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
  VALUES
    ('tenant_isolation', 'public',
     '(tenant_id = COALESCE(( SELECT tenancy.current_tenant() AS current_tenant), tenancy.current_tenant()))'),
    ('tenant_migration', 'bulkhead_migrator', 'true')
$$;
ALTER FUNCTION tenancy.policies() OWNER TO bulkhead_admin;

-- Turns a table of schema app into a tenant table: tenant_id, keys led by it, index, privileges, policies, forced
-- row-level security. Partitions come with it. Runs with the caller's rights; a second call changes nothing.
--
-- Refuses what it cannot make safe (rows without a tenant, keys that others reference, a collation of its own). What is left, such as
-- a foreign key without the tenant, is named by tenancy.violations() and refused by the guard.
CREATE OR REPLACE FUNCTION tenancy.isolate(target regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  class pg_class := (SELECT c FROM pg_class c WHERE c.oid = target);
  tenant_column pg_attribute := (SELECT a FROM pg_attribute a WHERE a.attrelid = target AND a.attname = 'tenant_id');
  has_rows boolean;
  item record;
BEGIN
  IF class.relnamespace <> 'app'::regnamespace OR class.relkind NOT IN ('r', 'p') THEN
    RAISE EXCEPTION 'tenancy.isolate() takes a table of schema app, got %', target
      USING HINT = 'Create tenant tables in schema app; facts shared by all tenants belong in schema reference.';
  END IF;

  IF class.relowner <> 'bulkhead_owner'::regrole THEN
    EXECUTE format('ALTER TABLE %s OWNER TO bulkhead_owner', target);
  END IF;

  IF tenant_column.attname IS NULL THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', target) INTO has_rows;
    IF has_rows THEN
      RAISE EXCEPTION '% has rows that belong to no tenant', target
        USING HINT = 'Add tenant_id text, give every row its tenant, then call tenancy.isolate() again.';
    END IF;
    EXECUTE format('ALTER TABLE %s ADD COLUMN tenant_id text', target);
  ELSIF tenant_column.atttypid = 'text'::regtype
    AND tenant_column.attcollation NOT IN ('pg_catalog."default"'::regcollation, 'pg_catalog."C"'::regcollation)
  THEN
    -- The policy compares with the column's collation, and one may hold two tenants' ids to be equal.
    RAISE EXCEPTION 'tenant_id of % has the collation %', target, tenant_column.attcollation::regcollation
      USING HINT = format('ALTER TABLE %s ALTER COLUMN tenant_id TYPE text COLLATE "C", then isolate.', target);
  END IF;
  EXECUTE format('ALTER TABLE %s ALTER COLUMN tenant_id SET NOT NULL, ALTER COLUMN tenant_id SET DEFAULT '
    'tenancy.current_tenant()', target);

  -- A key without the tenant would tell one tenant that another one uses a value.
  FOR item IN
    SELECT k.conname AS name, regexp_replace(pg_get_constraintdef(k.oid), '\(', '(tenant_id, ') AS definition,
      EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = k.conindid) AS referenced
    FROM pg_constraint k
    WHERE k.conrelid = target AND k.contype IN ('p', 'u') AND k.coninhcount = 0
      AND NOT (SELECT attnum FROM pg_attribute WHERE attrelid = target AND attname = 'tenant_id') = ANY (k.conkey)
  LOOP
    IF item.referenced THEN
      RAISE EXCEPTION 'key % of % lacks tenant_id, and foreign keys depend on it', item.name, target
        USING HINT = 'Drop those foreign keys, isolate, then add them as (tenant_id, …) REFERENCES … (tenant_id, …).';
    END IF;
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s', target, item.name, item.name, item.definition);
  END LOOP;

  IF NOT EXISTS (
    SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = target AND a.attname = 'tenant_id' AND i.indpred IS NULL AND i.indisvalid
  ) THEN
    EXECUTE format('CREATE INDEX ON %s (tenant_id)', target);
  END IF;

  EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, bulkhead_app', target);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO bulkhead_app', target);
  FOR item IN
    SELECT d.objid::regclass AS name FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = target
  LOOP
    -- nextval() only: neither how far other tenants have come, nor setval().
    EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM PUBLIC, bulkhead_app', item.name);
    EXECUTE format('GRANT USAGE ON SEQUENCE %s TO bulkhead_app', item.name);
  END LOOP;

  -- Policies before ENABLE: the guard lets a table be half-way only while both of its row-security flags are off.
  FOR item IN SELECT p.*, o.oid IS NOT NULL AS present FROM tenancy.policies() p
              LEFT JOIN pg_policy o ON o.polrelid = target AND o.polname = p.name
  LOOP
    EXECUTE format('%s POLICY %I ON %s TO %s USING (%s) WITH CHECK (%s)',
      CASE WHEN item.present THEN 'ALTER' ELSE 'CREATE' END, item.name, target, item.grantee, item.expression, item.expression);
  END LOOP;
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', target);

  -- A partition can be read on its own, past the policies of its parent.
  FOR item IN SELECT inhrelid::regclass AS child FROM pg_inherits WHERE inhparent = target LOOP
    PERFORM tenancy.isolate(item.child);
  END LOOP;
END
$$;
ALTER FUNCTION tenancy.isolate(regclass) OWNER TO bulkhead_admin;
