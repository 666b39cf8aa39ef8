import { canonical } from '../canonical';
import type { ResourceChange, Values } from '../plan';
import { block } from '../values';
import { contains } from './cidr';
import { shown, textsOf } from './pairs';
import type { RiskRule, RuleFinding } from './rule';
import { turnsOnUnsaid } from './weaker';

type Found = readonly RuleFinding[];
const found = (level: 'low' | 'high', what: string): RuleFinding => ({ level, kind: 'network', what });

/** What faces the internet, and where names lead. */
export const exposureRule: RiskRule = (resource, fate) =>
  fate === 'create' || fate === 'change' || fate === 'replace'
    ? [...switches(resource), ...publicness(resource)]
    : [];

/** Settings that turn a resource to the internet. */
const TO_INTERNET: Readonly<Record<string, unknown>> = {
  assign_public_ip: true,
  associate_public_ip_address: true,
  endpoint_public_access: true,
  internal: false,
  map_public_ip_on_launch: true,
  publicly_accessible: true,
};

function switches({ type, change }: ResourceChange): Found {
  const { before, after } = change;
  if (!before || !after) return [];
  const of = (values: Values, name: string): unknown =>
    values[name] ?? block(values['vpc_config'])[name] ?? block(values['network_interfaces'])[name];
  const turned = Object.entries(TO_INTERNET).filter(([name, open]) =>
    becomes(type, name, of(before, name), of(after, name), open),
  );
  const [was, is] = [publicCidrs(before), publicCidrs(after)];
  const news = is.filter((cidr) => !was.some((known) => known === cidr || contains(known, cidr)));
  return [
    ...turned.map(([name, open]) => found('high', `${name} becomes ${String(open)}`)),
    ...(news.length > 0 ? [found('high', `opens its API to ${news.join(', ')}`)] : []),
  ];
}

/** A load balancer that does not say `internal` faces the internet, and so does a cluster that says nothing. */
function becomes(type: string, name: string, before: unknown, after: unknown, open: unknown): boolean {
  if (name === 'internal' && /^aws_(alb|lb)$/.test(type)) return before === true && after !== true;
  if (name === 'endpoint_public_access' && type === 'aws_eks_cluster') return turnsOnUnsaid(before, after);
  return after === open && before !== open;
}

/** Who may reach a cluster's API; everybody, where nothing is said and it is public. */
function publicCidrs(values: Values): readonly string[] {
  const config = block(values['vpc_config']);
  const said = textsOf(config['public_access_cidrs']);
  return said.length === 0 && config['endpoint_public_access'] === true ? ['0.0.0.0/0'] : said;
}

/** Lists of access of buckets and the like. */
function publicness({ type, change: { before, after } }: ResourceChange): Found {
  if (!after) return [];
  const acl = after['acl'];
  if (typeof acl === 'string' && /^(public-|authenticated-)/.test(acl) && before?.['acl'] !== acl) {
    return [found('high', `everybody may read it: acl is ${acl}`)];
  }
  if (type === 'aws_route53_record' && before) {
    const [was, is] = [before, after].map(leadsTo);
    if (canonical(was) !== canonical(is)) {
      return [found('low', `leads elsewhere: ${shown(is)}, and no longer ${shown(was)}`)];
    }
  }
  if (type === 'aws_lb_listener' && before && before['protocol'] !== after['protocol']) {
    const isPlain = /^(HTTP|TCP|UDP)$/.test(String(after['protocol']));
    return [
      {
        level: isPlain ? 'high' : 'low',
        kind: 'encryption',
        what: `protocol goes from ${shown(before['protocol'])} to ${shown(after['protocol'])}`,
      },
    ];
  }
  return [];
}

/** Where a name leads: to addresses and names, or to a resource of AWS. */
const leadsTo = (values: Values): unknown => values['records'] ?? block(values['alias'])['name'];
