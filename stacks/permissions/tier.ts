import type { Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { operatorsGroup } from '../../constructs/core/workload-labels';
import { clusterName } from '../cluster-name';
import { TIERS } from '../tier';
import { groupStatements } from './ec2';
import { roleStatements } from './iam';
import { addPodIdentities, clusterPartStatements, POD_IDENTITIES, secretStatements } from './owners';
import { keyStatements } from './parts';
import { becomesOwn, contractStatements, isOwn, prefixOf, type Reach, regionalArn } from './scope';

/**
 * What deploying a cell's tiers takes from AWS. What it may do inside the cluster is decided by the cluster's access entry
 * for this role.
 */
export function tierPermissions(placement: Placement): readonly Statement[] {
  const reach: Reach = { ...placement, owner: 'tier' };
  return [
    ...clusterPartStatements(reach, {
      ...POD_IDENTITIES,
      'access-entry': ['DeleteAccessEntry', 'DescribeAccessEntry'],
    }),
    addPodIdentities(reach),
    admitOperators(reach),
    ...groupStatements(reach),
    openShards(placement),
    ...secretStatements(reach, 'tier-*'),
    ...keyStatements(reach, { aliases: [`${prefixOf(reach)}-tier/*`], grantTo: ['secretsmanager'] }),
    ...roleStatements(reach, { names: ['tier-*'], passTo: ['pods.eks.amazonaws.com'] }),
    ...contractStatements(reach, {
      publishes: 'tier-*',
      reads: ['addons', 'cache', 'cluster', 'data-shard-*', 'gateway', 'network'],
    }),
  ];
}

/**
 * Letting the people of a tier into the cluster, as members of its group and of no other.
 *
 * Not `eks:UpdateAccessEntry`: AWS does not say whether the groups in its conditions are those that an entry has or those
 * that it gets, so it could make an administrator of an operator. Who moves to another group is removed and added again.
 * Not `eks:AssociateAccessPolicy`: its conditions name the policy and not whose entry it is for, and no operator has one.
 */
function admitOperators(reach: Reach): Statement {
  return {
    sid: 'AdmitOperators',
    actions: ['eks:CreateAccessEntry'],
    resources: [regionalArn(reach, 'eks', `cluster/${clusterName(reach)}`)],
    conditions: [
      ...becomesOwn(reach),
      { test: 'StringEquals', variable: 'eks:accessEntryType', values: ['STANDARD'] },
      // Of no groups all are among these.
      { test: 'Null', variable: 'eks:kubernetesGroups', values: ['false'] },
      {
        test: 'ForAllValues:StringEquals',
        variable: 'eks:kubernetesGroups',
        values: TIERS.map((tier) => operatorsGroup(tier)),
      },
    ],
  };
}

/** Rules that let a tier's pods in, on the groups of the shards' proxies: those are the cell's, and known by their names. */
function openShards(placement: Placement): Statement {
  return {
    sid: 'OpenShards',
    actions: [
      'ec2:AuthorizeSecurityGroupIngress',
      'ec2:ModifySecurityGroupRules',
      'ec2:RevokeSecurityGroupIngress',
    ],
    resources: [regionalArn(placement, 'ec2', 'security-group/*')],
    conditions: [
      ...isOwn(placement),
      {
        test: 'StringLike',
        variable: 'aws:ResourceTag/Name',
        values: [`${prefixOf(placement)}-shard-*-proxy`],
      },
    ],
  };
}
