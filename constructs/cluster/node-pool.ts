import type { IEC2NodeClass } from '@kubernetes-models/karpenter/karpenter.k8s.aws/v1/EC2NodeClass';
import type { INodePool } from '@kubernetes-models/karpenter/karpenter.sh/v1/NodePool';
import type { KubernetesObject } from '../core/chart';
import type { ICluster } from '../core/interfaces';
import { PODS_PER_NODE } from '../core/pod-density';
import { NODE_POOL_KEY } from '../core/workload-labels';
import { NODE_IMAGE_ALIAS } from './addons/versions';

/** When business is, Monday to Friday. */
export interface BusinessHours {
  /** Hour in UTC at which it begins, 0-23. */
  readonly startHourUtc: number;
  /** How many hours it lasts, 1-20. */
  readonly hours: number;
}

/** Size and kind of a pool's nodes. */
export interface NodePoolProps {
  /** Processor of the nodes. Images must be built for it. */
  readonly architecture: 'arm64' | 'amd64';

  /** How instances are bought. Karpenter prefers the cheaper. */
  readonly capacityTypes: readonly ('on-demand' | 'spot')[];

  /** Most that all nodes together may have: vCPUs, and memory in GiB. A runaway deployment stops here and not at the bill. */
  readonly limits: { readonly cpu: number; readonly memoryGiB: number };
}

/** A pool whose nodes run the pods of one owner, or of one kind of owner, and no others. */
export interface OwnNodePoolProps extends NodePoolProps {
  /** Name of the pool, of its node class, and value of its nodes' label and taint. */
  readonly name: string;

  /** Hours in which no node goes that could go later. */
  readonly businessHours: BusinessHours;
}

const VOLUME = { volumeType: 'gp3', encrypted: true, deleteOnTermination: true } as const;

/** What all of Karpenter's nodes have in common: image, network, disk, role; and the tags of whoever pays for them. */
export function nodeClass(
  cluster: Pick<ICluster, 'name' | 'nodeInstanceProfileName'>,
  name: string,
  tags: Readonly<Record<string, string>>,
): IEC2NodeClass & KubernetesObject {
  const ofCluster = [{ tags: { 'karpenter.sh/discovery': cluster.name } }];
  return {
    apiVersion: 'karpenter.k8s.aws/v1',
    kind: 'EC2NodeClass',
    metadata: { name },
    spec: {
      amiSelectorTerms: [{ alias: NODE_IMAGE_ALIAS }],
      instanceProfile: cluster.nodeInstanceProfileName,
      subnetSelectorTerms: ofCluster,
      securityGroupSelectorTerms: ofCluster,
      associatePublicIPAddress: false,
      // With prefixes a node holds more pods than its interfaces have addresses, which Karpenter does not count on.
      kubelet: { maxPods: PODS_PER_NODE },
      blockDeviceMappings: [
        // The system, as large as its image, and everything else: images, logs, scratch data.
        { deviceName: '/dev/xvda', ebs: { volumeSize: '4Gi', ...VOLUME } },
        { deviceName: '/dev/xvdb', ebs: { volumeSize: '50Gi', ...VOLUME } },
      ],
      // One hop: pods cannot reach the node's credentials.
      metadataOptions: {
        httpEndpoint: 'enabled',
        httpTokens: 'required',
        httpPutResponseHopLimit: 1,
        httpProtocolIPv6: 'disabled',
      },
      tags: {
        ...tags,
        Name: `${cluster.name}-node`,
        // The EBS CSI driver may attach volumes to instances with this tag only (or of managed node groups):
        // "AmazonEBSCSIDriverEKSClusterScopedPolicy", AWS managed policies.
        'ebs.csi.aws.com/cluster-name': cluster.name,
      },
    },
  };
}

type Budget = NonNullable<NonNullable<INodePool['spec']['disruption']>['budgets']>[number];

/** A new image replaces nodes one by one; everything else at most a tenth at once. */
const BUDGETS: readonly Budget[] = [{ nodes: '10%' }, { nodes: '1', reasons: ['Drifted'] }];

const HOURS_OF_A_DAY = 24;

/**
 * No node goes by choice during business. Empty nodes may: nobody notices. Nodes that expire or that AWS takes back go when
 * they must. Source: "NodePool disruption budgets", https://karpenter.sh/docs/concepts/disruption/
 */
const duringBusiness = ({ startHourUtc, hours }: BusinessHours): Budget => ({
  nodes: '0',
  reasons: ['Drifted', 'Underutilized'],
  schedule: `0 ${String(startHourUtc % HOURS_OF_A_DAY)} * * mon-fri`,
  duration: `${String(hours)}h`,
});

function pool(
  props: NodePoolProps & { readonly name: string },
  taints: NonNullable<INodePool['spec']['template']['spec']['taints']>,
  budgets: readonly Budget[],
): INodePool & KubernetesObject {
  const { name, architecture, capacityTypes, limits } = props;
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name },
    spec: {
      template: {
        metadata: { labels: { [NODE_POOL_KEY]: name } },
        spec: {
          nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name },
          ...(taints.length > 0 && { taints }),
          requirements: [
            { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
            { key: 'kubernetes.io/arch', operator: 'In', values: [architecture] },
            { key: 'karpenter.sh/capacity-type', operator: 'In', values: [...capacityTypes] },
            // All of these can give pods security groups of their own.
            { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c', 'm', 'r'] },
            { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: ['5'] },
            // Smaller ones lose too much to daemons; bigger ones take too many pods with them.
            { key: 'karpenter.k8s.aws/instance-cpu', operator: 'In', values: ['4', '8', '16', '32'] },
          ],
          // Two weeks: no node outlives a patch for long. Pods that refuse to leave are ended after an hour.
          expireAfter: '336h',
          terminationGracePeriod: '1h',
        },
      },
      limits: { cpu: String(limits.cpu), memory: `${String(limits.memoryGiB)}Gi` },
      disruption: {
        consolidationPolicy: 'WhenEmptyOrUnderutilized',
        consolidateAfter: '5m',
        budgets: [...budgets],
      },
    },
  };
}

/** Nodes for pods that ask for none in particular, without a taint. */
export const openNodePool = (
  props: NodePoolProps & { readonly name: string },
): INodePool & KubernetesObject => pool(props, [], BUDGETS);

/** Nodes that only pods which tolerate the pool's taint may use. */
export const ownNodePool = (props: OwnNodePoolProps): INodePool & KubernetesObject =>
  pool(
    props,
    [{ key: NODE_POOL_KEY, value: props.name, effect: 'NoSchedule' }],
    [...BUDGETS, duringBusiness(props.businessHours)],
  );
