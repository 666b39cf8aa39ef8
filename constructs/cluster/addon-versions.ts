/** EKS add-ons that every cluster has. */
export type AddonName =
  'vpc-cni' | 'kube-proxy' | 'eks-pod-identity-agent' | 'coredns' | 'aws-ebs-csi-driver';

export interface AddonSet {
  /** Day, as YYYY-MM-DD, on which the versions were last looked up. */
  readonly checked: string;
  /** Exact version of each add-on, as `aws eks describe-addon-versions` writes it. */
  readonly versions: Readonly<Record<AddonName, string>>;
}

const CHECKED = '2026-11-23';

/** Not tied to a Kubernetes version: the user guide's table names this build for all of those below. */
const VPC_CNI = 'v1.22.4-eksbuild.3';

/**
 * Versions of the EKS add-ons for each Kubernetes version that a cluster may have.
 *
 * Sources: the version tables of the EKS User Guide
 * (https://docs.aws.amazon.com/eks/latest/userguide/managing-vpc-cni.html, managing-kube-proxy.html,
 * managing-coredns.html), and for builds that the tables do not list yet, versions that public records of clusters
 * upgraded in September 2026 show as EKS's own defaults. EKS adds builds weekly and keeps old ones, so before an upgrade
 * ask it for the newest: `aws eks describe-addon-versions --kubernetes-version 1.36 --addon-name coredns`.
 */
export const ADDON_VERSIONS: Readonly<Record<string, AddonSet>> = {
  '1.32': {
    checked: CHECKED,
    versions: {
      'vpc-cni': VPC_CNI,
      'kube-proxy': 'v1.32.13-eksbuild.32',
      'eks-pod-identity-agent': 'v1.3.10-eksbuild.3',
      coredns: 'v1.11.4-eksbuild.60',
      'aws-ebs-csi-driver': 'v1.59.0-eksbuild.1',
    },
  },
  '1.33': {
    checked: CHECKED,
    versions: {
      'vpc-cni': VPC_CNI,
      'kube-proxy': 'v1.33.10-eksbuild.29',
      'eks-pod-identity-agent': 'v1.3.10-eksbuild.3',
      coredns: 'v1.12.4-eksbuild.38',
      'aws-ebs-csi-driver': 'v1.60.1-eksbuild.1',
    },
  },
  '1.34': {
    checked: CHECKED,
    versions: {
      'vpc-cni': VPC_CNI,
      'kube-proxy': 'v1.34.6-eksbuild.29',
      'eks-pod-identity-agent': 'v1.4.0-eksbuild.2',
      coredns: 'v1.12.4-eksbuild.38',
      'aws-ebs-csi-driver': 'v1.66.0-eksbuild.1',
    },
  },
  '1.35': {
    checked: CHECKED,
    versions: {
      'vpc-cni': VPC_CNI,
      'kube-proxy': 'v1.35.3-eksbuild.29',
      'eks-pod-identity-agent': 'v1.4.0-eksbuild.2',
      coredns: 'v1.13.2-eksbuild.31',
      'aws-ebs-csi-driver': 'v1.66.0-eksbuild.1',
    },
  },
  '1.36': {
    checked: CHECKED,
    versions: {
      'vpc-cni': VPC_CNI,
      'kube-proxy': 'v1.36.0-eksbuild.25',
      'eks-pod-identity-agent': 'v1.4.0-eksbuild.2',
      coredns: 'v1.14.3-eksbuild.23',
      'aws-ebs-csi-driver': 'v1.66.0-eksbuild.1',
    },
  },
};
