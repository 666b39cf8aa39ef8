import {
  GetBucketEncryptionCommand,
  GetBucketPolicyStatusCommand,
  GetPublicAccessBlockCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { LifecycleError } from '../../mistake';

interface BucketProps {
  readonly client: S3Client;
  readonly bucket: string;
  readonly owner: string;
  readonly foreignKey?: string;
}

/** What S3 says where somebody has set nothing. */
const UNSET = new Set([
  'NoSuchPublicAccessBlockConfiguration',
  'NoSuchBucketPolicy',
  'ServerSideEncryptionConfigurationNotFoundError',
]);

/**
 * Refuses a bucket that is not private, or whose objects could not be read any more once the tenant's key is gone.
 *
 * @throws LifecycleError with everything that is wrong with it
 */
export async function checkBucket({ client, bucket, owner, foreignKey }: BucketProps): Promise<void> {
  const at = { Bucket: bucket, ExpectedBucketOwner: owner };
  const [access, status, encryption] = await Promise.all([
    ifSet(client.send(new GetPublicAccessBlockCommand(at))),
    ifSet(client.send(new GetBucketPolicyStatusCommand(at))),
    ifSet(client.send(new GetBucketEncryptionCommand(at))),
  ]);
  const { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets } =
    access?.PublicAccessBlockConfiguration ?? {};
  const isClosed = BlockPublicAcls && IgnorePublicAcls && BlockPublicPolicy && RestrictPublicBuckets;
  const [rule] = encryption?.ServerSideEncryptionConfiguration?.Rules ?? [];
  const { SSEAlgorithm, KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
  const problems = [
    ...(isClosed === true ? [] : ['it does not block public access in all four ways']),
    ...(status?.PolicyStatus?.IsPublic === true ? ['its policy opens it to the public'] : []),
    ...(SSEAlgorithm?.startsWith('aws:kms') === true && KMSMasterKeyID !== undefined
      ? []
      : ['it does not encrypt with a key of KMS that its owner has chosen']),
    ...(isKey(KMSMasterKeyID, foreignKey)
      ? ["its key is the tenant's own: the export could not be read once that is gone"]
      : []),
  ];
  if (problems.length === 0) return;
  throw new LifecycleError(`s3://${bucket} is no place for an export: ${problems.join('; ')}`, [
    'name another one with --export-to, or put this one right (docs/runbooks/offboarding.md)',
  ]);
}

/** A bucket may name its key by ARN, or by the id at the ARN's end. */
const isKey = (named: string | undefined, arn: string | undefined): boolean =>
  named !== undefined && arn !== undefined && (named === arn || arn.endsWith(`/${named}`));

async function ifSet<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof S3ServiceException && UNSET.has(error.name)) return undefined;
    throw error;
  }
}
