import type { IProxyBootstrap } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/ProxyBootstrap';
import type { IProxyMetrics } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/ProxyMetrics';

/**
 * What proxies measure, and no more: each has a cluster for each route to a service, and Envoy well over a hundred statistics
 * for each cluster. These are 23 a route: with 1,000 dedicated tenants 23,000 in each proxy of their fleet.
 *
 * Series are by route, so by owner and service: never by a pooled tenant.
 */

/** A part of a statistic's name, without the dots between parts. */
const PART = '[^.]+';

/**
 * Names of statistics, as regular expressions for the whole name. Envoy Gateway doubles backslashes when it writes these into
 * the proxies' configuration (`internal/xds/bootstrap/bootstrap.yaml.tpl`), so a dot is `[.]`.
 */
const STATISTICS = [
  // By which releases are judged: `constructs/core/route-metrics.ts`.
  `cluster[.]${PART}[.]upstream_rq_([1-5]xx|time)`,
  // What a service's own failures look like from here.
  `cluster[.]${PART}[.]upstream_rq_(timeout|pending_overflow)`,
  // Envoy itself goes by these ("matches", Gateway API Extensions, Envoy Gateway documentation).
  `cluster[.]${PART}[.]membership_(total|healthy|degraded)`,
  // Calls that were let through because nobody was there to decide, or to count.
  `cluster[.]${PART}[.](ext_authz|ratelimit)[.]failure_mode_allowed`,
  // Calls and connections of the fleet.
  'http[.].+[.]downstream_(rq_[1-5]xx|rq_active|rq_total|cx_active|cx_total)',
  // By the connections of its listeners a proxy that ends knows when it has drained
  // (`internal/cmd/envoy/shutdown_manager.go`).
  'listener[.].+[.]downstream_cx_active',
] as const;

const PREFIXES = ['cluster_manager.', 'listener_manager.', 'control_plane.', 'server.'] as const;

export const proxyMetrics: IProxyMetrics = {
  // Envoy Gateway itself sets the annotations by which the collector finds the pods: port 19001, /stats/prometheus.
  prometheus: {},
  matches: [
    ...PREFIXES.map((value) => ({ type: 'Prefix' as const, value })),
    ...STATISTICS.map((value) => ({ type: 'RegularExpression' as const, value })),
  ],
};

/** Edges of the histogram of response times, in milliseconds, whatever tiers promise. */
const EDGES = [10, 25, 50, 100, 250, 500, 1000, 2500, 10_000] as const;

/**
 * Makes the objectives edges of the histogram, for between two edges a quantile is only guessed. Half as many edges as Envoy
 * has by itself.
 *
 * `HistogramBucketSettings`: "Metrics", Envoy 1.39 documentation.
 *
 * @param objectives latency objectives of the fleet's tiers, in milliseconds
 */
export const histogramEdges = (objectives: readonly number[]): IProxyBootstrap => ({
  type: 'Merge',
  value: JSON.stringify({
    stats_config: {
      histogram_bucket_settings: [
        {
          match: { suffix: '.upstream_rq_time' },
          buckets: [...new Set([...EDGES, ...objectives])].sort((a, b) => a - b),
        },
      ],
    },
  }),
});
