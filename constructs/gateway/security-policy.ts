import { GATEWAY_PORTS } from '../core/gateway-ports';
import { JWKS_MIRROR } from '../core/jwks-mirror';
import { API_SCOPES, CLAIMS, IDENTITY_HEADERS, OPERATIONS } from '../core/tenant-token';
import { type Fleet, GATEWAY_NAMESPACE } from '../core/workload-labels';
import { authorizerService } from './authorizer';
import type { ExternalAuthorization, JwtProvider, SecurityPolicy } from './extensions';
import { gatewayTarget } from './gateway';

export interface SecurityPolicyProps {
  readonly fleet: Fleet;
  /** Id of the cell, as tokens name it. */
  readonly cell: string;
  /** Tiers whose tokens the fleet takes. */
  readonly tiers: readonly string[];
  /** Who signs tokens, and where the public keys are. */
  readonly tokens: { readonly issuer: string; readonly jwksUri: string };
}

type Rule = NonNullable<NonNullable<SecurityPolicy['spec']['authorization']>['rules']>[number];

/** Names of the two copies of one issuer's keys. */
export const JWT_PROVIDERS = ['mirror', 'cognito'] as const;

/** Longest that a caller waits for the authorizer, whose answers take a few milliseconds. */
const AUTHORIZER_TIMEOUT = '500ms';

/**
 * Who may call: a token of the platform's own issuer, of this cell and of a tier of this fleet, with the scope that the
 * method needs, that the authorizer has not refused. Whatever no rule allows is denied, and no part of it is optional.
 *
 * A Gateway's policy holds for every route of it. A policy of a route would replace it as a whole, so admission lets nobody
 * make one in an owner's namespace.
 */
export const securityPolicy = ({ fleet, cell, tiers, tokens }: SecurityPolicyProps): SecurityPolicy => ({
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'SecurityPolicy',
  metadata: { name: fleet, namespace: GATEWAY_NAMESPACE },
  spec: {
    targetRefs: [gatewayTarget(fleet)],
    jwt: { providers: providers(tokens) },
    authorization: {
      defaultAction: 'Deny',
      rules: JWT_PROVIDERS.flatMap((provider) =>
        (['read', 'write'] as const).map((operation) => allow(provider, operation, cell, tiers)),
      ),
    },
    extAuth: externalAuthorization(fleet, cell),
  },
});

/**
 * Two copies of the issuer's keys; a token needs to be good by one.
 *
 * The mirror is asked first: it is there as soon as a proxy is. Were it second, a proxy that starts while the issuer is away
 * would try to fetch keys for every single call, and wait. Keys that the mirror does not have yet, the issuer has: those are
 * fetched in the background, and what was fetched stays good until there is something newer.
 */
function providers({ issuer, jwksUri }: SecurityPolicyProps['tokens']): JwtProvider[] {
  const common = {
    issuer,
    // Not from the query string, which is Envoy's default besides: URLs end up in histories and logs.
    extractFrom: { headers: [{ name: 'Authorization', valuePrefix: 'Bearer ' }] },
    claimToHeaders: Object.values(IDENTITY_HEADERS).map(({ header, claim }) => ({ header, claim })),
    // The route is found once more, by the tenant and tier that the token names.
    recomputeRoute: true,
  };
  const [mirror, cognito] = JWT_PROVIDERS;
  return [
    {
      ...common,
      name: mirror,
      localJWKS: {
        type: 'ValueRef',
        valueRef: { group: '', kind: 'ConfigMap', name: JWKS_MIRROR.configMap },
      },
    },
    {
      ...common,
      name: cognito,
      remoteJWKS: { uri: jwksUri, cacheDuration: '600s', failedRefetchDuration: '5s' },
    },
  ];
}

const allow = (
  provider: string,
  operation: keyof typeof OPERATIONS,
  cell: string,
  tiers: readonly string[],
): Rule => ({
  name: `${operation}-${provider}`,
  action: 'Allow',
  operation: { methods: [...OPERATIONS[operation]] },
  principal: {
    jwt: {
      provider,
      scopes: [API_SCOPES[operation]],
      claims: [
        { name: CLAIMS.cell, valueType: 'String', values: [cell] },
        { name: CLAIMS.tier, valueType: 'String', values: [...tiers] },
        // An id token says who somebody is, and not what may be done.
        { name: 'token_use', valueType: 'String', values: ['access'] },
      ],
    },
  },
});

/** Asks the authorizer, by what the token said and never by what a caller says. Without its answer there is none: 503. */
const externalAuthorization = (fleet: Fleet, cell: string): ExternalAuthorization => ({
  grpc: {
    backendRefs: [
      { group: '', kind: 'Service', name: authorizerService(fleet), port: GATEWAY_PORTS.authorizer },
    ],
    // A check changes nothing, so one that met a pod that was just going is asked again.
    backendSettings: {
      retry: { numRetries: 1, retryOn: { triggers: ['connect-failure', 'reset', 'unavailable'] } },
    },
  },
  failOpen: false,
  statusOnError: 503,
  timeout: AUTHORIZER_TIMEOUT,
  headersToExtAuth: Object.values(IDENTITY_HEADERS).map(({ header }) => header),
  contextExtensions: [
    { name: 'fleet', type: 'Value', value: fleet },
    { name: 'cell', type: 'Value', value: cell },
  ],
});
