import { EksAddon } from '@cdktf/provider-aws/lib/eks-addon';
import type { EksCluster as EksClusterResource } from '@cdktf/provider-aws/lib/eks-cluster';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { PodRole } from '../core/pod-role';
import {
  CORE_DNS,
  type CoreDnsConfiguration,
  ebsCsi,
  type EbsCsiConfiguration,
  VPC_CNI,
  type VpcCniConfiguration,
} from './addon-configuration';
import type { AddonName, AddonSet } from './addon-versions';

/** Every add-on puts its service accounts here. */
const NAMESPACE = 'kube-system';

interface Addon {
  /** Construct id. */
  readonly id: string;
  readonly name: AddonName;
  readonly configuration?: VpcCniConfiguration | CoreDnsConfiguration | EbsCsiConfiguration;
  /** Service account of the add-on's controller and the AWS-managed policy that its role gets. */
  readonly identity?: { readonly serviceAccount: string; readonly policy: string };
}

/** What a node needs before it is of any use: addresses, services, credentials for pods. */
const BEFORE_NODES: readonly Addon[] = [
  {
    id: 'VpcCni',
    name: 'vpc-cni',
    configuration: VPC_CNI,
    // Assigns addresses to interfaces of any instance: the policy is AWS's and knows no clusters.
    identity: { serviceAccount: 'aws-node', policy: 'AmazonEKS_CNI_Policy' },
  },
  { id: 'KubeProxy', name: 'kube-proxy' },
  { id: 'PodIdentityAgent', name: 'eks-pod-identity-agent' },
];

/** What becomes healthy only once it has nodes to run on. */
const afterNodes = (volumeTags: Readonly<Record<string, string>>): readonly Addon[] => [
  { id: 'CoreDns', name: 'coredns', configuration: CORE_DNS },
  {
    id: 'EbsCsiDriver',
    name: 'aws-ebs-csi-driver',
    configuration: ebsCsi(volumeTags),
    // Volumes, snapshots and instances of this cluster only: the driver tags the former, EKS managed nodes, and our
    // node classes the nodes of Karpenter.
    // Driver 1.58 is the first to set them.
    identity: { serviceAccount: 'ebs-csi-controller-sa', policy: 'AmazonEBSCSIDriverEKSClusterScopedPolicy' },
  },
];

export interface EksAddonsProps {
  readonly cluster: EksClusterResource;
  readonly clusterName: string;
  readonly addons: AddonSet;
  /** Tags of the volumes that Kubernetes makes: default tags of the provider do not reach them. */
  readonly volumeTags: Readonly<Record<string, string>>;
}

/** The add-ons that EKS itself runs, in two groups: those that nodes wait for, and those that wait for nodes. */
export class EksAddons extends Construct {
  /** Wait for these before nodes start. */
  public readonly beforeNodes: readonly EksAddon[];

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: EksAddonsProps,
  ) {
    super(scope, id);
    this.beforeNodes = BEFORE_NODES.map((addon) => this.install(addon, []));
  }

  /** Adds the add-ons that run on the given nodes. */
  public installOn(nodes: ITerraformDependable): void {
    for (const addon of afterNodes(this.props.volumeTags)) this.install(addon, [nodes]);
  }

  private install({ id, name, configuration, identity }: Addon, dependsOn: ITerraformDependable[]): EksAddon {
    const { cluster, addons } = this.props;
    const scope = new Construct(this, id);
    const role = identity && this.role(scope, name, identity);
    return new EksAddon(scope, 'Addon', {
      clusterName: cluster.name,
      addonName: name,
      addonVersion: addons.versions[name],
      // This repository is the only place where an add-on is configured.
      resolveConflictsOnCreate: 'OVERWRITE',
      resolveConflictsOnUpdate: 'OVERWRITE',
      preserve: false,
      ...(configuration && { configurationValues: JSON.stringify(configuration) }),
      ...(identity &&
        role && {
          podIdentityAssociation: [{ serviceAccount: identity.serviceAccount, roleArn: role.role.role.arn }],
        }),
      dependsOn: [...dependsOn, ...(role ? [role.attachment] : [])],
    });
  }

  private role(scope: Construct, name: AddonName, identity: NonNullable<Addon['identity']>) {
    const role = new PodRole(scope, 'Role', {
      name: [name],
      clusterName: this.props.clusterName,
      namespace: NAMESPACE,
      serviceAccount: identity.serviceAccount,
    });
    const attachment = new IamRolePolicyAttachment(scope, 'Policy', {
      role: role.role.name,
      policyArn: `arn:aws:iam::aws:policy/${identity.policy}`,
    });
    return { role, attachment };
  }
}
