import type { TypeBehaviour } from './behaviour';

const from = (file: string): string => `hashicorp/terraform-provider-aws, internal/service/${file}.go`;

/** Identity, clusters, functions, queues, logs and delivery. */
export const AWS_COMPUTE: Readonly<Record<string, TypeBehaviour>> = {
  aws_iam_role: {
    source: from('iam/role'),
    id: '{name}',
    arn: 'arn:{partition}:iam::{account}:role/{name}',
    values: { unique_id: 'AROA{HEX:17}' },
    unique: {
      attributes: ['name'],
      error: 'EntityAlreadyExists: Role with this name already exists.',
      within: 'account',
    },
  },
  aws_iam_policy: {
    source: from('iam/policy'),
    id: '{arn}',
    arn: 'arn:{partition}:iam::{account}:policy/{name}',
    values: { policy_id: 'ANPA{HEX:17}', attachment_count: 0 },
    unique: {
      attributes: ['name'],
      error: 'EntityAlreadyExists: A policy with this name already exists.',
      within: 'account',
    },
  },
  aws_iam_role_policy: {
    source: from('iam/role_policy'),
    id: '{role}:{name}',
  },
  aws_iam_role_policy_attachment: {
    source: from('iam/role_policy_attachment'),
    id: '{role}-{digits:26}',
  },
  aws_iam_instance_profile: {
    source: from('iam/instance_profile'),
    id: '{name}',
    arn: 'arn:{partition}:iam::{account}:instance-profile/{name}',
    values: { unique_id: 'AIPA{HEX:17}' },
  },
  aws_iam_openid_connect_provider: {
    source: from('iam/openid_connect_provider'),
    id: '{arn}',
    arn: 'arn:{partition}:iam::{account}:oidc-provider/oidc.eks.{region}.amazonaws.com/id/{HEX:32}',
  },
  aws_eks_cluster: {
    source: from('eks/cluster'),
    id: '{name}',
    arn: 'arn:{partition}:eks:{region}:{account}:cluster/{name}',
    values: {
      certificate_authority: [{ data: '{base64:certificate}' }],
      endpoint: 'https://{HEX:32}.gr7.{region}.eks.amazonaws.com',
      identity: [{ oidc: [{ issuer: 'https://oidc.eks.{region}.amazonaws.com/id/{HEX:32}' }] }],
      platform_version: 'eks.1',
      version: '1.33',
      'vpc_config.cluster_security_group_id': 'sg-{hex:17}',
      'vpc_config.vpc_id': 'vpc-{hex:17}',
      'vpc_config.public_access_cidrs': ['0.0.0.0/0'],
      'kubernetes_network_config.service_ipv4_cidr': '172.20.0.0/16',
      'kubernetes_network_config.ip_family': 'ipv4',
      'access_config.authentication_mode': 'API',
      'upgrade_policy.support_type': 'EXTENDED',
    },
    unique: { attributes: ['name'], error: 'ResourceInUseException: Cluster already exists with this name' },
    refusesDelete: ({ deletion_protection: on }) =>
      on === true
        ? 'InvalidRequestException: Cannot delete cluster because deletion protection is enabled'
        : undefined,
  },
  aws_eks_addon: {
    source: from('eks/addon'),
    id: '{cluster_name}:{addon_name}',
    arn: 'arn:{partition}:eks:{region}:{account}:addon/{cluster_name}/{addon_name}/{uuid}',
    values: { addon_version: 'v1.0.0-eksbuild.1' },
    unique: {
      attributes: ['cluster_name', 'addon_name'],
      error: 'ResourceInUseException: Addon already exists.',
    },
  },
  aws_eks_node_group: {
    source: from('eks/node_group'),
    id: '{cluster_name}:{node_group_name}',
    arn: 'arn:{partition}:eks:{region}:{account}:nodegroup/{cluster_name}/{node_group_name}/{uuid}',
    values: {
      node_group_name: '{node_group_name_prefix}{digits:20}',
      resources: [
        {
          autoscaling_groups: [{ name: 'eks-{node_group_name}-{uuid}' }],
          remote_access_security_group_id: '',
        },
      ],
      version: '1.33',
      release_version: '1.33.0-20240101',
    },
    unique: {
      attributes: ['cluster_name', 'node_group_name'],
      error: 'ResourceInUseException: NodeGroup already exists',
    },
  },
  aws_eks_access_entry: {
    source: from('eks/access_entry'),
    id: '{cluster_name}:{principal_arn}',
    values: {
      access_entry_arn:
        'arn:{partition}:eks:{region}:{account}:access-entry/{cluster_name}/role/{account}/{hex:12}/{uuid}',
      user_name: '{principal_arn}',
    },
    unique: {
      attributes: ['cluster_name', 'principal_arn'],
      error: 'ResourceInUseException: The specified access entry resource is already in use on this cluster.',
    },
  },
  aws_eks_access_policy_association: {
    source: from('eks/access_policy_association'),
    id: '{cluster_name}#{principal_arn}#{policy_arn}',
  },
  aws_eks_pod_identity_association: {
    source: from('eks/pod_identity_association'),
    id: '{association_id}',
    values: {
      association_id: 'a-{hex:17}',
      association_arn:
        'arn:{partition}:eks:{region}:{account}:podidentityassociation/{cluster_name}/{association_id}',
    },
    unique: {
      attributes: ['cluster_name', 'namespace', 'service_account'],
      error: 'ResourceInUseException: Association already exists',
    },
  },
  aws_cognito_user_pool: {
    source: from('cognitoidp/user_pool'),
    id: '{region}_{HEX:9}',
    arn: 'arn:{partition}:cognito-idp:{region}:{account}:userpool/{id}',
    values: { endpoint: 'cognito-idp.{region}.amazonaws.com/{id}' },
    refusesDelete: ({ deletion_protection: on }) =>
      on === 'ACTIVE'
        ? 'InvalidParameterException: The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.'
        : undefined,
  },
  aws_cognito_user_pool_client: {
    source: from('cognitoidp/user_pool_client'),
    id: '{hex:26}',
    values: { client_secret: '' },
  },
  aws_cognito_user_pool_domain: {
    source: from('cognitoidp/user_pool_domain'),
    id: '{domain}',
    values: {
      cloudfront_distribution: '{hex:14}.cloudfront.net',
      cloudfront_distribution_arn: '{hex:14}.cloudfront.net',
      // The one zone of all distributions: "AliasTarget", Amazon Route 53 API reference.
      cloudfront_distribution_zone_id: 'Z2FDTNDATAQYW2',
    },
    unique: { attributes: ['domain'], error: 'InvalidParameterException: Domain already exists.' },
  },
  aws_cognito_resource_server: {
    source: from('cognitoidp/resource_server'),
    id: '{user_pool_id}|{identifier}',
  },
  aws_lambda_function: {
    source: from('lambda/function'),
    id: '{function_name}',
    arn: 'arn:{partition}:lambda:{region}:{account}:function:{function_name}',
    values: {
      invoke_arn: 'arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations',
      qualified_arn: '{arn}:$LATEST',
      version: '$LATEST',
      architectures: ['x86_64'],
    },
    unique: { attributes: ['function_name'], error: 'ResourceConflictException: Function already exist' },
  },
  aws_lambda_permission: {
    source: from('lambda/permission'),
    id: '{statement_id}',
  },
  aws_sqs_queue: {
    source: from('sqs/queue'),
    id: '{url}',
    arn: 'arn:{partition}:sqs:{region}:{account}:{name}',
    values: { url: 'https://sqs.{region}.amazonaws.com/{account}/{name}' },
    unique: {
      attributes: ['name'],
      error:
        'QueueAlreadyExists: A queue already exists with the same name and a different value for an attribute',
    },
  },
  aws_sfn_state_machine: {
    source: from('sfn/state_machine'),
    id: '{arn}',
    arn: 'arn:{partition}:states:{region}:{account}:stateMachine:{name}',
    values: { status: 'ACTIVE', revision_id: '{uuid}', state_machine_version_arn: '' },
    unique: { attributes: ['name'], error: 'StateMachineAlreadyExists: State Machine Already Exists' },
  },
  aws_sns_topic: {
    source: from('sns/topic'),
    id: '{arn}',
    arn: 'arn:{partition}:sns:{region}:{account}:{name}',
    values: { owner: '{account}' },
  },
  aws_sns_topic_subscription: {
    source: from('sns/topic_subscription'),
    id: '{arn}',
    arn: '{topic_arn}:{uuid}',
  },
  aws_cloudwatch_event_bus: {
    source: from('events/bus'),
    id: '{name}',
    arn: 'arn:{partition}:events:{region}:{account}:event-bus/{name}',
    unique: { attributes: ['name'], error: 'ResourceAlreadyExistsException: Event bus already exists.' },
  },
  aws_cloudwatch_event_bus_policy: { source: from('events/bus_policy'), id: '{event_bus_name}' },
  aws_cloudwatch_event_rule: {
    source: from('events/rule'),
    id: '{name}',
    arn: 'arn:{partition}:events:{region}:{account}:rule/{name}',
  },
  aws_cloudwatch_event_target: {
    source: from('events/target'),
    id: '{rule}-{target_id}',
    values: { target_id: 'terraform-{digits:26}' },
  },
  aws_cloudwatch_log_group: {
    source: from('logs/group'),
    id: '{name}',
    arn: 'arn:{partition}:logs:{region}:{account}:log-group:{name}',
    unique: {
      attributes: ['name'],
      error: 'ResourceAlreadyExistsException: The specified log group already exists',
    },
  },
  aws_cloudwatch_metric_alarm: {
    source: from('cloudwatch/metric_alarm'),
    id: '{alarm_name}',
    arn: 'arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarm_name}',
  },
  aws_cloudwatch_composite_alarm: {
    source: from('cloudwatch/composite_alarm'),
    id: '{alarm_name}',
    arn: 'arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarm_name}',
  },
  aws_cloudwatch_dashboard: {
    source: from('cloudwatch/dashboard'),
    id: '{dashboard_name}',
    values: { dashboard_arn: 'arn:{partition}:cloudwatch::{account}:dashboard/{dashboard_name}' },
  },
  aws_prometheus_workspace: {
    source: from('amp/workspace'),
    id: 'ws-{uuid}',
    arn: 'arn:{partition}:aps:{region}:{account}:workspace/{id}',
    values: { prometheus_endpoint: 'https://aps-workspaces.{region}.amazonaws.com/workspaces/{id}/' },
  },
  aws_kinesis_firehose_delivery_stream: {
    source: from('firehose/delivery_stream'),
    id: '{arn}',
    arn: 'arn:{partition}:firehose:{region}:{account}:deliverystream/{name}',
    values: { destination_id: 'destinationId-000000000001', version_id: '1' },
  },
  aws_codepipeline: {
    source: from('codepipeline/codepipeline'),
    id: '{name}',
    arn: 'arn:{partition}:codepipeline:{region}:{account}:{name}',
  },
  aws_codebuild_project: {
    source: from('codebuild/project'),
    id: '{arn}',
    arn: 'arn:{partition}:codebuild:{region}:{account}:project/{name}',
  },
  aws_codestarconnections_connection: {
    source: from('codestarconnections/connection'),
    id: '{arn}',
    arn: 'arn:{partition}:codestar-connections:{region}:{account}:connection/{uuid}',
    values: { connection_status: 'PENDING' },
  },
  aws_scheduler_schedule: {
    source: from('scheduler/schedule'),
    id: '{group_name}/{name}',
    arn: 'arn:{partition}:scheduler:{region}:{account}:schedule/{group_name}/{name}',
    values: { group_name: 'default' },
  },
  aws_scheduler_schedule_group: {
    source: from('scheduler/schedule_group'),
    id: '{name}',
    arn: 'arn:{partition}:scheduler:{region}:{account}:schedule-group/{name}',
  },
  aws_fis_experiment_template: { source: from('fis/experiment_template'), id: 'EXT{HEX:17}' },
  aws_athena_workgroup: {
    source: from('athena/workgroup'),
    id: '{name}',
    arn: 'arn:{partition}:athena:{region}:{account}:workgroup/{name}',
  },
  aws_glue_catalog_database: {
    source: from('glue/catalog_database'),
    id: '{account}:{name}',
    arn: 'arn:{partition}:glue:{region}:{account}:database/{name}',
    values: { catalog_id: '{account}' },
  },
  aws_glue_catalog_table: {
    source: from('glue/catalog_table'),
    id: '{account}:{database_name}:{name}',
    arn: 'arn:{partition}:glue:{region}:{account}:table/{database_name}/{name}',
    values: { catalog_id: '{account}' },
  },
};
