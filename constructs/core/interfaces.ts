/**
 * What features know of one another. A feature takes these as props, so it works the same whether it stands in the
 * stack of what it needs or reads that stack's contract.
 */

/** A cell's network. Subnet lists have one entry a zone, in the order of `zones`. */
export interface INetwork {
  readonly vpcId: string;
  readonly cidr: string;
  readonly zones: readonly string[];
  /** Load balancers and NAT gateways live here. */
  readonly publicSubnetIds: readonly string[];
  /** Nodes and pods live here; outgoing traffic passes NAT. */
  readonly privateSubnetIds: readonly string[];
  /** Databases and caches live here; there is no route out. */
  readonly isolatedSubnetIds: readonly string[];
  /** Security group of the VPC's interface endpoints. Empty text where the network has none. */
  readonly endpointSecurityGroupId: string;
}

/** A cell's Kubernetes cluster. */
export interface ICluster {
  readonly name: string;
  readonly arn: string;
  /** URL of the API server. */
  readonly endpoint: string;
  /** Certificate authority of the API server, PEM in base64. */
  readonly certificateAuthority: string;
  readonly kubernetesVersion: string;
  /** Security group that EKS puts on the control plane and on managed nodes. */
  readonly securityGroupId: string;
  /** Role that nodes launched by Karpenter take. */
  readonly nodeRoleName: string;
  readonly nodeRoleArn: string;
  /** Instance profile with that role, which node classes name: Karpenter may make no profiles of its own. */
  readonly nodeInstanceProfileName: string;
  /** Queue of spot, health and rebalance events that Karpenter drains nodes on. */
  readonly interruptionQueueName: string;
}

/** What opens connections: the security group of its network interfaces, and a name for it. A cluster is one. */
export interface IPeer {
  readonly name: string;
  readonly securityGroupId: string;
}

/** A cell's distributed cache. */
export interface ICache {
  /** Host name at which clients of the cluster begin; it tells them the nodes. TLS only. */
  readonly endpoint: string;
  /** TCP port, as text. */
  readonly port: string;
  readonly securityGroupId: string;
  /** Name of the cache, which IAM authentication signs. */
  readonly replicationGroupId: string;
  readonly replicationGroupArn: string;
  /** Group that users join to get in. */
  readonly userGroupId: string;
  /** Key that encrypts the cache and its snapshots. */
  readonly keyArn: string;
}
