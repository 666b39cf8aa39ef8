import type { Client } from 'pg';

/** A column whose values are copied. */
export interface MovedColumn {
  readonly name: string;
  /** As it is written in a cast, with its schema where it needs one: `numeric(10,2)`, `app.mood`. */
  readonly type: string;
  readonly isNullable: boolean;
  /** `GENERATED ALWAYS AS IDENTITY`: it can be inserted, and never updated. */
  readonly isFixed: boolean;
}

/** A table of tenants, as a move sees it. Partitions are seen through their parent. */
export interface MovedTable {
  /** With its schema, quoted where it must be: `app.orders`. */
  readonly name: string;
  /** The same without quotes, as the write-ahead log has it. */
  readonly relation: string;
  /** All that are not generated, in the order of their names: the same on both sides. */
  readonly columns: readonly MovedColumn[];
  /** Generated columns and their expressions: `total = (price * amount)`. The other side works them out itself. */
  readonly generated: readonly string[];
  /** Columns of the primary key; none without one. */
  readonly key: readonly string[];
  /** The table or partitions of it whose replica identity lacks tenant_id, so that their changes could not be filtered. */
  readonly unfiltered: readonly string[];
  /** Parents or children by INHERITS, other than partitions. */
  readonly inherits: boolean;
  /** Triggers of applications that would run again on the other side. */
  readonly triggers: readonly string[];
  /** Tables that it refers to, itself included. */
  readonly references: readonly string[];
  /** Whether another row's deletion can delete or change rows of it. */
  readonly cascades: boolean;
  /** Columns that a sequence fills, and the sequence. */
  readonly sequences: readonly { readonly column: string; readonly sequence: string }[];
}

/** Where a database's schema is. */
export interface SchemaVersion {
  /** Migrations that were applied, the newest last, joined by a comma; empty in a database without history. */
  readonly migrations: string;
  /** Those that are still in progress. */
  readonly active: string;
}

/** Triggers that a move puts on tables begin so. */
export const WATCH = 'tenancy_move_';

const TABLES = `
  SELECT c.oid::regclass::text AS name, concat('app.', c.relname) AS relation,
    (SELECT coalesce(json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod), 'isNullable', NOT attnotnull, 'isFixed', attidentity = 'a')
        ORDER BY attname COLLATE "C"), '[]')
      FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns,
    (SELECT coalesce(json_agg(concat(attname, ' = ', pg_get_expr(adbin, adrelid)) ORDER BY attname COLLATE "C"), '[]')
      FROM pg_attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated <> '') AS generated,
    (SELECT coalesce(json_agg(a.attname ORDER BY k.position), '[]')
      FROM pg_constraint p, unnest(p.conkey) WITH ORDINALITY AS k (attnum, position)
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
      WHERE p.conrelid = c.oid AND p.contype = 'p') AS key,
    (SELECT coalesce(json_agg(r.oid::regclass::text ORDER BY r.oid), '[]')
      FROM pg_class r
      WHERE r.oid IN (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf UNION SELECT c.oid)
        AND NOT CASE r.relreplident
          WHEN 'f' THEN true WHEN 'n' THEN false
          ELSE EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = r.oid AND a.attname = 'tenant_id'
              AND CASE r.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END)
        END) AS unfiltered,
    EXISTS (SELECT FROM pg_inherits h JOIN pg_class k ON k.oid = h.inhrelid
      WHERE c.oid IN (h.inhrelid, h.inhparent) AND NOT k.relispartition) AS inherits,
    (SELECT coalesce(json_agg(tgname ORDER BY tgname), '[]') FROM pg_trigger
      WHERE tgrelid = c.oid AND NOT tgisinternal AND tgenabled <> 'D' AND tgname NOT LIKE '${WATCH.replaceAll('_', '\\_')}%') AS triggers,
    (SELECT coalesce(json_agg(DISTINCT confrelid::regclass::text), '[]') FROM pg_constraint
      WHERE conrelid = c.oid AND contype = 'f' AND conparentid = 0) AS references,
    EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f'
      AND (confdeltype NOT IN ('a', 'r') OR confupdtype NOT IN ('a', 'r'))) AS cascades,
    (SELECT coalesce(json_agg(json_build_object('column', a.attname, 'sequence', d.objid::regclass::text) ORDER BY a.attname COLLATE "C"), '[]')
      FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.deptype IN ('a', 'i')) AS sequences
  FROM pg_class c
  WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname <> '_pgroll_temp_fastpath_check'
  ORDER BY c.relname COLLATE "C"`;

/** All tables of tenants. The session's search_path must be `pg_catalog`, so that names have their schema. */
export async function tenantTables(client: Client): Promise<readonly MovedTable[]> {
  const { rows } = await client.query<MovedTable>(TABLES);
  return rows;
}

/** @returns what pgroll has noted; nothing where pgroll never was */
export async function schemaVersion(client: Client): Promise<SchemaVersion> {
  const { rows } = await client.query<{ known: boolean }>(
    `SELECT to_regclass('pgroll.migrations') IS NOT NULL AS known`,
  );
  if (rows[0]?.known !== true) return { migrations: '', active: '' };
  const found = await client.query<SchemaVersion>(`
    SELECT coalesce(string_agg(name, ',' ORDER BY name), '') AS migrations,
      coalesce(string_agg(name, ', ' ORDER BY name) FILTER (WHERE NOT done), '') AS active
    FROM pgroll.migrations WHERE schema = 'app'`);
  return found.rows[0] ?? { migrations: '', active: '' };
}
