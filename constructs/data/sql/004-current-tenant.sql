-- The transaction's tenant. Fails, never returns null: a query that forgot its tenant is a bug, and an empty
-- result would hide it.
--
-- STABLE and PARALLEL SAFE, so that the policy may use an index and a parallel plan. Operators are written with
-- their schema, so the caller's search_path cannot change their meaning and no SET clause (a cost on every
-- statement) is needed.
CREATE OR REPLACE FUNCTION tenancy.current_tenant() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
  tenant text := pg_catalog.current_setting('app.tenant_id', true);
BEGIN
  -- 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter.
  IF tenant OPERATOR(pg_catalog.~) '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' COLLATE pg_catalog."C"
    AND pg_catalog.length(tenant) OPERATOR(pg_catalog.>=) 2 AND pg_catalog.length(tenant) OPERATOR(pg_catalog.<=) 31
  THEN
    RETURN tenant;
  END IF;
  RAISE EXCEPTION USING
    ERRCODE = 'insufficient_privilege',
    MESSAGE = CASE
      WHEN tenant IS NULL OR tenant OPERATOR(pg_catalog.=) '' THEN 'no tenant is set for this transaction'
      ELSE pg_catalog.format('app.tenant_id is not a tenant id: %L', pg_catalog.left(tenant, 40))
    END,
    DETAIL = 'A tenant id is 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter.',
    HINT = 'In the same transaction, first: SELECT set_config(''app.tenant_id'', ''<tenant>'', true).';
END
$$;
ALTER FUNCTION tenancy.current_tenant() OWNER TO bulkhead_admin;
