import { isUnknown, type ResourceChange } from '../plan';
import { guardOf, PARAMETERS, weakening } from './guards';
import { at, kindOf } from './kinds';
import { added, namesIn, type Pair, pairs, shown, textsOf } from './pairs';
import type { RiskRule, RuleFinding } from './rule';
import { isOff } from './weaker';

/** Types whose whole point is to keep something safe. */
const GUARDIANS: Readonly<Record<string, string>> = {
  aws_backup_restore_testing_plan: 'restores are tried no more',
  aws_backup_plan: 'what it backs up is backed up no more',
  aws_backup_selection: 'what it selects is backed up no more',
  aws_backup_vault_lock_configuration: 'recovery points can be deleted',
  aws_cloudtrail: 'nobody knows any more who did what',
  aws_cloudwatch_composite_alarm: 'nobody is told any more',
  aws_cloudwatch_log_metric_filter: 'what it counts is counted no more',
  aws_cloudwatch_metric_alarm: 'nobody is told any more',
  aws_cognito_log_delivery_configuration: 'nobody knows any more who signed in',
  aws_cognito_risk_configuration: 'stolen passwords and odd sign-ins are let through',
  aws_config_configuration_recorder: 'nobody knows any more what changed',
  aws_db_instance_automated_backups_replication: 'backups are in one region only',
  aws_default_network_acl: 'its subnets let everything through',
  aws_default_security_group: 'whatever has no group of its own is open',
  aws_ecr_replication_configuration: 'images are in one region only',
  aws_flow_log: 'nobody knows any more who talked to whom',
  aws_guardduty_detector: 'nobody is told of attacks any more',
  aws_s3_bucket_lifecycle_configuration: 'objects stay for ever, or unfinished uploads do',
  aws_s3_bucket_logging: 'nobody knows any more who read what',
  aws_s3_bucket_object_lock_configuration: 'objects can be deleted',
  aws_s3_bucket_ownership_controls: 'objects may have access lists of their own',
  aws_s3_bucket_public_access_block: 'the bucket may be made public',
  aws_s3_bucket_replication_configuration: 'objects are in one region only',
  aws_s3_bucket_server_side_encryption_configuration: 'objects are encrypted with the platform’s key no more',
  aws_s3_bucket_versioning: 'what is overwritten is lost',
  aws_wafv2_web_acl: 'nothing filters its requests',
  aws_wafv2_web_acl_association: 'nothing filters its requests',
};

/** The same of objects of Kubernetes. */
const GUARDIAN_OBJECTS: Readonly<Record<string, string>> = {
  LimitRange: 'its pods may take what they like',
  NetworkPolicy: 'its pods may talk to anyone',
  PodDisruptionBudget: 'all its pods may be taken away at once',
  ResourceQuota: 'its namespace may use the whole cluster',
  SecurityGroupPolicy: 'its pods are in the groups of their node',
};

/** Lists of things that are written down, told or kept; fewer of them are less. */
const KEPT_LISTS: Readonly<Record<string, string>> = {
  attributes_require_verification_before_update: 'lets people change without proof that it is theirs',
  alarm_actions: 'tells fewer of an alarm',
  cloudwatch_logs_exports: 'writes fewer logs',
  enabled_cloudwatch_logs_exports: 'writes fewer logs',
  enabled_cluster_log_types: 'writes fewer logs',
  ok_actions: 'tells fewer of the end of an alarm',
  user_group_ids: 'lets in users of another group, or anybody',
};

const found = (level: 'low' | 'high', what: string): RuleFinding => ({ level, kind: 'protection', what });

export const protectionRule: RiskRule = (resource, fate, plan) => {
  const { type, change } = resource;
  if (fate === 'destroy') return [...guardian(resource, plan), ...parameters(resource)];
  if (fate !== 'change' && fate !== 'replace') return [];
  const all = pairs(change.before, change.after);
  return [
    ...life(resource),
    ...lists(change, change.before, change.after),
    ...parameters(resource),
    ...(type === 'aws_backup_plan' || type === 'aws_backup_selection' ? backups(resource) : []),
    ...(type === 'aws_cloudwatch_metric_alarm' ? alarm(all) : []),
    ...all.flatMap((pair) => guarded(resource, pair)),
  ];
};

/** What is destroyed together with what it keeps safe is missed by nobody. */
function guardian({ type, change }: ResourceChange, plan: readonly ResourceChange[]): readonly RuleFinding[] {
  const purpose = GUARDIANS[type] ?? GUARDIAN_OBJECTS[kindOf(type) ?? ''];
  if (purpose === undefined) return [];
  const text = JSON.stringify(change.before);
  const withOwner = plan.some(
    (other) =>
      other.change.actions.length === 1 &&
      other.change.actions[0] === 'delete' &&
      OWNED.test(other.type) &&
      text.includes(`\${${other.address}.`),
  );
  return withOwner ? [] : [found('high', `is destroyed: ${purpose}`)];
}

/** Types that have guardians of their own. */
const OWNED = /^(aws_s3_bucket|aws_backup_vault|aws_vpc|aws_lb|kubernetes_namespace_v1)$/;

/** What the configuration says of a resource's life. */
function life({ lifecycle }: ResourceChange): readonly RuleFinding[] {
  const { before, after } = lifecycle ?? {};
  const more = added(textsOf(before?.ignoreChanges), textsOf(after?.ignoreChanges), (text) => text);
  return [
    ...(before?.preventDestroy === true && after?.preventDestroy !== true
      ? [found('high', 'prevent_destroy goes from true to unset: Terraform may destroy it')]
      : []),
    ...(more.length > 0
      ? [found('low', `is left as others make it: ignore_changes has ${more.join(', ')}`)]
      : []),
  ];
}

function guarded({ change, type }: ResourceChange, pair: Pair): readonly RuleFinding[] {
  const { path, before, after } = pair;
  const names = namesIn(path).map((name) => name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase());
  const told = names.join('.');
  const guard = guardOf(
    told === 'version' && /^aws_eks_(cluster|node_group)$/.test(type) ? ['eks_version'] : names,
  );
  if (isUnknown(change, path)) {
    return guard && !isOff(before) && guard.kind === 'protection'
      ? [{ level: 'low', kind: guard.kind, what: `${told} is known only when it is applied` }]
      : [];
  }
  const isStatus = names.at(-1) === 'status' && before === 'Enabled' && !type.startsWith('k8s/');
  if (isStatus) return [found('high', `${told} goes from Enabled to ${shown(after)}`)];
  if (!guard) return [];
  if (guard.weaker(before, after)) return [weakening(guard, told, before, after)];
  return guard.tellsOther !== undefined && !isOff(before) && before !== after
    ? [
        {
          level: guard.tellsOther,
          kind: guard.kind,
          what: `${told} is another one: ${shown(after)}, and no longer ${shown(before)}`,
        },
      ]
    : [];
}

/** Lists of which something is gone, at any depth. */
function lists(change: ResourceChange['change'], before: unknown, after: unknown): readonly RuleFinding[] {
  if (typeof before !== 'object' || before === null) return [];
  return Object.entries(before).flatMap(([name, value]) => {
    const now = (after as Readonly<Record<string, unknown>> | null | undefined)?.[name];
    const what = KEPT_LISTS[name];
    if (what === undefined) return Array.isArray(value) ? [] : lists(change, value, now);
    const gone = added(textsOf(now), textsOf(value), (text) => text);
    if (gone.length === 0 || isUnknown(change, [name])) return [];
    const isNone = textsOf(now).length === 0;
    return [found(isNone || name !== 'ok_actions' ? 'high' : 'low', `${what}: without ${gone.join(', ')}`)];
  });
}

function parameters({ type, change: { before, after } }: ResourceChange): readonly RuleFinding[] {
  if (!type.endsWith('parameter_group') || !before || !after) return [];
  const of = (values: unknown): ReadonlyMap<string, string> =>
    new Map(at(values, 'parameter').map(({ name, value }) => [String(name), String(value)]));
  const now = of(after);
  return [...of(before)].flatMap(([name, value]) => {
    const rule = PARAMETERS[name];
    const later = now.get(name);
    return rule && later !== value && rule.weaker(value, later)
      ? [{ level: 'high', kind: rule.kind, what: `${name} goes from ${value} to ${shown(later)}` } as const]
      : [];
  });
}

/** Rules of a plan, and what is selected by tags or names. */
function backups({ type, change: { before, after } }: ResourceChange): readonly RuleFinding[] {
  if (type === 'aws_backup_selection') {
    const of = (values: unknown): readonly string[] =>
      textsOf((values as { readonly resources?: unknown } | null)?.resources);
    const gone = added(of(after), of(before), (text) => text);
    const changed = pairs(before, after).some(({ path }) =>
      /^(selection_tag|condition|not_resources)$/.test(path[0] ?? ''),
    );
    return [
      ...(gone.length > 0 ? [found('high', `backs up no longer: ${gone.join(', ')}`)] : []),
      ...(changed ? [found('high', 'selects by other tags what is backed up')] : []),
    ];
  }
  const of = (values: unknown): ReadonlyMap<string, Readonly<Record<string, unknown>>> =>
    new Map(at(values, 'rule').map((rule) => [String(rule['rule_name']), rule]));
  const now = of(after);
  return [...of(before)].flatMap(([name, rule]) => {
    const later = now.get(name);
    if (!later) return [found('high', `no longer has the rule ${name}`)];
    const copies = at(rule, 'copy_action').length > at(later, 'copy_action').length;
    return [
      ...(copies ? [found('high', `${name} no longer copies to another vault`)] : []),
      ...(rule['schedule'] === later['schedule']
        ? []
        : [
            found(
              'low',
              `${name} backs up at other times: ${shown(later['schedule'])}, and no longer ${shown(rule['schedule'])}`,
            ),
          ]),
      ...(rule['target_vault_name'] === later['target_vault_name']
        ? []
        : [found('low', `${name} backs up to another vault`)]),
    ];
  });
}

/** What decides when an alarm is raised. */
const SENSITIVITY = [
  'threshold',
  'comparison_operator',
  'evaluation_periods',
  'datapoints_to_alarm',
  'treat_missing_data',
  'period',
];

const alarm = (all: readonly Pair[]): readonly RuleFinding[] =>
  all
    .filter(({ path }) => path.length === 1 && SENSITIVITY.includes(path[0] ?? ''))
    .map(({ path, before, after }) =>
      found(
        'low',
        `is raised at another time: ${path.join('.')} goes from ${shown(before)} to ${shown(after)}`,
      ),
    );
