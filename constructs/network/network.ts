import { DefaultRouteTable } from '@cdktf/provider-aws/lib/default-route-table';
import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group';
import { Ec2SubnetCidrReservation } from '@cdktf/provider-aws/lib/ec2-subnet-cidr-reservation';
import { Eip } from '@cdktf/provider-aws/lib/eip';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway';
import { NatGateway } from '@cdktf/provider-aws/lib/nat-gateway';
import { NetworkAcl } from '@cdktf/provider-aws/lib/network-acl';
import { Route } from '@cdktf/provider-aws/lib/route';
import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { Construct } from 'constructs';
import type { INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { PODS_PER_NODE } from '../core/pod-density';
import { type Rule, validateProps } from '../core/validation';
import { CellZone } from './cell-zone';
import { GatewayEndpoints, InterfaceEndpoints } from './endpoints';
import { FlowLogs } from './flow-logs';
import {
  NARROWEST_PREFIX,
  networkOf,
  planSubnets,
  type PodCapacity,
  type SubnetPlan,
  WIDEST_PREFIX,
} from './subnet-plan';
import { SubnetTier } from './subnet-tier';

export interface NetworkProps {
  /** IPv4 network of the cell, /16 to /18, host bits zero. Cannot be changed once deployed. */
  readonly cidr: string;

  /** Exactly three availability zones. Cannot be reordered once deployed. */
  readonly zones: readonly string[];

  /** NAT gateways: one in each zone, or one in the first zone, whose loss cuts off the whole cell's way out. */
  readonly natGateways: 'per-zone' | 'single';

  /** Whether calls to AWS services stay inside the VPC. */
  readonly interfaceEndpoints: boolean;

  /** How long flow logs are kept, in days: one of the values CloudWatch Logs takes. */
  readonly flowLogRetentionDays: number;

  /** Name of the cluster that will run in the private subnets. Karpenter finds its subnets by it. */
  readonly clusterName: string;

  /** Accounts, 12 digits each, whose principals and data may be reached through the VPC's endpoints. At least one. */
  readonly trustedAccounts: readonly string[];

  /** Nodes, each full of pods, that the network must be able to hold. */
  readonly minimumNodes: number;

  /** Domain of the platform, below which the cell has a public zone of its own. */
  readonly domain: string;
}

/** What a network of this size can hold, or nothing when it is no such network (another rule tells that). */
const nodesOf = (cidr: string): number => (networkOf(cidr) ? planSubnets(cidr).capacity.nodes : Infinity);

const RULES: readonly Rule<NetworkProps>[] = [
  {
    fails: ({ cidr }) => !networkOf(cidr),
    message: ({ cidr }) =>
      `cidr must be an IPv4 network of size /${String(WIDEST_PREFIX)} to /${String(NARROWEST_PREFIX)} with its host bits zero, got '${cidr}'`,
  },
  {
    fails: ({ zones }) => new Set(zones).size !== 3 || zones.length !== 3,
    message: ({ zones }) => `zones must be three different availability zones, got ${zones.join(', ')}`,
  },
  {
    fails: ({ trustedAccounts }) => trustedAccounts.length === 0,
    message: () => 'trustedAccounts must name at least one account',
  },
  {
    fails: ({ cidr, minimumNodes }) => minimumNodes > nodesOf(cidr),
    message: ({ cidr, minimumNodes }) =>
      `cidr must have room for ${String(minimumNodes)} nodes with ${String(PODS_PER_NODE)} pods each, got ${cidr} with room for ${String(nodesOf(cidr))}; take a wider network or fewer nodes`,
  },
];

/**
 * A cell's VPC over three zones, planned from one block: public subnets for load balancers and NAT, private ones for
 * nodes and pods, isolated ones for data, from which nothing leads out and which nothing outside the VPC can reach.
 *
 * Every connection is logged, and the default security group and route table admit nothing.
 */
export class Network extends Construct implements INetwork {
  public readonly vpcId: string;
  public readonly cidr: string;
  public readonly zones: readonly string[];
  public readonly publicSubnetIds: readonly string[];
  public readonly privateSubnetIds: readonly string[];
  public readonly isolatedSubnetIds: readonly string[];
  public readonly endpointSecurityGroupId: string;
  /** Public zone of the cell, and its name without a final dot. */
  public readonly zoneId: string;
  public readonly zoneName: string;
  /** How many nodes and pods fit, when every node is full. */
  public readonly podCapacity: PodCapacity;

  public constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    validateProps(this, 'Network props', props, RULES);
    const { cidr, zones, trustedAccounts } = props;
    const plan = planSubnets(cidr);

    const vpc = new Vpc(this, 'Vpc', {
      cidrBlock: cidr,
      enableDnsSupport: true,
      // Private DNS of endpoints and the private address of the Kubernetes API need it.
      enableDnsHostnames: true,
      tags: { Name: physicalName(this, 'nameTag', 'vpc') },
    });
    this.closeDefaults(vpc);

    const tier = (id: string, kind: 'public' | 'private' | 'isolated', tags?: Record<string, string>) =>
      new SubnetTier(this, id, {
        name: kind,
        vpcId: vpc.id,
        zones,
        cidrs: plan.zones.map((zone) => zone[kind]),
        routeTablePerZone: kind === 'private',
        ...(tags && { tags }),
      });
    const publicTier = tier('Public', 'public', { 'kubernetes.io/role/elb': '1' });
    const privateTier = tier('Private', 'private', {
      'kubernetes.io/role/internal-elb': '1',
      'karpenter.sh/discovery': props.clusterName,
    });
    const isolatedTier = tier('Isolated', 'isolated');

    this.routeOut(vpc, publicTier, privateTier, props.natGateways);
    this.fence(vpc, cidr, isolatedTier);
    this.reservePods(plan, privateTier);

    // Not the isolated tier's route table: databases and caches call neither S3 nor DynamoDB.
    new GatewayEndpoints(this, 'GatewayEndpoints', {
      vpcId: vpc.id,
      routeTableIds: privateTier.routeTableIds,
      trustedAccounts,
    });
    const endpoints = props.interfaceEndpoints
      ? new InterfaceEndpoints(this, 'InterfaceEndpoints', {
          vpcId: vpc.id,
          subnetIds: privateTier.subnetIds,
          subnetCidrs: plan.zones.map((zone) => zone.private),
          trustedAccounts,
        })
      : undefined;
    new FlowLogs(this, 'FlowLogs', { vpcId: vpc.id, retentionDays: props.flowLogRetentionDays });

    const zone = new CellZone(this, 'Zone', { domain: props.domain });

    this.vpcId = vpc.id;
    this.cidr = cidr;
    this.zones = [...zones];
    this.publicSubnetIds = publicTier.subnetIds;
    this.privateSubnetIds = privateTier.subnetIds;
    this.isolatedSubnetIds = isolatedTier.subnetIds;
    this.endpointSecurityGroupId = endpoints?.securityGroupId ?? '';
    this.zoneId = zone.zoneId;
    this.zoneName = zone.zoneName;
    this.podCapacity = plan.capacity;
  }

  /** Takes the rules from what AWS gives every VPC, so that what names no group or table of its own reaches nothing. */
  private closeDefaults(vpc: Vpc): void {
    new DefaultSecurityGroup(this, 'DefaultSecurityGroup', {
      vpcId: vpc.id,
      tags: { Name: physicalName(this, 'nameTag', 'default-closed') },
    });
    new DefaultRouteTable(this, 'DefaultRouteTable', {
      defaultRouteTableId: vpc.defaultRouteTableId,
      route: [],
      tags: { Name: physicalName(this, 'nameTag', 'default-closed', 'routes') },
    });
  }

  private routeOut(
    vpc: Vpc,
    publicTier: SubnetTier,
    privateTier: SubnetTier,
    nat: NetworkProps['natGateways'],
  ): void {
    const internet = new InternetGateway(this, 'InternetGateway', {
      vpcId: vpc.id,
      tags: { Name: physicalName(this, 'nameTag', 'internet') },
    });
    for (const routeTableId of publicTier.routeTableIds) {
      new Route(this, 'PublicToInternet', {
        routeTableId,
        destinationCidrBlock: '0.0.0.0/0',
        gatewayId: internet.id,
      });
    }

    const count = nat === 'per-zone' ? publicTier.subnets.length : 1;
    const gateways = publicTier.subnetIds.slice(0, count).map((subnetId, index) => {
      const number = String(index + 1);
      const tags = { Name: physicalName(this, 'nameTag', 'nat', number) };
      const address = new Eip(this, `NatAddress${number}`, { domain: 'vpc', tags, dependsOn: [internet] });
      return new NatGateway(this, `Nat${number}`, {
        subnetId,
        allocationId: address.allocationId,
        tags,
        dependsOn: [internet],
      });
    });
    for (const [index, routeTableId] of privateTier.routeTableIds.entries()) {
      const gateway = gateways[index] ?? gateways[0];
      if (gateway) {
        new Route(this, `Private${String(index + 1)}ToNat`, {
          routeTableId,
          destinationCidrBlock: '0.0.0.0/0',
          natGatewayId: gateway.id,
        });
      }
    }
  }

  /**
   * Lets isolated subnets talk within the VPC only, whatever routes and security groups say. All ports, because which
   * of them a database opens is for its security group to say, and answers come to any.
   *
   * The other tiers stay on the VPC's default network ACL, which admits all: an ACL knows no connections, so a narrower
   * one would have to open ports 1024-65535 to the world for answers, and security groups decide there anyway.
   */
  private fence(vpc: Vpc, cidrBlock: string, isolated: SubnetTier): void {
    const rule = {
      ruleNo: 100,
      action: 'allow',
      protocol: '-1',
      cidrBlock,
      fromPort: 0,
      toPort: 0,
    };
    new NetworkAcl(this, 'IsolatedAcl', {
      vpcId: vpc.id,
      subnetIds: isolated.subnetIds,
      ingress: [rule],
      egress: [rule],
      tags: { Name: physicalName(this, 'nameTag', 'isolated') },
    });
  }

  /**
   * Keeps most of each private subnet for pods. Load balancers, endpoints and nodes take single addresses from anywhere
   * that is not reserved, and one address in a block of 16 makes the block useless for pods.
   */
  private reservePods(plan: SubnetPlan, privateTier: SubnetTier): void {
    for (const [index, { pods }] of plan.zones.entries()) {
      const subnetId = privateTier.subnetIds[index] ?? '';
      for (const [part, cidrBlock] of pods.entries()) {
        new Ec2SubnetCidrReservation(this, `Pods${String(index + 1)}-${String(part + 1)}`, {
          subnetId,
          cidrBlock,
          reservationType: 'prefix',
          description: 'Pods',
        });
      }
    }
  }
}
