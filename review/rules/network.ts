import { canonical } from '../policy';
import type { Fate, ResourceChange, Values } from '../plan';
import { contains, isEverywhere } from './cidr';
import { added } from './pairs';
import type { RiskRule } from './rule';

type Found = ReturnType<RiskRule>;
const found = (level: 'low' | 'high', what: string): Found[number] => ({ level, kind: 'network', what });

/** Who may reach what: security groups, network policies, what faces the internet. */
export const networkRule: RiskRule = (resource, fate) => {
  if (fate !== 'create' && fate !== 'change' && fate !== 'replace') return [];
  return [
    ...rules(resource, fate),
    ...lists(resource, fate),
    ...policies(resource, fate),
    ...switches(resource),
  ];
};

const INGRESS_RULES: readonly string[] = ['aws_vpc_security_group_ingress_rule', 'aws_security_group_rule'];
const WIDTHS = ['from_port', 'to_port', 'ip_protocol', 'protocol'] as const;
const PEERS = ['referenced_security_group_id', 'prefix_list_id', 'source_security_group_id'] as const;

/** Rules that are resources of their own. */
function rules({ type, change }: ResourceChange, fate: Fate): Found {
  const after = change.after ?? {};
  if (!INGRESS_RULES.includes(type) || after['type'] === 'egress') return [];
  const before = fate === 'create' ? undefined : (change.before ?? undefined);
  const wider = added(cidrsOf(before), cidrsOf(after), (cidr) => cidr).filter(
    (cidr) => !cidrsOf(before).some((old) => contains(old, cidr)),
  );
  if (wider.length > 0) {
    const level = before !== undefined || wider.some(isEverywhere) ? 'high' : 'low';
    return [found(level, `lets in ${wider.join(', ')}${portsOf(after)}`)];
  }
  if (before === undefined) return [found('low', `lets in another group${portsOf(after)}`)];
  const changed = [...WIDTHS, ...PEERS].filter((name) => canonical(before[name]) !== canonical(after[name]));
  return changed.length > 0 ? [found('high', `lets in others, or more: ${changed.join(', ')} changed`)] : [];
}

const CIDRS = [
  'cidr_ipv4',
  'cidr_ipv6',
  'cidr_block',
  'cidr_blocks',
  'ipv6_cidr_block',
  'ipv6_cidr_blocks',
] as const;

function cidrsOf(values: Values | undefined): readonly string[] {
  return CIDRS.flatMap((name) => values?.[name] ?? []).filter(
    (cidr): cidr is string => typeof cidr === 'string' && cidr !== '',
  );
}

const portsOf = ({ from_port: from, to_port: to }: Values): string =>
  typeof from === 'number' && from >= 0
    ? ` on ${from === to ? `port ${String(from)}` : `ports ${String(from)}-${String(to)}`}`
    : ' on all ports';

/** Rules that stand in lists of a group or a network ACL. */
function lists({ type, change }: ResourceChange, fate: Fate): Found {
  if (!/^aws_(default_)?(security_group|network_acl)$/.test(type)) return [];
  const of = (values: Values | null): readonly Values[] => {
    const ingress = values?.['ingress'];
    return Array.isArray(ingress) ? (ingress as Values[]) : [];
  };
  const more = added(fate === 'create' ? [] : of(change.before), of(change.after), canonical).filter(
    (rule) => rule['action'] !== 'deny' && rule['rule_action'] !== 'deny',
  );
  return more.map((rule) => {
    const cidrs = cidrsOf(rule);
    const level = fate !== 'create' || cidrs.some(isEverywhere) ? 'high' : 'low';
    return found(level, `lets in ${cidrs.join(', ') || 'another group'}${portsOf(rule)}`);
  });
}

/** Network policies: what is added to what they let through, and other pods than before. */
function policies({ type, change }: ResourceChange, fate: Fate): Found {
  if (!/^kubernetes_network_policy(_v1)?$/.test(type) || fate === 'create') return [];
  const spec = (values: Values | null): Values => {
    const value = values?.['spec'];
    return (Array.isArray(value) ? (value[0] as Values | undefined) : undefined) ?? {};
  };
  const [before, after] = [spec(change.before), spec(change.after)];
  const part = (values: Values, name: string): readonly unknown[] => {
    const value = values[name];
    return Array.isArray(value) ? (value as unknown[]) : [];
  };
  const opened = ['ingress', 'egress'].filter(
    (way) => added(part(before, way), part(after, way), canonical).length > 0,
  );
  const others = canonical(before['pod_selector']) !== canonical(after['pod_selector']);
  const fewer = added(part(after, 'policy_types'), part(before, 'policy_types'), canonical).length > 0;
  return [
    ...opened.map((way) => found('high', `${way} lets through what it did not`)),
    ...(others ? [found('high', 'is about other pods than before')] : []),
    ...(fewer ? [found('high', 'restricts one direction less')] : []),
  ];
}

/** Settings that turn a resource to the internet. */
const TO_INTERNET: Readonly<Record<string, unknown>> = {
  endpoint_public_access: true,
  internal: false,
  map_public_ip_on_launch: true,
  publicly_accessible: true,
};

function switches({ change }: ResourceChange): Found {
  const { before, after } = change;
  const turned = Object.entries(TO_INTERNET).filter(
    ([name, open]) =>
      (after?.[name] ?? configOf(after)[name]) === open &&
      before !== null &&
      (before[name] ?? configOf(before)[name]) !== open,
  );
  const news = added(publicCidrs(before), publicCidrs(after), (cidr) => cidr);
  return [
    ...turned.map(([name, open]) => found('high', `${name} becomes ${String(open)}`)),
    ...(before !== null && news.length > 0 ? [found('high', `opens its API to ${news.join(', ')}`)] : []),
  ];
}

/** Settings of an EKS cluster's endpoint. */
function configOf(values: Values | null): Values {
  const config = values?.['vpc_config'];
  return (Array.isArray(config) ? (config[0] as Values | undefined) : undefined) ?? {};
}

function publicCidrs(values: Values | null): readonly string[] {
  const cidrs = configOf(values)['public_access_cidrs'];
  return Array.isArray(cidrs) ? cidrs.map(String) : [];
}
