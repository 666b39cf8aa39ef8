import { type ObjectValue, UNKNOWN, type Value, isList, isObject } from '../protocol/value';
import type { ProviderName } from '../schema/model';

/** The account of AWS's own documentation examples. */
const EXAMPLE_ACCOUNT = '111122223333';

/** What one configured provider instance knows: Terraform opens one connection for each provider block. */
export interface Session {
  readonly region: string;
  readonly account: string;
  readonly partition: string;
  /** Cluster that a Kubernetes or Helm provider talks to; empty for AWS. */
  readonly cluster: string;
  readonly defaultTags: Readonly<Record<string, string>>;
}

export const UNCONFIGURED: Session = {
  region: 'us-east-1',
  account: EXAMPLE_ACCOUNT,
  partition: 'aws',
  cluster: '',
  defaultTags: {},
};

/**
 * Reads a provider block. Credentials, roles and commands in it are accepted, for the schema has them, and
 * never acted on: the role to assume only tells which account the objects belong to.
 *
 * @returns the session, or the message with which the real provider would refuse the block
 */
export function configure(provider: ProviderName, config: ObjectValue): Session | string {
  if (provider !== 'aws') {
    const kubernetes = provider === 'helm' ? first(config['kubernetes']) : config;
    return {
      ...UNCONFIGURED,
      cluster: text(kubernetes?.['host']) ?? text(kubernetes?.['config_context']) ?? '',
    };
  }
  if (config['region'] === null) return 'Invalid provider configuration: the provider block names no region';
  const region = text(config['region']) ?? UNCONFIGURED.region;
  const role = text(first(config['assume_role'])?.['role_arn'])?.split(':')[4];
  const allowed = config['allowed_account_ids'];
  const account = role ?? (isList(allowed) ? text(allowed[0]) : undefined) ?? EXAMPLE_ACCOUNT;
  const tags = first(config['default_tags'])?.['tags'];
  return {
    region,
    account,
    partition: partitionOf(region),
    cluster: '',
    defaultTags: isObject(tags) ? stringsOf(tags) : {},
  };
}

/** Source: AWS General Reference, "Amazon Resource Names": partitions. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function first(value: Value | undefined): ObjectValue | undefined {
  const item = isList(value) ? value[0] : value;
  return isObject(item) ? item : undefined;
}

function text(value: Value | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function stringsOf(value: ObjectValue): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => entry[1] !== UNKNOWN && typeof entry[1] === 'string',
    ),
  );
}
