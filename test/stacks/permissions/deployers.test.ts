import { MANAGED_POLICIES_PER_ROLE, MANAGED_POLICY_MAX } from '../../../constructs/access/deployer-role';
import { packStatements, policyJson, type Statement } from '../../../constructs/access/statement';
import type { Placement } from '../../../constructs/core/placement';
import { CELL_GROUPS, PLATFORM_GROUPS } from '../../../stacks/deployer-permissions';
import { allows, type Request } from '../../support/iam';
import { HOME, testPlatform, USE1A } from '../fixture';

const platform = testPlatform({ dns: { domain: 'bulkhead.example' } });
/** Before names of groups of the platform, where cells have one of the same name. */
const PLATFORMS = "the platform's ";
const PLATFORM_NAMES = Object.keys(PLATFORM_GROUPS).map((group) =>
  group in CELL_GROUPS ? `${PLATFORMS}${group}` : group,
);
const of = (group: string, placement: Placement = USE1A, config = platform): readonly Statement[] => {
  const permissions = CELL_GROUPS[group] ?? PLATFORM_GROUPS[group.replace(PLATFORMS, '')];
  if (!permissions) throw new Error(`no group ${group}`);
  return permissions(placement, config);
};
const GROUPS: Readonly<Record<string, readonly Statement[]>> = Object.fromEntries([
  ...PLATFORM_NAMES.map((group) => [group, of(group, HOME)] as const),
  ...Object.keys(CELL_GROUPS).map((group) => [group, of(group)] as const),
]);
type Row = readonly [group: string, action: string, resource: string, context?: Request['context']];

const tags = (where: 'Request' | 'Resource', { environment, cell }: Placement): Record<string, string> => ({
  [`aws:${where}Tag/platform`]: 'bulkhead',
  [`aws:${where}Tag/environment`]: environment,
  [`aws:${where}Tag/cell`]: cell ?? 'shared',
  [`aws:${where}Tag/tier`]: 'shared',
  [`aws:${where}Tag/tenant`]: 'shared',
});
const OTHER_CELL: Placement = { ...USE1A, cell: 'use1b' };
const DEV: Placement = { ...USE1A, environment: 'dev' };

const own = tags('Resource', USE1A);
/** Of the cell, but a dedicated tenant's. */
const acmes = { ...own, 'aws:ResourceTag/tier': 'enterprise', 'aws:ResourceTag/tenant': 'acme' };
const asOwn = tags('Request', USE1A);
const here = { 'aws:RequestedRegion': 'us-east-1' };
const boundary = 'arn:aws:iam::222222222222:policy/bulkhead-prod-use1a-boundary';
const bounded = { 'iam:PermissionsBoundary': boundary };

const ec2 = (resource: string, account = '222222222222'): string =>
  `arn:aws:ec2:us-east-1:${account}:${resource}`;
const role = (name: string, account = '222222222222'): string => `arn:aws:iam::${account}:role/${name}`;
const policy = (name: string): string => `arn:aws:iam::222222222222:policy/${name}`;
const parameter = (name: string, account = '222222222222'): string =>
  `arn:aws:ssm:us-east-1:${account}:parameter/${name}`;
const key = (account = '222222222222', region = 'us-east-1'): string =>
  `arn:aws:kms:${region}:${account}:key/0a1b2c3d-0000-4000-8000-000000000000`;
const alias = (name: string, account = '222222222222'): string =>
  `arn:aws:kms:us-east-1:${account}:alias/${name}`;
const eks = (resource: string): string => `arn:aws:eks:us-east-1:222222222222:${resource}`;
const table = (name: string, region = 'us-east-1'): string =>
  `arn:aws:dynamodb:${region}:111111111111:table/${name}`;
const cache = (resource: string): string => `arn:aws:elasticache:us-east-1:222222222222:${resource}`;
const encrypted = {
  'elasticache:AtRestEncryptionEnabled': 'true',
  'elasticache:TransitEncryptionEnabled': 'true',
};
const logs = (name: string): string => `arn:aws:logs:us-east-1:222222222222:log-group:${name}`;

const DELIVERY = `${PLATFORMS}delivery`;
const CONNECTION = platform.delivery.connection;
const ARTIFACTS = 'arn:aws:s3:::bulkhead-prod-artifacts-111111111111-us-east-1';
const home = (service: string, resource: string, region = 'us-east-1'): string =>
  `arn:aws:${service}:${region}:111111111111:${resource}`;

const MAY: readonly Row[] = [
  ['registry', 'dynamodb:CreateTable', table('bulkhead-prod-tenants')],
  ['registry', 'dynamodb:UpdateTable', table('bulkhead-prod-tenants')],
  ['registry', 'dynamodb:UpdateContinuousBackups', table('bulkhead-prod-tenants', 'eu-west-1')],
  ['registry', 'dynamodb:CreateTableReplica', table('bulkhead-prod-tenants')],
  ['registry', 'kms:CreateKey', '*', { ...tags('Request', HOME), ...here }],
  ['registry', 'kms:CreateKey', '*', { ...tags('Request', HOME), 'aws:RequestedRegion': 'eu-west-1' }],
  ['registry', 'kms:EnableKeyRotation', key('111111111111'), tags('Resource', HOME)],
  ['registry', 'kms:CreateAlias', alias('bulkhead-prod-tenants', '111111111111')],
  [
    'registry',
    'kms:CreateGrant',
    key('111111111111', 'eu-west-1'),
    {
      ...tags('Resource', HOME),
      'kms:GrantIsForAWSResource': 'true',
      'kms:ViaService': 'dynamodb.eu-west-1.amazonaws.com',
    },
  ],
  ['registry', 'ssm:PutParameter', parameter('bulkhead/prod/registry', '111111111111')],

  [DELIVERY, 'ecr:CreateRepository', home('ecr', 'repository/bulkhead/prod/web')],
  [DELIVERY, 'ecr:SetRepositoryPolicy', home('ecr', 'repository/bulkhead/prod/web', 'eu-west-1')],
  [DELIVERY, 'ecr:PutReplicationConfiguration', '*', here],
  [
    DELIVERY,
    'cloudformation:UpdateStack',
    home('cloudformation', 'stack/bulkhead-prod-image-signing/0a1b2c3d'),
  ],
  [DELIVERY, 'codepipeline:UpdatePipeline', home('codepipeline', 'bulkhead-prod-web-contract')],
  [
    DELIVERY,
    'codebuild:UpdateProject',
    home('codebuild', 'project/bulkhead-prod-build-web'),
    tags('Request', HOME),
  ],
  [
    DELIVERY,
    'codeconnections:PassConnection',
    CONNECTION,
    { 'codeconnections:PassedToService': 'codepipeline.amazonaws.com' },
  ],
  [DELIVERY, 's3:PutObject', `${ARTIFACTS}/programs/${'0'.repeat(64)}/index.js`],
  [DELIVERY, 's3:PutObject', `${ARTIFACTS}/contracts/web.zip`],
  [
    DELIVERY,
    'iam:CreateRole',
    role('bulkhead-prod-pipeline-web', '111111111111'),
    { 'iam:PermissionsBoundary': 'arn:aws:iam::111111111111:policy/bulkhead-prod-boundary' },
  ],
  [
    DELIVERY,
    'iam:PassRole',
    role('bulkhead-prod-build-web', '111111111111'),
    { 'iam:PassedToService': 'codebuild.amazonaws.com' },
  ],
  [
    DELIVERY,
    'scheduler:CreateSchedule',
    home('scheduler', 'schedule/bulkhead-prod-delivery/bulkhead-prod-x'),
  ],
  [DELIVERY, 'sns:Subscribe', home('sns', 'bulkhead-prod-releases')],
  [DELIVERY, 'events:PutTargets', home('events', 'rule/bulkhead-prod-release-ended')],

  ['network', 'ec2:CreateVpc', ec2('vpc/*'), asOwn],
  ['network', 'ec2:CreateTags', ec2('vpc/*'), { ...asOwn, 'ec2:CreateAction': 'CreateVpc' }],
  ['network', 'ec2:CreateSubnet', ec2('subnet/*'), asOwn],
  ['network', 'ec2:CreateSubnet', ec2('vpc/vpc-1'), own],
  ['network', 'ec2:CreateSubnetCidrReservation', ec2('subnet/subnet-1'), own],
  ['network', 'ec2:CreateNatGateway', ec2('natgateway/*'), asOwn],
  ['network', 'ec2:CreateNatGateway', ec2('elastic-ip/eipalloc-1'), own],
  ['network', 'ec2:CreateFlowLogs', ec2('vpc-flow-log/*'), asOwn],
  ['network', 'ec2:CreateFlowLogs', ec2('vpc/vpc-1'), own],
  ['network', 'ec2:DeleteVpc', ec2('vpc/vpc-1'), own],
  ['network', 'ec2:DescribeVpcs', '*', here],
  ['network', 'ec2:CreateTags', ec2('subnet/subnet-1'), { ...own, 'aws:RequestTag/Name': 'public-1' }],
  ['network', 'ec2:CreateTags', ec2('security-group/sg-default'), asOwn],
  ['network', 'ec2:RevokeSecurityGroupIngress', ec2('security-group/sg-default'), own],
  ['network', 'ec2:DeleteTags', ec2('subnet/subnet-1'), { ...own, 'aws:TagKeys': ['Name'] }],
  ['network', 'logs:CreateLogGroup', logs('bulkhead-prod-use1a-flow-logs')],
  ['network', 'logs:PutRetentionPolicy', logs('bulkhead-prod-use1a-flow-logs:*')],
  ['network', 'iam:CreateRole', role('bulkhead-prod-use1a-flow-logs'), bounded],
  [
    'network',
    'iam:PassRole',
    role('bulkhead-prod-use1a-flow-logs'),
    { 'iam:PassedToService': 'vpc-flow-logs.amazonaws.com' },
  ],
  ['network', 'ssm:PutParameter', parameter('bulkhead/prod/use1a/network')],

  ['cluster', 'eks:CreateCluster', '*', { ...asOwn, ...here, 'eks:authenticationMode': 'API' }],
  ['cluster', 'eks:UpdateClusterVersion', eks('cluster/bulkhead-prod-use1a')],
  ['cluster', 'eks:CreateAccessEntry', eks('cluster/bulkhead-prod-use1a')],
  ['cluster', 'eks:DeleteNodegroup', eks('nodegroup/bulkhead-prod-use1a/system/abc')],
  ['cluster', 'eks:UpdateAddon', eks('addon/bulkhead-prod-use1a/vpc-cni/abc')],
  ['cluster', 'ssm:GetParameter', parameter('bulkhead/prod/use1a/network')],
  ['cluster', 'ssm:PutParameter', parameter('bulkhead/prod/use1a/cluster')],
  ['cluster', 'sqs:CreateQueue', 'arn:aws:sqs:us-east-1:222222222222:bulkhead-prod-use1a-interruption'],
  ['cluster', 'events:PutRule', 'arn:aws:events:us-east-1:222222222222:rule/bulkhead-prod-use1a-spot'],
  ['cluster', 'iam:CreateRole', role('bulkhead-prod-use1a-karpenter'), bounded],
  [
    'cluster',
    'iam:AttachRolePolicy',
    role('bulkhead-prod-use1a-node'),
    { ...bounded, 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore' },
  ],
  [
    'cluster',
    'iam:PassRole',
    role('bulkhead-prod-use1a-node'),
    { 'iam:PassedToService': 'eks.amazonaws.com' },
  ],
  ['cluster', 'logs:CreateLogGroup', logs('/aws/eks/bulkhead-prod-use1a/cluster')],

  ['addons', 'eks:DescribeCluster', eks('cluster/bulkhead-prod-use1a')],
  ['addons', 'ssm:GetParameter', parameter('bulkhead/prod/use1a/cluster')],
  ['addons', 'ssm:GetParameter', parameter('bulkhead/prod/use1a/network')],
  ['addons', 'ssm:PutParameter', parameter('bulkhead/prod/use1a/addons')],
  ['addons', 'iam:CreateRole', role('bulkhead-prod-use1a-addons-keda'), bounded],
  ['addons', 'eks:CreatePodIdentityAssociation', eks('cluster/bulkhead-prod-use1a')],
  ['addons', 'aps:CreateWorkspace', '*', { ...asOwn, ...here }],
  ['addons', 'kms:GenerateDataKey', key(), { ...own, 'kms:ViaService': 'aps.us-east-1.amazonaws.com' }],

  [
    'cache',
    'elasticache:CreateReplicationGroup',
    cache('replicationgroup:bulkhead-prod-use1a-cache'),
    encrypted,
  ],
  ['cache', 'elasticache:ModifyReplicationGroup', cache('replicationgroup:bulkhead-prod-use1a-cache')],
  [
    'cache',
    'elasticache:ModifyReplicationGroupShardConfiguration',
    cache('replicationgroup:bulkhead-prod-use1a-cache'),
  ],
  [
    'cache',
    'elasticache:CreateUser',
    cache('user:bulkhead-prod-use1a-svc-starter-api'),
    { 'elasticache:UserAuthenticationMode': 'iam' },
  ],
  ['cache', 'elasticache:ModifyUser', cache('user:bulkhead-prod-use1a-svc-starter-api')],
  ['cache', 'elasticache:ModifyUserGroup', cache('usergroup:bulkhead-prod-use1a-cache')],
  ['cache', 'ec2:CreateSecurityGroup', ec2('security-group/*'), asOwn],
  ['cache', 'ec2:CreateSecurityGroup', ec2('vpc/vpc-1'), own],
  ['cache', 'logs:CreateLogGroup', logs('/aws/vendedlogs/elasticache/bulkhead-prod-use1a-cache-slow-log')],
  [
    'cache',
    'kms:CreateGrant',
    key(),
    {
      ...own,
      'kms:GrantIsForAWSResource': 'true',
      'kms:ViaService': 'elasticache.us-east-1.amazonaws.com',
    },
  ],
  ['cache', 'ssm:GetParameter', parameter('bulkhead/prod/use1a/cluster')],
];

const MAY_NOT: readonly Row[] = [
  // The registry keeps its data, and knows nothing of state and cells.
  ['registry', 'dynamodb:DeleteTable', table('bulkhead-prod-tenants')],
  ['registry', 'kms:ScheduleKeyDeletion', key('111111111111'), tags('Resource', HOME)],
  ['registry', 'dynamodb:UpdateTable', table('bulkhead-prod-tenants-archive')],
  ['registry', 'dynamodb:UpdateTable', table('bulkhead-dev-tenants')],
  ['registry', 'dynamodb:UpdateTable', table('bulkhead-prod-tenants', 'ap-south-1')],
  [
    'registry',
    'kms:PutKeyPolicy',
    key('111111111111'),
    { ...tags('Resource', HOME), 'kms:ResourceAliases': ['alias/bulkhead-prod-state'] },
  ],
  ['registry', 'kms:UpdateAlias', alias('bulkhead-prod-state', '111111111111')],
  ['registry', 'kms:PutKeyPolicy', key('111111111111'), tags('Resource', USE1A)],
  ['registry', 'ssm:PutParameter', parameter('bulkhead/prod/use1a/network', '111111111111')],
  [
    'registry',
    's3:GetObject',
    'arn:aws:s3:::bulkhead-prod-state-111111111111-us-east-1/prod/registry.tfstate',
  ],
  ['registry', 'iam:CreateRole', role('bulkhead-prod-anything', '111111111111'), bounded],

  // Who deploys the pipelines releases nothing, and keeps what was released.
  [DELIVERY, 'codepipeline:StartPipelineExecution', home('codepipeline', 'bulkhead-prod-api')],
  [DELIVERY, 'codepipeline:PutApprovalResult', home('codepipeline', 'bulkhead-prod-api/x-window/open')],
  [DELIVERY, 'codebuild:StartBuild', home('codebuild', 'project/bulkhead-prod-build-api')],
  [DELIVERY, 'ecr:PutImage', home('ecr', 'repository/bulkhead/prod/api')],
  [DELIVERY, 'ecr:BatchDeleteImage', home('ecr', 'repository/bulkhead/prod/api')],
  [DELIVERY, 'ecr:DeleteRepository', home('ecr', 'repository/bulkhead/prod/api')],
  [DELIVERY, 'ecr:CreateRepository', home('ecr', 'repository/bulkhead/dev/api')],
  [DELIVERY, 'ecr:CreateRepository', home('ecr', 'repository/bulkhead/prod/api', 'ap-south-1')],
  [DELIVERY, 'signer:CancelSigningProfile', home('signer', '/signing-profiles/bulkhead_prod_images')],
  [DELIVERY, 's3:PutObject', `${ARTIFACTS}/bulkhead-prod-api/Built/0a1b2c`],
  [DELIVERY, 's3:DeleteBucket', ARTIFACTS],
  [DELIVERY, 's3:GetObject', 'arn:aws:s3:::bulkhead-prod-state-111111111111-us-east-1/prod/delivery.tfstate'],
  [DELIVERY, 'lambda:InvokeFunction', home('lambda', 'function:bulkhead-prod-maintenance-window')],
  [
    DELIVERY,
    'codeconnections:PassConnection',
    CONNECTION,
    { 'codeconnections:PassedToService': 'codebuild.amazonaws.com' },
  ],
  [DELIVERY, 'codeconnections:UseConnection', CONNECTION],
  [
    DELIVERY,
    'iam:CreateRole',
    role('bulkhead-prod-administrator', '111111111111'),
    { 'iam:PermissionsBoundary': 'arn:aws:iam::111111111111:policy/bulkhead-prod-boundary' },
  ],
  [DELIVERY, 'iam:CreateRole', role('bulkhead-prod-pipeline-web', '111111111111'), bounded],
  [
    DELIVERY,
    'kms:PutKeyPolicy',
    key('111111111111'),
    { ...tags('Resource', HOME), 'kms:ResourceAliases': ['alias/bulkhead-prod-state'] },
  ],
  [DELIVERY, 'kms:ScheduleKeyDeletion', key('111111111111'), tags('Resource', HOME)],

  // The network of one cell leaves everything else alone.
  ['network', 'ec2:DeleteVpc', ec2('vpc/vpc-1'), tags('Resource', OTHER_CELL)],
  ['network', 'ec2:DeleteVpc', ec2('vpc/vpc-1'), tags('Resource', DEV)],
  ['network', 'ec2:DeleteVpc', ec2('vpc/vpc-1')],
  ['network', 'ec2:RevokeSecurityGroupIngress', ec2('security-group/sg-1'), acmes],
  ['network', 'ec2:CreateVpc', ec2('vpc/*')],
  ['network', 'ec2:CreateVpc', ec2('vpc/*'), tags('Request', OTHER_CELL)],
  ['network', 'ec2:CreateSubnet', ec2('vpc/vpc-1'), { ...tags('Resource', OTHER_CELL), ...asOwn }],
  ['network', 'ec2:CreateTags', ec2('subnet/subnet-1'), { ...tags('Resource', OTHER_CELL), ...asOwn }],
  ['network', 'ec2:CreateTags', ec2('subnet/subnet-1'), { ...own, ...tags('Request', OTHER_CELL) }],
  ['network', 'ec2:CreateTags', ec2('subnet/subnet-1'), asOwn],
  ['network', 'ec2:DeleteTags', ec2('subnet/subnet-1'), { ...own, 'aws:TagKeys': ['Name', 'cell'] }],
  ['network', 'ec2:RevokeSecurityGroupIngress', ec2('security-group/sg-1')],
  ['network', 'ec2:DescribeVpcs', '*', { 'aws:RequestedRegion': 'eu-west-1' }],
  ['network', 'ec2:RunInstances', ec2('instance/*'), asOwn],
  ['network', 'eks:DescribeCluster', eks('cluster/bulkhead-prod-use1a')],
  ['network', 'ssm:PutParameter', parameter('bulkhead/prod/use1a/cluster')],

  // The cluster cannot be made with the old way in, and is not deployed into another's name.
  [
    'cluster',
    'eks:CreateCluster',
    '*',
    { ...asOwn, ...here, 'eks:authenticationMode': 'API_AND_CONFIG_MAP' },
  ],
  [
    'cluster',
    'eks:CreateCluster',
    '*',
    { ...asOwn, 'eks:authenticationMode': 'API', 'aws:RequestedRegion': 'eu-west-1' },
  ],
  ['cluster', 'eks:UpdateClusterVersion', eks('cluster/bulkhead-prod-use1ab')],
  ['cluster', 'eks:UpdateClusterVersion', eks('cluster/bulkhead-dev-use1a')],
  ['cluster', 'eks:DeleteCluster', eks('cluster/bulkhead-prod-use1a')],
  ['cluster', 'kms:Decrypt', key(), own],
  ['cluster', 'kms:ScheduleKeyDeletion', key(), own],
  ['cluster', 'kms:PutKeyPolicy', key(), tags('Resource', OTHER_CELL)],
  ['cluster', 'kms:PutKeyPolicy', key(), acmes],
  ['cluster', 'ssm:PutParameter', parameter('bulkhead/prod/use1a/network')],
  ['cluster', 'sqs:DeleteQueue', 'arn:aws:sqs:us-east-1:222222222222:bulkhead-prod-use1ab-karpenter'],

  // Add-ons use the cluster, and leave it as it is.
  ['addons', 'eks:UpdateClusterConfig', eks('cluster/bulkhead-prod-use1a')],
  ['addons', 'eks:CreateAccessEntry', eks('cluster/bulkhead-prod-use1a')],
  ['addons', 'iam:CreateRole', role('bulkhead-prod-use1a-node'), bounded],
  ['addons', 'iam:PutRolePolicy', role('bulkhead-prod-use1a-karpenter'), bounded],
  ['addons', 'kms:Decrypt', key(), own],
  [
    'addons',
    'aps:UpdateLoggingConfiguration',
    'arn:aws:aps:us-east-1:222222222222:workspace/ws-1',
    tags('Resource', OTHER_CELL),
  ],

  // The cache keeps its data and its encryption, and nobody gets a password for it.
  ['cache', 'elasticache:DeleteReplicationGroup', cache('replicationgroup:bulkhead-prod-use1a-cache')],
  ['cache', 'elasticache:DeleteSnapshot', cache('snapshot:bulkhead-prod-use1a-cache-final')],
  ['cache', 'elasticache:CreateReplicationGroup', cache('replicationgroup:bulkhead-prod-use1a-cache')],
  [
    'cache',
    'elasticache:CreateReplicationGroup',
    cache('replicationgroup:bulkhead-prod-use1a-cache'),
    { ...encrypted, 'elasticache:TransitEncryptionEnabled': 'false' },
  ],
  [
    'cache',
    'elasticache:CreateReplicationGroup',
    cache('replicationgroup:bulkhead-prod-use1b-cache'),
    encrypted,
  ],
  [
    'cache',
    'elasticache:ModifyReplicationGroup',
    cache('replicationgroup:bulkhead-prod-use1a-cache'),
    { 'elasticache:TransitEncryptionEnabled': 'false' },
  ],
  [
    'cache',
    'elasticache:CreateUser',
    cache('user:bulkhead-prod-use1a-svc-starter-api'),
    { 'elasticache:UserAuthenticationMode': 'password' },
  ],
  ['cache', 'elasticache:CreateUser', cache('user:bulkhead-prod-use1a-svc-starter-api')],
  [
    'cache',
    'elasticache:ModifyUser',
    cache('user:bulkhead-prod-use1a-svc-starter-api'),
    { 'elasticache:UserAuthenticationMode': 'no-password-required' },
  ],
  ['cache', 'elasticache:ModifyUser', cache('user:bulkhead-prod-use1b-svc-starter-api')],
  ['cache', 'elasticache:ModifyUserGroup', cache('usergroup:bulkhead-prod-use1b-cache')],
  ['cache', 'elasticache:Connect', cache('user:bulkhead-prod-use1a-svc-starter-api')],
  ['cache', 'ec2:DeleteVpc', ec2('vpc/vpc-1'), own],
  ['cache', 'kms:Decrypt', key(), own],
];

const may = ([group, action, resource, context]: Row): boolean =>
  allows(GROUPS[group] ?? [], { action, resource, ...(context && { context }) });

describe('a deployer may do what its stacks need', () => {
  for (const row of MAY) {
    it(`${row[0]} may ${row[1]} on ${row[2]}`, () => {
      expect(may(row)).toBe(true);
    });
  }
});

describe('a deployer may do nothing else', () => {
  for (const row of MAY_NOT) {
    it(`${row[0]} may not ${row[1]} on ${row[2]}, ${JSON.stringify(row[3] ?? {})}`, () => {
      expect(may(row)).toBe(false);
    });
  }
});

describe('nobody can deploy his way to more permissions', () => {
  const everything = { ...own, ...asOwn, ...here };
  const ROWS: readonly (readonly [
    what: string,
    action: string,
    resource: string,
    context?: Request['context'],
  ])[] = [
    ['a role without boundary', 'iam:CreateRole', role('bulkhead-prod-use1a-node')],
    [
      'a role with another boundary',
      'iam:CreateRole',
      role('bulkhead-prod-use1a-node'),
      { 'iam:PermissionsBoundary': policy('wide') },
    ],
    ['a role with a foreign name', 'iam:CreateRole', role('administrator'), bounded],
    ['a policy on a role without boundary', 'iam:PutRolePolicy', role('bulkhead-prod-use1a-node')],
    ['removal of a boundary', 'iam:DeleteRolePermissionsBoundary', role('bulkhead-prod-use1a-node'), bounded],
    [
      'another boundary',
      'iam:PutRolePermissionsBoundary',
      role('bulkhead-prod-use1a-node'),
      { 'iam:PermissionsBoundary': policy('wide') },
    ],
    ['a new version of the boundary', 'iam:CreatePolicyVersion', boundary],
    ['an end of the boundary', 'iam:DeletePolicy', boundary],
    [
      'the trust of a deployer',
      'iam:UpdateAssumeRolePolicy',
      role('bulkhead-prod-use1a-deploy-cluster'),
      bounded,
    ],
    ['the policies of a deployer', 'iam:CreatePolicyVersion', policy('bulkhead-prod-use1a-deploy-cluster-1')],
    [
      'more policies on a deployer',
      'iam:AttachRolePolicy',
      role('bulkhead-prod-use1a-deploy-cluster'),
      { ...bounded, 'iam:PolicyARN': policy('bulkhead-prod-use1a-x') },
    ],
    [
      'the trust of a state role',
      'iam:UpdateAssumeRolePolicy',
      role('bulkhead-prod-use1a-state-cluster'),
      bounded,
    ],
    [
      'a deployer passed to a service',
      'iam:PassRole',
      role('bulkhead-prod-use1a-deploy-cluster'),
      { 'iam:PassedToService': 'ec2.amazonaws.com' },
    ],
    [
      'a role passed to any service',
      'iam:PassRole',
      role('bulkhead-prod-use1a-node'),
      { 'iam:PassedToService': 'lambda.amazonaws.com' },
    ],
    [
      'AdministratorAccess',
      'iam:AttachRolePolicy',
      role('bulkhead-prod-use1a-node'),
      { ...bounded, 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AdministratorAccess' },
    ],
    ['a step into another role', 'sts:AssumeRole', role('administrator')],
    ['a user', 'iam:CreateUser', 'arn:aws:iam::222222222222:user/bulkhead-prod-use1a-x'],
  ];

  for (const [what, action, resource, context] of ROWS) {
    it(`refuses every deployer ${what} by ${action}`, () => {
      const groups = Object.keys(GROUPS).filter((group) =>
        may([group, action, resource, { ...everything, ...context }]),
      );
      expect(groups).toEqual([]);
    });
  }
});

describe('policies fit what IAM takes', () => {
  const LONGEST: Placement = {
    ...USE1A,
    platform: 'a-platform-named',
    environment: 'staging',
    cell: 'abcdefgh',
    region: 'ap-southeast-1',
  };
  const domain = [...Array<string>(3).fill('a'.repeat(63)), 'example'].join('.');
  const named = testPlatform({ dns: { domain } });

  it.each(Object.keys(GROUPS))(
    '%s needs no more policies than a role may have, with the longest names',
    (group) => {
      const placement = PLATFORM_NAMES.includes(group) ? { ...LONGEST, ...HOME } : LONGEST;
      const parts = packStatements(of(group, placement, named), MANAGED_POLICY_MAX);
      expect(parts.length).toBeLessThanOrEqual(MANAGED_POLICIES_PER_ROLE);
      for (const part of parts) expect(policyJson(part).length).toBeLessThanOrEqual(MANAGED_POLICY_MAX);
    },
  );
});
