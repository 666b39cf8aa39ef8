import type { ForeignKey } from '../../../lifecycle/offboard/export/tables';
import { deletionOrder, isEntangled } from '../../../lifecycle/offboard/rows/order';

const key = (from: number, to: number): ForeignKey => ({
  from,
  to,
  columns: [],
  referenced: [],
  isIndexed: true,
});
const CUSTOMERS = 1;
const ORDERS = 2;
const LINES = 3;
const FOLDERS = 4;
const A = 5;
const B = 6;

describe('the order in which tables are emptied', () => {
  it('has those that refer before those that are referred to', () => {
    const keys = [key(ORDERS, CUSTOMERS), key(LINES, ORDERS), key(LINES, CUSTOMERS)];
    expect(deletionOrder([CUSTOMERS, ORDERS, LINES], keys)).toEqual([[LINES], [ORDERS], [CUSTOMERS]]);
    expect(deletionOrder([LINES, ORDERS, CUSTOMERS], keys)).toEqual([[LINES], [ORDERS], [CUSTOMERS]]);
  });

  it('has tables that refer to each other in one group, after those that refer to them', () => {
    const keys = [key(A, B), key(B, A), key(LINES, A), key(B, CUSTOMERS)];
    const order = deletionOrder([CUSTOMERS, A, B, LINES], keys);
    expect(order.map((group) => [...group].sort())).toEqual([[LINES], [A, B], [CUSTOMERS]]);
    expect(order.map((group) => isEntangled(group, keys))).toEqual([false, true, false]);
  });

  it('knows a table that refers to itself', () => {
    const keys = [key(FOLDERS, FOLDERS)];
    expect(isEntangled([FOLDERS], keys)).toBe(true);
    expect(deletionOrder([FOLDERS], keys)).toEqual([[FOLDERS]]);
  });

  it('names every table once, whatever the keys', () => {
    const tables = [CUSTOMERS, ORDERS, LINES, FOLDERS, A, B];
    const keys = tables.flatMap((from) =>
      tables.filter((to) => (from * to) % 3 === 1).map((to) => key(from, to)),
    );
    expect(deletionOrder(tables, keys).flat().sort()).toEqual(tables);
  });
});
