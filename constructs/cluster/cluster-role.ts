import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { permissionsBoundaryArn } from '../core/permissions-boundary';
import { placementOf } from '../core/placement';

export interface ClusterRoleProps {
  readonly clusterArn: string;
  /** Key that encrypts the cluster's secrets. */
  readonly keyArn: string;
}

/**
 * What the control plane may do. The least that EKS documents ("Amazon EKS cluster IAM role"), without the old
 * load-balancer controller's permissions that AmazonEKSClusterPolicy still carries.
 */
export class ClusterRole extends Construct {
  public readonly role: IamRole;
  /** Wait for these before the cluster is made, and let them go only after it. */
  public readonly permissions: readonly ITerraformDependable[];

  public constructor(scope: Construct, id: string, { clusterArn, keyArn }: ClusterRoleProps) {
    super(scope, id);
    const { account, region } = placementOf(this);
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [
        {
          sid: 'OneCluster',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['eks.amazonaws.com'] }],
          actions: ['sts:AssumeRole'],
          condition: [
            { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] },
            { test: 'ArnEquals', variable: 'aws:SourceArn', values: [clusterArn] },
          ],
        },
      ],
    });
    this.role = new IamRole(this, 'Role', {
      name: physicalName(this, 'iamRole', 'cluster'),
      description: `Control plane of ${clusterArn}`,
      assumeRolePolicy: trust.json,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        {
          sid: 'MarkNodes',
          effect: 'Allow',
          actions: ['ec2:CreateTags'],
          // Nodes come and go.
          resources: [`arn:aws:ec2:${region}:${account}:instance/*`],
          condition: [
            {
              test: 'ForAnyValue:StringLike',
              variable: 'aws:TagKeys',
              values: ['kubernetes.io/cluster/*'],
            },
          ],
        },
        {
          sid: 'SeeNetwork',
          effect: 'Allow',
          actions: [
            'ec2:DescribeAvailabilityZones',
            'ec2:DescribeDhcpOptions',
            'ec2:DescribeInstances',
            'ec2:DescribeInstanceTopology',
            'ec2:DescribeNetworkInterfaces',
            'ec2:DescribeVpcs',
          ],
          // EC2's describe calls take no resource.
          resources: ['*'],
        },
        { sid: 'SeeKey', effect: 'Allow', actions: ['kms:DescribeKey'], resources: [keyArn] },
      ],
    });
    this.permissions = [
      new IamRolePolicy(this, 'RolePolicy', {
        name: 'control-plane',
        role: this.role.name,
        policy: policy.json,
      }),
      // Branch interfaces for pods with security groups of their own.
      new IamRolePolicyAttachment(this, 'PodInterfaces', {
        role: this.role.name,
        policyArn: 'arn:aws:iam::aws:policy/AmazonEKSVPCResourceController',
      }),
    ];
  }
}
