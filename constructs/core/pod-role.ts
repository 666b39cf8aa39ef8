import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { Construct } from 'constructs';
import { physicalName } from './naming';
import { permissionsBoundaryArn } from './permissions-boundary';
import { placementOf } from './placement';

export interface PodRoleProps {
  /** Last parts of the role's name. */
  readonly name: readonly string[];

  /** Cluster whose pods take the role: its name in this account and region. */
  readonly clusterName: string;

  /** Namespace and name of the service account that the pods run as. */
  readonly namespace: string;
  readonly serviceAccount: string;
}

/**
 * A role that pods of one service account in one cluster take through EKS Pod Identity, and nobody else. It allows
 * nothing until policies are attached, and takes effect with a Pod Identity association.
 */
export class PodRole extends Construct {
  public readonly role: IamRole;

  public constructor(scope: Construct, id: string, props: PodRoleProps) {
    super(scope, id);
    const { account, region } = placementOf(this);
    const { clusterName, namespace, serviceAccount } = props;
    // Pod Identity sends these as session tags: "Create IAM role with trust policy required by EKS Pod Identity".
    const required = {
      'eks-cluster-arn': `arn:aws:eks:${region}:${account}:cluster/${clusterName}`,
      'kubernetes-namespace': namespace,
      'kubernetes-service-account': serviceAccount,
    };
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [
        {
          sid: 'PodsOfOneServiceAccount',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['pods.eks.amazonaws.com'] }],
          actions: ['sts:AssumeRole', 'sts:TagSession'],
          condition: Object.entries(required).map(([tag, value]) => ({
            test: 'StringEquals',
            variable: `aws:RequestTag/${tag}`,
            values: [value],
          })),
        },
      ],
    });
    this.role = new IamRole(this, 'Role', {
      name: physicalName(this, 'iamRole', ...props.name),
      description: `Pods of service account ${namespace}/${serviceAccount} in cluster ${clusterName}`,
      assumeRolePolicy: trust.json,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
  }
}
