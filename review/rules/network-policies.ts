import { canonical } from '../canonical';
import type { Values } from '../plan';
import { block, blocks } from '../values';
import { contains, isEverywhere } from './cidr';
import { kindOf, specOf } from './kinds';
import { added, shown, textOf, textsOf } from './pairs';
import type { RiskRule, RuleFinding } from './rule';

const found = (level: 'low' | 'high', what: string): RuleFinding => ({ level, kind: 'network', what });

/** Which pods may talk to whom. Source: "Network Policies", Kubernetes docs. */
export const networkPolicyRule: RiskRule = ({ type, change: { before, after } }, fate, _, { isNew }) => {
  const kind = kindOf(type);
  if (!after || (fate !== 'create' && fate !== 'change' && fate !== 'replace')) return [];
  if (kind === 'SecurityGroupPolicy') return before ? groups(before, after) : [];
  if (kind !== 'NetworkPolicy') return [];
  if (!before) return isNew === true ? [] : made(specOf(after));
  return changed(specOf(before), specOf(after));
};

const WAYS = [
  { way: 'ingress', peers: 'from', lets: 'lets in' },
  { way: 'egress', peers: 'to', lets: 'lets out to' },
] as const;

/** Policies add up: another one lets more through. */
function made(spec: Values): readonly RuleFinding[] {
  const news = WAYS.flatMap(({ way, peers, lets }) =>
    lanesOf(spec, way, peers).map(({ peer, port }) => ({
      text: `${lets} ${peerText(peer)}${portText(port)}`,
      isOpen:
        way === 'ingress' && (peer === undefined || isEverywhere(String(block(peer['ip_block'])['cidr']))),
    })),
  );
  if (news.length === 0) return [];
  return [found(news.some(({ isOpen }) => isOpen) ? 'high' : 'low', listed(news.map(({ text }) => text)))];
}

function changed(before: Values, after: Values): readonly RuleFinding[] {
  const opened = WAYS.flatMap(({ way, peers, lets }) => {
    const old = lanesOf(before, way, peers);
    return lanesOf(after, way, peers)
      .filter((lane) => !old.some((known) => isWithin(known, lane)))
      .map(({ peer, port }) => `${lets} ${peerText(peer)}${portText(port)}`);
  });
  const others = canonical(block(before['pod_selector'])) !== canonical(block(after['pod_selector']));
  const fewer = added(textsOf(after['policy_types']), textsOf(before['policy_types']), (text) => text);
  return [
    ...(opened.length > 0 ? [found('high', listed(opened))] : []),
    ...(others ? [found('high', 'is about other pods than before')] : []),
    ...fewer.map((way) => found('high', `no longer restricts ${way}`)),
  ];
}

const listed = (texts: readonly string[]): string => {
  const all = [...new Set(texts)];
  return `${all.slice(0, 4).join('; ')}${all.length > 4 ? `; and ${String(all.length - 4)} more` : ''}`;
};

/** One peer on one port; undefined stands for all. */
interface Lane {
  readonly peer: Values | undefined;
  readonly port: Values | undefined;
}

function lanesOf(spec: Values, way: string, peers: string): readonly Lane[] {
  return blocks(spec[way]).flatMap((rule) => {
    const all = <T>(list: readonly T[]): readonly (T | undefined)[] => (list.length > 0 ? list : [undefined]);
    return all(blocks(rule[peers])).flatMap((peer) =>
      all(blocks(rule['ports'])).map((port) => ({ peer, port })),
    );
  });
}

const isWithin = (outer: Lane, inner: Lane): boolean =>
  isPeerWithin(outer.peer, inner.peer) && isPortWithin(outer.port, inner.port);

function isPeerWithin(outer: Values | undefined, inner: Values | undefined): boolean {
  if (outer === undefined) return true;
  if (inner === undefined) return false;
  const [old, now] = [blocks(outer['ip_block'])[0], blocks(inner['ip_block'])[0]];
  if (old || now) return old !== undefined && now !== undefined && isBlockWithin(old, now);
  return SELECTORS.every((name) => isSelectorWithin(outer, inner, name));
}

const SELECTORS = ['namespace_selector', 'pod_selector'] as const;

function isBlockWithin(outer: Values, inner: Values): boolean {
  const [old, now] = [String(outer['cidr']), String(inner['cidr'])];
  if (old !== now && !contains(old, now)) return false;
  const except = textsOf(inner['except']);
  return textsOf(outer['except']).every(
    (hole) =>
      except.some((kept) => kept === hole || contains(kept, hole)) ||
      (!contains(now, hole) && !contains(hole, now)),
  );
}

/** No selector of namespaces is the policy's own one; no selector of pods is all of them. */
function isSelectorWithin(outer: Values, inner: Values, name: (typeof SELECTORS)[number]): boolean {
  const [old, now] = [outer[name], inner[name]].map((value) =>
    value === undefined || value === null ? undefined : block(value),
  );
  if (name === 'namespace_selector' && (old === undefined) !== (now === undefined)) return false;
  const asked = old ?? {};
  const given = now ?? {};
  const labels = Object.entries(block(asked['match_labels']));
  const known = block(given['match_labels']);
  const expressions = blocks(given['match_expressions']).map(canonical);
  return (
    labels.every(([key, value]) => known[key] === value) &&
    blocks(asked['match_expressions']).every((expression) => expressions.includes(canonical(expression)))
  );
}

function isPortWithin(outer: Values | undefined, inner: Values | undefined): boolean {
  if (outer === undefined) return true;
  if (inner === undefined) return false;
  if (textOf(outer['protocol'], 'TCP') !== textOf(inner['protocol'], 'TCP')) return false;
  if (textsOf(outer['port']).length === 0) return true;
  if (
    String(outer['port']) === String(inner['port']) &&
    textOf(outer['end_port']) === textOf(inner['end_port'])
  )
    return true;
  const [from, now] = [Number(outer['port']), Number(inner['port'])];
  return now >= from && Number(inner['end_port'] ?? now) <= Number(outer['end_port'] ?? from);
}

function peerText(peer: Values | undefined): string {
  if (peer === undefined) return 'everybody';
  const cidr = block(peer['ip_block'])['cidr'];
  if (cidr !== undefined) return textOf(cidr);
  const parts = SELECTORS.filter((name) => peer[name] !== undefined && peer[name] !== null).map((name) => {
    const labels = Object.entries(block(block(peer[name])['match_labels'])).map(
      ([key, value]) => `${key}=${String(value)}`,
    );
    const of = name === 'pod_selector' ? 'pods' : 'namespaces';
    const more = blocks(block(peer[name])['match_expressions']).length > 0 ? ' and expressions' : '';
    return labels.length > 0 || more !== '' ? `${of} ${labels.join(', ')}${more}` : `all ${of}`;
  });
  return parts.join(' in ') || 'everybody';
}

const portText = (port: Values | undefined): string => {
  if (port === undefined || textsOf(port['port']).length === 0) return ' on all ports';
  const end = port['end_port'];
  return ` on port ${shown(port['port'])}${end === undefined || end === null ? '' : `-${shown(end)}`}`;
};

/** Security groups of pods. Source: "Assign security groups to individual Pods", Amazon EKS User Guide. */
function groups(before: Values, after: Values): readonly RuleFinding[] {
  const [was, is] = [specOf(before), specOf(after)];
  const of = (spec: Values): readonly string[] => textsOf(block(spec['security_groups'])['group_ids']);
  const more = added(of(was), of(is), (text) => text);
  const selectors = ['pod_selector', 'service_account_selector'].filter(
    (name) => canonical(was[name]) !== canonical(is[name]),
  );
  return [
    ...(more.length > 0 ? [found('high', `its pods are in more security groups: ${more.join(', ')}`)] : []),
    ...selectors.map((name) => found('high', `is about other pods than before: ${name} changed`)),
  ];
}
