/** A Kubernetes minor version that EKS offers, with the days (UTC) on which its support periods end. */
export interface KubernetesVersion {
  readonly version: string;
  /** Day on which standard support ends, as YYYY-MM-DD. */
  readonly standardSupportEnds: string;
  /** Day on which extended support ends and EKS upgrades the control plane by itself, as YYYY-MM-DD. */
  readonly extendedSupportEnds: string;
}

/**
 * Day on which the table below was last compared with its source.
 *
 * Synth reads no clock, so "past standard support" means past it on this day: whoever updates the table sets
 * the day too, and a cluster left behind becomes a config error in that same change.
 */
export const KUBERNETES_VERSIONS_CHECKED = '2026-11-23';

/**
 * Versions a cell may run, oldest first.
 *
 * Source: the EKS release calendar,
 * https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html#kubernetes-release-calendar
 * (14 months of standard support from the day of release on EKS, then 12 months of extended support).
 * Compare with `aws eks describe-cluster-versions`. 1.31 is left out: its extended support ends on 2026-11-26.
 */
export const KUBERNETES_VERSIONS: readonly KubernetesVersion[] = [
  { version: '1.32', standardSupportEnds: '2026-03-23', extendedSupportEnds: '2027-03-23' },
  { version: '1.33', standardSupportEnds: '2026-07-29', extendedSupportEnds: '2027-07-29' },
  { version: '1.34', standardSupportEnds: '2026-12-02', extendedSupportEnds: '2027-12-02' },
  { version: '1.35', standardSupportEnds: '2027-03-27', extendedSupportEnds: '2028-03-27' },
  { version: '1.36', standardSupportEnds: '2027-08-02', extendedSupportEnds: '2028-08-02' },
];
