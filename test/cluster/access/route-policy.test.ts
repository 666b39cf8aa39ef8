import { routePolicy } from '../../../constructs/cluster/access/route-policy';
import type { KubernetesObject } from '../../../constructs/core/chart';
import { ownerRoutes } from '../../../constructs/gateway/owner-route';
import { type AdmissionRequest, refusals } from '../../support/admission';
import { type Place, placesOf } from '../../support/paths';

const ZONE = 'use1a.bulkhead.example';
const [policy, binding] = routePolicy(ZONE);

const GATEWAY_API = 'gateway.networking.k8s.io';
const ENVOY_GATEWAY = 'gateway.envoyproxy.io';

const ROUTES = {
  'tier-starter': ownerRoutes({
    owner: { kind: 'tier', tier: 'starter' },
    ...{ zoneName: ZONE, services: ['api', 'worker'] },
  }),
  'tenant-acme': ownerRoutes({
    owner: { kind: 'tenant', tier: 'enterprise', tenantId: 'acme' },
    ...{ zoneName: ZONE, services: ['api'] },
  }),
} as const;
type Namespace = keyof typeof ROUTES;

const asked = (
  object: KubernetesObject,
  namespace: string,
  more: Partial<AdmissionRequest> = {},
): AdmissionRequest => ({
  operation: 'CREATE',
  group: object.apiVersion.split('/')[0] ?? '',
  resource: `${object.kind.toLowerCase()}s`,
  namespace,
  groups: ['bulkhead:deployers:tenant', 'system:authenticated'],
  object,
  ...more,
});

/** The first route of an owner that leads to a service, or its filter, with something else at a path. */
function changed(namespace: Namespace, path: string, value: unknown, kind = 'HTTPRoute'): AdmissionRequest {
  const original = ROUTES[namespace].find((object) => object.kind === kind);
  if (original === undefined) throw new Error(`no ${kind}`);
  const copy = structuredClone(original);
  const at = path.split('/');
  const holders: readonly Pick<Place, 'value'>[] = placesOf(copy, at.slice(0, -1).join('/'));
  if (holders.length === 0) throw new Error(`nothing at ${path}`);
  for (const holder of holders) {
    const key = at.at(-1) ?? '';
    if (value === undefined) Reflect.deleteProperty(holder.value as object, key);
    else Reflect.set(holder.value as object, key, value);
  }
  return asked(copy, namespace);
}

const thing = (apiVersion: string, kind: string, namespace: string, resource: string): AdmissionRequest =>
  asked({ apiVersion, kind, metadata: { name: 'x', namespace } }, namespace, { resource });

const HOST = `Routes of a tenant must be for its own host <id>.${ZONE}, of a tier for shared.${ZONE}, and for no other.`;
const PARENT =
  'Routes must belong to one Gateway, in envoy-gateway-system: shared for tiers, enterprise for tenants.';
const TENANT_HEADER =
  'Every match of a rule that leads to a service must ask for the header x-bulkhead-tenant with exactly what follows tenant- in tenant-acme.';
const TIER_HEADER =
  'Every match of a rule that leads to a service must ask for the header x-bulkhead-tier with exactly what follows tier- in tier-starter.';
const BACKEND = 'Routes may lead to Services of their own namespace only, without filters.';
const PREVIEW = 'Routes must not lead to a Service *-preview, which is a version that has not taken traffic.';
const FILTER =
  'Rules that lead to a service may have no filters, and others none but an HTTPRouteFilter of their own namespace.';
const REFUSES =
  'HTTPRouteFilters may refuse, by a status of 400 or more and a body of their own, and do nothing else.';
const noOther = (namespace: string, resource: string, group: string): string =>
  `Namespace ${namespace} may have HTTPRoutes and HTTPRouteFilters, and no ${resource} of ${group}.`;

const header = (name: string, value: string, type = 'Exact') => [
  { path: { type: 'PathPrefix', value: '/api' }, headers: [{ type, name, value }] },
];
const backend = (more: object) => [{ group: '', kind: 'Service', name: 'api', port: 8080, ...more }];
const POLICIES = [
  'securitypolicies',
  'backendtrafficpolicies',
  'clienttrafficpolicies',
  'envoypatchpolicies',
  'envoyextensionpolicies',
  'envoyproxies',
  'backends',
];

/** What is asked, and what the answer is. */
const TABLE: readonly (readonly [string, AdmissionRequest, readonly string[]])[] = [
  ...Object.entries(ROUTES).flatMap(([namespace, objects]) =>
    objects.map(
      (object) =>
        [
          `${object.kind} ${object.metadata.name} that ${namespace} deploys`,
          asked(object, namespace),
          [],
        ] as const,
    ),
  ),
  ['without a host, so for all', changed('tenant-acme', 'spec/hostnames', undefined), [HOST]],
  ['for another tenant’s host', changed('tenant-acme', 'spec/hostnames', [`globex.${ZONE}`]), [HOST]],
  ['for a host that ends like its own', changed('tenant-acme', 'spec/hostnames', [`x.acme.${ZONE}`]), [HOST]],
  ['for every host of the zone', changed('tenant-acme', 'spec/hostnames', [`*.${ZONE}`]), [HOST]],
  ['for the shared host', changed('tenant-acme', 'spec/hostnames', [`shared.${ZONE}`]), [HOST]],
  [
    'for its own host and one more',
    changed('tenant-acme', 'spec/hostnames', [`acme.${ZONE}`, 'example.com']),
    [HOST],
  ],
  ['of a tier for a tenant’s host', changed('tier-starter', 'spec/hostnames', [`acme.${ZONE}`]), [HOST]],
  ['at the other fleet’s Gateway', changed('tenant-acme', 'spec/parentRefs/*/name', 'shared'), [PARENT]],
  [
    'of a tier at the other fleet’s Gateway',
    changed('tier-starter', 'spec/parentRefs/*/name', 'enterprise'),
    [PARENT],
  ],
  [
    'at a Gateway of its own namespace',
    changed('tenant-acme', 'spec/parentRefs/*/namespace', undefined),
    [PARENT],
  ],
  ['at no Gateway', changed('tenant-acme', 'spec/parentRefs', []), [PARENT]],
  ['at a service, as a mesh has it', changed('tenant-acme', 'spec/parentRefs/*/kind', 'Service'), [PARENT]],
  ['for any caller', changed('tenant-acme', 'spec/rules/*/matches', undefined), [TENANT_HEADER]],
  ['for any caller of a path', changed('tenant-acme', 'spec/rules/*/matches/*/headers', []), [TENANT_HEADER]],
  [
    'for another tenant’s callers',
    changed('tenant-acme', 'spec/rules/*/matches', header('x-bulkhead-tenant', 'globex')),
    [TENANT_HEADER],
  ],
  [
    'for callers by a pattern',
    changed('tenant-acme', 'spec/rules/*/matches', header('x-bulkhead-tenant', 'acme', 'RegularExpression')),
    [TENANT_HEADER],
  ],
  [
    'for any caller, by the same header in another spelling, which comes first',
    changed('tenant-acme', 'spec/rules/*/matches', [
      {
        path: { type: 'PathPrefix', value: '/api' },
        headers: [
          { type: 'RegularExpression', name: 'X-Bulkhead-Tenant', value: '.*' },
          { type: 'Exact', name: 'x-bulkhead-tenant', value: 'acme' },
        ],
      },
    ]),
    [TENANT_HEADER],
  ],
  [
    'for its own callers of a version',
    changed('tenant-acme', 'spec/rules/*/matches', [
      {
        headers: [
          { type: 'Exact', name: 'x-bulkhead-tenant', value: 'acme' },
          { type: 'Exact', name: 'X-Version', value: '2' },
        ],
      },
    ]),
    [],
  ],
  [
    'for callers by a header that says little',
    changed('tenant-acme', 'spec/rules/*/matches', header('x-bulkhead-tier', 'enterprise')),
    [TENANT_HEADER],
  ],
  [
    'for its own callers, and in a second match for all',
    changed('tenant-acme', 'spec/rules/*/matches', [
      ...header('x-bulkhead-tenant', 'acme'),
      { path: { type: 'PathPrefix', value: '/open' } },
    ]),
    [TENANT_HEADER],
  ],
  [
    'of a tier for another tier’s callers',
    changed('tier-starter', 'spec/rules/*/matches', header('x-bulkhead-tier', 'professional')),
    [TIER_HEADER],
  ],
  [
    'for its own callers, exactly, as an API server writes it',
    changed('tenant-acme', 'spec/rules/*/matches', [
      { headers: [{ name: 'x-bulkhead-tenant', value: 'acme' }] },
    ]),
    [],
  ],
  [
    'to another namespace',
    changed('tenant-acme', 'spec/rules/*/backendRefs', backend({ namespace: 'tenant-globex' })),
    [BACKEND],
  ],
  [
    'to its own namespace, by name',
    changed('tenant-acme', 'spec/rules/*/backendRefs', backend({ namespace: 'tenant-acme' })),
    [],
  ],
  [
    'to anywhere in the internet',
    changed('tenant-acme', 'spec/rules/*/backendRefs', backend({ group: ENVOY_GATEWAY, kind: 'Backend' })),
    [BACKEND],
  ],
  [
    'that rewrites headers for a service',
    changed(
      'tenant-acme',
      'spec/rules/*/backendRefs',
      backend({ filters: [{ type: 'RequestHeaderModifier' }] }),
    ),
    [BACKEND],
  ],
  [
    'that mirrors calls',
    changed('tenant-acme', 'spec/rules/*/filters', [{ type: 'RequestMirror' }]),
    [FILTER],
  ],
  [
    'that writes identity headers',
    changed('tenant-acme', 'spec/rules/*/filters', [{ type: 'RequestHeaderModifier' }]),
    [FILTER],
  ],
  [
    'that sends callers elsewhere',
    changed('tenant-acme', 'spec/rules', [{ filters: [{ type: 'RequestRedirect' }] }]),
    [FILTER],
  ],
  [
    'that answers 200',
    changed('tenant-acme', 'spec/directResponse/statusCode', 200, 'HTTPRouteFilter'),
    [REFUSES],
  ],
  [
    'that answers, and does not say how',
    changed('tenant-acme', 'spec/directResponse/statusCode', undefined, 'HTTPRouteFilter'),
    [REFUSES],
  ],
  [
    'that puts credentials into calls',
    changed('tenant-acme', 'spec/credentialInjection', {}, 'HTTPRouteFilter'),
    [REFUSES],
  ],
  ['that rewrites hosts', changed('tenant-acme', 'spec/urlRewrite', {}, 'HTTPRouteFilter'), [REFUSES]],
  ...POLICIES.map(
    (resource) =>
      [
        `of kind ${resource}`,
        thing(`${ENVOY_GATEWAY}/v1alpha1`, 'X', 'tenant-acme', resource),
        [noOther('tenant-acme', resource, ENVOY_GATEWAY)],
      ] as const,
  ),
  ...['gateways', 'listenersets', 'grpcroutes', 'tcproutes', 'tlsroutes', 'udproutes', 'referencegrants'].map(
    (resource) =>
      [
        `of kind ${resource}`,
        thing(`${GATEWAY_API}/v1`, 'X', 'tier-starter', resource),
        [noOther('tier-starter', resource, GATEWAY_API)],
      ] as const,
  ),
  [
    'to a version that nobody has tried',
    changed('tier-starter', 'spec/rules/*/backendRefs', backend({ name: 'api-preview' })),
    [PREVIEW],
  ],
  [
    'to such a version besides',
    changed('tenant-acme', 'spec/rules/*/backendRefs', [...backend({}), ...backend({ name: 'api-preview' })]),
    [PREVIEW],
  ],
  [
    'to a slice of the service',
    changed('tier-starter', 'spec/rules/*/backendRefs', backend({ name: 'api-canary' })),
    [],
  ],
  [
    'of an administrator',
    { ...changed('tenant-acme', 'spec/hostnames', [`globex.${ZONE}`]), groups: ['system:masters'] },
    [HOST],
  ],
  [
    'that is changed',
    { ...changed('tenant-acme', 'spec/hostnames', [`globex.${ZONE}`]), operation: 'UPDATE' },
    [HOST],
  ],
  ['that goes', { ...changed('tenant-acme', 'spec/hostnames', []), operation: 'DELETE' }, []],
  [
    'whose status the controller writes',
    { ...changed('tenant-acme', 'spec/hostnames', []), resource: 'httproutes/status', operation: 'UPDATE' },
    [],
  ],
  [
    'of the gateways’ own namespace',
    thing(`${ENVOY_GATEWAY}/v1alpha1`, 'SecurityPolicy', 'envoy-gateway-system', 'securitypolicies'),
    [],
  ],
  [
    'without a namespace',
    { ...thing(`${GATEWAY_API}/v1`, 'GatewayClass', 'x', 'gatewayclasses'), namespace: undefined as never },
    [],
  ],
];

describe('the policy for routes of tiers and tenants', () => {
  const said = refusals(
    policy,
    TABLE.map(([, request]) => request),
  );

  it.each(TABLE.map(([what, , expected], index) => [what, said[index], expected] as const))(
    'has this for one %s',
    (_, actual, expected) => {
      expect(actual?.slice(0, 1)).toEqual(expected);
    },
  );

  it('refuses what it cannot decide, tells the audit log, and exempts nobody', () => {
    expect(policy.spec).toMatchObject({ failurePolicy: 'Fail' });
    expect(policy.spec?.matchConstraints?.namespaceSelector).toBeUndefined();
    expect(JSON.stringify(policy.spec?.matchConditions)).not.toContain('userInfo');
    expect(binding.spec).toEqual({ policyName: 'bulkhead-routes', validationActions: ['Deny', 'Audit'] });
  });

  it('asks for the cell’s own zone', () => {
    const [other] = routePolicy('euw1a.bulkhead.example');
    const said = refusals(
      other,
      ROUTES['tenant-acme'].slice(0, 1).map((route) => asked(route, 'tenant-acme')),
    );
    expect(said).toEqual([[HOST.replaceAll(ZONE, 'euw1a.bulkhead.example')]]);
  });
});
