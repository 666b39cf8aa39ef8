import { canonical } from '../canonical';
import type { Values } from '../plan';
import { block } from '../values';
import { at, kindOf, objectOf, specOf } from './kinds';
import { added, namesIn, pairs, shown, textsOf } from './pairs';
import type { RiskRule, RuleFinding } from './rule';

const found = (level: 'low' | 'high', what: string): RuleFinding => ({ level, kind: 'protection', what });

/** What a cluster refuses to run, and what its pods may do on their nodes. */
export const admissionRule: RiskRule = ({ type, change: { before, after } }, fate) => {
  const kind = kindOf(type);
  if (kind === undefined) return [];
  if (fate === 'destroy')
    return POLICIES.test(kind) ? [found('high', 'is destroyed: what it refused runs')] : [];
  if ((fate !== 'change' && fate !== 'replace') || !before || !after) return [];
  return [
    ...(POLICIES.test(kind) ? policies(before, after) : []),
    ...(kind === 'Namespace' ? security(before, after) : []),
    ...pods(before, after),
  ];
};

/** Kinds that refuse what others would let in: those of Kubernetes, of Kyverno and of Gatekeeper. */
const POLICIES =
  /^(ValidatingAdmissionPolicy|MutatingAdmissionPolicy|(Validating|Mutating)(AdmissionPolicyBinding|WebhookConfiguration)|ClusterPolicy|ConstraintTemplate|K8s[A-Z]\w*)$/;

function policies(before: Values, after: Values): readonly RuleFinding[] {
  const [was, is] = [specOf(before), specOf(after)];
  const parts = (values: Values, name: string): readonly string[] => at(values, name).map(canonical);
  const expressions = (values: Values): readonly string[] =>
    at(values, 'validations').map(({ expression }) => String(expression));
  const gone = added(expressions(is), expressions(was), (text) => text);
  const more = added(parts(was, 'match_conditions'), parts(is, 'match_conditions'), (text) => text);
  const actions = added(
    textsOf(is['validation_actions']),
    textsOf(was['validation_actions']),
    (text) => text,
  );
  const narrowed = ['match_constraints', 'match_resources'].filter(
    (name) => canonical(was[name]) !== canonical(is[name]),
  );
  const [rulesWas, rulesIs] = [parts(was, 'rules'), parts(is, 'rules')];
  return [
    ...gone.map((expression) => found('high', `no longer asks for ${shown(expression)}`)),
    ...(actions.length > 0
      ? [found('high', `what it finds has no longer this effect: ${actions.join(', ')}`)]
      : []),
    ...(more.length > 0
      ? [found('high', 'leaves out more of what it looks at: match_conditions has more')]
      : []),
    ...narrowed.map((name) => found('high', `looks at other things: ${name} changed`)),
    ...(added(rulesIs, rulesWas, (text) => text).length > 0
      ? [found('high', 'rules of it are gone or others')]
      : []),
    ...words(before, after),
  ];
}

/** Words that say what becomes of what a policy finds, from the strictest on. */
const ROWS: readonly (readonly [name: string, row: readonly string[]])[] = [
  ['failure_policy', ['Fail', 'Ignore']],
  ['validation_failure_action', ['Enforce', 'Audit']],
  ['failure_action', ['Enforce', 'Audit']],
  ['enforcement_action', ['deny', 'warn', 'dryrun']],
  ['parameter_not_found_action', ['Deny', 'Allow']],
];

const words = (before: Values, after: Values): readonly RuleFinding[] =>
  pairs(objectOf(before), objectOf(after)).flatMap(({ path, before: was, after: is }) => {
    const [name, row] = ROWS.find(([other]) => other === path.at(-1)) ?? [];
    if (name === undefined || !row) return [];
    const place = (value: unknown): number => {
      const index = row.findIndex((word) => word.toLowerCase() === String(value).toLowerCase());
      // What is unset is the strictest: Fail, and deny.
      return value === undefined || value === null ? 0 : index < 0 ? row.length : index;
    };
    return place(is) > place(was) ? [found('high', `${name} goes from ${shown(was)} to ${shown(is)}`)] : [];
  });

/** Source: "Pod Security Standards", Kubernetes docs. */
const STANDARDS = ['restricted', 'baseline', 'privileged'];
const ENFORCE = 'pod-security.kubernetes.io/enforce';

function security(before: Values, after: Values): readonly RuleFinding[] {
  const of = (values: Values): unknown => block(block(values['metadata'])['labels'])[ENFORCE];
  const [was, is] = [of(before), of(after)];
  const place = (value: unknown): number => {
    const index = STANDARDS.indexOf(String(value));
    return index < 0 ? STANDARDS.length : index;
  };
  return place(is) > place(was)
    ? [found('high', `lets pods do more on their nodes: ${ENFORCE} goes from ${shown(was)} to ${shown(is)}`)]
    : [];
}

/** Settings of pods that let them out of their container, and the value that does. */
const OUT: Readonly<Record<string, boolean>> = {
  allow_privilege_escalation: true,
  automount_service_account_token: true,
  host_ipc: true,
  host_network: true,
  host_pid: true,
  privileged: true,
  read_only_root_filesystem: false,
  run_as_non_root: false,
  share_process_namespace: true,
};

/** Those that Kubernetes takes for true where nothing is said. */
const BY_DEFAULT: readonly string[] = ['allow_privilege_escalation', 'automount_service_account_token'];

function pods(before: Values, after: Values): readonly RuleFinding[] {
  return pairs(objectOf(before), objectOf(after)).flatMap(({ path, before: was, after: is }) => {
    const names = namesIn(path);
    const name = names.at(-1) ?? '';
    const open = OUT[name];
    // Of those that are safe only if they are said.
    const opens = open === true ? is === true && was !== true : open === false && was === true && is !== true;
    if (opens || (BY_DEFAULT.includes(name) && was === false && is !== false))
      return [found('high', `${names.join('.')} goes from ${shown(was)} to ${shown(is)}`)];
    if (names.includes('capabilities') && names.includes('add') && typeof is === 'string') {
      return [found('high', `its pods may ${is} more than before`)];
    }
    if (name === 'path' && names.at(-2) === 'host_path' && typeof is === 'string') {
      return [found('high', `its pods see ${is} of their nodes`)];
    }
    return [];
  });
}
