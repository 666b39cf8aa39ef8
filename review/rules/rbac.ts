import { canonical } from '../canonical';
import type { Values } from '../plan';
import { blocks } from '../values';
import { kindOf, objectOf } from './kinds';
import { added, shown, textsOf } from './pairs';
import type { RiskRule, RuleFinding } from './rule';

const found = (level: 'low' | 'high', what: string): RuleFinding => ({ level, kind: 'identity', what });

/** Roles of Kubernetes and whom they are given to. Source: "Using RBAC Authorization", Kubernetes docs. */
export const rbacRule: RiskRule = ({ type, change: { before, after } }, fate, _, { isNew }) => {
  const kind = kindOf(type) ?? '';
  if (!/^(Cluster)?Role(Binding)?$/.test(kind) || !after) return [];
  if (kind.endsWith('Binding')) return bound(kind, before, after, isNew === true);
  if (fate === 'create') return everything(after);
  return before ? roles(before, after) : [];
};

/** Something that a rule allows: each part a word or a star. */
interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Empty: all. */
  readonly name: string;
}

const PARTS = ['verb', 'group', 'resource'] as const;

function rightsOf(values: Values): readonly Right[] {
  const object = objectOf(values);
  // The provider says `rule`, an object `rules`.
  const rules = [...blocks(object['rule']), ...blocks(object['rules'])];
  return rules.flatMap((rule) => {
    const urls = [...textsOf(rule['non_resource_urls']), ...textsOf(rule['non_resource_ur_ls'])];
    const groups = Array.isArray(rule['api_groups']) ? (rule['api_groups'] as unknown[]).map(String) : [''];
    const names = textsOf(rule['resource_names']);
    const things = [
      ...groups.flatMap((group) => textsOf(rule['resources']).map((resource) => ({ group, resource }))),
      ...urls.map((resource) => ({ group: 'url', resource })),
    ];
    return textsOf(rule['verbs']).flatMap((verb) =>
      things.flatMap((thing) =>
        (names.length > 0 ? names : ['']).map((name): Right => ({ verb, ...thing, name })),
      ),
    );
  });
}

// A star may stand for all of a part, before a part such as `/scale`, or at the end of a path.
const includes = (outer: Right, inner: Right): boolean =>
  PARTS.every(
    (part) => outer[part] === '*' || outer[part] === inner[part] || isSub(outer[part], inner[part]),
  ) &&
  (outer.name === '' || outer.name === inner.name);

const isSub = (outer: string, inner: string): boolean =>
  (outer.startsWith('*/') && inner.endsWith(outer.slice(1))) ||
  (outer.startsWith('/') && outer.endsWith('*') && inner.startsWith(outer.slice(0, -1)));

function roles(before: Values, after: Values): readonly RuleFinding[] {
  const was = rightsOf(before);
  const news = rightsOf(after).filter((right) => !was.some((old) => includes(old, right)));
  const byThing = new Map<string, Set<string>>();
  for (const { verb, group, resource, name } of news) {
    const thing = `${resource}${group === '' || group === 'url' ? '' : ` of ${group}`}${name === '' ? '' : ` named ${name}`}`;
    byThing.set(thing, (byThing.get(thing) ?? new Set()).add(verb));
  }
  const rights = [...byThing].map(([thing, verbs]) => `${[...verbs].join(', ')} ${thing}`);
  const aggregation = (values: Values): string => canonical(objectOf(values)['aggregation_rule']);
  return [
    ...(rights.length > 0
      ? [
          found(
            'high',
            `allows ${rights.slice(0, 4).join('; ')}${rights.length > 4 ? ` and ${String(rights.length - 4)} more` : ''}`,
          ),
        ]
      : []),
    ...(aggregation(before) === aggregation(after)
      ? []
      : [found('high', 'is made of other roles: aggregation_rule changed')]),
  ];
}

const everything = (after: Values): readonly RuleFinding[] =>
  rightsOf(after).some(({ verb, resource }) => verb === '*' && resource === '*')
    ? [found('high', 'allows everything')]
    : [];

const EVERYBODY = /^system:(anonymous|unauthenticated|authenticated|serviceaccounts)$/;

function bound(kind: string, before: Values | null, after: Values, isNew: boolean): readonly RuleFinding[] {
  const subjects = (values: Values): readonly Values[] => {
    const object = objectOf(values);
    return [...blocks(object['subject']), ...blocks(object['subjects'])];
  };
  const text = ({ kind: of, name, namespace }: Values): string =>
    `${String(of)} ${textsOf(namespace).length > 0 && of === 'ServiceAccount' ? `${String(namespace)}/` : ''}${String(name)}`;
  const roleOf = (values: Values): string => {
    const [role = {}] = blocks(objectOf(values)['role_ref']);
    return `${String(role['kind'])} ${String(role['name'])}`;
  };
  const role = roleOf(after);
  const anybody = subjects(after).filter(({ name }) => EVERYBODY.test(String(name)));
  const isAdmin = /^ClusterRole (cluster-admin|admin)$/.test(role);
  if (!before) {
    const who = subjects(after).map(text).join(', ');
    if (anybody.length > 0 || isAdmin) return [found('high', `gives ${role} to ${who}`)];
    return isNew || kind === 'RoleBinding'
      ? []
      : [found('low', `gives ${role} to ${who} in the whole cluster`)];
  }
  const news = added(subjects(before), subjects(after), text).map(text);
  return [
    ...(news.length > 0 ? [found('high', `gives ${shown(role)} to more: ${news.join(', ')}`)] : []),
    ...(roleOf(before) === role ? [] : [found('high', `gives ${role}, and no longer ${roleOf(before)}`)]),
  ];
}
