import { Address4 } from 'ip-address';
import { PODS_PER_NODE } from '../core/pod-density';

/** Largest and smallest network that can be planned, as prefix lengths. A VPC block is a /16 at most (VPC quotas). */
export const WIDEST_PREFIX = 16;
export const NARROWEST_PREFIX = 18;

/** Addresses that a node takes at a time for its pods: the VPC CNI's prefix delegation gives out /28 blocks. */
export const PREFIX_ADDRESSES = 16;

/** Prefixes that a full node holds: enough for its pods, and the one that `WARM_PREFIX_TARGET` keeps ready. */
export const PREFIXES_PER_NODE = Math.ceil(PODS_PER_NODE / PREFIX_ADDRESSES) + 1;

/** Addresses of each subnet that AWS keeps: the first four and the last ("Subnet CIDR blocks", VPC User Guide). */
const AWS_ADDRESSES = 5;

/** How much a plan can hold when every node runs as many pods as it may. */
export interface PodCapacity {
  /** Blocks of 16 addresses reserved for pods, in one zone. */
  readonly prefixesPerZone: number;
  /** Addresses in one zone for all but pods: nodes, load balancers, endpoints. */
  readonly addressesPerZone: number;
  /** Full nodes in all zones together. */
  readonly nodes: number;
  /** Pods on those nodes. */
  readonly pods: number;
}

/** One zone's share of a network, as CIDR blocks. */
export interface ZonePlan {
  /** For load balancers and NAT gateways. */
  readonly public: string;
  /** For nodes and pods. */
  readonly private: string;
  /** For databases and caches. */
  readonly isolated: string;
  /** Parts of the private block that only pods may have. */
  readonly pods: readonly string[];
}

export interface SubnetPlan {
  /** One for each zone, in the order of the zones. */
  readonly zones: readonly [ZonePlan, ZonePlan, ZonePlan];
  /** Blocks that belong to no subnet yet. */
  readonly spare: readonly string[];
  readonly capacity: PodCapacity;
}

/** A block within another one: the other is halved `halvings` times, and this is piece number `index`. */
interface Piece {
  readonly halvings: number;
  readonly index: number;
}

const PUBLIC_FIRST = 48;
const ISOLATED_FIRST = 52;

/** One free block behind each group of three, and the last eighth of the network. */
const SPARE: readonly Piece[] = [
  { halvings: 6, index: 51 },
  { halvings: 6, index: 55 },
  { halvings: 3, index: 7 },
];

/**
 * Pods have all of a private subnet but its first and last sixteenth. The ends stay free for single addresses, because
 * AWS keeps addresses at both ends of a subnet for itself, so a reservation never has to hold one of those.
 */
const POD_PIECES: readonly Piece[] = [
  { halvings: 4, index: 1 },
  { halvings: 3, index: 1 },
  { halvings: 2, index: 1 },
  { halvings: 2, index: 2 },
  { halvings: 3, index: 6 },
  { halvings: 4, index: 14 },
];

/**
 * Divides a network into the subnets of three zones.
 *
 * A quarter of the network is each zone's private subnet. The last quarter holds the public subnets (in its first
 * quarter), the isolated ones (in its second) and room for what nobody has thought of yet (its other half).
 *
 * @param cidr IPv4 network of size /16 to /18, host bits zero
 * @throws RangeError when the network is of another size, or no network
 */
export function planSubnets(cidr: string): SubnetPlan {
  const network = networkOf(cidr);
  if (!network) throw new RangeError(`cidr must be an IPv4 network of size /16 to /18, got '${cidr}'`);

  const zone = (index: number): ZonePlan => {
    const own = piece(network, { halvings: 2, index });
    return {
      public: piece(network, { halvings: 6, index: PUBLIC_FIRST + index }).address,
      private: own.address,
      isolated: piece(network, { halvings: 6, index: ISOLATED_FIRST + index }).address,
      pods: POD_PIECES.map((part) => piece(own, part).address),
    };
  };
  return {
    zones: [zone(0), zone(1), zone(2)],
    spare: SPARE.map((part) => piece(network, part).address),
    capacity: capacityOf(2 ** (32 - network.subnetMask - 2)),
  };
}

/** The network that `cidr` names, or undefined when it cannot be planned. */
export function networkOf(cidr: string): Address4 | undefined {
  if (!/^[\d.]+\/\d{1,2}$/.test(cidr) || !Address4.isValid(cidr)) return undefined;
  const network = new Address4(cidr);
  const fits = network.subnetMask >= WIDEST_PREFIX && network.subnetMask <= NARROWEST_PREFIX;
  return fits && network.startAddress().correctForm() === network.correctForm() ? network : undefined;
}

function piece(of: Address4, { halvings, index }: Piece): Address4 {
  const prefix = of.subnetMask + halvings;
  const start = of.startAddress().bigInt() + BigInt(index * 2 ** (32 - prefix));
  return new Address4(`${Address4.fromBigInt(start).correctForm()}/${String(prefix)}`);
}

function capacityOf(privateAddresses: number): PodCapacity {
  const podAddresses = POD_PIECES.reduce((sum, { halvings }) => sum + privateAddresses / 2 ** halvings, 0);
  const prefixesPerZone = podAddresses / PREFIX_ADDRESSES;
  const nodes = 3 * Math.floor(prefixesPerZone / PREFIXES_PER_NODE);
  return {
    prefixesPerZone,
    addressesPerZone: privateAddresses - podAddresses - AWS_ADDRESSES,
    nodes,
    pods: nodes * PODS_PER_NODE,
  };
}
