import { finder, EVERYBODY, type Rule } from './rule';

/**
 * Types of resources in owners' stacks whose reach the rules of this folder understand. It is closed: any other could be a
 * way around all of them (a peering, a share, a function's permission).
 */
const UNDERSTOOD = new Set([
  'aws_cloudwatch_log_group',
  'aws_cloudwatch_metric_alarm',
  'aws_cognito_identity_provider',
  'aws_cognito_managed_user_pool_client',
  'aws_cognito_resource_server',
  'aws_cognito_user_pool_client',
  'aws_db_proxy',
  'aws_db_proxy_default_target_group',
  'aws_db_proxy_endpoint',
  'aws_db_proxy_target',
  'aws_db_subnet_group',
  'aws_eks_access_entry',
  'aws_eks_access_policy_association',
  'aws_eks_pod_identity_association',
  'aws_elasticache_user',
  'aws_elasticache_user_group_association',
  'aws_iam_policy',
  'aws_iam_policy_attachment',
  'aws_iam_role',
  'aws_iam_role_policy',
  'aws_iam_role_policy_attachment',
  'aws_kms_alias',
  'aws_kms_grant',
  'aws_kms_key',
  'aws_kms_key_policy',
  'aws_lambda_invocation',
  'aws_rds_cluster',
  'aws_rds_cluster_instance',
  'aws_route53_record',
  'aws_secretsmanager_secret',
  'aws_secretsmanager_secret_policy',
  'aws_security_group',
  'aws_security_group_rule',
  'aws_sqs_queue',
  'aws_sqs_queue_policy',
  'aws_ssm_parameter',
  'aws_vpc_security_group_egress_rule',
  'aws_vpc_security_group_ingress_rule',
  'helm_release',
]);

/** Parts of a resource by which Terraform computes it or runs something: what comes of them is not in the output. */
const COMPUTED = ['dynamic', 'for_each', 'forEach', 'count', 'provisioner', 'connection'];

const ADD =
  'Add the type to guarantees/isolation/references/vocabulary.ts, with a rule if it can name what is another’s';

/** Types of resources that nobody has thought about yet, and what only Terraform knows. Kinds of Kubernetes are `objects.ts`'s. */
export const vocabulary: Rule = ({ stack }) => {
  const found = finder('vocabulary', stack);
  const modules = stack.modules.map((name) =>
    found(
      `module.${name}`,
      EVERYBODY,
      'what a module makes is not in the output',
      'Make its resources in the stack itself',
    ),
  );
  const unread = stack.unread.map((section) =>
    found(
      section,
      EVERYBODY,
      `the section ${section} reads, changes or tells what no resource of the stack shows`,
      'Use resources and data sources only, and contracts to tell others',
    ),
  );
  const strange = stack.resources
    .filter(({ type }) => !UNDERSTOOD.has(type) && !type.startsWith('kubernetes_'))
    .map((resource) =>
      found(resource, EVERYBODY, `nobody has checked yet whom a ${resource.type} can reach`, ADD),
    );
  const all = [
    ...[...stack.resources, ...stack.dataSources].map(({ address, values }) => ({ address, values })),
    ...stack.objects.map(({ address, body }) => ({ address, values: body })),
  ];
  const computed = all.flatMap(({ address, values }) =>
    COMPUTED.filter((part) => values[part] !== undefined).map((part) =>
      found(
        address,
        EVERYBODY,
        `what it will be is not in the output (${part})`,
        'Write each block and each resource out',
      ),
    ),
  );
  return [...modules, ...unread, ...(stack.owner ? strange : []), ...computed];
};
