import { boundaryStatements } from '../../../stacks/permissions/boundary';
import { functionStatements } from '../../../stacks/permissions/functions';
import {
  gatewayObservability,
  gatewayObservabilityStatements,
} from '../../../stacks/permissions/gateway-observability';
import { keyStatements, logGroupStatements } from '../../../stacks/permissions/parts';
import { roleStatements } from '../../../stacks/permissions/iam';
import { AccessLog } from '../../../constructs/gateway/access-log';
import { BurnRate } from '../../../constructs/gateway/burn-rate';
import { LoadShedding } from '../../../constructs/gateway/load-shedding';
import { allows } from '../../support/iam';
import { synth, type Synthesized } from '../../support/synth';
import { USE1A } from '../fixture';

jest.mock('../../../constructs/core/program-bundle', () => ({ bundleOf: () => Buffer.from('program') }));

const { functions, callers, logGroups, keys, grantKeysTo, roles, passRolesTo } = gatewayObservability(USE1A);
const STATEMENTS = [
  ...gatewayObservabilityStatements(USE1A),
  ...functionStatements(USE1A, functions, callers),
  ...logGroupStatements(USE1A, logGroups),
  ...keyStatements(USE1A, { aliases: keys, grantTo: grantKeysTo }),
  ...roleStatements(USE1A, { names: roles, passTo: passRolesTo }),
];
const at = (service: string, resource: string): string =>
  `arn:aws:${service}:us-east-1:222222222222:${resource}`;
const may = (action: string, resource: string): boolean =>
  allows(STATEMENTS, {
    action,
    resource,
    context: {
      'aws:RequestedRegion': 'us-east-1',
      'iam:PermissionsBoundary': 'arn:aws:iam::222222222222:policy/bulkhead-prod-use1a-boundary',
      'lambda:Principal': 'events.amazonaws.com',
    },
  });

const stack = synth((scope) => {
  new AccessLog(scope, 'AccessLog', { retentionDays: 30, historyDays: 365 });
  new BurnRate(scope, 'BurnRate', {
    accessLogGroup: '/bulkhead/prod/use1a/gateway-access',
    availabilityPercent: { starter: 99.5 },
  });
  new LoadShedding(scope, 'LoadShedding', {
    accessLogGroup: '/bulkhead/prod/use1a/gateway-access',
    peakCallsPerSecond: 5000,
    shedAtLoad: { starter: 0.8, professional: 0.9 },
    holdMinutes: 5,
    shards: ['1'],
    cache: {
      endpoint: 'cache.example.invalid',
      port: '6379',
      securityGroupId: 'sg-1',
      replicationGroupId: 'bulkhead-prod-use1a-cache',
      shards: 1,
      replicasPerShard: 1,
    },
    cacheUserId: 'bulkhead-prod-use1a-plt-load-level',
    network: { vpcId: 'vpc-1', privateSubnetIds: ['subnet-1'], endpointSecurityGroupId: 'sg-2' },
    interfaceEndpoints: true,
    logRetentionDays: 30,
  });
});

/** What making a resource of a type asks of AWS. */
const CREATIONS: Readonly<
  Record<string, (resource: Synthesized) => readonly [action: string, resource: string]>
> = {
  aws_athena_workgroup: ({ name }) => ['athena:CreateWorkGroup', at('athena', `workgroup/${String(name)}`)],
  aws_cloudwatch_composite_alarm: ({ alarm_name: name }) => [
    'cloudwatch:PutCompositeAlarm',
    at('cloudwatch', `alarm:${String(name)}`),
  ],
  aws_cloudwatch_event_rule: ({ name }) => ['events:PutRule', at('events', `rule/${String(name)}`)],
  aws_cloudwatch_log_group: ({ name }) => ['logs:CreateLogGroup', at('logs', `log-group:${String(name)}`)],
  aws_cloudwatch_metric_alarm: ({ alarm_name: name }) => [
    'cloudwatch:PutMetricAlarm',
    at('cloudwatch', `alarm:${String(name)}`),
  ],
  aws_glue_catalog_database: ({ name }) => ['glue:CreateDatabase', at('glue', `database/${String(name)}`)],
  aws_iam_role: ({ name }) => ['iam:CreateRole', `arn:aws:iam::222222222222:role/${String(name)}`],
  aws_kinesis_firehose_delivery_stream: ({ name }) => [
    'firehose:CreateDeliveryStream',
    at('firehose', `deliverystream/${String(name)}`),
  ],
  aws_kms_alias: ({ name }) => ['kms:CreateAlias', at('kms', String(name))],
  aws_lambda_function: ({ function_name: name }) => [
    'lambda:CreateFunction',
    at('lambda', `function:${String(name)}`),
  ],
  aws_s3_bucket: ({ bucket }) => ['s3:CreateBucket', `arn:aws:s3:::${String(bucket)}`],
  aws_sqs_queue: ({ name }) => ['sqs:CreateQueue', at('sqs', String(name))],
};

it.each(Object.entries(CREATIONS))('a deployer may make each %s of the constructs', (type, creation) => {
  const asked = stack.resources(type).map(creation);
  expect(asked).not.toHaveLength(0);
  expect(asked.filter(([action, resource]) => !may(action, resource))).toEqual([]);
});

const BUCKET = 'arn:aws:s3:::bulkhead-prod-use1a-gateway-history-222222222222-us-east-1';
const STREAM = at('firehose', 'deliverystream/bulkhead-prod-use1a-gateway-access');

it.each([
  ['s3:GetObject', `${BUCKET}/requests/day=2026-11-25/pair=1/1.gz`],
  ['s3:PutObject', `${BUCKET}/requests/day=2026-11-25/pair=1/1.gz`],
  ['s3:DeleteObject', `${BUCKET}/requests/day=2026-11-25/pair=1/1.gz`],
  ['s3:DeleteBucket', BUCKET],
  ['firehose:DeleteDeliveryStream', STREAM],
  ['firehose:PutRecordBatch', STREAM],
  ['athena:StartQueryExecution', at('athena', 'workgroup/bulkhead-prod-use1a-gateway-history')],
  ['logs:StartQuery', at('logs', 'log-group:/bulkhead/prod/use1a/gateway-access')],
  ['lambda:InvokeFunction', at('lambda', 'function:bulkhead-prod-use1a-load-level')],
])('a deployer neither reads nor forges nor loses the history: %s', (action, resource) => {
  expect(may(action, resource)).toBe(false);
});

it('has no hand on another cell', () => {
  expect(
    may('cloudwatch:PutCompositeAlarm', at('cloudwatch', 'alarm:bulkhead-prod-use1b-burn-starter')),
  ).toBe(false);
  expect(
    may('cloudwatch:DeleteAlarms', at('cloudwatch', 'alarm:bulkhead-prod-use1b-load-calls-raise-1')),
  ).toBe(false);
  expect(may('s3:PutBucketPolicy', BUCKET.replace('use1a', 'use1b'))).toBe(false);
});

it('no role of the cell says how many calls there were, for by that tenants are shed', () => {
  const puts = (namespace: string): boolean =>
    allows(boundaryStatements(USE1A), {
      action: 'cloudwatch:PutMetricData',
      resource: '*',
      context: { 'aws:RequestedRegion': 'us-east-1', 'cloudwatch:namespace': namespace },
    });
  const [counted = '', ...others] = new Set(
    stack
      .resources('aws_cloudwatch_log_metric_filter')
      .map((filter) =>
        String((filter['metric_transformation'] as { readonly namespace?: string }).namespace),
      ),
  );
  expect(others).toEqual([]);
  expect(counted).toBe('bulkhead/prod/use1a/gateway');
  expect(puts(counted)).toBe(false);
  expect(puts('acme/invoices')).toBe(true);
});

it.each([
  ['tenant-acme.api', 'plt-revocation', false],
  ['tenant-acme.api', 'plt-load-level', false],
  ['tenant-acme.api', 'ten-acme', true],
  ['gateway-authorizer', 'plt-authorizer', true],
  ['load-level', 'plt-load-level', true],
])('a role %s of the cell may be %s in the cache: %s', (role, user, allowed) => {
  const connects = allows(boundaryStatements(USE1A), {
    action: 'elasticache:Connect',
    resource: at('elasticache', `user:bulkhead-prod-use1a-${user}`),
    context: {
      'aws:RequestedRegion': 'us-east-1',
      'aws:PrincipalArn': `arn:aws:iam::${USE1A.account}:role/bulkhead-prod-use1a-${role}`,
    },
  });
  expect(connects).toBe(allowed);
});
