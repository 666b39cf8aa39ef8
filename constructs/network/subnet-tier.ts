import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';

export interface SubnetTierProps {
  /** Name of the tier, for people: `public`. */
  readonly name: string;
  readonly vpcId: string;
  /** Availability zones, one subnet each. */
  readonly zones: readonly string[];
  /** CIDR blocks, in the order of the zones. */
  readonly cidrs: readonly string[];

  /**
   * Whether each zone has a route table of its own.
   *
   * @default false - one for all zones
   */
  readonly routeTablePerZone?: boolean;

  /** Tags of each subnet besides its name. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** One subnet in each zone, and route tables without routes: nothing leads out of the VPC until routes are added. */
export class SubnetTier extends Construct {
  /** In the order of the zones. */
  public readonly subnets: readonly Subnet[];
  /** One a zone in the order of the zones, or one for all. */
  public readonly routeTables: readonly RouteTable[];

  public constructor(scope: Construct, id: string, props: SubnetTierProps) {
    super(scope, id);
    const { name, vpcId, zones, cidrs, tags } = props;
    const number = (index: number): string => String(index + 1);
    this.subnets = zones.map(
      (zone, index) =>
        new Subnet(this, `Subnet${number(index)}`, {
          vpcId,
          availabilityZone: zone,
          cidrBlock: cidrs[index] ?? '',
          mapPublicIpOnLaunch: false,
          tags: { ...tags, Name: physicalName(this, 'nameTag', name, zone) },
        }),
    );
    const tables = props.routeTablePerZone === true ? zones : [undefined];
    this.routeTables = tables.map(
      (zone, index) =>
        new RouteTable(this, `RouteTable${zone === undefined ? '' : number(index)}`, {
          vpcId,
          tags: {
            Name: physicalName(this, 'nameTag', name, ...(zone === undefined ? [] : [zone]), 'routes'),
          },
        }),
    );
    for (const [index, subnet] of this.subnets.entries()) {
      const table = this.routeTables[index] ?? this.routeTables[0];
      if (table) {
        new RouteTableAssociation(this, `Routes${number(index)}`, {
          subnetId: subnet.id,
          routeTableId: table.id,
        });
      }
    }
  }

  public get subnetIds(): string[] {
    return this.subnets.map(({ id }) => id);
  }

  public get routeTableIds(): string[] {
    return this.routeTables.map(({ id }) => id);
  }
}
