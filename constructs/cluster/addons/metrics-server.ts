import { Construct } from 'constructs';
import { PinnedRelease } from '../../core/pinned-release';
import { resources, SYSTEM_POD, zoneSpread } from '../../core/system-pods';
import { AddonNamespace } from './addon-namespace';
import { CHARTS } from './versions';

export interface MetricsServerProps {
  /** Pods, each of which asks all kubelets. */
  readonly replicas: number;
}

/**
 * Metrics Server: how much CPU and memory pods use right now, for autoscalers of Kubernetes' own. Gateways' proxies are scaled by
 * it; without it they would stay at their least.
 */
export class MetricsServer extends Construct {
  public constructor(scope: Construct, id: string, { replicas }: MetricsServerProps) {
    super(scope, id);
    const namespace = new AddonNamespace(this, 'Namespace', { name: 'metrics-server' });
    new PinnedRelease(this, 'Server', {
      chart: CHARTS.metricsServer,
      name: 'metrics-server',
      namespace: namespace.name,
      // Containers meet the "restricted" standard by the chart's own values, and it measures every 15 seconds.
      values: {
        ...SYSTEM_POD,
        replicas,
        topologySpreadConstraints: zoneSpread({ 'app.kubernetes.io/name': 'metrics-server' }),
        podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
        resources: resources('100m', '200Mi', '512Mi'),
      },
      dependsOn: [namespace.resource],
    });
  }
}
