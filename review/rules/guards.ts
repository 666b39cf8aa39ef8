import { shown } from './pairs';
import {
  downIn,
  isOlder,
  rises,
  risesOrUnsaid,
  sinks,
  sinksFromForEver,
  sooner,
  takesOlderTls,
  turnsOff,
  turnsOn,
  turnsOnUnsaid,
  turnsSaidOff,
} from './weaker';
import type { RuleFinding } from './rule';

/** A setting that keeps data or access safe, and how it is weakened. */
export interface Guard {
  /** Last part of the setting's path; its last two where it is `enabled`. */
  readonly name: string;
  readonly kind: RuleFinding['kind'];
  /** @default high */
  readonly level?: RuleFinding['level'];
  readonly weaker: (before: unknown, after: unknown) => boolean;
  /** How much another value is to be looked at, if it is no weaker. @default - not at all */
  readonly tellsOther?: RuleFinding['level'];
}

const of = (
  kind: Guard['kind'],
  weaker: Guard['weaker'],
  names: readonly string[],
  more: Pick<Guard, 'level' | 'tellsOther'> = {},
): readonly Guard[] => names.map((name) => ({ name, kind, weaker, ...more }));

const GUARDS: readonly Guard[] = [
  ...of('protection', turnsOff, [
    'actions_enabled',
    'auto_rollback_enabled',
    'automatic_failover_enabled',
    'block_public_acls',
    'block_public_policy',
    'copy_tags_to_snapshot',
    'deletion_protection',
    'deletion_protection_enabled',
    'disable_api_termination',
    'drop_invalid_header_fields',
    'enable_continuous_backup',
    'enable_deletion_protection',
    'enable_log_file_validation',
    'enable_logging',
    'iam_database_authentication_enabled',
    'ignore_public_acls',
    'is_multi_region_trail',
    'multi_az',
    'multi_az_enabled',
    'object_lock_enabled',
    'point_in_time_recovery.enabled',
    'replica.point_in_time_recovery',
    'prevent_destroy',
    'require_lowercase',
    'require_numbers',
    'require_symbols',
    'require_uppercase',
    'restrict_public_buckets',
    'scan_on_push',
    'termination_protection',
    'update_protection',
    'validate_etag',
  ]),
  ...of(
    'protection',
    turnsOff,
    [
      'cloudwatch_logging_options.enabled',
      'cloudwatch_metrics_enabled',
      'enable_cross_zone_load_balancing',
      'evaluate_target_health',
      'tracing_configuration.enabled',
      'enable_zonal_shift',
      'node_repair_config.enabled',
      'performance_insights_enabled',
      'stream_enabled',
      'zonal_shift_config.enabled',
    ],
    {
      level: 'low',
    },
  ),
  ...of('network', turnsOff, ['endpoint_private_access', 'preserve_client_ip', 'private_dns_enabled'], {
    level: 'low',
  }),
  ...of('limit', turnsOn, ['global_default'], { level: 'low' }),
  // Unsaid, these are on.
  ...of('protection', turnsSaidOff, ['auto_minor_version_upgrade', 'enforce_workgroup_configuration'], {
    level: 'low',
  }),
  ...of('network', turnsSaidOff, ['enable_dns_support'], { level: 'low' }),
  // Unsaid, an Aurora cluster takes its automated backups along.
  ...of('protection', turnsOnUnsaid, ['delete_automated_backups']),
  ...of('protection', turnsOn, ['force_delete', 'force_destroy', 'skip_final_snapshot']),
  ...of(
    'protection',
    turnsOn,
    [
      'allow_major_version_upgrade',
      'apply_immediately',
      'allow_overwrite',
      'debug_logging',
      'include_execution_data',
      'sampled_requests_enabled',
    ],
    {
      level: 'low',
    },
  ),
  ...of('protection', sinks, [
    'backup_retention_period',
    'deletion_window_in_days',
    'delete_after',
    'max_retention_days',
    'message_retention_seconds',
    'min_retention_days',
    'minimum_length',
    'password_history_size',
    'recovery_window_in_days',
    'retention_period',
    'snapshot_retention_limit',
    'point_in_time_recovery.recovery_period_in_days',
  ]),
  ...of(
    'protection',
    sinks,
    ['monitoring_interval', 'replicas', 'replicas_per_node_group', 'num_cache_clusters'],
    {
      level: 'low',
    },
  ),
  ...of('protection', rises, ['rotation_period_in_days', 'http_put_response_hop_limit'], { level: 'low' }),
  ...of('protection', sinksFromForEver, ['retention_in_days']),
  ...of('data', sooner, ['noncurrent_days', 'expiration.days']),
  ...of('data', isOlder, ['engine_version', 'kubernetes_version', 'eks_version'], { tellsOther: 'low' }),
  ...of('protection', downIn('IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION'), ['image_tag_mutability']),
  ...of('protection', downIn('required', 'optional'), ['http_tokens']),
  ...of('protection', downIn('COMPLIANCE', 'GOVERNANCE'), ['mode']),
  ...of('identity', downIn('ON', 'OPTIONAL', 'OFF'), ['mfa_configuration']),
  ...of('identity', downIn('ENFORCED', 'AUDIT', 'OFF'), ['advanced_security_mode']),
  ...of('identity', downIn('ENABLED', 'LEGACY'), ['prevent_user_existence_errors']),
  ...of('identity', downIn('API', 'API_AND_CONFIG_MAP'), ['access_config.authentication_mode']),
  ...of('identity', downIn('BLOCK', 'MFA_REQUIRED', 'MFA_IF_CONFIGURED', 'NO_ACTION'), [
    'actions.event_action',
    'high_action.event_action',
    'medium_action.event_action',
    'low_action.event_action',
  ]),
  ...of('identity', downIn('PLUS', 'ESSENTIALS'), ['user_pool_tier']),
  ...of('identity', downIn('ENABLED'), ['refresh_token_rotation.feature'], { level: 'low' }),
  ...of(
    'identity',
    downIn('seconds', 'minutes', 'hours'),
    [
      'token_validity_units.access_token',
      'token_validity_units.id_token',
      'token_validity_units.refresh_token',
    ],
    { level: 'low' },
  ),
  ...of('identity', downIn('BucketOwnerEnforced', 'BucketOwnerPreferred'), ['object_ownership']),
  ...of('identity', turnsOnUnsaid, ['bootstrap_cluster_creator_admin_permissions']),
  ...of('identity', downIn('IAM_AUTH'), ['default_auth_scheme']),
  ...of('identity', downIn('REQUIRED', 'ENABLED'), ['iam_auth']),
  ...of('identity', turnsOff, [
    'software_token_mfa_configuration.enabled',
    'allow_admin_create_user_only',
    'enable_token_revocation',
    'generate_secret',
    'manage_master_user_password',
    'require_auth',
  ]),
  ...of('identity', turnsOn, ['enable_http_endpoint', 'enable_propagate_additional_user_context_data'], {
    level: 'low',
  }),
  ...of('identity', rises, ['max_session_duration', 'access_token_validity', 'id_token_validity'], {
    level: 'low',
  }),
  // Unsaid, for 30 days: "Refresh tokens", Amazon Cognito Developer Guide.
  ...of('identity', risesOrUnsaid, ['refresh_token_validity'], { level: 'low' }),
  ...of('encryption', turnsOff, [
    'at_rest_encryption_enabled',
    'enable_key_rotation',
    'encrypted',
    'encrypt_at_rest.enabled',
    'is_enabled',
    'kms_encrypted',
    'node_to_node_encryption.enabled',
    'require_ssl',
    'require_tls',
    'server_side_encryption.enabled',
    'storage_encrypted',
    'transit_encryption_enabled',
  ]),
  ...of(
    'encryption',
    turnsOff,
    [
      'encryption_key_arn',
      'key_arn',
      'kms_key',
      'kms_key_arn',
      'kms_key_id',
      'kms_key_identifier',
      'kms_master_key_id',
      'master_user_secret_kms_key_id',
      'performance_insights_kms_key_id',
      'target_key_id',
    ],
    { tellsOther: 'high' },
  ),
  ...of('encryption', turnsSaidOff, ['sqs_managed_sse_enabled']),
  ...of('encryption', downIn('CUSTOMER_MANAGED_CMK', 'AWS_OWNED_CMK'), ['server_side_encryption.key_type']),
  ...of('encryption', downIn('CUSTOMER_MANAGED_KMS_KEY', 'AWS_OWNED_KEY'), ['encryption_configuration.type']),
  ...of('encryption', downIn('aws:kms:dsse', 'aws:kms', 'AES256'), ['sse_algorithm']),
  ...of('encryption', downIn('required', 'preferred'), ['transit_encryption_mode']),
  ...of('encryption', takesOlderTls, [
    'min_tls_version',
    'min_version',
    'minimum_protocol_version',
    'minimum_tls_version',
    'security_policy',
    'ssl_policy',
    'tls_security_policy',
  ]),
  ...of('encryption', downIn('https-only', 'redirect-to-https', 'allow-all'), [
    'viewer_protocol_policy',
    'origin_protocol_policy',
  ]),
];
const BY_NAME = new Map(GUARDS.map((guard) => [guard.name, guard]));

/** The guard that a setting is, by its path. */
export function guardOf(names: readonly string[]): Guard | undefined {
  const [outer = '', name = ''] = names.slice(-2);
  return BY_NAME.get(`${outer}.${name}`) ?? BY_NAME.get(name || outer);
}

export const weakening = (guard: Guard, told: string, before: unknown, after: unknown): RuleFinding => ({
  level: guard.level ?? 'high',
  kind: guard.kind,
  what: `${told} goes from ${shown(before)} to ${shown(after)}`,
});

/** Parameters of a database or cache that keep connections safe or tell what happened, as they should be. */
export const PARAMETERS: Readonly<
  Record<string, { readonly kind: RuleFinding['kind']; readonly weaker: Guard['weaker'] }>
> = {
  'rds.force_ssl': { kind: 'encryption', weaker: (_, after) => String(after) !== '1' },
  require_secure_transport: { kind: 'encryption', weaker: (_, after) => !/^(1|on)$/i.test(String(after)) },
  ssl_min_protocol_version: { kind: 'encryption', weaker: takesOlderTls },
  row_security: { kind: 'isolation', weaker: (_, after) => !/^(1|on)$/i.test(String(after)) },
  'rds.restrict_password_commands': {
    kind: 'identity',
    weaker: (before, after) => before === '1' && after !== '1',
  },
  log_connections: { kind: 'protection', weaker: (before) => /^(1|on)$/i.test(String(before)) },
  log_disconnections: { kind: 'protection', weaker: (before) => /^(1|on)$/i.test(String(before)) },
  log_statement: { kind: 'protection', weaker: downIn('all', 'mod', 'ddl', 'none') },
};
