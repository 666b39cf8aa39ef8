import type { Client } from 'pg';
import type { Moment } from './replication';
import { AS_TEXT, type Side } from './side';
import { readRows, writeRows } from './statements';
import type { MovedTable } from './tables';

/** Most rows of a batch, and about how much of them, in characters: a batch is in memory three times. */
const MOST_ROWS = 2000;
const MOST_TEXT = 4_000_000;
const FIRST_ROWS = 100;
/** Seconds between two lines of progress. */
const PROGRESS_MS = 2000;

/**
 * Copies the tenant's rows as they were at one moment, in batches, each in a transaction of its own.
 *
 * @param tables in the order in which they can be written
 * @returns rows
 */
export async function copyRows(
  source: Side,
  target: Side,
  {
    tables,
    moment,
    tell,
  }: {
    readonly tables: readonly MovedTable[];
    readonly moment: Moment;
    readonly tell: (text: string) => void;
  },
): Promise<number> {
  const [reader, writer] = [await source.session(), await target.writer()];
  try {
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await reader.query(`SET TRANSACTION SNAPSHOT '${moment.snapshot}'`);
    await moment.release();
    // The other side may keep it waiting.
    await reader.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    let total = 0;
    for (const table of tables) {
      const rows = await copyTable(reader, writer, { table, tenant: source.tenant, tell });
      if (rows > 0) tell(`${table.name}: ${String(rows)} rows copied`);
      total += rows;
    }
    await reader.query('COMMIT');
    return total;
  } finally {
    await moment.release();
    await source.release(reader);
    await target.release(writer);
  }
}

interface TableCopy {
  readonly table: MovedTable;
  readonly tenant: string;
  readonly tell: (text: string) => void;
}

type Row = readonly (string | null)[];

async function copyTable(
  reader: Client,
  writer: Client,
  { table, tenant, tell }: TableCopy,
): Promise<number> {
  await reader.query(`DECLARE rows NO SCROLL CURSOR FOR ${readRows(table)}`, [tenant]);
  const statement = writeRows(table);
  let [copied, size, toldAt] = [0, FIRST_ROWS, Date.now()];
  const fetch = async (): Promise<readonly Row[]> => {
    const query = { text: `FETCH ${String(size)} FROM rows`, rowMode: 'array', types: AS_TEXT } as const;
    return (await reader.query<(string | null)[]>(query)).rows;
  };
  for (;;) {
    const rows = await fetch();
    if (rows.length === 0) break;
    await writer.query(statement, [...columnsOf(table, rows)]);
    copied += rows.length;
    size = nextSize(rows);
    if (Date.now() - toldAt > PROGRESS_MS) {
      tell(`${table.name}: ${String(copied)} rows so far`);
      toldAt = Date.now();
    }
  }
  await reader.query('CLOSE rows');
  return copied;
}

const columnsOf = (table: MovedTable, rows: readonly Row[]): readonly Row[] =>
  table.columns.map((_, at) => rows.map((row) => row[at] ?? null));

/** Rows of the next batch: as many as these let expect to fit, and at most twice as many. */
export function nextSize(rows: readonly Row[]): number {
  const text = rows.reduce(
    (sum, row) => sum + row.reduce((length, value) => length + (value?.length ?? 0), 0),
    0,
  );
  const fitting = Math.floor((MOST_TEXT * rows.length) / Math.max(1, text));
  return Math.max(1, Math.min(MOST_ROWS, fitting, rows.length * 2));
}
