import type { Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { clusterName } from '../cluster-name';
import { databaseStatements } from './database';
import { groupStatements } from './ec2';
import { roleStatements } from './iam';
import { keyStatements, podIdentityStatements } from './parts';
import { contractStatements, prefixOf, regionalArn } from './scope';

/** What deploying a cell's shards takes. */
export function dataShardPermissions(placement: Placement): readonly Statement[] {
  const cluster = clusterName(placement);
  return [
    ...databaseStatements(placement, { names: 'shard-*', subnetGroups: 'databases' }),
    {
      sid: 'FindCluster',
      actions: ['eks:DescribeCluster'],
      resources: [regionalArn(placement, 'eks', `cluster/${cluster}`)],
    },
    ...podIdentityStatements(placement, cluster),
    ...groupStatements(placement),
    ...keyStatements(placement, {
      aliases: [`${prefixOf(placement)}-shard-*`],
      grantTo: ['rds', 'secretsmanager'],
    }),
    ...roleStatements(placement, {
      names: ['shard-*', 'tenancy-shard-*'],
      passTo: ['pods.eks.amazonaws.com', 'rds.amazonaws.com'],
      serviceLinked: ['rds.amazonaws.com'],
    }),
    ...contractStatements(placement, {
      // One group for all shards, whose numbers are not known here.
      publishes: 'data-shard-*',
      reads: ['addons', 'cluster', 'data', 'delivery', 'network'],
    }),
  ];
}
