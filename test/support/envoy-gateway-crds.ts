import { execFileSync } from 'node:child_process';
import Ajv, { type Schema } from 'ajv';
import type { KubernetesObject } from '../../constructs/core/chart';
import { placesOf } from './paths';

/** Durations of the Gateway API: GEP-2257. */
const DURATION = { type: 'string', pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' } as const;

const strict = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});

/**
 * Fields of Envoy Gateway 1.9 that the models do not know, by kind and place, and what the custom resource definitions allow
 * there. Only those that are used: any other unknown field stays a problem.
 *
 * Sources: `api/v1alpha1` of envoyproxy/gateway and its release notes of 1.8 and 1.9.
 */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  SecurityPolicy: {
    'spec/jwt/providers/*/remoteJWKS/failedRefetchDuration': DURATION,
    'spec/extAuth/statusOnError': { type: 'integer', minimum: 400, maximum: 599 },
  },
  BackendTrafficPolicy: {
    'spec/rateLimit/global/rules/*/limit/fromMetadata': strict(
      { namespace: { type: 'string', minLength: 1 }, key: { type: 'string', minLength: 1 } },
      ['namespace', 'key'],
    ),
    'spec/rateLimit/local/rules/*/xRateLimitHeaders': { const: 'Off' },
    'spec/responseOverride/*/source': { enum: ['All', 'Local', 'Backend'] },
    'spec/circuitBreaker/retryBudget': strict(
      {
        percent: strict(
          {
            numerator: { type: 'integer', minimum: 0 },
            denominator: { type: 'integer', minimum: 1 },
          },
          ['numerator'],
        ),
        minRetryConcurrency: { type: 'integer', minimum: 0 },
      },
      ['percent'],
    ),
  },
  ClientTrafficPolicy: {
    'spec/clientIPDetection/directSourceIP': strict({}),
    'spec/headers/host': strict({ stripTrailingHostDot: { type: 'boolean' } }),
    'spec/timeout/http/requestHeadersReceivedTimeout': DURATION,
    'spec/timeout/tcp/tlsHandshakeTimeout': DURATION,
  },
};

const ajv = new Ajv();

/** An object without the fields that the models do not know, and what is wrong with those. */
export function withoutNewFields(object: KubernetesObject): {
  readonly known: KubernetesObject;
  readonly problems: readonly string[];
} {
  const fields = object.apiVersion.startsWith('gateway.envoyproxy.io/') ? FIELDS[object.kind] : undefined;
  if (fields === undefined) return { known: object, problems: [] };
  const known = structuredClone(object);
  const problems = Object.entries(fields).flatMap(([pattern, schema]) =>
    placesOf(known, pattern).flatMap(({ path, value, parent, key }) => {
      // What is read below must not change while the pattern is followed, and what is gone is not found twice.
      Reflect.deleteProperty(parent, key);
      return ajv.validate(schema, value)
        ? []
        : [
            `${object.kind}/${object.metadata.name}: data/${path} ${ajv.errorsText(ajv.errors, { dataVar: '' }).trim()}`,
          ];
    }),
  );
  return { known, problems };
}

/** A rule of a custom resource definition: CEL over what is at a place, as `self`. */
export interface CrdRule {
  readonly kind: string;
  readonly at: string;
  readonly rule: string;
  readonly message: string;
}

const rulesOf = (kind: string, rules: readonly (readonly [at: string, rule: string, message: string])[]) =>
  rules.map(([at, rule, message]): CrdRule => ({ kind, at, rule, message }));

/**
 * Rules that the custom resource definitions of Envoy Gateway 1.9 and of the Gateway API 1.6 lay on what is used here, in this
 * project's words. An API server refuses an object that breaks one.
 */
export const CRD_RULES: readonly CrdRule[] = [
  ...rulesOf('SecurityPolicy', [
    [
      'spec/jwt/providers/*',
      'has(self.recomputeRoute) && self.recomputeRoute ? has(self.claimToHeaders) && size(self.claimToHeaders) > 0 : true',
      'a recomputed route needs claims in headers',
    ],
    [
      'spec/jwt/providers/*',
      '[has(self.remoteJWKS), has(self.localJWKS)].filter(x, x).size() == 1',
      'keys are remote or local',
    ],
    ['spec/jwt/providers/*/remoteJWKS', '!has(self.backendRef)', 'backendRefs, not backendRef'],
    [
      'spec/jwt/providers/*/localJWKS',
      "self.type == 'Inline' ? has(self.inline) && !has(self.valueRef) : has(self.valueRef) && !has(self.inline)",
      'local keys are inline or in a config map',
    ],
    ['spec/extAuth', '[has(self.grpc), has(self.http)].filter(x, x).size() == 1', 'gRPC or HTTP'],
    ['spec/extAuth/grpc', 'has(self.backendRefs) && self.backendRefs.size() == 1', 'one authorizer'],
    [
      'spec/extAuth/contextExtensions/*',
      "self.type == 'Value' ? has(self.value) && !has(self.valueRef) : has(self.valueRef)",
      'a context extension has a value or a reference',
    ],
    [
      'spec',
      'has(self.authorization) && self.authorization.rules.exists(r, has(r.principal.jwt)) ? has(self.jwt) : true',
      'rules about tokens need tokens',
    ],
    [
      'spec/authorization/rules/*',
      'has(self.principal) || has(self.operation)',
      'a rule is about somebody or something',
    ],
    ['spec/jwt', 'self.providers.size() >= 1 && self.providers.size() <= 16', '1 to 16 issuers'],
  ]),
  ...rulesOf('BackendTrafficPolicy', [
    ['spec', '!has(self.mergeType)', 'mergeType is for policies of routes'],
    [
      'spec/rateLimit/global/rules/*/clientSelectors/*',
      'has(self.headers) || has(self.methods) || has(self.path) || has(self.sourceCIDR) || has(self.queryParams)',
      'a selector selects by something',
    ],
    [
      'spec/rateLimit/local/rules/*',
      '!has(self.limit.fromMetadata) && !has(self.shared) && (!has(self.cost) || !has(self.cost.response))',
      'local limits have no metadata, no share and no cost of responses',
    ],
    [
      'spec/rateLimit/local/rules/*/clientSelectors/*/headers/*',
      "!has(self.type) || self.type != 'Distinct'",
      'local limits tell no values apart',
    ],
    ['spec/rateLimit/local/rules/*/limit', 'self.requests > 0', 'a local limit is above 0'],
    ['spec', '!(has(self.requestBuffer) && has(self.httpUpgrade))', 'what is buffered is not upgraded'],
    [
      'spec/responseOverride/*',
      '[has(self.response), has(self.redirect)].filter(x, x).size() == 1',
      'a response or a redirect',
    ],
    [
      'spec/responseOverride/*/match',
      'has(self.statusCodes) || has(self.responseHeaders)',
      'an override matches something',
    ],
    [
      'spec/responseOverride/*/match/statusCodes/*',
      "self.type == 'Range' ? has(self.range) : has(self.value)",
      'a status is a value or a range',
    ],
    [
      'spec/loadBalancer',
      "!has(self.slowStart) || self.type in ['RoundRobin', 'LeastRequest']",
      'slow start is for round robin and least request',
    ],
    [
      'spec/loadBalancer',
      "!has(self.zoneAware) || self.type != 'ConsistentHash'",
      'consistent hashes know no zones',
    ],
  ]),
  ...rulesOf('ClientTrafficPolicy', [
    [
      'spec/clientIPDetection',
      '[has(self.xForwardedFor), has(self.customHeader), has(self.directSourceIP)].filter(x, x).size() == 1',
      'callers are told apart in exactly one way',
    ],
    [
      'spec/tls',
      "has(self.minVersion) && self.minVersion == '1.3' ? !has(self.ciphers) : true",
      'TLS 1.3 has no choice of ciphers',
    ],
    [
      'spec/headers',
      '!(has(self.preserveXRequestID) && has(self.requestID))',
      'preserveXRequestID and requestID exclude each other',
    ],
    [
      'spec/headers/xForwardedClientCert',
      "has(self.certDetailsToAdd) ? self.mode in ['AppendForward', 'SanitizeSet'] : true",
      'details are added where they are forwarded',
    ],
  ]),
  ...rulesOf('EnvoyProxy', [
    [
      'spec/filterOrder/*',
      '[has(self.before), has(self.after)].filter(x, x).size() == 1',
      'a filter goes before or after one other',
    ],
    [
      'spec/provider/kubernetes',
      '!(has(self.envoyDeployment) && has(self.envoyDaemonSet))',
      'a deployment or a daemon set',
    ],
    [
      'spec/provider/kubernetes/envoyHpa',
      '(!has(self.minReplicas) || self.minReplicas > 0) && self.maxReplicas > 0 && (!has(self.minReplicas) || self.maxReplicas >= self.minReplicas)',
      'the least is not above the most',
    ],
    [
      'spec/provider/kubernetes/envoyPDB',
      '[has(self.minAvailable), has(self.maxUnavailable)].filter(x, x).size() == 1',
      'a least or a most',
    ],
    [
      'spec/provider/kubernetes/envoyService',
      "!has(self.allocateLoadBalancerNodePorts) || self.type == 'LoadBalancer'",
      'node ports are of load balancers',
    ],
    [
      'spec/telemetry/accessLog/settings/*/format',
      "self.type == 'JSON' ? has(self.json) && !has(self.text) : has(self.text)",
      'JSON or text',
    ],
    [
      'spec/telemetry/accessLog/settings/*/sinks/*',
      "self.type == 'File' ? has(self.file) : true",
      'a file is named',
    ],
    [
      'spec/telemetry/tracing/provider',
      'has(self.host) || has(self.backendRefs) && self.backendRefs.size() > 0',
      'spans go somewhere',
    ],
  ]),
  ...rulesOf('Gateway', [
    ['spec/listeners/*', "self.protocol == 'HTTPS' ? has(self.tls) : true", 'HTTPS has a certificate'],
    [
      'spec/listeners/*/tls',
      "!has(self.mode) || self.mode == 'Terminate' ? has(self.certificateRefs) && size(self.certificateRefs) > 0 : true",
      'who terminates TLS has a certificate',
    ],
    [
      'spec/listeners/*/allowedRoutes/namespaces',
      "self.from == 'Selector' ? has(self.selector) : true",
      'a selector selects',
    ],
  ]),
  ...rulesOf('HTTPRoute', [
    ['spec', 'self.rules.size() <= 16', 'at most 16 rules'],
    [
      'spec/rules/*/filters/*',
      "self.type == 'ExtensionRef' ? has(self.extensionRef) : !has(self.extensionRef)",
      'an extension is named',
    ],
    [
      'spec/rules/*/matches/*/path',
      "self.type == 'PathPrefix' || self.type == 'Exact' ? self.value.startsWith('/') && !self.value.contains('//') : true",
      'a path is absolute',
    ],
  ]),
  ...rulesOf('HTTPRouteFilter', [
    [
      'spec/directResponse',
      "!has(self.body) || (self.body.type == 'Inline' ? has(self.body.inline) : has(self.body.valueRef))",
      'a body is there',
    ],
  ]),
];

// cel-js is an ES module, which the test runner cannot load: another Node process evaluates.
const EVALUATE = `
  import { readFileSync } from 'node:fs';
  import { Environment } from '@marcbachmann/cel-js';
  const cel = new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true });
  const run = ({ rule, self }) => {
    try {
      return cel.evaluate(rule, { self }) === true;
    } catch {
      return false;
    }
  };
  console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(run)));
`;

/** Rules of custom resource definitions that objects break, one text each; and, to know that each was asked, how often. */
export function brokenCrdRules(objects: readonly KubernetesObject[]): {
  readonly broken: readonly string[];
  readonly asked: ReadonlyMap<CrdRule, number>;
} {
  const asked = new Map<CrdRule, number>();
  const questions = objects.flatMap((object) =>
    CRD_RULES.filter(({ kind }) => kind === object.kind).flatMap((rule) => {
      const places = placesOf(object, rule.at);
      asked.set(rule, (asked.get(rule) ?? 0) + places.length);
      return places.map(({ path, value }) => ({ rule, object, path, value }));
    }),
  );
  const input = JSON.stringify(questions.map(({ rule, value }) => ({ rule: rule.rule, self: value })));
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', EVALUATE], {
    ...{ input, encoding: 'utf8' as const, maxBuffer: 1 << 26 },
  });
  const answers = JSON.parse(printed) as boolean[];
  return {
    asked,
    broken: questions.flatMap(({ rule, object, path }, index) =>
      answers[index] === true ? [] : [`${object.kind}/${object.metadata.name}: ${path}: ${rule.message}`],
    ),
  };
}
