import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { DefaultServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/default-service-account-v1';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { RoleBindingV1 } from '@cdktf/provider-kubernetes/lib/role-binding-v1';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GeneratedChart } from '../core/chart';
import type { ICluster, IConnectable, IDatabase, INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { openPort } from '../core/open-port';
import { checkOwner, type Owner, ownerName } from '../core/owner';
import { RELEASE_ROLE, RELEASES_GROUP } from '../core/releases';
import { securityGroupPolicy } from '../core/security-group-policy';
import { type Rule, validateProps } from '../core/validation';
import {
  deployersGroup,
  NAMESPACE_DEPLOYER_ROLE,
  OPERATOR_ROLE,
  operatorsGroup,
  workloadLabels,
  type WorkloadPlacement,
} from '../core/workload-labels';
import { WORKLOAD_PORT } from '../core/workload-port';
import { NetworkIsolation, type NetworkRanges } from './network-isolation';
import { type ContainerSizes, LIMIT_RULES, type Quota, ResourceLimits } from './resource-limits';
import { Workload } from './workload';

/** What the namespaces of a cell have in common. */
export interface NamespaceSurroundings {
  readonly cluster: Pick<ICluster, 'name' | 'workloadSecurityGroupId'>;
  readonly network: Pick<INetwork, 'vpcId'>;
  readonly ranges: NetworkRanges;
}

export interface IsolatedNamespaceProps extends NamespaceSurroundings, WorkloadPlacement {
  /** Whose namespace it is. Its name, and those of all that is made for it, can never change. */
  readonly owner: Owner;
  readonly quota: Quota;
  readonly containers: ContainerSizes;

  /** Services that run here, each with an account and a role of its own. Empty: nothing runs here. */
  readonly services: readonly string[];

  /** Key that encrypts the owner's secrets. @default - there are none, which only a namespace without services can say */
  readonly keyArn?: string;

  /**
   * Whether Terraform may remove the namespace, and all that runs in it.
   *
   * @default false
   */
  readonly disposable?: boolean;
}

const RULES: readonly Rule<IsolatedNamespaceProps>[] = [
  ...LIMIT_RULES,
  {
    fails: ({ services }) => new Set(services).size < services.length,
    message: ({ services }) => `services must differ, got ${services.join(', ')}`,
  },
  {
    fails: ({ services, keyArn }) => services.length > 0 && keyArn === undefined,
    message: () => 'keyArn must be given, for services have secrets',
  },
  {
    fails: ({ services, quota }) => services.length > quota.pods,
    message: ({ services, quota }) =>
      `quota.pods must leave a pod for each of ${services.length} services, got ${quota.pods}`,
  },
];

/**
 * A namespace whose pods are kept apart from all others': by what the API server admits, how much they may use, whom they
 * may call and be called by, which addresses and nodes they have, and which role they take. One for each pooled tier and
 * for each dedicated tenant.
 *
 * Nothing may be called from here and nobody may call, but DNS, the gateway and smoke tests: databases, cache and AWS are
 * granted.
 */
export class IsolatedNamespace extends Construct implements IConnectable {
  /** Name of the namespace. */
  public readonly name: string;
  public readonly peerName: string;
  /** Security group that the pods of this namespace carry and no others. */
  public readonly securityGroupId: string;
  public readonly openEgress = false;
  /** The services' accounts and roles. */
  public readonly workloads: readonly Workload[];
  /** Wait for these before putting anything into the namespace: it is there, and who deploys may do so. */
  public readonly ready: readonly ITerraformDependable[];
  private readonly network: NetworkIsolation;

  public constructor(scope: Construct, id: string, props: IsolatedNamespaceProps) {
    super(scope, id);
    checkOwner(this, props.owner);
    validateProps(this, 'IsolatedNamespace props', props, RULES);
    const { owner, cluster, quota, containers, services } = props;
    this.name = ownerName(owner);
    this.peerName = this.name;

    const namespace = new NamespaceV1(this, 'Namespace', {
      metadata: { name: this.name, labels: workloadLabels(owner, props) },
      lifecycle: { preventDestroy: !props.disposable },
    });
    const deployer = this.bind('deployer', deployersGroup(owner.kind), NAMESPACE_DEPLOYER_ROLE, [namespace]);
    this.ready = [namespace, deployer];
    this.bind('operators', operatorsGroup(owner.tier), OPERATOR_ROLE, this.ready);
    // Also where nothing runs: before a schema is contracted, all owners' namespaces are asked what runs there.
    this.bind('releases', RELEASES_GROUP, RELEASE_ROLE, this.ready);

    const inside = { namespace: this.name, dependsOn: this.ready };
    new DefaultServiceAccountV1(this, 'DefaultAccount', {
      metadata: { namespace: this.name },
      automountServiceAccountToken: false,
      dependsOn: [...this.ready],
    });
    new ResourceLimits(this, 'Limits', { ...inside, quota, containers });
    this.network = new NetworkIsolation(this, 'Network', {
      ...inside,
      ranges: props.ranges,
      fleet: props.fleet,
    });
    this.securityGroupId = this.podSecurityGroup(props);
    this.workloads = services.map(
      (service) =>
        new Workload(this, `Service-${service}`, {
          ...inside,
          service,
          clusterName: cluster.name,
          keyArn: props.keyArn ?? '',
        }),
    );
    if (services.length > 0) this.network.allowAws();
    if (services.length > 0) this.allowReleases();
  }

  /**
   * Lets smoke tests of releases at the pods. Security groups are of all pods of a namespace, so this one
   * lets them reach one another; which of them may, network policies say.
   */
  private allowReleases(): void {
    this.network.allowSmokeTests();
    openPort(
      this,
      { protocol: 'HTTP', port: WORKLOAD_PORT, securityGroupId: this.securityGroupId },
      { peerName: 'smoke', securityGroupId: this.securityGroupId, openEgress: false },
    );
  }

  /** Lets all services here reach a database, and log in as one user of it. Once a database and user. */
  public grantDatabase(database: IDatabase, dbUser: string): void {
    database.allowFrom(this);
    this.network.allowDatabases(database.port);
    for (const workload of this.workloads) database.grantConnect(workload, dbUser);
  }

  /** Lets the pods reach the cache. As whom they log in there, their roles say. */
  public allowCache(port: number): void {
    this.network.allowCache(port);
  }

  /** A group of people or programs, and what it may do in this namespace and nowhere else. */
  private bind(
    name: string,
    group: string,
    clusterRole: string,
    dependsOn: readonly ITerraformDependable[],
  ): RoleBindingV1 {
    return new RoleBindingV1(this, `Binding-${name}`, {
      metadata: { name, namespace: this.name },
      subject: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: group }],
      roleRef: { kind: 'ClusterRole', apiGroup: 'rbac.authorization.k8s.io', name: clusterRole },
      dependsOn: [...dependsOn],
    });
  }

  /** A group without rules, which grants add, on an interface of each pod's own. */
  private podSecurityGroup({ cluster, network }: IsolatedNamespaceProps): string {
    const groupName = physicalName(this, 'securityGroup', this.name, 'pods');
    const group = new SecurityGroup(this, 'PodSecurityGroup', {
      name: groupName,
      vpcId: network.vpcId,
      description: `Pods of ${this.name}`,
      tags: { Name: groupName },
    });
    new GeneratedChart(this, 'PodSecurityGroups', {
      name: 'pod-security-groups',
      namespace: this.name,
      objects: [securityGroupPolicy(this.name, [group.id, cluster.workloadSecurityGroupId])],
      dependsOn: this.ready,
    });
    return group.id;
  }
}
