import type { IEC2NodeClass } from '@kubernetes-models/karpenter/karpenter.k8s.aws/v1/EC2NodeClass';
import type { INodePool } from '@kubernetes-models/karpenter/karpenter.sh/v1/NodePool';
import type { KubernetesObject } from '../../core/chart';
import type { ICluster } from '../../core/interfaces';
import { PODS_PER_NODE } from '../../core/pod-density';
import { SYSTEM_POOL } from '../system-pool';
import { NODE_IMAGE_ALIAS } from './versions';

export interface NodePoolProps {
  /** Processor of the nodes. Images must be built for it. */
  readonly architecture: 'arm64' | 'amd64';

  /** How instances are bought. Karpenter prefers the cheaper. */
  readonly capacityTypes: readonly ('on-demand' | 'spot')[];

  /** Most that all nodes together may have: vCPUs, and memory in GiB. A runaway deployment stops here and not at the bill. */
  readonly limits: { readonly cpu: number; readonly memoryGiB: number };
}

/** Name of the EC2NodeClass that every node pool may use. */
const NODE_CLASS = 'default';

/** Name of the pool for workloads that ask for no other, and value of its nodes' label. */
const GENERAL_POOL = 'general';

const VOLUME = { volumeType: 'gp3', encrypted: true, deleteOnTermination: true } as const;

/** What all of Karpenter's nodes have in common: image, network, disk, role and tags. */
export function nodeClass(
  cluster: ICluster,
  tags: Readonly<Record<string, string>>,
): IEC2NodeClass & KubernetesObject {
  const ofCluster = [{ tags: { 'karpenter.sh/discovery': cluster.name } }];
  return {
    apiVersion: 'karpenter.k8s.aws/v1',
    kind: 'EC2NodeClass',
    metadata: { name: NODE_CLASS },
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

/** Nodes for workloads that ask for none in particular. */
export function generalNodePool(props: NodePoolProps): INodePool & KubernetesObject {
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name: GENERAL_POOL },
    spec: {
      template: {
        metadata: { labels: { [SYSTEM_POOL.label.key]: GENERAL_POOL } },
        spec: {
          nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: NODE_CLASS },
          requirements: [
            { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
            { key: 'kubernetes.io/arch', operator: 'In', values: [props.architecture] },
            { key: 'karpenter.sh/capacity-type', operator: 'In', values: [...props.capacityTypes] },
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
      limits: { cpu: String(props.limits.cpu), memory: `${String(props.limits.memoryGiB)}Gi` },
      disruption: {
        consolidationPolicy: 'WhenEmptyOrUnderutilized',
        consolidateAfter: '5m',
        // A new image replaces nodes one by one; everything else at most a tenth at once.
        budgets: [{ nodes: '10%' }, { nodes: '1', reasons: ['Drifted'] }],
      },
    },
  };
}
