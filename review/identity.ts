import { canonical } from './canonical';
import type { Values } from './plan';
import type { Owner } from './report';
import { block, blocks } from './values';

/**
 * Attributes that alone tell things of a type apart in an account and region. What has its name within something else only (a
 * role's policy, a VPC's security group), or may have that of another one (a zone, a user pool), is not here.
 */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  alarm_name: ['aws_cloudwatch_composite_alarm', 'aws_cloudwatch_metric_alarm'],
  bucket: ['aws_s3_bucket'],
  cluster_id: ['aws_elasticache_cluster'],
  cluster_identifier: ['aws_rds_cluster'],
  creation_token: ['aws_efs_file_system'],
  domain: ['aws_cognito_user_pool_domain'],
  domain_name: ['aws_opensearch_domain'],
  function_name: ['aws_lambda_function'],
  global_cluster_identifier: ['aws_rds_global_cluster'],
  identifier: ['aws_db_instance', 'aws_rds_cluster_instance'],
  name: [
    ...['aws_backup_vault', 'aws_cloudwatch_event_bus', 'aws_cloudwatch_log_group', 'aws_codebuild_project'],
    ...['aws_codepipeline', 'aws_db_parameter_group', 'aws_db_proxy', 'aws_db_subnet_group'],
    ...['aws_dynamodb_table', 'aws_ecr_repository', 'aws_eks_cluster', 'aws_elasticache_parameter_group'],
    ...['aws_elasticache_serverless_cache', 'aws_elasticache_subnet_group', 'aws_glue_catalog_database'],
    ...['aws_iam_instance_profile', 'aws_iam_policy', 'aws_iam_role', 'aws_iam_user'],
    ...['aws_kinesis_firehose_delivery_stream', 'aws_kinesis_stream', 'aws_kms_alias', 'aws_launch_template'],
    ...['aws_lb', 'aws_lb_target_group', 'aws_rds_cluster_parameter_group', 'aws_scheduler_schedule_group'],
    ...['aws_secretsmanager_secret', 'aws_sfn_state_machine', 'aws_sns_topic', 'aws_sqs_queue'],
    'aws_ssm_parameter',
  ],
  replication_group_id: ['aws_elasticache_replication_group'],
};

const NAME_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES).flatMap(([name, types]) => types.map((type) => [type, name] as const)),
);

/** The name by which a thing is told from all others of its type in its place; undefined unless the configuration says it. */
export function nameOf(type: string, values: Values): string | undefined {
  const attribute = NAME_OF.get(type);
  if (attribute !== undefined) return literal(values[attribute]);
  const named = type.startsWith('kubernetes_') ? block(values['metadata']) : values;
  if (named === values && type !== 'helm_release') return undefined;
  const [name, namespace] = [literal(named['name']), literal(named['namespace'] ?? '')];
  return name === undefined || namespace === undefined ? undefined : `${namespace}/${name}`;
}

/** What is known before an apply. */
const literal = (value: unknown): string | undefined =>
  typeof value === 'string' && !value.includes('${') ? value : undefined;

/** Types of which an account has one of a name, whichever region it is asked for in. */
const GLOBAL = /^aws_(iam_|s3_bucket$)/;

/** Where a name means one thing: an account and region; of what is in a cluster, the cell. */
export function placeOf(
  type: string,
  values: Values,
  providers: Values,
  { cell }: Pick<Owner, 'cell'>,
): string {
  if (!type.startsWith('aws_')) return canonical([cell]);
  const alias = /^aws\.(.+)$/.exec(literal(values['provider']) ?? '')?.[1];
  const aws = blocks(providers['aws']).find((provider) => provider['alias'] === alias) ?? {};
  const role = literal(block(aws['assume_role'])['role_arn']);
  const account = aws['allowed_account_ids'] ?? role?.split(':')[4];
  return canonical(GLOBAL.test(type) ? { account } : { account, region: values['region'] ?? aws['region'] });
}
