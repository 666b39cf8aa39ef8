import { Testing, type TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { Cell, Platform } from '../../../config/platform';
import type { Statement } from '../../../constructs/access/statement';
import { SELECTIVE } from '../../../constructs/core/contract';
import { historyDatabase } from '../../../constructs/gateway/history-table';
import { SHARED } from '../../../constructs/core/tags';
import { AddonsStack } from '../../../stacks/addons';
import { CacheStack } from '../../../stacks/cache';
import { CellDeliveryStack } from '../../../stacks/cell-delivery';
import { ClusterStack } from '../../../stacks/cluster';
import { CELL_GROUPS, PLATFORM_GROUPS } from '../../../stacks/deployer-permissions';
import { DataStack } from '../../../stacks/data';
import { DataShardStack } from '../../../stacks/data-shard';
import { DeliveryStack } from '../../../stacks/delivery';
import { GatewayStack } from '../../../stacks/gateway';
import { IdentityStack } from '../../../stacks/identity';
import { NetworkStack } from '../../../stacks/network';
import { OnboardingStack } from '../../../stacks/onboarding';
import { boundaryStatements } from '../../../stacks/permissions/boundary';
import { homeBoundaryStatements } from '../../../stacks/permissions/home-boundary';
import { RegistryStack } from '../../../stacks/registry';
import { shardsOf } from '../../../stacks/shards';
import { TenantStack } from '../../../stacks/tenant';
import { TierStack } from '../../../stacks/tier';
import { allows, type Request } from '../../support/iam';
import { synthStack, type Synthesized, type SynthesizedStack } from '../../support/synth';
import { HOME, testPlatform, USE1A } from '../fixture';

/** Deployers against the stacks they deploy: what a stack holds, its deployer may create. */

const ACME = {
  id: 'acme',
  name: 'Acme',
  tier: 'enterprise',
  cell: 'use1a',
  contact: 'it@acme.example',
  nodePool: 'own',
  federation: { saml: { metadataUrl: 'https://idp.acme.example/metadata' } },
};
const platform = testPlatform({ dns: { domain: 'example.com' } }, [ACME]);
const cellOf = ({ cells }: Platform): Cell => {
  const cell = cells.find(({ id }) => id === USE1A.cell);
  if (!cell) throw new Error('the test platform has no cell use1a');
  return cell;
};

const synthesized = (build: (app: Construct) => TerraformStack): SynthesizedStack =>
  synthStack(build(Testing.app({ context: { [SELECTIVE]: true } })));

const CELL_STACKS: Readonly<Record<string, SynthesizedStack>> = {
  network: synthesized((app) => new NetworkStack(app, { platform, cell: cellOf(platform) })),
  cluster: synthesized((app) => new ClusterStack(app, { platform, cell: cellOf(platform) })),
  delivery: synthesized((app) => new CellDeliveryStack(app, { platform, cell: cellOf(platform) })),
  addons: synthesized((app) => new AddonsStack(app, { platform, cell: cellOf(platform) })),
  data: synthesized((app) => new DataStack(app, { platform, cell: cellOf(platform) })),
  'data-shard': synthesized((app) => {
    const cell = cellOf(platform);
    const [shard] = shardsOf(platform, cell);
    if (!shard) throw new Error('the test platform has no shard');
    return new DataShardStack(app, { platform, cell, shard });
  }),
  cache: synthesized((app) => new CacheStack(app, { platform, cell: cellOf(platform) })),
  identity: synthesized((app) => new IdentityStack(app, { platform, cell: cellOf(platform) })),
  gateway: synthesized((app) => new GatewayStack(app, { platform, cell: cellOf(platform) })),
  tier: synthesized((app) => {
    const operators = { ...cellOf(platform).operators, starter: ['arn:aws:iam::222222222222:role/on-call'] };
    return new TierStack(app, { platform, cell: { ...cellOf(platform), operators }, tier: 'starter' });
  }),
  tenant: synthesized((app) => {
    const [tenant] = platform.tenants;
    if (!tenant) throw new Error('the test platform has no tenant');
    return new TenantStack(app, { platform, cell: cellOf(platform), tenant });
  }),
};
const withWindow = testPlatform({ dns: { domain: 'example.com' } }, [
  { ...ACME, maintenanceWindow: { day: 'sun', hourUtc: 8 } },
]);
const withCaller: Platform = {
  ...platform,
  onboarding: { callers: ['arn:aws:iam::111111111111:role/sign-up'] },
};
const homeDelivery = synthesized((app) => new DeliveryStack(app, { platform: withWindow }));
const HOME_STACKS: Readonly<Record<string, SynthesizedStack>> = {
  registry: synthesized((app) => new RegistryStack(app, { platform })),
  delivery: homeDelivery,
  onboarding: synthesized((app) => new OnboardingStack(app, { platform: withCaller })),
};

/** Groups of the platform and of cells have the same names. */
const PLATFORMS = "the platform's ";
const STACKS: Readonly<Record<string, SynthesizedStack>> = {
  ...CELL_STACKS,
  ...Object.fromEntries(Object.entries(HOME_STACKS).map(([group, stack]) => [`${PLATFORMS}${group}`, stack])),
};

const permissionsOf = (group: string): readonly Statement[] =>
  (group.startsWith(PLATFORMS)
    ? PLATFORM_GROUPS[group.slice(PLATFORMS.length)]?.(HOME, platform)
    : CELL_GROUPS[group]?.(USE1A, platform)) ?? [];

/** What creating a resource asks of AWS. `null` for resources that are part of another, or not in AWS. */
type Creation =
  | ((
      resource: Synthesized,
      at: (service: string, name: string) => string,
    ) => Pick<Request, 'action' | 'resource'>)
  | null;

const text = (resource: Synthesized, attribute: string): string => String(resource[attribute]);

/** Group of a schedule. A reference is to the platform's own. */
const groupOf = ({ group_name: name = 'default' }: Synthesized): string =>
  String(name).startsWith('${') ? 'bulkhead-prod-delivery' : String(name);
const ec2 =
  (action: string, type: string): Creation =>
  (_, at) => ({ action: `ec2:${action}`, resource: at('ec2', `${type}/*`) });

const rds =
  (action: string, type: string, name: string): Creation =>
  (resource, at) => ({ action: `rds:${action}`, resource: at('rds', `${type}:${text(resource, name)}`) });
const elasticache =
  (action: string, type: string, name: string): Creation =>
  (resource, at) => ({
    action: `elasticache:${action}`,
    resource: at('elasticache', `${type}:${text(resource, name)}`),
  });

/** Cognito knows parts of a pool by the pool, which carries the cell's tags. */
const ofPool =
  (action: string): Creation =>
  (_, at) => ({ action: `cognito-idp:${action}`, resource: at('cognito-idp', 'userpool/us-east-1_Ab1') });

const balancer =
  (action: string, type: string): Creation =>
  (resource, at) => ({
    action: `elasticloadbalancing:${action}`,
    resource: at('elasticloadbalancing', `${type}/${text(resource, 'name')}/0a1b2c`),
  });

const CREATIONS: Readonly<Record<string, Creation>> = {
  aws_cloudformation_stack: (stack, at) => ({
    action: 'cloudformation:CreateStack',
    resource: at('cloudformation', `stack/${text(stack, 'name')}/0a1b2c`),
  }),
  aws_codebuild_project: (project, at) => ({
    action: 'codebuild:CreateProject',
    resource: at('codebuild', `project/${text(project, 'name')}`),
  }),
  aws_codepipeline: (pipeline, at) => ({
    action: 'codepipeline:CreatePipeline',
    resource: at('codepipeline', text(pipeline, 'name')),
  }),
  aws_ecr_lifecycle_policy: null,
  aws_ecr_replication_configuration: () => ({ action: 'ecr:PutReplicationConfiguration', resource: '*' }),
  aws_ecr_repository: (repository, at) => ({
    action: 'ecr:CreateRepository',
    resource: at('ecr', `repository/${text(repository, 'name')}`),
  }),
  aws_ecr_repository_policy: null,
  // In which bucket, only a reference says.
  aws_s3_object: (object) => ({
    action: 's3:PutObject',
    resource: `arn:aws:s3:::bulkhead-prod-artifacts-${HOME.account}-${text(object, 'region')}/${text(object, 'key')}`,
  }),
  aws_scheduler_schedule: (schedule, at) => ({
    action: 'scheduler:CreateSchedule',
    // The platform's schedules are in a group of their own.
    resource: at('scheduler', `schedule/${groupOf(schedule)}/${text(schedule, 'name')}`),
  }),
  aws_scheduler_schedule_group: (group, at) => ({
    action: 'scheduler:CreateScheduleGroup',
    resource: at('scheduler', `schedule-group/${text(group, 'name')}`),
  }),
  aws_sfn_state_machine: (machine, at) => ({
    action: 'states:CreateStateMachine',
    resource: at('states', `stateMachine:${text(machine, 'name')}`),
  }),
  aws_signer_signing_profile: () => ({ action: 'signer:PutSigningProfile', resource: '*' }),
  aws_sns_topic: (topic, at) => ({
    action: 'sns:CreateTopic',
    resource: at('sns', text(topic, 'name')),
  }),
  aws_sns_topic_policy: null,
  aws_sns_topic_subscription: (_, at) => ({
    action: 'sns:Subscribe',
    resource: at('sns', 'bulkhead-prod-releases'),
  }),
  aws_athena_named_query: (_, at) => ({
    action: 'athena:CreateNamedQuery',
    resource: at('athena', 'workgroup/bulkhead-prod-use1a-gateway-history'),
  }),
  aws_athena_workgroup: (group, at) => ({
    action: 'athena:CreateWorkGroup',
    resource: at('athena', `workgroup/${text(group, 'name')}`),
  }),
  aws_cloudwatch_log_index_policy: () => ({ action: 'logs:PutIndexPolicy', resource: '*' }),
  aws_cloudwatch_log_metric_filter: null,
  aws_cloudwatch_log_stream: null,
  aws_cloudwatch_composite_alarm: (alarm, at) => ({
    action: 'cloudwatch:PutCompositeAlarm',
    resource: at('cloudwatch', `alarm:${text(alarm, 'alarm_name')}`),
  }),
  aws_cloudwatch_metric_alarm: (alarm, at) => ({
    action: 'cloudwatch:PutMetricAlarm',
    resource: at('cloudwatch', `alarm:${text(alarm, 'alarm_name')}`),
  }),
  aws_cloudwatch_query_definition: () => ({ action: 'logs:PutQueryDefinition', resource: '*' }),
  aws_glue_catalog_database: (database, at) => ({
    action: 'glue:CreateDatabase',
    resource: at('glue', `database/${text(database, 'name')}`),
  }),
  aws_glue_catalog_table: (table, at) => ({
    action: 'glue:CreateTable',
    resource: at('glue', `table/${historyDatabase(USE1A)}/${text(table, 'name')}`),
  }),
  aws_kinesis_firehose_delivery_stream: (stream, at) => ({
    action: 'firehose:CreateDeliveryStream',
    resource: at('firehose', `deliverystream/${text(stream, 'name')}`),
  }),
  aws_lambda_function_event_invoke_config: (_, at) => ({
    action: 'lambda:PutFunctionEventInvokeConfig',
    resource: at('lambda', 'function:bulkhead-prod-use1a-load-level'),
  }),
  aws_lb: balancer('CreateLoadBalancer', 'loadbalancer/net'),
  aws_lb_listener: (_, at) => ({
    action: 'elasticloadbalancing:CreateListener',
    resource: at('elasticloadbalancing', 'loadbalancer/net/bulkhead-prod-use1a-shared/0a1b2c'),
  }),
  aws_lb_target_group: balancer('CreateTargetGroup', 'targetgroup'),
  aws_s3_bucket: (bucket) => ({
    action: 's3:CreateBucket',
    resource: `arn:aws:s3:::${text(bucket, 'bucket')}`,
  }),
  aws_s3_bucket_lifecycle_configuration: null,
  aws_s3_bucket_logging: null,
  aws_s3_bucket_ownership_controls: null,
  aws_s3_bucket_policy: null,
  aws_s3_bucket_public_access_block: null,
  aws_s3_bucket_server_side_encryption_configuration: null,
  aws_s3_bucket_versioning: null,
  kubernetes_cron_job_v1: null,
  kubernetes_deployment_v1: null,
  kubernetes_pod_disruption_budget_v1: null,
  kubernetes_role_v1: null,
  kubernetes_service_v1: null,
  aws_backup_plan: (_, at) => ({
    action: 'backup:CreateBackupPlan',
    resource: at('backup', 'backup-plan:id'),
  }),
  aws_backup_restore_testing_plan: (_, at) => ({
    action: 'backup:CreateRestoreTestingPlan',
    resource: at('backup', 'restore-testing-plan:id'),
  }),
  aws_backup_restore_testing_selection: null,
  aws_backup_selection: null,
  aws_backup_vault: (vault, at) => ({
    action: 'backup:CreateBackupVault',
    resource: at('backup', `backup-vault:${text(vault, 'name')}`),
  }),
  aws_backup_vault_lock_configuration: null,
  aws_db_parameter_group: rds('CreateDBParameterGroup', 'pg', 'name'),
  aws_db_proxy: () => ({ action: 'rds:CreateDBProxy', resource: '*' }),
  aws_db_proxy_default_target_group: null,
  aws_db_proxy_endpoint: (_, at) => ({
    action: 'rds:CreateDBProxyEndpoint',
    resource: at('rds', 'db-proxy-endpoint:id'),
  }),
  aws_db_proxy_target: null,
  aws_db_subnet_group: rds('CreateDBSubnetGroup', 'subgrp', 'name'),
  aws_rds_cluster: rds('CreateDBCluster', 'cluster', 'cluster_identifier'),
  aws_rds_cluster_instance: rds('CreateDBInstance', 'db', 'identifier'),
  aws_rds_cluster_parameter_group: rds('CreateDBClusterParameterGroup', 'cluster-pg', 'name'),
  aws_vpc_security_group_egress_rule: ec2('AuthorizeSecurityGroupEgress', 'security-group-rule'),
  kubernetes_cluster_role_binding_v1: null,
  kubernetes_cluster_role_v1: null,
  kubernetes_config_map_v1: null,
  kubernetes_default_service_account_v1: null,
  kubernetes_job_v1: null,
  kubernetes_limit_range_v1: null,
  kubernetes_network_policy_v1: null,
  kubernetes_priority_class_v1: null,
  kubernetes_resource_quota_v1: null,
  kubernetes_role_binding_v1: null,
  kubernetes_service_account_v1: null,
  aws_acm_certificate: () => ({ action: 'acm:RequestCertificate', resource: '*' }),
  aws_acm_certificate_validation: null,
  aws_cognito_identity_provider: ofPool('CreateIdentityProvider'),
  aws_cognito_log_delivery_configuration: ofPool('SetLogDeliveryConfiguration'),
  aws_cognito_managed_login_branding: ofPool('CreateManagedLoginBranding'),
  aws_cognito_resource_server: ofPool('CreateResourceServer'),
  aws_cognito_risk_configuration: ofPool('SetRiskConfiguration'),
  aws_cognito_user_pool: () => ({ action: 'cognito-idp:CreateUserPool', resource: '*' }),
  aws_cognito_user_pool_client: ofPool('CreateUserPoolClient'),
  aws_cognito_user_pool_domain: ofPool('CreateUserPoolDomain'),
  aws_dynamodb_resource_policy: (policy) => ({
    action: 'dynamodb:PutResourcePolicy',
    resource: text(policy, 'resource_arn'),
  }),
  aws_lambda_function: (fn, at) => ({
    action: 'lambda:CreateFunction',
    resource: at('lambda', `function:${text(fn, 'function_name')}`),
  }),
  aws_lambda_invocation: (call, at) => ({
    action: 'lambda:InvokeFunction',
    resource: at('lambda', `function:${text(call, 'function_name')}`),
  }),
  // Which function, only a reference says; the principal is what the permission names.
  aws_lambda_permission: ({ principal }, at) => ({
    action: 'lambda:AddPermission',
    resource: at(
      'lambda',
      `function:bulkhead-prod-use1a-${principal === 'events.amazonaws.com' ? 'load-level' : 'token-claims'}`,
    ),
  }),
  aws_cloudwatch_event_bus: (bus, at) => ({
    action: 'events:CreateEventBus',
    resource: at('events', `event-bus/${text(bus, 'name')}`),
  }),
  aws_cloudwatch_event_bus_policy: () => ({ action: 'events:PutPermission', resource: '*' }),
  // Of the one bus of our own, only a reference says the name.
  aws_cloudwatch_event_rule: (rule, at) => ({
    action: 'events:PutRule',
    resource: at(
      'events',
      `rule/${rule['event_bus_name'] === undefined ? '' : 'bulkhead-prod-tenants/'}${text(rule, 'name')}`,
    ),
  }),
  aws_cloudwatch_event_target: null,
  aws_cloudwatch_log_group: (group, at) => ({
    action: 'logs:CreateLogGroup',
    resource: at('logs', `log-group:${text(group, 'name')}`),
  }),
  aws_default_route_table: null,
  aws_default_security_group: null,
  aws_dynamodb_table: (table, at) => ({
    action: 'dynamodb:CreateTable',
    resource: at('dynamodb', `table/${text(table, 'name')}`),
  }),
  aws_dynamodb_table_item: (_, at) => ({
    action: 'dynamodb:PutItem',
    resource: at('dynamodb', 'table/bulkhead-prod-tenants'),
  }),
  aws_ec2_subnet_cidr_reservation: null,
  aws_ec2_tag: null,
  aws_eip: ec2('AllocateAddress', 'elastic-ip'),
  // The cluster's own stack names it by reference.
  aws_eks_access_entry: (_, at) => ({
    action: 'eks:CreateAccessEntry',
    resource: at('eks', 'cluster/bulkhead-prod-use1a'),
  }),
  aws_eks_access_policy_association: null,
  aws_eks_addon: null,
  aws_eks_cluster: () => ({ action: 'eks:CreateCluster', resource: '*' }),
  aws_eks_node_group: null,
  aws_eks_pod_identity_association: (_, at) => ({
    action: 'eks:CreatePodIdentityAssociation',
    resource: at('eks', 'cluster/bulkhead-prod-use1a'),
  }),
  aws_elasticache_parameter_group: elasticache('CreateCacheParameterGroup', 'parametergroup', 'name'),
  aws_elasticache_replication_group: elasticache(
    'CreateReplicationGroup',
    'replicationgroup',
    'replication_group_id',
  ),
  aws_elasticache_subnet_group: elasticache('CreateCacheSubnetGroup', 'subnetgroup', 'name'),
  aws_elasticache_user: elasticache('CreateUser', 'user', 'user_id'),
  aws_elasticache_user_group: elasticache('CreateUserGroup', 'usergroup', 'user_group_id'),
  aws_elasticache_user_group_association: null,
  aws_flow_log: ec2('CreateFlowLogs', 'vpc-flow-log'),
  aws_iam_instance_profile: (profile, at) => ({
    action: 'iam:CreateInstanceProfile',
    resource: at('iam', `instance-profile/${text(profile, 'name')}`),
  }),
  aws_iam_role: (role, at) => ({
    action: 'iam:CreateRole',
    resource: at('iam', `role/${text(role, 'name')}`),
  }),
  aws_iam_role_policy: null,
  aws_iam_role_policy_attachment: null,
  aws_internet_gateway: ec2('CreateInternetGateway', 'internet-gateway'),
  aws_kms_alias: (alias, at) => ({ action: 'kms:CreateAlias', resource: at('kms', text(alias, 'name')) }),
  aws_kms_key: () => ({ action: 'kms:CreateKey', resource: '*' }),
  aws_launch_template: ec2('CreateLaunchTemplate', 'launch-template'),
  aws_nat_gateway: ec2('CreateNatGateway', 'natgateway'),
  aws_network_acl: ec2('CreateNetworkAcl', 'network-acl'),
  aws_prometheus_workspace: () => ({ action: 'aps:CreateWorkspace', resource: '*' }),
  aws_route: null,
  aws_route53_record: () => ({
    action: 'route53:ChangeResourceRecordSets',
    resource: 'arn:aws:route53:::hostedzone/Z1',
  }),
  aws_route53_zone: () => ({ action: 'route53:CreateHostedZone', resource: '*' }),
  aws_route_table: ec2('CreateRouteTable', 'route-table'),
  aws_route_table_association: null,
  aws_secretsmanager_secret: (secret, at) => ({
    action: 'secretsmanager:CreateSecret',
    resource: at('secretsmanager', `secret:${text(secret, 'name')}-a1b2c3`),
  }),
  // Which secret, only a reference says; each stack has policies for its own.
  aws_secretsmanager_secret_policy: null,
  aws_security_group: ec2('CreateSecurityGroup', 'security-group'),
  aws_sqs_queue: (queue, at) => ({ action: 'sqs:CreateQueue', resource: at('sqs', text(queue, 'name')) }),
  aws_sqs_queue_policy: null,
  aws_ssm_parameter: (parameter, at) => ({
    action: 'ssm:PutParameter',
    resource: at('ssm', `parameter${text(parameter, 'name')}`),
  }),
  aws_subnet: ec2('CreateSubnet', 'subnet'),
  aws_vpc: ec2('CreateVpc', 'vpc'),
  aws_vpc_endpoint: ec2('CreateVpcEndpoint', 'vpc-endpoint'),
  aws_vpc_security_group_ingress_rule: ec2('AuthorizeSecurityGroupIngress', 'security-group-rule'),
  aws_wafv2_web_acl: (acl, at) => ({
    action: 'wafv2:CreateWebACL',
    resource: at('wafv2', `regional/webacl/${text(acl, 'name')}/id`),
  }),
  aws_wafv2_web_acl_association: (_, at) => ({
    action: 'wafv2:AssociateWebACL',
    resource: at('wafv2', 'regional/webacl/bulkhead-prod-use1a-sign-in/id'),
  }),
  helm_release: null,
  kubernetes_namespace_v1: null,
  kubernetes_namespace: null,
};

/** The tags that a stack's provider puts on everything. */
function defaultTags(stack: SynthesizedStack | undefined): Record<string, string> {
  const { aws } = stack?.json['provider'] as {
    readonly aws: readonly [{ readonly default_tags: readonly [{ readonly tags: Record<string, string> }] }];
  };
  const [{ tags }] = aws[0].default_tags;
  return Object.fromEntries(Object.entries(tags).map(([tag, value]) => [`aws:RequestTag/${tag}`, value]));
}

/** Tags of what the cell has for all. */
const resourceTags = (): Record<string, string> => ({
  'aws:ResourceTag/platform': HOME.platform,
  'aws:ResourceTag/environment': HOME.environment,
  'aws:ResourceTag/cell': String(USE1A.cell),
  'aws:ResourceTag/tier': SHARED,
  'aws:ResourceTag/tenant': SHARED,
});

/** What every creation says of itself: the provider's default tags, and what the stacks set. */
const contextOf = (
  resource: Synthesized,
  stack: SynthesizedStack | undefined,
): Record<string, string | readonly string[]> => ({
  ...defaultTags(stack),
  'aws:RequestedRegion': String(resource['region'] ?? 'us-east-1'),
  ...(resource['permissions_boundary'] !== undefined && {
    'iam:PermissionsBoundary': text(resource, 'permissions_boundary'),
  }),
  ...(resource['authentication_mode'] !== undefined && {
    'elasticache:UserAuthenticationMode': (resource['authentication_mode'] as { type: string }).type,
  }),
  ...(resource['transit_encryption_enabled'] !== undefined && {
    'elasticache:AtRestEncryptionEnabled': text(resource, 'at_rest_encryption_enabled'),
    'elasticache:TransitEncryptionEnabled': text(resource, 'transit_encryption_enabled'),
  }),
  ...(resource['user_pool_id'] !== undefined && resourceTags()),
  ...(resource['load_balancer_arn'] !== undefined && {
    ...resourceTags(),
    'elasticloadbalancing:ListenerProtocol': text(resource, 'protocol'),
  }),
  ...(resource['domain_name'] !== undefined && {
    'acm:DomainNames': [text(resource, 'domain_name')],
    'acm:ValidationMethod': text(resource, 'validation_method'),
  }),
  ...(resource['principal'] !== undefined && { 'lambda:Principal': text(resource, 'principal') }),
  ...(resource['item'] !== undefined && {
    'dynamodb:LeadingKeys': [(JSON.parse(text(resource, 'item')) as { tenantId: { S: string } }).tenantId.S],
  }),
  ...(resource['kubernetes_groups'] !== undefined && {
    'eks:principalArn': `arn:aws:iam::${USE1A.account}:role/bulkhead-prod-use1a-release-api`,
    'eks:accessEntryType': text(resource, 'type'),
    'eks:kubernetesGroups': resource['kubernetes_groups'] as string[],
  }),
  ...(resource['zone_id'] !== undefined && {
    'route53:ChangeResourceRecordSetsRecordTypes': text(resource, 'type'),
    // The proof of a certificate has a name that ACM chooses, below the certificate's.
    'route53:ChangeResourceRecordSetsNormalizedRecordNames': text(resource, 'name').replace(
      /^\$\{.*resource_record_name\}$/,
      `_0a1b2c.${resource.path.includes('SignIn') ? 'auth.' : ''}use1a.example.com`,
    ),
  }),
  ...(resource['access_config'] !== undefined && {
    'eks:authenticationMode': (resource['access_config'] as { authentication_mode: string })
      .authentication_mode,
  }),
});

describe.each(Object.keys(STACKS))('the deployer of %s', (group) => {
  const stack = STACKS[group];
  const types = Object.keys(stack?.inventory() ?? {});

  it('is known to need or not to need a permission for every kind of resource in its stack', () => {
    expect(types.filter((type) => !(type in CREATIONS))).toEqual([]);
  });

  it('may create every resource of its stack', () => {
    const { account } = group.startsWith(PLATFORMS) ? HOME : USE1A;
    const refused = types.flatMap((type) =>
      (stack?.resources(type) ?? []).flatMap((resource) => {
        const region = String(resource['region'] ?? 'us-east-1');
        const at = (service: string, name: string): string =>
          `arn:aws:${service}:${service === 'iam' ? '' : region}:${account}:${name}`;
        const creation = CREATIONS[type]?.(resource, at);
        if (!creation) return [];
        const context = contextOf(resource, stack);
        return allows(permissionsOf(group), { ...creation, context })
          ? []
          : [`${resource.path}: ${creation.action}`];
      }),
    );
    expect(refused).toEqual([]);
  });

  it('may attach every managed policy that its stack attaches', () => {
    const refused = (stack?.resources('aws_iam_role_policy_attachment') ?? []).filter(
      (attachment) =>
        !permissionsOf(group).some(
          ({ actions, conditions = [] }) =>
            actions.includes('iam:AttachRolePolicy') &&
            conditions.some(({ values }) => values.includes(text(attachment, 'policy_arn'))),
        ),
    );
    expect(refused.map((attachment) => text(attachment, 'policy_arn'))).toEqual([]);
  });

  it('may read every contract that its stack reads', () => {
    const refused = (stack?.data('aws_ssm_parameter') ?? []).filter(
      (parameter) =>
        !allows(permissionsOf(group), {
          action: 'ssm:GetParameter',
          resource: `arn:aws:ssm:us-east-1:${USE1A.account}:parameter${text(parameter, 'name')}`,
        }),
    );
    expect(refused.map(({ path }) => path)).toEqual([]);
  });
});

describe.each([
  ...Object.entries(CELL_STACKS).map(([group, stack]) => [group, stack, boundaryStatements(USE1A)] as const),
  ["the platform's delivery", homeDelivery, homeBoundaryStatements(HOME, [USE1A])] as const,
])('the permissions boundary, over the roles of %s', (_, stack, boundary) => {
  it('covers every action that their own policies allow', () => {
    const documents = JSON.stringify(
      stack.resources('aws_iam_role_policy').map((policy) => text(policy, 'policy')),
    );
    const actions = stack
      .data('aws_iam_policy_document')
      .filter(({ address }) => documents.includes(`data.${address}.`))
      .flatMap(
        (document) => document['statement'] as readonly { effect?: string; actions: readonly string[] }[],
      )
      .filter(({ effect }) => effect !== 'Deny')
      .flatMap((statement) => statement.actions);

    const allowing = boundary
      .filter(({ effect }) => effect !== 'Deny')
      .map(({ sid, actions: covered }): Statement => ({ sid, actions: covered, resources: ['*'] }));
    expect(actions.length).toBeGreaterThanOrEqual(stack.resources('aws_iam_role_policy').length);
    const missing = actions.filter((action) => !allows(allowing, { action, resource: 'anything' }));
    expect(missing).toEqual([]);
  });
});
