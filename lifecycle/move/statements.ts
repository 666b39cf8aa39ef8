import { escapeIdentifier, escapeLiteral } from 'pg';
import type { MovedColumn, MovedTable } from './tables';

/**
 * Statements on rows of one tenant. Values are texts, as PostgreSQL prints them. Row-level security keeps the session to the
 * tenant; every statement says the tenant all the same.
 */

const list = (names: readonly string[]): string => names.map(escapeIdentifier).join(', ');
const namesOf = (table: MovedTable): readonly string[] => table.columns.map(({ name }) => name);

/** All rows, each an array of texts in the order of `columns`. `$1` is the tenant. */
export const readRows = (table: MovedTable): string =>
  `SELECT ${list(namesOf(table))} FROM ${table.name} WHERE tenant_id = $1`;

/** Writes many rows: a parameter for each column, an array of texts. */
export function writeRows(table: MovedTable): string {
  const { columns, name } = table;
  const values = columns.map(({ type }, at) => `r.c${String(at)}::${type}`).join(', ');
  const arrays = columns.map((_, at) => `$${String(at + 1)}::text[]`).join(', ');
  const aliases = columns.map((_, at) => `c${String(at)}`).join(', ');
  return `INSERT INTO ${name} (${list(namesOf(table))}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM unnest(${arrays}) AS r (${aliases})`;
}

/** A statement on one row, and the texts that it takes. */
export interface RowStatement {
  readonly text: string;
  readonly values: readonly (string | null)[];
}

/** A row, or some columns of one: texts by column. What is undefined is not known. */
export type RowTexts = Readonly<Record<string, string | null | undefined>>;

class Parameters {
  public readonly values: (string | null)[] = [];

  public add({ type }: MovedColumn, value: string | null): string {
    this.values.push(value);
    return `$${String(this.values.length)}::text::${type}`;
  }
}

/** @throws Error if the row has a column that the table does not have: the schemas differ */
function column(table: MovedTable, name: string): MovedColumn {
  const found = table.columns.find((each) => each.name === name);
  if (!found) throw new Error(`${table.name} has no column ${name}`);
  return found;
}

const known = (table: MovedTable, row: RowTexts): readonly (readonly [MovedColumn, string | null])[] =>
  Object.entries(row).flatMap(([name, value]) =>
    value === undefined ? [] : [[column(table, name), value] as const],
  );

export function insertRow(table: MovedTable, row: RowTexts): RowStatement {
  const parameters = new Parameters();
  const fields = known(table, row);
  const values = fields.map(([each, value]) => parameters.add(each, value));
  const text = `INSERT INTO ${table.name} (${list(fields.map(([{ name }]) => name))}) OVERRIDING SYSTEM VALUE VALUES (${values.join(', ')})`;
  return { text, values: parameters.values };
}

/** @param where the row as it was: columns that tell it from others */
export function updateRow(table: MovedTable, row: RowTexts, where: RowTexts): RowStatement {
  const parameters = new Parameters();
  const changes = known(table, row)
    .filter(([{ isFixed }]) => !isFixed)
    .map(([each, value]) => `${escapeIdentifier(each.name)} = ${parameters.add(each, value)}`);
  const text = `UPDATE ${table.name} SET ${changes.join(', ')} WHERE ${condition(table, where, parameters)}`;
  return { text, values: parameters.values };
}

export function deleteRow(table: MovedTable, where: RowTexts): RowStatement {
  const parameters = new Parameters();
  const text = `DELETE FROM ${table.name} WHERE ${condition(table, where, parameters)}`;
  return { text, values: parameters.values };
}

function condition(table: MovedTable, where: RowTexts, parameters: Parameters): string {
  const fields = known(table, where);
  if (!fields.some(([{ name }, value]) => name === 'tenant_id' && value !== null))
    throw new Error(`a change of ${table.name} does not say whose row it was`);
  return fields
    .map(([each, value]) => `${escapeIdentifier(each.name)} = ${parameters.add(each, value)}`)
    .join(' AND ');
}

/** Deletes some rows. `$1` is the tenant, `$2` the most that one statement deletes. */
export const deleteSome = ({ name, key }: MovedTable): string =>
  `DELETE FROM ${name} WHERE tenant_id = $1 AND (${list(key)}) IN (SELECT ${list(key)} FROM ${name} WHERE tenant_id = $1 LIMIT $2)`;

/** Whether there is a row. `$1` is the tenant. */
export const anyRow = ({ name }: MovedTable): string =>
  `SELECT EXISTS (SELECT FROM ${name} WHERE tenant_id = $1) AS found`;

/** A row as one text, of which any difference in any column makes another. */
const lineOf = (table: MovedTable): string =>
  `ROW(${list([...namesOf(table), ...table.generated.map((each) => each.split(' = ')[0] ?? '')])})::text`;
const keyOf = ({ key }: MovedTable): string => `ROW(${list(key)})::text`;

/** Parts of which the rows of a table are compared: 256. */
const bucketOf = (table: MovedTable): string => `left(md5(${keyOf(table)}), 2)`;

/**
 * Rows and their checksum, whatever their order: the first 64 bits of each row's MD5 as a number, and all added up. MD5 is the
 * same on every server and version, PostgreSQL's own hashes are not.
 */
const SUM = (table: MovedTable): string =>
  `count(*)::text AS rows, coalesce(sum(('x' || left(md5(${lineOf(table)}), 16))::bit(64)::bigint), 0)::text AS checksum`;

export const sumOf = (table: MovedTable): string =>
  `SELECT ${SUM(table)} FROM ${table.name} WHERE tenant_id = $1`;

export const sumOfBuckets = (table: MovedTable): string =>
  `SELECT ${bucketOf(table)} AS bucket, ${SUM(table)} FROM ${table.name} WHERE tenant_id = $1 GROUP BY 1`;

/** `$2` is a list of buckets. */
export const rowsOfBuckets = (table: MovedTable): string =>
  `SELECT ${keyOf(table)} AS key, md5(${lineOf(table)}) AS hash FROM ${table.name} WHERE tenant_id = $1 AND ${bucketOf(table)} = ANY ($2)`;

/** What is published of a tenant, with nothing of anybody else. */
export function createPublication(name: string, tables: readonly MovedTable[], tenant: string): string {
  const parts = tables.map((table) => `TABLE ${table.name} WHERE (tenant_id = ${escapeLiteral(tenant)})`);
  const what = parts.length === 0 ? '' : ` FOR ${parts.join(', ')}`;
  return `CREATE PUBLICATION ${escapeIdentifier(name)}${what} WITH (publish = 'insert, update, delete', publish_via_partition_root = true)`;
}
