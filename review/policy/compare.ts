import { type Box, isLeft, isNear } from './box';
import type { Requirement } from './conditions';
import { boxOf, parsePolicy, type Part, type PartName, type Policy, type Statement } from './statement';

/** Something that a policy makes possible, or no longer refuses, as far as another one does not. */
export interface Widening {
  readonly effect: 'allows' | 'no longer refuses';
  readonly actions: readonly string[];
  /** None in a policy that says whom a role trusts. */
  readonly resources: readonly string[];
  /** None in a policy of an identity. */
  readonly principals: readonly string[];
  /** What was asked for before, where only that was dropped or weakened. */
  readonly conditionsBefore?: readonly Requirement[];
  /** What is asked for now. */
  readonly conditions: readonly Requirement[];
}

/** What a later policy allows that an earlier one did not, and what it refuses no longer. */
export function compare(before: Policy, after: Policy): readonly Widening[] {
  const refused = after.deny.map(boxOf);
  return [
    ...after.allow.flatMap((statement) => lost('allows', statement, before.allow, refused)),
    ...before.deny.flatMap((statement) => lost('no longer refuses', statement, after.deny, [])),
  ];
}

/** Parts of a statement that are in none of some others. */
function lost(
  effect: Widening['effect'],
  statement: Statement,
  others: readonly Statement[],
  besides: readonly Box[],
): readonly Widening[] {
  const boxes = [...others.map(boxOf), ...besides];
  const found = missing(statement, boxes);
  if (found.length === 0) return [];
  const groups = new Map<string, Statement[]>();
  for (const atom of found) {
    const key = JSON.stringify([textsIn(atom, 'resource'), textsIn(atom, 'principal')]);
    groups.set(key, [...(groups.get(key) ?? []), atom]);
  }
  return [...groups.values()].map((atoms) => widening(effect, statement, atoms, others));
}

/** The parts of a statement, as small as they were written, that leave something outside boxes. */
function missing(statement: Statement, boxes: readonly Box[]): readonly Statement[] {
  let found: readonly Statement[] = [statement].filter((part) => isLeft(boxOf(part), boxes));
  for (const name of ['action', 'resource', 'principal'] as const) {
    found = found.flatMap((part) => {
      const parts = divided(part, name);
      return parts.length === 1 ? parts : parts.filter((one) => isLeft(boxOf(one), boxes));
    });
  }
  return found;
}

function divided(statement: Statement, name: PartName): readonly Statement[] {
  const part = statement.parts.find((other) => other.name === name && !other.negated);
  if (!part) return [statement];
  return part.texts.map((text) => ({
    ...statement,
    parts: statement.parts.map((other) => (other === part ? { ...part, texts: [text] } : other)),
  }));
}

function widening(
  effect: Widening['effect'],
  statement: Statement,
  atoms: readonly Statement[],
  others: readonly Statement[],
): Widening {
  const [first] = atoms;
  const conditionsBefore = first ? droppedFor(first, atoms, others) : undefined;
  return {
    effect,
    actions: [...new Set(atoms.flatMap((atom) => textsIn(atom, 'action')))],
    resources: first ? textsIn(first, 'resource') : [],
    principals: first ? textsIn(first, 'principal') : [],
    conditions: statement.conditions,
    ...(conditionsBefore !== undefined && { conditionsBefore }),
  };
}

/** Conditions under which all of it was there already; undefined if it was not even under conditions. */
function droppedFor(
  first: Statement,
  atoms: readonly Statement[],
  others: readonly Statement[],
): readonly Requirement[] | undefined {
  const bare = others.map((other) => boxOf({ ...other, conditions: [] }));
  if (atoms.some((atom) => isLeft(boxOf({ ...atom, conditions: [] }), bare))) return undefined;
  const before = others.find((_, index) =>
    isNear(boxOf({ ...first, conditions: [] }), bare[index] ?? new Map()),
  );
  return before?.conditions;
}

const textsIn = ({ parts }: Statement, name: PartName): readonly string[] =>
  parts
    .filter((part) => part.name === name)
    .flatMap(({ texts, negated }: Part) => (negated ? [`all but ${texts.join(', ')}`] : texts));

/**
 * What a policy allows that another one did not. Where that cannot be told, it is called wider: the comparison may be wrong on
 * the safe side only. It takes references to different things for different texts.
 *
 * @returns sentences for a person; none if it is no wider
 */
export function widenings(before: string, after: string): readonly string[] {
  if (before === after) return [];
  const [old, now] = [parsePolicy(before), parsePolicy(after)];
  if (!old || !now) return ['changed, and cannot be read as a policy'];
  return [...new Set(compare(old, now).map(told))];
}

function told({ effect, actions, resources, principals, conditionsBefore, conditions }: Widening): string {
  const on = resources.length > 0 ? ` on ${some(resources)}` : '';
  const to = principals.length > 0 ? ` to ${some(principals)}` : '';
  const what = `${effect} ${some(actions)}${on}${to}`;
  const now = conditions.length > 0 ? `with ${conditionsText(conditions)}` : undefined;
  if (conditionsBefore === undefined) return now === undefined ? what : `${what}, ${now}`;
  if (effect === 'allows') {
    return `under weaker conditions, ${what}: before only with ${conditionsText(conditionsBefore)}, now ${now ?? 'always'}`;
  }
  return `${what}, but with ${conditionsText(conditionsBefore)}: before ${now ?? 'always'}`;
}

const conditionsText = (conditions: readonly Requirement[]): string =>
  conditions
    .map(({ operator, key, values }) => `${operator} ${key} ${some(values, ' or ')}`)
    .sort()
    .join(' and ') || 'no condition';

/** Names of a list that are enough for a person to see what it is about. */
const SHOWN = 6;

function some(names: readonly string[], separator = ', '): string {
  const more = names.length - SHOWN;
  return more > 0
    ? `${names.slice(0, SHOWN).join(separator)} and ${String(more)} more`
    : names.join(separator);
}
