import { PREVIEW_SUFFIX } from '../../core/releases';
import { IDENTITY_HEADERS } from '../../core/tenant-token';
import { GATEWAY_NAMESPACE } from '../../core/workload-labels';
import { admissionPolicy } from './admission-policy';

const GATEWAY_API = 'gateway.networking.k8s.io';
const ENVOY_GATEWAY = 'gateway.envoyproxy.io';

/** CEL: that something holds if the object is of a resource. */
const forAll = (resource: string, expression: string): string =>
  `request.resource.resource != '${resource}' || ${expression}`;

const ofRules = (expression: string): string => `object.spec.?rules.orValue([]).all(r, ${expression})`;
const BACKENDS = 'r.?backendRefs.orValue([])';

/**
 * Keeps the routes of a tier or tenant to what is its own: its host, its fleet's Gateway, its services, and calls whose
 * verified token names it. And keeps all else out that could change what the gateways' own policies say: a policy on a route
 * replaces the Gateway's as a whole, with its tokens, its limits and its refusals.
 *
 * Nobody is exempt. Whose a namespace is, its name says, which nobody can change as a label can be.
 *
 * @param zoneName the cell's public zone, without a final dot
 */
export const routePolicy = (zoneName: string): ReturnType<typeof admissionPolicy> =>
  admissionPolicy({
    name: 'bulkhead-routes',
    match: {
      resourceRules: [
        {
          apiGroups: [GATEWAY_API, 'gateway.networking.x-k8s.io', ENVOY_GATEWAY],
          apiVersions: ['*'],
          operations: ['CREATE', 'UPDATE'],
          // Not subresources: what Envoy Gateway says of a route is its status.
          resources: ['*'],
        },
      ],
    },
    whom: "has(request.namespace) && (request.namespace.startsWith('tier-') || request.namespace.startsWith('tenant-'))",
    variables: {
      // `tenant-` and `tier-`, with which a name and its owner's id differ.
      prefix: "request.namespace.startsWith('tenant-') ? 'tenant-' : 'tier-'",
      fleet: "request.namespace.startsWith('tenant-') ? 'enterprise' : 'shared'",
      header: `request.namespace.startsWith('tenant-') ? '${IDENTITY_HEADERS.tenant.header}' : '${IDENTITY_HEADERS.tier.header}'`,
    },
    validations: [
      {
        expression: `(request.resource.group + '/' + request.resource.resource) in ['${GATEWAY_API}/httproutes', '${ENVOY_GATEWAY}/httproutefilters']`,
        message:
          'In namespaces of tiers and tenants there may be HTTPRoutes and HTTPRouteFilters, and no policies, other routes or gateways.',
        messageExpression:
          "'Namespace ' + request.namespace + ' may have HTTPRoutes and HTTPRouteFilters, and no ' + request.resource.resource + ' of ' + request.resource.group + '.'",
      },
      {
        expression: forAll(
          'httproutes',
          `object.spec.?hostnames.orValue([]).size() == 1 && object.spec.hostnames.all(h, request.namespace.startsWith('tenant-') ? 'tenant-' + h == request.namespace + '.${zoneName}' : h == 'shared.${zoneName}')`,
        ),
        message: `Routes of a tenant must be for its own host <id>.${zoneName}, of a tier for shared.${zoneName}, and for no other.`,
      },
      {
        expression: forAll(
          'httproutes',
          `object.spec.?parentRefs.orValue([]).size() == 1 && object.spec.parentRefs.all(p, p.?group.orValue('${GATEWAY_API}') == '${GATEWAY_API}' && p.?kind.orValue('Gateway') == 'Gateway' && p.?namespace.orValue('') == '${GATEWAY_NAMESPACE}' && p.name == variables.fleet)`,
        ),
        message: `Routes must belong to one Gateway, in ${GATEWAY_NAMESPACE}: shared for tiers, enterprise for tenants.`,
      },
      {
        // Of one header in two spellings the Gateway API heeds the first alone.
        expression: forAll(
          'httproutes',
          ofRules(
            `${BACKENDS}.size() == 0 || r.?matches.orValue([]).size() > 0 && r.matches.all(m, m.?headers.orValue([]).exists(h, h.?type.orValue('Exact') == 'Exact' && h.name == variables.header && variables.prefix + h.value == request.namespace) && m.headers.all(h, h.name == variables.header || h.name.lowerAscii() != variables.header))`,
          ),
        ),
        message:
          'Every match of a rule that leads to a service must ask for the header that says whose token it is, with exactly the id of the tier or tenant.',
        messageExpression:
          "'Every match of a rule that leads to a service must ask for the header ' + variables.header + ' with exactly what follows ' + variables.prefix + ' in ' + request.namespace + '.'",
      },
      {
        expression: forAll(
          'httproutes',
          ofRules(
            `${BACKENDS}.all(b, b.?group.orValue('') == '' && b.?kind.orValue('Service') == 'Service' && b.?namespace.orValue(request.namespace) == request.namespace && b.?filters.orValue([]).size() == 0)`,
          ),
        ),
        message: 'Routes may lead to Services of their own namespace only, without filters.',
      },
      {
        // What nobody has tried yet. Only the smoke test gets there.
        expression: forAll(
          'httproutes',
          ofRules(`${BACKENDS}.all(b, !b.name.endsWith('${PREVIEW_SUFFIX}'))`),
        ),
        message: `Routes must not lead to a Service *${PREVIEW_SUFFIX}, which is a version that has not taken traffic.`,
      },
      {
        // Others could mirror calls elsewhere, or write identity headers that nobody has verified.
        expression: forAll(
          'httproutes',
          ofRules(
            `r.?filters.orValue([]).size() == 0 || ${BACKENDS}.size() == 0 && r.filters.all(f, f.type == 'ExtensionRef')`,
          ),
        ),
        message:
          'Rules that lead to a service may have no filters, and others none but an HTTPRouteFilter of their own namespace.',
      },
      {
        // Without a status code it would be 200.
        expression: forAll(
          'httproutefilters',
          "object.spec.?directResponse.?statusCode.orValue(200) >= 400 && object.spec.?directResponse.?body.?type.orValue('Inline') == 'Inline' && !has(object.spec.urlRewrite) && !has(object.spec.credentialInjection) && !has(object.spec.matches)",
        ),
        message:
          'HTTPRouteFilters may refuse, by a status of 400 or more and a body of their own, and do nothing else.',
      },
    ],
  });
