import { Construct } from 'constructs';
import type { ICluster } from '../../core/interfaces';
import { physicalName } from '../../core/naming';
import { outside, type Rule, validateProps } from '../../core/validation';
import { addonsKey } from './addons-key';
import { ArgoRollouts } from './argo-rollouts';
import { EnvoyGateway } from './envoy-gateway';
import { ExternalSecrets } from './external-secrets';
import { FluentBit } from './fluent-bit';
import { Karpenter } from './karpenter';
import { Keda } from './keda';
import { LoadBalancerController } from './load-balancer-controller';
import { MetricsCollector } from './metrics-collector';
import { MetricsServer } from './metrics-server';
import { MetricsWorkspace } from './metrics-workspace';
import type { NodePoolProps } from '../node-pool';

export interface ClusterAddonsProps {
  readonly cluster: ICluster;
  readonly vpcId: string;

  /**
   * Pods of every controller, 1 to 5. One lead and the others wait, so more than two only cost.
   *
   * @default 2
   */
  readonly replicas?: number;

  /** Nodes for workloads that ask for none in particular. */
  readonly nodes: NodePoolProps;

  /** How long the lines that pods print are kept, in days. */
  readonly logRetentionDays: number;

  /** Tags of what the controllers make in AWS. Terraform's default tags do not reach that. */
  readonly tags: Readonly<Record<string, string>>;
}

const RULES: readonly Rule<ClusterAddonsProps>[] = [
  {
    fails: ({ replicas }) => outside(replicas ?? 2, 1, 5) || !Number.isInteger(replicas ?? 2),
    message: ({ replicas }) => `replicas must be a whole number between 1 and 5, got ${String(replicas)}`,
  },
  {
    fails: ({ nodes }) => nodes.capacityTypes.length === 0,
    message: () => "nodes.capacityTypes must name at least one of 'on-demand' and 'spot', got none",
  },
  {
    fails: ({ nodes }) => !(nodes.limits.cpu >= 4),
    message: ({ nodes }) =>
      `nodes.limits.cpu must be at least 4, the smallest node, got ${String(nodes.limits.cpu)}`,
  },
  {
    fails: ({ nodes }) => !(nodes.limits.memoryGiB >= 8),
    message: ({ nodes }) =>
      `nodes.limits.memoryGiB must be at least 8, the smallest node, got ${String(nodes.limits.memoryGiB)}`,
  },
];

/** What every cluster of a cell runs before anything of a tenant. */
export class ClusterAddons extends Construct {
  public readonly metrics: MetricsWorkspace;
  /** Name of the log group of what pods print. */
  public readonly podLogGroup: string;
  /** Namespace in which Envoy Gateway makes the proxies of gateways. */
  public readonly gatewayNamespace: string;

  public constructor(scope: Construct, id: string, props: ClusterAddonsProps) {
    super(scope, id);
    validateProps(this, 'ClusterAddons props', props, RULES);
    const { cluster, vpcId, tags, logRetentionDays } = props;
    const replicas = props.replicas ?? 2;

    this.podLogGroup = `/pods/${physicalName(this, 'logGroup', 'addons', 'pods')}`;
    const metricsLogGroup = `/aws/vendedlogs/prometheus/${physicalName(this, 'logGroup', 'addons', 'metrics')}`;
    const { arn: keyArn } = addonsKey(this, 'Key', [this.podLogGroup, metricsLogGroup]);

    this.metrics = new MetricsWorkspace(this, 'Metrics', {
      logGroup: metricsLogGroup,
      keyArn,
      logRetentionDays,
    });
    new Karpenter(this, 'Karpenter', { cluster, replicas, nodes: props.nodes, tags });
    new Keda(this, 'Keda', { cluster, replicas, metricsWorkspaceArn: this.metrics.arn });
    const { namespace } = new EnvoyGateway(this, 'EnvoyGateway');
    new MetricsServer(this, 'MetricsServer', { replicas });
    new ArgoRollouts(this, 'ArgoRollouts', { cluster, replicas, metricsWorkspaceArn: this.metrics.arn });
    new ExternalSecrets(this, 'ExternalSecrets', { cluster, replicas });
    new LoadBalancerController(this, 'LoadBalancerController', { cluster, vpcId, replicas, tags });
    new FluentBit(this, 'FluentBit', {
      cluster,
      logGroup: this.podLogGroup,
      keyArn,
      retentionDays: logRetentionDays,
    });
    new MetricsCollector(this, 'MetricsCollector', { cluster, workspace: this.metrics, replicas });
    this.gatewayNamespace = namespace;
  }
}
