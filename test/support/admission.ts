import { execFileSync } from 'node:child_process';
import type { KubernetesObject } from '../../constructs/core/chart';
import type { AdmissionPolicy } from '../../constructs/cluster/access/admission-policy';

/** A request as the API server shows it to admission policies. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  /** API group; empty for the core's. */
  readonly group: string;
  /** `pods`, `pods/exec`. */
  readonly resource: string;
  readonly namespace?: string;
  readonly groups: readonly string[];
  /** What is there afterwards; nothing when it is deleted. */
  readonly object?: unknown;
  readonly oldObject?: unknown;
  /** Labels of the namespace. */
  readonly labels?: Readonly<Record<string, string>>;
}

// cel-js is an ES module, which the test runner cannot load: another Node process evaluates.
const EVALUATE = `
  import { readFileSync } from 'node:fs';
  import { Environment } from '@marcbachmann/cel-js';
  const cel = new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true });
  const judge = ({ spec, context }) => {
    const variables = {};
    const run = (expression) => cel.evaluate(expression, { ...context, variables });
    for (const { name, expression } of spec.variables ?? []) {
      // As in the API server, a variable is evaluated when it is first used.
      Object.defineProperty(variables, name, { enumerable: true, get: () => run(expression) });
    }
    try {
      if (!(spec.matchConditions ?? []).every(({ expression }) => run(expression))) return [];
    } catch (error) {
      return ['error: ' + error.message];
    }
    return spec.validations.flatMap(({ expression, message, messageExpression }) => {
      try {
        return run(expression) ? [] : [messageExpression ? run(messageExpression) : message];
      } catch (error) {
        return ['error: ' + error.message];
      }
    });
  };
  console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(judge)));
`;

/** Words that name no variable: "Language Definition", section "Syntax", of the CEL specification. */
const RESERVED = new Set([
  ...[
    'as',
    'break',
    'const',
    'continue',
    'else',
    'false',
    'for',
    'function',
    'if',
    'import',
    'in',
    'let',
    'loop',
  ],
  ...['namespace', 'null', 'package', 'return', 'true', 'var', 'void', 'while'],
]);

/**
 * What a policy says to each request: nothing, or why it is refused. An expression that fails refuses, for that is what
 * the policies ask for (`failurePolicy: Fail`).
 *
 * Expressions are evaluated by another implementation of CEL than the API server's; matching follows "Matching requests:
 * matchConstraints", as far as the policies here use it.
 */
export function refusals(
  policy: AdmissionPolicy,
  requests: readonly AdmissionRequest[],
): readonly (readonly string[])[] {
  const reserved = (policy.spec?.variables ?? []).filter(({ name }) => RESERVED.has(name));
  if (reserved.length > 0)
    throw new Error(`the API server refuses variables of these names: ${JSON.stringify(reserved)}`);
  const looked = requests.map((request) => looksAt(policy, request));
  const seen = requests.filter((_, index) => looked[index]);
  const input = seen.map((request) => ({ spec: policy.spec, context: contextOf(request) }));
  const options = { input: JSON.stringify(input), encoding: 'utf8' } as const;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', EVALUATE], options);
  const judged = JSON.parse(printed) as string[][];
  return looked.map((does) => (does ? (judged.shift() ?? []) : []));
}

/** What a policy says to one request. */
export const refusal = (policy: AdmissionPolicy, request: AdmissionRequest): readonly string[] =>
  refusals(policy, [request])[0] ?? [];

type Rules = NonNullable<
  NonNullable<NonNullable<AdmissionPolicy['spec']>['matchConstraints']>['resourceRules']
>;

function looksAt(policy: AdmissionPolicy, request: AdmissionRequest): boolean {
  const {
    resourceRules = [],
    excludeResourceRules = [],
    namespaceSelector,
  } = policy.spec?.matchConstraints ?? {};
  const covers = (rules: Rules): boolean =>
    rules.some(
      ({ apiGroups = [], operations = [], resources = [] }) =>
        [request.group, '*'].some((group) => apiGroups.includes(group)) &&
        [request.operation, '*'].some((operation) => (operations as readonly string[]).includes(operation)) &&
        resources.some((resource) => matches(resource, request.resource)),
    );
  const selected = (namespaceSelector?.matchExpressions ?? []).every(({ key, operator }) => {
    if (operator !== 'Exists') throw new Error(`this model knows no operator ${operator}`);
    return key in (request.labels ?? {});
  });
  return covers(resourceRules) && !covers(excludeResourceRules) && selected;
}

function matches(rule: string, resource: string): boolean {
  const [kind = '', sub = ''] = rule.split('/');
  const [ofKind = '', ofSub = ''] = resource.split('/');
  return (kind === '*' || kind === ofKind) && (sub === '*' || sub === ofSub);
}

/** The variables of CEL. Empty fields are absent, and what is not there is null. */
function contextOf(request: AdmissionRequest): object {
  const { operation, group, resource, namespace, groups, object, oldObject, labels } = request;
  const [kind, subResource] = resource.split('/');
  const name = ((oldObject ?? object) as Partial<KubernetesObject> | undefined)?.metadata?.name;
  return {
    request: {
      operation,
      resource: { group, version: 'v1', resource: kind },
      ...(subResource !== undefined && { subResource }),
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
      userInfo: { username: 'somebody', ...(groups.length > 0 && { groups }) },
    },
    object: object ?? null,
    oldObject: oldObject ?? null,
    namespaceObject:
      namespace === undefined ? null : { metadata: { name: namespace, ...(labels && { labels }) } },
  };
}
