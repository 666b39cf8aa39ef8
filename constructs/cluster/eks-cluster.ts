import { Ec2Tag } from '@cdktf/provider-aws/lib/ec2-tag';
import { EksCluster as EksClusterResource } from '@cdktf/provider-aws/lib/eks-cluster';
import { Construct } from 'constructs';
import { EncryptedLogGroup } from '../core/encrypted-log-group';
import { EncryptionKey } from '../core/encryption-key';
import type { ICluster, INetwork } from '../core/interfaces';
import { placementOf } from '../core/placement';
import { outside, type Rule, validateProps } from '../core/validation';
import { ADDON_VERSIONS } from './addon-versions';
import { ACCESS_RULES, admit, type ClusterAccessProps } from './access/access-entries';
import { ClusterRole } from './cluster-role';
import { EksAddons } from './eks-addons';
import { Karpenter } from './karpenter';
import { SystemNodes, type SystemNodesSettings } from './system-nodes';
import { WorkloadSecurityGroup } from './workload-security-group';

export interface EksClusterProps extends ClusterAccessProps {
  /** Name of the cluster. Cannot be changed once deployed. */
  readonly name: string;

  /** Network whose private subnets hold the nodes and the control plane's interfaces. */
  readonly network: INetwork;

  /** Whether the network has interface endpoints, which pods of tenants call AWS by. */
  readonly interfaceEndpoints: boolean;

  /** Kubernetes minor version, such as `1.36`. */
  readonly kubernetesVersion: string;

  /** What happens when the version's standard support ends: EKS upgrades the cluster, or bills extended support. */
  readonly supportPolicy: 'standard' | 'extended';

  /** IPv4 networks that may reach the Kubernetes API from the internet, at most 40. Empty: none, the API is private. */
  readonly publicAccessCidrs: readonly string[];

  /** Addresses of Kubernetes services, which no network of the cell may overlap. Cannot be changed once deployed. */
  readonly serviceCidr: string;

  /** Nodes for system pods; all other nodes come from Karpenter. */
  readonly systemNodes: SystemNodesSettings;

  /** How long control-plane logs are kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;

  /** Tags of instances and volumes, which the provider's default tags do not reach. */
  readonly instanceTags: Readonly<Record<string, string>>;
}

/** Networks that may be named for public access: "Amazon EKS service quotas". */
const MAX_PUBLIC_CIDRS = 40;

const RULES: readonly Rule<EksClusterProps>[] = [
  {
    fails: ({ kubernetesVersion }) => ADDON_VERSIONS[kubernetesVersion] === undefined,
    message: ({ kubernetesVersion }) =>
      `kubernetesVersion must be one with pinned add-ons (${Object.keys(ADDON_VERSIONS).join(', ')}), got '${kubernetesVersion}'`,
  },
  {
    fails: ({ publicAccessCidrs }) => publicAccessCidrs.length > MAX_PUBLIC_CIDRS,
    message: ({ publicAccessCidrs }) =>
      `publicAccessCidrs must name at most ${String(MAX_PUBLIC_CIDRS)} networks, got ${String(publicAccessCidrs.length)}`,
  },
  {
    fails: ({ publicAccessCidrs }) => publicAccessCidrs.some((cidr) => cidr.endsWith('/0')),
    message: () => 'publicAccessCidrs must not open the Kubernetes API to the internet, got 0.0.0.0/0',
  },
  ...ACCESS_RULES,
  {
    fails: ({ systemNodes: { instanceTypes } }) => instanceTypes.length === 0,
    message: () => 'systemNodes.instanceTypes must name at least one type',
  },
  {
    fails: ({ systemNodes: { min, max } }) => outside(min, 1, max),
    message: ({ systemNodes: { min, max } }) =>
      `systemNodes.min must be between 1 and systemNodes.max, got ${String(min)} and ${String(max)}`,
  },
  {
    fails: ({ systemNodes: { diskGiB } }) => outside(diskGiB, 20, 16384),
    message: ({ systemNodes: { diskGiB } }) =>
      `systemNodes.diskGiB must be between 20 and 16384, got ${String(diskGiB)}`,
  },
];

const LOG_TYPES = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

/**
 * An EKS cluster with its system nodes, its add-ons, and what Karpenter needs to start all other nodes.
 *
 * Only the named administrators can do anything in it: access goes by EKS access entries, and whoever creates the
 * cluster gets none by that. Pods get AWS permissions through Pod Identity alone.
 */
export class EksCluster extends Construct implements ICluster {
  public readonly name: string;
  public readonly arn: string;
  public readonly endpoint: string;
  public readonly certificateAuthority: string;
  public readonly kubernetesVersion: string;
  public readonly securityGroupId: string;
  public readonly workloadSecurityGroupId: string;
  public readonly nodeRoleName: string;
  public readonly nodeRoleArn: string;
  public readonly nodeInstanceProfileName: string;
  public readonly interruptionQueueName: string;

  public constructor(scope: Construct, id: string, props: EksClusterProps) {
    super(scope, id);
    validateProps(this, 'EksCluster props', props, RULES);
    const { name, network, kubernetesVersion, instanceTags } = props;
    const { account, region } = placementOf(this);
    // Policies name the cluster before it exists.
    const clusterArn = `arn:aws:eks:${region}:${account}:cluster/${name}`;

    const cluster = this.controlPlane(props, clusterArn);
    admit(this, cluster.name, props);
    new Ec2Tag(this, 'NodeDiscovery', {
      resourceId: cluster.vpcConfig.clusterSecurityGroupId,
      key: 'karpenter.sh/discovery',
      value: name,
    });

    const versions = ADDON_VERSIONS[kubernetesVersion];
    if (!versions) throw new Error(`[${this.node.path}] no add-ons for Kubernetes ${kubernetesVersion}`);
    const addons = new EksAddons(this, 'Addons', {
      cluster,
      clusterName: name,
      addons: versions,
      volumeTags: instanceTags,
    });
    const { nodeGroup } = new SystemNodes(this, 'SystemNodes', {
      ...props.systemNodes,
      clusterName: cluster.name,
      clusterArn,
      kubernetesVersion,
      subnetIds: network.privateSubnetIds,
      instanceTags,
      dependsOn: addons.beforeNodes,
    });
    addons.installOn(nodeGroup);
    const workloads = new WorkloadSecurityGroup(this, 'Workloads', {
      network,
      clusterSecurityGroupId: cluster.vpcConfig.clusterSecurityGroupId,
      interfaceEndpoints: props.interfaceEndpoints,
    });
    const karpenter = new Karpenter(this, 'Karpenter', { cluster, clusterName: name, clusterArn });

    this.name = cluster.name;
    this.arn = cluster.arn;
    this.endpoint = cluster.endpoint;
    this.certificateAuthority = cluster.certificateAuthority.get(0).data;
    this.kubernetesVersion = kubernetesVersion;
    this.securityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    this.workloadSecurityGroupId = workloads.securityGroupId;
    this.nodeRoleName = karpenter.nodeRole.name;
    this.nodeRoleArn = karpenter.nodeRole.arn;
    this.nodeInstanceProfileName = karpenter.nodeInstanceProfile.name;
    this.interruptionQueueName = karpenter.interruptionQueueName;
  }

  private controlPlane(props: EksClusterProps, clusterArn: string): EksClusterResource {
    const { name, network, publicAccessCidrs } = props;
    const key = new EncryptionKey(this, 'SecretsKey', {
      name: ['cluster-secrets'],
      description: `Kubernetes secrets of ${name}`,
    });
    // Made before the cluster, which would otherwise make one itself, without a key and for ever.
    const { logGroup } = new EncryptedLogGroup(this, 'Logs', {
      name: `/aws/eks/${name}/cluster`,
      keyName: ['cluster-logs'],
      retentionDays: props.logRetentionDays,
    });
    const { role, permissions } = new ClusterRole(this, 'Role', { clusterArn, keyArn: key.arn });
    return new EksClusterResource(this, 'Cluster', {
      name,
      version: props.kubernetesVersion,
      roleArn: role.arn,
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      bootstrapSelfManagedAddons: false,
      deletionProtection: true,
      enabledClusterLogTypes: LOG_TYPES,
      encryptionConfig: { provider: { keyArn: key.arn }, resources: ['secrets'] },
      kubernetesNetworkConfig: { ipFamily: 'ipv4', serviceIpv4Cidr: props.serviceCidr },
      upgradePolicy: { supportType: props.supportPolicy.toUpperCase() },
      zonalShiftConfig: { enabled: true },
      vpcConfig: {
        subnetIds: [...network.privateSubnetIds],
        endpointPrivateAccess: true,
        endpointPublicAccess: publicAccessCidrs.length > 0,
        ...(publicAccessCidrs.length > 0 && { publicAccessCidrs: [...publicAccessCidrs] }),
      },
      lifecycle: { preventDestroy: true },
      dependsOn: [logGroup, ...permissions],
    });
  }
}
