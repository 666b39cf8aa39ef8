import { HOME, USE1A } from '../stacks/fixture';
import { policyJson } from '../../constructs/access/statement';
import {
  operationsPermissions,
  operationsStarterPermissions,
  operatorPermissions,
  tenantDataPermissions,
} from '../../stacks/permissions/operations';
import { allows } from '../support/iam';

/** One operation by hand, from a person to the database: every call that is made, and what each role is refused. */

const CONNECTION = 'arn:aws:codeconnections:us-east-1:111111111111:connection/3f0c';
const role = (account: string, name: string): string => `arn:aws:iam::${account}:role/bulkhead-prod-${name}`;
const PROJECT = 'arn:aws:codebuild:us-east-1:222222222222:project/bulkhead-prod-use1a-operations';
const TABLE = 'arn:aws:dynamodb:us-east-1:111111111111:table/bulkhead-prod-tenants';
const database = (user: string, region = 'us-east-1'): string =>
  `arn:aws:rds-db:${region}:222222222222:dbuser:cluster-ABC/bulkhead_${user}`;
const words = { 'codebuild:environment.environmentVariables.name': ['ARGUMENTS'] };
const git = (action: string, repository = 'bulkhead/platform') => ({
  'codeconnections:FullRepositoryId': repository,
  'codeconnections:ProviderAction': action,
});

const person = operationsStarterPermissions(USE1A);
const project = operationsPermissions(USE1A, HOME);
const operator = operatorPermissions(USE1A, {
  ...{ home: HOME, connectionArn: CONNECTION, repository: 'bulkhead/platform' },
});
const data = tenantDataPermissions(USE1A);

test.each([
  ['a person starts the project with words', person, 'codebuild:StartBuild', PROJECT, words],
  ['a person follows it', person, 'codebuild:BatchGetBuilds', PROJECT, {}],
  ['a person stops it', person, 'codebuild:StopBuild', PROJECT, {}],
  [
    'a person reads its log',
    person,
    'logs:FilterLogEvents',
    'arn:aws:logs:us-east-1:222222222222:log-group:/aws/codebuild/bulkhead-prod-use1a-operations:log-stream:x',
    {},
  ],
  ['the project becomes the operator', project, 'sts:AssumeRole', role('111111111111', 'use1a-operator'), {}],
  [
    'the operator finds the version',
    operator,
    'codepipeline:ListPipelineExecutions',
    'arn:aws:codepipeline:us-east-1:111111111111:bulkhead-prod-infrastructure',
    {},
  ],
  ['the operator pulls', operator, 'codeconnections:UseConnection', CONNECTION, git('GitPull')],
  ['the operator reads a tenant', operator, 'dynamodb:GetItem', TABLE, {}],
  ['the operator writes phases', operator, 'dynamodb:PutItem', TABLE, {}],
  [
    'the operator finds a shard',
    operator,
    'sts:AssumeRole',
    role('222222222222', 'use1a-plan-data-shard'),
    {},
  ],
  [
    'the operator finds a tenant’s database',
    operator,
    'sts:AssumeRole',
    role('222222222222', 'use1a-plan-tenant'),
    {},
  ],
  ['the operator finds the cache', operator, 'sts:AssumeRole', role('222222222222', 'use1a-plan-cache'), {}],
  [
    'the operator takes the role for data',
    operator,
    'sts:AssumeRole',
    role('222222222222', 'use1a-tenant-data'),
    {},
  ],
  ['rows are copied', data, 'rds-db:connect', database('mover'), {}],
  [
    'tokens are revoked',
    data,
    'elasticache:Connect',
    'arn:aws:elasticache:us-east-1:222222222222:user:bulkhead-prod-use1a-plt-revocation',
    {},
  ],
])('%s', (_, statements, action, resource, context) => {
  expect(allows(statements, { action, resource, context })).toBe(true);
});

test.each([
  [
    'a person runs other commands as the project',
    person,
    'codebuild:StartBuild',
    PROJECT,
    { ...words, 'codebuild:source.buildspec': 'version: 0.2' },
  ],
  [
    'a person brings a variable of his own',
    person,
    'codebuild:StartBuild',
    PROJECT,
    { 'codebuild:environment.environmentVariables.name': ['ARGUMENTS', 'NODE_OPTIONS'] },
  ],
  [
    'a person starts what onboards',
    person,
    'codebuild:StartBuild',
    PROJECT.replace('operations', 'onboarding'),
    words,
  ],
  ['the project logs in itself', project, 'rds-db:connect', database('mover'), {}],
  [
    'the operator deploys a tenant',
    operator,
    'sts:AssumeRole',
    role('222222222222', 'use1a-deploy-tenant'),
    {},
  ],
  [
    'the operator reaches another cell’s data',
    operator,
    'sts:AssumeRole',
    role('333333333333', 'euw1a-tenant-data'),
    {},
  ],
  ['the operator pushes', operator, 'codeconnections:UseConnection', CONNECTION, git('GitPush')],
  [
    'the operator pulls another repository',
    operator,
    'codeconnections:UseConnection',
    CONNECTION,
    git('GitPull', 'bulkhead/other'),
  ],
  ['the operator lists tenants', operator, 'dynamodb:Scan', TABLE, {}],
  [
    'the operator takes a tenant out of the registry',
    operator,
    'dynamodb:DeleteItem',
    TABLE,
    { 'dynamodb:LeadingKeys': ['acme'] },
  ],
  ['somebody logs in as a service', data, 'rds-db:connect', database('starter'), {}],
  ['somebody logs in as an administrator', data, 'rds-db:connect', database('admin'), {}],
  ['somebody logs in elsewhere', data, 'rds-db:connect', database('mover', 'eu-west-1'), {}],
  [
    'somebody sheds load',
    data,
    'elasticache:Connect',
    'arn:aws:elasticache:us-east-1:222222222222:user:bulkhead-prod-use1a-plt-load-level',
    {},
  ],
])('never: %s', (_, statements, action, resource, context) => {
  expect(allows(statements, { action, resource, context })).toBe(false);
});

test('each role’s policy fits', () => {
  for (const statements of [person, project, operator, data])
    expect(policyJson(statements).length).toBeLessThan(6144);
});
