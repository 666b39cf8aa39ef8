import * as fc from 'fast-check';
import { changeOf } from '../../../lifecycle/move/change';
import { unequal } from '../../../lifecycle/move/compare';
import { nextSize } from '../../../lifecycle/move/copy';
import { lsnToNumber, numberToLsn } from '../../../lifecycle/move/lsn';
import { createPublication, updateRow, writeRows } from '../../../lifecycle/move/statements';
import type { MovedTable } from '../../../lifecycle/move/tables';

const orders: MovedTable = {
  ...{
    name: 'app.orders',
    relation: 'app.orders',
    generated: ['doubled = (amount * 2)'],
    key: ['tenant_id', 'id'],
  },
  columns: [
    { name: 'amount', type: 'numeric(12,4)', isNullable: true, isFixed: false },
    { name: 'id', type: 'bigint', isNullable: false, isFixed: true },
    { name: 'tenant_id', type: 'text', isNullable: false, isFixed: false },
    { name: 'Text', type: 'text', isNullable: true, isFixed: false },
  ],
  ...{ unfiltered: [], inherits: false, triggers: [], references: [], cascades: false, sequences: [] },
};
type Change = Parameters<typeof changeOf>[1];
const relation = { schema: 'app', name: 'orders', keyColumns: ['tenant_id', 'id'] };
const change = (fields: object): Change => ({ relation, ...fields }) as unknown as Change;

describe('a change of the log as a statement', () => {
  it('inserts what is there, whoever gives identities', () => {
    const row = { amount: '1.5000', id: '7', tenant_id: 'acme', Text: null };
    expect(changeOf(orders, change({ tag: 'insert', new: row }))).toEqual({
      text: 'INSERT INTO app.orders ("amount", "id", "tenant_id", "Text") OVERRIDING SYSTEM VALUE VALUES ($1::text::numeric(12,4), $2::text::bigint, $3::text::text, $4::text::text)',
      values: ['1.5000', '7', 'acme', null],
      mayMiss: false,
    });
  });

  it('updates by the key, leaves out long values that did not change, and never an identity', () => {
    const row = { amount: '2.0000', id: '7', tenant_id: 'acme', Text: undefined };
    expect(changeOf(orders, change({ tag: 'update', key: null, old: null, new: row }))).toEqual({
      text: 'UPDATE app.orders SET "amount" = $1::text::numeric(12,4), "tenant_id" = $2::text::text WHERE "tenant_id" = $3::text::text AND "id" = $4::text::bigint',
      values: ['2.0000', 'acme', 'acme', '7'],
      mayMiss: false,
    });
  });

  it('finds the row by what its key was', () => {
    const row = { amount: '2.0000', id: '8', tenant_id: 'acme' };
    const key = { tenant_id: 'acme', id: '7' };
    expect(changeOf(orders, change({ tag: 'update', key, old: null, new: row })).values.at(-1)).toBe('7');
    const old = { tenant_id: 'acme', id: '6', amount: '1', Text: 'x' };
    expect(changeOf(orders, change({ tag: 'delete', key: null, old }))).toEqual({
      text: 'DELETE FROM app.orders WHERE "tenant_id" = $1::text::text AND "id" = $2::text::bigint',
      values: ['acme', '6'],
      mayMiss: false,
    });
  });

  it('lets a row be gone already where foreign keys delete', () => {
    const key = { tenant_id: 'acme', id: '7' };
    expect(changeOf({ ...orders, cascades: true }, change({ tag: 'delete', key, old: null })).mayMiss).toBe(
      true,
    );
  });

  it('is never without the tenant', () => {
    expect(() => updateRow(orders, { amount: '1' }, { id: '7' })).toThrow(
      'a change of app.orders does not say whose row it was',
    );
    expect(() => changeOf(orders, change({ tag: 'insert', new: { other: '1' } }))).toThrow(
      'app.orders has no column other',
    );
  });
});

it('publishes and writes with quotes where they are needed', () => {
  expect(createPublication('bulkhead_out_acme_eu', [orders], 'acme-eu')).toBe(
    `CREATE PUBLICATION "bulkhead_out_acme_eu" FOR TABLE app.orders WHERE (tenant_id = 'acme-eu') WITH (publish = 'insert, update, delete', publish_via_partition_root = true)`,
  );
  expect(writeRows(orders)).toContain(
    '("amount", "id", "tenant_id", "Text") OVERRIDING SYSTEM VALUE SELECT r.c0::numeric(12,4)',
  );
});

describe('places in a log', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        (value) => lsnToNumber(numberToLsn(value)) === value,
      ),
    );
    expect(numberToLsn(lsnToNumber('00000016/0B374D84'))).toBe('16/B374D84');
    expect(lsnToNumber('1/0') - lsnToNumber('0/FFFFFFFF')).toBe(1n);
  });

  it.each(['', '0', '0/', 'x/1', '123456789/0'])('are refused when they are none: %j', (text) => {
    expect(() => lsnToNumber(text)).toThrow('is no place in a log');
  });
});

it('takes fewer rows at once where they are large, and grows slowly', () => {
  expect(nextSize(Array.from({ length: 100 }, () => ['x']))).toBe(200);
  expect(nextSize(Array.from({ length: 2000 }, () => ['x']))).toBe(2000);
  expect(nextSize([['x'.repeat(8_000_000)]])).toBe(1);
  expect(nextSize(Array.from({ length: 100 }, () => ['x'.repeat(100_000), null]))).toBe(40);
});

it('finds what two maps do not share', () => {
  const one = new Map(Object.entries({ a: '1', b: '2', c: '3' }));
  const other = new Map(Object.entries({ a: '1', b: '9', d: '4' }));
  expect(unequal(one, other)).toEqual(['b', 'c', 'd']);
});
