// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return */
import type { Loose, Scratch } from '../scratch';
import { A, ADDONS, G, GATEWAY, type Gap, type Leak, PROFESSIONAL, STARTER, ZONE } from './leak';

/** Changes the route of an owner's service. */
const route = (s: Scratch, stack: string, change: (spec: Loose) => void): void => {
  s.object(stack, 'HTTPRoute', 'service-api', ({ spec }) => {
    change(spec);
  });
};

/** The one match of that route. */
const match = (spec: Loose): Loose => spec.rules[0].matches[0];

const headers = (...values: string[]): object[] =>
  values.map((value) => ({ type: 'Exact', name: 'x-bulkhead-tenant', value }));

const object = (apiVersion: string, kind: string, namespace: string, spec: object): object => ({
  apiVersion,
  kind,
  metadata: { name: 'planted', namespace },
  spec,
});

const toGateway = (fleet: string) => ({
  group: 'gateway.networking.k8s.io',
  kind: 'Gateway',
  name: fleet,
  namespace: 'envoy-gateway-system',
});

/** A route of the platform, for what is to be an owner's. */
const platformRoute = (spec: object): object =>
  object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'envoy-gateway-system', {
    parentRefs: [toGateway('enterprise')],
    ...spec,
  });

/** Leaks by routes of owners and of the platform, and by what gateways take and hold them to. */
export const ROUTE_LEAKS: readonly Leak[] = [
  {
    name: 'a route takes calls for another tenant’s host',
    plant: (s) => {
      route(s, A, (spec) => spec.hostnames.push(`globex.${ZONE}`));
    },
    from: A,
    to: G,
    says: `it takes calls for globex.${ZONE}`,
  },
  {
    name: 'a route takes calls for every host',
    plant: (s) => {
      route(s, A, (spec) => Reflect.deleteProperty(spec, 'hostnames'));
    },
    from: A,
    to: 'every other owner',
    says: 'every host',
  },
  {
    name: 'a route takes calls for every host of the zone',
    plant: (s) => {
      route(s, A, (spec) => (spec.hostnames = [`*.${ZONE}`]));
    },
    from: A,
    to: 'every other owner',
    says: `*.${ZONE}`,
  },
  {
    name: 'a route of a pooled tier takes calls for a tenant’s host',
    plant: (s) => {
      route(s, STARTER, (spec) => (spec.hostnames = [`acme.${ZONE}`]));
    },
    from: STARTER,
    to: A,
    says: `acme.${ZONE}`,
  },
  {
    name: 'a route takes calls from the other fleet',
    plant: (s) => {
      route(s, A, (spec) => spec.parentRefs.push(toGateway('shared')));
    },
    from: 'callers of envoy-gateway-system/shared',
    to: A,
    says: 'not the Gateway of its fleet',
  },
  {
    name: 'a route takes calls from pods, past every gateway',
    plant: (s) => {
      route(s, A, (spec) => spec.parentRefs.push({ group: '', kind: 'Service', name: 'api' }));
    },
    from: 'callers of api',
    to: A,
    says: 'parentRefs',
  },
  {
    name: 'a route leads to another tenant’s service',
    plant: (s) => {
      route(s, A, (spec) => (spec.rules[0].backendRefs[0].namespace = 'tenant-globex'));
    },
    from: A,
    to: G,
    says: 'it leads calls to Service tenant-globex/api',
  },
  {
    name: 'a route leads to something that is no Service',
    plant: (s) => {
      route(s, A, (spec) =>
        spec.rules[0].backendRefs.push({ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'x' }),
      );
    },
    from: A,
    to: 'every other owner',
    says: 'it leads calls to Backend tenant-acme/x',
  },
  {
    name: 'a route takes another tenant’s callers',
    plant: (s) => {
      route(s, A, (spec) => (match(spec).headers = headers('globex')));
    },
    from: G,
    to: A,
    says: 'or where it says globex',
  },
  {
    name: 'a route takes anybody’s callers',
    plant: (s) => {
      route(s, A, (spec) => Reflect.deleteProperty(match(spec), 'headers'));
    },
    from: 'every other owner',
    to: A,
    says: 'whatever x-bulkhead-tenant says',
  },
  {
    name: 'a route has no matches, which are all',
    plant: (s) => {
      route(s, A, (spec) => Reflect.deleteProperty(spec.rules[0], 'matches'));
    },
    from: 'every other owner',
    to: A,
    says: 'it leads calls for /',
  },
  {
    name: 'a route asks for a pattern of tenants',
    plant: (s) => {
      route(s, A, (spec) => (match(spec).headers[0].type = 'RegularExpression'));
    },
    from: 'every other owner',
    to: A,
    says: 'whatever x-bulkhead-tenant says',
  },
  {
    name: 'one of a route’s matches asks for nobody',
    plant: (s) => {
      route(s, A, (spec) => spec.rules[0].matches.push({ path: { type: 'PathPrefix', value: '/open' } }));
    },
    from: 'every other owner',
    to: A,
    says: 'it leads calls for /open',
  },
  {
    name: 'a route asks twice, and the first counts',
    plant: (s) => {
      route(s, A, (spec) => (match(spec).headers = headers('globex', 'acme')));
    },
    from: G,
    to: A,
    says: 'or where it says globex',
  },
  {
    name: 'a route of a pooled tier takes another tier’s callers',
    plant: (s) => {
      route(s, STARTER, (spec) => (match(spec).headers[0].value = 'professional'));
    },
    from: PROFESSIONAL,
    to: STARTER,
    says: 'or where it says professional',
  },
  {
    name: 'a route of a pooled tier asks for a tenant, and not for the tier',
    plant: (s) => {
      route(s, STARTER, (spec) => (match(spec).headers[0].name = 'x-bulkhead-tenant'));
    },
    from: 'every other owner',
    to: STARTER,
    says: 'whatever x-bulkhead-tier says',
  },
  {
    name: 'a route sends copies of calls to another tenant',
    plant: (s) => {
      route(s, A, (spec) => {
        const backendRef = { name: 'api', namespace: 'tenant-globex', port: 8080 };
        spec.rules[0].filters = [{ type: 'RequestMirror', requestMirror: { backendRef } }];
      });
    },
    from: A,
    to: G,
    says: 'it leads calls to Service tenant-globex/api',
  },
  {
    name: 'a route writes identity headers that no token has said',
    plant: (s) => {
      route(s, A, (spec) => {
        const set = [{ name: 'x-bulkhead-tenant', value: 'any' }];
        spec.rules[0].filters = [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set } }];
      });
    },
    from: A,
    to: 'every other owner',
    says: 'it has a filter RequestHeaderModifier on calls that reach services',
  },
  {
    name: 'a backend of a route has a filter',
    plant: (s) => {
      route(s, A, (spec) => (spec.rules[0].backendRefs[0].filters = [{ type: 'URLRewrite' }]));
    },
    from: A,
    to: 'every other owner',
    says: 'it has a filter URLRewrite',
  },
  {
    name: 'a rule without backends leads elsewhere',
    plant: (s) => {
      s.object(A, 'HTTPRoute', 'fallback', ({ spec }) => {
        spec.rules[0].filters = [{ type: 'RequestRedirect', requestRedirect: { hostname: 'example.com' } }];
      });
    },
    from: A,
    to: 'every other owner',
    says: 'it has a filter RequestRedirect',
  },
  {
    name: 'what answers also gives calls somebody’s credentials',
    plant: (s) => {
      s.object(A, 'HTTPRouteFilter', 'fallback', ({ spec }) => {
        spec.credentialInjection = { credential: { valueRef: { name: 'x' } } };
      });
    },
    from: A,
    to: 'every other owner',
    says: 'its credentialInjection',
  },
  {
    name: 'a tenant’s own policy takes the place of the gateway’s',
    plant: (s) => {
      s.addObject(A, object('gateway.envoyproxy.io/v1alpha1', 'SecurityPolicy', 'tenant-acme', {}));
    },
    from: A,
    to: 'every other owner',
    says: 'nobody has checked yet whom a SecurityPolicy can reach',
  },
  {
    name: 'a tenant’s route of another kind',
    plant: (s) => {
      s.addObject(A, object('gateway.networking.k8s.io/v1', 'GRPCRoute', 'tenant-acme', {}));
    },
    from: A,
    to: 'every other owner',
    says: 'nobody has checked yet whom a GRPCRoute can reach',
  },
  {
    name: 'a tenant lets routes of others lead to its services',
    plant: (s) => {
      s.addObject(A, object('gateway.networking.k8s.io/v1beta1', 'ReferenceGrant', 'tenant-acme', {}));
    },
    from: A,
    to: 'every other owner',
    says: 'lets routes of one namespace lead to services of another',
  },
  {
    name: 'proxies are changed past everything',
    plant: (s) => {
      s.addObject(
        GATEWAY,
        object('gateway.envoyproxy.io/v1alpha1', 'EnvoyPatchPolicy', 'envoy-gateway-system', {}),
      );
    },
    from: GATEWAY,
    to: 'every other owner',
    says: 'changes gateways past everything',
  },
  {
    name: 'the platform takes calls for a tenant’s host',
    plant: (s) => {
      s.addObject(GATEWAY, platformRoute({ hostnames: [`acme.${ZONE}`], rules: [] }));
    },
    from: GATEWAY,
    to: A,
    says: `it takes calls for acme.${ZONE}`,
  },
  {
    name: 'the platform leads calls to a tenant’s service, whosever they are',
    plant: (s) => {
      const backendRefs = [{ name: 'api', namespace: 'tenant-acme', port: 8080 }];
      s.addObject(GATEWAY, platformRoute({ hostnames: [`x.example.com`], rules: [{ backendRefs }] }));
    },
    from: GATEWAY,
    to: A,
    says: 'it leads calls to tenant-acme/api',
  },
  {
    name: 'a policy of a route takes the place of the Gateway’s',
    plant: (s) => {
      const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'shared-fallback' }];
      s.addObject(
        GATEWAY,
        object('gateway.envoyproxy.io/v1alpha1', 'SecurityPolicy', 'envoy-gateway-system', { targetRefs }),
      );
    },
    from: 'callers of gateways',
    to: 'every other owner',
    says: 'SecurityPolicy planted is about HTTPRoute shared-fallback',
  },
  {
    name: 'a policy of a listener takes the place of the Gateway’s',
    plant: (s) => {
      s.object(GATEWAY, 'SecurityPolicy', 'enterprise', ({ spec }) => {
        spec.targetRefs[0].sectionName = 'https';
      });
    },
    from: 'callers of gateways',
    to: 'every other owner',
    says: 'is about Gateway enterprise https',
  },
  {
    name: 'a policy is about whatever has a label',
    plant: (s) => {
      s.object(GATEWAY, 'ClientTrafficPolicy', 'shared', ({ spec }) => {
        spec.targetSelectors = [{ kind: 'Gateway', matchLabels: {} }];
      });
    },
    from: 'callers of gateways',
    to: 'every other owner',
    says: 'is about whatever has a label',
  },
  {
    name: 'a Gateway takes routes of all namespaces',
    plant: (s) => {
      s.object(GATEWAY, 'Gateway', 'enterprise', ({ spec }) => {
        spec.listeners[0].allowedRoutes.namespaces = { from: 'All' };
      });
    },
    from: GATEWAY,
    to: 'owners of fleet shared',
    says: 'takes routes of namespaces of other fleets',
  },
  {
    name: 'a Gateway takes routes of the other fleet’s owners',
    plant: (s) => {
      s.object(GATEWAY, 'Gateway', 'enterprise', ({ spec }) => {
        spec.listeners[0].allowedRoutes.namespaces.selector.matchExpressions[0].values = ['enterprise'];
      });
    },
    from: GATEWAY,
    to: 'owners of fleet shared',
    says: 'takes routes of namespaces of other fleets',
  },
  {
    name: 'the control plane reads namespaces that are nobody’s',
    plant: (s) => {
      const release = s.resource(GATEWAY, 'helm_release', 'Controller');
      release.values[0] = release.values[0].replace(
        '"operator":"Exists"}]}},"proxyT',
        '"operator":"DoesNotExist"}]}},"proxyT',
      );
    },
    from: GATEWAY,
    to: 'every other owner',
    says: 'takes routes of namespaces of no fleet',
  },
  {
    name: 'all fleets have the same proxies',
    plant: (s) => {
      s.object(GATEWAY, 'EnvoyProxy', 'shared', ({ spec }) => {
        spec.mergeGateways = true;
      });
    },
    from: GATEWAY,
    to: 'every other owner',
    says: 'mergeGateways',
  },
  {
    name: 'the policy that holds routes is gone',
    plant: (s) => {
      s.manifests(ADDONS, 'ValidatingAdmissionPolicy', (text) =>
        text.replace('\\"name\\":\\"bulkhead-routes\\"', '\\"name\\":\\"other\\"'),
      );
    },
    from: 'operators and deployers',
    to: 'every other owner',
    says: 'bulkhead-routes is not there',
  },
];

/** Gaps of the way to an owner's services. */
export const ROUTE_GAPS: readonly Gap[] = [
  {
    name: 'there is no route',
    plant: (s) => {
      s.remove(A, 'helm_release', 'Routes');
    },
    stack: A,
    control: 'route',
    says: 'there is no HTTPRoute to its services',
  },
  {
    name: 'a route leads to services without the tenant’s claim',
    plant: (s) => {
      route(s, A, (spec) => (match(spec).headers = headers('globex')));
    },
    stack: A,
    control: 'route',
    says: 'leads calls for /api to services without x-bulkhead-tenant: acme',
  },
  {
    name: 'a route leads to services without the tier’s claim',
    plant: (s) => {
      route(s, STARTER, (spec) => Reflect.deleteProperty(match(spec), 'headers'));
    },
    stack: STARTER,
    control: 'route',
    says: 'without x-bulkhead-tier: starter',
  },
  {
    name: 'a route belongs to the other fleet',
    plant: (s) => {
      route(s, STARTER, (spec) => (spec.parentRefs[0].name = 'enterprise'));
    },
    stack: STARTER,
    control: 'route',
    says: 'belongs to others than the Gateway shared',
  },
  {
    name: 'a route is for the host of its cell’s neighbour',
    plant: (s) => {
      route(s, A, (spec) => (spec.hostnames = ['acme.dev1a.other.example']));
    },
    stack: A,
    control: 'route',
    says: 'is for other hosts than acme of the cell’s zone',
  },
];
