import { Contract } from '../constructs/core/contract';

/** What the `registry` stack publishes: where tenants are found. `constructs/registry/tenant-item.ts` says what is found. */
export const registryContract = new Contract(1, {
  /** The same name in the home region and in every replica region. */
  tableName: 'string',
  tableArn: 'string',
  /** Index of the tenants of a cell or of a shard. */
  byShardIndex: 'string',
  /** Stream of all changes, in the home region. */
  streamArn: 'string',
  homeRegion: 'string',
  replicaRegions: 'string[]',
});

/** What the `network` stack publishes: an `INetwork`, and the cell's names. */
export const networkContract = new Contract(1, {
  vpcId: 'string',
  cidr: 'string',
  zones: 'string[]',
  publicSubnetIds: 'string[]',
  privateSubnetIds: 'string[]',
  isolatedSubnetIds: 'string[]',
  endpointSecurityGroupId: 'string',
  /** Public DNS zone of the cell, and its name without a final dot. */
  zoneId: 'string',
  zoneName: 'string',
});

/** What the `cluster` stack publishes: an `ICluster`. */
export const clusterContract = new Contract(1, {
  name: 'string',
  arn: 'string',
  endpoint: 'string',
  certificateAuthority: 'string',
  kubernetesVersion: 'string',
  securityGroupId: 'string',
  workloadSecurityGroupId: 'string',
  nodeRoleName: 'string',
  nodeRoleArn: 'string',
  nodeInstanceProfileName: 'string',
  interruptionQueueName: 'string',
});

/** What a cell's `delivery` stack publishes. */
export const cellDeliveryContract = new Contract(1, {
  /** Security group of what operates on tenants, which databases and the cache let in. */
  operationsSecurityGroupId: 'string',
});

/** What the `cache` stack publishes: an `ICache`. */
export const cacheContract = new Contract(1, {
  endpoint: 'string',
  port: 'string',
  securityGroupId: 'string',
  replicationGroupId: 'string',
  replicationGroupArn: 'string',
  userGroupId: 'string',
  keyArn: 'string',
});

/** What the `addons` stack publishes. */
export const addonsContract = new Contract(1, {
  metricsWorkspaceId: 'string',
  metricsWorkspaceArn: 'string',
  /** Base URL of the workspace's API, ending in a slash. */
  metricsEndpoint: 'string',
  podLogGroup: 'string',
  /** Namespace in which the proxies of gateways run. */
  gatewayNamespace: 'string',
  /** Namespace of jobs that change databases, and the security group of its pods, which databases let in. */
  migrationNamespace: 'string',
  migrationSecurityGroupId: 'string',
});

/** What the `data` stack publishes: what all databases of a cell share. */
export const dataContract = new Contract(1, {
  postgresVersion: 'string',
  clusterParameterGroup: 'string',
  instanceParameterGroup: 'string',
  subnetGroup: 'string',
  monitoringRoleArn: 'string',
});

/** What each `data-shard-<n>` stack publishes. With it `ImportedDatabase` grants access to the shard. */
export const shardContract = new Contract(1, {
  /** Hosts of the shard's proxy: the writer's, and the readers'. */
  endpoint: 'string',
  readerEndpoint: 'string',
  port: 'string',
  databaseName: 'string',
  /** Security group of the proxy. */
  securityGroupId: 'string',
  /** The proxy's resource id, which policies for `rds-db:connect` name. */
  connectResourceId: 'string',
  /** The cluster behind the proxy, for migrations, which run as `bulkhead_migrator` and not through the proxy. */
  clusterEndpoint: 'string',
  clusterSecurityGroupId: 'string',
  clusterResourceId: 'string',
  keyArn: 'string',
  /** Database users of the pooled tiers. */
  logins: 'string[]',
  /** Most tenants that may be placed here. */
  maxTenants: 'string',
});

/** What the `identity` stack publishes: who issues tokens, for gateways that check them and clients that get them. */
export const identityContract = new Contract(1, {
  userPoolId: 'string',
  userPoolArn: 'string',
  /** `iss` of every token. */
  issuer: 'string',
  jwksUri: 'string',
  /** Client of the web application. */
  webClientId: 'string',
  /** Where people sign in and machines get tokens, without https:// before it. */
  signInDomain: 'string',
  accessTokenMinutes: 'string',
  refreshAfterMinutes: 'string',
});

/** What the `gateway` stack publishes. */
export const gatewayContract = new Contract(1, {
  /** Host names of the fleets, which tenants' names lead to. */
  sharedHostname: 'string',
  enterpriseHostname: 'string',
  /** Log group in which requests are searched by tenant. */
  accessLogGroup: 'string',
  /** Bucket and Athena workgroup of the history of requests. */
  historyBucket: 'string',
  historyWorkgroup: 'string',
  /** Lambda function that decides what load is shed. */
  loadLevelFunctionArn: 'string',
});

/** What each `tier-<tier>` stack publishes: an `ITier`. */
export const tierContract = new Contract(1, {
  tier: 'string',
  namespace: 'string',
  nodePool: 'string',
  priorityClass: 'string',
});

/** What each `tenant-<id>` stack publishes: where the tenant is, for gateways, releases and whoever onboards it. */
export const tenantContract = new Contract(1, {
  tenant: 'string',
  namespace: 'string',
  /** Host name. */
  hostname: 'string',
  databaseEndpoint: 'string',
  databaseReaderEndpoint: 'string',
  databaseName: 'string',
  /** Database user of the services. */
  databaseUser: 'string',
  /** The cluster, for migrations. */
  clusterEndpoint: 'string',
  clusterResourceId: 'string',
  cachePrefix: 'string',
  /** Beginning of the names of secrets and parameters. */
  secretPath: 'string',
  keyArn: 'string',
  /** Client of the tenant's machines, and the name of the secret that holds its id and secret. */
  machineClientId: 'string',
  machineSecretName: 'string',
  /** Client for the people of the customer's own identity provider. Empty text where there is none. */
  webClientId: 'string',
  /** API calls per second. */
  rateLimitPerSecond: 'string',
});
