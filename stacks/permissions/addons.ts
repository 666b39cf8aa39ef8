import type { Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { clusterName } from '../cluster-name';
import { groupStatements } from './ec2';
import { roleStatements } from './iam';
import { keyStatements, logDeliveryStatement, logGroupStatements, podIdentityStatements } from './parts';
import {
  becomesOwn,
  contractStatements,
  inRegion,
  KEEPS_IDENTITY,
  prefixOf,
  regionalArn,
  staysOwn,
  isOwn,
} from './scope';

/**
 * What deploying a cell's add-ons takes from AWS: finding the cluster, roles and a security group for pods, and where logs
 * and metrics go. What it may do inside the cluster is decided by the cluster's access entry for this role.
 */
export function addonsPermissions(placement: Placement): readonly Statement[] {
  const prefix = prefixOf(placement);
  const cluster = clusterName(placement);
  return [
    {
      sid: 'FindCluster',
      actions: ['eks:DescribeCluster'],
      resources: [regionalArn(placement, 'eks', `cluster/${cluster}`)],
    },
    ...podIdentityStatements(placement, cluster),
    ...metricsStatements(placement),
    ...groupStatements(placement),
    ...logGroupStatements(placement, [
      `/pods/${prefix}-addons-pods`,
      `/aws/vendedlogs/prometheus/${prefix}-addons-metrics`,
    ]),
    ...keyStatements(placement, { aliases: [`${prefix}-addons`], grantTo: ['aps'] }),
    ...roleStatements(placement, { names: ['addons-*'], passTo: ['pods.eks.amazonaws.com'] }),
    ...contractStatements(placement, { publishes: 'addons', reads: ['cluster', 'network'] }),
  ];
}

/** The cell's Prometheus workspace. Not `aps:DeleteWorkspace`: only an administrator throws metrics away. */
function metricsStatements(placement: Placement): readonly Statement[] {
  const workspaces = [regionalArn(placement, 'aps', 'workspace/*')];
  return [
    {
      sid: 'CreateWorkspace',
      // A workspace has an id of its service's choice, so this action knows no resource.
      actions: ['aps:CreateWorkspace'],
      resources: ['*'],
      conditions: [...becomesOwn(placement), inRegion(placement)],
    },
    {
      sid: 'TagNewWorkspace',
      actions: ['aps:TagResource'],
      resources: workspaces,
      conditions: [
        ...becomesOwn(placement),
        { test: 'Null', variable: 'aws:ResourceTag/platform', values: ['true'] },
      ],
    },
    {
      sid: 'Workspace',
      actions: [
        'aps:CreateLoggingConfiguration',
        'aps:DeleteLoggingConfiguration',
        'aps:DescribeLoggingConfiguration',
        'aps:DescribeWorkspace',
        'aps:ListTagsForResource',
        'aps:UpdateLoggingConfiguration',
        'aps:UpdateWorkspaceAlias',
      ],
      resources: workspaces,
      conditions: isOwn(placement),
    },
    {
      sid: 'TagWorkspace',
      actions: ['aps:TagResource'],
      resources: workspaces,
      conditions: [...isOwn(placement), ...staysOwn(placement)],
    },
    {
      sid: 'UntagWorkspace',
      actions: ['aps:UntagResource'],
      resources: workspaces,
      conditions: [...isOwn(placement), KEEPS_IDENTITY],
    },
    logDeliveryStatement(placement),
  ];
}
