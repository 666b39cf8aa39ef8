import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { Construct } from 'constructs';
import { physicalName } from './naming';
import { placementOf } from './placement';

export interface EncryptionKeyProps {
  /** Last parts of the key's alias: what it encrypts. */
  readonly name: readonly string[];

  /** What the key encrypts, for people. */
  readonly description: string;

  /**
   * Who may use the key besides principals that IAM policies of the account allow.
   *
   * @default - nobody
   */
  readonly statements?: readonly DataAwsIamPolicyDocumentStatement[];

  /** Region of the key. @default - the provider's */
  readonly region?: string;

  /**
   * Whether Terraform may remove the key. KMS still waits 30 days.
   *
   * @default false
   */
  readonly disposable?: boolean;
}

/**
 * A symmetric KMS key with yearly rotation, its policy and its alias.
 *
 * What it encrypts is lost with it, so Terraform may not destroy it, and KMS waits 30 days (its longest) before it
 * deletes a key.
 */
export class EncryptionKey extends Construct {
  public readonly arn: string;

  public constructor(
    scope: Construct,
    id: string,
    { name, description, statements, region, disposable }: EncryptionKeyProps,
  ) {
    super(scope, id);
    const place = region === undefined ? {} : { region };
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [accountAdministers(placementOf(this).account), ...(statements ?? [])],
    });
    const key = new KmsKey(this, 'Key', {
      ...place,
      description,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: policy.json,
      lifecycle: { preventDestroy: !disposable },
    });
    new KmsAlias(this, 'Alias', {
      ...place,
      name: `alias/${physicalName(this, 'kmsAlias', ...name)}`,
      targetKeyId: key.keyId,
    });
    this.arn = key.arn;
  }
}

/**
 * Hands the key over to IAM, as AWS advises: without it the key could become unmanageable. `kms:*` on `*` is meant: in a
 * key policy `*` is this key and no other ("Default key policy", AWS KMS Developer Guide).
 */
function accountAdministers(account: string): DataAwsIamPolicyDocumentStatement {
  return {
    sid: 'AccountAdministers',
    effect: 'Allow',
    principals: [{ type: 'AWS', identifiers: [`arn:aws:iam::${account}:root`] }],
    actions: ['kms:*'],
    resources: ['*'],
  };
}
