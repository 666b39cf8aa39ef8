-- Applied as the cluster's administrator (rds_superuser on Aurora), all files in one transaction, in order.
-- Every statement may run again at any time: a second run changes nothing.

-- The guard of an earlier run would refuse its own replacement. It is disabled for this transaction only (no
-- other session sees that), and 011-verify.sql enables it again and checks the whole database before commit.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtname = 'tenancy_guard') THEN
    ALTER EVENT TRIGGER tenancy_guard DISABLE;
  END IF;
END
$$;

-- pgroll notes every change that it did not make itself, so that its history is whole. What the platform does here is not
-- part of any application's schema.
SET LOCAL pgroll.no_inferred_migrations = 'TRUE';

-- As PostgreSQL has it, until 011-verify.sql: whoever calls the functions of schema tenancy gets this from here.
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
