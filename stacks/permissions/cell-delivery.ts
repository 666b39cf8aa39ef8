import type { Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { MIGRATIONS_GROUP, RELEASES_GROUP, releasesGroup } from '../../constructs/core/releases';
import { INFRASTRUCTURE } from '../../constructs/delivery/names';
import { ONBOARDING } from '../../constructs/onboarding/names';
import { OPERATIONS } from '../../constructs/operations/names';
import { clusterName } from '../cluster-name';
import { passProjectRoles } from './delivery';
import { scheduleStatements } from './delivery-events';
import { groupStatements, openClusterGroup } from './ec2';
import { roleStatements } from './iam';
import { clusterPartStatements } from './owners';
import { keyStatements, logGroupStatements } from './parts';
import { becomesOwn, contractStatements, iamArn, prefixOf, regionalArn } from './scope';

/** Names of projects and their roles, without the cell's prefix. Services come and go, so theirs are not spelt out. */
const PROJECTS = ['release-*'] as const;

/** Projects of the infrastructure's own pipeline, and those that onboard tenants and operate on them. Their roles are an administrator's. */
const OWN_PROJECTS = [INFRASTRUCTURE, `drift-${INFRASTRUCTURE}`, ONBOARDING, OPERATIONS] as const;

/** Names of the roles that pipelines of the home account take. */
const PIPELINES = ['pipeline-*'] as const;

/**
 * What deploying a cell's part of delivery takes from AWS. Not `codebuild:StartBuild`: who deploys a project needs not run it.
 * It does say what its projects run, so it is as trusted as whoever releases a service.
 */
export function cellDeliveryPermissions(placement: Placement): readonly Statement[] {
  const prefix = prefixOf(placement);
  return [
    ...projectStatements(placement),
    passProjectRoles(placement, OWN_PROJECTS),
    ...scheduleStatements(placement),
    ...clusterPartStatements(placement, { 'access-entry': ['DeleteAccessEntry', 'DescribeAccessEntry'] }),
    admitReleases(placement),
    ...groupStatements(placement),
    openClusterGroup(placement, clusterName(placement)),
    ...logGroupStatements(
      placement,
      [...PROJECTS, ...OWN_PROJECTS].map((name) => `/aws/codebuild/${prefix}-${name}`),
    ),
    ...keyStatements(placement, {
      aliases: [...PROJECTS, ...OWN_PROJECTS].map((name) => `${prefix}-${name}-log`),
    }),
    ...roleStatements(placement, {
      names: [...PROJECTS, ...PIPELINES],
      passTo: ['codebuild.amazonaws.com', 'scheduler.amazonaws.com'],
    }),
    ...contractStatements(placement, { publishes: 'delivery', reads: ['cluster', 'network'] }),
  ];
}

/** Tags of a project are settings of it: every change must leave it tagged as the cell's. */
function projectStatements(placement: Placement): readonly Statement[] {
  const resources = [...PROJECTS, ...OWN_PROJECTS].map((name) =>
    regionalArn(placement, 'codebuild', `project/${prefixOf(placement)}-${name}`),
  );
  return [
    { sid: 'Projects', actions: ['codebuild:BatchGetProjects', 'codebuild:DeleteProject'], resources },
    {
      sid: 'ChangeProjects',
      actions: ['codebuild:CreateProject', 'codebuild:UpdateProject'],
      resources,
      conditions: [
        ...becomesOwn(placement),
        // None builds images.
        { test: 'BoolIfExists', variable: 'codebuild:environment.privilegedMode', values: ['false'] },
      ],
    },
  ];
}

/**
 * Letting release projects into the cluster, as members of the groups of releases and of no other.
 *
 * Not `eks:UpdateAccessEntry`, whose request AWS gives no groups of: a service that begins to bring migrations has its entry
 * removed and added again.
 */
function admitReleases(placement: Placement): Statement {
  return {
    sid: 'AdmitReleases',
    actions: ['eks:CreateAccessEntry'],
    resources: [regionalArn(placement, 'eks', `cluster/${clusterName(placement)}`)],
    conditions: [
      ...becomesOwn(placement),
      { test: 'StringEquals', variable: 'eks:accessEntryType', values: ['STANDARD'] },
      {
        test: 'ArnLike',
        variable: 'eks:principalArn',
        values: [iamArn(placement, `role/${prefixOf(placement)}-release-*`)],
      },
      // Of no groups all are among these.
      { test: 'Null', variable: 'eks:kubernetesGroups', values: ['false'] },
      {
        test: 'ForAllValues:StringLike',
        variable: 'eks:kubernetesGroups',
        values: [RELEASES_GROUP, releasesGroup('*'), MIGRATIONS_GROUP],
      },
    ],
  };
}
