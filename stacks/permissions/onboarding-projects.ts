import type { Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { onboarderRoleArn, onboardingProjectName, starterRoleArn } from '../../constructs/onboarding/names';
import { plannerRoleArn } from '../deployment-access';
import { ONBOARDED, READ_BY_ONBOARDING } from '../infrastructure-access';
import { actingAtHome, deployersOf, ownLog, take } from './infrastructure';
import { prefixOf, regionalArn } from './scope';

/** What the projects that onboard tenants may do, and the role that a cell's acts as (ADR 0032). `bootstrap` makes them all. */

export interface Repository {
  readonly home: Placement;
  /** Connection to where this platform's repository is, and the repository's owner and name. */
  readonly connectionArn: string;
  readonly repository: string;
}

/** Of the home account: it writes the registry and the branch, and has cells provision. It deploys nothing itself. */
export const homeOnboardingPermissions = (
  around: Repository,
  cells: readonly Placement[],
): readonly Statement[] => [
  ownLog(around.home, onboardingProjectName(around.home)),
  ...writeRegistry(around.home),
  useRepository(around, ['GitPull', 'GitPush']),
  take('StartInCells', cells.map(starterRoleArn)),
];

/** Of a cell's project: it stands in the VPC, and acts as the onboarder. */
export const cellOnboardingPermissions = (cell: Placement, home: Placement): readonly Statement[] =>
  actingAtHome(cell, onboardingProjectName(cell), onboarderRoleArn(home, cell));

/** Of the onboarder: it goes on with what is in the registry, and deploys stacks of single tenants of one cell. */
export const onboarderPermissions = (cell: Placement, around: Repository): readonly Statement[] => [
  ...writeRegistry(around.home),
  useRepository(around, ['GitPull']),
  take('DeployTenants', deployersOf(cell, ONBOARDED, around.home)),
  // Contracts are read as the role that plans what publishes them.
  take(
    'ReadContracts',
    READ_BY_ONBOARDING.map((kind) => plannerRoleArn(cell, kind)),
  ),
];

/** Items of the registry: of tenants, of counts and of leases. It lists nobody, and takes no tenant out. */
export function writeRegistry(home: Placement): readonly Statement[] {
  const name = `${prefixOf(home)}-tenants`;
  const resources = [regionalArn(home, 'dynamodb', `table/${name}`)];
  return [
    {
      sid: 'Registry',
      actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      resources,
    },
    {
      sid: 'Leases',
      actions: ['dynamodb:DeleteItem'],
      resources,
      conditions: [
        // Of no keys all are like this.
        { test: 'Null', variable: 'dynamodb:LeadingKeys', values: ['false'] },
        { test: 'ForAllValues:StringLike', variable: 'dynamodb:LeadingKeys', values: ['lease#*'] },
      ],
    },
    {
      sid: 'RegistryKey',
      actions: ['kms:Decrypt', 'kms:DescribeKey'],
      // Only its own stack knows which key it is, and everybody its alias.
      resources: [regionalArn(home, 'kms', 'key/*')],
      conditions: [
        { test: 'ForAnyValue:StringEquals', variable: 'kms:ResourceAliases', values: [`alias/${name}`] },
        {
          test: 'StringEquals',
          variable: 'kms:ViaService',
          values: [`dynamodb.${home.region}.amazonaws.com`],
        },
      ],
    },
  ];
}

/** This platform's own repository: "AWS CodeConnections permissions reference", Developer Tools Console User Guide. */
export function useRepository(
  { connectionArn, repository }: Repository,
  providerActions: readonly string[],
): Statement {
  const [, , service = ''] = connectionArn.split(':');
  return {
    sid: 'Repository',
    actions: [`${service}:UseConnection`],
    resources: [connectionArn],
    conditions: [
      { test: 'StringEquals', variable: `${service}:FullRepositoryId`, values: [repository] },
      { test: 'StringEquals', variable: `${service}:ProviderAction`, values: providerActions },
    ],
  };
}
