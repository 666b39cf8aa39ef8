import type { Statement } from '../../constructs/access/statement';

/**
 * Settings of buckets with these names, and no object. Not `s3:DeleteBucket`: no deployment removes what is in one.
 *
 * @param sid of the statement
 */
export const bucketStatement = (sid: string, names: readonly string[]): Statement => ({
  sid,
  actions: [
    's3:CreateBucket',
    's3:DeleteBucketPolicy',
    // The provider reads every setting that a bucket can have.
    's3:GetAccelerateConfiguration',
    's3:GetBucketAcl',
    's3:GetBucketCORS',
    's3:GetBucketLocation',
    's3:GetBucketLogging',
    's3:GetBucketObjectLockConfiguration',
    's3:GetBucketOwnershipControls',
    's3:GetBucketPolicy',
    's3:GetBucketPublicAccessBlock',
    's3:GetBucketRequestPayment',
    's3:GetBucketTagging',
    's3:GetBucketVersioning',
    's3:GetBucketWebsite',
    's3:GetEncryptionConfiguration',
    's3:GetLifecycleConfiguration',
    's3:GetReplicationConfiguration',
    // Asks whether the bucket is there.
    's3:ListBucket',
    's3:ListTagsForResource',
    's3:PutBucketLogging',
    's3:PutBucketOwnershipControls',
    's3:PutBucketPolicy',
    's3:PutBucketPublicAccessBlock',
    's3:PutBucketTagging',
    's3:PutBucketVersioning',
    's3:PutEncryptionConfiguration',
    's3:PutLifecycleConfiguration',
    's3:TagResource',
    's3:UntagResource',
  ],
  resources: names.map((name) => `arn:aws:s3:::${name}`),
});
