import { BlockList } from 'node:net';
import { placeholder } from './kubernetes-objects';
import type { Connection } from './network-model';
import { References } from './references';
import type { Synthesized } from './synth';
import type { WrittenStack } from './written-stacks';

/** What has network interfaces with these security groups. */
export interface Member {
  /** Empty for what is outside of AWS: nothing on that side says no. */
  readonly groups: readonly string[];
  readonly ip: string;
}

interface Rule {
  readonly group: string;
  readonly direction: 'ingress' | 'egress';
  /** `tcp`, `udp`, or `-1` for all. */
  readonly protocol: string;
  readonly ports: readonly [from: number, to: number];
  readonly peer: { readonly group: string } | { readonly cidr: string };
}

/**
 * Who may open connections to whom, by the security-group rules of stacks: some group of the caller lets it out, and some
 * group of the called lets it in. Source: "Security group rules", Amazon VPC User Guide.
 *
 * Groups are told by what stands for their ids, in rules and in the policies that give them to pods alike.
 */
export class SecurityGroups {
  private readonly rules: readonly Rule[];
  private readonly byName = new Map<string, string>();

  /** @param stacks each cell's whole, or what it refers to is a group without rules */
  public constructor(stacks: readonly WrittenStack[]) {
    const references = new References(stacks);
    this.rules = stacks.flatMap(({ name, stack }) => {
      const text = (value: string): string => references.text(name, value, placeholder);
      for (const group of stack.resources('aws_security_group')) {
        if (group['ingress'] ?? group['egress']) throw new Error(`${group.address} has rules of its own`);
        this.byName.set(String(group['name']), text(`\${${group.address}.id}`));
      }
      const rules = (['ingress', 'egress'] as const).flatMap((direction) =>
        stack
          .resources(`aws_vpc_security_group_${direction}_rule`)
          .map((rule) => ruleOf(rule, direction, text)),
      );
      const own = stack.resources('aws_eks_cluster').flatMap(({ address }) => {
        const group = text(`\${${address}.vpc_config[0].cluster_security_group_id}`);
        this.byName.set('cluster', group);
        return clusterRules(group);
      });
      return [...rules, ...own];
    });
  }

  /** The group of a name; `cluster` is the one that EKS makes. */
  public named(name: string): string {
    const found = this.byName.get(name);
    if (found === undefined) throw new Error(`there is no security group ${name}`);
    return found;
  }

  public reaches(from: Member, to: Member, connection: Connection): boolean {
    return this.lets('egress', from, to, connection) && this.lets('ingress', to, from, connection);
  }

  private lets(direction: Rule['direction'], self: Member, other: Member, connection: Connection): boolean {
    if (self.groups.length === 0) return true;
    const asked = (connection.protocol ?? 'TCP').toLowerCase();
    return this.rules.some(
      ({ group, protocol, ports: [first, last], peer, ...rule }) =>
        rule.direction === direction &&
        self.groups.includes(group) &&
        (protocol === '-1' || (protocol === asked && connection.port >= first && connection.port <= last)) &&
        ('group' in peer ? other.groups.includes(peer.group) : within(other.ip, peer.cidr)),
    );
  }
}

function ruleOf(rule: Synthesized, direction: Rule['direction'], text: (value: string) => string): Rule {
  const cidr: unknown = rule['cidr_ipv4'];
  const group: unknown = rule['referenced_security_group_id'];
  if (typeof cidr !== 'string' && typeof group !== 'string') {
    throw new Error(`${rule.address} is about neither a block of IPv4 nor a group`);
  }
  return {
    group: text(String(rule['security_group_id'])),
    direction,
    protocol: String(rule['ip_protocol']),
    ports: [Number(rule['from_port']), Number(rule['to_port'])],
    peer: typeof cidr === 'string' ? { cidr: text(cidr) } : { group: text(String(group)) },
  };
}

/** What EKS itself puts on a cluster's group: "View Amazon EKS security group requirements for clusters". */
const clusterRules = (group: string): Rule[] => [
  { group, direction: 'ingress', protocol: '-1', ports: [0, 65_535], peer: { group } },
  { group, direction: 'egress', protocol: '-1', ports: [0, 65_535], peer: { cidr: '0.0.0.0/0' } },
];

function within(ip: string, cidr: string): boolean {
  const [network = '', bits = ''] = cidr.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(bits), 'ipv4');
  return list.check(ip, 'ipv4');
}
