import { isUnknown } from '../plan';
import { kindOf, objectOf } from './kinds';
import { namesIn, type Pair, pairs } from './pairs';
import type { RiskRule, RuleFinding } from './rule';

/** Settings of a type that say what it is about, and what another value means. */
interface Watch {
  readonly settings: RegExp;
  readonly kind: RuleFinding['kind'];
  readonly what: string;
}

const of = (what: string, settings: RegExp, kind: Watch['kind'] = 'protection'): Watch => ({
  settings,
  kind,
  what,
});

/** Everything but what it is called by. */
const ALL = /^(?!tags|name$|description$)/;

/**
 * What watches, tells or starts something does no harm itself when it changes: it is missed at the next incident. So whatever it
 * is about is told, whichever way it goes.
 */
const WATCHES: Readonly<Record<string, readonly Watch[]>> = {
  aws_backup_restore_testing_plan: [of('tries restores in another way', ALL)],
  aws_backup_restore_testing_selection: [of('tries to restore something else, or in another way', ALL)],
  aws_cloudwatch_composite_alarm: [of('is raised by other alarms', /^(alarm_rule|actions_suppressor)/)],
  aws_cloudwatch_event_bus: [of('what it cannot hand on goes elsewhere', /^dead_letter_config/)],
  aws_cloudwatch_event_rule: [
    of('starts at other times, or for other events', /^(event_pattern|schedule_expression)/),
  ],
  aws_cloudwatch_event_target: [
    of('starts something else', /^(arn|input|ecs_target|batch_target)/),
    of('what it cannot hand on goes elsewhere', /^(dead_letter_config|retry_policy)/),
  ],
  aws_cloudwatch_log_metric_filter: [of('counts something else', /^(pattern|metric_transformation)/)],
  aws_cloudwatch_metric_alarm: [
    of(
      'looks at something else',
      /^(dimensions|extended_statistic|metric_name|metric_query|namespace|statistic|unit)/,
    ),
  ],
  aws_cognito_log_delivery_configuration: [of('writes down other sign-ins, or elsewhere', ALL)],
  aws_ecr_replication_configuration: [of('copies other images, or elsewhere', ALL)],
  aws_elasticache_replication_group: [of('writes other logs, or elsewhere', /^log_delivery_configuration/)],
  aws_eks_node_group: [of('takes other pods', /^(labels|taint)/, 'isolation')],
  aws_flow_log: [of('writes down other traffic, or elsewhere', /^(log_destination|traffic_type)/)],
  aws_lambda_function_event_invoke_config: [of('what fails goes elsewhere', /^destination_config/)],
  aws_lb_listener: [
    of('sends requests elsewhere, or takes them elsewhere', /^(default_action|port$)/, 'network'),
  ],
  aws_lb_target_group: [of('takes others for healthy', /^(health_check|target_health_state)/)],
  aws_rds_cluster: [of('has other parameters', /^db_(cluster|instance)_parameter_group_name$/)],
  aws_rds_cluster_instance: [of('has other parameters', /^db_parameter_group_name$/)],
  aws_elasticache_parameter_group: [of('has other parameters', /^parameter/)],
  aws_s3_bucket_lifecycle_configuration: [of('expires other objects', /^rule(\.\d+)?\.filter/, 'data')],
  aws_scheduler_schedule: [
    of('starts something else, or at other times', /^(schedule_expression|target\.(\d+\.)?(arn|input))/),
  ],
  aws_sfn_state_machine: [
    of('takes other steps: read them', /^definition/, 'unseen'),
    of('writes less down, or elsewhere', /^logging_configuration\..*(level|destination)/),
  ],
};

/** The same of objects of Kubernetes, by settings that are called alike wherever they are. */
const OF_PODS: readonly Watch[] = [
  of('runs another image: read what is in it', /(^|\.)image$/, 'unseen'),
  of('is alive or ready by another check', /(^|\.)(liveness_probe|readiness_probe|startup_probe)(\.|$)/),
];
const WITH_PODS = /^(CronJob|DaemonSet|Deployment|Job|Rollout|StatefulSet)$/;

/** What watches, tells, tries or starts something, and is about something else than before. */
export const watchRule: RiskRule = ({ type, change }, fate) => {
  const { before, after } = change;
  if ((fate !== 'change' && fate !== 'replace') || !before || !after) return [];
  const isPods = WITH_PODS.test(kindOf(type) ?? '');
  const watches = isPods ? OF_PODS : (WATCHES[type] ?? []);
  if (watches.length === 0) return [];
  const all = isPods ? pairs(objectOf(before), objectOf(after)) : pairs(before, after);
  return watches.flatMap(({ settings, kind, what }) => {
    const other = all.filter((pair) => settings.test(pair.path.join('.')) && !isUnknown(change, pair.path));
    return other.length === 0 ? [] : [{ level: 'low', kind, what: `${what}: ${namesOf(other)} changed` }];
  });
};

/** Names of settings, each once, as far as a person reads on. */
function namesOf(all: readonly Pair[]): string {
  const names = [...new Set(all.map(({ path }) => namesIn(path).join('.')))];
  return `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${String(names.length - 3)} more` : ''}`;
}
