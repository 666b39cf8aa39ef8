import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { EksPodIdentityAssociation } from '@cdktf/provider-aws/lib/eks-pod-identity-association';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import type { ICluster } from '../../core/interfaces';
import { PodRole } from '../../core/pod-role';

export interface WorkloadRoleProps {
  readonly cluster: ICluster;

  /** What the role is for; part of its name. */
  readonly name: string;

  /** Service account whose pods get the role's credentials. It need not exist yet. */
  readonly namespace: string;
  readonly serviceAccount: string;

  /** What the role may do, and nothing else. */
  readonly statements: readonly DataAwsIamPolicyDocumentStatement[];
}

/**
 * The role of an add-on's pods, with its permissions and its Pod Identity association.
 *
 * Pods get credentials when they start: let what starts them depend on `association`.
 */
export class WorkloadRole extends Construct {
  public readonly association: EksPodIdentityAssociation;

  public constructor(scope: Construct, id: string, props: WorkloadRoleProps) {
    super(scope, id);
    const { cluster, name, namespace, serviceAccount, statements } = props;
    const { role } = new PodRole(this, 'Role', {
      name: ['addons', name],
      clusterName: cluster.name,
      namespace,
      serviceAccount,
    });
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', { statement: [...statements] });
    const permissions = new IamRolePolicy(this, 'Permissions', {
      role: role.name,
      name,
      // One line: IAM counts characters.
      policy: policy.minifiedJson,
    });
    this.association = new EksPodIdentityAssociation(this, 'Association', {
      clusterName: cluster.name,
      namespace,
      serviceAccount,
      roleArn: role.arn,
      dependsOn: [permissions],
    });
  }
}
