import { MANAGED_POLICY_MAX } from '../../../constructs/access/deployer-role';
import { policyJson } from '../../../constructs/access/statement';
import type { Placement } from '../../../constructs/core/placement';
import { homeBoundaryStatements } from '../../../stacks/permissions/home-boundary';
import { allows, type Request } from '../../support/iam';
import { HOME, USE1A } from '../fixture';

const EUW1A: Placement = { ...HOME, cell: 'euw1a', account: '333333333333', region: 'eu-west-1' };
const statements = homeBoundaryStatements(HOME, [USE1A, EUW1A]);

const here = { 'aws:RequestedRegion': 'us-east-1' };
const PIPELINE = 'arn:aws:codepipeline:us-east-1:111111111111:bulkhead-prod-api';
const OPENER = 'arn:aws:iam::111111111111:role/bulkhead-prod-maintenance-window';
const may = (action: string, resource: string, context: Request['context'] = here): boolean =>
  allows(statements, { action, resource, context });

describe('a role of the home account may at most', () => {
  it.each([
    [
      'take the role that a cell keeps for pipelines',
      'sts:AssumeRole',
      'role/bulkhead-prod-use1a-pipeline-api',
    ],
  ])('%s', (_, action, resource) => {
    expect(may(action, `arn:aws:iam::222222222222:${resource}`)).toBe(true);
  });

  it('deliver, in regions of the platform', () => {
    expect(may('codebuild:StartBuild', '*')).toBe(true);
    expect(may('s3:PutObject', 'arn:aws:s3:::x/y', { 'aws:RequestedRegion': 'eu-west-1' })).toBe(true);
    expect(may('s3:PutObject', 'arn:aws:s3:::x/y', { 'aws:RequestedRegion': 'ap-south-1' })).toBe(false);
  });

  it('open a window, if it is the function that does', () => {
    const window = `${PIPELINE}/enterprise-1-window/open`;
    expect(may('codepipeline:PutApprovalResult', window, { 'aws:PrincipalArn': OPENER })).toBe(true);
    expect(may('codepipeline:PutApprovalResult', window, { 'aws:PrincipalArn': `${OPENER}2` })).toBe(false);
    expect(
      may('codepipeline:PutApprovalResult', `${PIPELINE}/release/open`, { 'aws:PrincipalArn': OPENER }),
    ).toBe(false);
  });
});

describe('no role of the home account may ever', () => {
  it.each([
    ['deploy a cell', 'sts:AssumeRole', 'arn:aws:iam::222222222222:role/bulkhead-prod-use1a-deploy-cluster'],
    ['deploy the platform', 'sts:AssumeRole', 'arn:aws:iam::111111111111:role/bulkhead-prod-deploy-delivery'],
    [
      'be a project of a cell',
      'sts:AssumeRole',
      'arn:aws:iam::222222222222:role/bulkhead-prod-use1a-release-api',
    ],
    [
      'be in a cell of another environment',
      'sts:AssumeRole',
      'arn:aws:iam::222222222222:role/bulkhead-dev-use1a-pipeline-api',
    ],
    ['make a role', 'iam:CreateRole', 'arn:aws:iam::111111111111:role/bulkhead-prod-x'],
    ['hand a role on', 'iam:PassRole', 'arn:aws:iam::111111111111:role/bulkhead-prod-x'],
    [
      'read state',
      's3:GetObject',
      'arn:aws:s3:::bulkhead-prod-state-111111111111-us-east-1/prod/delivery.tfstate',
    ],
    [
      'delete an image',
      'ecr:BatchDeleteImage',
      'arn:aws:ecr:us-east-1:111111111111:repository/bulkhead/prod/api',
    ],
    [
      'read the registry of tenants',
      'dynamodb:GetItem',
      'arn:aws:dynamodb:us-east-1:111111111111:table/bulkhead-prod-tenants',
    ],
    [
      'read a secret',
      'secretsmanager:GetSecretValue',
      'arn:aws:secretsmanager:us-east-1:111111111111:secret:x',
    ],
  ])('%s', (_, action, resource) => {
    expect(may(action, resource)).toBe(false);
  });

  it('touch what belongs to a cell in the same account, or to another environment', () => {
    const key = 'arn:aws:kms:us-east-1:111111111111:key/0a1b2c';
    const tags = { 'aws:ResourceTag/platform': 'bulkhead', 'aws:ResourceTag/environment': 'prod' };
    expect(may('kms:Decrypt', key, { ...here, ...tags, 'aws:ResourceTag/cell': 'shared' })).toBe(true);
    expect(may('kms:Decrypt', key, { ...here, ...tags, 'aws:ResourceTag/cell': 'home1' })).toBe(false);
    expect(
      may('kms:Decrypt', key, {
        ...{ ...here, ...tags, 'aws:ResourceTag/cell': 'shared' },
        'aws:ResourceTag/environment': 'dev',
      }),
    ).toBe(false);
  });
});

it('fits one policy, with as many cells as a pipeline has stages for', () => {
  const cells = Array.from({ length: 48 }, (_, index): Placement => ({
    ...HOME,
    cell: `cell${String(index).padStart(4, '0')}`,
    account: String(200000000000 + index),
    region: 'ap-southeast-1',
  }));
  expect(policyJson(homeBoundaryStatements(HOME, cells)).length).toBeLessThanOrEqual(MANAGED_POLICY_MAX);
});
