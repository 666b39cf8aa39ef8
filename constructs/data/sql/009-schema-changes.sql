-- Ends the copying between two versions of the tables, all of it in the caller's transaction: before pgroll completes or
-- takes back a migration, which it does statement by statement. In between, its triggers would name columns that are gone
-- or are called otherwise, and every write would fail.
--
-- `latest` is the schema of the version that stays, when the other one goes for good. Columns that only the other one
-- had are filled by nobody from here on, so they must not insist on it.
CREATE OR REPLACE FUNCTION tenancy.end_copying(latest name DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  item record;
BEGIN
  -- Not a change of its own, for pgroll's history.
  PERFORM set_config('pgroll.no_inferred_migrations', 'TRUE', true);
  -- One statement for all functions, one for each table: each is checked by the guard, with its locks held.
  SELECT string_agg(p.oid::regprocedure::text, ', ' ORDER BY p.oid) AS routines INTO item
    FROM pg_proc p
    WHERE p.pronamespace = 'app'::regnamespace AND p.prorettype = 'trigger'::regtype AND p.proname LIKE '\_pgroll\_trigger\_%';
  IF item.routines IS NOT NULL THEN
    EXECUTE format('DROP FUNCTION %s CASCADE', item.routines);
  END IF;

  FOR item IN
    SELECT c.oid::regclass AS relation, string_agg(format('ALTER COLUMN %I DROP NOT NULL', a.attname), ', ' ORDER BY a.attnum) AS changes
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND a.attname <> 'tenant_id'
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey))
      -- The version has a view of the table, and the view leaves the column out.
      AND EXISTS (SELECT FROM tenancy.seen_columns(latest) s WHERE s.relation = c.oid)
      AND NOT EXISTS (SELECT FROM tenancy.seen_columns(latest) s WHERE s.relation = c.oid AND s.attnum = a.attnum)
    GROUP BY c.oid
  LOOP
    EXECUTE format('ALTER TABLE %s %s', item.relation, item.changes);
  END LOOP;
END
$$;

-- Columns of tables that the views of a schema read; none without a schema.
CREATE OR REPLACE FUNCTION tenancy.seen_columns(version name) RETURNS TABLE (relation oid, attnum int)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
  SELECT DISTINCT d.refobjid, d.refobjsubid
  FROM pg_namespace n
  JOIN pg_class v ON v.relnamespace = n.oid AND v.relkind = 'v'
  JOIN pg_rewrite w ON w.ev_class = v.oid
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
  WHERE n.nspname = version AND d.refobjsubid > 0
$$;
ALTER FUNCTION tenancy.end_copying(name) OWNER TO bulkhead_admin;
ALTER FUNCTION tenancy.seen_columns(name) OWNER TO bulkhead_admin;
