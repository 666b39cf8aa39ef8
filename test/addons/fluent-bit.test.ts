import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { FluentBit } from '../../constructs/cluster/addons/fluent-bit';
import { AccessLog } from '../../constructs/gateway/access-log';
import { ACCESS_LOG_FIELDS } from '../../constructs/core/access-log';
import { fluentBitConfig } from '../../constructs/cluster/addons/fluent-bit-config';
import { synth } from '../support/synth';
import { criLine, deliver, type Delivery, parseSections } from '../support/fluent-bit';

const config = fluentBitConfig({
  region: 'us-east-1',
  podLogGroup: '/pods/bulkhead-prod-use1a-addons-pods',
  accessLogGroup: '/bulkhead/prod/use1a/gateway-access',
  accessStream: 'bulkhead-prod-use1a-gateway-access',
});

const ID = 'a0f3'.repeat(16);
const file = (pod: string, namespace: string, container: string): string =>
  `/var/log/containers/${pod}_${namespace}_${container}-${ID}.log`;
const PROXY = file('gateway-shared-7d9f8c6b5-x2x4z', 'envoy-gateway-system', 'envoy');

const REQUEST = {
  ...Object.fromEntries(Object.keys(ACCESS_LOG_FIELDS).map((key) => [key, null])),
  time: '2026-11-25T09:59:59.123Z',
  request_id: '6f0c7d1e-0000-4000-8000-000000000000',
  tenant: 'acme',
  bucket: '17',
  route: 'httproute/tier-starter/api/rule/0',
  code: 200,
};

const outputs = (deliveries: readonly Delivery[]): readonly string[] =>
  deliveries.map(({ output }) => output).sort();

describe('the record of a request', () => {
  it('goes to the access log and to the history, and to nothing else', () => {
    expect(outputs(deliver(config, PROXY, criLine(JSON.stringify(REQUEST))))).toEqual(['access', 'history']);
  });

  it('arrives as the proxy printed it, with the tenant on top', () => {
    for (const { record } of deliver(config, PROXY, criLine(JSON.stringify(REQUEST)))) {
      expect(record).toEqual(REQUEST);
    }
  });

  it('is known in whatever order its keys are', () => {
    const backwards = Object.fromEntries(Object.entries(REQUEST).reverse());
    expect(outputs(deliver(config, PROXY, criLine(JSON.stringify(backwards))))).toEqual([
      'access',
      'history',
    ]);
  });

  it('arrives even when it is cut off, as the text it is', () => {
    const [first] = deliver(config, PROXY, criLine(JSON.stringify(REQUEST).slice(0, -1)));
    expect(first).toMatchObject({
      output: 'access',
      record: { log: expect.stringContaining('"tenant":"acme"') as string },
    });
  });
});

describe('any other line', () => {
  it.each([
    ['a warning of a proxy', PROXY, '[2026-11-25 10:00:00.000][1][warning][config] gRPC config stream'],
    ['JSON of a proxy that is no request', PROXY, '{"level":"info","request_id":"1"}'],
    ['a line of the controller', file('envoy-gateway-1-1', 'envoy-gateway-system', 'envoy-gateway'), 'ready'],
    [
      'a line of the agent of shutdown beside a proxy',
      file('gateway-shared-1-1', 'envoy-gateway-system', 'shutdown-manager'),
      'draining',
    ],
  ])('goes to the log of pods only: %s', (_, path, text) => {
    expect(outputs(deliver(config, path, criLine(text)))).toEqual(['pods']);
  });

  it.each([
    ['in a namespace of its own', file('api-1-1', 'tenant-acme', 'envoy')],
    ['in a pod that is called like a proxy', file('gateway-shared-1-1', 'tier-starter', 'envoy')],
    ['in another container', file('gateway-shared-1-1', 'envoy-gateway-system', 'envoy-gateway')],
  ])('never becomes a request, whatever a tenant prints: %s', (_, path) => {
    const forged = JSON.stringify({ ...REQUEST, tenant: 'somebody-else' });
    expect(outputs(deliver(config, path, criLine(forged)))).toEqual(['pods']);
  });

  it('makes no metric, whatever a pod prints', () => {
    const metric = {
      _aws: {
        Timestamp: 1_795_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'bulkhead/prod/use1a/gateway',
            Dimensions: [[]],
            Metrics: [{ Name: 'ForwardedCalls' }],
          },
        ],
      },
      ForwardedCalls: 1_000_000,
    };
    const [delivery] = deliver(
      config,
      file('api-1-1', 'tenant-acme', 'api'),
      criLine(JSON.stringify(metric)),
    );
    expect(delivery).toMatchObject({ output: 'pods', record: { ForwardedCalls: 1_000_000 } });
    expect(Object.keys(delivery?.record ?? {})).not.toContain('_aws');
  });

  it('is not read when the agent itself prints it', () => {
    expect(deliver(config, file('fluent-bit-abcde', 'logging', 'fluent-bit'), criLine('sent'))).toEqual([]);
  });
});

describe('nothing is lost in silence', () => {
  const sections = (name: string) => parseSections(config[name] ?? '').map(({ entries }) => entries);

  it('by a filter that gives up what its emitter does not take', () => {
    expect(sections('filters').map(({ name }) => name)).not.toContain('rewrite_tag');
  });

  it('on a restart: each input remembers where it stopped, in a file of its own', () => {
    const databases = sections('inputs').map(({ db }) => db);
    expect(databases).toEqual(['/var/fluent-bit/state/tail.db', '/var/fluent-bit/state/access.db']);
  });

  it('while a destination is away: lines wait on disk, and are sent until they arrive', () => {
    expect(sections('service')).toMatchObject([{ 'storage.path': '/var/fluent-bit/state/buffer' }]);
    expect(sections('inputs').map((input) => input['storage.type'])).toEqual(['filesystem', 'filesystem']);
    for (const output of sections('outputs')) {
      expect(output).toMatchObject({ retry_limit: 'no_limits', 'storage.total_limit_size': '2G' });
    }
  });

  it('without being counted: the agent tells what it sends, retries and drops', () => {
    expect(sections('service')).toMatchObject([
      { http_server: 'On', http_port: '2020', 'storage.metrics': 'On' },
    ]);
    const aliases = (name: string) => sections(name).map(({ alias }) => alias);
    expect(aliases('inputs')).toEqual(['pods', 'access']);
    expect(aliases('outputs')).toEqual(['pods', 'access', 'history']);
  });
});

it('keeps the time of the request, as the time of the event too', () => {
  expect(parseSections(config['customParsers'] ?? '')).toEqual([
    {
      kind: 'PARSER',
      entries: {
        name: 'access',
        format: 'json',
        time_key: 'time',
        time_format: '%Y-%m-%dT%H:%M:%S.%L%z',
        time_keep: 'On',
      },
    },
  ]);
});

describe('the role of the agent', () => {
  const statements = synth((stack) => {
    new KubernetesProvider(stack, 'kubernetes');
    new HelmProvider(stack, 'helm');
    new FluentBit(stack, 'FluentBit', {
      cluster: {
        name: 'test',
        arn: 'arn:aws:eks:us-east-1:222222222222:cluster/test',
        endpoint: 'https://example.invalid',
        certificateAuthority: 'Q0E=',
        kubernetesVersion: '1.36',
        securityGroupId: 'sg-1',
        workloadSecurityGroupId: 'sg-2',
        nodeRoleName: 'nodes',
        nodeRoleArn: 'arn:aws:iam::222222222222:role/nodes',
        nodeInstanceProfileName: 'nodes',
        interruptionQueueName: 'interruptions',
      },
      logGroup: '/pods/test',
      keyArn: 'arn:aws:kms:us-east-1:222222222222:key/1',
      retentionDays: 30,
    });
  }).statements('FluentBit/Role/Policy');
  const made = synth((stack) => {
    new AccessLog(stack, 'AccessLog', { retentionDays: 30, historyDays: 365 });
  });

  it('writes to the three destinations and reads nothing', () => {
    expect(statements.map(({ sid, actions }) => [sid as string, actions as readonly string[]])).toEqual([
      ['Write', ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents']],
      ['WriteRequests', ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents']],
      ['SendHistory', ['firehose:PutRecordBatch']],
      ['EncryptHistory', ['kms:Decrypt', 'kms:GenerateDataKey']],
    ]);
  });

  it('knows what the gateway stack makes by the names that this stack gives', () => {
    const group = String(made.only('aws_cloudwatch_log_group', 'Requests')['name']);
    const stream = String(made.only('aws_kinesis_firehose_delivery_stream')['name']);
    const alias = String(made.only('aws_kms_alias', 'History')['name']);
    expect(statements.slice(1).map(({ resources }) => resources as readonly string[])).toEqual([
      [`arn:aws:logs:us-east-1:222222222222:log-group:${group}:*`],
      [`arn:aws:firehose:us-east-1:222222222222:deliverystream/${stream}`],
      ['arn:aws:kms:us-east-1:222222222222:key/*'],
    ]);
    expect(statements[3]?.['condition']).toEqual([
      { test: 'ForAnyValue:StringEquals', variable: 'kms:ResourceAliases', values: [alias] },
      { test: 'StringEquals', variable: 'kms:ViaService', values: ['firehose.us-east-1.amazonaws.com'] },
    ]);
  });
});

it('names the destinations that the gateway stack makes', () => {
  expect(config['outputs']).toContain('log_group_name /bulkhead/prod/use1a/gateway-access\n');
  expect(config['outputs']).toContain('delivery_stream bulkhead-prod-use1a-gateway-access\n');
});

it('holds nothing that Helm or Terraform would take for their own', () => {
  expect(Object.values(config).join('\n')).not.toMatch(/\{\{|\$\{|%\{/);
});
