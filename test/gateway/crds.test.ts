import type { KubernetesObject } from '../../constructs/core/chart';
import { fleetObjects } from '../../constructs/gateway/fleet';
import { ownerRoutes } from '../../constructs/gateway/owner-route';
import { brokenCrdRules, CRD_RULES } from '../support/envoy-gateway-crds';
import { schemaProblems } from '../support/kubernetes-schemas';
import { placesOf } from '../support/paths';
import { fleetProps, ZONE } from './fixture';

const objects: readonly KubernetesObject[] = [
  ...fleetObjects(fleetProps('shared')),
  ...fleetObjects(fleetProps('enterprise')),
  ...ownerRoutes({ owner: { kind: 'tier', tier: 'starter' }, zoneName: ZONE, services: ['api', 'worker'] }),
  ...ownerRoutes({
    owner: { kind: 'tenant', tier: 'enterprise', tenantId: 'acme' },
    ...{ zoneName: ZONE, services: ['api'] },
  }),
];

type Change = readonly [kind: string, path: string, value: unknown];

/** The first object of a kind, called `case-<n>`, with something changed at every place that a path leads to. */
function changed([kind, path, value]: Change, index: number): KubernetesObject {
  const original = objects.find((object) => object.kind === kind);
  if (original === undefined) throw new Error(`no ${kind}`);
  const copy = structuredClone(original);
  Object.assign(copy.metadata, { name: `case-${String(index)}` });
  const at = path.split('/');
  const places = placesOf(copy, at.slice(0, -1).join('/'));
  if (places.length === 0) throw new Error(`nothing at ${path}`);
  for (const place of places) {
    const key = at.at(-1) ?? '';
    if (value === undefined) Reflect.deleteProperty(place.value as object, key);
    else Reflect.set(place.value as object, key, value);
  }
  return copy;
}

/** Whether anything is said of the object of each change. */
const said = (
  changes: readonly Change[],
  problems: readonly string[],
): readonly (readonly [string, boolean])[] =>
  changes.map(([kind, path], index) => [
    `${kind} ${path}`,
    problems.some((problem) => problem.startsWith(`${kind}/case-${String(index)}:`)),
  ]);

const AGAINST_SCHEMAS: readonly Change[] = [
  ['SecurityPolicy', 'spec/jwt/providers/*/remoteJWKS/failedRefetchDuration', '5 seconds'],
  ['SecurityPolicy', 'spec/jwt/providers/*/failedRefetchDuration', '5s'],
  ['SecurityPolicy', 'spec/extAuth/statusOnError', 200],
  ['SecurityPolicy', 'spec/jwt/failClosed', true],
  ['BackendTrafficPolicy', 'spec/rateLimit/global/rules/*/limit/fromMetadata', { namespace: 'x' }],
  ['BackendTrafficPolicy', 'spec/rateLimit/global/rules/*/limit/unit', 'Fortnight'],
  ['BackendTrafficPolicy', 'spec/rateLimit/local/rules/*/xRateLimitHeaders', 'Disabled'],
  ['BackendTrafficPolicy', 'spec/responseOverride/*/source', 'Gateway'],
  ['BackendTrafficPolicy', 'spec/retry/budget', 20],
  ['ClientTrafficPolicy', 'spec/clientIPDetection/directSourceIP', { trusted: true }],
  ['ClientTrafficPolicy', 'spec/headers/host/stripPort', true],
  ['ClientTrafficPolicy', 'spec/timeout/tcp/tlsHandshakeTimeout', 10],
  ['EnvoyProxy', 'spec/provider/kubernetes/envoyDeployment/pod/replicas', 3],
  ['Gateway', 'spec/listeners/*/proxyProtocol', true],
  ['HTTPRoute', 'spec/rules/*/policy', {}],
];

const AGAINST_RULES: readonly Change[] = [
  ['SecurityPolicy', 'spec/jwt/providers/*/claimToHeaders', undefined],
  ['SecurityPolicy', 'spec/jwt/providers/*/localJWKS', undefined],
  ['SecurityPolicy', 'spec/jwt', undefined],
  ['SecurityPolicy', 'spec/extAuth/http', {}],
  ['BackendTrafficPolicy', 'spec/mergeType', 'StrategicMerge'],
  ['BackendTrafficPolicy', 'spec/rateLimit/local/rules/*/shared', true],
  ['BackendTrafficPolicy', 'spec/rateLimit/local/rules/*/limit/requests', 0],
  ['BackendTrafficPolicy', 'spec/loadBalancer/type', 'Random'],
  ['ClientTrafficPolicy', 'spec/clientIPDetection/directSourceIP', undefined],
  ['ClientTrafficPolicy', 'spec/clientIPDetection/xForwardedFor', { numTrustedHops: 1 }],
  ['ClientTrafficPolicy', 'spec/tls/minVersion', '1.3'],
  ['EnvoyProxy', 'spec/filterOrder/*/before', 'envoy.filters.http.rbac'],
  ['EnvoyProxy', 'spec/provider/kubernetes/envoyHpa/maxReplicas', 1],
  ['EnvoyProxy', 'spec/provider/kubernetes/envoyPDB/minAvailable', 1],
  ['EnvoyProxy', 'spec/telemetry/tracing/provider/host', undefined],
  ['Gateway', 'spec/listeners/*/tls', undefined],
  ['HTTPRoute', 'spec/rules/*/matches/*/path/value', 'api'],
  ['HTTPRouteFilter', 'spec/directResponse/body/inline', undefined],
];

describe('the gateway’s objects', () => {
  it('are accepted by the schemas of their kinds', () => {
    expect(schemaProblems(objects)).toEqual([]);
  });

  it('break no rule of the definitions of their kinds, and every rule is really asked', () => {
    const { broken, asked } = brokenCrdRules(objects);
    expect(broken).toEqual([]);
    expect(CRD_RULES.filter((rule) => (asked.get(rule) ?? 0) === 0)).toEqual([]);
  });
});

describe('an object that an API server would refuse', () => {
  it.each(said(AGAINST_SCHEMAS, schemaProblems(AGAINST_SCHEMAS.map(changed))))(
    'is found by its schema: %s',
    (_, isFound) => {
      expect(isFound).toBe(true);
    },
  );

  it.each(said(AGAINST_RULES, brokenCrdRules(AGAINST_RULES.map(changed)).broken))(
    'is found by a rule: %s',
    (_, isFound) => {
      expect(isFound).toBe(true);
    },
  );
});
