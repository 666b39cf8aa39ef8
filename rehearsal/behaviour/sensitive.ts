import type { Block } from '../schema/model';

/**
 * Attributes that the provider marks sensitive. The bindings leave that mark out, and it matters: Terraform
 * refuses a plain output, or a `for_each`, that shows a sensitive value.
 * Source: provider documentation of each type ("sensitive"), hashicorp/aws 6.
 */
const SENSITIVE: Readonly<Record<string, readonly string[]>> = {
  aws_cognito_user_pool_client: ['client_secret'],
  aws_db_instance: ['password'],
  aws_docdb_cluster: ['master_password'],
  aws_ecr_authorization_token: ['authorization_token', 'password'],
  aws_eks_cluster_auth: ['token'],
  aws_elasticache_replication_group: ['auth_token'],
  aws_elasticache_user: ['passwords'],
  aws_iam_access_key: ['secret', 'ses_smtp_password_v4'],
  aws_rds_cluster: ['master_password'],
  aws_redshift_cluster: ['master_password'],
  aws_secretsmanager_secret_version: ['secret_binary', 'secret_string'],
  aws_ssm_parameter: ['value'],
  kubernetes_secret: ['data', 'binary_data'],
  kubernetes_secret_v1: ['data', 'binary_data'],
};

/** The schema with the provider's sensitive attributes marked. Resources and data sources share their marks. */
export function withSensitivity(type: string, schema: Block): Block {
  const marked = SENSITIVE[type];
  if (!marked) return schema;
  return {
    ...schema,
    attributes: schema.attributes.map((attribute) =>
      marked.includes(attribute.name) ? { ...attribute, sensitive: true } : attribute,
    ),
  };
}
