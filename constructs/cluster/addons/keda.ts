import { Construct } from 'constructs';
import type { ICluster } from '../../core/interfaces';
import { placementOf, prefixOf } from '../../core/placement';
import { AddonNamespace } from './addon-namespace';
import { PinnedRelease } from '../../core/pinned-release';
import { resources, SYSTEM_POD, zoneSpread } from '../../core/system-pods';
import { CHARTS } from './versions';
import { WorkloadRole } from './workload-role';

export interface KedaProps {
  readonly cluster: ICluster;
  /** Pods of each of its three programs. */
  readonly replicas: number;
  /** Metrics that scaling may ask for. */
  readonly metricsWorkspaceArn: string;
}

const SERVICE_ACCOUNT = 'keda-operator';

/** KEDA: scales workloads by schedules, queue depth and metrics. */
export class Keda extends Construct {
  public constructor(scope: Construct, id: string, props: KedaProps) {
    super(scope, id);
    const placement = placementOf(this);
    const { account, region } = placement;
    const namespace = new AddonNamespace(this, 'Namespace', { name: 'keda' });
    const role = new WorkloadRole(this, 'Role', {
      cluster: props.cluster,
      name: 'keda',
      namespace: namespace.name,
      serviceAccount: SERVICE_ACCOUNT,
      statements: [
        {
          sid: 'Metrics',
          actions: ['aps:QueryMetrics', 'aps:GetLabels', 'aps:GetSeries', 'aps:GetMetricMetadata'],
          resources: [props.metricsWorkspaceArn],
        },
        {
          sid: 'QueueDepth',
          actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl'],
          // The cell's own queues, which exist later than this role.
          resources: [`arn:aws:sqs:${region}:${account}:${prefixOf(placement)}-*`],
        },
      ],
    });
    const one = { maxUnavailable: 1 };
    new PinnedRelease(this, 'Controller', {
      chart: CHARTS.keda,
      name: 'keda',
      namespace: namespace.name,
      // Containers meet the "restricted" standard by the chart's own values.
      values: {
        ...SYSTEM_POD,
        // Nobody loses scaled workloads because somebody removed a release.
        crds: { install: true, additionalAnnotations: { 'helm.sh/resource-policy': 'keep' } },
        serviceAccount: { operator: { name: SERVICE_ACCOUNT } },
        operator: { replicaCount: props.replicas },
        metricsServer: { replicaCount: props.replicas },
        webhooks: { replicaCount: props.replicas },
        podDisruptionBudget: { operator: one, metricServer: one, webhooks: one },
        topologySpreadConstraints: {
          operator: zoneSpread({ app: 'keda-operator' }),
          metricsServer: zoneSpread({ app: 'keda-operator-metrics-apiserver' }),
          webhooks: zoneSpread({ app: 'keda-admission-webhooks' }),
        },
        resources: {
          operator: resources('100m', '128Mi', '512Mi'),
          metricServer: resources('50m', '64Mi', '256Mi'),
          webhooks: resources('10m', '32Mi', '128Mi'),
        },
        prometheus: {
          operator: { enabled: true },
          metricServer: { enabled: true },
          webhooks: { enabled: true },
        },
      },
      dependsOn: [namespace.resource, role.association],
    });
  }
}
