import type { Clause } from './box';
import { pattern } from './pattern';
import { cidrOf, type Span, type ValueSet } from './values';

/** One line of a condition block: an operator, a key and its values. */
export interface Requirement {
  /** As it was written: `ForAnyValue:StringLike`. */
  readonly operator: string;
  /** As it was written; letter case means nothing. */
  readonly key: string;
  readonly values: readonly string[];
}

/** Name of the property that a requirement is about. Keys with several values are apart from those with one. */
export const propertyOf = ({ operator, key }: Requirement): string =>
  `${key.toLowerCase()}${/^For(Any|All)/i.test(operator) ? ' of several values' : ''}`;

/**
 * A requirement as the values that satisfy it: several values are alternatives, an operator with “Not” is satisfied by what is
 * not there, and `IfExists` makes any so. Source: "IAM JSON policy elements: Condition operators" and "Multivalued context
 * keys", IAM User Guide.
 */
export function clauseOf({ operator, values }: Requirement): Clause {
  const quantified = /^For(Any|All)Values?:/i.exec(operator);
  const rest = operator.slice(quantified?.[0].length ?? 0).toLowerCase();
  const ifExists = rest.endsWith('ifexists');
  const name = ifExists ? rest.slice(0, -'ifexists'.length) : rest;
  if (name === 'null') return nullClause(values);
  const isNegated = name.includes('not');
  const positive = setOf(name.replace('not', ''), values) ?? opaque(operator, values);
  const set = isNegated ? { ...positive, negated: !positive.negated } : positive;
  const way = quantified?.[1]?.toLowerCase();
  if (way === 'all') return { quantifier: 'all', set, absent: true };
  if (way === 'any') return { quantifier: 'any', set, absent: ifExists };
  return { quantifier: 'one', set, absent: ifExists || isNegated };
}

function nullClause(values: readonly string[]): Clause {
  const absent = values.some((value) => value.toLowerCase() === 'true');
  const present = values.some((value) => value.toLowerCase() === 'false');
  return { quantifier: 'one', set: { is: 'texts', negated: present, patterns: [] }, absent };
}

/** Of an operator that is not known: the same only if all of it is. */
const opaque = (operator: string, values: readonly string[]): ValueSet => ({
  is: 'texts',
  negated: false,
  patterns: [pattern(`${operator.toLowerCase()} ${[...values].sort().join(' ')}`, { wild: false })],
});

function setOf(operator: string, values: readonly string[]): ValueSet | undefined {
  const texts = (options: Parameters<typeof pattern>[1]): ValueSet => ({
    is: 'texts',
    negated: false,
    patterns: values.map((value) => pattern(value, options)),
  });
  switch (operator) {
    case 'stringequals':
    case 'binaryequals':
      return texts({ wild: false });
    case 'stringequalsignorecase':
      return texts({ wild: false, folded: true });
    case 'bool':
      return {
        is: 'texts',
        negated: false,
        patterns: values.map((value) => pattern(value.toLowerCase(), { wild: false })),
      };
    case 'stringlike':
      return texts({});
    case 'arnequals':
    case 'arnlike':
      return texts({ arn: true });
    case 'ipaddress':
      return networks(values);
    default:
      return compared(operator, values);
  }
}

function networks(values: readonly string[]): ValueSet | undefined {
  const cidrs = values.flatMap((value) => cidrOf(value) ?? []);
  return cidrs.length === values.length ? { is: 'networks', negated: false, cidrs } : undefined;
}

/** Spans of numbers by operator, of one value each. */
const SPANS: Readonly<Record<string, (value: number) => readonly Span[]>> = {
  equals: (value) => [{ from: value, to: value, closed: true }],
  lessthan: (value) => [{ from: -Infinity, to: value, closed: false }],
  lessthanequals: (value) => [{ from: -Infinity, to: value, closed: true }],
  greaterthan: (value) => [{ from: value, to: Infinity, closed: false }],
  greaterthanequals: (value) => [{ from: value, to: Infinity, closed: true }],
};

function compared(operator: string, values: readonly string[]): ValueSet | undefined {
  const [, kind, comparison = ''] = /^(numeric|date)(.*)$/.exec(operator) ?? [];
  const spans = SPANS[comparison];
  if (kind === undefined || !spans) return undefined;
  const numbers = values.map((value) => (kind === 'date' ? momentOf(value) : numberOf(value)));
  return numbers.some(Number.isNaN)
    ? undefined
    : { is: 'numbers', negated: false, spans: numbers.flatMap(spans) };
}

const numberOf = (value: string): number => (value.trim() === '' ? NaN : Number(value));

/** Seconds since 1970, from either of the two forms that IAM takes. */
const momentOf = (value: string): number =>
  /^\d+$/.test(value) && value.length > 4 ? Number(value) : Date.parse(value) / 1000;
