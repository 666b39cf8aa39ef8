import { complement, haveCommonValue, type ValueSet } from './values';

/** What is asked of one property of a request: its action, its resource, its principal, or a condition's key. */
export interface Clause {
  /** Of a key with several values: whether any of them, or all. `one`: of a property with a single value. */
  readonly quantifier: 'one' | 'any' | 'all';
  readonly set: ValueSet;
  /** Whether a request that has no such property is right too. */
  readonly absent: boolean;
}

/** Requests that a statement is about: those that satisfy all clauses of all properties. */
export type Box = ReadonlyMap<string, readonly Clause[]>;

const OPPOSITE = { one: 'one', any: 'all', all: 'any' } as const;

const negation = ({ quantifier, set, absent }: Clause): Clause => ({
  quantifier: OPPOSITE[quantifier],
  set: complement(set),
  absent: !absent,
});

/** Whether a property can satisfy all clauses at once. */
function isSatisfiable(clauses: readonly Clause[]): boolean {
  if (clauses.every(({ absent }) => absent)) return true;
  const setsOf = (quantifier: Clause['quantifier']): readonly ValueSet[] =>
    clauses.filter((clause) => clause.quantifier === quantifier).map(({ set }) => set);
  // Several values: each must be in the sets of `all`, and for each set of `any` there must be one.
  const all = [...setsOf('one'), ...setsOf('all')];
  const any = setsOf('any');
  return any.length === 0 ? haveCommonValue(all) : any.every((set) => haveCommonValue([...all, set]));
}

const withClause = (box: Box, name: string, clause: Clause): Box =>
  new Map([...box, [name, [...(box.get(name) ?? []), clause]]]);

/** Steps of one comparison, after which it is taken for granted that something is left. */
const MOST_STEPS = 3_000;

/**
 * Whether some request is in a box and in none of the others.
 *
 * Exact where conditions are of operators whose meaning is known; otherwise, and when there would be too much to compare, true.
 */
export function isLeft(box: Box, others: readonly Box[]): boolean {
  // A statement may be about nothing: what is not *.
  if (![...box.values()].every(isSatisfiable)) return false;
  const near = others.filter((other) => isNear(box, other));
  const budget = { left: MOST_STEPS };
  return isLeftAfter(box, near, 0, budget);
}

function isLeftAfter(box: Box, others: readonly Box[], index: number, budget: { left: number }): boolean {
  const other = others[index];
  if (!other) return true;
  if (budget.left-- <= 0) return true;
  // What of the box is outside the other one, property by property; what is left at the end is in both.
  let rest = box;
  for (const [name, clauses] of other) {
    for (const clause of clauses) {
      const outside = withClause(rest, name, negation(clause));
      if (isSatisfiable(outside.get(name) ?? []) && isLeftAfter(outside, others, index + 1, budget)) {
        return true;
      }
      rest = withClause(rest, name, clause);
    }
    if (!isSatisfiable(rest.get(name) ?? [])) return false;
  }
  return false;
}

/** Whether two boxes may have a request in common. */
export function isNear(box: Box, other: Box): boolean {
  for (const [name, clauses] of other) {
    const own = box.get(name);
    if (own && !isSatisfiable([...own, ...clauses])) return false;
  }
  return true;
}

/** The parts of a box that are about some properties only. */
export const only = (box: Box, names: (name: string) => boolean): Box =>
  new Map([...box].filter(([name]) => names(name)));
