import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import type { Owner } from '../../constructs/core/owner';
import { OwnerRoutes, ownerRoutes } from '../../constructs/gateway/owner-route';
import type { SentObject } from '../support/kubernetes-objects';
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
