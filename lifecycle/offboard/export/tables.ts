import type { Client } from 'pg';
import { LifecycleError } from '../../mistake';

/** A column as PostgreSQL's catalog has it. */
export interface Column {
  readonly name: string;
  /** `numeric(10,2)` */
  readonly type: string;
  readonly nullable: boolean;
}

/** A table of schema `app`. Its partitions are not tables of their own here. */
export interface Table {
  readonly oid: number;
  /** `app.orders`, quoted where SQL needs it. */
  readonly name: string;
  /** Without the schema, and never quoted. */
  readonly shortName: string;
  readonly isPartitioned: boolean;
  /** Those that hold something of their own: what is generated from others is not exported, as in PostgreSQL's own dumps. */
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
}

/** A foreign key between two tables of schema `app`. */
export interface ForeignKey {
  /** Oids of the table that refers, and of the one that is referred to. */
  readonly from: number;
  readonly to: number;
  readonly columns: readonly string[];
  readonly referenced: readonly string[];
  /** Whether an index begins with its columns, in any order: without one, each row that is referred to costs a look at all that refer. */
  readonly isIndexed: boolean;
}

/** An empty copy of a table, with which pgroll tries defaults out: `006-violations.sql` lets it be, too. */
const PROBE = '_pgroll_temp_fastpath_check';

const TABLES = `
  SELECT c.oid::int8::text AS oid, format('%I.%I', n.nspname, c.relname) AS name, c.relname AS "shortName",
    c.relkind = 'p' AS "isPartitioned",
    EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant_id' AND NOT attisdropped) AS "isTenants",
    n.nspname = 'app' AS "isInPlace",
    (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
        'nullable', NOT a.attnotnull) ORDER BY a.attnum)
      FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
    coalesce((SELECT json_agg(a.attname ORDER BY k.position)
      FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, position)
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
      WHERE i.indrelid = c.oid AND i.indisprimary), '[]') AS "primaryKey"
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'tenancy', 'pgroll')
    AND c.relname <> '${PROBE}'
  ORDER BY c.relname COLLATE "C"`;

interface TableRow extends Omit<Table, 'oid'> {
  readonly oid: string;
  readonly isTenants: boolean;
  readonly isInPlace: boolean;
}

/**
 * The tables that hold rows of tenants, sorted by name.
 *
 * @throws LifecycleError naming every table that could hold rows of the tenant and does not say which: nothing of them could be
 *   exported or deleted
 */
export async function tenantTables(client: Client): Promise<readonly Table[]> {
  const { rows } = await client.query<TableRow>(TABLES);
  const wrong = rows.filter(({ isTenants, isInPlace }) => isTenants !== isInPlace);
  if (wrong.length > 0) {
    const which = wrong.map(({ name, isInPlace }) =>
      isInPlace ? `${name} has no column tenant_id` : `${name} has a column tenant_id outside of schema app`,
    );
    throw new LifecycleError(`not every table says whose its rows are: ${which.join('; ')}`, [
      'SELECT * FROM tenancy.violations();   in that database says how to put it right (docs/guides/tenant-tables.md)',
    ]);
  }
  return rows
    .filter(({ isInPlace }) => isInPlace)
    .map(({ oid, name, shortName, isPartitioned, columns, primaryKey }) => ({
      ...{ oid: Number(oid), name, shortName, isPartitioned, columns, primaryKey },
    }));
}

const FOREIGN_KEYS = `
  SELECT k.conrelid::int8::text AS "from", k.confrelid::int8::text AS "to",
    (SELECT json_agg(a.attname ORDER BY c.position) FROM unnest(k.conkey) WITH ORDINALITY AS c (attnum, position)
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.attnum) AS columns,
    (SELECT json_agg(a.attname ORDER BY c.position) FROM unnest(k.confkey) WITH ORDINALITY AS c (attnum, position)
      JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = c.attnum) AS referenced,
    EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indpred IS NULL
      AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey) AS "isIndexed"
  FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0`;

interface KeyRow extends Omit<ForeignKey, 'from' | 'to'> {
  readonly from: string;
  readonly to: string;
}

/** Foreign keys among these tables. */
export async function foreignKeys(client: Client, tables: readonly Table[]): Promise<readonly ForeignKey[]> {
  const { rows } = await client.query<KeyRow>(FOREIGN_KEYS);
  const known = new Set(tables.map(({ oid }) => oid));
  return rows
    .map(({ from, to, ...key }) => ({ ...key, from: Number(from), to: Number(to) }))
    .filter(({ from, to }) => known.has(from) && known.has(to));
}
