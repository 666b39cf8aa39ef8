import {
  beginning,
  isFolded,
  isLiteral,
  isThrough,
  literalOf,
  matches,
  namedAt,
  type Pattern,
  type Positions,
  step,
  type TextSet,
} from './pattern';

/** Stands for all characters that no pattern names. */
const OTHER = '\uFFFF';

/** Combinations of positions that are looked at before it is taken for granted that there is a text. */
const MOST_STATES = 1_500;

/** Whether one text is in all sets. Exact, but for sets that would take too long: of those it is said that there may be one. */
export function haveCommonText(sets: readonly TextSet[]): boolean {
  const literal = sets.find(({ negated, patterns }) => !negated && patterns.every(isLiteral));
  // One that ignores case is more than one text, except among such only.
  const folded = sets.some(({ patterns }) => patterns.some(isFolded));
  const isOneText = !folded || sets.every(({ patterns }) => patterns.every(isFolded));
  if (literal && isOneText) {
    return literal.patterns.some((one) => {
      const symbols = literalOf(one);
      return sets.every((set) => isIn(set, symbols));
    });
  }
  return search(sets);
}

const isIn = ({ patterns, negated }: TextSet, symbols: readonly string[]): boolean =>
  patterns.some((one) => matches(one, symbols)) !== negated;

/** Reads all patterns at once, symbol by symbol, in every way that could make a difference. */
function search(sets: readonly TextSet[]): boolean {
  const start = sets.map(({ patterns }) => patterns.map(beginning));
  const seen = new Set([keyOf(start)]);
  let front: readonly State[] = [start];
  while (front.length > 0) {
    if (front.some((state) => isFound(sets, state))) return true;
    if (seen.size > MOST_STATES) return true;
    front = front.flatMap((state) =>
      symbolsFrom(sets, state)
        .map((symbol) => advance(sets, state, symbol))
        .filter((next) => {
          const key = keyOf(next);
          if (seen.has(key) || isDead(sets, next)) return false;
          seen.add(key);
          return true;
        }),
    );
  }
  return false;
}

type State = readonly (readonly Positions[])[];

const keyOf = (state: State): string =>
  state.map((set) => set.map((positions) => positions.join(',')).join(';')).join('|');

const isFound = (sets: readonly TextSet[], state: State): boolean =>
  sets.every(({ patterns, negated }, index) => {
    const positions = state[index] ?? [];
    return patterns.some((one, at) => isThrough(one, positions[at] ?? [])) !== negated;
  });

/** Whether no text that goes on from here is in all sets. */
const isDead = (sets: readonly TextSet[], state: State): boolean =>
  sets.some(({ negated }, index) => !negated && (state[index] ?? []).every(({ length }) => length === 0));

function symbolsFrom(sets: readonly TextSet[], state: State): readonly string[] {
  const named = sets.flatMap(({ patterns }, index) =>
    patterns.flatMap((one, at) => namedAt(one, state[index]?.[at] ?? [])),
  );
  // A set that ignores case beside one that does not: both cases make a difference.
  const cases = named.flatMap((symbol) => (symbol.length === 1 ? [symbol, symbol.toUpperCase()] : [symbol]));
  return [...new Set([...cases, OTHER])];
}

const advance = (sets: readonly TextSet[], state: State, symbol: string): State =>
  sets.map(({ patterns }, index) => patterns.map((one, at) => step(one, state[index]?.[at] ?? [], symbol)));

/** Whether a pattern matches all that another one matches. */
export const isWithin = (inner: Pattern, outer: Pattern): boolean =>
  !haveCommonText([
    { patterns: [inner], negated: false },
    { patterns: [outer], negated: true },
  ]);
