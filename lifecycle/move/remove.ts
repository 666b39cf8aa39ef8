import { LifecycleError } from '../mistake';
import { patiently, type Side } from './side';
import { anyRow, deleteSome } from './statements';
import type { MovedTable } from './tables';

/** Rows that one transaction deletes. */
const BATCH = 2000;
const PATIENCE_MS = 60_000;

/** Names of tables that hold rows of the tenant. */
export async function tablesWithRows(side: Side, tables: readonly MovedTable[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of tables) {
    const { rows } = await side.client.query<{ found: boolean }>(anyRow(table), [side.tenant]);
    if (rows[0]?.found === true) found.push(table.name);
  }
  return found;
}

/**
 * Deletes all rows of the tenant, a batch at a time.
 *
 * @param tables in the order in which they can be written; they are emptied in the other one
 * @returns rows that went
 * @throws LifecycleError when rows are left
 */
export async function removeRows(
  side: Side,
  tables: readonly MovedTable[],
  tell: (text: string) => void,
): Promise<number> {
  const writer = await side.writer();
  let total = 0;
  try {
    for (const table of [...tables].reverse()) {
      let gone = 0;
      for (;;) {
        const { rowCount } = await patiently(PATIENCE_MS, `rows of ${table.name} could not be deleted`, () =>
          writer.query(deleteSome(table), [side.tenant, BATCH]),
        );
        gone += rowCount ?? 0;
        if ((rowCount ?? 0) === 0) break;
      }
      if (gone > 0) tell(`${side.name}: deleted ${String(gone)} rows of ${table.name}`);
      total += gone;
    }
  } finally {
    await side.release(writer);
  }
  const left = await tablesWithRows(side, tables);
  if (left.length > 0)
    throw new LifecycleError(`${side.name} still holds rows of ${side.tenant} in ${left.join(', ')}`);
  return total;
}
