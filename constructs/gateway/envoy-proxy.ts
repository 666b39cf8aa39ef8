import type { IEnvoyProxy } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/EnvoyProxy';
import type { IKubernetesDeploymentSpec } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/KubernetesDeploymentSpec';
import type { IProxyTelemetry } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/ProxyTelemetry';
import type { KubernetesObject } from '../core/chart';
import { type Fleet, GATEWAY_LABEL, GATEWAY_NAMESPACE } from '../core/workload-labels';
import { accessLogFormat } from './access-log-format';
import { proxyService } from './fleet-entry';
import { histogramEdges, proxyMetrics } from './proxy-metrics';

export type EnvoyProxy = IEnvoyProxy & KubernetesObject;

export interface EnvoyProxyProps {
  readonly fleet: Fleet;
  /** Id of the cell. */
  readonly cell: string;
  /** Fewest and most proxies; the load decides. */
  readonly proxies: { readonly min: number; readonly max: number };
  /** Latency objectives of the fleet's tiers, in milliseconds. */
  readonly latencyObjectives: readonly number[];
}

/** Threads that a proxy works with; its request of CPU says the same. */
const THREADS = 2;

/** Share of the requested CPU at which proxies are added. The rest carries the load until they are there. */
const CPU_PERCENT = 60;

/** Where spans would go. Nobody listens there, and as none is sampled, none is sent. */
const NO_COLLECTOR = { host: '127.0.0.1', port: 4317 } as const;

/**
 * How the proxies of a fleet run.
 *
 * The autoscaler owns their number: `replicas` is left out, for a number there would be set back with every change. Each runs
 * on a host of its own, spread over zones where there is room; which zones there are is the nodes' matter, and a zone that is
 * down keeps none from starting elsewhere.
 */
export const envoyProxy = ({ fleet, cell, proxies, latencyObjectives }: EnvoyProxyProps): EnvoyProxy => ({
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'EnvoyProxy',
  metadata: { name: fleet, namespace: GATEWAY_NAMESPACE },
  spec: {
    concurrency: THREADS,
    provider: {
      type: 'Kubernetes',
      kubernetes: {
        envoyDeployment: deployment(fleet),
        envoyHpa: autoscaler(proxies),
        envoyPDB: { maxUnavailable: 1 },
        // Reached by the load balancer's targets, not by the Service's address.
        envoyService: { name: proxyService(fleet), type: 'ClusterIP' },
      },
    },
    // Who calls is known before anybody is asked what the caller may do, and no body is kept before the limit has let it in.
    filterOrder: [
      { name: 'envoy.filters.http.jwt_authn', before: 'envoy.filters.http.ext_authz' },
      { name: 'envoy.filters.http.buffer', after: 'envoy.filters.http.ratelimit' },
    ],
    // Longer than the load balancer needs to send new connections elsewhere: two failed checks of ten seconds, and its own
    // delay.
    shutdown: { drainTimeout: '90s', minDrainDuration: '45s' },
    logging: { level: { default: 'warn' } },
    telemetry: telemetry(fleet, cell),
    bootstrap: histogramEdges(latencyObjectives),
  },
});

function deployment(fleet: Fleet): IKubernetesDeploymentSpec {
  const matchLabels = { [GATEWAY_LABEL]: fleet };
  return {
    name: proxyService(fleet),
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
    pod: {
      // Any node but those of controllers, tiers and tenants, whose taints keep it away.
      priorityClassName: 'system-cluster-critical',
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { labelSelector: { matchLabels }, topologyKey: 'kubernetes.io/hostname' },
          ],
        },
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels },
        },
      ],
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    },
    container: {
      resources: { requests: { cpu: String(THREADS), memory: '1Gi' }, limits: { memory: '2Gi' } },
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        privileged: false,
        runAsNonRoot: true,
        // The user of Envoy's distroless image.
        runAsUser: 65532,
        runAsGroup: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    },
  };
}

/** Doubles within seconds when a month ends, and shrinks slowly: a proxy that goes breaks connections. */
const autoscaler = ({ min, max }: EnvoyProxyProps['proxies']) => ({
  minReplicas: min,
  maxReplicas: max,
  metrics: [
    {
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: CPU_PERCENT } },
    },
  ],
  behavior: {
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Max',
      policies: [
        { type: 'Percent', value: 100, periodSeconds: 15 },
        { type: 'Pods', value: 4, periodSeconds: 15 },
      ],
    },
    scaleDown: {
      stabilizationWindowSeconds: 300,
      policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
    },
  },
});

/**
 * One line a request, whether a route was found or not, of the HTTP level alone (`Route`): connections that never became a
 * request have none.
 *
 * The tracer makes a trace id where the caller sent none, writes it into the log and passes it on in W3C `traceparent`.
 */
function telemetry(fleet: Fleet, cell: string): IProxyTelemetry {
  return {
    accessLog: {
      settings: [
        {
          type: 'Route',
          format: { type: 'JSON', json: accessLogFormat(fleet, cell) },
          sinks: [{ type: 'File', file: { path: '/dev/stdout' } }],
        },
      ],
    },
    metrics: proxyMetrics,
    tracing: { samplingRate: 0, provider: { type: 'OpenTelemetry', ...NO_COLLECTOR } },
  };
}
