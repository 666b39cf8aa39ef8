-- Creates or repairs a login for one application (for example one per tier). It can do what bulkhead_app can, and
-- cannot become any other role.
CREATE OR REPLACE FUNCTION tenancy.ensure_login(login text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
    EXECUTE format('CREATE ROLE %I', login);
  END IF;
  EXECUTE format('ALTER ROLE %I LOGIN', login);
  -- A role may give itself session defaults, such as row_security = off. Each run wipes those.
  EXECUTE format('ALTER ROLE %I RESET ALL', login);
  EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET ALL', login, current_database());
  -- PostgreSQL 15 has no SET option; there SET ROLE bulkhead_app is possible and gains nothing.
  EXECUTE format('GRANT bulkhead_app TO %I%s', login,
    CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH INHERIT TRUE, SET FALSE' ELSE '' END);
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam') THEN
    EXECUTE format('GRANT rds_iam TO %I', login);
  END IF;
END
$$;
ALTER FUNCTION tenancy.ensure_login(text) OWNER TO bulkhead_admin;
