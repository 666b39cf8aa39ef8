import { ClusterRoleBindingV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-binding-v1';
import { ClusterRoleV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-v1';
import { Construct } from 'constructs';
import { GeneratedChart } from '../../core/chart';
import { RELEASES_GROUP } from '../../core/releases';
import { deployersGroup } from '../../core/workload-labels';
import { CLUSTER_ROLES, DEPLOYER_ROLE, OWNERS_ROLE } from './cluster-roles';
import { deployerPolicy } from './deployer-policy';
import { migrationPolicy } from './migration-policy';
import { operatorPolicy } from './operator-policy';
import { releasePolicy } from './release-policy';
import { rolloutPolicy } from './rollout-policy';
import { routePolicy } from './route-policy';
import { workloadPolicy } from './workload-policy';

const RBAC = 'rbac.authorization.k8s.io';

export interface WorkloadAccessProps {
  /** The cell's public zone, without a final dot. */
  readonly zoneName: string;

  /** What names of services' images begin with in the cell's region, up to the service: `<registry>/bulkhead/prod/`. */
  readonly imagePrefix: string;

  /** Images of the jobs that change schemas, whole as they stand there. */
  readonly schemaImages: readonly string[];
}

/**
 * Who may do what with tiers and tenants in a cluster: roles that stacks of tiers and tenants bind in their namespaces, roles
 * for their deployers and for releases, and admission policies for what roles cannot say. Groups get members by access entries.
 */
export class WorkloadAccess extends Construct {
  public constructor(scope: Construct, id: string, props: WorkloadAccessProps) {
    super(scope, id);
    // First: a deployer that has rights has its limits already.
    const policies = new GeneratedChart(this, 'Policies', {
      name: 'bulkhead-policies',
      namespace: 'kube-system',
      objects: [
        ...deployerPolicy,
        ...operatorPolicy,
        ...workloadPolicy,
        ...routePolicy(props.zoneName),
        ...rolloutPolicy,
        ...releasePolicy(props.imagePrefix),
        ...migrationPolicy(props.schemaImages),
      ],
    });
    for (const [name, rules] of Object.entries(CLUSTER_ROLES)) {
      new ClusterRoleV1(this, name, { metadata: { name }, rule: [...rules], dependsOn: [policies.release] });
    }
    const bind = (id: string, role: string, groups: readonly string[]): void => {
      new ClusterRoleBindingV1(this, id, {
        metadata: { name: role },
        roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
        subject: groups.map((name) => ({ kind: 'Group', name, apiGroup: RBAC })),
        dependsOn: [policies.release],
      });
    };
    bind(
      'Deployers',
      DEPLOYER_ROLE,
      (['tier', 'tenant'] as const).map((kind) => deployersGroup(kind)),
    );
    bind('Owners', OWNERS_ROLE, [RELEASES_GROUP]);
  }
}
