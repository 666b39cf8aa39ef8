import type { Statement } from '../../../constructs/access/statement';
import { CELL_GROUPS } from '../../../stacks/deployer-permissions';
import { allows, type Request } from '../../support/iam';
import { testPlatform, USE1A } from '../fixture';

/** The deployers of tiers and of dedicated tenants, who share a cell with each other and with the cell's own. */

const platform = testPlatform({ dns: { domain: 'bulkhead.example' } });
const of = (group: string): readonly Statement[] => CELL_GROUPS[group]?.(USE1A, platform) ?? [];
const GROUPS = { tier: of('tier'), tenant: of('tenant') };

type Context = NonNullable<Request['context']>;
type Row = readonly [group: keyof typeof GROUPS, action: string, resource: string, context?: Context];

const tags = (where: 'Request' | 'Resource', tier: string, tenant: string, cell = 'use1a'): Context => ({
  [`aws:${where}Tag/platform`]: 'bulkhead',
  [`aws:${where}Tag/environment`]: 'prod',
  [`aws:${where}Tag/cell`]: cell,
  [`aws:${where}Tag/tier`]: tier,
  [`aws:${where}Tag/tenant`]: tenant,
});
const cells = tags('Resource', 'shared', 'shared');
const starters = tags('Resource', 'starter', 'shared');
const enterprises = tags('Resource', 'enterprise', 'shared');
const acmes = tags('Resource', 'enterprise', 'acme');
const others = tags('Resource', 'enterprise', 'acme', 'use1b');
const asStarter = tags('Request', 'starter', 'shared');
const asEnterprise = tags('Request', 'enterprise', 'shared');
const asAcme = tags('Request', 'enterprise', 'acme');
const here = { 'aws:RequestedRegion': 'us-east-1' };

const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:us-east-1:222222222222:${resource}`;
const iam = (resource: string): string => `arn:aws:iam::222222222222:${resource}`;
const bounded = { 'iam:PermissionsBoundary': iam('policy/bulkhead-prod-use1a-boundary') };
const group = arn('ec2', 'security-group/sg-1');
const key = arn('kms', 'key/0a1b2c3d-0000-4000-8000-000000000000');
const cluster = arn('eks', 'cluster/bulkhead-prod-use1a');
const entry = arn('eks', 'access-entry/bulkhead-prod-use1a/role/222222222222/somebody/0a1b');
const identity = arn('eks', 'podidentityassociation/bulkhead-prod-use1a/a-0a1b');
const parameter = (name: string): string => arn('ssm', `parameter/bulkhead/prod/${name}`);
const secret = (name: string): string => arn('secretsmanager', `secret:bulkhead/prod/${name}-a1b2c3`);
const database = arn('rds', 'cluster:bulkhead-prod-use1a-tenant-acme');
const ZONE = 'arn:aws:route53:::hostedzone/Z1';
const named = (name: string, type = 'CNAME'): Context => ({
  'route53:ChangeResourceRecordSetsNormalizedRecordNames': [name],
  'route53:ChangeResourceRecordSetsRecordTypes': [type],
});
const member = (...groups: readonly string[]): Context => ({
  'eks:accessEntryType': 'STANDARD',
  'eks:kubernetesGroups': groups,
});
const proxy = { ...cells, 'aws:ResourceTag/Name': 'bulkhead-prod-use1a-shard-1-proxy' };

const MAY: readonly Row[] = [
  ['tier', 'eks:DescribeCluster', cluster],
  ['tier', 'eks:CreateAccessEntry', cluster, { ...asStarter, ...member('bulkhead:operators:starter') }],
  ['tier', 'eks:CreateAccessEntry', cluster, { ...asEnterprise, ...member('bulkhead:operators:enterprise') }],
  ['tier', 'eks:TagResource', entry, asStarter],
  ['tier', 'eks:DescribeAccessEntry', entry, starters],
  ['tier', 'eks:DeleteAccessEntry', entry, starters],
  ['tier', 'eks:CreatePodIdentityAssociation', cluster, asStarter],
  ['tier', 'eks:UpdatePodIdentityAssociation', identity, starters],
  ['tier', 'ec2:CreateSecurityGroup', arn('ec2', 'security-group/*'), asEnterprise],
  ['tier', 'ec2:CreateSecurityGroup', arn('ec2', 'vpc/vpc-1'), cells],
  ['tier', 'ec2:AuthorizeSecurityGroupEgress', group, starters],
  ['tier', 'ec2:AuthorizeSecurityGroupIngress', group, proxy],
  ['tier', 'ec2:AuthorizeSecurityGroupIngress', arn('ec2', 'security-group-rule/*'), asStarter],
  ['tier', 'ec2:RevokeSecurityGroupIngress', group, proxy],
  ['tier', 'secretsmanager:CreateSecret', secret('use1a/tier-starter/application')],
  [
    'tier',
    'secretsmanager:PutResourcePolicy',
    secret('use1a/tier-starter/application'),
    { 'secretsmanager:BlockPublicPolicy': 'true' },
  ],
  ['tier', 'kms:CreateKey', '*', { ...asStarter, ...here }],
  ['tier', 'kms:CreateAlias', arn('kms', 'alias/bulkhead-prod-use1a-tier/starter')],
  [
    'tier',
    'kms:GenerateDataKey',
    key,
    { ...starters, 'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com' },
  ],
  ['tier', 'iam:CreateRole', iam('role/bulkhead-prod-use1a-tier-starter.api'), bounded],
  [
    'tier',
    'iam:PassRole',
    iam('role/bulkhead-prod-use1a-tier-starter.api'),
    { 'iam:PassedToService': 'pods.eks.amazonaws.com' },
  ],
  ['tier', 'ssm:PutParameter', parameter('use1a/tier-starter')],
  ['tier', 'ssm:GetParameter', parameter('use1a/data-shard-7')],

  ['tenant', 'rds:CreateDBCluster', database],
  ['tenant', 'rds:CreateDBCluster', arn('rds', 'cluster-pg:bulkhead-prod-use1a-postgres17-cluster')],
  ['tenant', 'rds:CreateDBCluster', arn('rds', 'subgrp:bulkhead-prod-use1a-tenant-acme')],
  ['tenant', 'rds:CreateDBSubnetGroup', arn('rds', 'subgrp:bulkhead-prod-use1a-tenant-acme')],
  ['tenant', 'rds:DeleteDBInstance', arn('rds', 'db:bulkhead-prod-use1a-tenant-acme-2')],
  ['tenant', 'rds:CreateDBProxy', '*', { ...asAcme, ...here }],
  ['tenant', 'secretsmanager:CreateSecret', arn('secretsmanager', 'secret:rds!cluster-1')],
  ['tenant', 'secretsmanager:CreateSecret', secret('use1a/tenant-acme/application')],
  ['tenant', 'secretsmanager:DescribeSecret', secret('use1a/tenant-acme/application')],
  ['tenant', 'kms:PutKeyPolicy', key, acmes],
  ['tenant', 'kms:CreateAlias', arn('kms', 'alias/bulkhead-prod-use1a-tenant-acme')],
  ['tenant', 'kms:CreateAlias', arn('kms', 'alias/bulkhead-prod-use1a-tenant/acme')],
  [
    'tenant',
    'kms:CreateGrant',
    key,
    { ...acmes, 'kms:GrantIsForAWSResource': 'true', 'kms:ViaService': 'rds.us-east-1.amazonaws.com' },
  ],
  [
    'tenant',
    'logs:CreateLogGroup',
    arn('logs', 'log-group:/aws/rds/cluster/bulkhead-prod-use1a-tenant-acme/postgresql'),
  ],
  ['tenant', 'ec2:AuthorizeSecurityGroupIngress', group, acmes],
  ['tenant', 'iam:CreateRole', iam('role/bulkhead-prod-use1a-tenant-acme.api'), bounded],
  [
    'tenant',
    'iam:PassRole',
    iam('role/bulkhead-prod-use1a-data-monitoring'),
    { 'iam:PassedToService': 'monitoring.rds.amazonaws.com' },
  ],
  ['tenant', 'eks:CreatePodIdentityAssociation', cluster, asAcme],
  [
    'tenant',
    'elasticache:CreateUser',
    arn('elasticache', 'user:bulkhead-prod-use1a-ten-acme'),
    { 'elasticache:UserAuthenticationMode': 'iam' },
  ],
  ['tenant', 'elasticache:ModifyUserGroup', arn('elasticache', 'usergroup:bulkhead-prod-use1a-cache')],
  ['tenant', 'route53:ChangeResourceRecordSets', ZONE, named('acme.use1a.bulkhead.example')],
  ['tenant', 'route53:GetChange', 'arn:aws:route53:::change/C1'],
  ['tenant', 'ssm:PutParameter', parameter('use1a/tenant-acme')],
  ['tenant', 'ssm:GetParameter', parameter('use1a/tier-enterprise')],
];

const MAY_NOT: readonly Row[] = [
  // Nobody whom a tier admits administers the cluster.
  ['tier', 'eks:CreateAccessEntry', cluster, { ...asStarter, ...member('system:masters') }],
  ['tier', 'eks:CreateAccessEntry', cluster, { ...asStarter, ...member('bulkhead:deployers:tenant') }],
  [
    'tier',
    'eks:CreateAccessEntry',
    cluster,
    { ...asStarter, ...member('bulkhead:operators:starter', 'bulkhead:deployers:tier') },
  ],
  [
    'tier',
    'eks:CreateAccessEntry',
    cluster,
    { ...asStarter, ...member('bulkhead:operators:starter'), 'eks:accessEntryType': 'EC2_LINUX' },
  ],
  ['tier', 'eks:CreateAccessEntry', cluster, member('bulkhead:operators:starter')],
  ['tier', 'eks:CreateAccessEntry', cluster, { ...asStarter, 'eks:accessEntryType': 'STANDARD' }],
  [
    'tier',
    'eks:CreateAccessEntry',
    arn('eks', 'cluster/bulkhead-prod-use1b'),
    { ...asStarter, ...member('bulkhead:operators:starter') },
  ],
  ['tier', 'eks:UpdateAccessEntry', entry, { ...starters, ...member('bulkhead:operators:starter') }],
  ['tier', 'eks:AssociateAccessPolicy', entry, starters],
  // The entries of administrators and deployers are the cell's.
  ['tier', 'eks:DeleteAccessEntry', entry, cells],
  ['tier', 'eks:DeleteAccessEntry', entry],
  ['tier', 'eks:TagResource', entry, { ...cells, ...asStarter }],
  ['tier', 'eks:TagResource', entry, { ...starters, ...tags('Request', 'starter', 'acme') }],
  ['tier', 'eks:UntagResource', entry, { ...starters, 'aws:TagKeys': ['tenant'] }],
  ['tier', 'eks:DeletePodIdentityAssociation', identity, cells],
  ['tier', 'eks:UpdatePodIdentityAssociation', identity, acmes],
  // Of the cell's security groups it opens the shards' proxies, and nothing else.
  ['tier', 'ec2:AuthorizeSecurityGroupIngress', group, cells],
  [
    'tier',
    'ec2:AuthorizeSecurityGroupIngress',
    group,
    { ...proxy, 'aws:ResourceTag/Name': 'bulkhead-prod-use1a-shard-1-database' },
  ],
  ['tier', 'ec2:AuthorizeSecurityGroupIngress', group, { ...proxy, 'aws:ResourceTag/cell': 'use1b' }],
  ['tier', 'ec2:DeleteSecurityGroup', group, proxy],
  ['tier', 'ec2:CreateTags', group, { ...cells, 'aws:RequestTag/Name': 'bulkhead-prod-use1a-shard-1-proxy' }],
  ['tier', 'ec2:AuthorizeSecurityGroupIngress', group, acmes],
  ['tier', 'kms:PutKeyPolicy', key, cells],
  ['tier', 'kms:PutKeyPolicy', key, acmes],
  ['tier', 'kms:ScheduleKeyDeletion', key, starters],
  ['tier', 'kms:Decrypt', key, starters],
  ['tier', 'secretsmanager:GetSecretValue', secret('use1a/tier-starter/application')],
  ['tier', 'secretsmanager:PutSecretValue', secret('use1a/tier-starter/application')],
  ['tier', 'secretsmanager:UpdateSecret', secret('use1a/tier-starter/application')],
  ['tier', 'secretsmanager:DeleteSecret', secret('use1a/tier-starter/application')],
  ['tier', 'secretsmanager:DeleteResourcePolicy', secret('use1a/tier-starter/application')],
  ['tier', 'secretsmanager:PutResourcePolicy', secret('use1a/tier-starter/application')],
  ['tier', 'secretsmanager:DescribeSecret', secret('use1a/tenant-acme/application')],
  ['tier', 'iam:PutRolePolicy', iam('role/bulkhead-prod-use1a-tenant-acme.api'), bounded],
  ['tier', 'rds:ModifyDBCluster', arn('rds', 'cluster:bulkhead-prod-use1a-shard-1'), cells],
  [
    'tier',
    'elasticache:CreateUser',
    arn('elasticache', 'user:bulkhead-prod-use1a-svc-starter-api'),
    { 'elasticache:UserAuthenticationMode': 'iam' },
  ],
  ['tier', 'ssm:PutParameter', parameter('use1a/cluster')],
  ['tier', 'ssm:PutParameter', parameter('use1a/tier-starter/feature')],
  ['tier', 'ssm:GetParameter', parameter('use1a/tier-starter/feature')],
  ['tier', 'ssm:GetParameter', parameter('use1a/tenant-acme')],
  ['tier', 'ssm:PutParameter', parameter('use1b/tier-starter')],

  // Who deploys tenants sees nothing of their data, and cannot lose it.
  ['tenant', 'secretsmanager:GetSecretValue', secret('use1a/tenant-acme/application')],
  ['tenant', 'secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:rds!cluster-1')],
  ['tenant', 'secretsmanager:PutSecretValue', secret('use1a/tenant-acme/application')],
  ['tenant', 'secretsmanager:UpdateSecret', secret('use1a/tenant-acme/application')],
  ['tenant', 'secretsmanager:DeleteSecret', secret('use1a/tenant-acme/application')],
  ['tenant', 'rds-db:connect', arn('rds-db', 'dbuser:cluster-1/bulkhead_tenant_acme')],
  ['tenant', 'elasticache:Connect', arn('elasticache', 'user:bulkhead-prod-use1a-ten-acme')],
  ['tenant', 'rds:DeleteDBCluster', database, acmes],
  ['tenant', 'rds:RestoreDBClusterFromSnapshot', database, acmes],
  [
    'tenant',
    'rds:DeleteDBClusterSnapshot',
    arn('rds', 'cluster-snapshot:bulkhead-prod-use1a-tenant-acme-final'),
  ],
  ['tenant', 'kms:ScheduleKeyDeletion', key, acmes],
  ['tenant', 'kms:Decrypt', key, acmes],
  // Shards, tiers and the cell's own are others' to deploy.
  ['tenant', 'rds:ModifyDBCluster', arn('rds', 'cluster:bulkhead-prod-use1a-shard-1'), cells],
  ['tenant', 'rds:CreateDBCluster', arn('rds', 'cluster:bulkhead-prod-use1b-tenant-acme'), asAcme],
  ['tenant', 'rds:ModifyDBSubnetGroup', arn('rds', 'subgrp:bulkhead-prod-use1a-databases')],
  [
    'tenant',
    'rds:ModifyDBClusterParameterGroup',
    arn('rds', 'cluster-pg:bulkhead-prod-use1a-postgres17-cluster'),
  ],
  ['tenant', 'rds:DeleteDBProxy', arn('rds', 'db-proxy:prx-1'), cells],
  ['tenant', 'kms:PutKeyPolicy', key, cells],
  ['tenant', 'kms:PutKeyPolicy', key, enterprises],
  ['tenant', 'kms:PutKeyPolicy', key, others],
  ['tenant', 'kms:CreateKey', '*', { ...asEnterprise, ...here }],
  ['tenant', 'ec2:AuthorizeSecurityGroupIngress', group, proxy],
  ['tenant', 'ec2:AuthorizeSecurityGroupIngress', group, enterprises],
  ['tenant', 'ec2:AuthorizeSecurityGroupIngress', group, others],
  ['tenant', 'ec2:CreateTags', group, { ...acmes, ...tags('Request', 'shared', 'shared') }],
  ['tenant', 'iam:PutRolePolicy', iam('role/bulkhead-prod-use1a-tier-starter.api'), bounded],
  ['tenant', 'iam:PutRolePolicy', iam('role/bulkhead-prod-use1a-data-monitoring'), bounded],
  ['tenant', 'elasticache:ModifyUser', arn('elasticache', 'user:bulkhead-prod-use1a-svc-starter-api')],
  ['tenant', 'elasticache:DeleteUserGroup', arn('elasticache', 'usergroup:bulkhead-prod-use1a-cache')],
  ['tenant', 'secretsmanager:CreateSecret', secret('use1a/tier-starter/application')],
  ['tenant', 'secretsmanager:CreateSecret', secret('use1b/tenant-acme/application')],
  ['tenant', 'ssm:PutParameter', parameter('use1a/tier-enterprise')],
  ['tenant', 'ssm:GetParameter', parameter('use1a/tenant-acme/feature')],
  ['tenant', 'ssm:GetParameter', parameter('use1a/data-shard-1')],
  // Nobody gets into the cluster by it.
  ['tenant', 'eks:CreateAccessEntry', cluster, { ...asAcme, ...member('bulkhead:operators:enterprise') }],
  ['tenant', 'eks:DeleteAccessEntry', entry, acmes],
  ['tenant', 'eks:DeletePodIdentityAssociation', identity, cells],
  // A name for each tenant, directly below the cell's.
  ['tenant', 'route53:ChangeResourceRecordSets', ZONE, named('acme.use1a.bulkhead.example', 'A')],
  ['tenant', 'route53:ChangeResourceRecordSets', ZONE, named('acme.use1a.bulkhead.example', 'NS')],
  ['tenant', 'route53:ChangeResourceRecordSets', ZONE, named('use1a.bulkhead.example')],
  ['tenant', 'route53:ChangeResourceRecordSets', ZONE, named('enterprise.use1a.bulkhead.example')],
  ['tenant', 'route53:ChangeResourceRecordSets', ZONE, named('shared.use1a.bulkhead.example')],
  ['tenant', 'route53:ChangeResourceRecordSets', ZONE, named('_0a1b.use1a.bulkhead.example')],
  ['tenant', 'route53:ChangeResourceRecordSets', ZONE, named('www.acme.use1a.bulkhead.example')],
  ['tenant', 'route53:ChangeResourceRecordSets', ZONE, named('\\052.use1a.bulkhead.example')],
  ['tenant', 'route53:ChangeResourceRecordSets', ZONE, named('acme.use1b.bulkhead.example')],
  [
    'tenant',
    'route53:ChangeResourceRecordSets',
    ZONE,
    {
      ...named('acme.use1a.bulkhead.example'),
      'route53:ChangeResourceRecordSetsNormalizedRecordNames': [
        'acme.use1a.bulkhead.example',
        'use1a.bulkhead.example',
      ],
    },
  ],
  ['tenant', 'route53:DeleteHostedZone', ZONE],
];

const may = ([who, action, resource, context]: Row): boolean =>
  allows(GROUPS[who], { action, resource, ...(context && { context }) });

describe('the deployers of tiers and tenants may do what their stacks need', () => {
  for (const row of MAY) {
    it(`${row[0]} may ${row[1]} on ${row[2]}, ${JSON.stringify(row[3] ?? {})}`, () => {
      expect(may(row)).toBe(true);
    });
  }
});

describe('the deployers of tiers and tenants may do nothing else', () => {
  for (const row of MAY_NOT) {
    it(`${row[0]} may not ${row[1]} on ${row[2]}, ${JSON.stringify(row[3] ?? {})}`, () => {
      expect(may(row)).toBe(false);
    });
  }
});

describe("the cell's own deployers", () => {
  const manages = (who: string, action: string, resource: string, context: Context): boolean =>
    allows(CELL_GROUPS[who]?.(USE1A, platform) ?? [], { action, resource, context });

  it.each(['network', 'cluster', 'addons', 'data', 'data-shard', 'cache'])(
    'leave keys of tiers and tenants alone: %s',
    (who) => {
      const keys = [cells, starters, acmes].map((context) => manages(who, 'kms:PutKeyPolicy', key, context));
      expect(keys).toEqual([true, false, false]);
    },
  );

  it.each(['network', 'cluster', 'addons', 'data', 'data-shard', 'cache'])(
    'leave security groups of tiers and tenants alone: %s',
    (who) => {
      const groups = [cells, starters, acmes].map((context) =>
        manages(who, 'ec2:AuthorizeSecurityGroupIngress', group, context),
      );
      expect(groups).toEqual([true, false, false]);
    },
  );
});
