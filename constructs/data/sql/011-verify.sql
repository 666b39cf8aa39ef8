-- Brings tables that an earlier version isolated up to this version. Only those that differ: altering a table locks it.
DO $$
DECLARE
  target regclass;
BEGIN
  FOR target IN
    SELECT DISTINCT object::regclass FROM tenancy.violations() WHERE remedy LIKE 'SELECT tenancy.isolate(%' AND NOT pending
  LOOP
    PERFORM tenancy.isolate(target);
  END LOOP;
END
$$;

SELECT tenancy.assert_isolated();
ALTER EVENT TRIGGER tenancy_guard ENABLE;

-- Functions that the administrator makes from here on, such as pgroll's, are nobody else's to call.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- From here on, who applied this is an administrator again, and row-level security applies to it like to anybody.
REVOKE bulkhead_admin, bulkhead_owner, bulkhead_migrator FROM CURRENT_USER;
