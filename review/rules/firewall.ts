import { canonical } from '../canonical';
import type { Values } from '../plan';
import { block } from '../values';
import { at } from './kinds';
import { shown } from './pairs';
import type { RiskRule, RuleFinding } from './rule';
import { downIn } from './weaker';

const found = (level: 'low' | 'high', what: string): RuleFinding => ({ level, kind: 'protection', what });

/** What a web ACL refuses. Source: "Using rule actions in AWS WAF", AWS WAF Developer Guide. */
export const firewallRule: RiskRule = ({ type, change: { before, after } }, fate) => {
  if (type !== 'aws_wafv2_web_acl' && type !== 'aws_wafv2_rule_group') return [];
  if ((fate !== 'change' && fate !== 'replace') || !before || !after) return [];
  const of = (values: Values): ReadonlyMap<string, Values> =>
    new Map(at(values, 'rule').map((rule) => [String(rule['name']), rule]));
  const now = of(after);
  const [was, is] = [actionOf(before['default_action']), actionOf(after['default_action'])];
  return [
    ...(was === 'block' && is !== 'block' ? [found('high', 'lets through what no rule is about')] : []),
    ...[...of(before)].flatMap(([name, rule]) => {
      const later = now.get(name);
      return later ? changes(name, rule, later) : [found('high', `no longer has the rule ${name}`)];
    }),
  ];
};

/** What a rule does with a request that it is about: the only name in the block. */
const actionOf = (value: unknown): string | undefined => Object.keys(block(value))[0];

/** Rules that are a group have no action of their own: what takes the place of one is told. */
const isWeaker = downIn('', 'block', 'captcha', 'challenge', 'count');

function changes(name: string, before: Values, after: Values): readonly RuleFinding[] {
  const [was, is] = [actionOf(before['action']), actionOf(after['action'])];
  const counts =
    actionOf(before['override_action']) !== 'count' && actionOf(after['override_action']) === 'count';
  return [
    ...(isWeaker(was, is)
      ? [found('high', `rule ${name}: action goes from ${shown(was)} to ${shown(is)}`)]
      : []),
    ...(counts ? [found('high', `rule ${name} only counts what it would refuse`)] : []),
    ...(aboutOf(before) === aboutOf(after) ? [] : [found('low', `rule ${name} is about other requests`)]),
    ...limit(name, before, after),
  ];
}

const rateOf = (rule: Values): Values => block(block(rule['statement'])['rate_based_statement']);

/** What a rule is about, but for how many of it there may be. */
const aboutOf = (rule: Values): string =>
  canonical({ ...block(rule['statement']), rate_based_statement: { ...rateOf(rule), limit: undefined } });

/** More requests in a window than before. */
function limit(name: string, before: Values, after: Values): readonly RuleFinding[] {
  const [was, is] = [rateOf(before)['limit'], rateOf(after)['limit']];
  return Number(is) > Number(was)
    ? [found('high', `rule ${name} lets more through: limit goes from ${shown(was)} to ${shown(is)}`)]
    : [];
}
