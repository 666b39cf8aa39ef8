import type { CacheLogin } from '../core/interfaces';

/**
 * The Envoy beside the rate limit service, through which that reaches the cache: the service knows passwords only, and the
 * cache only takes tokens of IAM, which this Envoy signs for each connection (`RedisProtocolOptions.aws_iam`).
 */

/** Where the rate limit service finds its store, inside its own pod. */
export const CACHE_PROXY_ADDRESS = { host: '127.0.0.1', port: 6379 } as const;

/** Where the kubelet asks whether it is up. No port of the rate limit service. */
export const CACHE_PROXY_HEALTH = { port: 19_004, path: '/ready' } as const;

const CLUSTER = 'cache';

/** Root certificates in the image of Envoy. */
const ROOTS = '/etc/ssl/certs/ca-certificates.crt';

/** Message types, by the part of their names that is not shared. */
const typed = (name: string, fields: object): object => ({
  '@type': `type.googleapis.com/envoy.extensions.${name}`,
  ...fields,
});

export interface CacheProxyProps {
  readonly login: CacheLogin;
  readonly region: string;
  /** Beginning of the keys that are let through; others are refused here already. */
  readonly keyPrefix: string;
}

/**
 * Its configuration, as JSON takes it.
 *
 * Not the cluster type `envoy.clusters.redis`, which learns which node has which keys: it learns that on connections that
 * know no IAM (`RedisDiscoverySession` in `source/extensions/clusters/redis/redis_cluster.cc`), and the cache refuses them.
 * So any node is asked, and where that answers that another has the key, Envoy asks the other: two round trips instead of
 * one, on connections that stay open.
 *
 * Sources: redis_proxy.proto and cluster.proto of Envoy 1.39.
 */
export function cacheProxyConfig(props: CacheProxyProps): object {
  return {
    static_resources: {
      listeners: [storeListener(props), healthListener()],
      clusters: [cacheCluster(props)],
    },
  };
}

/** A port may be text, as in contracts: JSON of protocol buffers takes numbers so. */
const address = (host: string, port: number | string): object => ({
  socket_address: { address: host, port_value: port },
});

function storeListener({ keyPrefix }: CacheProxyProps): object {
  return {
    name: 'store',
    address: address(CACHE_PROXY_ADDRESS.host, CACHE_PROXY_ADDRESS.port),
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.redis_proxy',
            typed_config: typed('filters.network.redis_proxy.v3.RedisProxy', {
              stat_prefix: CLUSTER,
              settings: {
                // Below the proxies' own patience: a slow cache is an error here before it is one there.
                op_timeout: '0.04s',
                enable_redirection: true,
                // Nodes name one another by host names where connections are encrypted.
                dns_cache_config: { name: CLUSTER, dns_lookup_family: 'V4_ONLY' },
              },
              prefix_routes: { routes: [{ prefix: keyPrefix, cluster: CLUSTER }] },
            }),
          },
        ],
      },
    ],
  };
}

/** Answers as soon as the listeners are open, which is when the names of the cache are known. */
function healthListener(): object {
  return {
    name: 'health',
    address: address('0.0.0.0', CACHE_PROXY_HEALTH.port),
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: typed('filters.network.http_connection_manager.v3.HttpConnectionManager', {
              stat_prefix: 'health',
              route_config: {
                name: 'health',
                virtual_hosts: [
                  {
                    name: 'health',
                    domains: ['*'],
                    routes: [{ match: { path: CACHE_PROXY_HEALTH.path }, direct_response: { status: 200 } }],
                  },
                ],
              },
              http_filters: [
                {
                  name: 'envoy.filters.http.router',
                  typed_config: typed('filters.http.router.v3.Router', {}),
                },
              ],
            }),
          },
        ],
      },
    ],
  };
}

function cacheCluster({ login: { cache, userId }, region }: CacheProxyProps): object {
  return {
    name: CLUSTER,
    type: 'STRICT_DNS',
    dns_lookup_family: 'V4_ONLY',
    connect_timeout: '0.25s',
    // The same node is asked first for the same key, so that its redirections stay the same too.
    lb_policy: 'MAGLEV',
    load_assignment: {
      cluster_name: CLUSTER,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(cache.endpoint, cache.port) } }] }],
    },
    // A node that is lost is left out until it answers again.
    outlier_detection: {
      consecutive_5xx: 5,
      interval: '1s',
      base_ejection_time: '5s',
      max_ejection_percent: 50,
    },
    typed_extension_protocol_options: {
      'envoy.filters.network.redis_proxy': typed('filters.network.redis_proxy.v3.RedisProtocolOptions', {
        auth_username: { inline_string: userId },
        aws_iam: {
          cache_name: cache.replicationGroupId,
          service_name: 'elasticache',
          region,
          // The longest that ElastiCache takes.
          expiration_time: '900s',
        },
      }),
    },
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: typed('transport_sockets.tls.v3.UpstreamTlsContext', {
        sni: cache.endpoint,
        common_tls_context: {
          validation_context: {
            trusted_ca: { filename: ROOTS },
            // The certificate of every node stands for all names of the cache, this one included.
            match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: cache.endpoint } }],
          },
        },
      }),
    },
  };
}
