import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { CacheGrant } from '../../constructs/cache/cache-grant';
import { CacheUser, cacheUserId, cacheUserPrefix } from '../../constructs/cache/cache-user';
import { accessString, type CacheOwner } from '../../constructs/cache/keyspace';
import type { Placement } from '../../constructs/core/placement';
import { synth, TEST_PLACEMENT } from '../support/synth';
import { build } from './fixture';

const ACME: CacheOwner = { kind: 'tenant', tenantId: 'acme' };
const LONGEST: Placement = {
  ...TEST_PLACEMENT,
  platform: 'a-platform-named',
  environment: 'staging',
  cell: 'abcdefgh',
};

describe("a dedicated tenant's user, in the tenant's own stack", () => {
  const stack = synth((scope) => {
    const user = new CacheUser(scope, 'CacheUser', { cache: { userGroupId: 'the-group' }, owner: ACME });
    expect([user.userId, user.prefix]).toEqual(['bulkhead-prod-use1a-ten-acme', 'ten:acme:']);
  });

  it('may touch the keys of the tenant, and authenticates with IAM', () => {
    expect(stack.only('aws_elasticache_user')).toMatchObject({
      user_id: 'bulkhead-prod-use1a-ten-acme',
      user_name: 'bulkhead-prod-use1a-ten-acme',
      engine: 'valkey',
      access_string: accessString(ACME),
      authentication_mode: { type: 'iam' },
    });
  });

  it('joins the group of the cache by itself, without touching the group', () => {
    expect(stack.only('aws_elasticache_user_group_association')).toMatchObject({
      user_group_id: 'the-group',
      user_id: `\${${stack.only('aws_elasticache_user').address}.user_id}`,
    });
    expect(stack.resources('aws_elasticache_user_group')).toEqual([]);
  });
});

describe('the id of a user', () => {
  it('is at most 40 characters, and begins as all of the cell, however long the names are', () => {
    const owners: readonly CacheOwner[] = [
      { kind: 'tenant', tenantId: 'ab' },
      { kind: 'tenant', tenantId: 'a'.repeat(31) },
      { kind: 'service', tier: 'b'.repeat(31), service: 'c'.repeat(31) },
    ];
    for (const placement of [TEST_PLACEMENT, LONGEST]) {
      const ids = owners.map((owner) => cacheUserId(placement, owner));
      expect(new Set(ids).size).toBe(owners.length);
      for (const id of ids) {
        expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
        expect(id.length).toBeLessThanOrEqual(40);
        expect(id.startsWith(`${cacheUserPrefix(placement)}-`)).toBe(true);
      }
    }
  });

  it('keeps cells apart whose long names begin alike', () => {
    const other = { ...LONGEST, cell: 'abcdefgi' };
    expect(cacheUserPrefix(LONGEST)).toHaveLength(24);
    expect(cacheUserPrefix(other)).not.toBe(cacheUserPrefix(LONGEST));
    expect(cacheUserPrefix({ ...TEST_PLACEMENT, cell: 'use1abcd' })).toBe('bulkhead-prod-use1abcd');
  });

  it('is refused for a name that could widen a key pattern', () => {
    expect(() => cacheUserId(TEST_PLACEMENT, { kind: 'tenant', tenantId: 'a*' })).toThrow("got 'a*'");
  });
});

describe('a grant', () => {
  const trust = { name: 'api', assumeRolePolicy: '{}' };
  const statement = (userId: string, cache: string): object => ({
    effect: 'Allow',
    sid: 'ConnectToCache',
    actions: ['elasticache:Connect'],
    resources: [cache, `arn:aws:elasticache:us-east-1:222222222222:user:${userId}`],
  });

  it('lets a role connect to this cache, as this user and nobody else', () => {
    const stack = build({}, (cache) => {
      const role = new IamRole(cache, 'Api', trust);
      cache.grantConnect(role, { kind: 'service', tier: 'starter', service: 'api' });
    });
    const { address } = stack.only('aws_elasticache_replication_group');
    expect(stack.statements('Grant-')).toEqual([
      statement('bulkhead-prod-use1a-svc-starter-api', `\${${address}.arn}`),
    ]);
    expect(stack.only('aws_iam_role_policy')).toMatchObject({
      role: `\${${stack.only('aws_iam_role').address}.name}`,
      name: 'cache-bulkhead-prod-use1a-svc-starter-api',
    });
  });

  it('needs no more than the contract in the stack of the role', () => {
    const stack = synth((scope) => {
      new CacheGrant(scope, 'Cache', {
        cache: { replicationGroupArn: 'arn:cache' },
        role: { name: 'api' },
        owner: ACME,
      });
    });
    expect(stack.statements('Cache/Permissions')).toEqual([
      statement('bulkhead-prod-use1a-ten-acme', 'arn:cache'),
    ]);
    expect(stack.only('aws_iam_role_policy')['role']).toBe('api');
  });
});
