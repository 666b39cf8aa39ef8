import { FORCE_NEW_AWS_COMPUTE } from './force-new/aws-compute';
import { FORCE_NEW_AWS_DATA } from './force-new/aws-data';
import { FORCE_NEW_AWS_NETWORK } from './force-new/aws-network';
import type { ForceNew } from './force-new/entry';
import { FORCE_NEW_KUBERNETES } from './force-new/kubernetes';

/**
 * Attributes whose change replaces a resource, by its type. No schema that Terraform shows tells them: providers' sources do.
 * A type that is here with no attributes is one that only its provider's common ones replace.
 */
export const FORCE_NEW: Readonly<Record<string, ForceNew>> = {
  ...FORCE_NEW_AWS_COMPUTE,
  ...FORCE_NEW_AWS_DATA,
  ...FORCE_NEW_AWS_NETWORK,
  ...FORCE_NEW_KUBERNETES,
};

/**
 * Attributes whose change replaces a resource of any type of a provider, by the first word of the type.
 * Sources: hashicorp/terraform-provider-aws, website/docs/guides/enhanced-region-support (a new region means a new
 * resource); hashicorp/terraform-provider-kubernetes, kubernetes/schema_metadata.go.
 */
const COMMON: Readonly<Record<string, readonly string[]>> = {
  aws: ['region'],
  kubernetes: ['metadata.name', 'metadata.namespace'],
};

/**
 * Attributes whose change is known to replace a resource, as dotted paths without places in lists.
 *
 * @param before the resource as it was: some types decide by it. @default - as if it had nothing
 */
export function forceNewOf(type: string, before: Readonly<Record<string, unknown>> = {}): readonly string[] {
  const { attributes = [], once } = FORCE_NEW[type] ?? {};
  return [
    ...(COMMON[type.slice(0, type.indexOf('_'))] ?? []),
    ...attributes,
    ...(once && before[once.name] === true ? once.attributes : []),
  ];
}

/**
 * Names of attributes by which services tell things apart, or that they fix when a thing is made: most types that have one are
 * replaced when it changes.
 */
const LIKELY = [
  'availability_zone',
  'bucket',
  'cidr_block',
  'cluster_identifier',
  'cluster_name',
  'database_name',
  'domain',
  'domain_name',
  'engine',
  'function_name',
  'identifier',
  'key',
  'kms_key_arn',
  'kms_key_id',
  'name',
  'name_prefix',
  'snapshot_identifier',
  'storage_encrypted',
  'subnet_id',
  'user_pool_id',
  'vpc_id',
] as const;

/**
 * As {@link forceNewOf}; of a type that is not written down here, also what its name makes likely. Who is warned of a
 * replacement that does not come has lost a minute.
 */
export const likelyForceNewOf = (
  type: string,
  before: Readonly<Record<string, unknown>>,
): readonly string[] =>
  type in FORCE_NEW ? forceNewOf(type, before) : [...forceNewOf(type, before), ...LIKELY];
