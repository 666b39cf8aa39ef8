import type { RiskRule } from './rule';

/** Types whose end loses something that no deployment brings back, and what that is. */
export const STATEFUL: Readonly<Record<string, string>> = {
  aws_backup_vault: 'its recovery points',
  aws_cloudwatch_log_group: 'its log',
  aws_cognito_identity_provider: 'the sign-in of all its users',
  aws_cognito_user_pool: 'all its users',
  aws_cognito_user_pool_client: 'its id and secret, which clients keep',
  aws_db_instance: 'its data',
  aws_dynamodb_table: 'its items',
  aws_dynamodb_table_replica: 'its copy of the items',
  aws_ebs_volume: 'its data',
  aws_ecr_repository: 'its images',
  aws_efs_file_system: 'its files',
  aws_eks_cluster: 'everything in the cluster',
  aws_elasticache_cluster: 'what it holds',
  aws_elasticache_replication_group: 'what it holds',
  aws_elasticache_serverless_cache: 'what it holds',
  aws_glue_catalog_table: 'its partitions',
  aws_kinesis_stream: 'its records',
  aws_kms_key: 'everything it encrypts',
  aws_kms_replica_key: 'everything it encrypts',
  aws_opensearch_domain: 'its indices',
  aws_prometheus_workspace: 'its metrics',
  aws_rds_cluster: 'its data',
  aws_rds_global_cluster: 'the link between its clusters',
  aws_route53_zone: 'its records and name servers',
  aws_s3_bucket: 'its objects',
  aws_secretsmanager_secret: 'its value',
  aws_sqs_queue: 'its messages',
  aws_vpc: 'the network of everything in it',
  kubernetes_namespace: 'everything in the namespace',
  kubernetes_namespace_v1: 'everything in the namespace',
  kubernetes_persistent_volume_claim: 'its data',
  kubernetes_persistent_volume_claim_v1: 'its data',
};

/** Things that are no more, or are others. A resource that Terraform only forgets goes on, and costs, without it. */
export const dataRule: RiskRule = ({ type, change }, fate) => {
  if (fate === 'forget') {
    return [{ level: 'low', kind: 'removed', what: 'is forgotten by Terraform, and stays as it is' }];
  }
  if (fate !== 'destroy' && fate !== 'replace') return [];
  const done = fate === 'destroy' ? 'destroyed' : 'replaced';
  const lost = STATEFUL[type];
  const finding =
    lost === undefined
      ? ({ level: 'low', kind: 'removed', what: `is ${done}` } as const)
      : ({ level: 'high', kind: 'data', what: `is ${done}, and with it ${lost}` } as const);
  const skipsSnapshot = lost !== undefined && change.before?.['skip_final_snapshot'] === true;
  return [skipsSnapshot ? { ...finding, what: `${finding.what}; no final snapshot is taken` } : finding];
};

/** Types that decide what is deployed from now on, by whom and after which checks. */
const DELIVERS: readonly string[] = ['aws_codebuild_project', 'aws_codepipeline'];

/** A change of what delivers is a change of everything that it will deliver. */
export const deliveryRule: RiskRule = ({ type }, fate) =>
  fate !== 'none' && DELIVERS.includes(type)
    ? [
        {
          level: 'high',
          kind: 'delivery',
          what: `${FATES[fate]}: it decides what is deployed from now on`,
        },
      ]
    : [];

const FATES = {
  create: 'is new',
  change: 'changes',
  replace: 'is replaced',
  destroy: 'is destroyed',
  forget: 'is forgotten',
} as const;

/** What is in a chart or a program, a plan does not tell. */
export const unseenRule: RiskRule = ({ type }, fate) =>
  type === 'helm_release' && fate === 'change'
    ? [
        {
          level: 'low',
          kind: 'unseen',
          what: 'changes in ways that a plan does not tell: read the objects of its chart',
        },
      ]
    : [];
