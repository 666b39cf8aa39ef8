import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { permissionsBoundaryArn } from '../core/permissions-boundary';

/** Pull images, and let Session Manager in where a person must look at a node: nodes have no SSH. */
const MANAGED_POLICIES = ['AmazonEC2ContainerRegistryPullOnly', 'AmazonSSMManagedInstanceCore'] as const;

export interface NodeRoleProps {
  /** Last parts of the role's name. */
  readonly name: readonly string[];
  /** ARN of the cluster that the nodes join. */
  readonly clusterArn: string;
}

/**
 * What a node may do itself: join one cluster, pull images, hand its pods the credentials of their own roles. Network
 * and volumes are for the controllers' pods, by Pod Identity, so a pod that breaks out onto its node gains little.
 */
export class NodeRole extends Construct {
  public readonly role: IamRole;
  /** Wait for these before nodes start: one that lacks a permission fails to join. */
  public readonly permissions: readonly ITerraformDependable[];

  public constructor(scope: Construct, id: string, { name, clusterArn }: NodeRoleProps) {
    super(scope, id);
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [
        {
          sid: 'Instances',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['ec2.amazonaws.com'] }],
          actions: ['sts:AssumeRole'],
        },
      ],
    });
    this.role = new IamRole(this, 'Role', {
      name: physicalName(this, 'iamRole', ...name),
      description: `Nodes of ${clusterArn}`,
      assumeRolePolicy: trust.json,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        {
          // AmazonEKSWorkerNodeMinimalPolicy allows this for every cluster.
          sid: 'PodIdentityOfOneCluster',
          effect: 'Allow',
          actions: ['eks-auth:AssumeRoleForPodIdentity'],
          resources: [clusterArn],
        },
        {
          // A node asks for its own DNS name, which names it in Kubernetes, and for what its instance type can carry.
          sid: 'KnowItself',
          effect: 'Allow',
          actions: ['ec2:DescribeInstances', 'ec2:DescribeInstanceTypes'],
          // EC2's describe calls take no resource.
          resources: ['*'],
        },
      ],
    });
    const own = new IamRolePolicy(this, 'RolePolicy', {
      name: 'join-cluster',
      role: this.role.name,
      policy: policy.json,
    });
    const attached = MANAGED_POLICIES.map(
      (managed) =>
        new IamRolePolicyAttachment(this, managed, {
          role: this.role.name,
          policyArn: `arn:aws:iam::aws:policy/${managed}`,
        }),
    );
    this.permissions = [own, ...attached];
  }
}
