import { Canon } from './facts/canonical';
import { type Json, type JsonObject, listOf, objectOf, type TerraformJson, textOf } from './facts/json';
import {
  chartObjects,
  kubernetesResource,
  type KubernetesFact,
  type OpaqueRelease,
} from './facts/kubernetes';
import { PolicyReader, type PolicyText } from './facts/policies';
import {
  type LoginFact,
  loginsOf,
  type ProviderFact,
  providersOf,
  type StateFact,
  stateOf,
} from './facts/providers';

export type { TerraformJson } from './facts/json';

/** A resource with canonical texts: see `facts/canonical.ts`. */
export interface ResourceFact {
  /** `aws_rds_cluster.Database`, within the stack. */
  readonly address: string;
  readonly type: string;
  /** Attributes, without what says nothing about isolation. */
  readonly values: JsonObject;
}

/** A policy that some attribute of a resource holds. */
export interface PolicyFact {
  readonly resource: string;
  readonly type: string;
  /** `assume_role_policy`, `inline_policy.0.policy`. */
  readonly attribute: string;
  /** Undefined if it cannot be read here. */
  readonly statements: readonly PolicyStatementFact[] | undefined;
}

export type PolicyStatementFact = NonNullable<PolicyText>[number];

/** Which part of which platform a stack is. */
export interface StackPlace {
  readonly platform: string;
  readonly environment: string;
  /** Empty for the platform's own stacks. */
  readonly cell: string;
  readonly account: string;
  readonly region: string;
}

/** What one synthesized stack says about isolation: small, plain data, so that the stack's JSON can be dropped at once. */
export interface StackFacts {
  readonly name: string;
  readonly place: StackPlace;
  readonly providers: readonly ProviderFact[];
  readonly state: StateFact;
  readonly resources: readonly ResourceFact[];
  readonly dataSources: readonly ResourceFact[];
  readonly policies: readonly PolicyFact[];
  readonly objects: readonly KubernetesFact[];
  readonly opaqueReleases: readonly OpaqueRelease[];
  /** How the stack gets into its cell's cluster. */
  readonly logins: readonly LoginFact[];
  /** Sections of the stack's JSON that this analysis does not read: `ephemeral`, `import`, `output`. */
  readonly unread: readonly string[];
  /** Names of modules of Terraform that the stack calls, in which anything may be. */
  readonly modules: readonly string[];
  /** Names of contracts that the stack publishes, each with its fields. */
  readonly contracts: Readonly<Record<string, JsonObject>>;
}

/** Attributes that say nothing about isolation. */
const DROPPED = new Set(['//', 'depends_on', 'timeouts', 'description', 'scope_description']);

/** Sections of a stack's JSON that are read, or that make nothing. */
const READ = new Set(['//', 'terraform', 'provider', 'resource', 'data', 'locals', 'module']);

/** Texts longer than this are content (SQL, a chart's values): of those only what in them looks like an owner's name. */
const LONGEST_NAME = 8_000;

const LIKE_OWNERS = /.?\b(?:(?:tenant|tier)[-/]|ten:)[a-z0-9][a-z0-9-]*[^a-z0-9-]?/g;

const contentOf = (text: string): string => ['(content)', ...new Set(text.match(LIKE_OWNERS))].join(' ');

/**
 * What one synthesized stack says about isolation.
 *
 * @param stack its name, its `cdk.tf.json`, and the folder that `./assets/…` of its charts are in
 */
export function factsOf(stack: {
  readonly name: string;
  readonly json: TerraformJson;
  readonly folder: string;
}): StackFacts {
  const { name, json, folder } = stack;
  const canon = new Canon(name, json);
  const reader = new PolicyReader(json, canon);
  const policies: PolicyFact[] = [];
  const objects: KubernetesFact[] = [];
  const opaqueReleases: OpaqueRelease[] = [];
  const resources: ResourceFact[] = [];
  for (const [type, label, attributes] of elements(json.resource)) {
    const address = `${type}.${label}`;
    policies.push(...policiesIn(attributes, { resource: address, type }, reader));
    if (type === 'helm_release') {
      const found = chartObjects(`${name}:${address}`, attributes, folder, canon);
      if ('chart' in found) opaqueReleases.push(found);
      else objects.push(...found);
    }
    const values = objectOf(canon.value(prune(attributes, reader)));
    if (type.startsWith('kubernetes_')) objects.push(kubernetesResource(`${name}:${address}`, type, values));
    resources.push({ address, type, values: type.startsWith('kubernetes_') ? {} : values });
  }
  const dataSources = elements(json.data)
    .filter(([type]) => type !== 'aws_iam_policy_document')
    .map(([type, label, attributes]) => ({
      address: `data.${type}.${label}`,
      type,
      values: objectOf(canon.value(prune(attributes, reader))),
    }));
  const providers = providersOf(json, canon);
  return {
    name,
    place: placeOf(name, json, providers),
    providers,
    state: stateOf(json),
    logins: loginsOf(json, canon),
    unread: Object.keys(json).filter((section) => !READ.has(section)),
    resources,
    dataSources,
    policies,
    objects,
    opaqueReleases,
    modules: Object.keys(json.module ?? {}),
    contracts: contractsOf(resources),
  };
}

function elements(
  section: TerraformJson['resource'],
): (readonly [type: string, label: string, attributes: Readonly<Record<string, unknown>>])[] {
  return Object.entries(section ?? {}).flatMap(([type, labelled]) =>
    Object.entries(labelled).map(
      ([label, attributes]) => [type, label, attributes as Readonly<Record<string, unknown>>] as const,
    ),
  );
}

/** Attributes without those that say nothing, and with policies, which are read apart, as a sign only. */
function prune(value: unknown, reader: PolicyReader, attribute = ''): unknown {
  if (typeof value === 'string') {
    if (reader.holdsPolicy(value, attribute)) return '(policy)';
    return value.length > LONGEST_NAME ? contentOf(value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => prune(item, reader, attribute));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !DROPPED.has(key))
      .map(([key, inner]) => [key, prune(inner, reader, key)]),
  );
}

function policiesIn(
  value: unknown,
  of: { readonly resource: string; readonly type: string },
  reader: PolicyReader,
  attribute = '',
): PolicyFact[] {
  if (typeof value === 'string') {
    return reader.holdsPolicy(value, attribute.split('.').at(-1) ?? '')
      ? [{ ...of, attribute, statements: reader.statements(value) }]
      : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    DROPPED.has(key) ? [] : policiesIn(inner, of, reader, attribute === '' ? key : `${attribute}.${key}`),
  );
}

/** A cell's stacks have its id before their kind: tags are themselves checked. */
const cellOf = (stack: string): string => /^([a-z][a-z0-9]*)-/.exec(stack)?.[1] ?? '';

function placeOf(name: string, json: TerraformJson, providers: readonly ProviderFact[]): StackPlace {
  const tags = providers[0]?.tags ?? {};
  const [first] = listOf(json.provider?.['aws'] as Json | undefined);
  const provider = objectOf(first);
  return {
    platform: tags['platform'] ?? '',
    environment: tags['environment'] ?? '',
    cell: cellOf(name),
    account: textOf(provider['allowed_account_ids']),
    region: textOf(provider['region']),
  };
}

/** Contracts are parameters whose value is JSON with a version. */
function contractsOf(resources: readonly ResourceFact[]): Record<string, JsonObject> {
  const found = resources.flatMap(({ type, values }): [string, JsonObject][] => {
    if (type !== 'aws_ssm_parameter') return [];
    const value = textOf(values['insecure_value']) || textOf(values['value']);
    if (!value.startsWith('{')) return [];
    const fields = objectOf(JSON.parse(value) as Json);
    return fields['version'] === undefined ? [] : [[textOf(values['name']), fields]];
  });
  return Object.fromEntries(found);
}
