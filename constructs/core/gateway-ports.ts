/** TCP ports inside the namespace of gateways. Envoy's and Envoy Gateway's are those of its 1.9 sources. */
export const GATEWAY_PORTS = {
  /** Proxies, for callers: Envoy Gateway adds 10,000 to a listener's port below 1024, here 443. */
  https: 10_443,
  /** Proxies, `GET /ready`: answers 200 until the proxy drains. */
  ready: 19_003,
  /** Proxies, the rate limit service and the control plane, for the metrics collector. */
  metrics: 19_001,
  /** Control plane, for proxies and for the rate limit service. */
  proxyConfig: 18_000,
  rateLimitConfig: 18_001,
  /** Rate limit service, for proxies; and its health, for the kubelet. */
  rateLimit: 8081,
  rateLimitHealth: 8080,
  /** Authorizer, gRPC, for proxies; and its metrics and health. */
  authorizer: 9001,
  authorizerMetrics: 9090,
} as const;

/** Port of the listeners that callers connect to, and of the Services of proxies. */
export const HTTPS = 443;

/**
 * Tag of the target groups whose targets a cluster's load balancer controller may register and deregister; the value is the
 * cluster's name. The controller may do nothing else with them.
 */
export const TARGETS_TAG = 'targets-of-cluster';
