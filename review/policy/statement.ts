import { isRecord } from '../canonical';
import type { Box, Clause } from './box';
import { clauseOf, propertyOf, type Requirement } from './conditions';
import { pattern, type Pattern } from './pattern';

/** What a statement says of one of actions, resources or principals. */
export interface Part {
  readonly name: PartName;
  /** As they were written; principals of AWS without their kind. */
  readonly texts: readonly string[];
  /** Whether it is about all but these: `NotAction`. */
  readonly negated: boolean;
}

export type PartName = 'action' | 'resource' | 'principal';

export interface Statement {
  readonly parts: readonly Part[];
  readonly conditions: readonly Requirement[];
}

export interface Policy {
  readonly allow: readonly Statement[];
  readonly deny: readonly Statement[];
}

/** Reads a policy; undefined if the text is none, or says what IAM would refuse. */
export function parsePolicy(text: string): Policy | undefined {
  try {
    const { Statement } = JSON.parse(text) as { readonly Statement?: unknown };
    if (Statement === undefined) return undefined;
    const statements = listOf(Statement);
    if (!statements.every(isStatement)) return undefined;
    const withEffect = (effect: string): readonly Statement[] =>
      statements.filter((statement) => statement['Effect'] === effect).map(statementOf);
    return { allow: withEffect('Allow'), deny: withEffect('Deny') };
  } catch {
    return undefined;
  }
}

const isStatement = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isRecord(value) &&
  (value['Effect'] === 'Allow' || value['Effect'] === 'Deny') &&
  (value['Action'] !== undefined || value['NotAction'] !== undefined);

const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
const textsOf = (value: unknown): readonly string[] => [...new Set(listOf(value).map(String))];

const KEYS: readonly (readonly [PartName, string])[] = [
  ['action', 'Action'],
  ['resource', 'Resource'],
  ['principal', 'Principal'],
];

function statementOf(statement: Readonly<Record<string, unknown>>): Statement {
  const parts = KEYS.flatMap(([name, key]): readonly Part[] => {
    const read = name === 'principal' ? principalsOf : textsOf;
    return [
      ...(key in statement ? [{ name, texts: read(statement[key]), negated: false }] : []),
      ...(`Not${key}` in statement ? [{ name, texts: read(statement[`Not${key}`]), negated: true }] : []),
    ];
  });
  const condition = statement['Condition'];
  const conditions = Object.entries(isRecord(condition) ? condition : {}).flatMap(([operator, keys]) =>
    Object.entries(isRecord(keys) ? keys : {}).map(([key, values]) => ({
      operator,
      key,
      values: textsOf(values),
    })),
  );
  return { parts, conditions };
}

/** An account by its number is its root. Source: "AWS JSON policy elements: Principal", IAM User Guide. */
const ACCOUNT = /^\d{12}$/;

/** `*` is everybody, and so is `{"AWS": "*"}`. */
function principalsOf(principal: unknown): readonly string[] {
  if (!isRecord(principal)) return textsOf(principal);
  const named = Object.entries(principal).flatMap(([kind, names]) =>
    textsOf(names).map((name) => {
      if (kind !== 'AWS') return `${kind} ${name}`;
      return ACCOUNT.test(name) ? `arn:aws:iam::${name}:root` : name;
    }),
  );
  return [...new Set(named)];
}

/** Patterns of actions ignore case; a principal is one, or everybody. */
function patternOf(name: PartName, text: string): Pattern {
  if (name === 'action') return pattern(text, { folded: true });
  return pattern(text, { wild: name === 'resource' || text === '*' });
}

const partClause = ({ name, texts, negated }: Part): Clause => ({
  quantifier: 'one',
  set: { is: 'texts', negated, patterns: texts.map((text) => patternOf(name, text)) },
  absent: false,
});

/** The requests that a statement is about. */
export function boxOf({ parts, conditions }: Statement): Box {
  const clauses: readonly (readonly [string, Clause])[] = [
    ...parts.map((part) => [part.name, partClause(part)] as const),
    ...conditions.map((requirement) => [`key ${propertyOf(requirement)}`, clauseOf(requirement)] as const),
  ];
  const box = new Map<string, readonly Clause[]>();
  for (const [name, clause] of clauses) box.set(name, [...(box.get(name) ?? []), clause]);
  return box;
}
