import * as fs from 'node:fs';
import * as path from 'node:path';
import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { CognitoUserPool } from '@cdktf/provider-aws/lib/cognito-user-pool';
import { CognitoUserPoolClient } from '@cdktf/provider-aws/lib/cognito-user-pool-client';
import { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones';
import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region';
import { DataAwsSsmParameter } from '@cdktf/provider-aws/lib/data-aws-ssm-parameter';
import { DbProxy } from '@cdktf/provider-aws/lib/db-proxy';
import { DbSubnetGroup } from '@cdktf/provider-aws/lib/db-subnet-group';
import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table';
import { EksAccessEntry } from '@cdktf/provider-aws/lib/eks-access-entry';
import { EksAddon } from '@cdktf/provider-aws/lib/eks-addon';
import { EksCluster } from '@cdktf/provider-aws/lib/eks-cluster';
import { EksNodeGroup } from '@cdktf/provider-aws/lib/eks-node-group';
import { EksPodIdentityAssociation } from '@cdktf/provider-aws/lib/eks-pod-identity-association';
import { ElasticacheReplicationGroup } from '@cdktf/provider-aws/lib/elasticache-replication-group';
import { ElasticacheUser } from '@cdktf/provider-aws/lib/elasticache-user';
import { ElasticacheUserGroup } from '@cdktf/provider-aws/lib/elasticache-user-group';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { Lb } from '@cdktf/provider-aws/lib/lb';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { RdsCluster } from '@cdktf/provider-aws/lib/rds-cluster';
import { RdsClusterInstance } from '@cdktf/provider-aws/lib/rds-cluster-instance';
import { RdsClusterParameterGroup } from '@cdktf/provider-aws/lib/rds-cluster-parameter-group';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { Release } from '@cdktf/provider-helm/lib/release';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { ResourceQuotaV1 } from '@cdktf/provider-kubernetes/lib/resource-quota-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { App, AssetType, Fn, S3Backend, TerraformAsset, TerraformOutput, TerraformStack, Token } from 'cdktf';

/** What a test may change between two rehearsals of the same platform. */
export interface Variation {
  /** Tag on the database cluster. */
  readonly owner?: string;
  /** Name of the first database, which can never change in place. */
  readonly databaseName?: string;
  /** Whether the database may be deleted. */
  readonly disposable?: boolean;
}

/**
 * Synthesizes a small platform that uses the constructs a real one uses: contracts as SSM parameters, policy
 * documents, roles to assume, S3 state, cluster credentials by command, a chart as an asset.
 *
 * Stacks: network ─► cluster ─► addons; network ─► data, cache; identity on its own.
 */
export function synthesizePlatform(outdir: string, variation: Variation = {}): void {
  fs.mkdirSync(outdir, { recursive: true });
  const app = new App({ outdir });
  const network = networkStack(app);
  const cluster = clusterStack(app);
  cluster.addDependency(network);
  const addons = addonsStack(app, outdir);
  addons.addDependency(cluster);
  const data = dataStack(app, variation);
  data.addDependency(network);
  const cache = cacheStack(app);
  cache.addDependency(network);
  identityStack(app);
  app.synth();
}

function stackWithAws(app: App, name: string): TerraformStack {
  const stack = new TerraformStack(app, name);
  new S3Backend(stack, { bucket: 'bulkhead-state', key: `${name}.tfstate`, region: 'us-east-1' });
  new AwsProvider(stack, 'aws', {
    region: 'us-east-1',
    assumeRole: [{ roleArn: 'arn:aws:iam::444455556666:role/deploy' }],
    defaultTags: [{ tags: { platform: 'bulkhead' } }],
  });
  return stack;
}

function publish(stack: TerraformStack, name: string, values: Record<string, unknown>): void {
  new SsmParameter(stack, 'contract', {
    name: `/test/${name}`,
    type: 'String',
    insecureValue: Fn.jsonencode(values),
  });
}

function contract(stack: TerraformStack, name: string, key: string): string {
  const found = stack.node.tryFindChild(`contract-${name}`) as DataAwsSsmParameter | undefined;
  const parameter = found ?? new DataAwsSsmParameter(stack, `contract-${name}`, { name: `/test/${name}` });
  return Token.asString(Fn.lookup(Fn.jsondecode(parameter.insecureValue), key, ''));
}

function networkStack(app: App): TerraformStack {
  const stack = stackWithAws(app, 'network');
  const zones = new DataAwsAvailabilityZones(stack, 'zones', { state: 'available' });
  const vpc = new Vpc(stack, 'vpc', {
    cidrBlock: '10.0.0.0/16',
    enableDnsHostnames: true,
    tags: { Name: 'main' },
  });
  const subnets = [0, 1, 2].map(
    (index) =>
      new Subnet(stack, `subnet-${String(index)}`, {
        vpcId: vpc.id,
        cidrBlock: `10.0.${String(index)}.0/24`,
        availabilityZone: Fn.element(zones.names, index),
      }),
  );
  const group = new SecurityGroup(stack, 'group', {
    name: 'inside',
    vpcId: vpc.id,
    egress: [{ fromPort: 0, toPort: 0, protocol: '-1', cidrBlocks: ['0.0.0.0/0'] }],
  });
  new VpcSecurityGroupIngressRule(stack, 'rule', {
    securityGroupId: group.id,
    ipProtocol: 'tcp',
    fromPort: 5432,
    toPort: 5432,
    cidrIpv4: vpc.cidrBlock,
  });
  new Lb(stack, 'lb', {
    name: 'edge',
    loadBalancerType: 'network',
    subnets: subnets.map(({ id }) => id),
    enableDeletionProtection: false,
  });
  publish(stack, 'network', { vpcId: vpc.id, subnetIds: subnets.map(({ id }) => id), groupId: group.id });
  new TerraformOutput(stack, 'vpc-arn', { value: vpc.arn });
  return stack;
}

function clusterStack(app: App): TerraformStack {
  const stack = stackWithAws(app, 'cluster');
  const trust = new DataAwsIamPolicyDocument(stack, 'trust', {
    statement: [
      {
        actions: ['sts:AssumeRole', 'sts:TagSession'],
        principals: [{ type: 'Service', identifiers: ['eks.amazonaws.com'] }],
      },
    ],
  });
  const role = new IamRole(stack, 'role', { name: 'cluster', assumeRolePolicy: trust.json });
  const nodes = new IamRole(stack, 'nodes', { name: 'nodes', assumeRolePolicy: trust.json });
  new IamRolePolicy(stack, 'nodes-policy', {
    role: nodes.name,
    name: 'pull',
    policy: new DataAwsIamPolicyDocument(stack, 'pull', {
      statement: [{ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }],
    }).json,
  });
  const key = new KmsKey(stack, 'key', { enableKeyRotation: true });
  const cluster = new EksCluster(stack, 'cluster', {
    name: 'main',
    roleArn: role.arn,
    version: '1.33',
    accessConfig: { authenticationMode: 'API' },
    encryptionConfig: { provider: { keyArn: key.arn }, resources: ['secrets'] },
    vpcConfig: {
      subnetIds: Fn.tolist(contract(stack, 'network', 'subnetIds')),
      endpointPrivateAccess: true,
    },
  });
  new EksAddon(stack, 'cni', { clusterName: cluster.name, addonName: 'vpc-cni' });
  new EksNodeGroup(stack, 'system', {
    clusterName: cluster.name,
    nodeGroupName: 'system',
    nodeRoleArn: nodes.arn,
    subnetIds: cluster.vpcConfig.subnetIds,
    scalingConfig: { desiredSize: 2, minSize: 2, maxSize: 3 },
  });
  new EksAccessEntry(stack, 'admin', { clusterName: cluster.name, principalArn: role.arn });
  new EksPodIdentityAssociation(stack, 'pod', {
    clusterName: cluster.name,
    namespace: 'kube-system',
    serviceAccount: 'cni',
    roleArn: nodes.arn,
  });
  publish(stack, 'cluster', {
    name: cluster.name,
    endpoint: cluster.endpoint,
    ca: cluster.certificateAuthority.get(0).data,
    issuer: cluster.identity.get(0).oidc.get(0).issuer,
  });
  return stack;
}

function addonsStack(app: App, outdir: string): TerraformStack {
  const stack = stackWithAws(app, 'addons');
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: 'aws',
    args: ['eks', 'get-token', '--cluster-name', 'main'],
  };
  const access = {
    host: contract(stack, 'cluster', 'endpoint'),
    clusterCaCertificate: Fn.base64decode(contract(stack, 'cluster', 'ca')),
  };
  new KubernetesProvider(stack, 'kubernetes', { ...access, exec: [exec] });
  new HelmProvider(stack, 'helm', { kubernetes: { ...access, exec } });
  const namespace = new NamespaceV1(stack, 'namespace', {
    metadata: { name: 'tenant-a', labels: { tier: 'starter' } },
  });
  const name = namespace.metadata.name;
  new NetworkPolicyV1(stack, 'deny', {
    metadata: { name: 'deny-all', namespace: name },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  });
  new ResourceQuotaV1(stack, 'quota', {
    metadata: { name: 'quota', namespace: name },
    spec: { hard: { pods: '10' } },
  });
  new ServiceAccountV1(stack, 'account', { metadata: { name: 'app', namespace: name } });
  const chart = path.join(outdir, '..', 'chart');
  fs.mkdirSync(path.join(chart, 'templates'), { recursive: true });
  fs.writeFileSync(path.join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: objects\nversion: 0.1.0\n');
  const asset = new TerraformAsset(stack, 'chart', { path: chart, type: AssetType.DIRECTORY });
  new Release(stack, 'objects', {
    name: 'objects',
    namespace: name,
    chart: `./${asset.path}`,
    values: ['a: 1'],
  });
  new Release(stack, 'keda', {
    name: 'keda',
    namespace: name,
    chart: 'keda',
    repository: 'https://kedacore.github.io/charts',
    version: '2.16.0',
    set: [{ name: 'replicas', value: '2' }],
  });
  return stack;
}

function dataStack(app: App, { owner, databaseName, disposable }: Variation): TerraformStack {
  const stack = stackWithAws(app, 'data');
  const subnets = new DbSubnetGroup(stack, 'subnets', {
    name: 'shard-1',
    subnetIds: Fn.tolist(contract(stack, 'network', 'subnetIds')),
  });
  const parameters = new RdsClusterParameterGroup(stack, 'parameters', {
    name: 'shard-1',
    family: 'aurora-postgresql16',
    parameter: [{ name: 'rds.force_ssl', value: '1' }],
  });
  const cluster = new RdsCluster(stack, 'cluster', {
    clusterIdentifier: 'shard-1',
    engine: 'aurora-postgresql',
    databaseName: databaseName ?? 'tenants',
    masterUsername: 'admin',
    manageMasterUserPassword: true,
    storageEncrypted: true,
    deletionProtection: disposable !== true,
    skipFinalSnapshot: disposable === true,
    ...(disposable === true ? {} : { finalSnapshotIdentifier: 'shard-1-final' }),
    dbSubnetGroupName: subnets.name,
    dbClusterParameterGroupName: parameters.name,
    serverlessv2ScalingConfiguration: { minCapacity: 0.5, maxCapacity: 4 },
    tags: { owner: owner ?? 'platform' },
  });
  const instance = new RdsClusterInstance(stack, 'writer', {
    clusterIdentifier: cluster.id,
    identifier: 'shard-1-a',
    engine: cluster.engine,
    instanceClass: 'db.serverless',
  });
  new DbProxy(stack, 'proxy', {
    name: 'shard-1',
    engineFamily: 'POSTGRESQL',
    roleArn: 'arn:aws:iam::444455556666:role/proxy',
    vpcSubnetIds: subnets.subnetIds,
    auth: [
      { authScheme: 'SECRETS', iamAuth: 'REQUIRED', secretArn: cluster.masterUserSecret.get(0).secretArn },
    ],
  });
  new DynamodbTable(stack, 'registry', {
    name: 'registry',
    billingMode: 'PAY_PER_REQUEST',
    hashKey: 'tenant',
    attribute: [{ name: 'tenant', type: 'S' }],
    deletionProtectionEnabled: disposable !== true,
    pointInTimeRecovery: { enabled: true },
  });
  publish(stack, 'data', { endpoint: cluster.endpoint, writer: instance.endpoint, port: cluster.port });
  return stack;
}

function cacheStack(app: App): TerraformStack {
  const stack = stackWithAws(app, 'cache');
  const user = new ElasticacheUser(stack, 'user', {
    userId: 'starter',
    userName: 'starter',
    engine: 'valkey',
    accessString: 'on ~starter:* +@all',
    authenticationMode: { type: 'iam' },
  });
  const users = new ElasticacheUserGroup(stack, 'users', {
    userGroupId: 'tiers',
    engine: 'valkey',
    userIds: [user.userId],
  });
  const cache = new ElasticacheReplicationGroup(stack, 'cache', {
    replicationGroupId: 'main',
    description: 'shared cache',
    engine: 'valkey',
    nodeType: 'cache.t4g.small',
    numNodeGroups: 2,
    replicasPerNodeGroup: 1,
    automaticFailoverEnabled: true,
    transitEncryptionEnabled: true,
    userGroupIds: [users.userGroupId],
    securityGroupIds: [contract(stack, 'network', 'groupId')],
  });
  publish(stack, 'cache', { endpoint: cache.configurationEndpointAddress });
  return stack;
}

function identityStack(app: App): TerraformStack {
  const stack = stackWithAws(app, 'identity');
  const pool = new CognitoUserPool(stack, 'pool', {
    name: 'tenants',
    deletionProtection: 'INACTIVE',
    schema: [{ name: 'tenant', attributeDataType: 'String', mutable: true }],
  });
  new CognitoUserPoolClient(stack, 'client', { name: 'api', userPoolId: pool.id, generateSecret: true });
  const bucket = new S3Bucket(stack, 'bucket', { bucket: 'bulkhead-audit' });
  new S3BucketVersioningA(stack, 'versioning', {
    bucket: bucket.id,
    versioningConfiguration: { status: 'Enabled' },
  });
  new S3BucketPublicAccessBlock(stack, 'private', {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new S3BucketServerSideEncryptionConfigurationA(stack, 'encryption', {
    bucket: bucket.id,
    rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms' } }],
  });
  const queue = new SqsQueue(stack, 'queue', { name: 'events', kmsMasterKeyId: 'alias/aws/sqs' });
  const rule = new CloudwatchEventRule(stack, 'rule', {
    name: 'sign-up',
    eventPattern: JSON.stringify({ source: ['tenants'] }),
  });
  new CloudwatchEventTarget(stack, 'target', { rule: rule.name, arn: queue.arn });
  new CloudwatchLogGroup(stack, 'logs', { name: '/bulkhead/identity', retentionInDays: 30 });
  const caller = new DataAwsCallerIdentity(stack, 'caller', {});
  const region = new DataAwsRegion(stack, 'region', {});
  const partition = new DataAwsPartition(stack, 'partition', {});
  new TerraformOutput(stack, 'where', {
    value: `${partition.partition}/${caller.accountId}/${region.region}`,
  });
  new TerraformOutput(stack, 'queue-arn', { value: queue.arn });
  new TerraformOutput(stack, 'pool-endpoint', { value: pool.endpoint });
  return stack;
}
