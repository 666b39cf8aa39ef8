import type { Construct } from 'constructs';

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
  /** Security group that all pods of tenants carry beside one of their own: DNS and AWS out, gateways and probes in. */
  readonly workloadSecurityGroupId: string;
  /** Role that nodes launched by Karpenter take. */
  readonly nodeRoleName: string;
  readonly nodeRoleArn: string;
  /** Instance profile with that role, which node classes name: Karpenter may make no profiles of its own. */
  readonly nodeInstanceProfileName: string;
  /** Queue of spot, health and rebalance events that Karpenter drains nodes on. */
  readonly interruptionQueueName: string;
}

/** Who opens connections: what holds a security group of its own. */
export interface IConnectable {
  /** Stable name of the peer among all that reach the same thing; part of construct ids, so it can never change. */
  readonly peerName: string;
  readonly securityGroupId: string;
  /**
   * Whether the security group lets the traffic out already: because it lets all out, as that of an EKS cluster does, or
   * has a rule for all that the peer calls. If not, a grant adds the outgoing rule too.
   */
  readonly openEgress: boolean;
}

/** An IAM role that something runs as, made in the stack that grants it something. */
export interface IRole extends Construct {
  readonly name: string;
}

/** A PostgreSQL database. Nobody reaches it until a peer is allowed and a role may connect. */
export interface IDatabase {
  /** Host of the writer. */
  readonly endpoint: string;
  /** Host of the readers, which may lag behind by some milliseconds. */
  readonly readerEndpoint: string;
  readonly port: number;
  readonly databaseName: string;
  /** Security group of what listens at the endpoints. */
  readonly securityGroupId: string;
  /** What IAM policies for `rds-db:connect` name: the resource id of what listens at the endpoints. */
  readonly connectResourceId: string;
  /** Key that encrypts the data. */
  readonly keyArn: string;

  /** Lets a peer's connections through. Asking twice changes nothing. */
  allowFrom(peer: IConnectable): void;

  /** Lets a role log in as a database user, with tokens of its own and no password. Once a role and user. */
  grantConnect(role: IRole, dbUser: string): void;
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

/** Who a role is in a cell's cache: one user, without a password. IAM checks both the cache and the user. */
export interface CacheLogin {
  readonly cache: Pick<ICache, 'endpoint' | 'port' | 'replicationGroupId' | 'replicationGroupArn'>;
  /** Id of the user, which is also the name it connects with. */
  readonly userId: string;
  readonly userArn: string;
}

/** Lets a role connect to a cache as one user of it, and as nobody else. */
export const connectStatement = ({ cache, userArn }: CacheLogin) => ({
  sid: 'ConnectToCache',
  effect: 'Allow',
  actions: ['elasticache:Connect'],
  resources: [cache.replicationGroupArn, userArn],
});
