import { ACCESS_LOG_FIELDS, BUCKETS_PER_PARTITION, NO_TENANT_PARTITION } from '../core/access-log';

/**
 * The partition of a tenant's requests, in the SQL of Athena: what `bucketOf` and `partitionOfBucket` compute. Of constants
 * only, so Athena knows its value before it reads anything, and reads that partition and no other.
 *
 * @param tenant an SQL expression, such as `?` or `'acme'`
 */
export const partitionSql = (tenant: string): string =>
  `CAST(from_base(substr(to_hex(sha256(to_utf8(${tenant}))), 1, 2), 16) / ${String(BUCKETS_PER_PARTITION)} AS integer)`;

const COLUMNS = Object.keys(ACCESS_LOG_FIELDS)
  .map((name) => `"${name}"`)
  .join(', ');

/**
 * All requests of one tenant between two days. Parameters in their order: the tenant's id, once more, first day, last day,
 * each as a text in quotes.
 */
export const historyOfTenant = (table: string): string =>
  [
    '-- Parameters: tenant, the same tenant again, first day, last day; for example',
    "-- 'acme', 'acme', '2026-11-01', '2026-11-30'",
    `SELECT ${COLUMNS}`,
    `FROM ${table}`,
    'WHERE tenant = ?',
    // Of another tenant the result is empty and never somebody else's: the line above stands.
    `  AND pair = ${partitionSql('?')}`,
    '  AND day BETWEEN ? AND ?',
    'ORDER BY "time"',
  ].join('\n');

/** All requests between two days that came without a valid token. Parameters: first day, last day. */
export const requestsWithoutTenant = (table: string): string =>
  [
    "-- Parameters: first day, last day; for example '2026-11-01', '2026-11-02'",
    `SELECT ${COLUMNS}`,
    `FROM ${table}`,
    'WHERE tenant IS NULL',
    `  AND pair = ${String(NO_TENANT_PARTITION)}`,
    '  AND day BETWEEN ? AND ?',
    'ORDER BY "time"',
  ].join('\n');
