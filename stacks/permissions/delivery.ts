import type { Statement } from '../../constructs/access/statement';
import { nameIn } from '../../constructs/core/naming';
import type { Placement } from '../../constructs/core/placement';
import {
  artifactBucketName,
  artifactParts,
  CONTRACTS_PREFIX,
  INFRASTRUCTURE,
  PROGRAMS_PREFIX,
  repositoryPrefix,
  signingProfileArn,
} from '../../constructs/delivery/names';
import { WINDOW_OPENER } from '../../constructs/delivery/window-schedules';
import { HOME_STEPS } from '../infrastructure-access';
import { bucketStatement } from './buckets';
import { noticeStatements, scheduleStatements } from './delivery-events';
import { functionKeys, functionLogs, functionStatements } from './functions';
import { roleStatements } from './iam';
import { keyStatements, logGroupStatements, neverTouchStateKey } from './parts';
import { becomesOwn, iamArn, inRegion, KEEPS_IDENTITY, prefixOf, regionalArn, staysOwn } from './scope';

/** Projects of services, by the first part of their names. Services come and go, so theirs are not spelt out. */
const PROJECTS = ['build-*', 'scan-*', 'agree-*'] as const;

/** Projects of the infrastructure's own pipeline. Their roles are an administrator's. */
const OWN_PROJECTS = HOME_STEPS.map((step) => `${step}-${INFRASTRUCTURE}`);

/** Roles of the stack, without the platform's prefix. */
const ROLES = [
  'pipeline-*',
  ...PROJECTS,
  'start-contract-*',
  WINDOW_OPENER,
  `call-${WINDOW_OPENER}`,
] as const;

/**
 * What deploying the platform's delivery takes. Not `ecr:DeleteRepository` nor `s3:DeleteBucket`, not starting a pipeline or a
 * build, not approving one, and not pushing an image: who deploys the pipelines needs not release anything.
 *
 * It does say what pipelines and projects run, so it is as trusted as whoever releases a service.
 *
 * @param home the platform's home, without a cell
 * @param connectionArn connection that sources come from
 * @param cellRegions regions with cells
 */
export function deliveryPermissions(
  home: Placement,
  connectionArn: string,
  cellRegions: readonly string[],
): readonly Statement[] {
  const prefix = prefixOf(home);
  const others = [...new Set(cellRegions)].filter((region) => region !== home.region).sort();
  return [
    ...registryStatements(home, [home.region, ...others]),
    ...artifactStatements(home, [home.region, ...others]),
    ...projectStatements(home),
    passProjectRoles(home, OWN_PROJECTS),
    ...pipelineStatements(home, connectionArn),
    ...scheduleStatements(home),
    ...noticeStatements(home),
    ...functionStatements(home, [WINDOW_OPENER], []),
    ...logGroupStatements(home, [
      ...[...PROJECTS, ...OWN_PROJECTS].map((name) => `/aws/codebuild/${prefix}-${name}`),
      ...functionLogs(home, [WINDOW_OPENER]),
    ]),
    ...keyStatements(home, {
      aliases: [
        ...artifactParts,
        'images-*',
        'releases',
        ...[...PROJECTS, ...OWN_PROJECTS].map((name) => `${name}-log`),
        ...functionKeys([WINDOW_OPENER]),
      ].map((name) => `${prefix}-${name}`),
      grantTo: ['ecr', 'lambda', 's3'],
      regions: others,
    }),
    neverTouchStateKey(home),
    ...roleStatements(home, {
      names: ROLES,
      passTo: [
        'codebuild.amazonaws.com',
        'codepipeline.amazonaws.com',
        'lambda.amazonaws.com',
        'scheduler.amazonaws.com',
      ],
      // Copies images to other regions: "Using service-linked roles for Amazon ECR", Amazon ECR User Guide.
      ...(others.length > 0 && { serviceLinked: ['replication.ecr.amazonaws.com'] }),
    }),
  ];
}

function registryStatements(home: Placement, regions: readonly string[]): readonly Statement[] {
  const repositories = regions.map((region) =>
    regionalArn({ ...home, region }, 'ecr', `repository/${repositoryPrefix(home)}*`),
  );
  const stack = regionalArn(
    home,
    'cloudformation',
    `stack/${nameIn(home, 'cloudFormationStack', 'image-signing')}/*`,
  );
  return [
    {
      sid: 'Repositories',
      actions: [
        'ecr:CreateRepository',
        'ecr:DeleteLifecyclePolicy',
        'ecr:DeleteRepositoryPolicy',
        'ecr:DescribeRepositories',
        'ecr:GetLifecyclePolicy',
        'ecr:GetRepositoryPolicy',
        'ecr:ListTagsForResource',
        'ecr:PutImageScanningConfiguration',
        'ecr:PutImageTagMutability',
        'ecr:PutLifecyclePolicy',
        'ecr:SetRepositoryPolicy',
      ],
      resources: repositories,
    },
    {
      sid: 'TagRepositories',
      actions: ['ecr:TagResource'],
      resources: repositories,
      conditions: staysOwn(home),
    },
    {
      sid: 'UntagRepositories',
      actions: ['ecr:UntagResource'],
      resources: repositories,
      conditions: [KEEPS_IDENTITY],
    },
    {
      sid: 'Registry',
      // What a registry does with all its images: it is not a resource that IAM knows.
      actions: [
        'ecr:DeleteSigningConfiguration',
        'ecr:DescribeRegistry',
        'ecr:GetSigningConfiguration',
        'ecr:PutReplicationConfiguration',
        'ecr:PutSigningConfiguration',
      ],
      resources: ['*'],
      conditions: [inRegion(home)],
    },
    {
      sid: 'SigningStack',
      actions: [
        'cloudformation:CreateStack',
        'cloudformation:DeleteStack',
        'cloudformation:DescribeStackEvents',
        'cloudformation:DescribeStacks',
        'cloudformation:GetTemplate',
        'cloudformation:TagResource',
        'cloudformation:UntagResource',
        'cloudformation:UpdateStack',
      ],
      resources: [stack],
    },
    {
      sid: 'MakeProfile',
      // A profile has no ARN before it exists, for the service.
      actions: ['signer:PutSigningProfile'],
      resources: ['*'],
      conditions: [...becomesOwn(home), inRegion(home)],
    },
    {
      sid: 'Profile',
      // Not `signer:RevokeSigningProfile` nor `CancelSigningProfile`: what it has signed would no longer count.
      actions: ['signer:GetSigningProfile', 'signer:ListTagsForResource'],
      resources: [signingProfileArn(home)],
    },
    {
      sid: 'TagProfile',
      actions: ['signer:TagResource'],
      resources: [signingProfileArn(home)],
      conditions: staysOwn(home),
    },
    {
      sid: 'UntagProfile',
      actions: ['signer:UntagResource'],
      resources: [signingProfileArn(home)],
      conditions: [KEEPS_IDENTITY],
    },
  ];
}

function artifactStatements(home: Placement, regions: readonly string[]): readonly Statement[] {
  const logs = (region: string): string => nameIn({ ...home, region }, 's3Bucket', 'artifacts-logs');
  const buckets = regions.map((region) => artifactBucketName(home, region));
  return [
    bucketStatement('ArtifactBuckets', [...buckets, ...regions.map(logs)]),
    {
      sid: 'Programs',
      isDeployed: true,
      // What cells run, and no artifact of a pipeline. An old program goes when a new one is there; its versions stay a while.
      actions: [
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:GetObject',
        's3:GetObjectTagging',
        's3:ListBucketVersions',
        's3:PutObject',
        's3:PutObjectTagging',
      ],
      resources: buckets.flatMap((bucket) => [
        ...[PROGRAMS_PREFIX, CONTRACTS_PREFIX].map((keys) => `arn:aws:s3:::${bucket}/${keys}*`),
        `arn:aws:s3:::${bucket}`,
      ]),
    },
  ];
}

/** Tags of a project are settings of it: every change must leave it tagged as the platform's. */
function projectStatements(home: Placement): readonly Statement[] {
  const resources = [...PROJECTS, ...OWN_PROJECTS].map((name) =>
    regionalArn(home, 'codebuild', `project/${prefixOf(home)}-${name}`),
  );
  return [
    { sid: 'Projects', actions: ['codebuild:BatchGetProjects', 'codebuild:DeleteProject'], resources },
    {
      sid: 'ChangeProjects',
      actions: ['codebuild:CreateProject', 'codebuild:UpdateProject'],
      resources,
      conditions: becomesOwn(home),
    },
  ];
}

/**
 * Giving projects of the infrastructure's own pipeline the roles that an administrator has made for them. Whoever may say what
 * such a project runs may do what its role may: so a change of this stack is always one of high risk, and approved by a person.
 *
 * @param names of projects, and of roles of the same names, without the placement's prefix
 */
export const passProjectRoles = (placement: Placement, names: readonly string[]): Statement => ({
  sid: 'PassProjectRoles',
  actions: ['iam:PassRole'],
  resources: names.map((name) => iamArn(placement, `role/${prefixOf(placement)}-${name}`)),
  conditions: [
    { test: 'StringEquals', variable: 'iam:PassedToService', values: ['codebuild.amazonaws.com'] },
  ],
});

function pipelineStatements(home: Placement, connectionArn: string): readonly Statement[] {
  const resources = [regionalArn(home, 'codepipeline', `${prefixOf(home)}-*`)];
  const [, , connections = ''] = connectionArn.split(':');
  return [
    {
      sid: 'Pipelines',
      actions: [
        'codepipeline:CreatePipeline',
        'codepipeline:DeletePipeline',
        'codepipeline:GetPipeline',
        'codepipeline:ListTagsForResource',
        'codepipeline:UpdatePipeline',
      ],
      resources,
    },
    { sid: 'TagPipelines', actions: ['codepipeline:TagResource'], resources, conditions: staysOwn(home) },
    {
      sid: 'UntagPipelines',
      actions: ['codepipeline:UntagResource'],
      resources,
      conditions: [KEEPS_IDENTITY],
    },
    {
      sid: 'UseConnection',
      // A pipeline is refused unless whoever makes it may hand the connection on: "Using IAM with connections", Developer Tools
      // Console User Guide.
      actions: [`${connections}:PassConnection`],
      resources: [connectionArn],
      conditions: [
        {
          test: 'StringEquals',
          variable: `${connections}:PassedToService`,
          values: ['codepipeline.amazonaws.com'],
        },
      ],
    },
  ];
}
