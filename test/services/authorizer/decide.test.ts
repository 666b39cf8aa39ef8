import fc from 'fast-check';
import { type Call, decide, type Decision, REFUSALS } from '../../../services/authorizer/decide';
import type { Revocation } from '../../../services/authorizer/deny-list';
import { Replica } from '../../../services/authorizer/replica';
import type { ShedLevel } from '../../../services/authorizer/catalogue';
import {
  callOf,
  CLAIMS,
  type Claims,
  configWith,
  dedicatedCall,
  ENTERPRISE,
  ISSUED_AT,
  SHARED,
  ZONE,
} from './fixture';

const config = configWith();
const NOW = 1_000_000;

/** A replica that was read at NOW and has these revocations. */
function replicaWith(...revocations: readonly Revocation[]): Replica {
  const replica = new Replica(100);
  for (const revocation of revocations) replica.add(revocation, NOW);
  replica.isAsOf(NOW);
  return replica;
}

interface Circumstances {
  readonly replica?: Replica;
  readonly level?: ShedLevel;
  readonly now?: number;
}

const decisionOf = (
  call: Call,
  { replica = replicaWith(), level = 0, now = NOW }: Circumstances = {},
): Decision => decide(call, replica, level, config, now);

const outcome = (call: Call, circumstances?: Circumstances): string => {
  const decision = decisionOf(call, circumstances);
  return decision.allowed ? 'allowed' : decision.refusal;
};

describe('a call', () => {
  it('goes on with the limit of its tier', () => {
    expect(decisionOf(callOf())).toEqual({
      allowed: true,
      tenant: 'acme',
      tier: 'starter',
      limit: 10,
      shedLevel: 0,
    });
    expect(decisionOf(callOf({ tier: 'professional' }))).toMatchObject({ limit: 50 });
    expect(decisionOf(dedicatedCall())).toMatchObject({ limit: 500 });
  });

  it("goes on with the tenant's own limit where the token has one", () => {
    expect(decisionOf(callOf({ rateLimit: '120' }))).toMatchObject({ limit: 120 });
  });

  it("goes on with a machine's token, which belongs to no sign-in", () => {
    expect(outcome(callOf({ originTokenId: undefined }))).toBe('allowed');
  });

  it.each<[string, Claims]>([
    ['no tenant', { tenant: undefined }],
    ['an empty tenant', { tenant: '' }],
    ['two tenants', { tenant: 'acme,evil' }],
    ['a tenant with a blank', { tenant: 'acme ' }],
    ['a tenant in capitals', { tenant: 'ACME' }],
    ['a tenant that no name can be', { tenant: '../evil' }],
    ['a long tenant', { tenant: 'a'.repeat(32) }],
    ['no tier', { tier: undefined }],
    ['two tiers', { tier: 'starter,enterprise' }],
    ['no cell', { cell: undefined }],
    ['no subject', { subject: undefined }],
    ['an empty subject', { subject: '' }],
    ['no token id', { tokenId: undefined }],
    ['two token ids', { tokenId: 'a,b' }],
    ['an empty sign-in', { originTokenId: '' }],
    ['no time of issue', { issuedAt: undefined }],
    ['a time of issue with a fraction', { issuedAt: '1795000000.5' }],
    ['a negative time of issue', { issuedAt: '-1795000000' }],
    ['a time of issue in letters', { issuedAt: 'now' }],
    ['a time of issue of nothing', { issuedAt: '0' }],
    ['an endless time of issue', { issuedAt: '9'.repeat(40) }],
    ['a limit in letters', { rateLimit: 'unlimited' }],
    ['a limit of nothing', { rateLimit: '0' }],
    ['a negative limit', { rateLimit: '-1' }],
    ['an endless limit', { rateLimit: '99999999' }],
    ['a limit in powers', { rateLimit: '1e5' }],
  ])('without a whole identity is refused: %s', (_, claims) => {
    expect(outcome(callOf(claims))).toBe('identity_missing');
  });

  it('is not fooled by names that every object has', () => {
    for (const name of ['constructor', '__proto__', 'tostring', 'hasownproperty']) {
      expect(outcome(callOf({ tier: name }))).not.toBe('allowed');
      expect(outcome(callOf({ tenant: name.replaceAll('_', 'x') }))).toBe('allowed');
    }
    expect(outcome(callOf({}, { headers: Object.create(callOf().headers) as Record<string, string> }))).toBe(
      'allowed',
    );
    expect(outcome(callOf({}, { headers: {} }))).toBe('identity_missing');
  });

  it.each<[string, Call, string]>([
    ['of no gateway', callOf({}, { gateway: { fleet: undefined, cell: undefined } }), 'gateway_unknown'],
    [
      "by another cell's gateway",
      callOf({}, { gateway: { fleet: 'shared', cell: 'use1b' } }),
      'gateway_unknown',
    ],
    ['for another cell', callOf({ cell: 'use1b' }), 'other_cell'],
    ['of a tier that nobody sells', callOf({ tier: 'gold' }), 'tier_unknown'],
    ['of an enterprise tenant by the shared fleet', callOf({ tier: 'enterprise' }), 'other_fleet'],
    ['of a starter tenant by the enterprise fleet', callOf({}, { gateway: ENTERPRISE }), 'other_fleet'],
    ['by a fleet that is none', callOf({}, { gateway: { ...SHARED, fleet: 'Shared' } }), 'other_fleet'],
    ["to another dedicated tenant's host", dedicatedCall({}, { host: `acme.${ZONE}` }), 'other_host'],
    ['of a dedicated tenant to the shared host', dedicatedCall({}, { host: `shared.${ZONE}` }), 'other_host'],
    ["of a pooled tenant to a host of its name's", callOf({}, { host: `acme.${ZONE}` }), 'other_host'],
    ['to a host that begins alike', dedicatedCall({}, { host: `globex.${ZONE}.evil.example` }), 'other_host'],
    ['to a host that ends alike', dedicatedCall({}, { host: `evil.globex.${ZONE}` }), 'other_host'],
    ['to a host with a final dot', callOf({}, { host: `shared.${ZONE}.` }), 'other_host'],
    ['to a host with a user', callOf({}, { host: `shared.${ZONE}@evil` }), 'other_host'],
    ['to no host', callOf({}, { host: '' }), 'other_host'],
    ['to another path', callOf({}, { path: '/tenants/evil' }), 'other_tenant'],
    ['to a path of another spelling', callOf({}, { path: '/api/%2e%2e/x' }), 'path_not_canonical'],
    ['to an endless path', callOf({}, { path: `/${'a'.repeat(10_000)}` }), 'path_too_long'],
    ['to no path', callOf({}, { path: '' }), 'path_not_canonical'],
  ])('%s is refused', (_, call, refusal) => {
    expect(outcome(call)).toBe(refusal);
  });

  it.each([`shared.${ZONE}:443`, `SHARED.${ZONE}`, `Shared.${ZONE.toUpperCase()}:8443`])(
    'may write its host as %s',
    (host) => {
      expect(outcome(callOf({}, { host }))).toBe('allowed');
    },
  );

  it('is answered, whatever it is', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(...Object.values(CLAIMS)),
    );
    fc.assert(
      fc.property(
        fc.dictionary(text, text, { maxKeys: 5 }),
        text,
        text,
        text,
        (headers, host, path, fleet) => {
          const known = ['allowed', ...Object.keys(REFUSALS)];
          expect(known).toContain(
            outcome(callOf({}, { headers, host, path, gateway: { fleet, cell: 'use1a' } })),
          );
          expect(known).toContain(outcome(callOf({}, { host, path })));
        },
      ),
    );
  });
});

describe('a revoked', () => {
  const { tokenId = '', originTokenId = '', subject = '', tenant = '' } = CLAIMS;
  const kinds: readonly (readonly [Revocation['kind'], string])[] = [
    ['token', tokenId],
    ['sign-in', originTokenId],
    ['user', subject],
    ['tenant', tenant],
  ];

  it.each(kinds)('%s is dead', (kind, id) => {
    const replica = replicaWith({ kind, id, notBefore: Infinity });
    expect(outcome(callOf(), { replica })).toBe('token_revoked');
  });

  it.each(kinds)('%s says nothing of others', (kind, id) => {
    const replica = replicaWith(
      ...kinds
        .filter(([other]) => other !== kind)
        .map(([other]) => ({ kind: other, id, notBefore: Infinity })),
      { kind, id: `${id}x`, notBefore: Infinity },
    );
    expect(outcome(callOf(), { replica })).toBe('allowed');
  });

  it.each(kinds)(
    '%s is dead if issued at the time or up to 5 seconds after it, for clocks differ',
    (kind, id) => {
      const at = (notBefore: number): string =>
        outcome(callOf(), { replica: replicaWith({ kind, id, notBefore }) });
      expect([at(ISSUED_AT + 3600), at(ISSUED_AT), at(ISSUED_AT - 5)]).toEqual(
        Array(3).fill('token_revoked'),
      );
      expect([at(ISSUED_AT - 6), at(0)]).toEqual(['allowed', 'allowed']);
    },
  );

  it('thing is found in every part of an identity, not in the first only', () => {
    const replica = replicaWith(
      { kind: 'token', id: tokenId, notBefore: 0 },
      { kind: 'sign-in', id: originTokenId, notBefore: 0 },
      { kind: 'user', id: subject, notBefore: 0 },
      { kind: 'tenant', id: tenant, notBefore: ISSUED_AT },
    );
    expect(outcome(callOf(), { replica })).toBe('token_revoked');
  });

  it("tenant's calls are refused as those of a dead token before anything else is said of them", () => {
    const replica = replicaWith({ kind: 'tenant', id: 'acme', notBefore: Infinity });
    expect(outcome(callOf({}, { path: '/tenants/evil', host: 'evil' }), { replica })).toBe('token_revoked');
  });
});

describe('a deny-list', () => {
  it('that was never read lets nothing through', () => {
    expect(outcome(callOf(), { replica: new Replica(100) })).toBe('deny_list_unknown');
    expect(outcome(callOf(), { replica: new Replica(100), now: 0 })).toBe('deny_list_unknown');
  });

  it('is trusted up to its greatest age, and no longer', () => {
    expect(outcome(callOf(), { now: NOW + 60_000 })).toBe('allowed');
    expect(outcome(callOf(), { now: NOW + 60_001 })).toBe('deny_list_unknown');
    expect(outcome(callOf(), { now: Number.NaN })).toBe('deny_list_unknown');
  });

  it('that has more than there is room for lets nothing through', () => {
    const replica = new Replica(1);
    replica.isAsOf(NOW);
    replica.add({ kind: 'user', id: 'one', notBefore: 1 }, NOW);
    expect(outcome(callOf(), { replica })).toBe('allowed');
    replica.add({ kind: 'user', id: 'two', notBefore: 1 }, NOW);
    expect(outcome(callOf(), { replica })).toBe('deny_list_unknown');
  });
});

describe('a shed level', () => {
  it.each<[ShedLevel, Readonly<Record<string, number>>]>([
    [0, { starter: 10, professional: 50, enterprise: 500 }],
    [1, { starter: 1, professional: 50, enterprise: 500 }],
    [2, { starter: 1, professional: 5, enterprise: 500 }],
  ])('of %i leaves each tier its limit', (level, limits) => {
    const limitOf = (call: Call): unknown => {
      const decision = decisionOf(call, { level });
      return decision.allowed && [decision.limit, decision.shedLevel];
    };
    expect(limitOf(callOf())).toEqual([limits['starter'], level]);
    expect(limitOf(callOf({ tier: 'professional' }))).toEqual([limits['professional'], level]);
    expect(limitOf(dedicatedCall())).toEqual([limits['enterprise'], level]);
  });

  it("lowers a tenant's own limit too, but leaves one call a second", () => {
    const limitOf = (percent: string, rateLimit: string): unknown => {
      const decision = decide(
        callOf({ rateLimit }),
        replicaWith(),
        1,
        configWith({ SHED_TO_PERCENT: percent }),
        NOW,
      );
      return decision.allowed && decision.limit;
    };
    expect([limitOf('10', '200'), limitOf('10', '3'), limitOf('100', '3')]).toEqual([20, 1, 3]);
    expect(limitOf('0', '200')).toBe(0);
  });
});
