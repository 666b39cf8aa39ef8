import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { SecretsmanagerSecretPolicy } from '@cdktf/provider-aws/lib/secretsmanager-secret-policy';
import { Construct } from 'constructs';
import { EncryptionKey } from '../core/encryption-key';
import { type Owner, ownerName } from '../core/owner';
import { placementOf } from '../core/placement';
import { onlyPodsOf } from '../core/secret-policy';
import { pathOf } from './workload';

export interface SecretStoreProps {
  readonly owner: Owner;

  /**
   * Whether Terraform may remove the key and the secret.
   *
   * @default false
   */
  readonly disposable?: boolean;
}

/** Days that a deleted secret can be brought back: the longest. */
const RECOVERY_DAYS = 30;

/**
 * The key of all that belongs to an owner besides its database, and the secret of its applications.
 *
 * The secret comes without a value, which never passes through Terraform: whoever onboards the owner puts it. Its own policy
 * refuses it to everybody but pods of the owner's namespace, whatever their roles allow them.
 */
export class SecretStore extends Construct {
  public readonly keyArn: string;
  /** Beginning of the names of the owner's secrets and parameters, with the slash at its end. */
  public readonly path: string;
  public readonly secretName: string;

  public constructor(scope: Construct, id: string, { owner, disposable }: SecretStoreProps) {
    super(scope, id);
    const namespace = ownerName(owner);
    this.path = `${pathOf(placementOf(this))}/${namespace}/`;
    const key = new EncryptionKey(this, 'Key', {
      // A slash, which no owner's name holds: `tenant-acme` is the alias of a database.
      name: [namespace.replace('-', '/')],
      description: `Secrets of ${namespace}`,
      disposable: disposable ?? false,
    });
    this.keyArn = key.arn;
    const secret = new SecretsmanagerSecret(this, 'Application', {
      name: `${this.path}application`,
      description: `Settings of the applications of ${namespace}`,
      kmsKeyId: key.arn,
      recoveryWindowInDays: RECOVERY_DAYS,
      lifecycle: { preventDestroy: !disposable },
    });
    this.secretName = secret.name;
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [onlyPodsOf(namespace)],
    });
    new SecretsmanagerSecretPolicy(this, 'ApplicationPolicy', {
      secretArn: secret.arn,
      policy: policy.json,
      blockPublicPolicy: true,
    });
  }
}
