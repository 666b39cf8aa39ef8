import { isTrue, type Json, type JsonObject, listOf, objectOf, textOf, textsOf } from './facts/json';
import { addressIn, attribute, resourcesOf, type Stack } from './stack';
import type { ResourceFact } from './facts';

/** Who is let in or out. */
export interface Peer {
  readonly kind: 'group' | 'cidr' | 'prefix-list' | 'other';
  readonly text: string;
}

/** A rule of a security group, however it is written. */
export interface GroupRule {
  readonly address: string;
  /** Canonical id of the group. */
  readonly group: string;
  readonly direction: 'ingress' | 'egress';
  readonly peers: readonly Peer[];
  readonly protocol: string;
  readonly from: string;
  readonly to: string;
  /** Whether the rule is about one port and no other. */
  readonly isPort: (port: number, protocol: 'tcp' | 'any') => boolean;
}

/** All rules of security groups in a stack: typed ones, those of the old type, and those inside groups. */
export const groupRulesOf = (stack: Stack): readonly GroupRule[] => [
  ...(['ingress', 'egress'] as const).flatMap((direction) =>
    resourcesOf(stack, `aws_vpc_security_group_${direction}_rule`).map((rule) =>
      groupRule(
        rule.address,
        attribute(rule, 'security_group_id'),
        direction,
        rule.values,
        typedPeers(rule.values),
      ),
    ),
  ),
  ...resourcesOf(stack, 'aws_security_group_rule').map((rule) => {
    const group = attribute(rule, 'security_group_id');
    const direction = attribute(rule, 'type') === 'egress' ? 'egress' : 'ingress';
    return groupRule(rule.address, group, direction, rule.values, oldPeers(rule.values, group));
  }),
  ...resourcesOf(stack, 'aws_security_group', 'aws_default_security_group').flatMap((group) =>
    inside(stack, group),
  ),
];

function inside(stack: Stack, group: ResourceFact): readonly GroupRule[] {
  const id = `‹${addressIn(stack, group)}.id›`;
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    listOf(group.values[direction]).map((rule) =>
      groupRule(group.address, id, direction, objectOf(rule), oldPeers(objectOf(rule), id)),
    ),
  );
}

function groupRule(
  address: string,
  group: string,
  direction: GroupRule['direction'],
  values: JsonObject,
  peers: readonly Peer[],
): GroupRule {
  const protocol = textOf(values['ip_protocol']) || textOf(values['protocol']);
  const [from, to] = [textOf(values['from_port']), textOf(values['to_port'])];
  const isPort: GroupRule['isPort'] = (port, wanted) =>
    from === String(port) &&
    to === String(port) &&
    ['tcp', '6', ...(wanted === 'any' ? ['udp', '17'] : [])].includes(protocol);
  // A rule without a peer that is known could have any.
  const all = peers.length > 0 ? peers : [{ kind: 'other', text: 'a peer that is not understood' } as const];
  return { address, group, direction, peers: all, protocol, from, to, isPort };
}

const peersOf = (kind: Peer['kind'], value: Json | undefined): readonly Peer[] =>
  textsOf(value)
    .filter((text) => text !== '')
    .map((text) => ({ kind, text }));

const typedPeers = (values: JsonObject): readonly Peer[] => [
  ...peersOf('group', values['referenced_security_group_id']),
  ...peersOf('cidr', values['cidr_ipv4']),
  ...peersOf('cidr', values['cidr_ipv6']),
  ...peersOf('prefix-list', values['prefix_list_id']),
];

const oldPeers = (values: JsonObject, group: string): readonly Peer[] => [
  ...peersOf('group', values['source_security_group_id']),
  ...peersOf('group', values['security_groups']),
  ...(isTrue(values['self']) ? [{ kind: 'group', text: group } as const] : []),
  ...peersOf('cidr', values['cidr_blocks']),
  ...peersOf('cidr', values['ipv6_cidr_blocks']),
  ...peersOf('prefix-list', values['prefix_list_ids']),
];

/** The ports of a rule, for people. */
export const portText = ({ protocol, from, to }: GroupRule): string => {
  if (protocol === '-1' || protocol === 'all') return 'all ports';
  return `${protocol} ${from === to ? from : `${from}-${to}`}`;
};
