import { ACCESS_LOG_FIELDS } from '../../constructs/core/access-log';
import { AccessLog, type AccessLogProps } from '../../constructs/gateway/access-log';
import { synth, type Synthesized, type SynthesizedStack } from '../support/synth';

const build = (props: Partial<AccessLogProps> = {}): SynthesizedStack =>
  synth((scope) => {
    new AccessLog(scope, 'AccessLog', { retentionDays: 30, historyDays: 2557, ...props });
  });
const stack = build();
const refers = (resource: Synthesized, attribute = 'arn'): string => `\${${resource.address}.${attribute}}`;

describe('AccessLog props', () => {
  it.each([30, 3650])('take %d days of history', (historyDays) => {
    expect(() => build({ historyDays })).not.toThrow();
  });

  it('are refused with every problem at once', () => {
    expect(() => build({ historyDays: 29, maxQueryGiB: 0.5 })).toThrowErrorMatchingInlineSnapshot(`
     "[test/AccessLog] invalid AccessLog props:
       - historyDays must be a whole number between 30 and 3650, got 29
       - maxQueryGiB must be a whole number between 1 and 10240, got 0.5"
    `);
  });
});

describe('the log group', () => {
  const group = stack.only('aws_cloudwatch_log_group', 'Requests');

  it('has the name that the agent on each node writes to, and a key of its own', () => {
    expect(group).toMatchObject({
      name: '/bulkhead/prod/use1a/gateway-access',
      retention_in_days: 30,
      kms_key_id: refers(stack.only('aws_kms_key', 'Requests')),
      lifecycle: { prevent_destroy: true },
    });
  });

  it('finds requests by tenant, by request and by trace without reading the rest', () => {
    const index = stack.only('aws_cloudwatch_log_index_policy');
    expect(index['log_group_name']).toBe(refers(group, 'name'));
    expect(JSON.parse(String(index['policy_document']))).toEqual({
      Fields: ['tenant', 'request_id', 'trace_id'],
    });
  });

  it('offers saved queries in a folder of the cell', () => {
    const queries = stack.resources('aws_cloudwatch_query_definition');
    expect(queries.map(({ name }) => name as string).sort()).toEqual([
      'bulkhead-prod-use1a/gateway/errors by tenant',
      'bulkhead-prod-use1a/gateway/refused requests by tenant and reason',
      'bulkhead-prod-use1a/gateway/requests of one tenant',
      'bulkhead-prod-use1a/gateway/slowest routes',
    ]);
    for (const query of queries) expect(query['log_group_names']).toEqual([refers(group, 'name')]);
  });

  it('is asked for nothing that a record does not have', () => {
    const known = new Set<string>(Object.keys(ACCESS_LOG_FIELDS));
    // Words that are neither a command, a function nor a name that the query gives.
    const language =
      /^(filterIndex|fields|sort|limit|filter|stats|count|pct|latest|ispresent|by|as|in|desc|and|id-of-tenant|timestamp|calls|p50|p95|upstream_p95|errors|refused|example|\d+)$/;
    const words = stack
      .resources('aws_cloudwatch_query_definition')
      .flatMap(({ query_string: query }) => String(query).match(/[a-zA-Z_][\w-]*/g) ?? [])
      .filter((word) => !language.test(word));
    expect(words.filter((word) => !known.has(word))).toEqual([]);
  });

  it('reads one tenant by the index', () => {
    const [query] = stack
      .resources('aws_cloudwatch_query_definition')
      .filter(({ path }) => path.endsWith('OneTenant'));
    expect(query?.['query_string']).toMatch(/^filterIndex tenant = "id-of-tenant"\n\| fields /);
  });
});

describe('the delivery stream', () => {
  const stream = stack.only('aws_kinesis_firehose_delivery_stream');
  const s3 = stream['extended_s3_configuration'] as Readonly<Record<string, unknown>>;
  const bucket = stack.only('aws_s3_bucket', 'History/Bucket');
  const key = stack.only('aws_kms_key', 'History/Key');

  it('has the name that the agent on each node sends to, and cannot be destroyed with what waits in it', () => {
    expect(stream).toMatchObject({
      name: 'bulkhead-prod-use1a-gateway-access',
      destination: 'extended_s3',
      lifecycle: { prevent_destroy: true },
    });
    expect(stream).not.toHaveProperty('kinesis_source_configuration');
  });

  it('encrypts what waits and what it writes with the same key of ours', () => {
    expect(stream['server_side_encryption']).toEqual({
      enabled: true,
      key_type: 'CUSTOMER_MANAGED_CMK',
      key_arn: refers(key),
    });
    expect(s3).toMatchObject({ kms_key_arn: refers(key), bucket_arn: refers(bucket) });
  });

  it('files by the day of arrival and by two buckets, in objects as large as Firehose makes them', () => {
    expect(s3).toMatchObject({
      prefix: 'requests/day=!{timestamp:yyyy-MM-dd}/pair=!{partitionKeyFromQuery:pair}/',
      compression_format: 'GZIP',
      buffering_interval: 900,
      buffering_size: 128,
      dynamic_partitioning_configuration: { enabled: true, retry_duration: 7200 },
    });
  });

  it('keeps what it cannot file, told apart by the kind of error', () => {
    expect(s3['error_output_prefix']).toBe('errors/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/');
    expect(s3['cloudwatch_logging_options']).toEqual({
      enabled: true,
      log_group_name: refers(stack.only('aws_cloudwatch_log_group', 'History/Stream'), 'name'),
      log_stream_name: refers(stack.only('aws_cloudwatch_log_stream'), 'name'),
    });
  });

  it('ends no line itself, for the agent does', () => {
    const { processors } = s3['processing_configuration'] as { processors: readonly { type: string }[] };
    expect(processors.map(({ type }) => type)).toEqual(['MetadataExtraction']);
  });

  it('writes to its bucket with its key and to its errors, and may do nothing else', () => {
    expect(stack.statements('Stream/Policy')).toEqual([
      {
        sid: 'FindBucket',
        actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        resources: [refers(bucket)],
      },
      {
        sid: 'WriteRecords',
        actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
        resources: [`${refers(bucket)}/requests/*`, `${refers(bucket)}/errors/*`],
      },
      {
        sid: 'EncryptRecords',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [refers(key)],
        condition: [
          { test: 'StringEquals', variable: 'kms:ViaService', values: ['s3.us-east-1.amazonaws.com'] },
        ],
      },
      expect.objectContaining({ sid: 'TellErrors', actions: ['logs:PutLogEvents'] }),
    ]);
  });

  it('is watched for being late and for having too many partitions', () => {
    const alarms = stack.resources('aws_cloudwatch_metric_alarm');
    expect(
      alarms.map(({ alarm_name: name, metric_name: metric }) => [name as string, metric as string]),
    ).toEqual([
      ['bulkhead-prod-use1a-gateway-history-crowded', 'PartitionCountExceeded'],
      ['bulkhead-prod-use1a-gateway-history-late', 'DeliveryToS3.DataFreshness'],
    ]);
    for (const { dimensions } of alarms)
      expect(dimensions).toEqual({ DeliveryStreamName: 'bulkhead-prod-use1a-gateway-access' });
  });

  it('is the only one that may take its role', () => {
    expect(stack.statements('Stream/Trust')).toMatchObject([
      {
        principals: [{ type: 'Service', identifiers: ['firehose.amazonaws.com'] }],
        condition: [
          { variable: 'aws:SourceAccount', values: ['222222222222'] },
          {
            variable: 'aws:SourceArn',
            values: [
              'arn:aws:firehose:us-east-1:222222222222:deliverystream/bulkhead-prod-use1a-gateway-access',
            ],
          },
        ],
      },
    ]);
  });
});

describe('the history', () => {
  const rules = (historyDays: number) =>
    build({ historyDays }).only('aws_s3_bucket_lifecycle_configuration', 'History/Lifecycle')[
      'rule'
    ] as readonly {
      id: string;
      transition: readonly { days: number; storage_class: string }[];
      expiration: readonly { days: number }[];
    }[];
  const moves = (historyDays: number): readonly string[] =>
    (rules(historyDays)[0]?.transition ?? []).map(({ days, storage_class }) => `${storage_class} ${days}`);

  it('gets cheaper with age and expires when it is asked to', () => {
    expect(moves(2557)).toEqual(['STANDARD_IA 90', 'GLACIER_IR 365']);
    expect(rules(2557).map(({ id, expiration }) => [id, expiration])).toEqual([
      ['requests', [{ days: 2557 }]],
      ['errors', [{ days: 90 }]],
    ]);
  });

  it.each([
    [30, []],
    [119, []],
    [120, ['STANDARD_IA 90']],
    [454, ['STANDARD_IA 90']],
    [455, ['STANDARD_IA 90', 'GLACIER_IR 365']],
  ])('of %d days moves only where it stays long enough to save anything', (historyDays, expected) => {
    expect(moves(historyDays)).toEqual(expected);
  });

  it('is closed to the public, versioned, and takes no object under another key', () => {
    expect(stack.only('aws_s3_bucket_public_access_block', 'History/Bucket')).toMatchObject({
      block_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(stack.only('aws_s3_bucket_versioning', 'History/Bucket')['versioning_configuration']).toEqual({
      status: 'Enabled',
    });
    expect(stack.statements('History/Bucket/Statements').map(({ sid }) => sid as string)).toEqual(
      expect.arrayContaining(['RefusePlainHttp', 'RefuseOtherKeys', 'RefuseDefaultKey']),
    );
  });
});

it('records who reads the history, in a bucket that only S3 writes to', () => {
  const history = stack.only('aws_s3_bucket', 'History/Bucket');
  const records = stack.only('aws_s3_bucket', 'History/AccessLogs');
  expect(stack.only('aws_s3_bucket_logging')).toMatchObject({
    bucket: refers(history, 'bucket'),
    target_bucket: refers(records, 'bucket'),
    target_prefix: 'history/',
  });
  expect(stack.statements('History/AccessLogs')).toContainEqual(
    expect.objectContaining({
      sid: 'AccessLogDelivery',
      principals: [{ type: 'Service', identifiers: ['logging.s3.amazonaws.com'] }],
      resources: [`${refers(records)}/history/*`],
    }),
  );
});

describe('searches of the history', () => {
  const table = stack.only('aws_glue_catalog_table');
  const workgroup = stack.only('aws_athena_workgroup');

  it('find a column for each field of a record, and the partitions as they are filed', () => {
    const { columns } = table['storage_descriptor'] as { columns: readonly { name: string; type: string }[] };
    expect(Object.fromEntries(columns.map(({ name, type }) => [name, type]))).toEqual(ACCESS_LOG_FIELDS);
    expect((table['partition_keys'] as readonly { name: string }[]).map(({ name }) => name)).toEqual([
      'day',
      'pair',
    ]);
  });

  it('know all partitions without being told', () => {
    const bucket = refers(stack.only('aws_s3_bucket', 'History/Bucket'), 'bucket');
    expect(table['parameters']).toMatchObject({
      'projection.enabled': 'true',
      'projection.day.range': 'NOW-2557DAYS,NOW',
      'projection.pair.range': '0,128',
      'storage.location.template': `s3://${bucket}/requests/day=$\${day}/pair=$\${pair}/`,
    });
  });

  it('are kept to a size, a place and a key', () => {
    const [configuration] = [workgroup['configuration']].flat() as readonly Readonly<
      Record<string, unknown>
    >[];
    expect(configuration).toMatchObject({
      enforce_workgroup_configuration: true,
      bytes_scanned_cutoff_per_query: 107_374_182_400,
      engine_version: { selected_engine_version: 'Athena engine version 3' },
      result_configuration: {
        output_location: `s3://${refers(stack.only('aws_s3_bucket', 'Table/Results'), 'bucket')}/results/`,
        expected_bucket_owner: '222222222222',
        encryption_configuration: { encryption_option: 'SSE_KMS' },
      },
    });
  });

  it('leave their results for a week', () => {
    const [rule] = stack.only('aws_s3_bucket_lifecycle_configuration', 'Table')['rule'] as readonly {
      expiration: unknown;
    }[];
    expect(rule?.expiration).toEqual([{ days: 7 }]);
  });

  it('are saved: one tenant, and no tenant', () => {
    expect(stack.resources('aws_athena_named_query').map(({ name }) => name as string)).toEqual([
      'history of requests without a tenant',
      'history of one tenant',
    ]);
  });
});
