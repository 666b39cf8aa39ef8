import fc from 'fast-check';
import { KEYSPACE, keyPrefix } from '../../../constructs/cache/keyspace';
import {
  DENY_LIST_KEY,
  fromFields,
  KEEP_SECONDS,
  notBeforeOf,
  PAGE,
  readDenyList,
  REVOCABLE,
  revoke,
  toFields,
} from '../../../services/authorizer/deny-list';
import { parseTime } from '../../../services/authorizer/revocation-time';
import { SHED_LEVEL_KEY } from '../../../services/authorizer/shed-level';
import { ISSUED_AT, MemoryStore } from './fixture';

describe('an entry of the deny-list', () => {
  it('says what it was made of', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...REVOCABLE),
        fc.stringMatching(/^[!-~]{1,128}$/),
        fc.oneof(fc.integer({ min: 0, max: 2 ** 31 }), fc.constant(Infinity)),
        (kind, id, notBefore) => {
          const revocation = { kind, id, notBefore };
          expect(fromFields(toFields(revocation))).toEqual(revocation);
        },
      ),
    );
  });

  it('holds plain text', () => {
    expect(toFields({ kind: 'user', id: 'u-1', notBefore: ISSUED_AT })).toEqual({
      kind: 'user',
      id: 'u-1',
      not_before: '1795000000',
    });
    expect(toFields({ kind: 'token', id: 't-1', notBefore: Infinity })).toMatchObject({ not_before: '*' });
  });

  it.each(['', 'a b', 'a\nb', 'é', 'x'.repeat(129)])('is not made of the id %j', (id) => {
    expect(() => toFields({ kind: 'user', id, notBefore: 1 })).toThrow(
      'id must be 1-128 visible ASCII characters',
    );
  });

  it.each([-1, 1.5, Number.NaN, 1e12])('is not made of the time %d', (notBefore) => {
    expect(() => toFields({ kind: 'user', id: 'a', notBefore })).toThrow('notBefore must be whole seconds');
  });

  it.each(['', 'soon', '-1', '1.5', '0x10', '9'.repeat(30), undefined])(
    'with the time %j kills all tokens rather than none',
    (time) => {
      const fields = { kind: 'user', id: 'u-1', ...(time !== undefined && { not_before: time }) };
      expect(fromFields(fields)).toEqual({ kind: 'user', id: 'u-1', notBefore: Infinity });
    },
  );

  it.each([
    {},
    { kind: 'user' },
    { kind: 'planet', id: 'x' },
    { kind: 'user', id: '' },
    { kind: 'toString', id: 'x' },
  ])('that does not say whom it is about means nothing: %j', (fields: Record<string, string>) => {
    expect(fromFields(fields)).toBeUndefined();
  });
});

describe('revoking', () => {
  it('adds an entry and drops those that no token can be left of', async () => {
    const store = new MemoryStore();
    await revoke(store, { kind: 'user', id: 'old', notBefore: 1 }, store.clock);
    store.clock += KEEP_SECONDS * 1000;
    await revoke(store, { kind: 'user', id: 'still', notBefore: 1 }, store.clock);
    expect(store.entries.map(({ fields }) => fields['id'])).toEqual(['old', 'still']);
    store.clock += 1;
    const id = await revoke(store, { kind: 'user', id: 'new', notBefore: 1 }, store.clock);
    expect(store.entries.map(({ fields }) => fields['id'])).toEqual(['still', 'new']);
    expect(store.entries.at(-1)?.id).toBe(id);
  });

  it('tells that it failed', async () => {
    const store = new MemoryStore();
    store.away = true;
    await expect(revoke(store, { kind: 'user', id: 'a', notBefore: 1 }, store.clock)).rejects.toThrow('away');
  });

  it('kills a token and a sign-in for ever, and the tokens so far of users and tenants', () => {
    expect(REVOCABLE.map((kind) => notBeforeOf(kind, 7))).toEqual([Infinity, Infinity, 7, 7]);
  });

  it('takes a time in seconds, as a date, or none', () => {
    expect(parseTime('1795000000', ISSUED_AT)).toBe(ISSUED_AT);
    expect(parseTime('2026-11-18T09:46:40Z', ISSUED_AT)).toBe(1_794_995_200);
    expect(parseTime('ever', ISSUED_AT)).toBe(Infinity);
    expect(() => parseTime('tomorrow', ISSUED_AT)).toThrow('It must be seconds since 1970');
    expect(() => parseTime('1795000000000', ISSUED_AT)).toThrow('more than an hour ahead');
    expect(parseTime(String(ISSUED_AT + 3600), ISSUED_AT)).toBe(ISSUED_AT + 3600);
  });
});

describe('reading', () => {
  it.each([0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE + 7])(
    'gives each of %i entries once, in pages',
    async (count) => {
      const store = new MemoryStore();
      store.fill(count);
      const ids: (string | undefined)[] = [];
      for await (const page of readDenyList(store, '-')) {
        expect(page.length).toBeLessThanOrEqual(PAGE);
        ids.push(...page.map(({ fields }) => fields['id']));
      }
      expect(ids).toEqual(Array.from({ length: count }, (_, number) => `u${number}`));
    },
  );
});

describe('the keys', () => {
  const entryOf = (service: string, ownKey: string) => {
    const found = KEYSPACE.find(({ platformService, key }) => platformService === service && key === ownKey);
    return { ...found, name: `${keyPrefix({ kind: 'platform', service })}${found?.key ?? ''}` };
  };

  it('are those of the keyspace', () => {
    expect(DENY_LIST_KEY).toBe(entryOf('revocation', '{deny}').name);
    expect(SHED_LEVEL_KEY).toBe(entryOf('load-level', 'level').name);
  });

  it('are kept as long as the keyspace says', () => {
    expect(KEEP_SECONDS).toBe(entryOf('revocation', '{deny}').ttlSeconds);
  });
});
