import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import type { Owner } from '../../constructs/core/owner';
import { BUCKETS, bucketOf } from '../../constructs/core/tenant-token';
import { bucketsBelow } from '../../constructs/gateway/buckets';
import { OwnerRoutes, ownerRoutes } from '../../constructs/gateway/owner-route';
import type { SentObject } from '../support/kubernetes-objects';
import { schemaProblems } from '../support/kubernetes-schemas';
import { synth } from '../support/synth';
import { ZONE } from './fixture';

const STARTER: Owner = { kind: 'tier', tier: 'starter' };
const ACME: Owner = { kind: 'tenant', tier: 'enterprise', tenantId: 'acme' };

/** Routes in short: Gateway, hosts, path, header, service. */
const told = (owner: Owner, services: readonly string[]): readonly string[] =>
  (ownerRoutes({ owner, zoneName: ZONE, services }) as readonly SentObject[])
    .filter(({ kind }) => kind === 'HTTPRoute')
    .map(({ metadata, spec }) => {
      const [{ matches, backendRefs }] = spec.rules;
      const [match] = matches;
      const [header] = match.headers ?? [];
      return [
        `${metadata.namespace ?? ''}/${metadata.name}:`,
        `${spec.parentRefs[0].namespace}/${spec.parentRefs[0].name}`,
        (spec.hostnames as string[]).join(),
        match.path.value,
        header ? `${header.type} ${header.name}=${header.value}` : 'anybody',
        backendRefs ? `→ ${backendRefs[0].name}:${backendRefs[0].port}` : '→ refused',
      ].join(' ');
    });

describe('routes of an owner', () => {
  it('of a tier are on the shared host, for callers of the tier', () => {
    expect(told(STARTER, ['api', 'worker'])).toEqual([
      `tier-starter/service-api: envoy-gateway-system/shared shared.${ZONE} /api Exact x-bulkhead-tier=starter → api:8080`,
      `tier-starter/service-worker: envoy-gateway-system/shared shared.${ZONE} /worker Exact x-bulkhead-tier=starter → worker:8080`,
    ]);
  });

  it('of a tenant are on its own host, for its own callers, and refuse all others', () => {
    expect(told(ACME, ['api'])).toEqual([
      `tenant-acme/service-api: envoy-gateway-system/enterprise acme.${ZONE} /api Exact x-bulkhead-tenant=acme → api:8080`,
      `tenant-acme/fallback: envoy-gateway-system/enterprise acme.${ZONE} / anybody → refused`,
    ]);
  });

  it.each([0, 1, 16, 20])('are one for each of %d services, for a route holds 16 rules', (count) => {
    const services = Array.from({ length: count }, (_, index) => `s${String(index)}x`);
    expect(told(STARTER, services)).toHaveLength(count);
    expect(told(ACME, services)).toHaveLength(count + 1);
  });

  it('are not confused by services of any name', () => {
    const names = ownerRoutes({ owner: ACME, zoneName: ZONE, services: ['fallback', 'service-api', 'api'] })
      .filter(({ kind }) => kind === 'HTTPRoute')
      .map(({ metadata }) => metadata.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    [STARTER, [], 0],
    [STARTER, ['api'], 1],
    [ACME, [], 1],
  ] as const)('of %j with services %j are %d releases', (owner, services, releases) => {
    const stack = synth((scope) => {
      new HelmProvider(scope, 'helm', {});
      new OwnerRoutes(scope, 'Routes', { owner, zoneName: ZONE, services, dependsOn: [] });
    });
    expect(stack.resources('helm_release')).toHaveLength(releases);
  });
});

/** A tenant whose bucket is one of the first. */
const IN_CANARY = 'staff-14';

describe('routes of a tier whose tenants are not all one', () => {
  const EARLY = { internal: ['staff', IN_CANARY, 'smoke-starter-use1a'], canaryBuckets: 13 };
  const routes = ownerRoutes({
    ...{ owner: STARTER, zoneName: ZONE, services: ['api', 'worker'], early: EARLY },
  }) as readonly SentObject[];

  /**
   * The service that a call for `/api` is led to: of all matches that hold, that with the most headers ("HTTPRouteRule",
   * `matches`, Gateway API reference). A tie is nobody's.
   */
  const ledTo = (tenant: string, bucket: number, tier = 'starter'): string => {
    const sent: Readonly<Record<string, string>> = {
      'x-bulkhead-tier': tier,
      'x-bulkhead-tenant': tenant,
      'x-bulkhead-bucket': String(bucket),
    };
    const holds = ({ type, name, value }: Record<string, string>): boolean =>
      type === 'Exact'
        ? sent[name ?? ''] === value
        : new RegExp(`^(?:${value ?? ''})$`).test(sent[name ?? ''] ?? '');
    const found = routes.flatMap(({ spec }) =>
      (spec.rules as SentObject[]).flatMap(({ matches, backendRefs }) =>
        (matches as SentObject[])
          .filter(({ path, headers }) => path.value === '/api' && (headers as []).every(holds))
          .map(({ headers }) => ({ count: (headers as []).length, service: String(backendRefs[0].name) })),
      ),
    );
    const most = Math.max(0, ...found.map(({ count }) => count));
    const winners = found.filter(({ count }) => count === most);
    return winners.length === 1 ? (winners[0]?.service ?? '') : `${winners.length} services`;
  };

  it('are one for each slice of each service, and lead to its active service', () => {
    const names = routes.map(
      ({ metadata, spec }) => `${metadata.name} → ${spec.rules[0].backendRefs[0].name}`,
    );
    expect(names).toEqual(
      ['api', 'worker'].flatMap((service) => [
        `service-${service}-internal → ${service}-internal`,
        `service-${service}-canary → ${service}-canary`,
        `service-${service} → ${service}`,
      ]),
    );
    expect(schemaProblems(routes)).toEqual([]);
  });

  it('lead tenants of the first buckets to the canary, and all others past it', () => {
    expect([0, 7, 12].map((bucket) => ledTo('acme', bucket))).toEqual(Array(3).fill('api-canary'));
    expect([13, 112, 120, 255].map((bucket) => ledTo('acme', bucket))).toEqual(Array(4).fill('api'));
  });

  it('lead internal tenants to their own, also one whose bucket is the canary’s', () => {
    // Or this would prove nothing.
    expect(bucketOf(IN_CANARY)).toBeLessThan(EARLY.canaryBuckets);
    for (const tenant of EARLY.internal) expect(ledTo(tenant, bucketOf(tenant))).toBe('api-internal');
  });

  it('ask every caller for the tier, so that nobody of another gets in by a name', () => {
    expect(ledTo('staff', bucketOf('staff'), 'professional')).toBe('0 services');
    for (const { spec } of routes)
      for (const { headers } of spec.rules[0].matches as { headers: unknown[] }[])
        expect(headers[0]).toEqual({ type: 'Exact', name: 'x-bulkhead-tier', value: 'starter' });
  });

  it('have as many matches as a rule may, and no rule without any', () => {
    const [first] = ownerRoutes({
      ...{ owner: STARTER, zoneName: ZONE, services: ['api'] },
      early: { internal: Array.from({ length: 33 }, (_, index) => `t${String(index)}x`), canaryBuckets: 1 },
    });
    expect(schemaProblems([first as SentObject])).toEqual([]);
    const none = ownerRoutes({
      ...{ owner: STARTER, zoneName: ZONE, services: ['api'], early: { ...EARLY, internal: [] } },
    });
    expect(none.map(({ metadata }) => metadata.name)).toEqual(['service-api-canary', 'service-api']);
  });
});

describe('an expression for the first buckets', () => {
  it('matches those, and no other number', () => {
    for (let count = 1; count <= BUCKETS; count++) {
      const expression = new RegExp(`^(?:${bucketsBelow(count)})$`);
      const matched = Array.from({ length: BUCKETS + 50 }, (_, bucket) => bucket).filter((bucket) =>
        expression.test(String(bucket)),
      );
      expect(matched).toHaveLength(count);
      expect(matched.at(-1)).toBe(count - 1);
    }
  });

  it('stays small, and is refused for none and for more than there are', () => {
    expect(bucketsBelow(13)).toBe('[0-9]|1[0-2]');
    expect(bucketsBelow(128)).toBe('[0-9]|[1-9][0-9]|1[0-1][0-9]|12[0-7]');
    for (const count of [0, 257, 1.5])
      expect(() => bucketsBelow(count)).toThrow('must be a whole number from 1 to 256');
  });
});
