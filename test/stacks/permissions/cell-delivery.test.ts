import { boundaryStatements } from '../../../stacks/permissions/boundary';
import { cellDeliveryPermissions } from '../../../stacks/permissions/cell-delivery';
import { registryPermissions } from '../../../stacks/permissions/registry';
import { allows, type Request } from '../../support/iam';
import { HOME, USE1A } from '../fixture';

type Row = readonly [action: string, resource: string, context?: Request['context']];
/** Rows with what their tests are called. */
const named = (rows: readonly Row[]) =>
  rows.map((row) => [`${row[0]} on ${row[1]}, ${JSON.stringify(row[2] ?? {})}`, row] as const);
const asks = ([action, resource, context]: Row): Request => ({
  action,
  resource,
  ...(context && { context }),
});

const tags = (where: 'Request' | 'Resource', cell = 'use1a'): Record<string, string> =>
  Object.fromEntries(
    Object.entries({
      ...{ platform: 'bulkhead', environment: 'prod', cell, tier: 'shared', tenant: 'shared' },
    }).map(([tag, value]) => [`aws:${where}Tag/${tag}`, value]),
  );
const role = (name: string): string => `arn:aws:iam::222222222222:role/bulkhead-prod-${name}`;

describe('the deployer of a cell’s delivery', () => {
  const project = (name: string): string =>
    `arn:aws:codebuild:us-east-1:222222222222:project/bulkhead-prod-${name}`;
  const cluster = 'arn:aws:eks:us-east-1:222222222222:cluster/bulkhead-prod-use1a';
  const bounded = {
    'iam:PermissionsBoundary': 'arn:aws:iam::222222222222:policy/bulkhead-prod-use1a-boundary',
  };
  const codeBuild = { 'iam:PassedToService': 'codebuild.amazonaws.com' };
  const entry = (groups: readonly string[], name = 'use1a-release-api'): Request['context'] => ({
    ...tags('Request'),
    'eks:accessEntryType': 'STANDARD',
    'eks:principalArn': role(name),
    ...(groups.length > 0 && { 'eks:kubernetesGroups': groups }),
  });

  const MAY: readonly Row[] = [
    ['codebuild:CreateProject', project('use1a-release-api'), tags('Request')],
    ['codebuild:UpdateProject', project('use1a-release-web'), tags('Request')],
    ['codebuild:DeleteProject', project('use1a-release-web')],
    ['iam:CreateRole', role('use1a-release-api'), bounded],
    ['iam:PutRolePolicy', role('use1a-pipeline-api'), bounded],
    ['iam:PassRole', role('use1a-release-api'), codeBuild],
    ['eks:CreateAccessEntry', cluster, entry(['bulkhead:releases', 'bulkhead:releases:api'])],
    ['eks:CreateAccessEntry', cluster, entry(['bulkhead:releases', 'bulkhead:migrations'])],
    [
      'logs:CreateLogGroup',
      'arn:aws:logs:us-east-1:222222222222:log-group:/aws/codebuild/bulkhead-prod-use1a-release-api',
    ],
    ['kms:CreateAlias', 'arn:aws:kms:us-east-1:222222222222:alias/bulkhead-prod-use1a-release-api-log'],
    [
      'ec2:AuthorizeSecurityGroupIngress',
      'arn:aws:ec2:us-east-1:222222222222:security-group/sg-1',
      { 'aws:ResourceTag/aws:eks:cluster-name': 'bulkhead-prod-use1a' },
    ],
  ];
  it.each(named(MAY))('may %s', (_, row) => {
    expect(allows(cellDeliveryPermissions(USE1A), asks(row))).toBe(true);
  });

  const MAY_NOT: readonly Row[] = [
    // It deploys what releases, and releases nothing.
    ['codebuild:StartBuild', project('use1a-release-api')],
    ['secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:us-east-1:222222222222:secret:x'],
    ['sts:AssumeRole', role('use1a-release-api')],
    // Projects of others, with the kernel of their machine, or as nobody's.
    ['codebuild:CreateProject', project('use1b-release-api'), tags('Request', 'use1b')],
    ['codebuild:UpdateProject', project('build-api'), tags('Request')],
    ['codebuild:UpdateProject', project('use1a-release-api')],
    [
      'codebuild:CreateProject',
      project('use1a-release-api'),
      { ...tags('Request'), 'codebuild:environment.privilegedMode': 'true' },
    ],
    // Roles of others, without the boundary, or for something else.
    ['iam:CreateRole', role('use1a-release-api')],
    ['iam:CreateRole', role('use1a-tenant-acme.api'), bounded],
    ['iam:PutRolePolicy', role('use1a-machine-client'), bounded],
    ['iam:PutRolePolicy', role('pipeline-api'), bounded],
    ['iam:PassRole', role('use1a-release-api'), { 'iam:PassedToService': 'lambda.amazonaws.com' }],
    // Into the cluster only what releases, and only as that.
    ['eks:CreateAccessEntry', cluster, entry([])],
    ['eks:CreateAccessEntry', cluster, entry(['bulkhead:releases', 'system:masters'])],
    ['eks:CreateAccessEntry', cluster, entry(['bulkhead:operators:enterprise'])],
    ['eks:CreateAccessEntry', cluster, entry(['bulkhead:deployers:tenant'])],
    ['eks:CreateAccessEntry', cluster, entry(['bulkhead:releases'], 'use1a-tenant-acme.api')],
    [
      'eks:UpdateAccessEntry',
      `${cluster.replace(':cluster/', ':access-entry/')}/role/222222222222/x/y`,
      tags('Resource'),
    ],
    ['eks:AssociateAccessPolicy', cluster, entry(['bulkhead:releases'])],
  ];
  it.each(named(MAY_NOT))('may not %s', (_, row) => {
    expect(allows(cellDeliveryPermissions(USE1A), asks(row))).toBe(false);
  });
});

describe('the deployer of the registry', () => {
  const table = 'arn:aws:dynamodb:us-east-1:111111111111:table/bulkhead-prod-tenants';
  const keys = (...tenants: readonly string[]): Request['context'] => ({ 'dynamodb:LeadingKeys': tenants });
  // Replicas are filled with the rights of whoever adds one.
  const statements = registryPermissions(HOME, []);

  it.each(['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'])('writes synthetic tenants only: %s', (name) => {
    const may = (context?: Request['context']): boolean =>
      allows(statements, asks([`dynamodb:${name}`, table, context]));
    expect(may(keys('smoke-starter-use1a'))).toBe(true);
    expect(may(keys('acme'))).toBe(false);
    expect(may(keys('smoke-starter-use1a', 'acme'))).toBe(false);
    expect(may()).toBe(false);
  });

  it.each(['Scan', 'Query', 'BatchGetItem', 'BatchWriteItem'])('lists no tenants: %s', (name) => {
    expect(allows(statements, asks([`dynamodb:${name}`, table, keys('smoke-starter-use1a')]))).toBe(false);
  });
});

describe('the boundary of a cell', () => {
  const start = (name: string): Request => ({
    action: 'codebuild:StartBuild',
    resource: 'arn:aws:codebuild:us-east-1:222222222222:project/bulkhead-prod-use1a-release-api',
    context: { 'aws:RequestedRegion': 'us-east-1', 'aws:PrincipalArn': role(name) },
  });

  it('lets roles that pipelines take start projects, and no others', () => {
    expect(allows(boundaryStatements(USE1A), start('use1a-pipeline-api'))).toBe(true);
    for (const name of ['use1a-release-api', 'use1a-tenant-acme.api', 'use1b-pipeline-api']) {
      expect(allows(boundaryStatements(USE1A), start(name))).toBe(false);
    }
  });
});
