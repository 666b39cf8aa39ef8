import type { ForeignKey } from '../export/tables';

/** Which table refers to which. */
type Reference = Pick<ForeignKey, 'from' | 'to'>;

/**
 * Tables in the order in which their rows can be deleted: those that refer to others first. Tables that refer to each other, or
 * to themselves, are one group.
 *
 * Tarjan's strongly connected components: a group comes out after all that it leads to, so the way goes from the table that is
 * referred to, to those that refer to it.
 */
export function deletionOrder(
  tables: readonly number[],
  keys: readonly Reference[],
): readonly (readonly number[])[] {
  const referring = new Map<number, number[]>(tables.map((table) => [table, []]));
  for (const { from, to } of keys) referring.get(to)?.push(from);
  const order = new Map<number, { readonly index: number; low: number }>();
  const stack: number[] = [];
  const groups: number[][] = [];

  const visit = (table: number): { low: number } => {
    const own = { index: order.size, low: order.size };
    order.set(table, own);
    stack.push(table);
    for (const from of referring.get(table) ?? []) {
      const known = order.get(from);
      if (!known) own.low = Math.min(own.low, visit(from).low);
      else if (stack.includes(from)) own.low = Math.min(own.low, known.index);
    }
    if (own.low === own.index) groups.push(stack.splice(stack.indexOf(table)));
    return own;
  };

  for (const table of tables) if (!order.has(table)) visit(table);
  return groups;
}

/** Whether a group's rows refer to rows of the same group, so that their order matters too. */
export const isEntangled = (group: readonly number[], keys: readonly Reference[]): boolean =>
  keys.some(({ from, to }) => group.includes(from) && group.includes(to));
