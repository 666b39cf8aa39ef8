import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { Construct } from 'constructs';
import { logsMayEncrypt } from '../core/encrypted-log-group';
import { EncryptionKey } from '../core/encryption-key';
import { nameIn, physicalName } from '../core/naming';
import { placementOf } from '../core/placement';
import { PrivateBucket, requireKey } from '../core/private-bucket';
import { recordAccess } from '../core/record-access';
import { ERRORS, HistoryStream, REQUESTS, streamLogGroup } from './history-stream';

export interface RequestHistoryProps {
  /** How long records are kept, in days, 30 to 3650. */
  readonly historyDays: number;

  /** How long the delivery stream's own errors are kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

/**
 * Ages at which objects move to cheaper storage that still answers at once, in days, and the shortest stay there that is
 * billed anyway. Sources: "Managing the lifecycle of objects" and "Understanding S3 storage classes", Amazon S3 User Guide.
 */
const CHEAPER = [
  { storageClass: 'STANDARD_IA', afterDays: 90, leastDays: 30 },
  { storageClass: 'GLACIER_IR', afterDays: 365, leastDays: 90 },
] as const;

/** How long what could not be filed is kept, in days: long enough to repair it and send it again. */
const ERROR_DAYS = 90;

/** How long records of who read the history are kept, in days. */
const ACCESS_RECORD_DAYS = 365;

/**
 * The history of all requests: a bucket of compressed JSON lines, by day and by two buckets of tenants, and the delivery
 * stream that fills it.
 *
 * Versions are kept for a month, so that what is deleted or overwritten can be put back. There is no object lock: nobody
 * could then erase a person's or a leaving tenant's records before they expire, and law may demand it. No deployer may
 * delete an object, and every access to one is recorded.
 */
export class RequestHistory extends Construct {
  public readonly bucket: PrivateBucket;
  public readonly keyArn: string;
  /** Name of the key, with `alias/` before it. */
  public readonly keyAlias: string;

  public constructor(scope: Construct, id: string, { historyDays, logRetentionDays }: RequestHistoryProps) {
    super(scope, id);
    const placement = placementOf(this);
    const logGroup = streamLogGroup(placement);
    const key = new EncryptionKey(this, 'Key', {
      name: ['gateway-history'],
      description: 'History of requests, its delivery stream and the results of queries',
      statements: [logsMayEncrypt(this, [logGroup])],
    });
    this.keyArn = key.arn;
    this.keyAlias = `alias/${nameIn(placement, 'kmsAlias', 'gateway-history')}`;
    this.bucket = new PrivateBucket(this, 'Bucket', {
      name: physicalName(this, 's3Bucket', 'gateway-history'),
      keyArn: key.arn,
      policy: (bucketArn) => requireKey(bucketArn, key.arn, this.keyAlias),
    });
    this.lifecycle(historyDays);
    recordAccess(this, {
      source: this.bucket,
      prefix: 'history/',
      name: ['gateway-reads'],
      retentionDays: ACCESS_RECORD_DAYS,
    });
    new HistoryStream(this, 'Stream', { bucketArn: this.bucket.arn, keyArn: key.arn, logRetentionDays });
  }

  private lifecycle(historyDays: number): void {
    const tidy = {
      // What S3 keeps of replaced or deleted records.
      noncurrentVersionExpiration: [{ noncurrentDays: 30 }],
      abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
    };
    new S3BucketLifecycleConfiguration(this, 'Lifecycle', {
      bucket: this.bucket.name,
      dependsOn: [this.bucket.versioning],
      // Small objects cost more to move and to keep there than they save.
      transitionDefaultMinimumObjectSize: 'all_storage_classes_128K',
      rule: [
        {
          id: 'requests',
          status: 'Enabled',
          filter: [{ prefix: REQUESTS }],
          transition: CHEAPER.filter(({ afterDays, leastDays }) => historyDays >= afterDays + leastDays).map(
            ({ afterDays, storageClass }) => ({ days: afterDays, storageClass }),
          ),
          expiration: [{ days: historyDays }],
          ...tidy,
        },
        {
          id: 'errors',
          status: 'Enabled',
          filter: [{ prefix: ERRORS }],
          expiration: [{ days: Math.min(ERROR_DAYS, historyDays) }],
          ...tidy,
        },
      ],
    });
  }
}
