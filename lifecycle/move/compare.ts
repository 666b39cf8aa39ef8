import type { Client } from 'pg';
import { AS_TEXT, type Side } from './side';
import { rowsOfBuckets, sumOf, sumOfBuckets } from './statements';
import type { MovedTable } from './tables';

/** How a table differs. */
export interface Difference {
  readonly table: string;
  readonly rows: { readonly source: number; readonly target: number };
  /** Some of the rows: primary key, and what is wrong with it, for people. */
  readonly examples: readonly string[];
}

interface Sum {
  readonly rows: string;
  readonly checksum: string;
}

/** Rows that are named, and buckets that are looked at for them. */
const EXAMPLES = 10;
const BUCKETS = 4;

/**
 * Compares the tenant's rows of both sides, each as its session sees them.
 *
 * @returns tables that differ, with rows that do
 */
export async function compare(
  tenant: string,
  sessions: { readonly source: Client; readonly target: Client },
  tables: readonly MovedTable[],
): Promise<{ readonly rows: number; readonly differences: readonly Difference[] }> {
  const differences: Difference[] = [];
  let rows = 0;
  for (const table of tables) {
    const sum = async (client: Client): Promise<Sum> => {
      const found = await client.query<Sum>({ text: sumOf(table), values: [tenant], types: AS_TEXT });
      return found.rows[0] ?? { rows: '0', checksum: '0' };
    };
    const [source, target] = await Promise.all([sum(sessions.source), sum(sessions.target)]);
    rows += Number(source.rows);
    if (source.rows === target.rows && source.checksum === target.checksum) continue;
    differences.push({
      table: table.name,
      rows: { source: Number(source.rows), target: Number(target.rows) },
      examples: await examples(tenant, sessions, table),
    });
  }
  return { rows, differences };
}

async function examples(
  tenant: string,
  sessions: { readonly source: Client; readonly target: Client },
  table: MovedTable,
): Promise<readonly string[]> {
  const buckets = async (client: Client): Promise<ReadonlyMap<string, string>> => {
    const query = { text: sumOfBuckets(table), values: [tenant], types: AS_TEXT };
    const { rows } = await client.query<Sum & { bucket: string }>(query);
    return new Map(rows.map(({ bucket, rows: count, checksum }) => [bucket, `${count} ${checksum}`]));
  };
  const [here, there] = await Promise.all([buckets(sessions.source), buckets(sessions.target)]);
  const unlike = unequal(here, there).slice(0, BUCKETS);
  const hashes = async (client: Client): Promise<ReadonlyMap<string, string>> => {
    const query = { text: rowsOfBuckets(table), values: [tenant, unlike], types: AS_TEXT };
    const { rows } = await client.query<{ key: string; hash: string }>(query);
    return new Map(rows.map(({ key, hash }) => [key, hash]));
  };
  const [source, target] = await Promise.all([hashes(sessions.source), hashes(sessions.target)]);
  return unequal(source, target)
    .slice(0, EXAMPLES)
    .map(
      (key) =>
        `${key} ${!target.has(key) ? 'is missing' : source.has(key) ? 'is not the same' : 'is too much'}`,
    );
}

/** Keys that one map lacks, or has another value for, sorted. */
export const unequal = (
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): readonly string[] =>
  [...new Set([...one.keys(), ...other.keys()])].filter((key) => one.get(key) !== other.get(key)).sort();

/** Differences, for people. */
export const tellDifferences = (
  differences: readonly Difference[],
  { source, target }: { readonly source: Side; readonly target: Side },
): string =>
  differences
    .flatMap(({ table, rows, examples: some }) => [
      `${table}: ${String(rows.source)} rows in ${source.name}, ${String(rows.target)} in ${target.name}`,
      ...some.map((example) => `  ${example}`),
    ])
    .join('\n');
