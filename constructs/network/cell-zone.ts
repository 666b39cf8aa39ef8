import { Route53Zone } from '@cdktf/provider-aws/lib/route53-zone';
import { Construct } from 'constructs';
import { placementOf } from '../core/placement';
import { type Rule, validateProps } from '../core/validation';

export interface CellZoneProps {
  /** Domain of the platform, such as `saas.example.com`. The cell's own names are below `<cell>.<domain>`. */
  readonly domain: string;
}

type Settings = CellZoneProps & { readonly name: string };

/** Longest label and longest name in characters, and the shape of a label: RFC 1035, section 2.3.1. */
const LABEL = /^(?=.{1,63}$)[a-z0-9]+(-+[a-z0-9]+)*$/;
const NAME_MAX = 253;

const RULES: readonly Rule<Settings>[] = [
  {
    fails: ({ domain }) =>
      domain.split('.').length < 2 || !domain.split('.').every((part) => LABEL.test(part)),
    message: ({ domain }) =>
      `domain must be at least two labels of 1-63 lowercase letters, digits and hyphens, joined by dots, got '${domain}'`,
  },
  {
    fails: ({ name }) => name.length > NAME_MAX,
    message: ({ name }) =>
      `domain must leave room for names of ${String(NAME_MAX)} characters with the cell before it, got ${String(name.length)}`,
  },
];

/**
 * The public DNS zone of a cell. Nothing is found in it until the zone of the domain above delegates to its name servers,
 * which is done by hand, once: they change when the zone is made anew, so it cannot be destroyed.
 */
export class CellZone extends Construct {
  public readonly zoneId: string;
  /** Without a final dot: `use1a.saas.example.com`. */
  public readonly zoneName: string;

  public constructor(scope: Construct, id: string, { domain }: CellZoneProps) {
    super(scope, id);
    const { cell = '' } = placementOf(this);
    const name = `${cell}.${domain}`;
    validateProps(this, 'CellZone props', { domain, name }, RULES);
    const zone = new Route53Zone(this, 'Zone', {
      name,
      comment: `Names of cell ${cell}`,
      lifecycle: { preventDestroy: true },
    });
    this.zoneId = zone.zoneId;
    this.zoneName = name;
  }
}
