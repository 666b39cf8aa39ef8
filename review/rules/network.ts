import { canonical } from '../canonical';
import type { Fate, ResourceChange, Values } from '../plan';
import { block, blocks } from '../values';
import { contains, isEverywhere } from './cidr';
import { added, shown, textOf, textsOf } from './pairs';
import type { RiskRule, RuleFinding, Surroundings } from './rule';

type Found = readonly RuleFinding[];
const found = (level: 'low' | 'high', what: string): RuleFinding => ({ level, kind: 'network', what });

/** Who may reach what in AWS's network: security groups, network ACLs and routes. */
export const networkRule: RiskRule = (resource, fate, _, surroundings) => {
  if (fate !== 'create' && fate !== 'change' && fate !== 'replace') return [];
  return [
    ...rules(resource, fate, surroundings),
    ...lists(resource, fate),
    ...routes(resource, surroundings),
    ...groups(resource),
  ];
};

const RULES: Readonly<Record<string, 'in' | 'out' | 'said'>> = {
  aws_network_acl_rule: 'said',
  aws_security_group_rule: 'said',
  aws_vpc_security_group_egress_rule: 'out',
  aws_vpc_security_group_ingress_rule: 'in',
};
const PEERS = [
  'referenced_security_group_id',
  'prefix_list_id',
  'prefix_list_ids',
  'source_security_group_id',
  'security_group_id',
  'self',
] as const;

function wayOf(type: string, after: Values): 'in' | 'out' | undefined {
  const way = RULES[type];
  if (way !== 'said') return way;
  return after['type'] === 'egress' || after['egress'] === true ? 'out' : 'in';
}

/** Rules that are resources of their own. */
function rules({ type, change }: ResourceChange, fate: Fate, { isNew }: Surroundings): Found {
  const after = change.after ?? {};
  const way = wayOf(type, after);
  if (way === undefined || after['rule_action'] === 'deny') return [];
  const lets = way === 'in' ? 'lets in' : 'lets out to';
  const before =
    fate === 'create' || change.before?.['rule_action'] === 'deny' ? undefined : (change.before ?? undefined);
  const wider = cidrsOf(after).filter(
    (cidr) => !cidrsOf(before).some((old) => contains(old, cidr) || old === cidr),
  );
  if (wider.length > 0) {
    const isOpen = wider.some(isEverywhere);
    if (before === undefined && isNew === true && !(isOpen && way === 'in')) return [];
    const level = before !== undefined || (isOpen && way === 'in') ? 'high' : 'low';
    return [found(level, `${lets} ${wider.join(', ')}${portsOf(after)}`)];
  }
  if (before === undefined) {
    return isNew === true || way === 'out'
      ? []
      : [found('low', `lets in ${groupText(after)}${portsOf(after)}`)];
  }
  const peers = PEERS.filter(
    (name) => canonical(before[name] ?? null) !== canonical(after[name] ?? null) && isGiven(after[name]),
  );
  const more = isWiderPorts(before, after)
    ? [
        `${lets} ${[...cidrsOf(after)].join(', ') || groupText(after)}${portsOf(after)}, and no longer only${portsOf(before)}`,
      ]
    : [];
  return [
    ...more.map((what) => found('high', what)),
    ...peers.map((name) =>
      found(
        'high',
        `${name === 'security_group_id' ? 'is of another group' : `${lets} another one`}: ${name} is ${shown(after[name])}, and no longer ${shown(before[name])}`,
      ),
    ),
  ];
}

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && value !== '';

const groupText = (values: Values): string => {
  const group = values['referenced_security_group_id'] ?? values['source_security_group_id'];
  return isGiven(group) ? `another group (${shown(group)})` : 'another group';
};

const CIDRS = [
  'cidr_ipv4',
  'cidr_ipv6',
  'cidr_block',
  'cidr_blocks',
  'ipv6_cidr_block',
  'ipv6_cidr_blocks',
] as const;

const cidrsOf = (values: Values | undefined): readonly string[] =>
  CIDRS.flatMap((name) => textsOf(values?.[name]));

const protocolOf = (values: Values): string => {
  const text = textOf(values['ip_protocol'] ?? values['protocol'], 'tcp');
  return { '-1': 'all', all: 'all', '6': 'tcp', '17': 'udp', '1': 'icmp' }[text] ?? text;
};

interface Ports {
  readonly from: number;
  readonly to: number;
}

const portsIn = (values: Values): Ports => {
  const [from, to] = [values['from_port'], values['to_port']].map((port) =>
    port === null || port === undefined ? -1 : Number(port),
  );
  // Of all protocols, ports mean nothing.
  return protocolOf(values) === 'all' || from === undefined || from < 0
    ? { from: 0, to: 65_535 }
    : { from, to: to ?? from };
};

function isWiderPorts(before: Values, after: Values): boolean {
  const protocols = [protocolOf(before), protocolOf(after)];
  if (protocols[0] !== 'all' && protocols[0] !== protocols[1]) return true;
  if (protocols[0] === 'all') return false;
  const [was, is] = [portsIn(before), portsIn(after)];
  return is.from < was.from || is.to > was.to;
}

function portsOf(values: Values): string {
  const { from, to } = portsIn(values);
  if (from === 0 && to >= 65_535) return ' on all ports';
  return ` on ${from === to ? `port ${String(from)}` : `ports ${String(from)}-${String(to)}`}`;
}

/** Rules that stand in lists of a group or a network ACL. */
function lists({ type, change }: ResourceChange, fate: Fate): Found {
  if (!/^aws_(default_)?(security_group|network_acl)$/.test(type)) return [];
  return (['ingress', 'egress'] as const).flatMap((way) => {
    const of = (values: Values | null): readonly Values[] =>
      blocks(values?.[way]).filter((rule) => rule['action'] !== 'deny' && rule['rule_action'] !== 'deny');
    const old = fate === 'create' ? [] : of(change.before);
    const more = of(change.after).filter((rule) => !old.some((known) => isWithin(known, rule)));
    const denied =
      fate === 'create' ? [] : added(denies(change.after, way), denies(change.before, way), canonical);
    const lets = way === 'ingress' ? 'lets in' : 'lets out to';
    return [
      ...more
        .filter(() => way === 'ingress' || fate !== 'create')
        .map((rule) => {
          const cidrs = cidrsOf(rule);
          const level = fate !== 'create' || cidrs.some(isEverywhere) ? 'high' : 'low';
          return found(level, `${lets} ${cidrs.join(', ') || 'another group'}${portsOf(rule)}`);
        }),
      ...denied.map((rule) =>
        found('high', `no longer refuses ${cidrsOf(rule).join(', ') || 'others'}${portsOf(rule)}`),
      ),
    ];
  });
}

const denies = (values: Values | null, way: string): readonly Values[] =>
  blocks(values?.[way]).filter((rule) => rule['action'] === 'deny' || rule['rule_action'] === 'deny');

/** Whether a rule of a list lets through all that another one does. */
function isWithin(outer: Values, inner: Values): boolean {
  if (isWiderPorts(outer, inner)) return false;
  const cidrs = cidrsOf(outer);
  const groups = [...textsOf(outer['security_groups']), ...textsOf(outer['prefix_list_ids'])];
  return (
    cidrsOf(inner).every((cidr) => cidrs.some((known) => known === cidr || contains(known, cidr))) &&
    [...textsOf(inner['security_groups']), ...textsOf(inner['prefix_list_ids'])].every((group) =>
      groups.includes(group),
    ) &&
    (inner['self'] !== true || outer['self'] === true)
  );
}

const TARGETS = [
  'gateway_id',
  'nat_gateway_id',
  'transit_gateway_id',
  'vpc_peering_connection_id',
  'egress_only_gateway_id',
  'network_interface_id',
] as const;

/** Ways out of a network. */
function routes({ type, change: { before, after } }: ResourceChange, { isNew }: Surroundings): Found {
  if (!after) return [];
  if (
    type === 'aws_route_table_association' &&
    before &&
    before['route_table_id'] !== after['route_table_id']
  ) {
    return [
      found(
        'high',
        `the subnet goes by other routes: ${shown(after['route_table_id'])}, and no longer ${shown(before['route_table_id'])}`,
      ),
    ];
  }
  const made =
    type === 'aws_route'
      ? [after].filter(
          () =>
            canonical(targetOf(before)) !== canonical(targetOf(after)) ||
            before?.['destination_cidr_block'] !== after['destination_cidr_block'],
        )
      : /^aws_(default_)?route_table$/.test(type)
        ? added(blocks(before?.['route']), blocks(after['route']), canonical)
        : [];
  if (isNew === true && before === null) return [];
  return made.flatMap((route) => {
    const target = targetOf(route);
    const isInternet = /internet_gateway|^igw-/.test(target);
    const where = shown(
      route['destination_cidr_block'] ??
        route['cidr_block'] ??
        route['ipv6_cidr_block'] ??
        route['destination_ipv6_cidr_block'] ??
        'there',
    );
    return [
      found(
        isInternet || before !== null ? 'high' : 'low',
        `sends ${where} to ${target || 'another target'}`,
      ),
    ];
  });
}

const targetOf = (values: Values | null): string =>
  TARGETS.flatMap((name) => textsOf(values?.[name]))[0] ?? '';

const GROUP_LISTS = ['vpc_security_group_ids', 'security_groups', 'security_group_ids'] as const;

/** Security groups that something is in. */
function groups({ type, change: { before, after } }: ResourceChange): Found {
  if (!before || !after || type.includes('security_group')) return [];
  const of = (values: Values): readonly string[] =>
    [values, block(values['vpc_config']), block(values['network_configuration'])].flatMap((part) =>
      GROUP_LISTS.flatMap((name) => textsOf(part[name])),
    );
  const [was, is] = [of(before), of(after)];
  const [more, fewer] = [added(was, is, String), added(is, was, String)];
  if (more.length === 0 && fewer.length === 0) return [];
  return [
    found(
      more.length > 0 ? 'high' : 'low',
      `is in other security groups:${more.length > 0 ? ` now ${more.join(', ')}` : ''}${fewer.length > 0 ? ` no longer ${fewer.join(', ')}` : ''}`,
    ),
  ];
}
