-- Refuses, as it happens, every statement that would weaken tenant isolation. A new table has until the end of its
-- transaction to be isolated.

-- A row here makes its transaction be checked once more at commit. Nobody may read or write it.
CREATE TABLE IF NOT EXISTS tenancy.commit_check (requested_at timestamptz NOT NULL DEFAULT now());
ALTER TABLE tenancy.commit_check OWNER TO bulkhead_admin;

-- Raises an error that names every violation. Tables not isolated yet count unless told otherwise.
--
-- Looks once: it runs after every DDL statement, with that statement's locks held.
--
-- Returns whether something has until the end of the transaction to be put right.
CREATE OR REPLACE FUNCTION tenancy.look(include_pending boolean) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found text;
  waiting boolean;
BEGIN
  SELECT string_agg(format('  - %s: %s. Remedy: %s', v.object, v.problem, v.remedy), E'\n' ORDER BY v.object, v.problem)
      FILTER (WHERE include_pending OR NOT v.pending),
    coalesce(bool_or(v.pending), false)
    INTO found, waiting
    FROM tenancy.violations() v;
  IF found IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'insufficient_privilege',
      MESSAGE = E'tenant isolation would be weakened:\n' || found,
      HINT = 'See docs/guides/tenant-tables.md.';
  END IF;
  RETURN waiting;
END
$$;
ALTER FUNCTION tenancy.look(boolean) OWNER TO bulkhead_admin;

CREATE OR REPLACE FUNCTION tenancy.assert_isolated(include_pending boolean DEFAULT true) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM tenancy.look(include_pending);
END
$$;
ALTER FUNCTION tenancy.assert_isolated(boolean) OWNER TO bulkhead_admin;

CREATE OR REPLACE FUNCTION tenancy.check_at_commit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- One check answers for all statements of the transaction.
  DELETE FROM tenancy.commit_check;
  IF FOUND THEN
    PERFORM tenancy.assert_isolated();
  END IF;
  RETURN NULL;
END
$$;
ALTER FUNCTION tenancy.check_at_commit() OWNER TO bulkhead_admin;

-- DEFINER only for the insert: who runs DDL has no privilege on commit_check.
CREATE OR REPLACE FUNCTION tenancy.check_now() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF tenancy.look(false) THEN
    INSERT INTO tenancy.commit_check DEFAULT VALUES;
  END IF;
END
$$;
ALTER FUNCTION tenancy.check_now() OWNER TO bulkhead_admin;

CREATE OR REPLACE FUNCTION tenancy.on_ddl() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  item record;
BEGIN
  -- pgroll publishes a schema of views for each version of schema app. Applications may use them as they may
  -- use the tables; security_invoker keeps the tables' policies in force.
  IF tg_tag = 'CREATE VIEW' THEN
    FOR item IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_type = 'view' AND schema_name LIKE 'app\_%' LOOP
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO bulkhead_app', item.schema_name);
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO bulkhead_app', item.objid::regclass);
    END LOOP;
  END IF;
  IF tg_tag = 'DROP TABLE' OR tg_tag IN ('ALTER TABLE', 'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
    AND EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name = 'app')
  THEN
    PERFORM tenancy.refuse_while_moving();
  END IF;
  PERFORM tenancy.check_now();
END
$$;
ALTER FUNCTION tenancy.on_ddl() OWNER TO bulkhead_admin;

DROP TRIGGER IF EXISTS check_at_commit ON tenancy.commit_check;
CREATE CONSTRAINT TRIGGER check_at_commit AFTER INSERT ON tenancy.commit_check
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tenancy.check_at_commit();

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtname = 'tenancy_guard') THEN
    CREATE EVENT TRIGGER tenancy_guard ON ddl_command_end EXECUTE FUNCTION tenancy.on_ddl();
    ALTER EVENT TRIGGER tenancy_guard DISABLE;
  END IF;
END
$$;
