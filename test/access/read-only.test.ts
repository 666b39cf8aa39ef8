import { readOnly } from '../../constructs/access/read-only';
import {
  artifactBucketName,
  driftRoleArn,
  homeProjectRoleArn,
  INFRASTRUCTURE,
  infrastructureRoleArn,
} from '../../constructs/delivery/names';
import { CELL_GROUPS, PLATFORM_GROUPS } from '../../stacks/deployer-permissions';
import { plannerRoleArn } from '../../stacks/deployment-access';
import { HOME_STEPS } from '../../stacks/infrastructure-access';
import { HOME, testPlatform, USE1A } from '../stacks/fixture';
import { allows } from '../support/iam';

const platform = testPlatform();
const GROUPS = [
  ...Object.entries(PLATFORM_GROUPS).map(([kind, of]) => [`home ${kind}`, of(HOME, platform)] as const),
  ...Object.entries(CELL_GROUPS).map(([kind, of]) => [kind, of(USE1A, platform)] as const),
];

describe('what of a deployer only looks', () => {
  it.each(GROUPS)('changes nothing, and looks into nothing: %s', (_, statements) => {
    const looking = readOnly(statements);
    const actions = looking
      .filter(({ effect, isDeployed }) => effect !== 'Deny' && !isDeployed)
      .flatMap((statement) => [...statement.actions]);
    expect(actions.filter((action) => !/:(BatchGet|Describe|Get|List)/.test(action))).toEqual([]);
    expect(
      actions.filter((action) => /SecretValue|:GetItem|:GetObject$|:Query|:Scan|LogEvents/.test(action)),
    ).toEqual([]);
    expect(looking.filter(({ effect }) => effect === 'Deny')).toEqual(
      statements.filter(({ effect }) => effect === 'Deny'),
    );
  });

  it('reads what deployments themselves put somewhere, and nothing else there', () => {
    const read = GROUPS.flatMap(([, statements]) => readOnly(statements)).filter(
      ({ isDeployed }) => isDeployed,
    );
    expect(read.map(({ sid }) => sid).sort()).toEqual(['Programs', 'SyntheticTenants']);
    const allowed = (action: string, resource: string, keys?: readonly string[]): boolean =>
      allows(read, {
        ...{ action, resource },
        ...(keys && { context: { 'dynamodb:LeadingKeys': [...keys] } }),
      });
    const table = 'arn:aws:dynamodb:us-east-1:111111111111:table/bulkhead-prod-tenants';
    expect(allowed('dynamodb:GetItem', table, ['smoke-starter-use1a'])).toBe(true);
    expect(allowed('dynamodb:GetItem', table, ['acme'])).toBe(false);
    expect(allowed('dynamodb:PutItem', table, ['smoke-starter-use1a'])).toBe(false);
    const bucket = `arn:aws:s3:::${artifactBucketName(HOME, 'us-east-1')}`;
    expect(allowed('s3:GetObject', `${bucket}/programs/0/index.js`)).toBe(true);
    expect(allowed('s3:GetObject', `${bucket}/bulkhead-prod-api/Built/0`)).toBe(false);
  });

  it('keeps the resources and conditions of the deployer', () => {
    expect(
      readOnly([
        { sid: 'A', actions: ['s3:PutObject', 's3:GetBucketPolicy'], resources: ['x'], conditions: [] },
        { sid: 'B', actions: ['s3:PutObject'], resources: ['x'] },
        { sid: 'C', effect: 'Deny', actions: ['s3:*'], resources: ['y'] },
      ]),
    ).toEqual([
      { sid: 'A', actions: ['s3:GetBucketPolicy'], resources: ['x'], conditions: [] },
      { sid: 'C', effect: 'Deny', actions: ['s3:*'], resources: ['y'] },
    ]);
  });
});

describe('roles that may take deployers’ roles, and planners', () => {
  const guarded = [
    ...HOME_STEPS.map((step) => homeProjectRoleArn(HOME, step, INFRASTRUCTURE)),
    infrastructureRoleArn(USE1A),
    driftRoleArn(USE1A),
    plannerRoleArn(USE1A, 'network'),
  ];
  const CHANGES = [
    'iam:PutRolePolicy',
    'iam:UpdateAssumeRolePolicy',
    'iam:AttachRolePolicy',
    'iam:DeleteRole',
  ];

  it.each(GROUPS)('are changed by no deployer: %s', (_, statements) => {
    const context = {
      'iam:PermissionsBoundary': `arn:aws:iam::${USE1A.account}:policy/bulkhead-prod-use1a-boundary`,
    };
    const can = guarded.flatMap((resource) =>
      CHANGES.filter((action) => allows(statements, { action, resource, context })).map((action) => [
        action,
        resource,
      ]),
    );
    expect(can).toEqual([]);
  });

  it('are handed to projects of CodeBuild by who deploys delivery, and by nobody else', () => {
    const pass = (statements: (typeof GROUPS)[number][1], service: string): boolean =>
      guarded.slice(0, -1).some((resource) =>
        allows(statements, {
          action: 'iam:PassRole',
          resource,
          context: { 'iam:PassedToService': service },
        }),
      );
    const passing = GROUPS.filter(([, statements]) => pass(statements, 'codebuild.amazonaws.com'));
    expect(passing.map(([kind]) => kind)).toEqual(['home delivery', 'delivery']);
    expect(GROUPS.filter(([, statements]) => pass(statements, 'ec2.amazonaws.com'))).toEqual([]);
  });
});
