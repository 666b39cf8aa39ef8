import { Construct } from 'constructs';
import { GeneratedChart } from '../../core/chart';
import type { ICluster } from '../../core/interfaces';
import { KARPENTER_ACCOUNT } from '../karpenter-account';
import { nodeClass, type NodePoolProps, openNodePool } from '../node-pool';
import { PinnedRelease } from '../../core/pinned-release';
import { resources, SYSTEM_POD } from '../../core/system-pods';
import { CHARTS } from './versions';

export interface KarpenterProps {
  readonly cluster: ICluster;
  /** Pods of the controller, of which one leads. */
  readonly replicas: number;
  /** Nodes for workloads that ask for none in particular. */
  readonly nodes: NodePoolProps;
  /** Tags of every instance, volume and network interface that Karpenter makes. Terraform's default tags do not reach them. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Name of the pool for workloads that ask for no other, and of its class. */
const GENERAL_POOL = 'general';

// Its Pod Identity association and its role are made with the cluster.
const { namespace, serviceAccount } = KARPENTER_ACCOUNT;

/** Karpenter, its CRDs, and the nodes it may launch. */
export class Karpenter extends Construct {
  public constructor(scope: Construct, id: string, props: KarpenterProps) {
    super(scope, id);
    const { cluster } = props;
    const crds = new PinnedRelease(this, 'Crds', {
      chart: CHARTS.karpenterCrds,
      name: 'karpenter-crd',
      namespace,
    });
    const controller = new PinnedRelease(this, 'Controller', {
      chart: CHARTS.karpenter,
      name: 'karpenter',
      namespace,
      crdsElsewhere: true,
      // The chart spreads pods over hosts and zones, keeps them off its own nodes, allows one pod to be down, and
      // meets the "restricted" standard.
      values: {
        ...SYSTEM_POD,
        replicas: props.replicas,
        serviceAccount: { name: serviceAccount },
        settings: {
          clusterName: cluster.name,
          clusterEndpoint: cluster.endpoint,
          interruptionQueue: cluster.interruptionQueueName,
        },
        controller: { resources: resources('250m', '512Mi', '2Gi') },
      },
      dependsOn: [crds.release],
    });
    new GeneratedChart(this, 'Nodes', {
      name: 'karpenter-nodes',
      namespace,
      objects: [
        nodeClass(cluster, GENERAL_POOL, props.tags),
        openNodePool({ ...props.nodes, name: GENERAL_POOL }),
      ],
      dependsOn: [controller.release],
    });
  }
}
