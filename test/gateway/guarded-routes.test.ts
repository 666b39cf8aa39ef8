import { join } from 'node:path';
import { loadPlatform } from '../../config/load';
import type { Platform } from '../../config/platform';
import { SLICES } from '../../constructs/core/releases';
import { brokenCrdRules } from '../support/envoy-gateway-crds';
import { unguarded, walkedRules } from '../support/guarded-routes';
import { kubernetesObjects, type SentObject } from '../support/kubernetes-objects';
import { schemaProblems } from '../support/kubernetes-schemas';
import { placesOf } from '../support/paths';
import { synthesizedStacks } from '../support/synthesized';

/** Stacks with namespaces, gateways and routes. Their objects are all there is in these API groups. */
const WITH_ROUTES = /^[a-z0-9]+-(addons|gateway|tier-.*|tenant-.*)$/;

const ENVIRONMENTS = ['dev', 'prod'];
const platforms: Readonly<Record<string, Platform>> = Object.fromEntries(
  ENVIRONMENTS.map((environment) => [environment, loadPlatform(join(__dirname, '../..'), environment)]),
);

/** Objects of each cell, as an API server would have them. */
const cells: readonly (readonly [cell: string, platform: Platform, objects: readonly SentObject[]])[] =
  Object.values(platforms).flatMap((platform) => {
    const placed = kubernetesObjects(
      synthesizedStacks(platform.environment, (name) => WITH_ROUTES.test(name)),
    );
    return platform.cells.map(
      ({ id }) =>
        [
          id,
          platform,
          placed.filter(({ stack }) => stack.startsWith(`${id}-`)).map(({ object }) => object),
        ] as const,
    );
  });

const limitsOf = ({ tiers }: Platform): Readonly<Record<string, number>> =>
  Object.fromEntries(
    (['starter', 'professional', 'enterprise'] as const).map((tier) => [
      tier,
      tiers[tier].promises.rateLimitPerSecond,
    ]),
  );

const gatewayObjects = (objects: readonly SentObject[]): readonly SentObject[] =>
  objects.filter(({ apiVersion }) => /^gateway\.(envoyproxy|networking\.k8s)\.io\//.test(apiVersion));

describe.each(cells)('cell %s', (cell, platform, objects) => {
  it('has a route to every service of every owner, and one that refuses for every host', () => {
    const walked = walkedRules(objects).map(
      ({ gateway, host, rule }) =>
        `${gateway} ${host} ${String(rule.matches[0].path.value)} ${rule.backendRefs ? 'service' : 'refused'}`,
    );
    const zone = `${cell}.${platform.dns.domain}`;
    const pooled = (['starter', 'professional'] as const).flatMap((tier) =>
      platform.cells.some(({ id, data }) => id === cell && data.pools[tier].maxPods > 0)
        ? platform.tiers[tier].services.flatMap((service) =>
            // Of starter, one more for each slice that gets releases first.
            (tier === 'starter' ? SLICES : ['main']).map(() => `shared shared.${zone} /${service} service`),
          )
        : [],
    );
    const dedicated = platform.tenants
      .filter((tenant) => tenant.cell === cell)
      .flatMap(({ id }) => [
        ...platform.tiers.enterprise.services.map(
          (service) => `enterprise ${id}.${zone} /${service} service`,
        ),
        `enterprise ${id}.${zone} / refused`,
      ]);
    const fleets = [`shared shared.${zone} / refused`, 'shared * / refused', 'enterprise * / refused'];
    expect([...walked].sort()).toEqual([...pooled, ...dedicated, ...fleets].sort());
  });

  it('lets nobody pass any route without a token, the authorizer’s word and a limit, or unseen', () => {
    expect(unguarded(objects, limitsOf(platform))).toEqual([]);
  });

  it('has objects that its API server accepts', () => {
    expect(schemaProblems(gatewayObjects(objects))).toEqual([]);
    expect(brokenCrdRules(gatewayObjects(objects)).broken).toEqual([]);
  });
});

type Change = (objects: SentObject[]) => void;

/** What is said of the first cell of production with something planted. */
function planted(change: Change): readonly string[] {
  const [, platform, objects] = cells.find(([, { environment }]) => environment === 'prod') ?? cells[0] ?? [];
  if (platform === undefined || objects === undefined) throw new Error('no cell');
  const copies = structuredClone([...objects]);
  change(copies);
  return unguarded(copies, limitsOf(platform));
}

/** Changes what is at a path of the first object of a kind, or of the one called `<namespace>/<name>`. */
const at =
  (
    kind: string,
    path: string,
    change: (parent: Record<string, unknown>, key: string) => void,
    name?: string,
  ): Change =>
  (objects) => {
    const found = objects.find(
      ({ kind: itsKind, metadata }) =>
        itsKind === kind && (name === undefined || name === `${metadata.namespace ?? ''}/${metadata.name}`),
    );
    const keys = `spec/${path}`.split('/');
    const [holder] = placesOf(found ?? {}, keys.slice(0, -1).join('/'));
    if (holder === undefined) throw new Error(`nothing at ${path} of ${kind} ${name ?? ''}`);
    change(holder.value as Record<string, unknown>, keys.at(-1) ?? '');
  };

const set = (kind: string, path: string, value: unknown, name?: string): Change =>
  at(kind, path, (parent, key) => (parent[key] = value), name);
const drop = (kind: string, path: string, name?: string): Change =>
  at(kind, path, (parent, key) => Reflect.deleteProperty(parent, key), name);
const push = (kind: string, path: string, value: unknown): Change =>
  at(kind, path, (parent, key) => (parent[key] as unknown[]).push(value));
const shift = (kind: string, path: string): Change =>
  at(kind, path, (parent, key) => (parent[key] as unknown[]).shift());
const pop = (kind: string, path: string): Change =>
  at(kind, path, (parent, key) => (parent[key] as unknown[]).pop());

const add =
  (kind: string, spec: object, namespace = 'tenant-acme'): Change =>
  (objects) => {
    objects.push({
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      ...{ kind, metadata: { name: 'planted', namespace }, spec },
    });
  };
const ofGateway = { targetRefs: [{ kind: 'Gateway', name: 'shared' }] };
const ofRoute = { targetRefs: [{ kind: 'HTTPRoute', name: 'service-api' }] };

const PROVIDER = 'jwt/providers/0';
const RULE = 'authorization/rules/0';
const LOG = 'telemetry/accessLog';
const LIMIT = 'rateLimit/global/rules/0';
const MATCH = 'rules/0/matches/0';

/** What is planted, and what is said of it. */
const WEAKENED: readonly (readonly [string, Change, string])[] = [
  ['no tokens', drop('SecurityPolicy', 'jwt'), 'no token is asked for'],
  ['optional tokens', set('SecurityPolicy', 'jwt/optional', true), 'may be missing or bad'],
  ['bad tokens', set('SecurityPolicy', 'jwt/failOpen', true), 'may be missing or bad'],
  ['any issuer', drop('SecurityPolicy', 'jwt/providers/1/issuer'), 'any issuer'],
  ['no mirror', shift('SecurityPolicy', 'jwt/providers'), 'a cold proxy has no keys'],
  [
    'routes that stay',
    set('SecurityPolicy', `${PROVIDER}/recomputeRoute`, false),
    'does not find the route again',
  ],
  [
    'a claim that is not passed on',
    shift('SecurityPolicy', `${PROVIDER}/claimToHeaders`),
    'does not set x-bulkhead-tenant',
  ],
  ['tokens in URLs', drop('SecurityPolicy', `${PROVIDER}/extractFrom`), 'takes tokens from URLs'],
  ['default allow', set('SecurityPolicy', 'authorization/defaultAction', 'Allow'), 'is not denied'],
  ['no authorization', drop('SecurityPolicy', 'authorization'), 'is not denied'],
  [
    'a rule for everybody',
    push('SecurityPolicy', 'authorization/rules', {
      ...{ name: 'all', action: 'Allow', principal: { clientCIDRs: ['0.0.0.0/0'] } },
    }),
    'rule all allows too much',
  ],
  [
    'reading tokens that write',
    push('SecurityPolicy', `${RULE}/operation/methods`, 'DELETE'),
    'allows too much',
  ],
  [
    'tokens of another tier',
    push('SecurityPolicy', `${RULE}/principal/jwt/claims/1/values`, 'gold'),
    'allows too much',
  ],
  ['tokens of any cell', shift('SecurityPolicy', `${RULE}/principal/jwt/claims`), 'allows too much'],
  ['id tokens', pop('SecurityPolicy', `${RULE}/principal/jwt/claims`), 'allows too much'],
  ['no scope', drop('SecurityPolicy', `${RULE}/principal/jwt/scopes`), 'allows too much'],
  ['no authorizer', drop('SecurityPolicy', 'extAuth'), 'no authorizer is asked'],
  ['fail open', set('SecurityPolicy', 'extAuth/failOpen', true), 'calls pass'],
  [
    'an authorizer elsewhere',
    set('SecurityPolicy', 'extAuth/grpc/backendRefs/0/name', 'other'),
    'the authorizer is not there',
  ],
  [
    'the authorizer of no fleet',
    set('SecurityPolicy', 'extAuth/grpc/backendRefs/0/name', 'authorizer'),
    'the authorizer is not there',
  ],
  [
    'an authorizer that believes callers',
    push('SecurityPolicy', 'extAuth/headersToExtAuth', 'x-user'),
    'told what callers say',
  ],
  ['the authorizer first', shift('EnvoyProxy', 'filterOrder'), 'before the token is verified'],
  ['no access log', drop('EnvoyProxy', LOG), 'not every request'],
  [
    'an access log of errors',
    set('EnvoyProxy', `${LOG}/settings/0/matches`, ['response.code >= 400']),
    'not every request',
  ],
  [
    'an access log without tenants',
    drop('EnvoyProxy', `${LOG}/settings/0/format/json/tenant`),
    'not every request',
  ],
  ['an access log that is off', set('EnvoyProxy', `${LOG}/disable`, true), 'not every request'],
  [
    'query strings in the access log',
    set('EnvoyProxy', `${LOG}/settings/0/format/json/path`, '%REQ(:PATH)%'),
    'may hold a token or a query',
  ],
  [
    'tokens in the access log',
    set('EnvoyProxy', `${LOG}/settings/0/format/json/subject`, '%REQ(AUTHORIZATION)%'),
    'may hold a token or a query',
  ],
  [
    'a number of proxies',
    set('EnvoyProxy', 'provider/kubernetes/envoyDeployment/replicas', 3),
    'set back with every change',
  ],
  [
    'callers’ own headers',
    drop('ClientTrafficPolicy', 'headers/earlyRequestHeaders'),
    'callers may send x-bulkhead-tenant themselves',
  ],
  [
    'callers’ own headers in CGI’s spelling',
    set('ClientTrafficPolicy', 'headers/withUnderscoresAction', 'Allow'),
    'callers may send x_bulkhead_tenant',
  ],
  [
    'hidden slashes',
    set('ClientTrafficPolicy', 'path/escapedSlashesAction', 'UnescapeAndForward'),
    'hide slashes',
  ],
  ['old TLS', set('ClientTrafficPolicy', 'tls/minVersion', '1.0'), 'TLS below 1.2'],
  ['no limit', shift('BackendTrafficPolicy', 'rateLimit/global/rules'), 'no limit of'],
  ['a higher limit', set('BackendTrafficPolicy', `${LIMIT}/limit/requests`, 1_000_000), 'no limit of'],
  ['a limit in hours', set('BackendTrafficPolicy', `${LIMIT}/limit/unit`, 'Hour'), 'no limit of'],
  [
    'one limit for all tenants',
    pop('BackendTrafficPolicy', `${LIMIT}/clientSelectors/0/headers`),
    'no limit of',
  ],
  ['a limit for each service', drop('BackendTrafficPolicy', `${LIMIT}/shared`), 'no limit of'],
  [
    'a limit that nothing can lower',
    drop('BackendTrafficPolicy', `${LIMIT}/limit/fromMetadata`),
    "the authorizer's limit is not asked for",
  ],
  ['no net', drop('BackendTrafficPolicy', 'rateLimit/local'), 'no net below the limit'],
  ['a policy of a route', add('SecurityPolicy', ofRoute), "replaces the Gateway's"],
  ['traffic of a route', add('BackendTrafficPolicy', ofRoute), "replaces the Gateway's"],
  [
    'a policy by label',
    add('SecurityPolicy', { targetSelectors: [{ kind: 'HTTPRoute' }] }),
    'means what a label says',
  ],
  ['a patch of Envoy', add('EnvoyPatchPolicy', {}, 'envoy-gateway-system'), 'could change anything'],
  [
    'a second policy of the Gateway',
    add('SecurityPolicy', ofGateway, 'envoy-gateway-system'),
    'not exactly one SecurityPolicy',
  ],
  [
    'a service for everybody',
    drop('HTTPRoute', `${MATCH}/headers`, 'tier-starter/service-api'),
    'takes callers of other owners',
  ],
  [
    'a service for others',
    set('HTTPRoute', `${MATCH}/headers/0/value`, 'other', 'tier-starter/service-api'),
    'takes callers of other owners',
  ],
  [
    'a service elsewhere',
    set('HTTPRoute', 'rules/0/backendRefs/0/namespace', 'kube-system', 'tier-starter/service-api'),
    'leads to another namespace',
  ],
  [
    'a host without a refusal',
    set('HTTPRoute', 'hostnames', ['else.example'], 'envoy-gateway-system/shared-fallback'),
    'meet no route that asks',
  ],
  [
    'hosts that nobody knows',
    set('HTTPRoute', 'hostnames', ['else.example'], 'envoy-gateway-system/shared-unknown-hosts'),
    'passes by the policies',
  ],
  ['a refusal that answers', set('HTTPRouteFilter', 'directResponse/statusCode', 200), 'does not refuse'],
  [
    'a route of another fleet',
    set('HTTPRoute', 'parentRefs/0/name', 'enterprise', 'tier-starter/service-api'),
    'no Gateway takes it',
  ],
];

describe('a weakening', () => {
  it.each(WEAKENED)('is found: %s', (_, change, problem) => {
    expect(planted(change).filter((text) => text.includes(problem))).not.toEqual([]);
  });
});
