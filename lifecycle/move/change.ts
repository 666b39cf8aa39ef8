import type { Pgoutput } from 'pg-logical-replication';
import { deleteRow, insertRow, type RowStatement, type RowTexts, updateRow } from './statements';
import type { MovedTable } from './tables';

type Change = Pgoutput.MessageInsert | Pgoutput.MessageUpdate | Pgoutput.MessageDelete;

/**
 * The statement that does to the other side's row what was done here.
 *
 * `mayMiss`: whether the row may be gone already, for the other side's own foreign keys have done the same.
 */
export function changeOf(table: MovedTable, change: Change): RowStatement & { readonly mayMiss: boolean } {
  switch (change.tag) {
    case 'insert':
      return { ...insertRow(table, change.new as RowTexts), mayMiss: false };
    case 'update':
      // Long values that did not change are not in the log, and stay as they are.
      return {
        ...updateRow(table, change.new as RowTexts, rowBefore(table, change, change.new as RowTexts)),
        mayMiss: table.cascades,
      };
    case 'delete':
      return { ...deleteRow(table, rowBefore(table, change, {})), mayMiss: table.cascades };
  }
}

/** Columns that tell the row from others, as they were. */
function rowBefore(
  table: MovedTable,
  { key, old, relation }: Pgoutput.MessageUpdate | Pgoutput.MessageDelete,
  now: RowTexts,
): RowTexts {
  // A replica identity of whole rows brings all columns; the primary key is enough, and has an index.
  if (old) return pick(old as RowTexts, table.key);
  return pick((key ?? now) as RowTexts, relation.keyColumns);
}

const pick = (row: RowTexts, columns: readonly string[]): RowTexts =>
  Object.fromEntries(columns.map((column) => [column, row[column]]));
