import type { Condition, Statement } from '../../constructs/access/statement';

/** What a caller asks of AWS. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  /** Condition keys that the service gives for this request. Absent keys are absent, as in AWS. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Whether identity policies allow a request: some statement allows it and none denies it.
 *
 * Only what the statements of this repository use: an operator that is not known here is an error, never a match.
 * Source: "Policy evaluation logic" and "IAM JSON policy elements: Condition operators", IAM User Guide.
 */
export function allows(statements: readonly Statement[], request: Request): boolean {
  const applying = statements.filter(
    ({ actions, resources, conditions = [] }) =>
      actions.some((pattern) => matches(pattern.toLowerCase(), request.action.toLowerCase())) &&
      resources.some((pattern) => matches(pattern, request.resource)) &&
      conditions.every((condition) => holds(condition, request.context ?? {})),
  );
  return (
    applying.some(({ effect }) => effect !== 'Deny') && !applying.some(({ effect }) => effect === 'Deny')
  );
}

/** Whether a pattern with `*` and `?` matches the whole of a value. */
function matches(pattern: string, value: string): boolean {
  const literal = pattern.replace(/[\\^$+.()|[\]{}]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(value);
}

const OPERATORS: Readonly<Record<string, { readonly test: typeof matches; readonly negated?: boolean }>> = {
  StringEquals: { test: (wanted, found) => wanted === found },
  StringNotEquals: { test: (wanted, found) => wanted === found, negated: true },
  StringLike: { test: matches },
  StringNotLike: { test: matches, negated: true },
  ArnLike: { test: matches },
  ArnEquals: { test: matches },
  ArnNotLike: { test: matches, negated: true },
  Bool: { test: (wanted, found) => wanted === found },
  NumericLessThan: { test: (wanted, found) => Number(found) < Number(wanted) },
};

function holds({ test, variable, values }: Condition, context: NonNullable<Request['context']>): boolean {
  const key = Object.keys(context).find((name) => name.toLowerCase() === variable.toLowerCase());
  const found = key === undefined ? undefined : [context[key] ?? []].flat();
  if (test === 'Null') return values.includes(String(found === undefined));

  const [, set, name, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(test) ?? [];
  const operator = OPERATORS[name ?? ''];
  if (!operator) throw new Error(`operator ${test} is not known to the tests`);
  const { test: compare, negated = false } = operator;
  const fits = (value: string): boolean => values.some((wanted) => compare(wanted, value)) !== negated;

  // An absent key fits every negated operator, everything `IfExists`, and all of its (no) values.
  if (found === undefined)
    return set === 'ForAllValues' || (set !== 'ForAnyValue' && (negated || ifExists !== undefined));
  return set === 'ForAllValues' ? found.every(fits) : found.some(fits);
}
