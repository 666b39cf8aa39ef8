import { canonical } from '../canonical';
import type { Values } from '../plan';
import { block, blocks } from '../values';
import { at, kindOf, objectOf, specOf } from './kinds';
import { added, pairs, shown, textOf, textsOf } from './pairs';
import type { RiskRule, RuleFinding } from './rule';

const found = (level: 'low' | 'high', kind: RuleFinding['kind'], what: string): RuleFinding => ({
  level,
  kind,
  what,
});

/** Who gets through a gateway, and where to. Sources: "Gateway API" reference, and "SecurityPolicy", Envoy Gateway docs. */
export const gatewayRule: RiskRule = ({ type, change: { before, after } }, fate, _, { isNew }) => {
  const kind = kindOf(type);
  if (kind === 'SecurityPolicy' && fate === 'destroy') {
    return [found('high', 'identity', 'is destroyed: what it asked for, nothing does now')];
  }
  if (!after) return [];
  if (!before) {
    return kind === 'ReferenceGrant' && isNew !== true
      ? [found('high', 'isolation', 'lets objects of another namespace refer to those of this one')]
      : [];
  }
  const [was, is] = [specOf(before), specOf(after)];
  switch (kind) {
    case 'SecurityPolicy':
      return security(was, is);
    case 'Gateway':
      return listeners(was, is);
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'TLSRoute':
    case 'TCPRoute':
      return route(was, is, before);
    case 'ReferenceGrant':
      return canonical(was) === canonical(is)
        ? []
        : [found('high', 'isolation', 'lets other objects of other namespaces refer to those of this one')];
    case 'ClientTrafficPolicy':
    case 'BackendTLSPolicy':
      return connection(was, is);
    case 'EnvoyProxy':
    case 'Service':
      return exposure(is, was);
    default:
      return [];
  }
};

function security(was: Values, is: Values): readonly RuleFinding[] {
  const parts = ['jwt', 'ext_auth', 'oidc', 'basic_auth', 'api_key_auth', 'authorization'].filter(
    (name) => at(was, name).length > 0 && at(is, name).length === 0,
  );
  const providers = (spec: Values): ReadonlyMap<string, Values> =>
    new Map(at(spec, 'jwt', 'providers').map((provider) => [String(provider['name']), provider]));
  const [old, now] = [providers(was), providers(is)];
  const issuers = [...now].filter(([name, provider]) => {
    const before = old.get(name);
    return !before || canonical(before) !== canonical(provider);
  });
  const rulesOf = (spec: Values): readonly Values[] => at(spec, 'authorization', 'rules');
  const allow = (spec: Values): readonly Values[] => rulesOf(spec).filter(({ action }) => action !== 'Deny');
  const deny = (spec: Values): readonly Values[] => rulesOf(spec).filter(({ action }) => action === 'Deny');
  const more = added(allow(was), allow(is), canonical);
  const gone = added(deny(is), deny(was), canonical);
  const actionOf = (spec: Values): unknown => at(spec, 'authorization')[0]?.['default_action'];
  const open = (spec: Values): unknown => at(spec, 'ext_auth')[0]?.['fail_open'];
  const optional = (spec: Values): unknown => at(spec, 'jwt')[0]?.['optional'];
  const targets = canonical(was['target_refs']) !== canonical(is['target_refs']);
  const origins = added(
    at(was, 'cors').flatMap(({ allow_origins: all }) => textsOf(all)),
    at(is, 'cors').flatMap(({ allow_origins: all }) => textsOf(all)),
    (text) => text,
  );
  return [
    ...parts.map((name) => found('high', 'identity', `no longer asks for ${name}`)),
    ...(parts.includes('jwt') || old.size === 0
      ? []
      : issuers.map(([name]) =>
          found(
            'high',
            'identity',
            `takes other tokens: its provider ${name} is ${old.has(name) ? 'another one' : 'new'}`,
          ),
        )),
    ...(actionOf(was) === 'Deny' && actionOf(is) !== 'Deny'
      ? [
          found(
            'high',
            'identity',
            `lets through what no rule is about: default_action goes from Deny to ${shown(actionOf(is))}`,
          ),
        ]
      : []),
    ...more.map((rule) =>
      found('high', 'identity', `lets others through: rule ${shown(rule['name'] ?? 'without a name')}`),
    ),
    ...gone.map((rule) =>
      found('high', 'identity', `no longer refuses by rule ${shown(rule['name'] ?? 'without a name')}`),
    ),
    ...(open(was) !== true && open(is) === true
      ? [
          found(
            'high',
            'identity',
            'lets requests through when nobody can say whose they are: fail_open becomes true',
          ),
        ]
      : []),
    ...(optional(was) !== true && optional(is) === true
      ? [found('high', 'identity', 'lets requests without a token through')]
      : []),
    ...(targets ? [found('high', 'identity', 'is about other routes or gateways: target_refs changed')] : []),
    ...(origins.length > 0
      ? [
          found(
            origins.includes('*') ? 'high' : 'low',
            'network',
            `pages of ${origins.join(', ')} may call it`,
          ),
        ]
      : []),
  ];
}

function listeners(was: Values, is: Values): readonly RuleFinding[] {
  const of = (spec: Values): ReadonlyMap<string, Values> =>
    new Map(at(spec, 'listeners').map((listener) => [String(listener['name']), listener]));
  const old = of(was);
  return [...of(is)].flatMap(([name, listener]) => {
    const before = old.get(name);
    const place = `${shown(listener['protocol'])} on port ${shown(listener['port'])}`;
    if (!before) return [found('high', 'network', `listens for ${place} too`)];
    const from = (value: Values): string =>
      textOf(at(value, 'allowed_routes', 'namespaces')[0]?.['from'], 'Same');
    const selector = (value: Values): string =>
      canonical(at(value, 'allowed_routes', 'namespaces')[0]?.['selector']);
    const plain =
      /^(HTTP|TCP)$/.test(String(listener['protocol'])) && before['protocol'] !== listener['protocol'];
    const mode = at(before, 'tls')[0]?.['mode'] !== at(listener, 'tls')[0]?.['mode'];
    const isMore = RANK.indexOf(from(listener)) > RANK.indexOf(from(before));
    return [
      ...(plain
        ? [
            found(
              'high',
              'encryption',
              `listener ${name} takes ${place}, and no longer ${shown(before['protocol'])}`,
            ),
          ]
        : []),
      ...(mode ? [found('high', 'encryption', `listener ${name} ends TLS in another way`)] : []),
      ...(!plain && before['port'] !== listener['port']
        ? [found('high', 'network', `listener ${name} is at ${place}`)]
        : []),
      ...(before['hostname'] === listener['hostname']
        ? []
        : [
            found(
              'high',
              'network',
              `listener ${name} is for ${shown(listener['hostname'])}, and no longer ${shown(before['hostname'])}`,
            ),
          ]),
      ...(isMore
        ? [
            found(
              'high',
              'isolation',
              `listener ${name} takes routes of namespaces ${from(listener)}, and no longer ${from(before)}`,
            ),
          ]
        : []),
      ...(!isMore && selector(before) !== selector(listener) && from(listener) === 'Selector'
        ? [found('high', 'isolation', `listener ${name} takes routes of other namespaces`)]
        : []),
    ];
  });
}

const RANK = ['None', 'Same', 'Selector', 'All'];

function route(was: Values, is: Values, before: Values): readonly RuleFinding[] {
  const own = textOf(block(objectOf(before)['metadata'])['namespace']);
  const hosts = added(textsOf(was['hostnames']), textsOf(is['hostnames']), (text) => text);
  const parents = added(blocks(was['parent_refs']), blocks(is['parent_refs']), canonical);
  const spaces = (spec: Values): readonly string[] =>
    at(spec, 'rules', 'backend_refs')
      .flatMap(({ namespace }) => textsOf(namespace))
      .filter((name) => name !== own);
  const others = added(spaces(was), spaces(is), (text) => text);
  const filters = (spec: Values): readonly string[] => at(spec, 'rules', 'filters').map(canonical);
  const gone = added(filters(is), filters(was), (text) => text);
  return [
    ...(hosts.length > 0 ? [found('high', 'network', `answers for ${hosts.join(', ')} too`)] : []),
    ...(textsOf(was['hostnames']).length > 0 && textsOf(is['hostnames']).length === 0
      ? [found('high', 'network', 'answers for every host name')]
      : []),
    ...parents.map(({ name, section_name: section }) =>
      found(
        'high',
        'network',
        `is reached by another gateway or listener: ${[name, section].flatMap(textsOf).join('/')}`,
      ),
    ),
    ...(others.length > 0
      ? [found('high', 'isolation', `leads to another namespace: ${others.join(', ')}`)]
      : []),
    ...(gone.length > 0
      ? [found('low', 'network', 'does other things to requests: its filters changed')]
      : []),
  ];
}

/** How sure a proxy is of who talks to it, and how it talks. */
const connection = (was: Values, is: Values): readonly RuleFinding[] =>
  pairs(was, is).flatMap(({ path, before, after }) => {
    const name = path.filter((step) => !/^\d+$/.test(step)).join('.');
    if (/client_validation|well_known_ca|ca_certificate/.test(name) && after === undefined) {
      return [found('high', 'identity', `${name} is gone: certificates are not looked at as they were`)];
    }
    if (/client_ip_detection|proxy_protocol|num_trusted_hops/.test(name)) {
      return [
        found(
          'high',
          'identity',
          `believes others of where a request comes from: ${name} goes from ${shown(before)} to ${shown(after)}`,
        ),
      ];
    }
    return [];
  });

/** Kinds of Services that reach out of a cluster, and for whom. */
const exposure = (is: Values, was: Values): readonly RuleFinding[] =>
  pairs(was, is).flatMap(({ path, before, after }) => {
    const name = path.filter((step) => !/^\d+$/.test(step)).at(-1) ?? '';
    if (name === 'type' && (after === 'LoadBalancer' || after === 'NodePort')) {
      return [
        found(
          'high',
          'network',
          `is reached from outside the cluster: type goes from ${shown(before)} to ${shown(after)}`,
        ),
      ];
    }
    if (name.endsWith('scheme') && after === 'internet-facing')
      return [found('high', 'network', `faces the internet: ${name}`)];
    if (name === 'load_balancer_source_ranges') {
      return [found('high', 'network', `lets in ${shown(after)}, and no longer ${shown(before)}`)];
    }
    return [];
  });
