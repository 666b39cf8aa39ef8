import { RESTRICTED_CONTAINER, resources, zoneSpread } from '../core/system-pods';
import { CACHE_CLIENT } from './cache-clients';
import { CACHE_PROXY_ADDRESS, CACHE_PROXY_HEALTH } from './cache-proxy';
import { GATEWAY_IMAGES } from './versions';

/** Name that Envoy Gateway gives the rate limit service's Deployment, its container, and its account. */
export const RATE_LIMIT_SERVICE = 'envoy-ratelimit';

/** Labels that Envoy Gateway puts on its pods: `rateLimitLabels`, internal/infrastructure/kubernetes/ratelimit. */
export const RATE_LIMIT_PODS = {
  'app.kubernetes.io/component': 'ratelimit',
  'app.kubernetes.io/name': RATE_LIMIT_SERVICE,
} as const;

/** User of the images, which both know no other than root. */
const USER = { runAsUser: 65_532, runAsGroup: 65_532 } as const;

/** Key of the config map, and so name of the file, that configures the Envoy beside the service. */
export const CACHE_PROXY_FILE = 'envoy.json';

const CONFIG = { volume: 'cache-proxy', path: '/etc/bulkhead' } as const;

export interface RateLimitServiceProps {
  /** Pods, spread over zones. */
  readonly replicas: number;
  /** Beginning of the keys of all counters. */
  readonly keyPrefix: string;
  /** Config map with {@link CACHE_PROXY_FILE}. */
  readonly cacheProxyConfigMap: string;
}

/**
 * Envoy Gateway's Deployment of the rate limit service, as its configuration takes it (`KubernetesDeploymentSpec`): the
 * service, and beside it the Envoy through which it reaches the cache.
 */
export const rateLimitDeployment = (props: RateLimitServiceProps): object => ({
  replicas: props.replicas,
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  pod: {
    labels: { ...CACHE_CLIENT },
    topologySpreadConstraints: zoneSpread(RATE_LIMIT_PODS),
  },
  container: {
    resources: resources('250m', '64Mi', '256Mi'),
    securityContext: { ...RESTRICTED_CONTAINER, ...USER },
    env: environment(props.keyPrefix),
  },
  patch: {
    type: 'StrategicMerge',
    value: {
      spec: {
        template: {
          spec: {
            // Without it calls are not counted.
            priorityClassName: 'system-cluster-critical',
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 30,
            containers: [{ name: RATE_LIMIT_SERVICE, imagePullPolicy: 'IfNotPresent' }],
            initContainers: [cacheProxy()],
            volumes: [{ name: CONFIG.volume, configMap: { name: props.cacheProxyConfigMap } }],
          },
        },
      },
    },
  },
});

/** Sources: src/settings/settings.go of envoyproxy/ratelimit. */
function environment(keyPrefix: string): readonly { readonly name: string; readonly value: string }[] {
  return [
    { name: 'CACHE_KEY_PREFIX', value: keyPrefix },
    // Who is over the limit is told so from memory until the second is over: a flood does not reach the cache.
    { name: 'LOCAL_CACHE_SIZE_IN_BYTES', value: String(8 * 1024 * 1024) },
    { name: 'LOG_FORMAT', value: 'json' },
  ];
}

/**
 * A container that starts before the service and ends after it: the service gives up where it finds no store at its start.
 */
const cacheProxy = (): object => ({
  name: 'cache-proxy',
  image: GATEWAY_IMAGES.envoy,
  imagePullPolicy: 'IfNotPresent',
  restartPolicy: 'Always',
  args: [
    ...['--config-path', `${CONFIG.path}/${CACHE_PROXY_FILE}`],
    // One thread for the service's few connections, one in reserve; and no file shared with a successor.
    ...['--concurrency', '2', '--disable-hot-restart'],
  ],
  ports: [{ name: 'cache-health', containerPort: CACHE_PROXY_HEALTH.port }],
  startupProbe: { httpGet: CACHE_PROXY_HEALTH, periodSeconds: 1, failureThreshold: 60 },
  livenessProbe: { httpGet: CACHE_PROXY_HEALTH, periodSeconds: 10, failureThreshold: 3 },
  resources: resources('250m', '64Mi', '256Mi'),
  securityContext: { ...RESTRICTED_CONTAINER, ...USER },
  volumeMounts: [{ name: CONFIG.volume, mountPath: CONFIG.path, readOnly: true }],
});

/** What the rate limit service is told of its store. */
export const RATE_LIMIT_STORE = `${CACHE_PROXY_ADDRESS.host}:${CACHE_PROXY_ADDRESS.port}`;
