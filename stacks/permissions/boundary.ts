import type { Statement } from '../../constructs/access/statement';
import { cacheUserPrefix } from '../../constructs/cache/cache-user';
import { nameIn } from '../../constructs/core/naming';
import type { Placement } from '../../constructs/core/placement';
import { SHARED } from '../../constructs/core/tags';
import { actionRolePattern } from '../../constructs/delivery/names';
import { gatewayNamespace } from '../../constructs/gateway/load-sources';
import { TENANT_FUNCTIONS } from './identity';
import { iamArn, inRegion, prefixOf, regionalArn } from './scope';

/**
 * What workloads of a cell do, by who does it. Patterns such as `Describe*` are as fine as a boundary needs: it grants
 * nothing, each role's own policy does. A workload that needs more has it added here first, by an administrator.
 */
const WORKLOADS: Readonly<Record<string, readonly string[]>> = {
  // Control plane, nodes, Karpenter, VPC CNI, EBS CSI driver, AWS Load Balancer Controller.
  Cluster: [
    'acm:DescribeCertificate',
    'acm:ListCertificates',
    'arc-zonal-shift:GetManagedResource',
    'ec2:AssignPrivateIpAddresses',
    'ec2:AttachNetworkInterface',
    'ec2:AttachVolume',
    'ec2:AuthorizeSecurityGroupIngress',
    'ec2:CopyVolumes',
    'ec2:CreateFleet',
    'ec2:CreateLaunchTemplate',
    'ec2:CreateNetworkInterface',
    'ec2:CreateNetworkInterfacePermission',
    'ec2:CreateSecurityGroup',
    'ec2:CreateSnapshot',
    'ec2:CreateTags',
    'ec2:CreateVolume',
    'ec2:DeleteLaunchTemplate',
    'ec2:DeleteNetworkInterface',
    'ec2:DeleteSecurityGroup',
    'ec2:DeleteSnapshot',
    'ec2:DeleteTags',
    'ec2:DeleteVolume',
    'ec2:Describe*',
    'ec2:DetachNetworkInterface',
    'ec2:DetachVolume',
    'ec2:EnableFastSnapshotRestores',
    'ec2:Get*',
    'ec2:ModifyInstanceAttribute',
    'ec2:ModifyNetworkInterfaceAttribute',
    'ec2:ModifyVolume',
    'ec2:RevokeSecurityGroupIngress',
    'ec2:RunInstances',
    'ec2:TerminateInstances',
    'ec2:UnassignPrivateIpAddresses',
    'ecr:BatchCheckLayerAvailability',
    'ecr:BatchGetImage',
    'ecr:BatchImportUpstreamImage',
    'ecr:GetAuthorizationToken',
    'ecr:GetDownloadUrlForLayer',
    'eks-auth:AssumeRoleForPodIdentity',
    'eks:Describe*',
    'eks:List*',
    // Load balancers cost money and hold no data, and their controller's own policy names each action.
    'elasticloadbalancing:*',
  ],
  // Session Manager on nodes; logs and metrics of everything.
  Telemetry: [
    'aps:Get*',
    'aps:List*',
    'aps:QueryMetrics',
    'aps:RemoteWrite',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetMetricData',
    'cloudwatch:PutMetricData',
    'firehose:PutRecord*',
    'logs:Create*',
    'logs:Describe*',
    'logs:PutLogEvents',
    'logs:PutRetentionPolicy',
    'logs:TagResource',
    'ssm:Describe*',
    'ssm:Get*',
    'ssm:List*',
    'ssm:PutComplianceItems',
    'ssm:PutInventory',
    'ssm:UpdateInstance*',
    // Four actions, all of them the channel of Session Manager.
    'ssmmessages:*',
    'xray:Put*',
  ],
  Data: [
    'dynamodb:*Item*',
    'dynamodb:Describe*',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:Query',
    'dynamodb:Scan',
    'elasticache:Connect',
    'kms:CreateGrant',
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:Encrypt',
    'kms:GenerateDataKey*',
    'kms:ReEncrypt*',
    'rds-db:connect',
    's3:AbortMultipartUpload',
    's3:DeleteObject',
    's3:GetBucketLocation',
    's3:GetBucketVersioning',
    's3:GetObject',
    's3:GetObjectVersion',
    's3:ListBucket*',
    's3:PutObject',
    'secretsmanager:BatchGetSecretValue',
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
    'secretsmanager:ListSecrets',
    'sqs:*Message*',
    'sqs:GetQueue*',
  ],
};

/** What AWS Backup does with databases, in the cell's region and in the one that gets copies. */
const BACKUPS = [
  'backup:CopyFromBackupVault',
  'backup:CopyIntoBackupVault',
  'backup:DescribeBackupVault',
  'backup:TagResource',
  'kms:CreateGrant',
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey*',
  'kms:ReEncrypt*',
  'rds:AddTagsToResource',
  'rds:CopyDBClusterSnapshot',
  'rds:CreateDBClusterSnapshot',
  // Of what a test has restored. Databases of the platform have deletion protection.
  'rds:DeleteDBCluster',
  'rds:DeleteDBClusterSnapshot',
  'rds:DeleteDBInstance',
  'rds:Describe*',
  'rds:ListTagsForResource',
  'rds:RestoreDBClusterFromSnapshot',
  'tag:GetResources',
] as const;

/**
 * The most that any role made by a cell's deployers may ever do: what workloads need, in the cell's region, never in
 * another cell, and never with deployment itself.
 *
 * @param copyRegion second region of the backups
 * @param registryTableArn copy of the tenant registry that the cell reads, in whichever account and region
 */
export function boundaryStatements(
  placement: Placement,
  copyRegion?: string,
  registryTableArn?: string,
): readonly Statement[] {
  const prefix = prefixOf(placement);
  const { platform, environment, cell } = placement;
  const everything = {
    effect: 'Deny',
    // All actions on all resources, because these refuse; the conditions pick what.
    actions: ['*'],
    resources: ['*'],
  } as const;
  return [
    ...Object.entries(WORKLOADS).map(([sid, actions]) => ({
      sid,
      actions,
      // Which of the cell's queues, secrets or volumes is for a role's own policy to say.
      resources: ['*'],
      conditions: [inRegion(placement)],
    })),
    {
      sid: 'Backups',
      actions: BACKUPS,
      // Snapshots get names from AWS Backup, and what is restored gets names at random.
      resources: ['*'],
      conditions: [
        {
          test: 'StringEquals',
          variable: 'aws:RequestedRegion',
          values: [placement.region, ...(copyRegion === undefined ? [] : [copyRegion])],
        },
      ],
    },
    {
      sid: 'TenantFunctions',
      // Clients and providers of dedicated tenants, by the functions that make them and by no other role.
      actions: [
        'cognito-idp:*IdentityProvider',
        'cognito-idp:*UserPoolClient*',
        'secretsmanager:PutSecretValue',
      ],
      // Which pool and which secrets is for the functions' own policies to say.
      resources: ['*'],
      conditions: [
        inRegion(placement),
        {
          test: 'ArnEquals',
          variable: 'aws:PrincipalArn',
          values: TENANT_FUNCTIONS.map((name) =>
            iamArn(placement, `role/${nameIn(placement, 'iamRole', name)}`),
          ),
        },
      ],
    },
    {
      sid: 'Pipelines',
      // Starting what delivers, by the roles that pipelines of the home account take and by no other.
      actions: ['codebuild:BatchGetBuilds', 'codebuild:StartBuild'],
      // Which project is for the roles' own policies to say.
      resources: ['*'],
      conditions: [
        inRegion(placement),
        { test: 'ArnLike', variable: 'aws:PrincipalArn', values: [actionRolePattern(placement)] },
      ],
    },
    ...(registryTableArn === undefined ? [] : readsElsewhere(placement, registryTableArn)),
    {
      sid: 'Prices',
      // Price lists are public and have no resource; they are served from a few regions only.
      actions: ['pricing:GetProducts'],
      resources: ['*'],
    },
    {
      sid: 'NodeRoles',
      actions: ['iam:PassRole'],
      resources: [iamArn(placement, `role/${prefix}-*`)],
      conditions: [{ test: 'StringEquals', variable: 'iam:PassedToService', values: ['ec2.amazonaws.com'] }],
    },
    {
      sid: 'NodeProfiles',
      // Karpenter starts nodes with a profile that the cluster's deployer made.
      actions: ['iam:GetInstanceProfile'],
      resources: [iamArn(placement, `instance-profile/${prefix}-*`)],
    },
    {
      sid: 'ListProfiles',
      // IAM knows no resource for this action. It returns names.
      actions: ['iam:ListInstanceProfiles'],
      resources: ['*'],
    },
    {
      sid: 'ServiceLinkedRoles',
      actions: ['iam:CreateServiceLinkedRole'],
      resources: ['elasticloadbalancing', 'spot'].map((service) =>
        iamArn(placement, `role/aws-service-role/${service}.amazonaws.com/*`),
      ),
    },
    {
      ...everything,
      sid: 'NoOtherCell',
      conditions: [
        { test: 'Null', variable: 'aws:ResourceTag/cell', values: ['false'] },
        {
          test: 'StringNotEquals',
          variable: 'aws:ResourceTag/cell',
          values: [...(cell === undefined ? [] : [cell]), SHARED],
        },
      ],
    },
    {
      ...everything,
      sid: 'NoOtherEnvironment',
      conditions: [
        { test: 'StringEquals', variable: 'aws:ResourceTag/platform', values: [platform] },
        { test: 'StringNotEquals', variable: 'aws:ResourceTag/environment', values: [environment] },
      ],
    },
    {
      sid: 'NoState',
      effect: 'Deny',
      // All actions of S3, because this refuses.
      actions: ['s3:*'],
      resources: [`arn:aws:s3:::${platform}-${environment}-state-*`],
    },
    {
      sid: 'NoLoadMetrics',
      effect: 'Deny',
      // Calls are counted by CloudWatch Logs itself. Whoever could add some would have tenants shed.
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: [
        { test: 'StringEquals', variable: 'cloudwatch:namespace', values: [gatewayNamespace(placement)] },
      ],
    },
    {
      sid: 'NoPlatformUsersOfCache',
      effect: 'Deny',
      // As one of these, a role of a tenant could take revocations back, or have other tenants shed.
      actions: ['elasticache:Connect'],
      resources: [regionalArn(placement, 'elasticache', `user:${cacheUserPrefix(placement)}-plt-*`)],
      conditions: [
        {
          test: 'ArnNotLike',
          variable: 'aws:PrincipalArn',
          values: ['gateway-*', 'load-level'].map((name) => iamArn(placement, `role/${prefix}-${name}`)),
        },
      ],
    },
    {
      sid: 'NoContracts',
      effect: 'Deny',
      // A workload that could write a contract could lead every later deployment astray.
      actions: ['ssm:DeleteParameter*', 'ssm:PutParameter'],
      resources: [regionalArn(placement, 'ssm', `parameter/${platform}/${environment}/*`)],
    },
  ];
}

/** Reading the registry where it is in another region than the cell. */
function readsElsewhere({ region }: Placement, tableArn: string): readonly Statement[] {
  const [, , , there = '', account = ''] = tableArn.split(':');
  if (there === region) return [];
  return [
    { sid: 'Registry', actions: ['dynamodb:GetItem'], resources: [tableArn] },
    {
      sid: 'RegistryKey',
      actions: ['kms:Decrypt', 'kms:DescribeKey'],
      resources: [`arn:aws:kms:${there}:${account}:key/*`],
      conditions: [
        { test: 'StringEquals', variable: 'kms:ViaService', values: [`dynamodb.${there}.amazonaws.com`] },
      ],
    },
  ];
}
