import { SYSTEM_POOL } from '../core/system-pool';

/** An environment variable takes text only, so numbers and booleans are in quotes. */
type Flag = 'true' | 'false';

/**
 * Settings of the VPC CNI add-on that are used here, of those that
 * `aws eks describe-addon-configuration --addon-name vpc-cni` lists.
 */
export interface VpcCniConfiguration {
  readonly enableNetworkPolicy: Flag;
  readonly env: {
    readonly ENABLE_PREFIX_DELEGATION: Flag;
    readonly WARM_PREFIX_TARGET: string;
    readonly ENABLE_POD_ENI: Flag;
    readonly POD_SECURITY_GROUP_ENFORCING_MODE: 'standard' | 'strict';
    readonly AWS_VPC_K8S_CNI_EXTERNALSNAT: Flag;
    readonly NETWORK_POLICY_ENFORCING_MODE: 'standard' | 'strict';
  };
}

export const VPC_CNI: VpcCniConfiguration = {
  // Without it a NetworkPolicy is accepted and does nothing.
  enableNetworkPolicy: 'true',
  env: {
    // Addresses in blocks of 16: more pods a node, fewer EC2 calls (see the decision record on pod addressing).
    ENABLE_PREFIX_DELEGATION: 'true',
    WARM_PREFIX_TARGET: '1',
    // Lets pods have security groups of their own, for example to reach one tenant's database. Works beside prefixes
    // (such pods take a branch interface instead) and, in standard mode, beside network policies and kubelet probes.
    ENABLE_POD_ENI: 'true',
    POD_SECURITY_GROUP_ENFORCING_MODE: 'standard',
    // NAT gateways translate addresses. Were nodes to do it too, flow logs and security groups would see the node.
    AWS_VPC_K8S_CNI_EXTERNALSNAT: 'true',
    // Strict would cut off every pod that no policy selects, CoreDNS and this platform's controllers among them.
    NETWORK_POLICY_ENFORCING_MODE: 'standard',
  },
};

interface Toleration {
  readonly key: string;
  readonly operator: 'Exists';
  readonly effect?: 'NoSchedule' | 'NoExecute';
}

/** Where a system pod may run: on system nodes only. */
interface Placement {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
}

const ON_SYSTEM_NODES: Placement = {
  nodeSelector: { [SYSTEM_POOL.label.key]: SYSTEM_POOL.label.value },
  tolerations: [{ key: SYSTEM_POOL.taint.key, operator: 'Exists' }],
};

/** Settings of the CoreDNS add-on that are used here. */
export interface CoreDnsConfiguration extends Placement {
  readonly autoScaling: {
    readonly enabled: boolean;
    readonly minReplicas: number;
    readonly maxReplicas: number;
  };
  readonly topologySpreadConstraints: readonly {
    readonly maxSkew: number;
    readonly topologyKey: string;
    readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
    readonly labelSelector: { readonly matchLabels: Readonly<Record<string, string>> };
  }[];
}

export const CORE_DNS: CoreDnsConfiguration = {
  ...ON_SYSTEM_NODES,
  // EKS adds replicas with nodes and cores; two survive the loss of one.
  autoScaling: { enabled: true, minReplicas: 2, maxReplicas: 10 },
  topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  })),
};

/** Settings of the EBS CSI driver add-on that are used here. */
export interface EbsCsiConfiguration {
  readonly controller: Placement & {
    /** Tags of every volume that the driver makes. */
    readonly extraVolumeTags: Readonly<Record<string, string>>;
  };
}

export const ebsCsi = (volumeTags: Readonly<Record<string, string>>): EbsCsiConfiguration => ({
  controller: { ...ON_SYSTEM_NODES, extraVolumeTags: volumeTags },
});
