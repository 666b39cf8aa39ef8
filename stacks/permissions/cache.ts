import type { Condition, Statement } from '../../constructs/access/statement';
import { cacheUserPrefix } from '../../constructs/cache/cache-user';
import type { Placement } from '../../constructs/core/placement';
import { groupStatements } from './ec2';
import { keyStatements, logDeliveryStatement, logGroupStatements } from './parts';
import { contractStatements, iamArn, prefixOf, regionalArn } from './scope';

const SERVICE = 'elasticache.amazonaws.com';

/**
 * What deploying a cell's cache takes. Not `elasticache:DeleteReplicationGroup`, and no snapshot either: only an
 * administrator throws the cache or its snapshots away.
 */
export function cachePermissions(placement: Placement): readonly Statement[] {
  const name = `${prefixOf(placement)}-cache`;
  return [
    ...replicationGroupStatements(placement, name),
    ...partStatements(placement, name),
    ...cacheUserStatements(placement, ['*']),
    ...groupStatements(placement),
    ...logGroupStatements(placement, [`/aws/vendedlogs/elasticache/${name}-*`]),
    logDeliveryStatement(placement),
    ...keyStatements(placement, {
      aliases: [name, `${name}-slow-log`, `${name}-engine-log`],
      grantTo: ['elasticache'],
    }),
    {
      sid: 'ServiceLinkedRole',
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [iamArn(placement, `role/aws-service-role/${SERVICE}/*`)],
      conditions: [{ test: 'StringEquals', variable: 'iam:AWSServiceName', values: [SERVICE] }],
    },
    ...contractStatements(placement, { publishes: 'cache', reads: ['cluster', 'delivery', 'network'] }),
  ];
}

const TAGS = [
  'elasticache:AddTagsToResource',
  'elasticache:ListTagsForResource',
  'elasticache:RemoveTagsFromResource',
] as const;

const requestHas = (test: string, key: string, value: string): Condition => ({
  test,
  variable: `elasticache:${key}`,
  values: [value],
});

function replicationGroupStatements(placement: Placement, name: string): readonly Statement[] {
  const arn = (resource: string): string => regionalArn(placement, 'elasticache', resource);
  const group = arn(`replicationgroup:${name}`);
  return [
    {
      sid: 'CreateCache',
      actions: ['elasticache:CreateReplicationGroup'],
      resources: [group],
      conditions: [
        requestHas('Bool', 'AtRestEncryptionEnabled', 'true'),
        requestHas('Bool', 'TransitEncryptionEnabled', 'true'),
      ],
    },
    {
      sid: 'CreateCacheFrom',
      actions: ['elasticache:CreateReplicationGroup'],
      resources: [
        arn(`cluster:${name}-*`),
        arn(`parametergroup:${name}-*`),
        arn(`subnetgroup:${name}`),
        arn(`usergroup:${name}`),
      ],
    },
    {
      sid: 'ChangeCache',
      actions: ['elasticache:ModifyReplicationGroup'],
      resources: [group],
      // A change that says nothing of encryption has no such key.
      conditions: [requestHas('BoolIfExists', 'TransitEncryptionEnabled', 'true')],
    },
    {
      sid: 'ChangeCacheTo',
      actions: ['elasticache:ModifyReplicationGroup'],
      resources: [arn(`parametergroup:${name}-*`), arn(`usergroup:${name}`)],
    },
    {
      sid: 'Cache',
      actions: [
        ...TAGS,
        'elasticache:DecreaseReplicaCount',
        'elasticache:DescribeReplicationGroups',
        'elasticache:IncreaseReplicaCount',
        'elasticache:ModifyReplicationGroupShardConfiguration',
      ],
      resources: [group],
    },
    {
      sid: 'CacheNodes',
      actions: [...TAGS, 'elasticache:DescribeCacheClusters'],
      resources: [arn(`cluster:${name}-*`)],
    },
  ];
}

/** Parameters, subnets and the user group. */
function partStatements(placement: Placement, name: string): readonly Statement[] {
  const arn = (resource: string): string => regionalArn(placement, 'elasticache', resource);
  return [
    {
      sid: 'CacheParameters',
      actions: [
        ...TAGS,
        'elasticache:CreateCacheParameterGroup',
        'elasticache:DeleteCacheParameterGroup',
        'elasticache:DescribeCacheParameterGroups',
        'elasticache:DescribeCacheParameters',
        'elasticache:ModifyCacheParameterGroup',
        'elasticache:ResetCacheParameterGroup',
      ],
      resources: [arn(`parametergroup:${name}-*`)],
    },
    {
      sid: 'CacheSubnets',
      actions: [
        ...TAGS,
        'elasticache:CreateCacheSubnetGroup',
        'elasticache:DeleteCacheSubnetGroup',
        'elasticache:DescribeCacheSubnetGroups',
        'elasticache:ModifyCacheSubnetGroup',
      ],
      resources: [arn(`subnetgroup:${name}`)],
    },
    {
      sid: 'CacheUserGroup',
      actions: [...TAGS, 'elasticache:CreateUserGroup', 'elasticache:DeleteUserGroup'],
      resources: [arn(`usergroup:${name}`)],
    },
    {
      sid: 'FirstMember',
      actions: ['elasticache:CreateUserGroup'],
      resources: [arn(`user:${cacheUserPrefix(placement)}-*`)],
    },
  ];
}

/**
 * Users of the cell's cache, and their membership in its user group. Users with a password are refused: IAM is the only
 * way in.
 *
 * @param names ids of the users without what all users of the cell begin with; `*` stands for any characters: `ten-*`
 */
export function cacheUserStatements(placement: Placement, names: readonly string[]): readonly Statement[] {
  const arn = (resource: string): string => regionalArn(placement, 'elasticache', resource);
  const users = names.map((name) => arn(`user:${cacheUserPrefix(placement)}-${name}`));
  return [
    {
      sid: 'CreateCacheUsers',
      actions: ['elasticache:CreateUser'],
      resources: users,
      conditions: [requestHas('StringEquals', 'UserAuthenticationMode', 'iam')],
    },
    {
      sid: 'ChangeCacheUsers',
      actions: ['elasticache:ModifyUser'],
      resources: users,
      // A change that says nothing of authentication has no such key.
      conditions: [requestHas('StringEqualsIfExists', 'UserAuthenticationMode', 'iam')],
    },
    {
      sid: 'CacheUsers',
      actions: [
        ...TAGS,
        'elasticache:DeleteUser',
        'elasticache:DescribeUsers',
        'elasticache:ModifyUserGroup',
      ],
      resources: users,
    },
    {
      sid: 'CacheMembers',
      actions: ['elasticache:DescribeUserGroups', 'elasticache:ModifyUserGroup'],
      resources: [arn(`usergroup:${prefixOf(placement)}-cache`)],
    },
  ];
}
