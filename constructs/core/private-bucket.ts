import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { Construct } from 'constructs';

export interface PrivateBucketProps {
  /** Name of the bucket, unique in all of AWS. */
  readonly name: string;

  /** Key that encrypts every object. @default - keys that S3 manages (SSE-S3) */
  readonly keyArn?: string;

  /** Region of the bucket. @default - the provider's */
  readonly region?: string;

  /** Statements that the bucket's policy has beside its own, made from the bucket's ARN. */
  readonly policy: (bucketArn: string) => readonly DataAwsIamPolicyDocumentStatement[];
}

/** Everybody, to be refused something. */
const EVERYBODY = [{ type: '*', identifiers: ['*'] }];

/** A versioned, encrypted bucket that is open to nobody outside the account and to no plain or outdated connection. */
export class PrivateBucket extends Construct {
  public readonly arn: string;
  public readonly name: string;

  /** Versioning, which lifecycle rules on old versions must wait for. */
  public readonly versioning: S3BucketVersioningA;

  public constructor(scope: Construct, id: string, { name, keyArn, region, policy }: PrivateBucketProps) {
    super(scope, id);
    const place = region === undefined ? {} : { region };
    // No copy in another region (CKV_AWS_144): nothing that serves a request needs these objects, and versions protect
    // against everything short of the region's end. No event notifications (CKV2_AWS_62): nothing acts on these objects;
    // where it matters who touched them, `recordAccess` tells.
    const created = new S3Bucket(this, 'Bucket', {
      ...place,
      bucket: name,
      lifecycle: { preventDestroy: true },
    });
    const { bucket } = created;
    this.arn = created.arn;
    this.name = bucket;

    new S3BucketOwnershipControls(this, 'Ownership', {
      ...place,
      bucket,
      rule: { objectOwnership: 'BucketOwnerEnforced' },
    });
    const closed = new S3BucketPublicAccessBlock(this, 'PublicAccess', {
      ...place,
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    this.versioning = new S3BucketVersioningA(this, 'Versioning', {
      ...place,
      bucket,
      versioningConfiguration: { status: 'Enabled' },
    });
    new S3BucketServerSideEncryptionConfigurationA(this, 'Encryption', {
      ...place,
      bucket,
      rule: [
        keyArn === undefined
          ? { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }
          : {
              applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keyArn },
              // One data key serves many objects: KMS is asked, and paid, less often.
              bucketKeyEnabled: true,
            },
      ],
    });
    const document = new DataAwsIamPolicyDocument(this, 'Statements', {
      statement: [...transportStatements(this.arn), ...policy(this.arn)],
    });
    // S3 answers two changes of a bucket's access at once with a conflict.
    new S3BucketPolicy(this, 'Policy', { ...place, bucket, policy: document.json, dependsOn: [closed] });
  }
}

function transportStatements(bucketArn: string): DataAwsIamPolicyDocumentStatement[] {
  const refused = {
    effect: 'Deny',
    principals: EVERYBODY,
    // All actions of S3, because this refuses; nothing is granted.
    actions: ['s3:*'],
    resources: [bucketArn, `${bucketArn}/*`],
  };
  return [
    {
      ...refused,
      sid: 'RefusePlainHttp',
      condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
    },
    {
      ...refused,
      sid: 'RefuseTlsBefore12',
      condition: [{ test: 'NumericLessThan', variable: 's3:TlsVersion', values: ['1.2'] }],
    },
  ];
}

/**
 * Refuses uploads that ask for other encryption than `keyArn`. An upload that asks for none is let through: S3 then
 * encrypts it with the bucket's key.
 *
 * @param alias the key's alias, which an upload may name in place of the key
 */
export function requireKey(
  bucketArn: string,
  keyArn: string,
  alias: string,
): readonly DataAwsIamPolicyDocumentStatement[] {
  const refused = {
    effect: 'Deny',
    principals: EVERYBODY,
    actions: ['s3:PutObject'],
    resources: [`${bucketArn}/*`],
  };
  const ENCRYPTION = 's3:x-amz-server-side-encryption';
  const KEY = 's3:x-amz-server-side-encryption-aws-kms-key-id';
  // `StringNotEquals` also holds for an absent key, hence `Null`.
  return [
    {
      ...refused,
      sid: 'RefuseOtherEncryption',
      condition: [
        { test: 'Null', variable: ENCRYPTION, values: ['false'] },
        { test: 'StringNotEquals', variable: ENCRYPTION, values: ['aws:kms'] },
      ],
    },
    {
      ...refused,
      sid: 'RefuseOtherKeys',
      condition: [
        { test: 'Null', variable: KEY, values: ['false'] },
        { test: 'StringNotEquals', variable: KEY, values: [keyArn, alias] },
      ],
    },
    {
      ...refused,
      // `aws:kms` without naming a key means the account's default key for S3, and not the bucket's.
      sid: 'RefuseDefaultKey',
      condition: [
        { test: 'Null', variable: ENCRYPTION, values: ['false'] },
        { test: 'Null', variable: KEY, values: ['true'] },
      ],
    },
    {
      ...refused,
      sid: 'RefuseCustomerKeys',
      condition: [
        { test: 'Null', variable: 's3:x-amz-server-side-encryption-customer-algorithm', values: ['false'] },
      ],
    },
  ];
}
