import { isUnknown } from '../plan';
import { pairs } from './pairs';
import type { RiskRule } from './rule';

/** Settings that keep data or access safe, and how they are weakened. */
interface Guard {
  /** Last part of the setting's path; its last two where it is `enabled`. */
  readonly name: string;
  readonly kind: 'protection' | 'encryption';
  readonly weaker: (before: unknown, after: unknown) => boolean;
}

const isOff = (value: unknown): boolean =>
  value === false || value === null || value === undefined || value === '' || value === 'false';
const turnsOff = (before: unknown, after: unknown): boolean => !isOff(before) && isOff(after);
const turnsOn = (before: unknown, after: unknown): boolean => isOff(before) && !isOff(after);
const sinks = (before: unknown, after: unknown): boolean => Number(after ?? 0) < Number(before ?? 0);
/** Days for which zero means for ever. */
const sinksFromForEver = (before: unknown, after: unknown): boolean =>
  Number(after ?? 0) !== 0 && (Number(before ?? 0) === 0 || sinks(before, after));

const of = (kind: Guard['kind'], weaker: Guard['weaker'], names: readonly string[]): readonly Guard[] =>
  names.map((name) => ({ name, kind, weaker }));

const GUARDS: readonly Guard[] = [
  ...of('protection', turnsOff, [
    'block_public_acls',
    'block_public_policy',
    'copy_tags_to_snapshot',
    'deletion_protection',
    'deletion_protection_enabled',
    'disable_api_termination',
    'enable_deletion_protection',
    'iam_database_authentication_enabled',
    'ignore_public_acls',
    'multi_az',
    'multi_az_enabled',
    'automatic_failover_enabled',
    'point_in_time_recovery.enabled',
    'require_tls',
    'restrict_public_buckets',
    'permissions_boundary',
  ]),
  ...of('protection', turnsOn, ['delete_automated_backups', 'force_destroy', 'skip_final_snapshot']),
  ...of('protection', sinks, [
    'backup_retention_period',
    'deletion_window_in_days',
    'delete_after',
    'recovery_window_in_days',
    'snapshot_retention_limit',
  ]),
  ...of('protection', sinksFromForEver, ['retention_in_days']),
  ...of('encryption', turnsOff, [
    'at_rest_encryption_enabled',
    'enable_key_rotation',
    'encrypted',
    'server_side_encryption.enabled',
    'kms_key_arn',
    'kms_key_id',
    'kms_master_key_id',
    'storage_encrypted',
    'transit_encryption_enabled',
  ]),
];
const BY_NAME = new Map(GUARDS.map((guard) => [guard.name, guard]));

/** Types whose whole point is to keep something safe. */
const GUARDIANS: Readonly<Record<string, string>> = {
  aws_backup_plan: 'what it backs up is backed up no more',
  aws_backup_selection: 'what it selects is backed up no more',
  aws_backup_vault_lock_configuration: 'recovery points can be deleted',
  aws_cloudwatch_metric_alarm: 'nobody is told any more',
  aws_default_security_group: 'whatever has no group of its own is open',
  aws_s3_bucket_public_access_block: 'the bucket may be made public',
  aws_s3_bucket_server_side_encryption_configuration: 'objects are encrypted with the platform’s key no more',
  aws_s3_bucket_versioning: 'what is overwritten is lost',
  aws_wafv2_web_acl: 'nothing filters its requests',
  aws_wafv2_web_acl_association: 'nothing filters its requests',
  kubernetes_network_policy: 'its pods may talk to anyone',
  kubernetes_network_policy_v1: 'its pods may talk to anyone',
  kubernetes_resource_quota_v1: 'its namespace may use the whole cluster',
};

/** Nested settings that stand for on and off with words. */
const WORDS: readonly { readonly name: string; readonly on: string }[] = [
  { name: 'status', on: 'Enabled' },
  { name: 'mfa_delete', on: 'Enabled' },
];

export const protectionRule: RiskRule = ({ type, change }, fate) => {
  const purpose = GUARDIANS[type];
  if (fate === 'destroy') {
    return purpose === undefined
      ? []
      : [{ level: 'high', kind: 'protection', what: `is destroyed: ${purpose}` }];
  }
  if (fate !== 'change' && fate !== 'replace') return [];
  return pairs(change.before, change.after).flatMap(({ path, before, after }): ReturnType<RiskRule> => {
    const steps = path.filter((step) => !/^\d+$/.test(step));
    const told = steps.join('.');
    const name = steps.slice(steps.at(-1) === 'enabled' ? -2 : -1).join('.');
    const guard = BY_NAME.get(name);
    const word = WORDS.find((other) => other.name === name && before === other.on);
    if (isUnknown(change, path)) {
      return guard && !isOff(before) && guard.kind === 'protection'
        ? [{ level: 'low', kind: guard.kind, what: `${told} is known only when it is applied` }]
        : [];
    }
    if (word && after !== word.on) {
      return [{ level: 'high', kind: 'protection', what: `${told} goes from ${word.on} to ${shown(after)}` }];
    }
    if (!guard) return [];
    if (guard.weaker(before, after)) {
      return [
        { level: 'high', kind: guard.kind, what: `${told} goes from ${shown(before)} to ${shown(after)}` },
      ];
    }
    const isOtherKey = guard.kind === 'encryption' && !isOff(before) && before !== after;
    return isOtherKey ? [{ level: 'low', kind: 'encryption', what: `${told} is another one` }] : [];
  });
};

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'unset';
  return typeof value === 'string' ? value : typeof value === 'object' ? 'another' : JSON.stringify(value);
}
