import { Testing } from 'cdktf';
import { SELECTIVE } from '../../constructs/core/contract';
import {
  actionRoleArn,
  artifactBucketArn,
  contractPipelineName,
  INFRASTRUCTURE,
  pipelineArn,
  pipelineName,
  pipelineRoleArn,
  projectArn,
  releaseProjectName,
  repositoryArn,
  signingProfileArn,
} from '../../constructs/delivery/names';
import { PIPELINE_VARIABLES } from '../../constructs/delivery/release-variables';
import { CellDeliveryStack } from '../../stacks/cell-delivery';
import { DeliveryStack } from '../../stacks/delivery';
import { allows } from '../support/iam';
import { synthStack } from '../support/synth';
import { HOME, testPlatform, USE1A } from '../stacks/fixture';
import { type Call, idle, permissionsOf, refused, resourcePolicy, trustOf, unused } from './paper-walk';

/**
 * A release on paper: every call of AWS from a push to the last enterprise tenant, and then until the old schema is gone,
 * with the role that makes it. What the roles allow is held against it, both ways.
 */

const TENANT = {
  id: 'acme',
  name: 'Acme',
  tier: 'enterprise',
  cell: 'use1a',
  contact: 'it@acme.example',
  maintenanceWindow: { day: 'sun', hourUtc: 8, hours: 4 },
};
const platform = testPlatform({}, [TENANT]);
const home = synthStack(new DeliveryStack(Testing.app(), { platform }));
const use1a = platform.cells.find(({ id }) => id === 'use1a');
if (!use1a) throw new Error('the test platform has no cell use1a');
const cell = synthStack(
  new CellDeliveryStack(Testing.app({ context: { [SELECTIVE]: true } }), { platform, cell: use1a }),
);

const keyOf = (region: string): string =>
  `\${${home.only('aws_kms_key', `Artifacts-${region}/Key/`).address}.arn}`;
const [HERE, THERE] = ['us-east-1', 'eu-west-1'];
const bucket = (region: string): string => artifactBucketArn(HOME, region);
const artifact = (region: string, pipeline: string): string =>
  `${bucket(region)}/${pipeline.slice(0, 20)}/Source/0a1b2c`;
const RELEASE = pipelineName(HOME, 'api');
const CONTRACT = contractPipelineName(HOME, 'api');
const CONNECTION =
  'arn:aws:codeconnections:us-east-1:111111111111:connection/00000000-0000-4000-8000-000000000000';
const repository = repositoryArn(HOME, HERE, 'api');
const homeProject = (step: string): string => projectArn(HOME, `bulkhead-prod-${step}-api`);
const logOf = (name: string): string =>
  `arn:aws:logs:us-east-1:111111111111:log-group:${name}:log-stream:0a1b2c`;
const ofRepository = { 'codeconnections:FullRepositoryId': 'bulkhead/api' };

type Asked = readonly [action: string, resource: string, context?: Call['context']];
const by = (role: string, calls: readonly Asked[]): readonly Call[] =>
  calls.map(([action, resource, context]) => ({ by: role, action, resource, ...(context && { context }) }));
const logs = (name: string): readonly Asked[] => [
  ['logs:CreateLogStream', logOf(name)],
  ['logs:PutLogEvents', logOf(name)],
];
/** Reading an artifact, as CodeBuild and CodePipeline do. */
const read = (region: string, pipeline = RELEASE): readonly Asked[] => [
  ['s3:GetObject', artifact(region, pipeline)],
  ['s3:GetObjectVersion', artifact(region, pipeline)],
  ['kms:Decrypt', keyOf(region)],
];
const write = (region: string, pipeline = RELEASE): readonly Asked[] => [
  ['s3:PutObject', artifact(region, pipeline)],
  ['kms:GenerateDataKey', keyOf(region)],
];
const run = (project: string): readonly Asked[] => [
  ['codebuild:StartBuild', project],
  ['codebuild:BatchGetBuilds', project],
];

const PIPELINE = 'bulkhead-prod-pipeline-api';
const OPENER = 'arn:aws:lambda:us-east-1:111111111111:function:bulkhead-prod-maintenance-window';
const contractFile = `${bucket(HERE)}/contracts/api.zip`;

/** In the home account. */
const HOME_CALLS: readonly Call[] = [
  // Source: a push starts the pipeline, which fetches the commit and keeps it.
  ...by(PIPELINE, [
    ['codeconnections:UseConnection', CONNECTION, ofRepository],
    ['s3:GetBucketVersioning', bucket(HERE)],
    ['s3:GetBucketLocation', bucket(HERE)],
    ['s3:GetBucketAcl', bucket(HERE)],
    ...write(HERE),
    ['s3:PutObjectAcl', artifact(HERE, RELEASE)],
    // Whether the upload is done, which names no repository.
    ['codeconnections:UseConnection', CONNECTION],
  ]),
  // Build: clones, looks whether the image is there, builds and pushes it, by which it is signed; hands migrations on.
  ...by(PIPELINE, [...run(homeProject('build')), ...read(HERE)]),
  ...by('bulkhead-prod-build-api', [
    ...logs('/aws/codebuild/bulkhead-prod-build-api'),
    ...read(HERE),
    ['codeconnections:UseConnection', CONNECTION, ofRepository],
    ['ecr:DescribeImages', repository],
    ['ecr:GetAuthorizationToken', '*'],
    ['ecr:BatchCheckLayerAvailability', repository],
    ['ecr:BatchGetImage', repository],
    ['ecr:InitiateLayerUpload', repository],
    ['ecr:UploadLayerPart', repository],
    ['ecr:CompleteLayerUpload', repository],
    ['ecr:PutImage', repository],
    ['signer:SignPayload', signingProfileArn(HOME)],
    ...write(HERE),
  ]),
  // Scan: the program, and what the registry knows of the image.
  ...by(PIPELINE, run(homeProject('scan'))),
  ...by('bulkhead-prod-scan-api', [
    ...logs('/aws/codebuild/bulkhead-prod-scan-api'),
    ...read(HERE),
    [
      's3:GetObject',
      `${bucket(HERE)}/${String(home.only('aws_s3_object', `Artifacts-${HERE}/CheckProgram`)['key'])}`,
    ],
    ['ecr:DescribeImageScanFindings', repository],
    ['ecr:DescribeImageSigningStatus', repository],
    ['ecr:DescribeImageReplicationStatus', repository],
  ]),
  // Waves: artifacts go to the cell's region, and the cell's role is taken to look at alarms and to start its project.
  ...by(PIPELINE, [
    ['s3:GetBucketVersioning', bucket(THERE)],
    ['s3:GetBucketLocation', bucket(THERE)],
    ...write(THERE),
    ...read(THERE),
    ...platform.cells.map(({ id, account, region }): Asked => [
      'sts:AssumeRole',
      actionRoleArn({ ...HOME, cell: id, account, region }, 'api'),
    ]),
  ]),
  // A wave with a window.
  ...by('bulkhead-prod-call-maintenance-window', [['lambda:InvokeFunction', OPENER]]),
  ...by('bulkhead-prod-maintenance-window', [
    ...logs('/aws/lambda/bulkhead-prod-maintenance-window'),
    [
      'kms:Decrypt',
      `\${${home.only('aws_kms_key', 'Windows/Function/Key/').address}.arn}`,
      { 'kms:EncryptionContext:aws:lambda:FunctionArn': OPENER },
    ],
    ['xray:PutTelemetryRecords', '*'],
    ['xray:PutTraceSegments', '*'],
    ['codepipeline:GetPipelineState', pipelineArn(HOME, RELEASE)],
    ['codepipeline:PutApprovalResult', `${pipelineArn(HOME, RELEASE)}/enterprise-sun-08-4h-1-window/open`],
  ]),
  // Contract: each day, from a plan in the artifact store.
  ...by('bulkhead-prod-start-contract-api', [
    ['codepipeline:StartPipelineExecution', pipelineArn(HOME, CONTRACT)],
  ]),
  ...by(PIPELINE, [
    ['s3:GetObject', contractFile],
    ['s3:GetObjectVersion', contractFile],
    ['s3:GetObjectTagging', contractFile],
    ['s3:GetObjectVersionTagging', contractFile],
    // The plan has tags, which go with it.
    ['s3:PutObjectTagging', artifact(HERE, CONTRACT)],
    ['s3:GetObjectTagging', artifact(HERE, CONTRACT)],
    ['s3:GetObjectVersionTagging', artifact(HERE, CONTRACT)],
    ...write(HERE, CONTRACT),
    ...run(homeProject('agree')),
  ]),
  ...by('bulkhead-prod-agree-api', [
    ...logs('/aws/codebuild/bulkhead-prod-agree-api'),
    ...read(HERE, CONTRACT),
  ]),
];

const HOME_ROLES = [...new Set(HOME_CALLS.map((call) => call.by))].sort();
const callsOf = (role: string): readonly Call[] => HOME_CALLS.filter((call) => call.by === role);

it('has every role of the home account in it, but those of the infrastructure', () => {
  const roles = home
    .resources('aws_iam_role')
    .map(({ name }) => String(name))
    .filter((name) => !name.endsWith(`-${INFRASTRUCTURE}`));
  expect(roles.sort()).toEqual(HOME_ROLES);
});

describe.each(HOME_ROLES)('role %s', (role) => {
  const permissions = permissionsOf(home, role);

  it('may make every call that a release makes as it', () => {
    expect(refused(permissions, callsOf(role))).toEqual([]);
  });

  it('has no statement that no call needs', () => {
    expect(idle(permissions, callsOf(role))).toEqual([]);
  });

  it('has no action that no call makes', () => {
    expect(unused(permissions, callsOf(role))).toEqual([]);
  });
});

describe('what a pipeline and its projects may not do', () => {
  const MAY_NOT: readonly (readonly [role: string, ...Asked])[] = [
    [PIPELINE, 'codebuild:StartBuild', homeProject('build').replace('-api', '-web')],
    [PIPELINE, 'sts:AssumeRole', actionRoleArn(USE1A, 'web')],
    [PIPELINE, 'sts:AssumeRole', 'arn:aws:iam::222222222222:role/bulkhead-prod-use1a-release-api'],
    [PIPELINE, 'sts:AssumeRole', 'arn:aws:iam::111111111111:role/bulkhead-prod-deploy-delivery'],
    [PIPELINE, 'iam:PassRole', pipelineRoleArn(HOME, 'api')],
    ...['GitPush', 'CreatePullRequest', 'DeleteRepository', 'UpdatePullRequest'].flatMap(
      (ProviderAction): (readonly [string, ...Asked])[] => {
        const context = { ...ofRepository, 'codeconnections:ProviderAction': ProviderAction };
        return [
          [PIPELINE, 'codeconnections:UseConnection', CONNECTION, context],
          ['bulkhead-prod-build-api', 'codeconnections:UseConnection', CONNECTION, context],
        ];
      },
    ),
    ['bulkhead-prod-build-api', 'codeconnections:UseConnection', CONNECTION],
    [
      PIPELINE,
      'codeconnections:UseConnection',
      CONNECTION,
      { 'codeconnections:FullRepositoryId': 'bulkhead/web' },
    ],
    [PIPELINE, 's3:PutObject', `${bucket(HERE)}/programs/${'0'.repeat(64)}/index.js`],
    [PIPELINE, 'codepipeline:PutApprovalResult', `${pipelineArn(HOME, RELEASE)}/enterprise-1-window/open`],
    ['bulkhead-prod-build-api', 'ecr:PutImage', repositoryArn(HOME, HERE, 'web')],
    ['bulkhead-prod-build-api', 'ecr:PutImage', repositoryArn(HOME, THERE, 'api')],
    ['bulkhead-prod-build-api', 'ecr:BatchDeleteImage', repository],
    ['bulkhead-prod-build-api', 's3:PutObject', contractFile],
    ['bulkhead-prod-scan-api', 's3:PutObject', artifact(HERE, RELEASE)],
    ['bulkhead-prod-scan-api', 'ecr:PutImage', repository],
    [
      'bulkhead-prod-maintenance-window',
      'codepipeline:PutApprovalResult',
      `${pipelineArn(HOME, RELEASE)}/release/approve`,
    ],
    [
      'bulkhead-prod-maintenance-window',
      'codepipeline:GetPipelineState',
      'arn:aws:codepipeline:us-east-1:111111111111:other',
    ],
  ];

  for (const [role, action, resource, context] of MAY_NOT) {
    it(`${role}: ${action} on ${resource}, ${JSON.stringify(context ?? {})}`, () => {
      expect(allows(permissionsOf(home, role), { action, resource, ...(context && { context }) })).toBe(
        false,
      );
    });
  }
});

describe('who may be these roles', () => {
  const TRUST: readonly (readonly [role: string, context: Record<string, string>])[] = [
    [PIPELINE, { 'aws:SourceArn': pipelineArn(HOME, RELEASE) }],
    [PIPELINE, { 'aws:SourceArn': pipelineArn(HOME, CONTRACT) }],
    ['bulkhead-prod-build-api', { 'aws:SourceArn': homeProject('build') }],
    [
      'bulkhead-prod-start-contract-api',
      { 'aws:SourceArn': 'arn:aws:scheduler:us-east-1:111111111111:schedule-group/bulkhead-prod-delivery' },
    ],
  ];
  const takes = (role: string, context: Record<string, string>): boolean =>
    allows(trustOf(home, role), { action: 'sts:AssumeRole', resource: '*', context });

  it.each(TRUST)('%s by %j of this account, and by nothing else', (role, context) => {
    const account = { 'aws:SourceAccount': HOME.account };
    expect(takes(role, { ...account, ...context })).toBe(true);
    expect(takes(role, account)).toBe(false);
    expect(takes(role, { ...context, 'aws:SourceAccount': '999999999999' })).toBe(false);
    expect(takes(role, { ...account, 'aws:SourceArn': `${context['aws:SourceArn'] ?? ''}-other` })).toBe(
      false,
    );
  });
});

describe('in a cell', () => {
  const action = 'bulkhead-prod-use1a-pipeline-api';
  const project = projectArn(USE1A, releaseProjectName(USE1A, 'api'));
  const key = 'arn:aws:kms:us-east-1:111111111111:key/0a1b2c';
  const aliased = {
    'kms:ResourceAliases': ['alias/bulkhead-prod-artifacts'],
    'kms:ViaService': 's3.us-east-1.amazonaws.com',
  };
  const objects: readonly Asked[] = [
    ['s3:GetObject', artifact(HERE, RELEASE)],
    ['s3:GetObjectVersion', artifact(HERE, RELEASE)],
    ['s3:GetBucketVersioning', bucket(HERE)],
    ['s3:GetBucketLocation', bucket(HERE)],
  ];
  const calls = by(action, [
    [
      'codebuild:StartBuild',
      project,
      { 'codebuild:environment.environmentVariables.name': PIPELINE_VARIABLES.slice() },
    ],
    ['codebuild:BatchGetBuilds', project],
    // Composite alarms are told of only to whoever may look at all.
    ['cloudwatch:DescribeAlarms', '*', { 'aws:RequestedRegion': USE1A.region }],
    ...objects,
    ['kms:Decrypt', key, aliased],
  ]);
  const permissions = permissionsOf(cell, action);

  it("the role that pipelines take may make a release's calls, and has nothing else", () => {
    expect(refused(permissions, calls)).toEqual([]);
    expect(idle(permissions, calls)).toEqual([]);
    expect(unused(permissions, calls)).toEqual([]);
  });

  it("is taken by the pipelines of its service, and by no other's", () => {
    const takes = (principal: string): boolean =>
      allows(trustOf(cell, action), {
        action: 'sts:AssumeRole',
        resource: '*',
        context: { 'aws:PrincipalArn': principal },
      });
    expect(takes(pipelineRoleArn(HOME, 'api'))).toBe(true);
    expect(takes(pipelineRoleArn(HOME, 'web'))).toBe(false);
  });

  it.each([
    ['the role that pipelines take', action],
    ['the project that releases', 'bulkhead-prod-use1a-release-api'],
  ])('artifacts are open to %s from both sides', (_, role) => {
    const context = {
      'aws:PrincipalArn': `arn:aws:iam::222222222222:role/${role}`,
      'aws:SecureTransport': 'true',
      's3:TlsVersion': '1.3',
    };
    const asked = by(role, objects).map((call) => ({ ...call, context }));
    const ofBucket = resourcePolicy(home, `Artifacts-${HERE}/Bucket/Statements`).map((statement) => ({
      ...statement,
      // The bucket's ARN is known when it is there.
      resources: statement.resources.map((resource) => resource.replace(/^\$\{[^}]+\}/, bucket(HERE))),
    }));
    expect(refused(permissionsOf(cell, role), asked)).toEqual([]);
    expect(refused(ofBucket, asked)).toEqual([]);
    const ofKey = resourcePolicy(home, `Artifacts-${HERE}/Key/Policy`).filter(
      ({ sid }) => sid === 'CellsUseArtifacts',
    );
    const decrypt: Call = {
      by: role,
      action: 'kms:Decrypt',
      resource: key,
      context: { ...context, ...aliased },
    };
    expect(refused(permissionsOf(cell, role), [decrypt])).toEqual([]);
    expect(refused(ofKey, [decrypt])).toEqual([]);
  });

  it.each(['bulkhead-prod-use1a-node', 'bulkhead-prod-use1b-release-api', 'bulkhead-dev-use1a-release-api'])(
    'artifacts are closed to %s, whatever its own account allows',
    (role) => {
      const context = {
        'aws:PrincipalArn': `arn:aws:iam::222222222222:role/${role}`,
        's3:TlsVersion': '1.3',
      };
      const ofBucket = resourcePolicy(home, `Artifacts-${HERE}/Bucket/Statements`);
      const [bucketArn = ''] = ofBucket.find(({ sid }) => sid === 'CellsFindArtifacts')?.resources ?? [];
      expect(allows(ofBucket, { action: 's3:GetBucketLocation', resource: bucketArn, context })).toBe(false);
      expect(allows(ofBucket, { action: 's3:GetObject', resource: `${bucketArn}/x`, context })).toBe(false);
    },
  );
});
