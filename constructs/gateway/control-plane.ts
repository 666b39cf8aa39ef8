import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { Fn, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { connectStatement, type CacheLogin, type ICluster } from '../core/interfaces';
import { PinnedRelease } from '../core/pinned-release';
import { placementOf } from '../core/placement';
import { PodIdentity } from '../core/pod-identity';
import { resources, SYSTEM_POD, zoneSpread } from '../core/system-pods';
import { GATEWAY_NAMESPACE, WORKLOAD_LABELS } from '../core/workload-labels';
import {
  CACHE_PROXY_FILE,
  RATE_LIMIT_SERVICE,
  RATE_LIMIT_STORE,
  rateLimitDeployment,
} from './rate-limit-service';
import { cacheProxyConfig } from './cache-proxy';
import { ENVOY_GATEWAY } from './versions';

export interface ControlPlaneProps {
  readonly cluster: Pick<ICluster, 'name'>;
  /** Pods of the controller, of which one leads. */
  readonly replicas: number;
  /** Pods of the service that counts calls. */
  readonly rateLimitReplicas: number;
  /** As whom the counters are kept, and the beginning of their keys. */
  readonly counters: { readonly login: CacheLogin; readonly keyPrefix: string };
  /** What must be there before its pods: network policies, security groups. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * Envoy Gateway's controller, and the service that counts calls, which the controller deploys.
 *
 * Gateways keep working without the controller; only changes wait. Without the counting service or its cache calls pass
 * uncounted, up to the limits that each proxy counts by itself.
 */
export class ControlPlane extends Construct {
  /** What must be there before gateways. */
  public readonly ready: ITerraformDependable;

  public constructor(scope: Construct, id: string, props: ControlPlaneProps) {
    super(scope, id);
    const { counters, cluster } = props;
    const identity = new PodIdentity(this, 'RateLimitIdentity', {
      cluster,
      name: ['gateway', 'rate-limit'],
      namespace: GATEWAY_NAMESPACE,
      serviceAccount: RATE_LIMIT_SERVICE,
      statements: [connectStatement(counters.login)],
    });
    const config = Fn.jsonencode(cacheProxyConfig({ ...counters, region: placementOf(this).region }));
    const configMap = new ConfigMapV1(this, 'CacheProxy', {
      metadata: {
        // Another configuration is another map, and with it another pod.
        name: `rate-limit-cache-${Fn.substr(Fn.sha256(config), 0, 12)}`,
        namespace: GATEWAY_NAMESPACE,
      },
      immutable: true,
      data: { [CACHE_PROXY_FILE]: config },
      lifecycle: { createBeforeDestroy: true },
    });
    this.ready = new PinnedRelease(this, 'Controller', {
      chart: ENVOY_GATEWAY,
      name: 'envoy-gateway',
      namespace: GATEWAY_NAMESPACE,
      crdsElsewhere: true,
      values: values(props, configMap.metadata.name),
      dependsOn: [identity.association, ...props.dependsOn],
    }).release;
  }
}

/** Values of the chart `gateway-helm`, and in them the controller's own configuration (`EnvoyGatewaySpec`). */
function values(props: ControlPlaneProps, cacheProxyConfigMap: string): object {
  return {
    crds: { enabled: false },
    deployment: {
      replicas: props.replicas,
      priorityClassName: SYSTEM_POD.priorityClassName,
      pod: {
        nodeSelector: SYSTEM_POD.nodeSelector,
        tolerations: SYSTEM_POD.tolerations,
        topologySpreadConstraints: zoneSpread({ 'control-plane': 'envoy-gateway' }),
      },
      envoyGateway: { resources: resources('100m', '256Mi', '1Gi') },
    },
    podDisruptionBudget: { maxUnavailable: 1 },
    certgen: {
      job: {
        nodeSelector: SYSTEM_POD.nodeSelector,
        tolerations: SYSTEM_POD.tolerations,
        resources: resources('10m', '64Mi', '128Mi'),
      },
    },
    // It would tell each proxy its zone, at the price of a webhook that every pod of the namespace waits for. Nothing here
    // routes by zone.
    topologyInjector: { enabled: false },
    config: { envoyGateway: configuration(props, cacheProxyConfigMap) },
  };
}

function configuration(
  { rateLimitReplicas, counters }: ControlPlaneProps,
  cacheProxyConfigMap: string,
): object {
  return {
    provider: {
      type: 'Kubernetes',
      kubernetes: {
        rateLimitDeployment: rateLimitDeployment({
          replicas: rateLimitReplicas,
          keyPrefix: counters.keyPrefix,
          cacheProxyConfigMap,
        }),
        rateLimitPDB: { maxUnavailable: 1 },
        // What other namespaces hold is no business of gateways.
        watch: {
          type: 'NamespaceSelector',
          namespaceSelector: { matchExpressions: [{ key: WORKLOAD_LABELS.fleet, operator: 'Exists' }] },
        },
        proxyTopologyInjector: { disabled: true },
      },
    },
    rateLimit: {
      backend: { type: 'Redis', redis: { url: RATE_LIMIT_STORE } },
      // A call waits this long to be counted, and then passes uncounted.
      timeout: '50ms',
      failClosed: false,
    },
    // All three would let whoever may write an object of the kind change proxies at will, or lead them anywhere.
    extensionApis: { enableEnvoyPatchPolicy: false, enableBackend: false, enableLua: false },
    logging: { level: { default: 'info' }, encoder: 'JSON' },
  };
}
