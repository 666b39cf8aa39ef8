-- bulkhead_admin     owns schema tenancy: the policy's function and the guard. Nobody logs in as it.
-- bulkhead_owner     owns schema app and every table in it. Row-level security applies to it too (FORCE).
-- bulkhead_migrator  runs migrations. Member of the owner; the one role that may touch rows of every tenant,
--                    because a migration's backfill must.
-- bulkhead_app       what applications may do: read and write rows of the transaction's tenant. Owns nothing.
DO $$
DECLARE
  role_name text;
  powers text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['bulkhead_admin', 'bulkhead_owner', 'bulkhead_migrator', 'bulkhead_app'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
    END IF;

    -- Refused rather than altered: Aurora's administrator may not even name these attributes, and a role that
    -- somebody gave them to is a finding, not a detail.
    SELECT concat_ws(', ',
        CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
        CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
        CASE WHEN rolreplication THEN 'REPLICATION' END)
      INTO powers FROM pg_catalog.pg_roles WHERE rolname = role_name;
    IF powers <> '' THEN
      RAISE EXCEPTION 'role % must have no special attribute, but it has %', role_name, powers
        USING HINT = 'Drop the role, or take the attributes away, then apply the platform''s SQL again.';
    END IF;
  END LOOP;
END
$$;

-- The migration job logs in as the migrator. On Aurora with an IAM token and nothing else; elsewhere it has no
-- password, so only a server that trusts it lets it in.
ALTER ROLE bulkhead_migrator LOGIN;
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rds_iam') THEN
    GRANT rds_iam TO bulkhead_migrator;
  END IF;
END
$$;
GRANT bulkhead_owner TO bulkhead_migrator;

-- Whatever connects as the migrator: a statement that waits for a lock makes every later one wait behind it, and a session
-- that has died in the middle of a transaction keeps its locks.
ALTER ROLE bulkhead_migrator SET lock_timeout = '500ms';
ALTER ROLE bulkhead_migrator SET idle_in_transaction_session_timeout = '30s';

-- Who applies this SQL must be able to replace what these roles own; 010-verify.sql takes it back.
GRANT bulkhead_admin, bulkhead_owner, bulkhead_migrator TO CURRENT_USER;
