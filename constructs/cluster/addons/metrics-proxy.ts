import { createHash } from 'node:crypto';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { Construct } from 'constructs';
import { ENVOY_IMAGE, ENVOY_USER } from '../../core/envoy-image';
import { METRICS_PROXY } from '../../core/metrics-address';
import { placementOf } from '../../core/placement';
import { resources, RESTRICTED_CONTAINER } from '../../core/system-pods';

/** Where the kubelet asks whether it is up. */
const HEALTH = { port: 19_004, path: '/ready' } as const;

const FILE = 'envoy.json';
const FOLDER = '/etc/bulkhead';
const CLUSTER = 'metrics';

/** Root certificates in the image of Envoy. */
const ROOTS = '/etc/ssl/certs/ca-certificates.crt';

/** A query of an analysis has 30 seconds: `metricproviders/prometheus/prometheus.go` of Argo Rollouts. */
const TIMEOUT = '30s';

/** Message types, by the part of their names that is not shared. */
const typed = (name: string, fields: object): object => ({
  '@type': `type.googleapis.com/envoy.extensions.${name}`,
  ...fields,
});

const address = (host: string, port: number): object => ({
  socket_address: { address: host, port_value: port },
});

const listener = (name: string, at: object, routes: readonly object[], filters: readonly object[]) => ({
  name,
  address: at,
  filter_chains: [
    {
      filters: [
        {
          name: 'envoy.filters.network.http_connection_manager',
          typed_config: typed('filters.network.http_connection_manager.v3.HttpConnectionManager', {
            stat_prefix: name,
            generate_request_id: false,
            route_config: { name, virtual_hosts: [{ name, domains: ['*'], routes }] },
            http_filters: [
              ...filters,
              { name: 'envoy.filters.http.router', typed_config: typed('filters.http.router.v3.Router', {}) },
            ],
          }),
        },
      ],
    },
  ],
});

/**
 * Configuration of the Envoy that signs queries with the credentials of its pod, and passes on nothing but queries: whatever
 * the pod's role may do besides.
 *
 * Paths stay as they are, for they are signed before the router could change them.
 *
 * Sources: aws_request_signing.proto and cluster.proto of Envoy 1.39; "QueryMetrics", Amazon Managed Service for Prometheus
 * User Guide.
 */
export function metricsProxyConfig(region: string): object {
  const host = `aps-workspaces.${region}.amazonaws.com`;
  return {
    static_resources: {
      listeners: [
        listener(
          CLUSTER,
          address(METRICS_PROXY.host, METRICS_PROXY.port),
          [
            {
              match: { safe_regex: { regex: '/workspaces/[^/]+/api/v1/query' } },
              route: { cluster: CLUSTER, timeout: TIMEOUT },
            },
          ],
          [
            {
              name: 'envoy.filters.http.aws_request_signing',
              typed_config: typed('filters.http.aws_request_signing.v3.AwsRequestSigning', {
                service_name: 'aps',
                region,
                host_rewrite: host,
                // What Envoy adds on the way is not signed.
                match_excluded_headers: [{ prefix: 'x-envoy' }, { prefix: 'x-forwarded' }],
              }),
            },
          ],
        ),
        listener(
          'health',
          address('0.0.0.0', HEALTH.port),
          [{ match: { path: HEALTH.path }, direct_response: { status: 200 } }],
          [],
        ),
      ],
      clusters: [upstream(host)],
    },
  };
}

const upstream = (host: string): object => ({
  name: CLUSTER,
  type: 'STRICT_DNS',
  dns_lookup_family: 'V4_ONLY',
  connect_timeout: '5s',
  load_assignment: {
    cluster_name: CLUSTER,
    endpoints: [{ lb_endpoints: [{ endpoint: { address: address(host, 443) } }] }],
  },
  transport_socket: {
    name: 'envoy.transport_sockets.tls',
    typed_config: typed('transport_sockets.tls.v3.UpstreamTlsContext', {
      sni: host,
      common_tls_context: {
        validation_context: {
          trusted_ca: { filename: ROOTS },
          match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: host } }],
        },
      },
    }),
  },
});

export interface MetricsProxyProps {
  readonly namespace: string;
}

/** The Envoy beside Argo Rollouts: a container that starts before it, and its configuration. */
export class MetricsProxy extends Construct {
  public readonly container: object;
  public readonly volume: object;
  /** What must be there before its pods. */
  public readonly configMap: ConfigMapV1;

  public constructor(scope: Construct, id: string, { namespace }: MetricsProxyProps) {
    super(scope, id);
    const config = JSON.stringify(metricsProxyConfig(placementOf(this).region));
    this.configMap = new ConfigMapV1(this, 'Config', {
      metadata: {
        // Another configuration is another map, and with it another pod.
        name: `metrics-proxy-${createHash('sha256').update(config).digest('hex').slice(0, 12)}`,
        namespace,
      },
      immutable: true,
      data: { [FILE]: config },
      lifecycle: { createBeforeDestroy: true },
    });
    this.volume = { name: CLUSTER, configMap: { name: this.configMap.metadata.name } };
    this.container = {
      name: 'metrics-proxy',
      image: ENVOY_IMAGE,
      imagePullPolicy: 'IfNotPresent',
      restartPolicy: 'Always',
      args: ['--config-path', `${FOLDER}/${FILE}`, '--concurrency', '1', '--disable-hot-restart'],
      ports: [{ name: 'proxy-health', containerPort: HEALTH.port }],
      startupProbe: { httpGet: HEALTH, periodSeconds: 1, failureThreshold: 60 },
      livenessProbe: { httpGet: HEALTH, periodSeconds: 10, failureThreshold: 3 },
      resources: resources('20m', '64Mi', '256Mi'),
      securityContext: { ...RESTRICTED_CONTAINER, ...ENVOY_USER },
      volumeMounts: [{ name: CLUSTER, mountPath: FOLDER, readOnly: true }],
    };
  }
}
