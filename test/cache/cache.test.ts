import type { CacheProps } from '../../constructs/cache/cache-props';
import type { CacheOwner } from '../../constructs/cache/keyspace';
import { build } from './fixture';

const stack = build();
const group = stack.only('aws_elasticache_replication_group');

describe('the cache', () => {
  it('is made of these resources and no others', () => {
    expect(stack.inventory()).toEqual({
      aws_cloudwatch_log_group: 2,
      aws_elasticache_parameter_group: 1,
      aws_elasticache_replication_group: 1,
      aws_elasticache_subnet_group: 1,
      aws_elasticache_user: 3,
      aws_elasticache_user_group: 1,
      aws_elasticache_user_group_association: 2,
      aws_kms_alias: 3,
      aws_kms_key: 3,
      aws_security_group: 1,
    });
  });

  it('is Valkey in cluster mode, divided and copied as asked, in the isolated subnets', () => {
    expect(group).toMatchObject({
      replication_group_id: 'bulkhead-prod-use1a-cache',
      engine: 'valkey',
      engine_version: '9.1',
      node_type: 'cache.m7g.large',
      cluster_mode: 'enabled',
      num_node_groups: 3,
      replicas_per_node_group: 1,
    });
    expect(group).not.toHaveProperty('num_cache_clusters');
    expect(stack.only('aws_elasticache_subnet_group')['subnet_ids']).toEqual([
      'subnet-1',
      'subnet-2',
      'subnet-3',
    ]);
  });

  it('survives the loss of a zone', () => {
    expect(group).toMatchObject({ multi_az_enabled: true, automatic_failover_enabled: true });
  });

  it('talks TLS only, and encrypts what it stores with a key of its own', () => {
    const { address } = stack.only('aws_kms_key', 'Cache/Key');
    expect(group).toMatchObject({
      transit_encryption_enabled: true,
      transit_encryption_mode: 'required',
      at_rest_encryption_enabled: 'true',
      kms_key_id: `\${${address}.arn}`,
    });
    for (const key of stack.resources('aws_kms_key')) expect(key['enable_key_rotation']).toBe(true);
  });

  it('refuses writes when it is full, so that no entry of a deny-list is forgotten before it expires', () => {
    expect(stack.only('aws_elasticache_parameter_group')['parameter']).toEqual([
      { name: 'cluster-enabled', value: 'yes' },
      { name: 'maxmemory-policy', value: 'noeviction' },
    ]);
  });

  it.each([
    ['8.2', 'valkey8'],
    ['9.0', 'valkey9'],
    ['9.1', 'valkey9'],
  ])(
    "runs Valkey %s with the parameters of %s, made before an older version's go",
    (engineVersion, family) => {
      expect(build({ engineVersion }).only('aws_elasticache_parameter_group')).toMatchObject({
        name: `bulkhead-prod-use1a-cache-${family}`,
        family,
        lifecycle: { create_before_destroy: true },
      });
    },
  );

  it('keeps snapshots, takes a last one, and is not destroyed by Terraform', () => {
    expect(group).toMatchObject({
      snapshot_retention_limit: 7,
      snapshot_window: '06:00-07:00',
      final_snapshot_identifier: 'bulkhead-prod-use1a-cache-final',
      maintenance_window: 'sun:08:00-sun:09:00',
      auto_minor_version_upgrade: 'true',
      lifecycle: { prevent_destroy: true },
    });
  });

  it('delivers slow and engine logs as JSON to log groups that are encrypted and kept as long as asked', () => {
    const [slow, engine] = ['SlowLog', 'EngineLog'].map((log) => stack.only('aws_cloudwatch_log_group', log));
    expect(group['log_delivery_configuration']).toEqual(
      [
        [slow, 'slow-log'],
        [engine, 'engine-log'],
      ].map(([log, type]) => ({
        destination: `\${${(log as { address: string }).address}.name}`,
        destination_type: 'cloudwatch-logs',
        log_format: 'json',
        log_type: type,
      })),
    );
    for (const log of [slow, engine]) {
      expect(log).toMatchObject({
        name: expect.stringMatching(/^\/aws\/vendedlogs\/elasticache\/bulkhead-prod-use1a-cache-/) as string,
        retention_in_days: 365,
        kms_key_id: expect.stringContaining('aws_kms_key') as string,
      });
    }
  });
});

describe('who reaches the cache', () => {
  it('is nobody until asked: no way in, and none out', () => {
    const securityGroup = stack.only('aws_security_group');
    expect(securityGroup).not.toHaveProperty('ingress');
    expect(securityGroup).not.toHaveProperty('egress');
    expect(stack.resources('aws_vpc_security_group_ingress_rule')).toEqual([]);
  });

  it('is a peer that was allowed, on the one port', () => {
    const allowed = build({}, (cache) => {
      cache.allowFrom({ peerName: 'cluster', securityGroupId: 'sg-cluster', openEgress: true });
    });
    expect(allowed.only('aws_vpc_security_group_ingress_rule')).toMatchObject({
      security_group_id: `\${${allowed.only('aws_security_group').address}.id}`,
      referenced_security_group_id: 'sg-cluster',
      ip_protocol: 'tcp',
      from_port: 6379,
      to_port: 6379,
    });
  });
});

describe('who gets in', () => {
  const userGroup = stack.only('aws_elasticache_user_group');

  it('is the members of a user group that takes nobody without authentication', () => {
    expect(userGroup).toMatchObject({ user_group_id: 'bulkhead-prod-use1a-cache', engine: 'valkey' });
    expect(group['user_group_ids']).toEqual([`\${${userGroup.address}.user_group_id}`]);
    expect(group).not.toHaveProperty('auth_token');
  });

  it('is settled before the cache is made, for the group cannot change meanwhile', () => {
    const members = stack.resources('aws_elasticache_user_group_association').map(({ address }) => address);
    expect(group['depends_on']).toEqual(members);
  });

  it('begins with a user that is off and may do nothing, and leaves members of other stacks in', () => {
    const nobody = stack.only('aws_elasticache_user', 'Nobody');
    expect(userGroup['user_ids']).toEqual([`\${${nobody.address}.user_id}`]);
    expect(userGroup['lifecycle']).toEqual({ ignore_changes: ['user_ids'] });
    expect(nobody['access_string']).toMatch(/^off (.* )?-@all$/);
    expect(nobody['access_string']).not.toContain('+');
  });

  it('is the user of each owner, and none called default', () => {
    const users = stack.resources('aws_elasticache_user');
    expect(users.map((user) => String(user['user_id'])).sort()).toEqual([
      'bulkhead-prod-use1a-nobody',
      'bulkhead-prod-use1a-svc-starter-api',
      'bulkhead-prod-use1a-svc-starter-gateway',
    ]);
  });

  it('has no password: everybody authenticates with IAM', () => {
    for (const user of stack.resources('aws_elasticache_user')) {
      expect(user).toMatchObject({ engine: 'valkey', authentication_mode: { type: 'iam' } });
      expect(user['user_name']).toBe(user['user_id']);
    }
    expect(JSON.stringify(stack.json)).not.toMatch(/password|auth_token|secret/i);
  });
});

describe('props that a cache refuses', () => {
  const services = (count: number): CacheOwner[] =>
    Array.from({ length: count }, (_, index) => ({
      kind: 'service',
      tier: 'starter',
      service: `s${String(index)}`,
    }));
  const accepted = (changes: Partial<CacheProps>): void => {
    expect(() => build(changes)).not.toThrow();
  };

  it('are all named at once', () => {
    expect(() =>
      build({
        engineVersion: '7.2',
        nodeType: 'cache.r6gd.xlarge',
        shards: 0,
        replicasPerShard: 0,
        owners: [...services(1), ...services(1)],
        dedicatedTenants: 98,
        snapshotRetentionDays: 0,
        quietHour: { day: 'mon', hourUtc: 24 },
      }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "[test/Cache] invalid Cache props:
       - engineVersion must be one of 8.2, 9.0, 9.1, got '7.2'
       - nodeType must be an ElastiCache node type without local disk, such as cache.m7g.large, got 'cache.r6gd.xlarge'
       - shards must be a whole number from 1 to 45, got 0
       - replicasPerShard must be a whole number from 1 to 5, got 0
       - owners must have users of their own, got twice: bulkhead-prod-use1a-svc-starter-s0
       - a user group holds 100 users, got 101: 1 that can do nothing, 2 of services, 0 of the platform and 98 of dedicated tenants; place tenants in another cell
       - snapshotRetentionDays must be a whole number from 1 to 35, got 0
       - quietHour.hourUtc must be a whole number from 0 to 23, got 24"
    `);
  });

  it.each([
    ['shards', 1, 0],
    ['shards', 45, 46],
    ['replicasPerShard', 1, 0],
    ['replicasPerShard', 5, 6],
    ['snapshotRetentionDays', 1, 0],
    ['snapshotRetentionDays', 35, 36],
  ] as const)('%s may be %d and not %d', (name, good, bad) => {
    accepted({ [name]: good });
    expect(() => build({ [name]: bad })).toThrow(`${name} must be a whole number from`);
  });

  it('a fraction of a shard', () => {
    expect(() => build({ shards: 1.5 })).toThrow('shards must be a whole number from 1 to 45, got 1.5');
  });

  it('more nodes than the quota: 90 in all', () => {
    accepted({ shards: 30, replicasPerShard: 2 });
    expect(() => build({ shards: 31, replicasPerShard: 2 })).toThrow('must be at most 90 nodes, got 93');
  });

  it('more users than a user group holds: 100, tenants and the one that can do nothing included', () => {
    accepted({ owners: services(6), dedicatedTenants: 93 });
    expect(() => build({ owners: services(6), dedicatedTenants: 94 })).toThrow(
      'a user group holds 100 users, got 101: 1 that can do nothing, 6 of services, 0 of the platform and 94 of dedicated tenants; place tenants in another cell',
    );
  });

  it('owners whose names run into one another', () => {
    const owners: CacheOwner[] = [
      { kind: 'service', tier: 'starter', service: 'plus-api' },
      { kind: 'service', tier: 'starter-plus', service: 'api' },
    ];
    expect(() => build({ owners })).toThrow('got twice: bulkhead-prod-use1a-svc-starter-plus-api');
  });

  it.each([
    'cache.t4g.micro',
    'cache.m7g.large',
    'cache.r7g.16xlarge',
    'cache.c7gn.xlarge',
    'cache.r6g.large',
  ])('but not the node type %s', (nodeType) => {
    accepted({ nodeType });
  });

  it.each(['m7g.large', 'cache.m7g', 'cache.r6gd.xlarge', 'cache.M7G.large', 'db.m7g.large', ''])(
    'the node type %j',
    (nodeType) => {
      expect(() => build({ nodeType })).toThrow(`got '${nodeType}'`);
    },
  );
});
