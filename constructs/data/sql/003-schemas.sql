DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO bulkhead_owner, bulkhead_migrator, bulkhead_mover, bulkhead_app', current_database());
  -- Migrations publish one schema of views per version (app_<version>); they need CREATE for those.
  -- A publication is an object of the database as well.
  EXECUTE format('GRANT CREATE ON DATABASE %I TO bulkhead_migrator, bulkhead_mover', current_database());
END
$$;

-- Nothing lives in public, and nobody creates there.
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS tenancy;
CREATE SCHEMA IF NOT EXISTS app;
CREATE SCHEMA IF NOT EXISTS reference;
ALTER SCHEMA tenancy OWNER TO bulkhead_admin;
ALTER SCHEMA app OWNER TO bulkhead_owner;
ALTER SCHEMA reference OWNER TO bulkhead_owner;

-- What pgroll keeps for itself: made by `pgroll init`, which the administrator runs after this, for it makes event triggers.
-- Some of its functions run with the administrator's rights, so migrations use what is there and make nothing beside it.
CREATE SCHEMA IF NOT EXISTS pgroll;
ALTER SCHEMA pgroll OWNER TO CURRENT_USER;
GRANT USAGE ON SCHEMA pgroll TO bulkhead_migrator, bulkhead_mover;
ALTER DEFAULT PRIVILEGES IN SCHEMA pgroll GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO bulkhead_migrator;
ALTER DEFAULT PRIVILEGES IN SCHEMA pgroll GRANT EXECUTE ON FUNCTIONS TO bulkhead_migrator;
-- Which version a database is at, and whether it is changing: a move asks.
ALTER DEFAULT PRIVILEGES IN SCHEMA pgroll GRANT SELECT ON TABLES TO bulkhead_mover;
GRANT SELECT ON ALL TABLES IN SCHEMA pgroll TO bulkhead_mover;

-- tenancy holds functions that are safe for anybody: each does what its caller may do, or only checks.
GRANT USAGE ON SCHEMA tenancy TO PUBLIC;
-- app holds the tenants' rows; reference holds facts that are the same for every tenant, read-only.
GRANT USAGE ON SCHEMA app, reference TO bulkhead_app;

-- New objects. Tables get their privileges from tenancy.isolate(), so that none is open before it is isolated.
ALTER DEFAULT PRIVILEGES FOR ROLE bulkhead_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE bulkhead_migrator REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE bulkhead_owner IN SCHEMA app GRANT EXECUTE ON FUNCTIONS TO bulkhead_app;
ALTER DEFAULT PRIVILEGES FOR ROLE bulkhead_migrator IN SCHEMA app GRANT EXECUTE ON FUNCTIONS TO bulkhead_app;
ALTER DEFAULT PRIVILEGES FOR ROLE bulkhead_owner IN SCHEMA reference GRANT SELECT ON TABLES TO bulkhead_app;
ALTER DEFAULT PRIVILEGES FOR ROLE bulkhead_migrator IN SCHEMA reference GRANT SELECT ON TABLES TO bulkhead_app;

-- Built-in functions through which sessions of one database role reach one another, whatever their tenants: large
-- objects (no row-level security), other sessions' statements, other sessions' lives. Only the functions' owner can
-- close them. Aurora's administrator is not, so there they stay open: see the threat model in docs/adr.
DO $$
DECLARE
  routine regprocedure;
BEGIN
  FOR routine IN
    SELECT p.oid FROM pg_catalog.pg_proc p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace
      AND (p.proname LIKE 'lo\_%' OR p.proname LIKE 'pg\_stat\_get\_backend\_%'
        OR p.proname IN ('loread', 'lowrite', 'pg_stat_get_activity', 'pg_cancel_backend', 'pg_terminate_backend'))
      AND pg_catalog.pg_has_role(p.proowner, 'USAGE')
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', routine);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO pg_monitor', routine);
  END LOOP;
END
$$;
