import { canonical } from '../canonical';
import type { Values } from '../plan';
import { block } from '../values';
import { at, kindOf, objectOf, specOf } from './kinds';
import { added, namesIn, pairs, shown, textsOf } from './pairs';
import type { RiskRule, RuleFinding } from './rule';
import { downIn } from './weaker';

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
    ...(kind === 'Namespace' ? [...security(before, after), ...place(before, after)] : []),
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
const letsMore = downIn('restricted', 'baseline', 'privileged');
const ENFORCE = 'pod-security.kubernetes.io/enforce';

function security(before: Values, after: Values): readonly RuleFinding[] {
  const of = (values: Values): unknown => block(block(values['metadata'])['labels'])[ENFORCE];
  const [was, is] = [of(before), of(after)];
  return letsMore(was, is)
    ? [found('high', `lets pods do more on their nodes: ${ENFORCE} goes from ${shown(was)} to ${shown(is)}`)]
    : [];
}

/** Labels by which network policies, admission and the scheduler know whose a namespace is, and where its pods go. */
const OWN_LABEL = 'bulkhead/';

function place(before: Values, after: Values): readonly RuleFinding[] {
  const of = (values: Values): Values => block(block(values['metadata'])['labels']);
  return pairs(of(before), of(after))
    .filter(({ path }) => path[0]?.startsWith(OWN_LABEL))
    .map(({ path, before: was, after: is }) => ({
      level: 'high',
      kind: 'isolation',
      what: `is taken for another namespace: ${path.join('.')} goes from ${shown(was)} to ${shown(is)}`,
    }));
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

const isConfined = (profile: unknown): boolean => profile === 'RuntimeDefault' || profile === 'Localhost';

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
    if (names.includes('capabilities') && names.includes('drop') && typeof was === 'string' && is !== was) {
      return [found('high', `its pods keep ${was}, which they gave up before`)];
    }
    if (names.at(-2) === 'seccomp_profile' && name === 'type' && isConfined(was) && !isConfined(is)) {
      return [
        found(
          'high',
          `its pods may call all of the kernel: ${names.join('.')} goes from ${shown(was)} to ${shown(is)}`,
        ),
      ];
    }
    if (name === 'service_account_name' && typeof was === 'string' && typeof is === 'string') {
      const what = `its pods act as ${is}, and no longer as ${was}`;
      return [{ level: 'high', kind: 'identity', what }];
    }
    if (name === 'path' && names.at(-2) === 'host_path' && typeof is === 'string') {
      return [found('high', `its pods see ${is} of their nodes`)];
    }
    return [];
  });
}
