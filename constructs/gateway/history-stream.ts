import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { CloudwatchLogStream } from '@cdktf/provider-aws/lib/cloudwatch-log-stream';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { KinesisFirehoseDeliveryStream } from '@cdktf/provider-aws/lib/kinesis-firehose-delivery-stream';
import { Construct } from 'constructs';
import { accessStreamName, BUCKETS_PER_PARTITION } from '../core/access-log';
import { physicalName } from '../core/naming';
import { permissionsBoundaryArn } from '../core/permissions-boundary';
import { type Placement, placementOf } from '../core/placement';
import { BUCKETS } from '../core/tenant-token';

export interface HistoryStreamProps {
  readonly bucketArn: string;
  /** Key of the bucket, of what waits in the stream and of the stream's errors. */
  readonly keyArn: string;
  /** How long errors of the stream are kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

/** Beginnings of the names of objects: records, and what could not be filed among them. */
export const REQUESTS = 'requests/';
export const ERRORS = 'errors/';

/** Log group of what goes wrong in delivery. The beginning is Firehose's own. */
export const streamLogGroup = (placement: Placement): string =>
  `/aws/kinesisfirehose/${accessStreamName(placement)}`;

/**
 * The partition of a record, in jq 1.6. A record without a bucket is of nobody, and comes right after the last one's.
 *
 * `tonumber?` gives nothing for what is no number, and `//` then takes the right side: no record fails for its bucket.
 */
export const PARTITION_QUERY = `{pair:((.bucket|tonumber? // ${String(BUCKETS)})/${String(BUCKETS_PER_PARTITION)}|floor|tostring)}`;

/**
 * When an object is written. The longest that Firehose waits, for large objects are cheap to keep and to search, and what
 * is newer is searched in the log group. At least 64 MB with dynamic partitioning. Sources: `BufferingHints`, Firehose API
 * reference; `aws_kinesis_firehose_delivery_stream`, provider's documentation.
 */
const BUFFER = { seconds: 900, megabytes: 128 } as const;

/** How long Firehose tries to write to a partition, in seconds; two hours is its most. After it the records are errors. */
const RETRY_SECONDS = 7200;

/** Sources: "Monitor Amazon Data Firehose using CloudWatch metrics", Amazon Data Firehose Developer Guide. */
const WATCHED = [
  {
    id: 'Late',
    name: 'gateway-history-late',
    description: 'The history of requests is more than two hours behind',
    metric: 'DeliveryToS3.DataFreshness',
    threshold: 7200,
  },
  {
    id: 'Crowded',
    name: 'gateway-history-crowded',
    description: 'The history has too many partitions open: records go to errors/',
    metric: 'PartitionCountExceeded',
    threshold: 0,
  },
] as const;

/**
 * The delivery stream of access records: it compresses them and files them by the day they arrive (UTC) and by their
 * tenant's buckets.
 *
 * Not by tenant: a stream has 500 open partitions at most, and sends what is beyond to its errors ("Buffer data for dynamic
 * partitioning", Amazon Data Firehose Developer Guide). Buckets make 129 a day.
 */
export class HistoryStream extends Construct {
  public constructor(
    scope: Construct,
    id: string,
    { bucketArn, keyArn, logRetentionDays }: HistoryStreamProps,
  ) {
    super(scope, id);
    const logs = new CloudwatchLogGroup(this, 'Logs', {
      name: streamLogGroup(placementOf(this)),
      retentionInDays: logRetentionDays,
      kmsKeyId: keyArn,
      lifecycle: { preventDestroy: true },
    });
    const errors = new CloudwatchLogStream(this, 'Errors', { name: 'delivery', logGroupName: logs.name });
    const { role, permissions } = this.role(bucketArn, keyArn, `${logs.arn}:log-stream:${errors.name}`);

    new KinesisFirehoseDeliveryStream(this, 'Stream', {
      name: physicalName(this, 'firehoseStream', 'gateway-access'),
      destination: 'extended_s3',
      serverSideEncryption: { enabled: true, keyType: 'CUSTOMER_MANAGED_CMK', keyArn },
      extendedS3Configuration: {
        bucketArn,
        roleArn: role.arn,
        kmsKeyArn: keyArn,
        compressionFormat: 'GZIP',
        bufferingInterval: BUFFER.seconds,
        bufferingSize: BUFFER.megabytes,
        prefix: `${REQUESTS}day=!{timestamp:yyyy-MM-dd}/pair=!{partitionKeyFromQuery:pair}/`,
        errorOutputPrefix: `${ERRORS}!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/`,
        dynamicPartitioningConfiguration: { enabled: true, retryDuration: RETRY_SECONDS },
        processingConfiguration: {
          enabled: true,
          // No processor that appends line ends: Fluent Bit ends each record with one (`process_event`, out_kinesis_firehose).
          processors: [
            {
              type: 'MetadataExtraction',
              parameters: [
                { parameterName: 'JsonParsingEngine', parameterValue: 'JQ-1.6' },
                { parameterName: 'MetadataExtractionQuery', parameterValue: PARTITION_QUERY },
              ],
            },
          ],
        },
        cloudwatchLoggingOptions: { enabled: true, logGroupName: logs.name, logStreamName: errors.name },
      },
      // What waits in a stream is lost with it.
      lifecycle: { preventDestroy: true },
      dependsOn: [permissions],
    });
    this.watch();
  }

  /** What Firehose cannot deliver it keeps for a day, and then it is gone: somebody must look before. */
  private watch(): void {
    for (const { id, name, description, metric, threshold } of WATCHED) {
      new CloudwatchMetricAlarm(this, id, {
        alarmName: physicalName(this, 'metricAlarm', name),
        alarmDescription: description,
        namespace: 'AWS/Firehose',
        metricName: metric,
        dimensions: { DeliveryStreamName: accessStreamName(placementOf(this)) },
        statistic: 'Maximum',
        period: 300,
        evaluationPeriods: 3,
        datapointsToAlarm: 3,
        comparisonOperator: 'GreaterThanThreshold',
        threshold,
        // Without requests there is nothing to deliver, and nothing to measure.
        treatMissingData: 'notBreaching',
      });
    }
  }

  /** The stream's role: it writes to one bucket with one key, and to one log stream. */
  private role(
    bucketArn: string,
    keyArn: string,
    logStreamArn: string,
  ): { readonly role: IamRole; readonly permissions: IamRolePolicy } {
    const { account, region } = placementOf(this);
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [
        {
          sid: 'StreamsOfThisAccount',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['firehose.amazonaws.com'] }],
          actions: ['sts:AssumeRole'],
          condition: [
            { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] },
            {
              test: 'ArnEquals',
              variable: 'aws:SourceArn',
              values: [
                `arn:aws:firehose:${region}:${account}:deliverystream/${accessStreamName(placementOf(this))}`,
              ],
            },
          ],
        },
      ],
    });
    const role = new IamRole(this, 'Role', {
      name: physicalName(this, 'iamRole', 'gateway-history'),
      description: 'Delivery stream of access records: writes to the history bucket',
      assumeRolePolicy: trust.json,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
    // "Grant Firehose access to an Amazon S3 destination", Amazon Data Firehose Developer Guide.
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        {
          sid: 'FindBucket',
          actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
          resources: [bucketArn],
        },
        {
          sid: 'WriteRecords',
          actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
          resources: [REQUESTS, ERRORS].map((prefix) => `${bucketArn}/${prefix}*`),
        },
        {
          sid: 'EncryptRecords',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: [keyArn],
          condition: [
            { test: 'StringEquals', variable: 'kms:ViaService', values: [`s3.${region}.amazonaws.com`] },
          ],
        },
        { sid: 'TellErrors', actions: ['logs:PutLogEvents'], resources: [logStreamArn] },
      ],
    });
    const permissions = new IamRolePolicy(this, 'Permissions', {
      name: 'write-history',
      role: role.name,
      policy: policy.minifiedJson,
    });
    return { role, permissions };
  }
}
