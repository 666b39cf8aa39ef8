import fc from 'fast-check';

import {
  accessString,
  type CacheOwner,
  DISABLED_ACCESS_STRING,
  KEYSPACE,
  keyPrefix,
} from '../../constructs/cache/keyspace';

const name = fc.stringMatching(/^[a-z][a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}$/);
const owner: fc.Arbitrary<CacheOwner> = fc.oneof(
  fc.record({ kind: fc.constant('tenant' as const), tenantId: name }),
  fc.record({ kind: fc.constant('service' as const), tier: name, service: name }),
  fc.record({ kind: fc.constant('platform' as const), service: name }),
);

describe('the keyspace of the cache', () => {
  it("gives each owner a prefix that begins nobody else's", () => {
    fc.assert(
      fc.property(owner, owner, (a, b) => {
        const [first, second] = [keyPrefix(a), keyPrefix(b)];
        expect(first !== second && second.startsWith(first)).toBe(false);
        expect(first === second).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it('keeps tenants apart whose names begin alike, and from a tier of the same name', () => {
    expect(keyPrefix({ kind: 'tenant', tenantId: 'acme' })).toBe('ten:acme:');
    expect(keyPrefix({ kind: 'tenant', tenantId: 'acme-eu' })).toBe('ten:acme-eu:');
    expect(keyPrefix({ kind: 'service', tier: 'starter', service: 'api' })).toBe('svc:starter:api:');
  });

  it.each([
    'a',
    'a'.repeat(32),
    'Acme',
    'acme:eu',
    'acme*',
    '*',
    'ac me',
    'acme~',
    '[a]',
    'acme-',
    'a--b',
    '',
  ])('refuses %j as a name, for it could widen a pattern', (tenantId) => {
    expect(() => keyPrefix({ kind: 'tenant', tenantId })).toThrow(`got '${tenantId}'`);
  });

  it.each(['ab', 'a'.repeat(31)])('takes %j as a name', (tenantId) => {
    expect(keyPrefix({ kind: 'tenant', tenantId })).toBe(`ten:${tenantId}:`);
  });

  it('names every bad part at once', () => {
    expect(() => keyPrefix({ kind: 'service', tier: 'X', service: 'y' })).toThrow(
      /tier must be[^]*service must be/,
    );
  });

  it('starts every access string from nothing and grants no category', () => {
    const access = accessString({ kind: 'tenant', tenantId: 'acme' });
    expect(access).toMatch(/^on ~ten:acme:\* -@all \+/);
    expect(access).not.toMatch(/\+@|allkeys|allcommands|allchannels|~\*|>|#|nopass/);
    expect(accessString({ kind: 'tenant', tenantId: 'acme' }, { own: 'read' })).toContain(' %R~ten:acme:* ');
    expect(
      accessString(
        { kind: 'platform', service: 'authorizer' },
        { reads: [{ kind: 'platform', service: 'revocation' }] },
      ),
    ).toMatch(/^on ~plt:authorizer:\* %R~plt:revocation:\* -@all \+/);
    expect(DISABLED_ACCESS_STRING).toMatch(/^off /);
  });

  it('lets every kind of key expire within a day', () => {
    for (const { ttlSeconds } of KEYSPACE) {
      expect(ttlSeconds).toBeGreaterThan(0);
      expect(ttlSeconds).toBeLessThanOrEqual(86_400);
    }
  });
});
