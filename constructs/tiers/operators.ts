import { createHash } from 'node:crypto';
import { EksAccessEntry } from '@cdktf/provider-aws/lib/eks-access-entry';
import { Construct } from 'constructs';
import type { ICluster } from '../core/interfaces';
import { operatorsGroup } from '../core/workload-labels';

export interface OperatorsProps {
  readonly tier: string;
  readonly cluster: Pick<ICluster, 'name'>;
  /** ARNs of IAM roles. EKS has one access entry for each, so a role can be of one tier only. */
  readonly roleArns: readonly string[];
}

/**
 * Lets the people of a tier into the cluster, as members of a group and with no right of their own: what the group may do
 * is bound in each namespace. No access policy of EKS: even its smallest that can restart a pod can also read secrets and
 * take network policies away.
 */
export class Operators extends Construct {
  public constructor(scope: Construct, id: string, { tier, cluster, roleArns }: OperatorsProps) {
    super(scope, id);
    for (const principalArn of roleArns) {
      new EksAccessEntry(this, idOf(principalArn), {
        clusterName: cluster.name,
        principalArn,
        type: 'STANDARD',
        kubernetesGroups: [operatorsGroup(tier)],
      });
    }
  }
}

/** Last part of a role's name, for people, and a hash of the ARN, for roles of one name in two paths or accounts. */
const idOf = (arn: string): string =>
  `${arn.split('/').at(-1) ?? ''}-${createHash('sha256').update(arn).digest('hex').slice(0, 8)}`;
