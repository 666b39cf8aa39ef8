import { ACCESS_LOG_FIELDS } from '../../constructs/core/access-log';
import { API_SCOPES, IDENTITY_HEADERS, OPERATIONS } from '../../constructs/core/tenant-token';
import type { SentObject } from './kubernetes-objects';

/**
 * What Envoy Gateway makes of a cell's objects, as far as it decides who gets through: which policies hold for each route, and
 * whether each of them lets nobody pass.
 *
 * A policy of a Gateway holds for every route of it; a policy of a route replaces it as a whole, and of several with the same
 * target the oldest counts: `internal/gatewayapi/securitypolicy.go` and `backendtrafficpolicy.go`.
 */

// Objects have no common shape, and this reads deep into them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** A rule of a route as a caller meets it. */
export interface WalkedRule {
  readonly route: SentObject;
  readonly gateway: string;
  readonly host: string;
  readonly rule: Json;
}

const list = (value: unknown): readonly Json[] => (value ?? []) as readonly Json[];
const textsOf = (value: unknown): readonly string[] => (value ?? []) as readonly string[];
const objectOf = (value: unknown): Readonly<Record<string, Json>> =>
  (value ?? {}) as Readonly<Record<string, Json>>;
const nameOf = ({ metadata }: SentObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
const kindOf = (objects: readonly SentObject[], kind: string): readonly SentObject[] =>
  objects.filter((object) => object.kind === kind);

/** Every rule of every route that a Gateway takes, for every host. */
export function walkedRules(objects: readonly SentObject[]): readonly WalkedRule[] {
  return kindOf(objects, 'HTTPRoute').flatMap((route) =>
    list(route['spec'].parentRefs).flatMap((parent) =>
      (list(route['spec'].hostnames).length > 0 ? list(route['spec'].hostnames) : ['*']).flatMap(
        (host: string) =>
          list(route['spec'].rules).map((rule) => ({ route, gateway: String(parent.name), host, rule })),
      ),
    ),
  );
}

const leadsToService = ({ rule }: WalkedRule): boolean => list(rule.backendRefs).length > 0;

/**
 * What is wrong with a cell's routes and what guards them, one text each.
 *
 * @param limits API calls per second of one tenant, by tier
 */
export function unguarded(
  objects: readonly SentObject[],
  limits: Readonly<Record<string, number>>,
): readonly string[] {
  const rules = walkedRules(objects);
  const gateways = kindOf(objects, 'Gateway');
  return [
    ...kindOf(objects, 'HTTPRoute').flatMap((route) => attachment(objects, route)),
    ...gateways.flatMap((gateway) => ofGateway(objects, gateway)),
    ...rules.flatMap((walked) => [
      ...ownPolicies(objects, walked),
      ...(leadsToService(walked) ? ofService(objects, walked, rules, limits) : ofRefusal(objects, walked)),
    ]),
    ...gateways
      .filter(({ metadata }) => !rules.some(({ gateway, host }) => gateway === metadata.name && host === '*'))
      .map((gateway) => `${nameOf(gateway)}: a host that no route names passes by the policies`),
  ];
}

/** A route is of one Gateway that is there and takes routes of the route's namespace. */
function attachment(objects: readonly SentObject[], route: SentObject): string[] {
  const space = kindOf(objects, 'Namespace').find(
    ({ metadata }) => metadata.name === route.metadata.namespace,
  );
  const labels = ((space?.metadata ?? {}) as Json).labels ?? {};
  const isTaken = list(route['spec'].parentRefs).every((parent) => {
    const gateway = kindOf(objects, 'Gateway').find(
      ({ metadata }) => metadata.name === parent.name && metadata.namespace === parent.namespace,
    );
    const listeners = list(gateway?.['spec'].listeners).filter(({ name }) => name === parent.sectionName);
    return listeners.some(({ allowedRoutes }) =>
      list(allowedRoutes.namespaces.selector?.matchExpressions).every(
        ({ key, operator, values }) => operator === 'NotIn' && !list(values).includes(labels[key]),
      ),
    );
  });
  return isTaken ? [] : [`${nameOf(route)}: no Gateway takes it`];
}

/** Policies of a kind that mean this target. */
const policiesOf = (objects: readonly SentObject[], kind: string, target: string, name: string) =>
  kindOf(objects, kind).filter(({ spec }) =>
    [...list(spec.targetRefs), ...list(spec.targetRef && [spec.targetRef])].some(
      (ref) => ref.kind === target && ref.name === name,
    ),
  );

const POLICIES = ['SecurityPolicy', 'BackendTrafficPolicy', 'ClientTrafficPolicy'] as const;

/** Nothing that would hold in place of the Gateway's policies, or beside them. */
function ownPolicies(objects: readonly SentObject[], { route }: WalkedRule): string[] {
  const replaced = POLICIES.flatMap((kind) =>
    policiesOf(objects, kind, 'HTTPRoute', route.metadata.name).map(
      (policy) => `${nameOf(route)}: ${kind} ${nameOf(policy)} replaces the Gateway's`,
    ),
  );
  const selecting = POLICIES.flatMap((kind) =>
    kindOf(objects, kind)
      .filter(({ spec }) => list(spec.targetSelectors).length > 0)
      .map((policy) => `${kind} ${nameOf(policy)} means what a label says`),
  );
  return [...replaced, ...selecting];
}

function ofGateway(objects: readonly SentObject[], gateway: SentObject): string[] {
  const name = nameOf(gateway);
  const [security, traffic, client] = POLICIES.map((kind) =>
    policiesOf(objects, kind, 'Gateway', gateway.metadata.name).filter(
      ({ metadata }) => metadata.namespace === gateway.metadata.namespace,
    ),
  );
  const [proxy] = kindOf(objects, 'GatewayClass')
    .filter(({ metadata }) => metadata.name === gateway['spec'].gatewayClassName)
    .flatMap(({ spec }) =>
      kindOf(objects, 'EnvoyProxy').filter(({ metadata }) => metadata.name === spec.parametersRef?.name),
    );
  const single = POLICIES.flatMap((kind, index) =>
    [security, traffic, client][index]?.length === 1 ? [] : [`${name}: not exactly one ${kind}`],
  );
  const others = ['EnvoyPatchPolicy', 'EnvoyExtensionPolicy'].flatMap((kind) =>
    kindOf(objects, kind).map((policy) => `${nameOf(policy)}: a ${kind} could change anything`),
  );
  const tier = list(traffic?.[0]?.['spec'].rateLimit?.global?.rules).map((rule) => tierOf(rule));
  return [
    ...single,
    ...others,
    ...tokens(name, security?.[0]),
    ...authorization(name, security?.[0], tier),
    ...authorizer(name, security?.[0], objects),
    ...callers(name, client?.[0]),
    ...proxies(name, proxy),
  ];
}

const HEADERS = Object.values(IDENTITY_HEADERS);

/** Tokens are asked for, of one issuer, and what they say ends up in headers by which the route is found again. */
function tokens(name: string, policy: SentObject | undefined): string[] {
  const jwt = policy?.['spec'].jwt;
  const providers = list(jwt?.providers);
  return [
    ...(providers.length === 0 ? [`${name}: no token is asked for`] : []),
    ...(jwt?.optional || jwt?.failOpen ? [`${name}: tokens may be missing or bad`] : []),
    ...(providers.some(({ localJWKS }) => localJWKS !== undefined)
      ? []
      : [`${name}: a cold proxy has no keys`]),
    ...(new Set(providers.map(({ issuer }): unknown => issuer)).size > 1 ? [`${name}: several issuers`] : []),
    ...providers.flatMap((provider) => ofIssuer(`${name}: ${String(provider.name)}`, provider)),
  ];
}

/** One copy of an issuer's keys. */
function ofIssuer(
  name: string,
  { issuer, recomputeRoute, claimToHeaders, extractFrom }: Json,
): readonly string[] {
  return [
    ...(issuer ? [] : [`${name} takes tokens of any issuer`]),
    ...(recomputeRoute ? [] : [`${name} does not find the route again`]),
    ...(extractFrom?.headers && !extractFrom.params && !extractFrom.cookies
      ? []
      : [`${name} takes tokens from URLs or cookies`]),
    ...HEADERS.filter(
      ({ header, claim }) =>
        !list(claimToHeaders).some((each) => each.header === header && each.claim === claim),
    ).map(({ header }) => `${name} does not set ${header}`),
  ];
}

/** Nothing is allowed but what a rule says, and each rule asks for a scope, the cell, a tier of the fleet and an access token. */
function authorization(name: string, policy: SentObject | undefined, tiers: readonly string[]): string[] {
  const { defaultAction, rules } = objectOf(policy?.['spec'].authorization);
  const providers = list(policy?.['spec'].jwt?.providers).map((provider) => String(provider.name));
  const loose = list(rules).filter(({ action, operation, principal }) => {
    if (action !== 'Allow') return false;
    const { scopes, claims, provider } = objectOf(principal?.jwt);
    const claim = (key: string): readonly string[] =>
      textsOf(list(claims).find((each) => each.name === key)?.values);
    const kinds = (['read', 'write'] as const).filter((kind) => textsOf(scopes).includes(API_SCOPES[kind]));
    const may = kinds.flatMap((kind): readonly string[] => OPERATIONS[kind]);
    return !(
      providers.includes(String(provider)) &&
      textsOf(operation?.methods).length > 0 &&
      textsOf(operation.methods).every((method) => may.includes(method)) &&
      claim('cell').length === 1 &&
      claim('tier').length > 0 &&
      claim('tier').every((tier) => tiers.includes(tier)) &&
      claim('token_use').join() === 'access'
    );
  });
  return [
    ...(defaultAction === 'Deny' ? [] : [`${name}: what no rule allows is not denied`]),
    ...loose.map((rule) => `${name}: rule ${rule.name} allows too much`),
  ];
}

/** The authorizer is asked, by what tokens said, and without its answer nobody passes. */
function authorizer(name: string, policy: SentObject | undefined, objects: readonly SentObject[]): string[] {
  const ext = policy?.['spec'].extAuth;
  const own = HEADERS.map(({ header }) => header as string);
  const isThere = list(ext?.grpc?.backendRefs).every((ref) =>
    kindOf(objects, 'Service').some(
      ({ metadata, spec }) =>
        // Each fleet has its own.
        metadata.name === `authorizer-${policy?.metadata.name ?? ''}` &&
        metadata.name === ref.name &&
        metadata.namespace === (ref.namespace ?? policy?.metadata.namespace) &&
        list(spec.ports).some(({ port }) => port === ref.port),
    ),
  );
  return [
    ...(ext?.grpc ? [] : [`${name}: no authorizer is asked`]),
    ...(isThere ? [] : [`${name}: the authorizer is not there`]),
    ...(ext?.failOpen === false ? [] : [`${name}: without an authorizer calls pass`]),
    ...(list(ext?.headersToExtAuth).length > 0 &&
    list(ext.headersToExtAuth).every((header: string) => own.includes(header))
      ? []
      : [`${name}: the authorizer is told what callers say`]),
  ];
}

/** Callers' own identity headers are gone before anything reads them. */
function callers(name: string, policy: SentObject | undefined): string[] {
  const { remove, removeOnMatch } = objectOf(policy?.['spec'].headers?.earlyRequestHeaders);
  const isGone = (header: string): boolean =>
    textsOf(remove).includes(header) ||
    list(removeOnMatch).some(({ type, value }) => type === 'Prefix' && header.startsWith(String(value)));
  return [
    ...HEADERS.filter(({ header }) => !isGone(header)).map(
      ({ header }) => `${name}: callers may send ${header} themselves`,
    ),
    ...(isGone('x-envoy-retry-on') ? [] : [`${name}: callers may steer proxies`]),
    ...(policy?.['spec'].headers?.withUnderscoresAction === 'RejectRequest'
      ? []
      : [`${name}: callers may send x_bulkhead_tenant`]),
    ...(policy?.['spec'].path?.escapedSlashesAction === 'RejectRequest'
      ? []
      : [`${name}: callers may hide slashes in paths`]),
    ...(['1.2', '1.3'].includes(String(policy?.['spec'].tls?.minVersion)) ? [] : [`${name}: TLS below 1.2`]),
  ];
}

/** Tokens are looked at before the authorizer is asked, and every request is written down, without what is secret. */
function proxies(name: string, proxy: SentObject | undefined): string[] {
  const order = list(proxy?.['spec'].filterOrder);
  const settings = list(proxy?.['spec'].telemetry?.accessLog?.settings);
  const isAll = settings.some(
    ({ type, matches, format, sinks }) =>
      (type === undefined || type === 'Route') &&
      list(matches).length === 0 &&
      list(sinks).length > 0 &&
      Object.keys(ACCESS_LOG_FIELDS).every((field) => format?.json?.[field] !== undefined),
  );
  const texts = settings.flatMap(({ format }) =>
    Object.values((format?.json ?? {}) as Record<string, string>),
  );
  const secret = /%REQ\((:?PATH|X-ENVOY-ORIGINAL-PATH|AUTHORIZATION|COOKIE)|PATH\((WQ|\))|QUERY_PARAM/i;
  return [
    ...(order.some(
      (each) =>
        each.name === 'envoy.filters.http.jwt_authn' && each.before === 'envoy.filters.http.ext_authz',
    )
      ? []
      : [`${name}: the authorizer is asked before the token is verified`]),
    ...(isAll && proxy?.['spec'].telemetry.accessLog.disable !== true
      ? []
      : [`${name}: not every request is written down in full`]),
    ...texts
      .filter((text) => secret.test(text))
      .map((text) => `${name}: the access log may hold a token or a query: ${text}`),
    ...(proxy?.['spec'].provider?.kubernetes?.envoyDeployment?.replicas === undefined
      ? []
      : [`${name}: the number of proxies is set back with every change`]),
  ];
}

/** Tier that a limit is for, if it tells tenants apart. */
function tierOf(rule: Json): string {
  const headers = list(rule.clientSelectors).flatMap((selector): readonly Json[] => list(selector.headers));
  const tier = headers.find(({ name }) => name === IDENTITY_HEADERS.tier.header);
  const distinct = headers.some(
    ({ name, type }) => name === IDENTITY_HEADERS.tenant.header && type === 'Distinct',
  );
  return distinct && (tier?.type ?? 'Exact') === 'Exact' ? String(tier?.value) : '';
}

/** A rule that leads to a service: only for callers of the owner, within the limit of their tier. */
function ofService(
  objects: readonly SentObject[],
  { route, gateway, host, rule }: WalkedRule,
  all: readonly WalkedRule[],
  limits: Readonly<Record<string, number>>,
): string[] {
  const where = `${nameOf(route)} on ${host}`;
  const namespace = route.metadata.namespace ?? '';
  const [kind = '', ...id] = namespace.split('-');
  const identity = kind === 'tenant' ? IDENTITY_HEADERS.tenant : IDENTITY_HEADERS.tier;
  const tier = kind === 'tenant' ? 'enterprise' : id.join('-');
  const asks = list(rule.matches).every((match) =>
    list(match.headers).some(
      ({ name, value, type }) =>
        name === identity.header && value === id.join('-') && (type ?? 'Exact') === 'Exact',
    ),
  );
  const [traffic] = policiesOf(objects, 'BackendTrafficPolicy', 'Gateway', gateway);
  const { global, local } = objectOf(traffic?.['spec'].rateLimit);
  const limit = list(global?.rules).find((each) => tierOf(each) === tier);
  const net = list(local?.rules).find((each) =>
    list(each.clientSelectors).some(({ headers }) => list(headers).some(({ value }) => value === tier)),
  );
  const isRefused = all.some(
    (other) =>
      other.gateway === gateway &&
      other.host === host &&
      !leadsToService(other) &&
      list(other.rule.matches).some(({ path, headers }) => path?.value === '/' && !headers),
  );
  return [
    ...(asks && list(rule.matches).length > 0 ? [] : [`${where}: takes callers of other owners`]),
    ...(list(rule.backendRefs).every((ref) => (ref.namespace ?? namespace) === namespace)
      ? []
      : [`${where}: leads to another namespace`]),
    ...(limit?.shared === true && limit.limit.unit === 'Second' && limit.limit.requests === limits[tier]
      ? []
      : [`${where}: no limit of ${String(limits[tier])} a second for each tenant of tier ${tier}`]),
    ...(limit?.limit.fromMetadata?.namespace === 'envoy.filters.http.ext_authz'
      ? []
      : [`${where}: the authorizer's limit is not asked for`]),
    ...(net && net.limit.requests >= (limits[tier] ?? Infinity) ? [] : [`${where}: no net below the limit`]),
    ...(isRefused ? [] : [`${where}: calls without a token meet no route that asks for one`]),
  ];
}

/** A rule that leads nowhere refuses. */
function ofRefusal(objects: readonly SentObject[], { route, rule }: WalkedRule): string[] {
  const refuses = list(rule.filters).some(({ type, extensionRef }) => {
    const filter = kindOf(objects, 'HTTPRouteFilter').find(
      ({ metadata }) =>
        metadata.name === extensionRef?.name && metadata.namespace === route.metadata.namespace,
    );
    return type === 'ExtensionRef' && Number(filter?.['spec'].directResponse?.statusCode) >= 400;
  });
  return refuses ? [] : [`${nameOf(route)}: a rule without a service does not refuse`];
}
