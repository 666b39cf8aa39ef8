import { reasonsAgainst, type SideFacts, writingOrder } from '../../../lifecycle/move/fitness';
import type { MovedTable } from '../../../lifecycle/move/tables';

const COLUMNS = [
  { name: 'id', type: 'bigint', isNullable: false, isFixed: true },
  { name: 'tenant_id', type: 'text', isNullable: false, isFixed: false },
];
const table = (name: string, changes: Partial<MovedTable> = {}): MovedTable => ({
  ...{
    name: `app.${name}`,
    relation: `app.${name}`,
    columns: COLUMNS,
    generated: [],
    key: ['tenant_id', 'id'],
  },
  ...{ unfiltered: [], inherits: false, triggers: [], references: [], cascades: false, sequences: [] },
  ...changes,
});
const side = (name: string, tables: readonly MovedTable[], changes: Partial<SideFacts> = {}): SideFacts => ({
  ...{ name, tables, version: { migrations: '01_a,02_b', active: '' }, asReplica: true },
  ...changes,
});

describe('whether rows can be moved', () => {
  it('has nothing against two databases that are the same', () => {
    const tables = [table('orders', { triggers: ['touch'], references: ['app.orders'] })];
    expect(reasonsAgainst(side('one', tables), side('other', tables))).toEqual([]);
  });

  it('names every table that could not be followed, at once', () => {
    const tables = [
      table('plain', { key: [] }),
      table('hidden', { unfiltered: ['app.hidden', 'app.hidden_2026'] }),
      table('child', { inherits: true }),
    ];
    expect(reasonsAgainst(side('one', tables), side('other', tables))).toEqual([
      'one: app.plain has no primary key, so its rows cannot be told apart',
      'one: the replica identity of app.hidden lacks tenant_id, so its changes cannot be filtered: ALTER TABLE app.hidden REPLICA IDENTITY DEFAULT, with a primary key that holds tenant_id',
      'one: the replica identity of app.hidden_2026 lacks tenant_id, so its changes cannot be filtered: ALTER TABLE app.hidden_2026 REPLICA IDENTITY DEFAULT, with a primary key that holds tenant_id',
      'one: app.child inherits, or is inherited from; only partitions can be moved',
    ]);
  });

  it('says what differs between the two', () => {
    const wide = table('orders', {
      columns: [...COLUMNS, { name: 'amount', type: 'numeric(12,4)', isNullable: true, isFixed: false }],
      generated: ['doubled = (amount * 2)'],
    });
    expect(reasonsAgainst(side('one', [wide, table('only')]), side('other', [table('orders')]))).toEqual([
      'app.only is in one only',
      'app.orders is not the same: in one column amount numeric(12,4), generated column doubled = (amount * 2), in other nothing of the kind',
    ]);
  });

  it('refuses while the schema changes on either side, and where it is another version', () => {
    const other = side('other', [], { version: { migrations: '01_a,02_b,03_c', active: '03_c' } });
    expect(reasonsAgainst(side('one', []), other)).toEqual([
      'other: migration 03_c is in progress; contract it or take it back first',
      'the schemas are not the same version: one is at 02_b, other is at 03_c; release to both first',
    ]);
    expect(
      reasonsAgainst(side('one', []), side('new', [], { version: { migrations: '', active: '' } })),
    ).toEqual([
      'the schemas are not the same version: one is at 02_b, new is at no migration; release to both first',
    ]);
  });

  it('needs replica mode for triggers and for rows that refer to each other, and nothing else does', () => {
    const tables = [
      table('a', { references: ['app.b'] }),
      table('b', { references: ['app.a'], triggers: ['touch'] }),
      table('c', { references: ['app.a'] }),
    ];
    expect(reasonsAgainst(side('one', tables), side('other', tables, { asReplica: false }))).toEqual([
      expect.stringMatching(
        /^other: trigger touch of app\.b would run again on each row that is copied; needed: GRANT SET/,
      ),
      expect.stringMatching(/^other: rows of app\.[ab] and app\.[ab] refer to each other/),
    ]);
    const plain = [table('a'), table('c', { references: ['app.a'] })];
    expect(reasonsAgainst(side('one', plain, { asReplica: false }), side('other', plain))).toEqual([]);
  });
});

it('writes tables that are referred to first', () => {
  const tables = [
    table('lines', { references: ['app.orders'] }),
    table('orders', { references: ['app.customers', 'app.orders'] }),
    table('customers'),
  ];
  expect(writingOrder(tables).map(({ name }) => name)).toEqual(['app.customers', 'app.orders', 'app.lines']);
});
