import { Cache } from '../../constructs/cache/cache';
import { CACHE_PORT } from '../../constructs/cache/engine';
import { loadAlarmPrefix } from '../../constructs/gateway/load-alarms';
import { LoadShedding, type LoadSheddingProps } from '../../constructs/gateway/load-shedding';
import { cacheSources, shardSource } from '../../constructs/gateway/load-sources';
import { loadAlarms as readAlarms } from '../../services/load-level/alarms';
import { settingsIn } from '../../services/load-level/settings';
import { valkeyConfig } from '../../services/valkey/config';
import { synth, TEST_PLACEMENT, type Synthesized, type SynthesizedStack } from '../support/synth';

// Bundling is proved elsewhere, and takes longer than all of these.
jest.mock('../../constructs/core/program-bundle', () => ({ bundleOf: () => Buffer.from('program') }));

const PROPS: LoadSheddingProps = {
  accessLogGroup: '/bulkhead/prod/use1a/gateway-access',
  peakCallsPerSecond: 5000,
  shedAtLoad: { starter: 0.8, professional: 0.9 },
  holdMinutes: 5,
  shards: ['1', '2'],
  cache: {
    endpoint: 'clustercfg.example.invalid',
    port: '6379',
    securityGroupId: 'sg-cache',
    replicationGroupId: 'bulkhead-prod-use1a-cache',
    shards: 2,
    replicasPerShard: 1,
  },
  cacheUserId: 'bulkhead-prod-use1a-plt-load-level',
  network: {
    vpcId: 'vpc-1',
    privateSubnetIds: ['subnet-a', 'subnet-b', 'subnet-c'],
    endpointSecurityGroupId: 'sg-endpoints',
  },
  interfaceEndpoints: true,
  logRetentionDays: 30,
};

const build = (props: Partial<LoadSheddingProps> = {}): SynthesizedStack =>
  synth((scope) => {
    new LoadShedding(scope, 'LoadShedding', { ...PROPS, ...props });
  });
const stack = build();
const PREFIX = 'bulkhead-prod-use1a-load-';
const loadAlarms = (of = stack): ReadonlyMap<string, Synthesized> =>
  new Map(
    of
      .resources('aws_cloudwatch_metric_alarm')
      .filter(({ alarm_name: name }) => String(name).startsWith(PREFIX))
      .map((alarm) => [String(alarm['alarm_name']).slice(PREFIX.length), alarm] as const),
  );
const threshold = (name: string, of = stack): unknown => loadAlarms(of).get(name)?.['threshold'];

describe('LoadShedding props', () => {
  it('are refused with every problem at once', () => {
    expect(() =>
      build({ shedAtLoad: { starter: 1.1, professional: 0.1 }, peakCallsPerSecond: 0, holdMinutes: 0 }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "[test/LoadShedding] invalid LoadShedding props:
       - shedAtLoad.starter must be above 0.1 and at most 1, or never, got 1.1; shedding ends 0.1 below it
       - shedAtLoad.professional must be above 0.1 and at most 1, or never, got 0.1; shedding ends 0.1 below it
       - shedAtLoad.starter must be at most shedAtLoad.professional, for starter is shed first, got 1.1 and 0.1
       - peakCallsPerSecond must be above 0, got 0
       - holdMinutes must be a whole number between 1 and 120, got 0"
    `);
  });

  it('are refused when the tier that pays more would be shed first', () => {
    expect(() => build({ shedAtLoad: { starter: 'never', professional: 0.9 } })).toThrow(
      'shedAtLoad.starter must be at most shedAtLoad.professional, for starter is shed first, got never and 0.9',
    );
  });

  it('are refused when nothing is ever shed', () => {
    expect(() => build({ shedAtLoad: { starter: 'never', professional: 'never' } })).toThrow(
      'shedAtLoad must be a load for one tier at least',
    );
  });

  it('take two tiers that are shed together', () => {
    expect(threshold('shard-1-raise-2', build({ shedAtLoad: { starter: 0.9, professional: 0.9 } }))).toBe(90);
  });
});

describe('load alarms', () => {
  it('stand on calls, on each shard and on each node of the cache, for each level', () => {
    const sources = [
      'calls',
      'shard-1',
      'shard-2',
      ...['0001', '0002'].flatMap((shard) => [`cache-${shard}-001`, `cache-${shard}-002`]),
    ];
    expect([...loadAlarms().keys()].sort()).toEqual(
      sources
        .flatMap((source) => ['hold-1', 'hold-2', 'raise-1', 'raise-2'].map((end) => `${source}-${end}`))
        .sort(),
    );
  });

  it.each([
    ['calls-raise-1', 240_000],
    ['calls-hold-1', 210_000],
    ['calls-raise-2', 270_000],
    ['calls-hold-2', 240_000],
    ['shard-2-raise-1', 80],
    ['shard-2-hold-1', 70],
    ['cache-0002-002-raise-2', 90],
    ['cache-0002-002-hold-2', 80],
  ])('%s is at %d', (name, at) => {
    expect(threshold(name)).toBe(at);
  });

  it('have none for a tier that is never shed', () => {
    const names = [...loadAlarms(build({ shedAtLoad: { starter: 0.8, professional: 'never' } })).keys()];
    expect(names).not.toHaveLength(0);
    expect(names.filter((name) => name.endsWith('-2'))).toEqual([]);
  });

  it('have none for dedicated tenants, and no name for them', () => {
    expect(JSON.stringify([...loadAlarms()])).not.toContain('enterprise');
  });

  it('hold whatever they raise: at a lower load, in fewer minutes', () => {
    for (const [name, raise] of loadAlarms()) {
      if (!name.includes('-raise-')) continue;
      const hold = loadAlarms().get(name.replace('-raise-', '-hold-'));
      expect(hold?.['threshold']).toBeLessThan(raise['threshold'] as number);
      expect(hold?.['datapoints_to_alarm']).toBeLessThanOrEqual(raise['datapoints_to_alarm'] as number);
      expect(hold).toMatchObject({
        evaluation_periods: raise['evaluation_periods'],
        metric_name: raise['metric_name'],
      });
    }
  });

  it('turn nobody away because a measurement is missing', () => {
    for (const alarm of loadAlarms().values()) expect(alarm['treat_missing_data']).toBe('notBreaching');
  });

  it('measure what the cell has: the names of its shards and cache nodes', () => {
    expect(shardSource(TEST_PLACEMENT, '7').dimensions).toEqual({
      DBClusterIdentifier: 'bulkhead-prod-use1a-shard-7',
    });
    const cache = synth((scope) => {
      new Cache(scope, 'Cache', {
        network: { vpcId: 'vpc-1', isolatedSubnetIds: ['subnet-1'] },
        engineVersion: '8.2',
        nodeType: 'cache.m7g.large',
        shards: 2,
        replicasPerShard: 1,
        owners: [],
        dedicatedTenants: 0,
        snapshotRetentionDays: 1,
        quietHour: { day: 'sun', hourUtc: 3 },
        logRetentionDays: 30,
      });
    }).only('aws_elasticache_replication_group');
    for (const { dimensions } of cacheSources(TEST_PLACEMENT, { shards: 2, replicasPerShard: 1 })) {
      expect(dimensions['CacheClusterId']).toMatch(
        new RegExp(`^${String(cache['replication_group_id'])}-000[12]-00[12]$`),
      );
    }
  });
});

describe('the count of calls', () => {
  it('is of what services were asked, so that a flood that the gateway refuses is no load', () => {
    expect(stack.only('aws_cloudwatch_log_metric_filter')).toMatchObject({
      log_group_name: '/bulkhead/prod/use1a/gateway-access',
      pattern: '{ $.upstream_host = "*:*" }',
      metric_transformation: {
        name: 'ForwardedCalls',
        namespace: 'bulkhead/prod/use1a/gateway',
        value: '1',
        default_value: '0',
      },
    });
    expect(loadAlarms().get('calls-raise-1')).toMatchObject({
      namespace: 'bulkhead/prod/use1a/gateway',
      metric_name: 'ForwardedCalls',
      statistic: 'Sum',
      period: 60,
    });
  });
});

describe('the function', () => {
  const lambda = stack.only('aws_lambda_function');
  const { variables } = lambda['environment'] as { variables: Readonly<Record<string, string>> };

  it('is told what its program wants', () => {
    expect(settingsIn(variables)).toEqual({ alarmPrefix: PREFIX, holdMinutes: 5 });
    expect(valkeyConfig({ ...variables, AWS_REGION: 'us-east-1' })).toEqual({
      host: 'clustercfg.example.invalid',
      port: 6379,
      tls: true,
      cluster: true,
      iam: {
        userId: 'bulkhead-prod-use1a-plt-load-level',
        replicationGroupId: 'bulkhead-prod-use1a-cache',
        region: 'us-east-1',
      },
    });
  });

  it('understands the names of all alarms, and takes no other for one', async () => {
    const found = stack.resources('aws_cloudwatch_metric_alarm').map(({ alarm_name: name }) => String(name));
    const client = {
      send: () =>
        Promise.resolve({ MetricAlarms: found.map((AlarmName) => ({ AlarmName, StateValue: 'OK' })) }),
    };
    const read = await readAlarms(client, PREFIX);
    expect(read).toHaveLength(loadAlarms().size);
    for (const level of [1, 2]) {
      expect(read.filter((alarm) => alarm.level === level && alarm.kind === 'raise')).toHaveLength(7);
      expect(read.filter((alarm) => alarm.level === level && alarm.kind === 'hold')).toHaveLength(7);
    }
  });

  it('never runs twice at once', () => {
    expect(lambda['reserved_concurrent_executions']).toBe(1);
  });

  it('reads alarms, tells its failures, and may do nothing else of its own', () => {
    const own = stack
      .statements('Level/Policy')
      .filter(({ sid }) => /^(ReadAlarms|TellFailures)$/.test(String(sid)));
    expect(own).toEqual([
      {
        sid: 'ReadAlarms',
        actions: ['cloudwatch:DescribeAlarms'],
        resources: ['arn:aws:cloudwatch:us-east-1:222222222222:alarm:*'],
      },
      {
        sid: 'TellFailures',
        actions: ['sqs:SendMessage'],
        resources: [`\${${stack.only('aws_sqs_queue').address}.arn}`],
      },
    ]);
  });

  it('stands in the private subnets with a group that nothing reaches', () => {
    const group = `\${${stack.only('aws_security_group').address}.id}`;
    expect(lambda['vpc_config']).toEqual({
      subnet_ids: ['subnet-a', 'subnet-b', 'subnet-c'],
      security_group_ids: [group],
    });
    const into = stack.resources('aws_vpc_security_group_ingress_rule');
    expect(into.map(({ security_group_id: id }) => id as string)).toEqual(['sg-cache']);
    expect(into[0]).toMatchObject({ from_port: CACHE_PORT, referenced_security_group_id: group });
  });

  it('reaches CloudWatch by its endpoint and the cache, and nothing else', () => {
    const out = stack.resources('aws_vpc_security_group_egress_rule');
    expect(
      out.map((rule) => [
        rule['from_port'] as number,
        rule['referenced_security_group_id'] as string,
        rule['cidr_ipv4'] as string | undefined,
      ]),
    ).toEqual([
      [CACHE_PORT, 'sg-cache', undefined],
      [443, 'sg-endpoints', undefined],
    ]);
  });

  it('reaches CloudWatch through NAT where the network has no endpoints', () => {
    expect(
      build({ interfaceEndpoints: false }).only('aws_vpc_security_group_egress_rule', 'ToCloudWatch'),
    ).toMatchObject({ from_port: 443, cidr_ipv4: '0.0.0.0/0' });
  });
});

describe('runs of the function', () => {
  it('come with each change of a load alarm of this cell, and of no other alarm', () => {
    const rule = stack.only('aws_cloudwatch_event_rule', 'Changes');
    expect(JSON.parse(String(rule['event_pattern']))).toEqual({
      source: ['aws.cloudwatch'],
      'detail-type': ['CloudWatch Alarm State Change'],
      detail: { alarmName: [{ prefix: PREFIX }] },
    });
  });

  it('come each minute besides', () => {
    expect(stack.only('aws_cloudwatch_event_rule', 'Minutes')['schedule_expression']).toBe('rate(1 minute)');
  });

  it('are admitted for these two rules only', () => {
    const rules = stack.resources('aws_cloudwatch_event_rule').map(({ address }) => `\${${address}.arn}`);
    const admitted = stack.resources('aws_lambda_permission');
    expect(admitted.map(({ source_arn: arn }) => arn as string).sort()).toEqual(rules.sort());
    for (const { principal } of admitted) expect(principal).toBe('events.amazonaws.com');
  });

  it('leave what failed in a queue, and old events nowhere', () => {
    expect(stack.only('aws_lambda_function_event_invoke_config')).toMatchObject({
      maximum_event_age_in_seconds: 60,
      destination_config: {
        on_failure: { destination: `\${${stack.only('aws_sqs_queue').address}.arn}` },
      },
    });
  });

  it('are watched: an alarm that is no load alarm tells when nobody watches the load', () => {
    const alarm = stack.only('aws_cloudwatch_metric_alarm', 'Unwatched');
    expect(alarm).toMatchObject({
      alarm_name: 'bulkhead-prod-use1a-gateway-load-unwatched',
      comparison_operator: 'LessThanThreshold',
      threshold: 1,
      evaluation_periods: 5,
      treat_missing_data: 'breaching',
    });
    expect(String(alarm['alarm_name']).startsWith(loadAlarmPrefix(TEST_PLACEMENT))).toBe(false);
  });
});
