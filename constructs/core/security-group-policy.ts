import type { KubernetesObject } from './chart';

/**
 * Gives pods of a namespace network interfaces with these security groups, and none of their node's. The kind comes
 * with every EKS cluster; no package has its types: `config/crd/bases` of aws/amazon-vpc-resource-controller-k8s.
 */
export interface SecurityGroupPolicy extends KubernetesObject {
  readonly apiVersion: 'vpcresources.k8s.aws/v1beta1';
  readonly kind: 'SecurityGroupPolicy';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    /** Without labels: every pod of the namespace. Left out it would select none. */
    readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly securityGroups: { readonly groupIds: readonly string[] };
  };
}

/** Security groups of one interface: "Amazon VPC quotas". An account may ask AWS for more; nothing here needs them. */
const MAX_GROUPS = 5;

/** Which pods of a namespace a policy is for. */
export interface PolicyPods {
  /** Name of the policy. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The policy by which pods of a namespace carry these security groups. It takes effect for pods that start after it.
 *
 * @param groupIds 1 to 5 groups, all different; a pod may do what any of them lets it
 * @param pods those with all of these labels; by default every pod of the namespace
 * @throws RangeError when there are fewer or more, or one twice
 */
export function securityGroupPolicy(
  namespace: string,
  groupIds: readonly string[],
  pods?: PolicyPods,
): SecurityGroupPolicy {
  if (groupIds.length < 1 || groupIds.length > MAX_GROUPS) {
    throw new RangeError(
      `groupIds must name 1 to ${String(MAX_GROUPS)} security groups for the pods of ${namespace}, got ${String(groupIds.length)}`,
    );
  }
  if (new Set(groupIds).size < groupIds.length) {
    throw new RangeError(`groupIds must differ for the pods of ${namespace}, got ${groupIds.join(', ')}`);
  }
  return {
    apiVersion: 'vpcresources.k8s.aws/v1beta1',
    kind: 'SecurityGroupPolicy',
    metadata: { name: pods?.name ?? 'pods', namespace },
    spec: {
      podSelector: pods ? { matchLabels: { ...pods.labels } } : {},
      securityGroups: { groupIds: [...groupIds] },
    },
  };
}
