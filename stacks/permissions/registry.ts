import type { Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { syntheticTenant } from '../../constructs/core/releases';
import { keyStatements, neverTouchStateKey } from './parts';
import { contractStatements, iamArn, prefixOf, regionalArn } from './scope';

/**
 * What deploying the tenant registry takes. Not `dynamodb:DeleteTable`, not `dynamodb:DeleteTableReplica` and not a
 * restore over it: no deployment ever removes the registry. An administrator who must has credentials of his own.
 *
 * @param placement the platform's home, without a cell
 */
export function registryPermissions(
  placement: Placement,
  replicaRegions: readonly string[],
): readonly Statement[] {
  const name = `${prefixOf(placement)}-tenants`;
  const tables = [placement.region, ...replicaRegions].map((region) =>
    regionalArn({ ...placement, region }, 'dynamodb', `table/${name}`),
  );
  const replication = 'replication.dynamodb.amazonaws.com';
  return [
    {
      sid: 'Table',
      actions: [
        'dynamodb:CreateTable',
        // Readers' access, which is taken away again when the last cell that reads in a region goes.
        'dynamodb:DeleteResourcePolicy',
        'dynamodb:DescribeContinuousBackups',
        'dynamodb:DescribeTable',
        'dynamodb:DescribeTimeToLive',
        'dynamodb:GetResourcePolicy',
        'dynamodb:ListTagsOfResource',
        'dynamodb:PutResourcePolicy',
        'dynamodb:TagResource',
        'dynamodb:UntagResource',
        'dynamodb:UpdateContinuousBackups',
        'dynamodb:UpdateTable',
      ],
      resources: tables,
    },
    ...(replicaRegions.length > 0
      ? [
          {
            sid: 'Replicas',
            actions: [
              'dynamodb:CreateTableReplica',
              // DynamoDB copies the table with the rights of whoever adds a replica: "Global tables: security",
              // DynamoDB Developer Guide.
              'dynamodb:BatchWriteItem',
              'dynamodb:DeleteItem',
              'dynamodb:GetItem',
              'dynamodb:PutItem',
              'dynamodb:Query',
              'dynamodb:Scan',
              'dynamodb:UpdateItem',
            ],
            resources: tables,
          },
          {
            sid: 'ReplicationRole',
            actions: ['iam:CreateServiceLinkedRole'],
            resources: [iamArn(placement, `role/aws-service-role/${replication}/*`)],
            conditions: [{ test: 'StringEquals', variable: 'iam:AWSServiceName', values: [replication] }],
          },
        ]
      : []),
    {
      sid: 'SyntheticTenants',
      // The only entries that a deployment makes. It can neither see nor change a customer's.
      isDeployed: true,
      actions: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      resources: tables.slice(0, 1),
      conditions: [
        // Of no keys all are like this.
        { test: 'Null', variable: 'dynamodb:LeadingKeys', values: ['false'] },
        {
          test: 'ForAllValues:StringLike',
          variable: 'dynamodb:LeadingKeys',
          values: [syntheticTenant('*', '*')],
        },
      ],
    },
    ...keyStatements(placement, {
      aliases: [name, ...replicaRegions.map((region) => `${name}-${region}`)],
      grantTo: ['dynamodb'],
      regions: replicaRegions,
    }),
    neverTouchStateKey(placement),
    ...contractStatements(placement, { publishes: 'registry' }),
  ];
}
