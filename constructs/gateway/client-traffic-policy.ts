import { IDENTITY_HEADER_PREFIX, IDENTITY_HEADERS } from '../core/tenant-token';
import { type Fleet, GATEWAY_NAMESPACE } from '../core/workload-labels';
import type { ClientTrafficPolicy } from './extensions';
import { gatewayTarget } from './gateway';
import { RESPONSE_HEADERS } from './response-headers';

export interface ClientTrafficPolicyProps {
  readonly fleet: Fleet;
  /** Longest that a call may take, in seconds. */
  readonly requestTimeoutSeconds: number;
}

/** Headers by which callers could say who they are or where they come from. The proxies say both themselves. */
const FROM_CALLERS = [
  ...['forwarded', 'true-client-ip', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-port', 'x-real-ip'],
  ...['x-original-host', 'x-original-url', 'x-rewrite-url'],
  // By which a read, for which a token may be good, would become a write behind the proxy's back.
  ...['x-http-method', 'x-http-method-override', 'x-method-override'],
];

/** Beginnings of the names of headers that mean something to proxies and services, and nothing from a caller. */
const PREFIXES = [IDENTITY_HEADER_PREFIX, 'x-envoy-'];

/** TLS 1.2 with forward secrecy and authenticated encryption only; TLS 1.3 has nothing else. */
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
];

/** Below the 350 s after which a network load balancer forgets a connection. */
const IDLE = '300s';

/**
 * What callers may send, and how long they may take.
 *
 * Identity headers go before anything reads them, by name and by prefix. Of headers together Envoy takes 60 KiB and 100, which
 * this version of Envoy Gateway does not let anybody change. A path that says a slash in another way is refused, for services
 * and authorizer might read it differently.
 */
export const clientTrafficPolicy = ({
  fleet,
  requestTimeoutSeconds,
}: ClientTrafficPolicyProps): ClientTrafficPolicy => ({
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'ClientTrafficPolicy',
  metadata: { name: fleet, namespace: GATEWAY_NAMESPACE },
  spec: {
    targetRefs: [gatewayTarget(fleet)],
    headers: {
      earlyRequestHeaders: {
        remove: [...Object.values(IDENTITY_HEADERS).map(({ header }) => header), ...FROM_CALLERS],
        removeOnMatch: PREFIXES.map((value) => ({ type: 'Prefix', value })),
      },
      lateResponseHeaders: { set: [...RESPONSE_HEADERS], remove: ['server', 'x-powered-by'] },
      // Ids of callers' own choice would let one caller's requests pass for another's in the log.
      requestID: 'Generate',
      // Services that read CGI-like variables take x_bulkhead_tenant for x-bulkhead-tenant.
      withUnderscoresAction: 'RejectRequest',
      xForwardedClientCert: { mode: 'Sanitize' },
      host: { stripTrailingHostDot: true },
      // Callers are told how much is left of their limit.
      disableRateLimitHeaders: false,
      enableEnvoyHeaders: false,
    },
    path: { disableMergeSlashes: false, escapedSlashesAction: 'RejectRequest' },
    // The load balancer keeps callers' addresses.
    clientIPDetection: { directSourceIP: {} },
    tls: {
      minVersion: '1.2',
      ciphers: [...CIPHERS],
      ecdhCurves: ['X25519', 'P-256'],
      alpnProtocols: ['h2', 'http/1.1'],
    },
    http2: {
      maxConcurrentStreams: 100,
      initialStreamWindowSize: '64Ki',
      initialConnectionWindowSize: '1Mi',
      onInvalidMessage: 'TerminateConnection',
    },
    timeout: {
      http: {
        requestHeadersReceivedTimeout: '10s',
        requestReceivedTimeout: `${requestTimeoutSeconds}s`,
        // After the route's own timeout, which tells the caller what happened.
        streamIdleTimeout: `${requestTimeoutSeconds + 5}s`,
        idleTimeout: IDLE,
      },
      tcp: { tlsHandshakeTimeout: '10s' },
    },
    connection: {
      bufferLimit: '64Ki',
      // Long-lived connections move to new proxies by and by.
      connectionLimit: { value: 20_000, maxConnectionDuration: '900s', maxRequestsPerConnection: 10_000 },
    },
    tcpKeepalive: { probes: 3, idleTime: '60s', interval: '10s' },
  },
});
