import { CLAIM_HEADERS, CLAIMS, GATEWAY_NAMESPACE, IDENTITY_PREFIX } from './gateway';
import type { Fleet } from '../../constructs/core/workload-labels';
import { at, isTrue, type Json, listOf, objectOf, textOf, textsOf } from './facts/json';
import type { KubernetesFact } from './facts/kubernetes';
import { isParent } from './routes';
import type { Stack } from './stack';
import type { World } from './world';

/** Tiers whose tokens each fleet takes. */
const TIERS: Readonly<Record<Fleet, readonly string[]>> = {
  shared: ['starter', 'professional'],
  enterprise: ['enterprise'],
};

const named = (kind: string, { kinds }: Stack, name: string): KubernetesFact | undefined =>
  (kinds.get(kind) ?? []).find((each) => each.name === name);

/** Policies of a kind that are about the whole Gateway of a fleet. */
export const policiesOfFleet = (stack: Stack, kind: string, fleet: Fleet): readonly KubernetesFact[] =>
  (stack.kinds.get(kind) ?? []).filter(
    (policy) =>
      policy.namespace === GATEWAY_NAMESPACE && targetsOf(policy).some((target) => isFleet(target, fleet)),
  );

/** What a policy is about. */
export const targetsOf = ({ body }: KubernetesFact): readonly Json[] => [
  ...listOf(at(body, 'spec', 'targetRefs')),
  ...listOf(at(body, 'spec', 'targetRef')),
];

/** Targets name no namespace: they are in the policy's own. */
const isFleet = (target: Json, fleet: Fleet): boolean =>
  isParent({ ...objectOf(target), namespace: GATEWAY_NAMESPACE }, GATEWAY_NAMESPACE, fleet);

/** What keeps a SecurityPolicy from letting in only those whose verified token is of this cell and fleet. */
export function tokenProblems(
  world: World,
  stack: Stack,
  policy: KubernetesFact,
  fleet: Fleet,
): readonly string[] {
  const { spec } = policy.body;
  const providers = listOf(at(spec, 'jwt', 'providers'));
  return [
    ...(providers.length === 0 ? ['asks for no token (jwt.providers)'] : []),
    ...(isTrue(at(spec, 'jwt', 'optional')) ? ['takes calls without a token (jwt.optional)'] : []),
    ...(Object.keys(objectOf(spec)).some((key) => key === 'targetSelectors')
      ? ['is about whatever has a label (targetSelectors)']
      : []),
    ...providers.flatMap((provider) => providerProblems(world, stack, provider)),
    ...authorizationProblems(stack, spec, fleet),
    ...authorizerProblems(spec),
  ];
}

function providerProblems(world: World, stack: Stack, provider: Json): readonly string[] {
  const name = `token provider ${textOf(at(provider, 'name'))}`;
  const field = (key: string): string => world.field(stack.place, 'identity', key);
  const remote = textOf(at(provider, 'remoteJWKS', 'uri'));
  const local = objectOf(at(provider, 'localJWKS'));
  const mirrored = textOf(at(local['valueRef'], 'kind')) === 'ConfigMap' && local['inline'] === undefined;
  const claims = listOf(at(provider, 'claimToHeaders'));
  const wrong = Object.entries(CLAIM_HEADERS).filter(([header, claim]) => {
    const writers = claims.filter((each) => textOf(at(each, 'header')).toLowerCase() === header);
    return writers.length === 0 || writers.some((each) => textOf(at(each, 'claim')) !== claim);
  });
  return [
    ...(isTrue(at(provider, 'failOpen'))
      ? [`lets in tokens that cannot be checked (${name}, failOpen)`]
      : []),
    ...(textOf(at(provider, 'issuer')) === field('issuer')
      ? []
      : [`takes tokens of another issuer than the cell’s (${name}, issuer)`]),
    ...(remote === field('jwksUri') || (remote === '' && mirrored)
      ? []
      : [`checks tokens with keys that are not the issuer’s (${name}, remoteJWKS, localJWKS)`]),
    ...(isTrue(at(provider, 'recomputeRoute'))
      ? []
      : [`does not find the route again by what the token says (${name}, recomputeRoute)`]),
    ...wrong.map(
      ([header, claim]) =>
        `does not write ${claim} of the token, and nothing else, into ${header} (${name}, claimToHeaders)`,
    ),
  ];
}

/** What every rule that allows must demand of a token. */
function authorizationProblems({ place }: Stack, spec: Json | undefined, fleet: Fleet): readonly string[] {
  const rules = listOf(at(spec, 'authorization', 'rules'));
  const open = rules
    .filter((rule) => textOf(at(rule, 'action')) !== 'Deny')
    .flatMap((rule) => {
      const jwt = at(rule, 'principal', 'jwt');
      const values = (claim: string): readonly string[] =>
        textsOf(
          at(
            listOf(at(jwt, 'claims')).find((each) => textOf(at(each, 'name')) === claim),
            'values',
          ),
        );
      const only = (claim: string, allowed: readonly string[]): boolean =>
        values(claim).length > 0 && values(claim).every((value) => allowed.includes(value));
      const name = `rule ${textOf(at(rule, 'name'))} of authorization`;
      return [
        ...(only(CLAIMS.cell, [place.cell]) ? [] : [`lets in tokens of other cells (${name})`]),
        ...(only(CLAIMS.tier, TIERS[fleet]) ? [] : [`lets in tokens of tiers of another fleet (${name})`]),
        ...(only('token_use', ['access']) ? [] : [`lets in tokens that are no access tokens (${name})`]),
        ...(textsOf(at(jwt, 'scopes')).length > 0 ? [] : [`lets in tokens of any scope (${name})`]),
      ];
    });
  return [
    ...(textOf(at(spec, 'authorization', 'defaultAction')) === 'Deny'
      ? []
      : ['allows what no rule allows (authorization.defaultAction)']),
    ...open,
  ];
}

function authorizerProblems(spec: Json | undefined): readonly string[] {
  const asked = at(spec, 'extAuth');
  const backends = ['grpc', 'http'].flatMap((way) => [
    ...listOf(at(asked, way, 'backendRefs')),
    ...listOf(at(asked, way, 'backendRef')),
  ]);
  const elsewhere = backends.some(
    (backend) => !['', GATEWAY_NAMESPACE].includes(textOf(at(backend, 'namespace'))),
  );
  return [
    ...(backends.length === 0 ? ['asks no authorizer what was revoked and whose host it is (extAuth)'] : []),
    ...(isTrue(at(asked, 'failOpen'))
      ? ['lets calls in that the authorizer has not seen (extAuth.failOpen)']
      : []),
    ...(elsewhere ? ['asks an authorizer that is not the platform’s (extAuth)'] : []),
  ];
}

/** What keeps a ClientTrafficPolicy from taking callers' own identity headers away before anybody reads them. */
export function headerProblems({ body }: KubernetesFact): readonly string[] {
  const early = objectOf(at(body, 'spec', 'headers', 'earlyRequestHeaders'));
  const removed = textsOf(early['remove']).map((name) => name.toLowerCase());
  const prefixes = listOf(early['removeOnMatch'])
    .filter((match) => textOf(at(match, 'type')) === 'Prefix')
    .map((match) => textOf(at(match, 'value')).toLowerCase());
  const left = Object.keys(CLAIM_HEADERS).filter(
    (header) =>
      !removed.includes(header) && !prefixes.some((prefix) => prefix !== '' && header.startsWith(prefix)),
  );
  const written = [...listOf(early['set']), ...listOf(early['add'])]
    .map((each) => textOf(at(each, 'name')).toLowerCase())
    .filter((name) => name.startsWith(IDENTITY_PREFIX));
  return [
    ...(left.length > 0 ? [`leaves callers their own ${left.join(', ')} (headers.earlyRequestHeaders)`] : []),
    ...(written.length > 0
      ? [`writes ${written.join(', ')}, which tokens say (headers.earlyRequestHeaders)`]
      : []),
  ];
}

/** What keeps a fleet's proxies from checking the token first, and from being the fleet's own. */
export function proxyProblems(stack: Stack, fleet: Fleet): readonly string[] {
  const gateway = named('Gateway', stack, fleet);
  const gatewayClass = named('GatewayClass', stack, textOf(at(gateway?.body, 'spec', 'gatewayClassName')));
  const proxy = named('EnvoyProxy', stack, textOf(at(gatewayClass?.body, 'spec', 'parametersRef', 'name')));
  const spec = proxy?.body['spec'];
  const ordered = listOf(at(spec, 'filterOrder')).some((order) => {
    const [name, before, after] = ['name', 'before', 'after'].map((key) => textOf(at(order, key)));
    return (name === JWT && before === EXT_AUTHZ) || (name === EXT_AUTHZ && after === JWT);
  });
  if (!proxy) return [`has no Gateway ${fleet} with proxies of its own`];
  return [
    ...(ordered ? [] : [`${proxy.address} asks the authorizer before the token is checked (filterOrder)`]),
    ...(isTrue(at(spec, 'mergeGateways'))
      ? [`${proxy.address} serves all Gateways with the same proxies (mergeGateways)`]
      : []),
    ...(onlyMeasures(at(spec, 'bootstrap'))
      ? []
      : [`${proxy.address} changes proxies past everything that is checked (bootstrap)`]),
  ];
}

/** Whether what is merged into the proxies' own configuration says how they measure, and nothing else. */
function onlyMeasures(bootstrap: Json | undefined): boolean {
  if (bootstrap === undefined) return true;
  if (textOf(at(bootstrap, 'type')) !== 'Merge') return false;
  const merged = jsonOf(textOf(at(bootstrap, 'value')));
  const keys = (value: Json | undefined): string => Object.keys(objectOf(value)).join();
  return keys(merged) === 'stats_config' && keys(at(merged, 'stats_config')) === 'histogram_bucket_settings';
}

/** JSON, or nothing where a text is none: YAML says more than is understood here. */
function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

const JWT = 'envoy.filters.http.jwt_authn';
const EXT_AUTHZ = 'envoy.filters.http.ext_authz';
