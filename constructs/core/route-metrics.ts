/**
 * What proxies measure of each route to a service, and by which names. The gateways that measure and the releases that are
 * judged by it share them.
 *
 * Sources: "Cluster manager", section "Dynamic HTTP statistics", Envoy documentation, and the tags of
 * `source/common/config/well_known_names.cc`.
 */

/**
 * What Envoy Gateway calls the cluster behind the one rule of a route: a label of its metrics. Both parts may be placeholders
 * of an analysis, such as `{{args.route}}`. `clusterStatName`: "Gateway API Extensions", Envoy Gateway documentation.
 */
export const routeCluster = (namespace: string, route: string): string =>
  `httproute/${namespace}/${route}/rule/0`;

/** Label of the cluster, and of the first digit of a response's status. */
export const ROUTE_LABELS = {
  cluster: 'envoy_cluster_name',
  statusClass: 'envoy_response_code_class',
} as const;

export const ROUTE_METRICS = {
  /** Responses by class of status, retries not counted; those that the proxy gave in the service's place too. */
  responses: 'envoy_cluster_upstream_rq_xx',
  /** Histogram of the time that the service took to answer in full, in milliseconds. */
  milliseconds: 'envoy_cluster_upstream_rq_time',
  /** Addresses of the service, also of one that has never been called. */
  endpoints: 'envoy_cluster_membership_total',
} as const;
