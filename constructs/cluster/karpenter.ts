import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { EksAccessEntry } from '@cdktf/provider-aws/lib/eks-access-entry';
import type { EksCluster as EksClusterResource } from '@cdktf/provider-aws/lib/eks-cluster';
import { EksPodIdentityAssociation } from '@cdktf/provider-aws/lib/eks-pod-identity-association';
import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile';
import type { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { placementOf } from '../core/placement';
import { PodRole } from '../core/pod-role';
import { InterruptionQueue } from './interruption-queue';
import { karpenterStatements } from './karpenter-policy';
import { KARPENTER_ACCOUNT } from './karpenter-account';
import { NodeRole } from './node-role';

export interface KarpenterProps {
  readonly cluster: EksClusterResource;
  readonly clusterName: string;
  readonly clusterArn: string;
}

/** All that Karpenter needs of AWS, ready for its Helm release: a role, a role and profile for its nodes, a queue. */
export class Karpenter extends Construct {
  public readonly nodeRole: IamRole;
  public readonly nodeInstanceProfile: IamInstanceProfile;
  public readonly interruptionQueueName: string;

  public constructor(scope: Construct, id: string, { cluster, clusterName, clusterArn }: KarpenterProps) {
    super(scope, id);
    const { account, region } = placementOf(this);
    const { queue } = new InterruptionQueue(this, 'Interruption');
    this.interruptionQueueName = queue.name;

    this.nodeRole = new NodeRole(this, 'NodeRole', { name: ['node'], clusterArn }).role;
    this.nodeInstanceProfile = new IamInstanceProfile(this, 'NodeProfile', {
      name: physicalName(this, 'iamInstanceProfile', 'node'),
      role: this.nodeRole.name,
    });
    // Lets these nodes join, as a managed node group's nodes may without asking.
    new EksAccessEntry(this, 'NodeAccess', {
      clusterName: cluster.name,
      principalArn: this.nodeRole.arn,
      type: 'EC2_LINUX',
    });

    const { role } = new PodRole(this, 'Controller', {
      name: ['karpenter'],
      clusterName,
      ...KARPENTER_ACCOUNT,
    });
    const policy = new DataAwsIamPolicyDocument(this, 'ControllerPolicy', {
      statement: karpenterStatements({
        account,
        region,
        clusterName,
        clusterArn,
        nodeRoleArn: this.nodeRole.arn,
        nodeInstanceProfileArn: this.nodeInstanceProfile.arn,
        queueArn: queue.arn,
      }),
    });
    new IamRolePolicy(this, 'ControllerRolePolicy', {
      name: 'karpenter',
      role: role.name,
      policy: policy.json,
    });
    new EksPodIdentityAssociation(this, 'ControllerIdentity', {
      clusterName: cluster.name,
      ...KARPENTER_ACCOUNT,
      roleArn: role.arn,
    });
  }
}
