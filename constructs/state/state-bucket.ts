import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { Construct } from 'constructs';
import { EncryptionKey } from '../core/encryption-key';
import { outside, type Rule, validateProps } from '../core/validation';
import { PrivateBucket, requireKey } from '../core/private-bucket';
import { recordAccess } from '../core/record-access';

export interface StateBucketProps {
  /** Name of the bucket. Every stack's backend carries it, so it can never change. */
  readonly name: string;

  /** Alias of the key that encrypts state: `alias/bulkhead-prod-state`. */
  readonly keyAlias: string;

  /** How long replaced versions of a state are kept, in days, 1 to 3650. */
  readonly oldVersionRetentionDays: number;

  /**
   * How long records of who read or wrote state are kept, in days, 1 to 3650.
   *
   * @default 365
   */
  readonly accessLogRetentionDays?: number;
}

type Settings = Required<Pick<StateBucketProps, 'oldVersionRetentionDays' | 'accessLogRetentionDays'>>;

const RULES: readonly Rule<Settings>[] = (['oldVersionRetentionDays', 'accessLogRetentionDays'] as const).map(
  (key) => ({
    fails: (settings) => !Number.isInteger(settings[key]) || outside(settings[key], 1, 3650),
    message: (settings) => `${key} must be a whole number between 1 and 3650, got ${String(settings[key])}`,
  }),
);

/** Uploads that never finished cost money and hold nothing. A state is a few megabytes: a day is generous. */
const ABANDONED_UPLOAD_DAYS = 1;

/**
 * The bucket that holds the state of every stack, with a key of its own and a record of every access.
 *
 * It accepts no object under another key. Old versions are kept for a while, so a broken state can be put back.
 */
export class StateBucket extends Construct {
  public readonly arn: string;
  public readonly keyArn: string;

  public constructor(scope: Construct, id: string, props: StateBucketProps) {
    super(scope, id);
    const { name, keyAlias, oldVersionRetentionDays, accessLogRetentionDays = 365 } = props;
    validateProps(this, 'StateBucket props', { oldVersionRetentionDays, accessLogRetentionDays }, RULES);

    const key = new EncryptionKey(this, 'Key', {
      name: ['state'],
      description: `Terraform state in ${name}`,
    });
    const bucket = new PrivateBucket(this, 'State', {
      name,
      keyArn: key.arn,
      policy: (bucketArn) => requireKey(bucketArn, key.arn, keyAlias),
    });
    this.arn = bucket.arn;
    this.keyArn = key.arn;

    new S3BucketLifecycleConfiguration(this, 'Lifecycle', {
      bucket: bucket.name,
      dependsOn: [bucket.versioning],
      rule: [
        {
          id: 'old-versions',
          status: 'Enabled',
          filter: [{}],
          noncurrentVersionExpiration: [{ noncurrentDays: oldVersionRetentionDays }],
          // Every released lock leaves a delete marker behind.
          expiration: [{ expiredObjectDeleteMarker: true }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: ABANDONED_UPLOAD_DAYS }],
        },
      ],
    });

    recordAccess(this, {
      source: bucket,
      prefix: 'state/',
      name: ['state-logs'],
      retentionDays: accessLogRetentionDays,
    });
  }
}
