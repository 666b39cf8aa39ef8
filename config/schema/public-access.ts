import * as z from 'zod/mini';
import { overlap, parseNetwork } from './common';

/**
 * IPv4 networks that no packet from the internet comes from. EKS refuses them for public access.
 *
 * The documentation ranges (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24) are not listed: AWS's own examples use them.
 * Sources: https://docs.aws.amazon.com/eks/latest/userguide/config-cluster-endpoint.html ("reserved addresses"),
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const RESERVED_NETWORKS = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
] as const;

/** 65,536 addresses, the most that a single organisation commonly holds in one piece. */
const WIDEST_PREFIX = 16;

/** A network that may reach the Kubernetes API from the internet. */
export const publicAccessCidr = z.string().check(
  z.refine(
    (cidr) => !isReserved(cidr),
    `must be public addresses: nothing reaches the Kubernetes API from the internet with a reserved one (${RESERVED_NETWORKS.join(', ')}), and EKS refuses them; give the address that your office or VPN has on the internet`,
  ),
  z.refine(
    (cidr) => (parseNetwork(cidr)?.subnetMask ?? 0) >= WIDEST_PREFIX,
    `must be an IPv4 network of size /${WIDEST_PREFIX} to /32 with its host bits zero, such as 203.0.113.0/24; a wider one opens the Kubernetes API to strangers, and 0.0.0.0/0 to the whole internet`,
  ),
);

/** Whether a network has reserved addresses; one wider than those (/7 and up) is rather too wide than reserved. */
function isReserved(cidr: string): boolean {
  const network = parseNetwork(cidr);
  if (network === undefined || network.subnetMask < 8) return false;
  return RESERVED_NETWORKS.some((reserved) => overlap(cidr, reserved));
}
