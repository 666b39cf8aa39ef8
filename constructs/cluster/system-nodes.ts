import { EksNodeGroup } from '@cdktf/provider-aws/lib/eks-node-group';
import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { type ITerraformDependable, Token } from 'cdktf';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { NodeRole } from './node-role';
import { SYSTEM_POOL } from '../core/system-pool';

/** Size and kind of the nodes for system pods. */
export interface SystemNodesSettings {
  /** EC2 instance types in order of preference, all of one architecture. */
  readonly instanceTypes: readonly string[];
  readonly architecture: 'arm64' | 'x86_64';
  /** Fewest and most nodes, at least 1. */
  readonly min: number;
  readonly max: number;
  /** Volume for images, logs and scratch data of each node, in GiB, at least 20. */
  readonly diskGiB: number;
}

export interface SystemNodesProps extends SystemNodesSettings {
  readonly clusterName: string;
  readonly clusterArn: string;
  readonly kubernetesVersion: string;
  readonly subnetIds: readonly string[];
  /** Tags of instances and their volumes: default tags of the provider stop at the launch template. */
  readonly instanceTags: Readonly<Record<string, string>>;
  /** What nodes need before they start. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * Bottlerocket, as on all nodes, because elsewhere pods of many tenants share one: a read-only, verified root file system, no shell, no SSH
 * and no package manager, SELinux always on. The price: nothing can be installed on a node, and nothing should be.
 */
const AMI_TYPES = { arm64: 'BOTTLEROCKET_ARM_64', x86_64: 'BOTTLEROCKET_x86_64' } as const;

/** Where Bottlerocket keeps its system (as large as its image) and everything else. */
const SYSTEM_VOLUME = '/dev/xvda';
const DATA_VOLUME = '/dev/xvdb';

/**
 * Managed nodes for what must run before Karpenter can start a node, and for Karpenter itself. Tenants' pods never land
 * here: the nodes are tainted.
 */
export class SystemNodes extends Construct {
  public readonly nodeGroup: EksNodeGroup;

  public constructor(scope: Construct, id: string, props: SystemNodesProps) {
    super(scope, id);
    const { clusterName, clusterArn, instanceTags } = props;
    const { role, permissions } = new NodeRole(this, 'Role', { name: ['system-node'], clusterArn });
    const name = physicalName(this, 'launchTemplate', 'system-nodes');
    // Encrypted with the account's key for EBS: a key of our own would have to admit the autoscaling service as well,
    // and these volumes hold images and logs of system pods only.
    const volume = { encrypted: 'true', volumeType: 'gp3', deleteOnTermination: 'true' };
    const template = new LaunchTemplate(this, 'LaunchTemplate', {
      name,
      description: 'System nodes',
      updateDefaultVersion: true,
      blockDeviceMappings: [
        { deviceName: SYSTEM_VOLUME, ebs: volume },
        { deviceName: DATA_VOLUME, ebs: { ...volume, volumeSize: props.diskGiB } },
      ],
      metadataOptions: {
        httpEndpoint: 'enabled',
        httpTokens: 'required',
        // One hop: pods off the host network cannot reach the node's credentials.
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: 'disabled',
      },
      tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
        resourceType,
        tags: { ...instanceTags, Name: name },
      })),
    });
    this.nodeGroup = new EksNodeGroup(this, 'NodeGroup', {
      clusterName,
      // A prefix, so that a replacement can start before the old group goes.
      nodeGroupNamePrefix: 'system-',
      nodeRoleArn: role.arn,
      subnetIds: [...props.subnetIds],
      version: props.kubernetesVersion,
      // No releaseVersion: the newest image of the version at creation and at each change of the version. Between those,
      // EKS's own "update now" patches the nodes, and a pin here would undo that.
      amiType: AMI_TYPES[props.architecture],
      capacityType: 'ON_DEMAND',
      instanceTypes: [...props.instanceTypes],
      launchTemplate: { id: template.id, version: Token.asString(template.latestVersion) },
      labels: { [SYSTEM_POOL.label.key]: SYSTEM_POOL.label.value },
      taint: [SYSTEM_POOL.taint],
      scalingConfig: { minSize: props.min, desiredSize: props.min, maxSize: props.max },
      updateConfig: { maxUnavailable: 1 },
      // EKS replaces a node that stays unhealthy.
      nodeRepairConfig: { enabled: true },
      lifecycle: { createBeforeDestroy: true, ignoreChanges: ['scaling_config[0].desired_size'] },
      dependsOn: [...permissions, ...props.dependsOn],
    });
  }
}
