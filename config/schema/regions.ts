/**
 * Regions of the commercial AWS partition that have what every stack needs: three availability zones for a new
 * account, EKS, an interface endpoint of the EKS API, and Amazon Managed Prometheus.
 *
 * Left out, and why:
 * - us-west-1: new accounts get two zones there.
 * - ap-east-2, ap-southeast-5, ap-southeast-6, ap-southeast-7, mx-central-1: the newest regions. PrivateLink does not
 *   reach the EKS API in ap-southeast-5, ap-southeast-7 and mx-central-1 (with `interfaceEndpoints: true` they would
 *   fail at apply), and Managed Prometheus is not in ap-southeast-6; what else the others lack nobody has checked.
 * - GovCloud, China and the European Sovereign Cloud: other partitions, and our ARNs start with `arn:aws:`.
 *
 * Sources: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html,
 * https://docs.aws.amazon.com/general/latest/gr/eks.html,
 * https://docs.aws.amazon.com/eks/latest/userguide/vpc-interface-endpoints.html ("Regional availability"),
 * https://docs.aws.amazon.com/general/latest/gr/prometheus-service.html
 */
export const REGIONS = [
  'af-south-1',
  'ap-east-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-south-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ca-central-1',
  'eu-central-1',
  'eu-central-2',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'me-central-1',
  'me-south-1',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-2',
] as const;

export type Region = (typeof REGIONS)[number];

/** Letters of a region's zones where they are not a, b and c. */
const ZONE_LETTERS: Readonly<Partial<Record<Region, readonly string[]>>> = {
  // Of its four zones a new account gets these three.
  'ap-northeast-1': ['a', 'c', 'd'],
  'ap-northeast-2': ['a', 'b', 'c', 'd'],
  'ca-central-1': ['a', 'b', 'd'],
  // us-east-1e is left out: it is the zone use1-az3, where EKS refuses to place a control plane.
  'us-east-1': ['a', 'b', 'c', 'd', 'f'],
  'us-west-2': ['a', 'b', 'c', 'd'],
};

/**
 * Zones of the region that a cell can stand in.
 *
 * In the oldest regions AWS gave each older account letters of its own. The table holds for accounts that follow the
 * common mapping, as new ones do; `aws ec2 describe-availability-zones` shows that of an account. Sources:
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html,
 * https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html ("Subnet requirements for clusters")
 */
export function zonesOf(region: Region): readonly string[] {
  return (ZONE_LETTERS[region] ?? ['a', 'b', 'c']).map((letter) => `${region}${letter}`);
}
