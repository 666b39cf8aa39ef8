import type { Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { cacheUserStatements } from './cache';
import { databaseStatements } from './database';
import { groupStatements } from './ec2';
import { roleStatements } from './iam';
import { tenantIdentityStatements } from './identity';
import { readRecords, recordStatement } from './names';
import { addPodIdentities, clusterPartStatements, POD_IDENTITIES, secretStatements } from './owners';
import { keyStatements } from './parts';
import { contractStatements, prefixOf, type Reach, regionalArn } from './scope';

/**
 * What deploying a cell's dedicated tenants takes from AWS. One role for all of them, whose names are not known here. What
 * it may do inside the cluster is decided by the cluster's access entry for this role.
 *
 * It ends nothing that data is lost with: not a cluster, a secret or a key. Whoever takes a tenant off the platform is an
 * administrator.
 *
 * @param domain domain of the platform
 */
export function tenantPermissions(placement: Placement, domain: string): readonly Statement[] {
  const reach: Reach = { ...placement, owner: 'tenant' };
  const prefix = prefixOf(reach);
  return [
    ...databaseStatements(reach, { names: 'tenant-*', subnetGroups: 'tenant-*' }),
    {
      sid: 'SubnetGroups',
      actions: [
        'rds:AddTagsToResource',
        'rds:CreateDBSubnetGroup',
        'rds:DeleteDBSubnetGroup',
        'rds:DescribeDBSubnetGroups',
        'rds:ListTagsForResource',
        'rds:ModifyDBSubnetGroup',
        'rds:RemoveTagsFromResource',
      ],
      resources: [regionalArn(reach, 'rds', `subgrp:${prefix}-tenant-*`)],
    },
    ...clusterPartStatements(reach, POD_IDENTITIES),
    addPodIdentities(reach),
    ...groupStatements(reach),
    ...secretStatements(reach, 'tenant-*'),
    ...keyStatements(reach, {
      // Of databases, and of all else.
      aliases: [`${prefix}-tenant-*`, `${prefix}-tenant/*`],
      grantTo: ['rds', 'secretsmanager'],
    }),
    ...roleStatements(reach, {
      names: ['tenant-*'],
      passTo: ['pods.eks.amazonaws.com', 'rds.amazonaws.com'],
      serviceLinked: ['rds.amazonaws.com'],
    }),
    ...cacheUserStatements(reach, ['ten-*']),
    ...tenantIdentityStatements(placement),
    tenantNames(`${reach.cell ?? ''}.${domain}`),
    ...readRecords(),
    ...contractStatements(reach, {
      publishes: 'tenant-*',
      reads: [
        ...['addons', 'cache', 'cluster', 'data', 'delivery', 'gateway', 'identity', 'network'],
        'tier-enterprise',
      ],
    }),
  ];
}

/** Names of tenants, directly below the zone of the cell. */
const tenantNames = (zone: string): Statement =>
  recordStatement('Names', {
    types: ['CNAME'],
    names: [`*.${zone}`],
    except: [
      // Names of gateways, which all tenants' names lead to, and of what the cell has for all.
      ...['enterprise', 'shared', 'api', 'app', 'auth', 'www'].map((name) => `${name}.${zone}`),
      // What proves to certificate authorities whose the zone is.
      '_*',
      // Names below a tenant's, and the one that stands for all: Route 53 writes a star as its octal code.
      `*.*.${zone}`,
      '\\052.*',
    ],
  });
