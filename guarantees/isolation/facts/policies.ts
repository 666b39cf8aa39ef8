import type { Canon } from './canonical';
import { type Json, type JsonObject, listOf, objectOf, type TerraformJson, textOf, textsOf } from './json';

/** A condition of a statement. */
export interface PolicyCondition {
  readonly test: string;
  readonly variable: string;
  readonly values: readonly string[];
}

/** Whom a statement names: `AWS`, `Service`, `Federated` or `*`, and who. */
export interface Principals {
  readonly type: string;
  readonly identifiers: readonly string[];
}

/** A statement of IAM, from a policy document of Terraform's or from JSON. Its texts are canonical; variables are `${…}`. */
export interface PolicyStatement {
  readonly sid: string;
  readonly allow: boolean;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  readonly principals: readonly Principals[];
  readonly notPrincipals: readonly Principals[];
  readonly conditions: readonly PolicyCondition[];
}

/** Statements of a policy, or undefined if its text cannot be read here. */
export type PolicyText = readonly PolicyStatement[] | undefined;

const DOCUMENT = /^\$\{\s*data\.aws_iam_policy_document\.([\w-]+)\.(?:minified_)?json\s*\}$/;

/** Attributes of AWS resources that hold policies. */
const POLICIES = new Set([
  ...['policy', 'assume_role_policy', 'policy_document', 'access_policy', 'access_policies'],
  ...['resource_policy', 'registry_policy', 'inline_policy'],
]);

/** Reads policies of one stack. */
export class PolicyReader {
  private readonly pending = new Set<string>();
  private readonly read = new Map<string, PolicyText>();

  public constructor(
    private readonly json: TerraformJson,
    private readonly canon: Canon,
  ) {}

  /** Whether an attribute holds a policy: by its name, or because it is a document or JSON with statements. */
  public holdsPolicy(value: string, attribute: string): boolean {
    return (
      (POLICIES.has(attribute) && !value.startsWith('arn:')) ||
      value.includes('data.aws_iam_policy_document.') ||
      /Statement\\?"?\s*[=:]/.test(value)
    );
  }

  /** The statements of an attribute's value. */
  public statements(value: string): PolicyText {
    const name = DOCUMENT.exec(value.trim())?.[1];
    if (name !== undefined) return this.document(name);
    const text = this.canon.value(value);
    return typeof text === 'string' ? fromJson(text) : undefined;
  }

  private document(name: string): PolicyText {
    const attributes = this.json.data?.['aws_iam_policy_document']?.[name];
    if (attributes === undefined || this.pending.has(name)) return undefined;
    if (this.read.has(name)) return this.read.get(name);
    this.pending.add(name);
    const raw = attributes as Readonly<Record<string, unknown>>;
    const inherited = [
      'source_policy_documents',
      'override_policy_documents',
      'source_json',
      'override_json',
    ].flatMap((key) => {
      const value = raw[key];
      // A list that Terraform computes cannot be read: one text that is no policy.
      const texts = value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
      return texts.map((text) => (typeof text === 'string' ? this.statements(text) : undefined));
    });
    this.pending.delete(name);
    // Statements that Terraform computes cannot be read.
    if (raw['dynamic'] !== undefined) return this.remember(name, undefined);
    const own = listOf(this.canon.value(raw['statement'])).map((statement) =>
      fromTerraform(objectOf(statement)),
    );
    // What an override replaces still counts: a finding too many is a smaller harm than one too few.
    const statements = inherited.includes(undefined)
      ? undefined
      : [...inherited.flatMap((texts) => texts ?? []), ...own];
    return this.remember(name, statements);
  }

  private remember(name: string, statements: PolicyText): PolicyText {
    this.read.set(name, statements);
    return statements;
  }
}

/** `&{…}` is how a policy document of Terraform's writes a variable of IAM's. */
const variables = (texts: readonly string[]): string[] => texts.map((text) => text.replaceAll('&{', '${'));

const principalsOf = (value: Json | undefined): Principals[] =>
  listOf(value).map((item) => ({
    type: textOf(objectOf(item)['type']),
    identifiers: textsOf(objectOf(item)['identifiers']),
  }));

function fromTerraform(statement: JsonObject): PolicyStatement {
  return {
    sid: textOf(statement['sid']),
    allow: statement['effect'] !== 'Deny',
    actions: textsOf(statement['actions']),
    notActions: textsOf(statement['not_actions']),
    resources: variables(textsOf(statement['resources'])),
    notResources: variables(textsOf(statement['not_resources'])),
    principals: principalsOf(statement['principals']),
    notPrincipals: principalsOf(statement['not_principals']),
    conditions: merged(
      listOf(statement['condition']).map((condition) => ({
        test: textOf(objectOf(condition)['test']),
        variable: textOf(objectOf(condition)['variable']),
        values: variables(textsOf(objectOf(condition)['values'])),
      })),
    ),
  };
}

/** Terraform writes blocks of the same test and variable as one: any of their values will do. */
function merged(conditions: readonly PolicyCondition[]): PolicyCondition[] {
  const found = new Map<string, PolicyCondition>();
  for (const condition of conditions) {
    const key = `${condition.test} ${condition.variable}`.toLowerCase();
    const values = [...(found.get(key)?.values ?? []), ...condition.values];
    found.set(key, { ...condition, values: [...new Set(values)] });
  }
  return [...found.values()];
}

/** Statements of a policy in IAM's own JSON, or undefined if the text is none. */
function fromJson(text: string): PolicyText {
  let policy: Json;
  try {
    policy = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  const statements = objectOf(policy)['Statement'];
  if (statements === undefined) return undefined;
  return listOf(statements).map((value): PolicyStatement => {
    const statement = objectOf(value);
    const named = (key: string): readonly string[] => textsOf(statement[key]);
    return {
      sid: textOf(statement['Sid']),
      allow: statement['Effect'] !== 'Deny',
      actions: named('Action'),
      notActions: named('NotAction'),
      resources: named('Resource'),
      notResources: named('NotResource'),
      principals: jsonPrincipals(statement['Principal']),
      notPrincipals: jsonPrincipals(statement['NotPrincipal']),
      conditions: Object.entries(objectOf(statement['Condition'])).flatMap(([test, keys]) =>
        Object.entries(objectOf(keys)).map(([variable, values]) => ({
          test,
          variable,
          values: textsOf(values),
        })),
      ),
    };
  });
}

function jsonPrincipals(value: Json | undefined): Principals[] {
  if (typeof value === 'string') return [{ type: value === '*' ? '*' : 'AWS', identifiers: [value] }];
  return Object.entries(objectOf(value)).map(([type, identifiers]) => ({
    type,
    identifiers: textsOf(identifiers),
  }));
}
