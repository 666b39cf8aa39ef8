import type { Canon } from './canonical';
import { type Json, listOf, objectOf, type TerraformJson, textOf, textsOf } from './json';

/** An AWS provider: the tags that it puts on everything, and the role that it takes. */
export interface ProviderFact {
  readonly tags: Readonly<Record<string, string>>;
  readonly role: string;
  /** Other settings that it has, of which some say as whom it works: `profile`, `endpoints`. */
  readonly others: readonly string[];
}

/** Where a stack keeps its state, and as whom. */
export interface StateFact {
  readonly key: string;
  /** The home account; empty where the state is on the machine that deploys. */
  readonly account: string;
  readonly role: string;
}

/** How a provider of Kubernetes objects logs in: as `exec` asks the AWS CLI to. */
export interface LoginFact {
  /** `provider.kubernetes`. */
  readonly address: string;
  readonly host: string;
  readonly cluster: string;
  readonly role: string;
}

/** The AWS providers of a stack. */
export const providersOf = (json: TerraformJson, canon: Canon): readonly ProviderFact[] =>
  listOf(canon.value(json.provider?.['aws'])).map(providerFact);

function providerFact(value: Json): ProviderFact {
  const provider = objectOf(value);
  const tags = Object.entries(objectOf(objectOf(provider['default_tags'])['tags']));
  return {
    tags: Object.fromEntries(tags.map(([key, tag]) => [key, textOf(tag)])),
    role: textOf(objectOf(provider['assume_role'])['role_arn']),
    others: Object.keys(provider).filter((key) => !PROVIDER.has(key)),
  };
}

/** Settings of the AWS provider that {@link ProviderFact} and the stack's place tell of. */
const PROVIDER = new Set(['region', 'allowed_account_ids', 'assume_role', 'default_tags']);

/** How a stack gets into its cell's cluster. */
export const loginsOf = (json: TerraformJson, canon: Canon): readonly LoginFact[] =>
  ['kubernetes', 'helm'].flatMap((provider) =>
    listOf(canon.value(json.provider?.[provider])).map((block) => loginFact(provider, block)),
  );

function loginFact(provider: string, block: Json): LoginFact {
  // Helm's provider has the same settings one level deeper.
  const settings = objectOf(provider === 'helm' ? objectOf(block)['kubernetes'] : block);
  const args = textsOf(objectOf(settings['exec'])['args']);
  const option = (name: string): string => args[args.indexOf(name) + 1] ?? '';
  return {
    address: `provider.${provider}`,
    host: textOf(settings['host']),
    cluster: args.includes('--cluster-name') ? option('--cluster-name') : '',
    role: args.includes('--role-arn') ? option('--role-arn') : '',
  };
}

/** Where a stack keeps its state. */
export function stateOf(json: TerraformJson): StateFact {
  const backend = objectOf(json.terraform?.['backend'] as Json | undefined);
  const bucket = objectOf(backend['s3']);
  return {
    key: textOf(bucket['key']) || textOf(objectOf(backend['local'])['path']),
    account: textOf(bucket['allowed_account_ids']),
    role: textOf(objectOf(bucket['assume_role'])['role_arn']),
  };
}
