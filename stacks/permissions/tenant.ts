import type { Condition, Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { cacheUserStatements } from './cache';
import { databaseStatements } from './database';
import { groupStatements } from './ec2';
import { roleStatements } from './iam';
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
    ...nameStatements(`${reach.cell ?? ''}.${domain}`),
    ...contractStatements(reach, {
      publishes: 'tenant-*',
      reads: ['addons', 'cache', 'cluster', 'data', 'network', 'tier-enterprise'],
    }),
  ];
}

/** One condition for all records of a request. */
const records = (test: string, key: string, values: readonly string[]): Condition => ({
  test: `ForAllValues:${test}`,
  variable: `route53:ChangeResourceRecordSets${key}`,
  values,
});

/**
 * Names of tenants, directly below the zone of the cell. Of other cells' zones only the ids differ, which Route 53 chooses:
 * records are kept to the cell by their own names.
 */
function nameStatements(zone: string): readonly Statement[] {
  return [
    {
      sid: 'Names',
      actions: ['route53:ChangeResourceRecordSets'],
      resources: ['arn:aws:route53:::hostedzone/*'],
      conditions: [
        records('StringEquals', 'RecordTypes', ['CNAME']),
        records('StringLike', 'NormalizedRecordNames', [`*.${zone}`]),
        records('StringNotLike', 'NormalizedRecordNames', [
          // Names of gateways, which all tenants' names lead to.
          `enterprise.${zone}`,
          `shared.${zone}`,
          // What proves to certificate authorities whose the zone is.
          '_*',
          // Names below a tenant's, and the one that stands for all: Route 53 writes a star as its octal code.
          `*.*.${zone}`,
          '\\052.*',
        ]),
      ],
    },
    {
      sid: 'ReadNames',
      // By ids of Route 53's choice, as above. What is in a public zone everybody may ask.
      actions: ['route53:GetHostedZone', 'route53:ListResourceRecordSets'],
      resources: ['arn:aws:route53:::hostedzone/*'],
    },
    { sid: 'AwaitNames', actions: ['route53:GetChange'], resources: ['arn:aws:route53:::change/*'] },
  ];
}
