import { change, type Expected, type GoldenCase, object, one, setting } from './golden-case';

const it = (
  type: string,
  level: 'low' | 'high',
  kind: Expected[1],
  contains: string,
): readonly Expected[] => [[level, kind, `${type}.it`, contains]];

/** A setting that is weaker one way, and nobody's business the other way. */
const guard = (
  name: string,
  type: string,
  sides: readonly [object, object],
  found: readonly [level: 'low' | 'high', kind: Expected[1], contains: string],
  reversed: readonly Expected[] = [],
): GoldenCase => setting(name, type, sides as Parameters<typeof setting>[2], it(type, ...found), reversed);

/** A setting that is told whichever way it goes. */
const watch = (
  name: string,
  type: string,
  sides: readonly [object, object],
  contains: string,
  kind: Expected[1] = 'protection',
): GoldenCase => guard(name, type, sides, ['low', kind, contains], it(type, 'low', kind, contains));

const acl = (...rules: readonly object[]) => ({ name: 'a', default_action: { allow: {} }, rule: rules });
const rate = (limit: number, action: object = { block: {} }) => ({
  name: 'one-address',
  action,
  statement: { rate_based_statement: { aggregate_key_type: 'IP', limit } },
});
const risk = (action: string) => ({
  user_pool_id: 'p',
  compromised_credentials_risk_configuration: { actions: { event_action: action } },
});
const units = (unit: string) => ({ name: 'web', token_validity_units: [{ access_token: unit }] });
const table = (index: readonly string[], replicas: readonly string[]) => ({
  name: 'a',
  billing_mode: 'PAY_PER_REQUEST',
  hash_key: 'pk',
  global_secondary_index: index.map((name) => ({ name, hash_key: 'pk', projection_type: 'ALL' })),
  replica: replicas.map((region_name) => ({ region_name })),
});
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', namespace: 'n' } };
const AT = 'helm_release.chart: Deployment n/a';
const pod = (container: object, more: object = {}) => ({
  replicas: 3,
  template: { spec: { ...more, containers: [{ name: 'a', image: 'a:1', ...container }] } },
});
const role = (provider?: string) => ({
  name: 'r',
  assume_role_policy: '{"Version":"2012-10-17","Statement":[]}',
  ...(provider !== undefined && { provider }),
});
const providers = (alias: string) => [{ region: 'us-east-1' }, { alias, region: 'us-west-2' }];
const roleBy = (provider: string | undefined, alias = 'west') => ({
  ...one('aws_iam_role', role(provider)),
  provider: { aws: providers(alias) },
});
const ELSEWHERE = 'if that is another account or region, what is there stays and is made again';

/** What watches, filters, tries or starts something. */
export const WATCHES: readonly GoldenCase[] = [
  watch(
    'an alarm looks at another metric',
    'aws_cloudwatch_metric_alarm',
    [
      { alarm_name: 'a', metric_name: 'Errors', namespace: 'AWS/Lambda' },
      { alarm_name: 'a', metric_name: 'Invocations', namespace: 'AWS/Lambda' },
    ],
    'looks at something else: metric_name changed',
  ),
  watch(
    'an alarm of alarms is raised by other ones',
    'aws_cloudwatch_composite_alarm',
    [
      { alarm_name: 'a', alarm_rule: 'ALARM("x") OR ALARM("y")' },
      { alarm_name: 'a', alarm_rule: 'ALARM("x") AND ALARM("y")' },
    ],
    'is raised by other alarms: alarm_rule changed',
  ),
  watch(
    'a filter counts other lines',
    'aws_cloudwatch_log_metric_filter',
    [
      { name: 'a', log_group_name: 'g', pattern: '{ $.status >= 500 }' },
      { name: 'a', log_group_name: 'g', pattern: '{ $.status >= 600 }' },
    ],
    'counts something else: pattern changed',
  ),
  watch(
    'a rule starts less often',
    'aws_cloudwatch_event_rule',
    [
      { name: 'a', schedule_expression: 'rate(1 minute)' },
      { name: 'a', schedule_expression: 'rate(1 day)' },
    ],
    'starts at other times, or for other events: schedule_expression changed',
  ),
  watch(
    'what a rule cannot hand on is lost',
    'aws_cloudwatch_event_target',
    [
      { rule: 'a', arn: 'f', dead_letter_config: { arn: 'q' } },
      { rule: 'a', arn: 'f' },
    ],
    'what it cannot hand on goes elsewhere: dead_letter_config.arn changed',
  ),
  watch(
    'restores are tried of something else',
    'aws_backup_restore_testing_selection',
    [
      { name: 'a', protected_resource_arns: ['*'] },
      { name: 'a', protected_resource_arns: ['arn:aws:rds:us-east-1:111111111111:cluster:a'] },
    ],
    'tries to restore something else',
  ),
  watch(
    'an onboarding takes other steps',
    'aws_sfn_state_machine',
    [
      { name: 'a', role_arn: 'r', definition: '{"StartAt":"Approve"}' },
      { name: 'a', role_arn: 'r', definition: '{"StartAt":"Build"}' },
    ],
    'takes other steps: read them: definition',
    'unseen',
  ),
  watch(
    'a function is set up in another way',
    'aws_lambda_function',
    [
      { function_name: 'a', role: 'r', environment: { variables: { TTL: '60' } } },
      { function_name: 'a', role: 'r', environment: { variables: { TTL: '6000' } } },
    ],
    'is set up in another way: environment changed',
    'unseen',
  ),
  setting(
    'what runs by the clock acts as another role',
    'aws_scheduler_schedule',
    [
      { name: 'a', target: { arn: 't', role_arn: 'r' } },
      { name: 'a', target: { arn: 't', role_arn: 'admin' } },
    ],
    it('aws_scheduler_schedule', 'high', 'identity', 'role_arn is admin, and no longer r'),
    it('aws_scheduler_schedule', 'high', 'identity', 'role_arn is r, and no longer admin'),
  ),
  watch(
    'a listener sends requests to other targets',
    'aws_lb_listener',
    [
      { port: 443, default_action: [{ type: 'forward', target_group_arn: 'a' }] },
      { port: 443, default_action: [{ type: 'forward', target_group_arn: 'b' }] },
    ],
    'sends requests elsewhere',
    'network',
  ),
  watch(
    'a name leads to another load balancer',
    'aws_route53_record',
    [
      { name: 'a', type: 'A', alias: { name: 'one', zone_id: 'z' } },
      { name: 'a', type: 'A', alias: { name: 'two', zone_id: 'z' } },
    ],
    'leads elsewhere',
    'network',
  ),
  watch(
    'others expire',
    'aws_s3_bucket_lifecycle_configuration',
    [
      {
        bucket: 'b',
        rule: [{ id: 'a', status: 'Enabled', filter: { prefix: 'tmp/' }, expiration: { days: 9 } }],
      },
      {
        bucket: 'b',
        rule: [{ id: 'a', status: 'Enabled', filter: { prefix: '' }, expiration: { days: 9 } }],
      },
    ],
    'expires other objects: rule.filter.prefix changed',
    'data',
  ),
  watch(
    'nodes take other pods',
    'aws_eks_node_group',
    [
      { node_group_name: 'a', taint: [{ key: 'CriticalAddonsOnly', effect: 'NO_SCHEDULE' }] },
      { node_group_name: 'a' },
    ],
    'takes other pods: taint',
    'isolation',
  ),
  guard(
    'a firewall lets more through in the same time',
    'aws_wafv2_web_acl',
    [acl(rate(3000)), acl(rate(30000))],
    ['high', 'protection', 'rule one-address lets more through: limit goes from 3000 to 30000'],
  ),
  watch(
    'a rule of a firewall is about other requests',
    'aws_wafv2_web_acl',
    [acl(rate(3000)), acl({ ...rate(3000), statement: { geo_match_statement: { country_codes: ['XX'] } } })],
    'rule one-address is about other requests',
  ),
  guard(
    'a copy of a table cannot be restored to a moment',
    'aws_dynamodb_table',
    [
      { ...table([], []), replica: [{ region_name: 'us-west-2', point_in_time_recovery: true }] },
      { ...table([], []), replica: [{ region_name: 'us-west-2', point_in_time_recovery: false }] },
    ],
    ['high', 'protection', 'replica.point_in_time_recovery goes from true to false'],
  ),
  guard(
    'a firewall only counts',
    'aws_wafv2_web_acl',
    [acl(rate(3000)), acl(rate(3000, { count: {} }))],
    ['high', 'protection', 'rule one-address: action goes from block to count'],
  ),
  guard(
    'a firewall loses a rule',
    'aws_wafv2_web_acl',
    [acl(rate(3000)), acl()],
    ['high', 'protection', 'no longer has the rule one-address'],
  ),
  guard(
    'a firewall lets through what no rule is about',
    'aws_wafv2_web_acl',
    [
      { name: 'a', default_action: { block: {} } },
      { name: 'a', default_action: { allow: {} } },
    ],
    ['high', 'protection', 'lets through what no rule is about'],
  ),
  guard(
    'stolen passwords are let through',
    'aws_cognito_risk_configuration',
    [risk('BLOCK'), risk('NO_ACTION')],
    ['high', 'identity', 'actions.event_action goes from BLOCK to NO_ACTION'],
  ),
  guard(
    'the number of minutes is one of hours',
    'aws_cognito_user_pool_client',
    [units('minutes'), units('hours')],
    ['low', 'identity', 'token_validity_units.access_token goes from minutes to hours'],
  ),
  guard(
    'how long sign-ins last is left to the service',
    'aws_cognito_user_pool_client',
    [{ name: 'web', refresh_token_validity: 12 }, { name: 'web' }],
    ['low', 'identity', 'refresh_token_validity goes from 12 to unset'],
  ),
  guard(
    'an API server that says nothing of it is public',
    'aws_eks_cluster',
    [
      { name: 'a', vpc_config: { endpoint_public_access: false, endpoint_private_access: true } },
      { name: 'a', vpc_config: { endpoint_private_access: true } },
    ],
    ['high', 'network', 'endpoint_public_access becomes true'],
  ),
  guard(
    'a map in the cluster says who may come in',
    'aws_eks_cluster',
    [
      { name: 'a', access_config: { authentication_mode: 'API' } },
      { name: 'a', access_config: { authentication_mode: 'API_AND_CONFIG_MAP' } },
    ],
    ['high', 'identity', 'access_config.authentication_mode goes from API to API_AND_CONFIG_MAP'],
  ),
  guard(
    'backups that nobody says anything of go with the cluster',
    'aws_rds_cluster',
    [{ cluster_identifier: 'a', delete_automated_backups: false }, { cluster_identifier: 'a' }],
    ['high', 'protection', 'delete_automated_backups goes from false to unset'],
  ),
  guard(
    'a cache asks nobody who they are',
    'aws_elasticache_replication_group',
    [{ replication_group_id: 'a', user_group_ids: ['g'] }, { replication_group_id: 'a' }],
    ['high', 'protection', 'lets in users of another group, or anybody: without g'],
  ),
  guard(
    'a user who could not sign in may',
    'aws_elasticache_user',
    [
      { user_id: 'nobody', access_string: 'off -@all' },
      { user_id: 'nobody', access_string: 'on -@all' },
    ],
    ['high', 'identity', 'a user of the cache may sign in, and could not'],
  ),
  guard(
    'an event bus has the service’s own key',
    'aws_cloudwatch_event_bus',
    [{ name: 'a', kms_key_identifier: 'k' }, { name: 'a' }],
    ['high', 'encryption', 'kms_key_identifier goes from k to unset'],
  ),
  guard(
    'a table has no copy in the other region',
    'aws_dynamodb_table',
    [table([], ['us-west-2', 'eu-west-1']), table([], ['us-west-2'])],
    ['high', 'data', 'its copy of the items in eu-west-1 is destroyed'],
  ),
  guard(
    'a table has an index no more',
    'aws_dynamodb_table',
    [table(['by-cell', 'by-shard'], []), table(['by-shard'], [])],
    ['high', 'removed', 'its index by-cell is destroyed'],
  ),
  change(
    'a role goes to another account',
    roleBy('aws.west'),
    roleBy(undefined),
    it('aws_iam_role', 'high', 'state', `by provider aws, and no longer by aws.west: ${ELSEWHERE}`),
    it('aws_iam_role', 'high', 'state', `by provider aws.west, and no longer by aws: ${ELSEWHERE}`),
  ),
  change(
    'a provider has another name',
    roleBy('aws.west'),
    roleBy('aws.far', 'far'),
    [['low', 'removed', 'provider.aws.west', 'is destroyed']],
    [['low', 'removed', 'provider.aws.far', 'is destroyed']],
  ),
  object(
    'pods keep what they gave up',
    DEPLOYMENT,
    [pod({ securityContext: { capabilities: { drop: ['ALL'] } } }), pod({})],
    [['high', 'protection', AT, 'its pods keep ALL, which they gave up before']],
    [],
  ),
  object(
    'pods may call all of the kernel',
    DEPLOYMENT,
    [
      pod({}, { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }),
      pod({}, { securityContext: { seccompProfile: { type: 'Unconfined' } } }),
    ],
    [['high', 'protection', AT, 'its pods may call all of the kernel']],
    [],
  ),
  object(
    'pods act as somebody else',
    DEPLOYMENT,
    [pod({}, { serviceAccountName: 'a' }), pod({}, { serviceAccountName: 'b' })],
    [['high', 'identity', AT, 'its pods act as b, and no longer as a']],
    [['high', 'identity', AT, 'its pods act as a, and no longer as b']],
  ),
  object(
    'pods run another image',
    DEPLOYMENT,
    [pod({}), pod({ image: 'a:2' })],
    [['low', 'unseen', AT, 'runs another image']],
    [['low', 'unseen', AT, 'runs another image']],
  ),
  object(
    'there are fewer pods',
    DEPLOYMENT,
    [pod({}), { ...pod({}), replicas: 1 }],
    [['low', 'protection', AT, 'spec.replicas goes from 3 to 1']],
    [],
  ),
  object(
    'pods are ready by nothing',
    DEPLOYMENT,
    [pod({ readinessProbe: { httpGet: { path: '/ready' } } }), pod({})],
    [['low', 'protection', AT, 'is alive or ready by another check']],
    [['low', 'protection', AT, 'is alive or ready by another check']],
  ),
  setting(
    'a namespace is taken for another tier’s',
    'kubernetes_namespace_v1',
    [
      { metadata: { name: 'n', labels: { 'bulkhead/tier': 'starter' } } },
      { metadata: { name: 'n', labels: { 'bulkhead/tier': 'enterprise' } } },
    ],
    it('kubernetes_namespace_v1', 'high', 'isolation', 'bulkhead/tier goes from starter to enterprise'),
    it('kubernetes_namespace_v1', 'high', 'isolation', 'bulkhead/tier goes from enterprise to starter'),
  ),
];
