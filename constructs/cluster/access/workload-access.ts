import { ClusterRoleBindingV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-binding-v1';
import { ClusterRoleV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-v1';
import { Construct } from 'constructs';
import { GeneratedChart } from '../../core/chart';
import { deployersGroup } from '../../core/workload-labels';
import { CLUSTER_ROLES, DEPLOYER_ROLE } from './cluster-roles';
import { deployerPolicy } from './deployer-policy';
import { operatorPolicy } from './operator-policy';
import { routePolicy } from './route-policy';
import { workloadPolicy } from './workload-policy';

export interface WorkloadAccessProps {
  /** The cell's public zone, without a final dot. */
  readonly zoneName: string;
}

/**
 * Who may do what with tiers and tenants in a cluster: roles that stacks of tiers and tenants bind in their namespaces, a
 * role for their deployers, and admission policies for what roles cannot say. Groups get members by access entries.
 */
export class WorkloadAccess extends Construct {
  public constructor(scope: Construct, id: string, { zoneName }: WorkloadAccessProps) {
    super(scope, id);
    // First: a deployer that has rights has its limits already.
    const policies = new GeneratedChart(this, 'Policies', {
      name: 'bulkhead-policies',
      namespace: 'kube-system',
      objects: [...deployerPolicy, ...operatorPolicy, ...workloadPolicy, ...routePolicy(zoneName)],
    });
    for (const [name, rules] of Object.entries(CLUSTER_ROLES)) {
      new ClusterRoleV1(this, name, { metadata: { name }, rule: [...rules], dependsOn: [policies.release] });
    }
    new ClusterRoleBindingV1(this, 'Deployers', {
      metadata: { name: DEPLOYER_ROLE },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: DEPLOYER_ROLE },
      subject: (['tier', 'tenant'] as const).map((kind) => ({
        kind: 'Group',
        name: deployersGroup(kind),
        apiGroup: 'rbac.authorization.k8s.io',
      })),
      dependsOn: [policies.release],
    });
  }
}
