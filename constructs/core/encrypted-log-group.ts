import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { Construct, type IConstruct } from 'constructs';
import { EncryptionKey } from './encryption-key';
import { placementOf } from './placement';

export interface EncryptedLogGroupProps {
  /** Name of the log group. */
  readonly name: string;

  /** Last parts of the alias of its key. */
  readonly keyName: readonly string[];

  /** How long events are kept, in days: one of the values CloudWatch Logs takes. */
  readonly retentionDays: number;
}

/** A log group with a key of its own, which CloudWatch Logs may use for this log group alone. */
export class EncryptedLogGroup extends Construct {
  public readonly logGroup: CloudwatchLogGroup;

  public constructor(scope: Construct, id: string, { name, keyName, retentionDays }: EncryptedLogGroupProps) {
    super(scope, id);
    const key = new EncryptionKey(this, 'Key', {
      name: keyName,
      description: `Log group ${name}`,
      statements: [logsMayEncrypt(this, [name])],
    });
    this.logGroup = new CloudwatchLogGroup(this, 'LogGroup', {
      name,
      retentionInDays: retentionDays,
      kmsKeyId: key.arn,
      lifecycle: { preventDestroy: true },
    });
  }
}

/**
 * For the policy of a key: lets CloudWatch Logs use it for these log groups and no others.
 *
 * @param names log groups, in the account and region of `scope`
 */
export function logsMayEncrypt(
  scope: IConstruct,
  names: readonly string[],
): DataAwsIamPolicyDocumentStatement {
  const { account, region } = placementOf(scope);
  return {
    sid: 'LogsEncrypts',
    effect: 'Allow',
    principals: [{ type: 'Service', identifiers: [`logs.${region}.amazonaws.com`] }],
    // The actions that "Encrypt log data in CloudWatch Logs using KMS" asks for.
    actions: [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:DescribeKey',
    ],
    // In a key policy `*` is this key.
    resources: ['*'],
    condition: [
      {
        test: 'ArnEquals',
        variable: 'kms:EncryptionContext:aws:logs:arn',
        values: names.map((name) => `arn:aws:logs:${region}:${account}:log-group:${name}`),
      },
    ],
  };
}
