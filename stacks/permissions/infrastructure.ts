import type { Statement } from '../../constructs/access/statement';
import { nameIn } from '../../constructs/core/naming';
import type { Placement } from '../../constructs/core/placement';
import {
  artifactBucketArn,
  artifactKeyAlias,
  artifactPrefix,
  DEPLOYED_PREFIX,
  deployedKey,
  driftProjectName,
  homeProjectName,
  INFRASTRUCTURE,
  infrastructurePipelineName,
  infrastructureProjectName,
  noticesTopicArn,
  pipelineArn,
  PLATFORM_ARTIFACT,
  PROGRAMS_PREFIX,
  REPORT_ARTIFACT,
  SOURCE_ARTIFACT,
} from '../../constructs/delivery/names';
import { deployerRoleArn, plannerRoleArn, stateReaderRoleName, stateRoleName } from '../deployment-access';
import { GROUND, type HomeStep, isGround } from '../infrastructure-access';
import { iamArn, inRegion, isOwn, prefixOf, regionalArn } from './scope';

/** What each project of the infrastructure's own pipeline may do (ADR 0027). */

interface Surroundings {
  readonly home: Placement;
  readonly cells: readonly Placement[];
  /** Groups of stacks of the home account, and of each cell. */
  readonly homeGroups: readonly string[];
  readonly cellGroups: readonly string[];
}

/** What a project of the home account may do. */
export function homeInfrastructurePermissions(step: HomeStep, around: Surroundings): readonly Statement[] {
  const { home } = around;
  const own = [ownLog(home, homeProjectName(home, step, INFRASTRUCTURE))];
  switch (step) {
    case 'verify':
      // Runs what the change says: nothing but its own log, the source, and what it makes of it.
      return [
        ...own,
        ...artifacts(home, home.region, {
          reads: [inPipeline(home, SOURCE_ARTIFACT)],
          writes: [inPipeline(home, PLATFORM_ARTIFACT)],
        }),
      ];
    case 'review':
      return [
        ...own,
        ...artifacts(home, home.region, {
          reads: [inPipeline(home, PLATFORM_ARTIFACT), `${PROGRAMS_PREFIX}*`],
          writes: [inPipeline(home, REPORT_ARTIFACT)],
        }),
        take('LookAtEverything', [
          ...lookersOf(home, around.homeGroups, home),
          ...around.cells.flatMap((cell) => allLookers(cell, home)),
        ]),
      ];
    case 'apply':
      return [
        ...own,
        ...artifacts(home, home.region, {
          reads: [
            inPipeline(home, PLATFORM_ARTIFACT),
            inPipeline(home, REPORT_ARTIFACT),
            `${PROGRAMS_PREFIX}*`,
          ],
          writes: [],
        }),
        ...keepDeployed(home, around.cells),
        {
          sid: 'SeeWhoseTurnItIs',
          actions: ['codepipeline:ListActionExecutions'],
          resources: [pipelineArn(home, infrastructurePipelineName(home))],
        },
        take('DeployHomeAndGround', [
          ...around.homeGroups.flatMap((kind) => deployersOf(home, kind, home)),
          ...around.cells.flatMap((cell) => GROUND.flatMap((kind) => deployersOf(cell, kind, home))),
        ]),
      ];
    case 'drift':
      return [
        ...own,
        ...artifacts(home, home.region, { reads: [deployedKey()], writes: [] }),
        take('LookAtHome', lookersOf(home, around.homeGroups, home)),
        ...tell(home),
      ];
  }
}

/** What the project of a cell may do that deploys its stacks, but for those that it stands on, and watches them. */
export function cellInfrastructurePermissions(
  cell: Placement,
  { home, cellGroups }: Pick<Surroundings, 'home' | 'cellGroups'>,
): readonly Statement[] {
  return [
    ownLog(cell, infrastructureProjectName(cell)),
    ...artifacts(home, cell.region, {
      reads: [inPipeline(home, PLATFORM_ARTIFACT), inPipeline(home, REPORT_ARTIFACT), `${PROGRAMS_PREFIX}*`],
      writes: [],
    }),
    ...interfaces(cell),
    take(
      'DeployThisCell',
      cellGroups.filter((kind) => !isGround(kind)).flatMap((kind) => deployersOf(cell, kind, home)),
    ),
    {
      sid: 'WatchAlarms',
      actions: ['cloudwatch:DescribeAlarms'],
      // Composite alarms are told of only to whoever may look at all: "DescribeAlarms", Amazon CloudWatch API Reference.
      // Settings and states only.
      resources: ['*'],
      conditions: [inRegion(cell)],
    },
  ];
}

/** What the project of a cell may do that looks for drift. */
export function cellDriftPermissions(
  cell: Placement,
  { home, cellGroups }: Pick<Surroundings, 'home' | 'cellGroups'>,
): readonly Statement[] {
  return [
    ownLog(cell, driftProjectName(cell)),
    ...artifacts(home, cell.region, { reads: [deployedKey(cell.cell)], writes: [] }),
    ...interfaces(cell),
    take('LookAtThisCell', lookersOf(cell, cellGroups, home)),
    ...tell(home),
  ];
}

const inPipeline = (home: Placement, artifact: string): string =>
  `${artifactPrefix(infrastructurePipelineName(home))}${artifact}/*`;

export const ownLog = (placement: Placement, project: string): Statement => ({
  sid: 'OwnLog',
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resources: [regionalArn(placement, 'logs', `log-group:/aws/codebuild/${project}:*`)],
});

export const take = (sid: string, roles: readonly string[]): Statement => ({
  sid,
  actions: ['sts:AssumeRole'],
  resources: roles,
});

export const deployersOf = (placement: Placement, kind: string, home: Placement): readonly string[] => [
  deployerRoleArn(placement, kind),
  iamArn(home, `role/${stateRoleName(placement, kind)}`),
];

/** Of a project that stands in a cell's VPC, and does all else as a role of the home account. */
export const actingAtHome = (cell: Placement, project: string, roleArn: string): readonly Statement[] => [
  ownLog(cell, project),
  ...interfaces(cell),
  take('ActAtHome', [roleArn]),
];

const lookersOf = (placement: Placement, kinds: readonly string[], home: Placement): readonly string[] =>
  kinds.flatMap((kind) => [
    plannerRoleArn(placement, kind),
    iamArn(home, `role/${stateReaderRoleName(placement, kind)}`),
  ]);

/** All lookers of a cell, as patterns: of many cells the names would be too long for a policy. Only bootstrap makes such. */
const allLookers = (cell: Placement, home: Placement): readonly string[] => [
  iamArn(cell, `role/${prefixOf(cell)}-plan-*`),
  iamArn(home, `role/${prefixOf(cell)}-read-*`),
];

interface Keys {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** Objects of the artifact bucket of a region, in the home account. */
function artifacts(home: Placement, region: string, { reads, writes }: Keys): readonly Statement[] {
  const bucket = artifactBucketArn(home, region);
  const objects = (keys: readonly string[]): readonly string[] => keys.map((key) => `${bucket}/${key}`);
  return [
    { sid: 'ReadArtifacts', actions: ['s3:GetObject', 's3:GetObjectVersion'], resources: objects(reads) },
    ...(writes.length > 0
      ? [{ sid: 'WriteArtifacts', actions: ['s3:PutObject'], resources: objects(writes) }]
      : []),
    {
      sid: 'FindArtifacts',
      // "Allow CodeBuild to interact with other AWS services": CodeBuild asks for these of a bucket that it reads from.
      actions: ['s3:GetBucketAcl', 's3:GetBucketLocation'],
      resources: [bucket],
    },
    artifactKeys('ArtifactKey', home, [region], writes.length > 0),
  ];
}

/** Leaving what was deployed where those who look for drift find it, in each region. */
function keepDeployed(home: Placement, cells: readonly Placement[]): readonly Statement[] {
  const regions = [...new Set([home, ...cells].map(({ region }) => region))].sort();
  return [
    {
      sid: 'KeepDeployed',
      actions: ['s3:PutObject'],
      resources: regions.map((region) => `${artifactBucketArn(home, region)}/${DEPLOYED_PREFIX}*`),
    },
    artifactKeys('DeployedKeys', home, regions, true),
  ];
}

const artifactKeys = (
  sid: string,
  home: Placement,
  regions: readonly string[],
  writes: boolean,
): Statement => ({
  sid,
  actions: ['kms:Decrypt', ...(writes ? ['kms:GenerateDataKey'] : [])],
  // Only its own stack knows which key it is, and everybody its alias.
  resources: regions.map((region) => regionalArn({ ...home, region }, 'kms', 'key/*')),
  conditions: [
    { test: 'ForAnyValue:StringEquals', variable: 'kms:ResourceAliases', values: [artifactKeyAlias(home)] },
    {
      test: 'StringEquals',
      variable: 'kms:ViaService',
      values: regions.map((region) => `s3.${region}.amazonaws.com`),
    },
  ],
});

/** Telling people, through the home account's topic and its key. */
const tell = (home: Placement): readonly Statement[] => [
  { sid: 'Tell', actions: ['sns:Publish'], resources: [noticesTopicArn(home)] },
  {
    sid: 'TopicKey',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [regionalArn(home, 'kms', 'key/*')],
    conditions: [
      {
        test: 'ForAnyValue:StringEquals',
        variable: 'kms:ResourceAliases',
        values: [`alias/${nameIn(home, 'kmsAlias', 'releases')}`],
      },
    ],
  },
];

/**
 * "Allow CodeBuild access to AWS services required to create a VPC network interface", AWS CodeBuild User Guide. The cell's
 * subnets and groups have ids that only its own stacks know, and its tags.
 */
export function interfaces(cell: Placement): readonly Statement[] {
  const arn = (type: string): string => regionalArn(cell, 'ec2', `${type}/*`);
  return [
    {
      sid: 'LookAtNetwork',
      actions: [
        'ec2:DescribeDhcpOptions',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ],
      // EC2 knows no resource for descriptions.
      resources: ['*'],
    },
    { sid: 'MakeInterfaces', actions: ['ec2:CreateNetworkInterface'], resources: [arn('network-interface')] },
    {
      sid: 'InThisCell',
      actions: ['ec2:CreateNetworkInterface'],
      resources: [arn('subnet'), arn('security-group')],
      conditions: isOwn(cell),
    },
    {
      sid: 'RemoveInterfaces',
      // EC2 removes no interface that something uses.
      actions: ['ec2:DeleteNetworkInterface'],
      resources: [arn('network-interface')],
    },
    {
      sid: 'HandInterfacesToCodeBuild',
      actions: ['ec2:CreateNetworkInterfacePermission'],
      resources: [arn('network-interface')],
      conditions: [
        { test: 'StringEquals', variable: 'ec2:AuthorizedService', values: ['codebuild.amazonaws.com'] },
      ],
    },
  ];
}
