-- The roles that applications act as: bulkhead_app and every login that is a member of it. Members with the admin
-- option administer it (PostgreSQL 16 gives that to a role's creator); they are not applications.
CREATE OR REPLACE FUNCTION tenancy.app_roles() RETURNS TABLE (oid oid)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE roles AS (
    SELECT 'bulkhead_app'::regrole::oid AS oid
    UNION
    SELECT m.member FROM pg_auth_members m JOIN roles r ON r.oid = m.roleid WHERE NOT m.admin_option
  )
  SELECT roles.oid FROM roles
$$;
ALTER FUNCTION tenancy.app_roles() OWNER TO bulkhead_admin;

-- Everything in this database that weakens tenant isolation, one row each; none in a healthy database.
-- `pending` marks a table that nobody has isolated yet: allowed until its transaction commits.
--
-- Looks at the catalog only, so it can run at any time and from anywhere.
CREATE OR REPLACE FUNCTION tenancy.violations()
RETURNS TABLE (object text, problem text, remedy text, pending boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
WITH
-- Members of extensions answer for themselves, if an administrator owns the extension. A migration may create an
-- extension too, and could hide anything in it.
extension_member AS (
  SELECT d.classid, d.objid
  FROM pg_depend d
  JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
  JOIN pg_roles o ON o.oid = e.extowner
  WHERE d.deptype = 'e' AND (o.rolsuper OR o.rolname = 'bulkhead_admin'
    OR EXISTS (SELECT FROM pg_roles s WHERE s.rolname = 'rds_superuser' AND pg_has_role(o.oid, s.oid, 'MEMBER')))
),
relation AS (
  SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name, n.nspname AS schema,
    NOT c.relrowsecurity AND NOT c.relforcerowsecurity AS pending,
    (SELECT attnum FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant_id') AS tenant_attnum
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'tenancy')
    AND c.relpersistence <> 't'
    AND NOT EXISTS (SELECT FROM extension_member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
),
-- Before it adds a column with a default, pgroll tries that on an empty copy of the table, and drops it again. Let be as
-- long as it holds nothing and nobody else may touch it.
probe AS (
  SELECT oid FROM relation
  WHERE schema = 'app' AND relname = '_pgroll_temp_fastpath_check' AND relkind = 'r' AND relpersistence = 'u'
    AND relacl IS NULL AND pg_relation_size(oid) = 0
    AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation.oid AND attacl IS NOT NULL)
    AND NOT EXISTS (SELECT FROM pg_inherits WHERE relation.oid IN (inhrelid, inhparent))
),
tenant_table AS (
  SELECT * FROM relation WHERE schema = 'app' AND relkind IN ('r', 'p') AND oid NOT IN (SELECT oid FROM probe)
),
-- Privileges that anybody but an owner holds, on whole relations and on single columns.
privilege AS (
  SELECT r.oid, r.name, r.schema, r.relkind, r.pending, a.grantee, a.privilege_type AS type, a.is_grantable
  FROM relation r, aclexplode(coalesce(r.relacl, acldefault(CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", r.relowner))) a
  WHERE a.grantee <> r.relowner
  UNION ALL
  SELECT r.oid, r.name, r.schema, r.relkind, r.pending, a.grantee, a.privilege_type, a.is_grantable
  FROM relation r JOIN pg_attribute t ON t.attrelid = r.oid, aclexplode(t.attacl) a
  WHERE a.grantee <> r.relowner
),
routine AS (
  SELECT p.*, p.oid::regprocedure::text AS name, n.nspname AS schema
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'tenancy') AND n.nspname NOT LIKE 'pg\_%'
    AND NOT EXISTS (SELECT FROM extension_member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)
)

-- Tenant tables: the row's owner is known, checked and indexed.
SELECT t.name, 'has no tenant isolation', format('SELECT tenancy.isolate(%L), in the transaction that creates the table', t.name), true
FROM tenant_table t WHERE t.pending
UNION ALL
SELECT t.name, 'row-level security is not both enabled and forced', format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t.name), false
FROM tenant_table t WHERE NOT t.pending AND NOT (t.relrowsecurity AND t.relforcerowsecurity)
UNION ALL
SELECT t.name, 'is owned by ' || t.relowner::regrole, format('ALTER TABLE %s OWNER TO bulkhead_owner', t.name), false
FROM tenant_table t WHERE NOT t.pending AND t.relowner <> 'bulkhead_owner'::regrole
UNION ALL
SELECT t.name, 'tenant_id is not "text NOT NULL DEFAULT tenancy.current_tenant()"', format('SELECT tenancy.isolate(%L)', t.name), false
FROM tenant_table t
LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = t.tenant_attnum
LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = t.tenant_attnum
WHERE NOT t.pending AND (a.atttypid = 'text'::regtype AND a.attnotnull AND a.attgenerated = ''
  AND pg_get_expr(d.adbin, d.adrelid) = 'tenancy.current_tenant()') IS NOT TRUE
UNION ALL
-- Under another collation, the policy could hold two tenants' ids to be equal. These two compare bytes.
SELECT t.name, format('tenant_id has the collation %s', a.attcollation::regcollation),
  format('in one transaction: ALTER TABLE %1$s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY; drop its policies; '
    'ALTER TABLE %1$s ALTER COLUMN tenant_id TYPE text COLLATE "C"; SELECT tenancy.isolate(%1$L)', t.name), t.pending
FROM tenant_table t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = t.tenant_attnum
WHERE a.atttypid = 'text'::regtype
  AND a.attcollation NOT IN ('pg_catalog."default"'::regcollation, 'pg_catalog."C"'::regcollation)
UNION ALL
SELECT t.name, format('policy %s is missing or changed', p.name), format('SELECT tenancy.isolate(%L)', t.name), false
FROM tenant_table t CROSS JOIN tenancy.policies() p
WHERE NOT t.pending AND NOT EXISTS (
  SELECT FROM pg_policy o
  WHERE o.polrelid = t.oid AND o.polname = p.name AND o.polcmd = '*' AND o.polpermissive
    AND o.polroles = ARRAY[CASE p.grantee WHEN 'public' THEN 0 ELSE to_regrole(p.grantee)::oid END]
    AND btrim(pg_get_expr(o.polqual, t.oid), '()') = btrim(p.expression, '()')
    AND btrim(pg_get_expr(o.polwithcheck, t.oid), '()') = btrim(p.expression, '()'))
UNION ALL
-- RESTRICTIVE ones too: their expression may call functions on rows before tenant_isolation hides them.
SELECT t.name, format('policy %I is not the platform''s', o.polname), format('DROP POLICY %I ON %s', o.polname, t.name), t.pending
FROM tenant_table t JOIN pg_policy o ON o.polrelid = t.oid
WHERE o.polname NOT IN (SELECT name FROM tenancy.policies())
UNION ALL
SELECT t.name, 'has no index led by tenant_id', format('CREATE INDEX ON %s (tenant_id)', t.name), false
FROM tenant_table t
WHERE NOT t.pending AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indkey[0] = t.tenant_attnum AND i.indpred IS NULL AND i.indisvalid)
UNION ALL
SELECT t.name, format('unique index %s lacks tenant_id, so it tells one tenant what another one stores', i.indexrelid::regclass),
  'put tenant_id first in the key', t.pending
FROM tenant_table t JOIN pg_index i ON i.indrelid = t.oid
WHERE (i.indisunique OR i.indisexclusion)
  AND (t.tenant_attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])) IS NOT TRUE
UNION ALL
SELECT t.name, format('exclusion constraint %I does not compare tenant_id with =', k.conname), 'add "tenant_id WITH =" (extension btree_gist)', t.pending
FROM tenant_table t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'x'
WHERE NOT EXISTS (SELECT FROM generate_subscripts(k.conkey, 1) s JOIN pg_operator o ON o.oid = k.conexclop[s]
                  WHERE k.conkey[s] = t.tenant_attnum AND o.oprname = '=')
UNION ALL
-- PostgreSQL checks foreign keys past row-level security.
SELECT t.name, format('foreign key %I does not pair tenant_id with tenant_id, so it finds rows of other tenants', k.conname),
  format('FOREIGN KEY (tenant_id, …) REFERENCES %s (tenant_id, …)', r.name), t.pending
FROM relation t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
JOIN tenant_table r ON r.oid = k.confrelid
WHERE NOT EXISTS (SELECT FROM generate_subscripts(k.conkey, 1) s
                  WHERE k.conkey[s] = t.tenant_attnum AND k.confkey[s] = r.tenant_attnum)
UNION ALL
-- Rules act with the rights of their relation's owner, those on a view with security_invoker as well.
SELECT r.name, format('rule %I acts with its owner''s rights', w.rulename), format('DROP RULE %I ON %s', w.rulename, r.name), false
FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid
WHERE w.rulename <> '_RETURN' OR w.ev_type <> '1'
UNION ALL
SELECT h.inhrelid::regclass::text, format('inherits from %s, but is not in schema app', t.name), 'keep partitions and children in schema app', false
FROM tenant_table t JOIN pg_inherits h ON h.inhparent = t.oid
WHERE h.inhrelid NOT IN (SELECT oid FROM tenant_table)
UNION ALL
-- Who reads the parent reads its children's rows, by the parent's policies only.
SELECT t.name, format('inherits from %s, which is not in schema app', h.inhparent::regclass), 'keep the parents of tenant tables in schema app', false
FROM tenant_table t JOIN pg_inherits h ON h.inhrelid = t.oid
WHERE h.inhparent NOT IN (SELECT oid FROM tenant_table)
UNION ALL
SELECT r.name, 'holds rows of tenants outside schema app', 'keep tables with tenant_id in schema app', false
FROM relation r
WHERE r.schema <> 'app' AND r.relkind IN ('r', 'p') AND (r.tenant_attnum IS NOT NULL
  OR EXISTS (SELECT FROM pg_policy o WHERE o.polrelid = r.oid AND o.polname IN (SELECT name FROM tenancy.policies())))

-- Relations that would show tenants' rows with somebody else's rights.
UNION ALL
SELECT r.name, 'view without security_invoker reads with its owner''s rights', format('ALTER VIEW %s SET (security_invoker = true)', r.name), false
FROM relation r
WHERE r.relkind = 'v'
  AND NOT EXISTS (SELECT FROM pg_options_to_table(r.reloptions) WHERE option_name = 'security_invoker' AND option_value::boolean)
UNION ALL
SELECT r.name, CASE r.relkind WHEN 'm' THEN 'materialized views' ELSE 'foreign tables' END || ' know no row-level security', 'use a table or a view', false
FROM relation r WHERE r.relkind IN ('m', 'f')

-- Privileges.
UNION ALL
SELECT DISTINCT p.name, format('%s is granted to %s%s', p.type, CASE p.grantee WHEN 0 THEN 'PUBLIC' ELSE p.grantee::regrole::text END,
    CASE WHEN p.is_grantable THEN ' with grant option' ELSE '' END),
  'allowed: SELECT, INSERT, UPDATE, DELETE in schema app, SELECT in schema reference, USAGE on sequences; to bulkhead_app only', p.pending
FROM privilege p
WHERE p.grantee NOT IN ('bulkhead_owner'::regrole, 'bulkhead_migrator'::regrole)
  AND NOT (p.grantee = 'bulkhead_app'::regrole AND NOT p.is_grantable AND CASE
    WHEN p.relkind = 'S' THEN p.schema = 'app' AND p.type = 'USAGE'
    WHEN p.relkind = 'v' OR p.schema = 'app' THEN p.type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
    ELSE p.schema = 'reference' AND p.type = 'SELECT' END)
  -- It looks which version the schema is at.
  AND NOT (p.grantee = 'bulkhead_mover'::regrole AND p.schema = 'pgroll' AND p.type = 'SELECT' AND NOT p.is_grantable)
UNION ALL
SELECT format('schema %I', n.nspname), 'applications may create objects in it',
  format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, %s', n.nspname, string_agg(a.oid::regrole::text, ', ' ORDER BY a.oid)), false
FROM pg_namespace n JOIN tenancy.app_roles() a ON has_schema_privilege(a.oid, n.oid, 'CREATE')
WHERE n.nspname NOT LIKE 'pg\_%'
GROUP BY n.nspname
UNION ALL
-- pgroll's own functions run with their owner's rights: see below.
SELECT format('schema %I', n.nspname), 'applications may use the migrations'' tools',
  format('REVOKE USAGE ON SCHEMA %I FROM PUBLIC, %s', n.nspname, string_agg(a.oid::regrole::text, ', ' ORDER BY a.oid)), false
FROM pg_namespace n JOIN tenancy.app_roles() a ON has_schema_privilege(a.oid, n.oid, 'USAGE')
WHERE n.nspname = 'pgroll'
GROUP BY n.nspname
UNION ALL
-- Those functions look for names in their own schema first.
SELECT format('schema %I', n.nspname), format('%s may create objects beside functions that run with the administrator''s rights', m.rolname),
  format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, %I; it belongs to the administrator', n.nspname, m.rolname), false
FROM pg_namespace n JOIN pg_roles m ON m.rolname IN ('bulkhead_owner', 'bulkhead_migrator') AND has_schema_privilege(m.oid, n.oid, 'CREATE')
WHERE n.nspname = 'pgroll'
UNION ALL
SELECT r.name, 'is owned by ' || r.proowner::regrole || ', in the schema of functions that run with the administrator''s rights',
  format('DROP ROUTINE %s', r.name), false
FROM routine r
WHERE r.schema = 'pgroll' AND r.proowner IN ('bulkhead_owner'::regrole, 'bulkhead_migrator'::regrole)
UNION ALL
SELECT format('database %I', current_database()), 'applications may create schemas or temporary tables',
  format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC, %s', current_database(), string_agg(a.oid::regrole::text, ', ' ORDER BY a.oid)), false
FROM tenancy.app_roles() a
WHERE has_database_privilege(a.oid, current_database(), 'CREATE, TEMPORARY')
HAVING count(*) > 0

-- Routines that act with other rights, or as another tenant.
UNION ALL
SELECT r.name, 'SECURITY DEFINER runs with its owner''s rights', format('ALTER ROUTINE %s SECURITY INVOKER', r.name), false
FROM routine r
-- pgroll's may, where no application gets at them: by a call, or by a trigger, which asks for no privilege.
WHERE r.prosecdef AND (r.schema <> 'pgroll'
  OR EXISTS (SELECT FROM pg_trigger g JOIN relation t ON t.oid = g.tgrelid WHERE g.tgfoid = r.oid AND t.schema <> 'pgroll')
  OR r.prorettype <> 'event_trigger'::regtype
    AND EXISTS (SELECT FROM tenancy.app_roles() a WHERE has_function_privilege(a.oid, r.oid, 'EXECUTE')))
UNION ALL
SELECT r.name, 'sets a tenant, a role or row_security of its own', format('ALTER ROUTINE %s RESET ALL', r.name), false
FROM routine r, unnest(r.proconfig) setting
WHERE lower(split_part(setting, '=', 1)) IN ('app.tenant_id', 'role', 'session_authorization', 'row_security')

-- Roles.
UNION ALL
SELECT format('role %s', r.oid::regrole), 'has powers beyond the platform''s', 'take away SUPERUSER, BYPASSRLS, CREATEROLE, CREATEDB and REPLICATION', false
FROM pg_roles r
WHERE (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication AND r.rolname <> 'bulkhead_mover')
  AND (r.rolname IN ('bulkhead_admin', 'bulkhead_owner', 'bulkhead_migrator', 'bulkhead_mover')
    OR r.oid IN (SELECT oid FROM tenancy.app_roles()))
UNION ALL
-- The mover is kept to one tenant by not being a migrator.
SELECT format('role %s', m.member::regrole), format('is a member of %s', m.roleid::regrole), format('REVOKE %s FROM %s', m.roleid::regrole, m.member::regrole), false
FROM pg_auth_members m
WHERE m.member = 'bulkhead_mover'::regrole AND m.roleid::regrole::text NOT IN ('bulkhead_owner', 'rds_iam', 'rds_replication')
UNION ALL
SELECT format('role %s', m.member::regrole), format('is a member of %s', m.roleid::regrole), format('REVOKE %s FROM %s', m.roleid::regrole, m.member::regrole), false
FROM pg_auth_members m
WHERE m.member IN (SELECT oid FROM tenancy.app_roles())
  AND m.roleid NOT IN (SELECT oid FROM tenancy.app_roles()) AND m.roleid::regrole::text <> 'rds_iam'
UNION ALL
SELECT format('role %s', m.member::regrole), format('may act for others through membership with ADMIN OPTION in %s', m.roleid::regrole), 'revoke the admin option', false
FROM pg_auth_members m WHERE m.admin_option AND m.member IN (SELECT oid FROM tenancy.app_roles())
UNION ALL
-- Anything at all but large objects, which Aurora lets everybody create.
SELECT pg_describe_object(d.classid, d.objid, 0), format('is owned by %s, and applications own nothing', d.refobjid::regrole), 'ALTER … OWNER TO bulkhead_owner', false
FROM pg_shdepend d
WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o' AND d.classid <> 'pg_largeobject'::regclass
  AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND d.refobjid IN (SELECT oid FROM tenancy.app_roles())
UNION ALL
SELECT format('role %s', coalesce(s.setrole::regrole::text, 'ALL')), format('starts every session with %s', setting), 'ALTER ROLE … RESET ' || split_part(setting, '=', 1), false
FROM (SELECT nullif(setrole, 0) AS setrole, setdatabase, setconfig FROM pg_db_role_setting) s, unnest(s.setconfig) setting
WHERE lower(split_part(setting, '=', 1)) IN ('app.tenant_id', 'role', 'session_authorization', 'row_security')
  AND (s.setdatabase = 0 OR s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))
$$;
;
ALTER FUNCTION tenancy.violations() OWNER TO bulkhead_admin;
