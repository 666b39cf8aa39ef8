import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { EksPodIdentityAssociation } from '@cdktf/provider-aws/lib/eks-pod-identity-association';
import type { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import type { ICluster } from './interfaces';
import { PodRole } from './pod-role';

export interface PodIdentityProps {
  readonly cluster: Pick<ICluster, 'name'>;

  /** What the role is for: the last parts of its name. The last of them also names its policy. */
  readonly name: readonly [string, ...string[]];

  /** Service account whose pods get the role's credentials. It need not exist yet. */
  readonly namespace: string;
  readonly serviceAccount: string;

  /** What the role may do, and nothing else. */
  readonly statements: readonly DataAwsIamPolicyDocumentStatement[];
}

/**
 * The role of the pods of one service account, with its permissions and its Pod Identity association.
 *
 * Pods get credentials when they start: let what starts them depend on `association`.
 */
export class PodIdentity extends Construct {
  public readonly role: IamRole;
  public readonly association: EksPodIdentityAssociation;

  public constructor(scope: Construct, id: string, props: PodIdentityProps) {
    super(scope, id);
    const { cluster, name, namespace, serviceAccount, statements } = props;
    const { role } = new PodRole(this, 'Role', {
      name,
      clusterName: cluster.name,
      namespace,
      serviceAccount,
    });
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', { statement: [...statements] });
    const permissions = new IamRolePolicy(this, 'Permissions', {
      role: role.name,
      name: name.at(-1) ?? '',
      // One line: IAM counts characters.
      policy: policy.minifiedJson,
    });
    this.role = role;
    this.association = new EksPodIdentityAssociation(this, 'Association', {
      clusterName: cluster.name,
      namespace,
      serviceAccount,
      roleArn: role.arn,
      dependsOn: [permissions],
    });
  }
}
