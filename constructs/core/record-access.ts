import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketLoggingA } from '@cdktf/provider-aws/lib/s3-bucket-logging';
import type { Construct } from 'constructs';
import { physicalName } from './naming';
import { placementOf } from './placement';
import { PrivateBucket } from './private-bucket';

export interface AccessRecordsProps {
  /** Bucket whose accesses are recorded. */
  readonly source: PrivateBucket;

  /** Beginning of the names of the records: `state/`. */
  readonly prefix: string;

  /** Last parts of the name of the bucket that holds them. */
  readonly name: readonly string[];

  /** How long they are kept, in days. */
  readonly retentionDays: number;

  /** Region of both buckets; the placement's too. @default - the provider's */
  readonly region?: string;
}

/**
 * Records who reads or writes the objects of a bucket, in a bucket of its own below `scope`. That one has no records of its
 * own: they would be records of writing records.
 */
export function recordAccess(
  scope: Construct,
  { source, prefix, name, retentionDays, region }: AccessRecordsProps,
): void {
  const place = region === undefined ? {} : { region };
  const records = new PrivateBucket(scope, 'AccessLogs', {
    name: physicalName(scope, 's3Bucket', ...name),
    ...place,
    // No key of our own: S3 delivers access logs only to buckets encrypted with SSE-S3 ("Enabling Amazon S3 server access
    // logging", S3 User Guide). The records name objects and callers, never what an object holds.
    policy: (bucketArn) => [
      {
        sid: 'AccessLogDelivery',
        actions: ['s3:PutObject'],
        resources: [`${bucketArn}/${prefix}*`],
        principals: [{ type: 'Service', identifiers: ['logging.s3.amazonaws.com'] }],
        condition: [
          { test: 'ArnEquals', variable: 'aws:SourceArn', values: [source.arn] },
          { test: 'StringEquals', variable: 'aws:SourceAccount', values: [placementOf(scope).account] },
        ],
      },
    ],
  });
  new S3BucketLifecycleConfiguration(scope, 'AccessLogsLifecycle', {
    ...place,
    bucket: records.name,
    dependsOn: [records.versioning],
    rule: [
      {
        id: 'old-records',
        status: 'Enabled',
        filter: [{}],
        expiration: [{ days: retentionDays }],
        // Nobody replaces a record; what expires shall be gone.
        noncurrentVersionExpiration: [{ noncurrentDays: 1 }],
        // Uploads that never finished cost money and hold nothing.
        abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
      },
    ],
  });
  new S3BucketLoggingA(scope, 'AccessLogging', {
    ...place,
    bucket: source.name,
    targetBucket: records.name,
    targetPrefix: prefix,
    // Records of a day stand together, so a search needs not list the whole bucket.
    targetObjectKeyFormat: { partitionedPrefix: { partitionDateSource: 'EventTime' } },
  });
}
