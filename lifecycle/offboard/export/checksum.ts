import { createHash } from 'node:crypto';
import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import type { Table } from './tables';

/**
 * How many rows there are and what is in them, whatever their order. PostgreSQL works it out from the rows, and this program
 * from what it reads in an export: the same result means the same rows.
 *
 * A row's fields as PostgreSQL prints them, quoted as literals, hashed with SHA-256; the first 8 bytes as a signed number;
 * the sum of all.
 */
export interface RowSum {
  readonly rows: number;
  /** A whole number, of up to 30 digits. */
  readonly checksum: string;
}

/** What decides how PostgreSQL prints a value: the same in an export and in a checksum, whatever a role or a database sets. */
const PRINTED = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  lc_monetary: 'C',
  xmloption: 'content',
};

/** Fixes how the session prints values. */
export async function fixPrinting(client: Client): Promise<void> {
  const calls = Object.entries(PRINTED).map(
    ([name, value]) => `set_config(${escapeLiteral(name)}, ${escapeLiteral(value)}, false)`,
  );
  await client.query(`SELECT ${calls.join(', ')}`);
}

/** The rows of a table that belong to a tenant. @param tenant undefined for all rows */
export const rowsOf = (
  { name, isPartitioned }: Pick<Table, 'name' | 'isPartitioned'>,
  tenant: string | undefined,
): string =>
  // Children that inherit in the old way are tables of their own here.
  `FROM ${isPartitioned ? '' : 'ONLY '}${name}${tenant === undefined ? '' : ` WHERE tenant_id = ${escapeLiteral(tenant)}`}`;

/** `format` prints a value as COPY does. A cast to text does not: booleans and char(n) come out otherwise. */
const printed = (column: string): string =>
  `CASE WHEN ${column} IS NULL THEN '-' ELSE quote_literal(format('%s', ${column})) END`;

/** Asks PostgreSQL. The session must have been prepared by {@link fixPrinting}. */
export async function rowSum(client: Client, table: Table, tenant: string | undefined): Promise<RowSum> {
  const line = table.columns.map(({ name }) => printed(escapeIdentifier(name))).join(` || ',' || `);
  const { rows } = await client.query<{ rows: string; checksum: string }>(`
    SELECT count(*)::text AS rows, coalesce(sum(hash), 0)::text AS checksum FROM (
      SELECT ('x' || encode(substring(sha256(convert_to(${line}, 'UTF8')) from 1 for 8), 'hex'))::bit(64)::bigint AS hash
      ${rowsOf(table, tenant)}
    ) hashed`);
  const [sum] = rows;
  return { rows: Number(sum?.rows), checksum: sum?.checksum ?? '' };
}

/** As PostgreSQL's `quote_literal`. */
const quoted = (text: string): string =>
  `${text.includes('\\') ? 'E' : ''}'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** The same from fields that were read. */
export class RowSummer {
  private rows = 0;
  private sum = 0n;

  /** @param fields null where there is no value */
  public add(fields: readonly (string | null)[]): void {
    const line = fields.map((field) => (field === null ? '-' : quoted(field))).join(',');
    this.sum += createHash('sha256').update(line).digest().readBigInt64BE(0);
    this.rows += 1;
  }

  public get result(): RowSum {
    return { rows: this.rows, checksum: String(this.sum) };
  }
}
