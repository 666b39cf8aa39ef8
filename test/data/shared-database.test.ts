import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { IConnectable } from '../../constructs/core/interfaces';
import { SharedDatabase, type SharedDatabaseProps } from '../../constructs/data/shared-database';
import { synth, type SynthesizedStack } from '../support/synth';
import { OPTIONS } from './fixture';

const PROPS: SharedDatabaseProps = {
  ...OPTIONS,
  shard: '1',
  proxy: { logins: ['bulkhead_starter', 'bulkhead_professional'], connectionPercent: 80 },
};
const PEER: IConnectable = { peerName: 'gateway', securityGroupId: 'sg-gateway', openEgress: false };

function synthShard(
  props: Partial<SharedDatabaseProps> = {},
  use: (database: SharedDatabase, role: IamRole) => void = () => undefined,
): SynthesizedStack {
  return synth((stack) => {
    const role = new IamRole(stack, 'App', { name: 'app', assumeRolePolicy: '{}' });
    use(new SharedDatabase(stack, 'Database', { ...PROPS, ...props }), role);
  });
}

describe('a shard', () => {
  const stack = synthShard();
  const cluster = stack.only('aws_rds_cluster');
  const instances = stack.resources('aws_rds_cluster_instance');

  it('holds one cluster, its instances, one proxy, and no parameter group of its own', () => {
    expect(stack.inventory()).toMatchInlineSnapshot(`
     {
       "aws_cloudwatch_log_group": 3,
       "aws_db_proxy": 1,
       "aws_db_proxy_default_target_group": 1,
       "aws_db_proxy_endpoint": 1,
       "aws_db_proxy_target": 1,
       "aws_iam_role": 2,
       "aws_iam_role_policy": 1,
       "aws_kms_alias": 1,
       "aws_kms_key": 1,
       "aws_rds_cluster": 1,
       "aws_rds_cluster_instance": 2,
       "aws_security_group": 2,
       "aws_vpc_security_group_egress_rule": 1,
       "aws_vpc_security_group_ingress_rule": 1,
     }
    `);
  });

  it('keeps its data: nothing stateful is ever destroyed without a word', () => {
    expect(cluster).toMatchObject({
      deletion_protection: true,
      skip_final_snapshot: false,
      final_snapshot_identifier: 'bulkhead-prod-use1a-shard-1-final',
      delete_automated_backups: false,
      backup_retention_period: 35,
    });
    for (const type of [
      'aws_rds_cluster',
      'aws_rds_cluster_instance',
      'aws_kms_key',
      'aws_cloudwatch_log_group',
    ]) {
      for (const resource of stack.resources(type)) {
        expect(resource['lifecycle']).toMatchObject({ prevent_destroy: true });
      }
    }
  });

  it('is encrypted with its own key throughout', () => {
    const key = `\${${stack.only('aws_kms_key').address}.arn}`;
    expect(cluster).toMatchObject({
      storage_encrypted: true,
      kms_key_id: key,
      master_user_secret_kms_key_id: key,
      performance_insights_kms_key_id: key,
    });
    for (const group of stack.resources('aws_cloudwatch_log_group')) expect(group['kms_key_id']).toBe(key);
  });

  it('has no password anywhere', () => {
    expect(cluster).toMatchObject({
      manage_master_user_password: true,
      iam_database_authentication_enabled: true,
      enable_http_endpoint: false,
    });
    expect(JSON.stringify(stack.json)).not.toMatch(/"(master_)?password/);
    expect(stack.data('aws_secretsmanager_secret_version')).toEqual([]);
  });

  it('has its writer and its reader in different zones, the reader as large as the writer', () => {
    expect(instances.map(({ availability_zone }) => String(availability_zone))).toEqual([
      'us-east-1a',
      'us-east-1b',
    ]);
    expect(instances.map(({ promotion_tier }) => Number(promotion_tier))).toEqual([0, 1]);
  });

  it('sends all its logs to groups that are there before it', () => {
    const groups = stack.resources('aws_cloudwatch_log_group');
    expect(groups.map(({ name }) => String(name)).sort()).toEqual(
      (cluster['enabled_cloudwatch_logs_exports'] as string[])
        .map((log) => `/aws/rds/cluster/bulkhead-prod-use1a-shard-1/${log}`)
        .sort(),
    );
    expect(cluster['depends_on']).toEqual(expect.arrayContaining(groups.map(({ address }) => address)));
  });

  it.each([
    ['standard', 7],
    ['advanced', 465],
  ] as const)('keeps statistics as the mode %s of Database Insights asks for', (insights, days) => {
    const found = synthShard({ insights }).only('aws_rds_cluster');
    expect(found).toMatchObject({
      database_insights_mode: insights,
      performance_insights_retention_period: days,
    });
  });

  it('has a proxy that speaks IAM at both ends, TLS only, and that has no secret', () => {
    const proxy = stack.only('aws_db_proxy');
    expect(proxy).toMatchObject({ default_auth_scheme: 'IAM_AUTH', require_tls: true, debug_logging: false });
    expect(proxy).not.toHaveProperty('auth');
    expect(stack.only('aws_db_proxy_default_target_group')['connection_pool_config']).toEqual({
      connection_borrow_timeout: 30,
      max_connections_percent: 80,
      max_idle_connections_percent: 40,
    });
  });

  it('lets its proxy log in as the applications and as nobody else', () => {
    const [statement] = stack.statements('Proxy/Policy');
    const users = `arn:aws:rds-db:us-east-1:222222222222:dbuser:\${${cluster.address}.cluster_resource_id}`;
    expect(statement).toMatchObject({
      actions: ['rds-db:connect'],
      resources: [`${users}/bulkhead_starter`, `${users}/bulkhead_professional`],
    });
  });

  it('admits its own proxy and nobody else until asked', () => {
    expect(stack.resources('aws_vpc_security_group_ingress_rule').map(({ path }) => path)).toEqual([
      'test/Database/Aurora/From-proxy',
    ]);
    expect(stack.resources('aws_iam_role_policy').map(({ path }) => path)).toEqual([
      'test/Database/Proxy/Permissions',
    ]);
  });
});

describe('allowFrom', () => {
  it('opens the proxy to a peer, with one rule in each direction however often it is asked', () => {
    const stack = synthShard({}, (database) => {
      database.allowFrom(PEER);
      database.allowFrom(PEER);
    });
    const proxy = stack.only('aws_security_group', 'Proxy/').address;
    expect(stack.only('aws_vpc_security_group_ingress_rule', 'Database/From-gateway')).toMatchObject({
      security_group_id: `\${${proxy}.id}`,
      referenced_security_group_id: 'sg-gateway',
      from_port: 5432,
      to_port: 5432,
    });
    expect(stack.only('aws_vpc_security_group_egress_rule', 'Database/To-gateway')).toMatchObject({
      security_group_id: 'sg-gateway',
      referenced_security_group_id: `\${${proxy}.id}`,
    });
  });

  it('adds no outgoing rule to a peer that lets everything out', () => {
    const stack = synthShard({}, (database) => {
      database.allowFrom({ ...PEER, openEgress: true });
    });
    expect(
      stack.resources('aws_vpc_security_group_egress_rule').filter(({ path }) => path.includes('gateway')),
    ).toEqual([]);
  });
});

describe('grantConnect', () => {
  it('lets a role log in as exactly one user, through the proxy', () => {
    const stack = synthShard({}, (database, role) => {
      database.grantConnect(role, 'bulkhead_starter');
    });
    const [statement, ...others] = stack.statements('App/');
    expect(others).toEqual([]);
    expect(statement?.['actions']).toEqual(['rds-db:connect']);
    expect(statement?.['resources']).toEqual([
      `arn:aws:rds-db:us-east-1:222222222222:dbuser:\${element(split(":", ${stack.only('aws_db_proxy').address}.arn), 6)}/bulkhead_starter`,
    ]);
  });

  it('refuses a user that the shard does not have, and a second grant of the same', () => {
    expect(() =>
      synthShard({}, (database, role) => {
        database.grantConnect(role, 'platform_root');
      }),
    ).toThrow("dbUser must be one of bulkhead_starter, bulkhead_professional, got 'platform_root'");
    expect(() =>
      synthShard({}, (database, role) => {
        database.grantConnect(role, 'bulkhead_starter');
        database.grantConnect(role, 'bulkhead_starter');
      }),
    ).toThrow('test/App may already connect as bulkhead_starter');
  });
});

describe('props of a shard', () => {
  const zones = OPTIONS.network.zones.slice(0, 2);
  it.each<[string, Partial<SharedDatabaseProps>]>([
    ['capacity.minAcu must be between 2 and 256', { capacity: { minAcu: 1.5, maxAcu: 16 } }],
    ['capacity.maxAcu must be between 2 and 256', { capacity: { minAcu: 2, maxAcu: 256.5 } }],
    ['in steps of 0.5, got 2.25', { capacity: { minAcu: 2.25, maxAcu: 16 } }],
    ['capacity.minAcu must be at most', { capacity: { minAcu: 16.5, maxAcu: 16 } }],
    ['readers must be a whole number between 0 and 2, got 3', { readers: 3 }],
    ['readers must be a whole number between 0 and 2, got -1', { readers: -1 }],
    ['a zone for each of 3 instances, got 2', { readers: 2, network: { ...OPTIONS.network, zones } }],
    ['rpoMinutes must be at least 5', { recovery: { rpoMinutes: 4, retentionDays: 35 } }],
    [
      'retentionDays must be a whole number between 1 and 35, got 0',
      { recovery: { rpoMinutes: 5, retentionDays: 0 } },
    ],
    [
      'retentionDays must be a whole number between 1 and 35, got 36',
      { recovery: { rpoMinutes: 5, retentionDays: 36 } },
    ],
    ["shard must be a whole number between 1 and 999, got '0'", { shard: '0' }],
    ["got '1000'", { shard: '1000' }],
    ['proxy.logins must name at least one', { proxy: { logins: [], connectionPercent: 80 } }],
    [
      'connectionPercent must be a whole number between 1 and 100, got 0',
      { proxy: { logins: ['a'], connectionPercent: 0 } },
    ],
    [
      'connectionPercent must be a whole number between 1 and 100, got 101',
      { proxy: { logins: ['a'], connectionPercent: 101 } },
    ],
  ])('are refused: %s', (message, props) => {
    expect(() => synthShard(props)).toThrow(message);
  });

  it.each<[string, Partial<SharedDatabaseProps>]>([
    [
      'the smallest',
      {
        shard: '1',
        capacity: { minAcu: 2, maxAcu: 2 },
        readers: 0,
        recovery: { rpoMinutes: 5, retentionDays: 1 },
      },
    ],
    [
      'the largest',
      {
        shard: '999',
        capacity: { minAcu: 256, maxAcu: 256 },
        readers: 2,
        recovery: { rpoMinutes: 1440, retentionDays: 35 },
      },
    ],
  ])('are accepted at the edge: %s', (_, props) => {
    expect(synthShard(props).resources('aws_rds_cluster')).toHaveLength(1);
  });
});

test('a larger shard is the same shard: its size replaces nothing', () => {
  const [small, large] = [
    { minAcu: 2, maxAcu: 4 },
    { minAcu: 8, maxAcu: 32 },
  ].map((capacity) => ({
    ...synthShard({ capacity }).only('aws_rds_cluster'),
    serverlessv2_scaling_configuration: 'changed in place',
  }));
  expect(large).toEqual(small);
});
