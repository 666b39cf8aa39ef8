type Json = Readonly<Record<string, unknown>>;

/**
 * Renders an `aws_iam_policy_document` the way the provider does: fixed key order, a list of one written as that
 * one, lists sorted in reverse, statements with the same non-empty sid overridden by the later document.
 *
 * Source: hashicorp/terraform-provider-aws, internal/service/iam/policy_document_data_source.go and policy_model.go.
 *
 * @param config the data source's arguments; a block that is there once may be an object or a list of one
 * @throws Error when two statements of one document share a sid, or a source is not JSON.
 */
export function renderPolicyDocument(config: Json): string {
  return JSON.stringify(policyOf(config), null, 2);
}

/** The same document without white space, as `minified_json` gives it. */
export function renderMinifiedPolicyDocument(config: Json): string {
  return JSON.stringify(policyOf(config));
}

function policyOf(config: Json): Json {
  const own = objects(config['statement']).map(statementOf);
  const sids = objects(config['statement']).map(({ sid }) => text(sid));
  const twice = sids.find((sid, index) => sid !== undefined && sids.indexOf(sid) !== index);
  if (twice !== undefined) throw new Error(`duplicate Sid (${twice})`);
  let statements: readonly Json[] = [];
  for (const source of strings(config['source_policy_documents']))
    statements = [...statements, ...statementsIn(source)];
  statements = [...statements, ...own];
  for (const override of strings(config['override_policy_documents']))
    statements = overridden(statements, statementsIn(override));
  const version = text(config['version']) ?? '2012-10-17';
  const id = text(config['policy_id']);
  return { Version: version, ...(id === undefined ? {} : { Id: id }), Statement: statements };
}

function statementsIn(document: string): readonly Json[] {
  const parsed = JSON.parse(document) as { readonly Statement?: Json | readonly Json[] };
  const statements = parsed.Statement ?? [];
  return Array.isArray(statements) ? (statements as readonly Json[]) : [statements as Json];
}

function overridden(base: readonly Json[], override: readonly Json[]): readonly Json[] {
  const result = [...base];
  for (const statement of override) {
    const at =
      statement['Sid'] === undefined ? -1 : result.findIndex(({ Sid: sid }) => sid === statement['Sid']);
    if (at >= 0) result[at] = statement;
    else result.push(statement);
  }
  return result;
}

function statementOf(statement: Json): Json {
  const entries: readonly (readonly [string, unknown])[] = [
    ['Sid', text(statement['sid'])],
    ['Effect', text(statement['effect']) ?? 'Allow'],
    ['Action', listOrOne(statement['actions'])],
    ['NotAction', listOrOne(statement['not_actions'])],
    ['Resource', variables(listOrOne(statement['resources']))],
    ['NotResource', variables(listOrOne(statement['not_resources']))],
    ['Principal', principals(statement['principals'])],
    ['NotPrincipal', principals(statement['not_principals'])],
    ['Condition', conditions(statement['condition'])],
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function principals(value: unknown): unknown {
  const all = objects(value);
  if (all.length === 0) return undefined;
  const wildcard =
    all.length === 1 && text(all[0]?.['type']) === '*' && strings(all[0]?.['identifiers'])[0] === '*';
  if (wildcard) return '*';
  const byType = new Map<string, string[]>();
  for (const principal of all) {
    const type = text(principal['type']) ?? '';
    byType.set(type, [...(byType.get(type) ?? []), ...strings(principal['identifiers'])]);
  }
  return Object.fromEntries(
    [...byType].map(([type, identifiers]) => [type, variables(oneOrSorted(identifiers))]),
  );
}

function conditions(value: unknown): unknown {
  const all = objects(value);
  if (all.length === 0) return undefined;
  const result: Record<string, Record<string, unknown>> = {};
  for (const condition of all) {
    const values = strings(condition['values']);
    const test = (result[text(condition['test']) ?? ''] ??= {});
    test[text(condition['variable']) ?? ''] = variables(values.length === 1 ? values[0] : values);
  }
  // Keys come out sorted, as Go writes its maps.
  return sortKeys(
    Object.fromEntries(Object.entries(result).map(([test, variable]) => [test, sortKeys(variable)])),
  );
}

function sortKeys(value: Json): Json {
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function listOrOne(value: unknown): string | readonly string[] | undefined {
  const items = strings(value);
  return items.length === 0 ? undefined : oneOrSorted(items);
}

function oneOrSorted(items: readonly string[]): string | readonly string[] {
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : [...items].sort().reverse();
}

/** `&{aws:username}` stands for a policy variable: a dollar sign would be Terraform's own. */
function variables(value: string | readonly string[] | undefined): string | readonly string[] | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string'
    ? value.replaceAll('&{', '${')
    : value.map((item) => item.replaceAll('&{', '${'));
}

function objects(value: unknown): readonly Json[] {
  const all: readonly unknown[] = Array.isArray(value) ? (value as unknown[]) : [value];
  return all.filter(
    (item): item is Json => typeof item === 'object' && item !== null && !Array.isArray(item),
  );
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
