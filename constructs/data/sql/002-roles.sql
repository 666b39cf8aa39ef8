-- bulkhead_admin     owns schema tenancy: the policy's function and the guard. Nobody logs in as it.
-- bulkhead_owner     owns schema app and every table in it. Row-level security applies to it too (FORCE).
-- bulkhead_migrator  runs migrations. Member of the owner; the one role that may touch rows of every tenant,
--                    because a migration's backfill must.
-- bulkhead_app       what applications may do: read and write rows of the transaction's tenant. Owns nothing.
-- bulkhead_mover     copies one tenant's rows to another database (lifecycle/move). Member of the owner, for it publishes
--                    tables and puts triggers on them, but not of the migrator: row-level security keeps it to the
--                    tenant of its session, on both sides.
DO $$
DECLARE
  role_name text;
  powers text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['bulkhead_admin', 'bulkhead_owner', 'bulkhead_migrator', 'bulkhead_app', 'bulkhead_mover'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
    END IF;

    -- Refused rather than altered: Aurora's administrator may not even name these attributes, and a role that
    -- somebody gave them to is a finding, not a detail.
    SELECT concat_ws(', ',
        CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
        CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
        -- The mover reads the write-ahead log.
        CASE WHEN rolreplication AND rolname <> 'bulkhead_mover' THEN 'REPLICATION' END)
      INTO powers FROM pg_catalog.pg_roles WHERE rolname = role_name;
    IF powers <> '' THEN
      RAISE EXCEPTION 'role % must have no special attribute, but it has %', role_name, powers
        USING HINT = 'Drop the role, or take the attributes away, then apply the platform''s SQL again.';
    END IF;
  END LOOP;
END
$$;

-- The migration job logs in as the migrator, and a move as the mover. On Aurora with an IAM token and nothing else;
-- elsewhere they have no password, so only a server that trusts them lets them in.
ALTER ROLE bulkhead_migrator LOGIN;
ALTER ROLE bulkhead_mover LOGIN;
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rds_iam') THEN
    GRANT rds_iam TO bulkhead_migrator, bulkhead_mover;
  END IF;

  -- Aurora has a role for what is an attribute elsewhere, which only a superuser can give: "Setting up logical replication for your
  -- Aurora PostgreSQL DB cluster", Aurora User Guide. Where neither is there, the first phase of a move says so.
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rds_replication') THEN
    GRANT rds_replication TO bulkhead_mover;
  ELSIF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    ALTER ROLE bulkhead_mover REPLICATION;
  END IF;

  -- With it the mover writes rows as they are, and triggers and foreign keys let be. Without it, a move refuses tables that need that.
  BEGIN
    GRANT SET ON PARAMETER session_replication_role TO bulkhead_mover;
  EXCEPTION WHEN insufficient_privilege OR undefined_object THEN
    RAISE NOTICE 'bulkhead_mover may not set session_replication_role here';
  END;
END
$$;
GRANT bulkhead_owner TO bulkhead_migrator, bulkhead_mover;

-- Whatever connects as either: a statement that waits for a lock makes every later one wait behind it, and a session
-- that has died in the middle of a transaction keeps its locks.
ALTER ROLE bulkhead_migrator SET lock_timeout = '500ms';
ALTER ROLE bulkhead_migrator SET idle_in_transaction_session_timeout = '30s';
-- A reader of the first copy waits for the other side.
ALTER ROLE bulkhead_mover SET lock_timeout = '500ms';
ALTER ROLE bulkhead_mover SET idle_in_transaction_session_timeout = '5min';

-- Who applies this SQL must be able to replace what these roles own; 011-verify.sql takes it back.
GRANT bulkhead_admin, bulkhead_owner, bulkhead_migrator TO CURRENT_USER;
