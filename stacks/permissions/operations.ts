import type { Statement } from '../../constructs/access/statement';
import { cacheUserArn } from '../../constructs/cache/cache-user';
import { PLATFORM_OWNERS } from '../../constructs/cache/platform-users';
import type { Placement } from '../../constructs/core/placement';
import { nameIn } from '../../constructs/core/naming';
import { asItIs } from '../../constructs/core/start-as-it-is';
import { projectLogGroup } from '../../constructs/delivery/code-build';
import { infrastructurePipelineName, pipelineArn } from '../../constructs/delivery/names';
import { ARGUMENTS } from '../../constructs/operations/build-spec';
import {
  operationsProjectArn,
  operationsProjectName,
  operatorRoleArn,
  tenantDataRoleArn,
} from '../../constructs/operations/names';
import { plannerRoleArn } from '../deployment-access';
import { READ_BY_OPERATIONS } from '../infrastructure-access';
import { actingAtHome, take } from './infrastructure';
import { type Repository, useRepository, writeRegistry } from './onboarding-projects';
import { regionalArn } from './scope';

/** What operates on tenants in a cell may do, and who starts it (ADR 0033). `bootstrap` makes all these roles. */

/** Of a cell's project: it stands in the VPC, and acts as the operator. */
export const operationsPermissions = (cell: Placement, home: Placement): readonly Statement[] =>
  actingAtHome(cell, operationsProjectName(cell), operatorRoleArn(home, cell));

/** Of the operator: the registry, and the cell's databases and cache as the role that may. It deploys nothing. */
export const operatorPermissions = (cell: Placement, around: Repository): readonly Statement[] => [
  ...writeRegistry(around.home),
  useRepository(around, ['GitPull']),
  {
    sid: 'FindTheVersion',
    actions: ['codepipeline:ListPipelineExecutions'],
    resources: [pipelineArn(around.home, infrastructurePipelineName(around.home))],
  },
  // Contracts are read as the role that plans what publishes them.
  take(
    'ReadContracts',
    READ_BY_OPERATIONS.map((kind) => plannerRoleArn(cell, kind)),
  ),
  take('ReachTenantData', [tenantDataRoleArn(cell)]),
];

/** Users of databases that operations log in as: who copies a tenant's rows, and who exports and deletes them. */
const DATABASE_USERS = ['bulkhead_migrator', 'bulkhead_mover'] as const;

/** Logging in to a cell's databases past their proxies, and to its cache as who revokes tokens. */
export const tenantDataPermissions = (cell: Placement): readonly Statement[] => [
  {
    sid: 'Databases',
    actions: ['rds-db:connect'],
    // Clusters have ids that only their own stacks know, and shards and tenants come and go. These users are in no database but
    // the platform's own.
    resources: DATABASE_USERS.map((user) => regionalArn(cell, 'rds-db', `dbuser:*/${user}`)),
  },
  {
    sid: 'RevokeTokens',
    actions: ['elasticache:Connect'],
    resources: [
      regionalArn(
        cell,
        'elasticache',
        `replicationgroup:${nameIn(cell, 'elasticacheReplicationGroup', 'cache')}`,
      ),
      cacheUserArn(cell, PLATFORM_OWNERS.revocation),
    ],
  },
];

const logGroupArn = (cell: Placement): string =>
  regionalArn(cell, 'logs', `log-group:${projectLogGroup(operationsProjectName(cell))}:*`);

/** Of a person: starting the project with words for the command and nothing else, and following it. */
export const operationsStarterPermissions = (cell: Placement): readonly Statement[] => {
  const resources = [operationsProjectArn(cell)];
  return [
    {
      sid: 'StartAsItIs',
      actions: ['codebuild:StartBuild'],
      resources,
      conditions: asItIs([ARGUMENTS]),
    },
    { sid: 'Follow', actions: ['codebuild:BatchGetBuilds', 'codebuild:StopBuild'], resources },
    {
      sid: 'ReadLog',
      actions: ['logs:FilterLogEvents', 'logs:GetLogEvents'],
      resources: [logGroupArn(cell)],
    },
  ];
};
