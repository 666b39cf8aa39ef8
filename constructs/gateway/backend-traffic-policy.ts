import { IDENTITY_HEADERS } from '../core/tenant-token';
import { type Fleet, GATEWAY_NAMESPACE } from '../core/workload-labels';
import { AUTHORIZER_METADATA } from './access-log-format';
import type { BackendTrafficPolicy, GlobalLimitRule, ResponseOverride } from './extensions';
import { gatewayTarget } from './gateway';
import { REFUSAL_HEADERS, refusalBody } from './response-headers';

/** What a fleet must know of a tier whose tenants it serves. */
export interface FleetTier {
  readonly tier: string;
  /** API calls per second of one tenant, where the authorizer names no other limit. */
  readonly requestsPerSecond: number;
  /**
   * API calls per second of all the tier's tenants together that one proxy lets to one service: the net for when nobody
   * counts. Above what is normal at the peak, and above the largest limit that a tenant of the tier may have.
   */
  readonly netPerSecond: number;
}

export interface BackendTrafficPolicyProps {
  readonly fleet: Fleet;
  readonly tiers: readonly FleetTier[];
  /** Largest request body, in KiB. */
  readonly maxRequestKiB: number;
  /** Longest that a call may take, all tries together, in seconds. */
  readonly requestTimeoutSeconds: number;
}

const { tier: TIER, tenant: TENANT } = IDENTITY_HEADERS;

/** Key of the limit in the authorizer's metadata: a struct of `requests_per_unit` and `unit`. */
const LIMIT_KEY = 'rate_limit';
const LIMIT = `%DYNAMIC_METADATA(${AUTHORIZER_METADATA}:${LIMIT_KEY}:requests_per_unit)%`;

/** Seconds after which a second's limit is whole again. */
const WINDOW_SECONDS = 1;

const ofTier = (tier: string) => ({ name: TIER.header, type: 'Exact' as const, value: tier });

/**
 * How calls reach services, and how many of them do.
 *
 * One rule for each tier counts each of its tenants by itself, over all services and proxies together (`shared`). A tenant's
 * limit is what the authorizer says, so that one tenant's may change, or a whole tier's while it is shed, and no rule with it.
 * When nobody answers who counts, calls pass, and the net below holds.
 */
export const backendTrafficPolicy = (props: BackendTrafficPolicyProps): BackendTrafficPolicy => ({
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'BackendTrafficPolicy',
  metadata: { name: props.fleet, namespace: GATEWAY_NAMESPACE },
  spec: {
    targetRefs: [gatewayTarget(props.fleet)],
    rateLimit: {
      global: { rules: props.tiers.map(globalRule) },
      local: {
        rules: props.tiers.map(({ tier, netPerSecond }) => ({
          clientSelectors: [{ headers: [ofTier(tier)] }],
          limit: { requests: netPerSecond, unit: 'Second' },
          // Or callers would be told two limits, of which this one is not theirs.
          xRateLimitHeaders: 'Off',
        })),
      },
    },
    responseOverride: REFUSALS,
    requestBuffer: { limit: `${props.maxRequestKiB}Ki` },
    timeout: {
      tcp: { connectTimeout: '2s' },
      http: { requestTimeout: `${props.requestTimeoutSeconds}s`, connectionIdleTimeout: '300s' },
    },
    // Only where a service has surely not begun: such calls may be repeated whatever their method.
    retry: {
      numRetries: 2,
      retryOn: { triggers: ['connect-failure', 'refused-stream', 'reset-before-request'] },
      perRetry: { backOff: { baseInterval: '25ms', maxInterval: '250ms' } },
    },
    // For each service of an owner by itself: one that hangs holds up no other.
    circuitBreaker: {
      maxConnections: 1024,
      maxPendingRequests: 512,
      maxParallelRequests: 2048,
      retryBudget: { percent: { numerator: 20, denominator: 100 }, minRetryConcurrency: 3 },
    },
    healthCheck: { passive: PASSIVE },
    loadBalancer: { type: 'LeastRequest', slowStart: { window: '30s' } },
    tcpKeepalive: { probes: 3, idleTime: '60s', interval: '10s' },
  },
});

const globalRule = ({ tier, requestsPerSecond }: FleetTier): GlobalLimitRule => ({
  clientSelectors: [{ headers: [ofTier(tier), { name: TENANT.header, type: 'Distinct' }] }],
  limit: {
    requests: requestsPerSecond,
    unit: 'Second',
    fromMetadata: { namespace: AUTHORIZER_METADATA, key: LIMIT_KEY },
  },
  shared: true,
});

/**
 * Pods that cannot be reached, or say so themselves, rest for a while; half of them at most. Errors of their own (500) count
 * only in a long row: one tenant's bad calls must not take pods from all others.
 */
const PASSIVE = {
  interval: '5s',
  baseEjectionTime: '15s',
  maxEjectionPercent: 50,
  splitExternalLocalOriginErrors: true,
  consecutiveLocalOriginFailures: 3,
  consecutiveGatewayErrors: 5,
  consecutive5XxErrors: 100,
};

const RETRY_AFTER = { name: 'retry-after', value: String(WINDOW_SECONDS) };

const refusal = (
  status: number,
  body: string,
  headers: readonly { readonly name: string; readonly value: string }[] = [],
): ResponseOverride => ({
  match: { statusCodes: [{ type: 'Value', value: status }] },
  source: 'Local',
  response: {
    contentType: 'application/json',
    body: { type: 'Inline', inline: body },
    header: { set: [...REFUSAL_HEADERS, ...headers] },
  },
});

/** Key of the authorizer's reason in its metadata; `-` is printed where it refused nothing. */
const REASON_KEY = 'reason';

/** What tells one refusal of a status from another: the authorizer's word, and the proxy's own. */
const WHY = {
  reason: `%DYNAMIC_METADATA(${AUTHORIZER_METADATA}:${REASON_KEY})%`,
  detail: '%RESPONSE_CODE_DETAILS%',
};

/**
 * Refusals in words that a program reads, the same whoever refused: proxies write some of them as plain text, some without a body,
 * and the authorizer's would lack headers that the proxies add. What the authorizer said is the field `reason`.
 *
 * A replaced response has lost the headers of the one it replaces, limits included, so they are said again here.
 */
const REFUSALS: ResponseOverride[] = [
  refusal(
    429,
    refusalBody('rate_limited', 'Too many calls. Try again after the time in Retry-After.', {
      retryAfterSeconds: WINDOW_SECONDS,
    }),
    [
      RETRY_AFTER,
      { name: 'x-ratelimit-limit', value: `${LIMIT}, ${LIMIT};w=${WINDOW_SECONDS}` },
      { name: 'x-ratelimit-remaining', value: '0' },
      { name: 'x-ratelimit-reset', value: String(WINDOW_SECONDS) },
    ],
  ),
  refusal(
    401,
    refusalBody('unauthenticated', 'A valid access token is needed in the header Authorization.', WHY),
    [{ name: 'www-authenticate', value: 'Bearer error="invalid_token"' }],
  ),
  refusal(403, refusalBody('forbidden', 'This token may not do this here.', WHY)),
  refusal(413, refusalBody('too_large', 'The body of the request is too large.')),
  refusal(503, refusalBody('unavailable', 'The service cannot be asked now. Try again.', WHY), [RETRY_AFTER]),
  refusal(504, refusalBody('timeout', 'The service did not answer in time.')),
];
