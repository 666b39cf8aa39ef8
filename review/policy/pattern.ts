/** One place of a pattern: a character or reference, any one character, or any text. */
type Atom =
  | { readonly is: 'text'; readonly text: string; readonly folded: boolean }
  | { readonly is: 'one'; readonly within: boolean }
  | { readonly is: 'many'; readonly within: boolean };

/**
 * A text with wildcards. A reference to what only a deployment knows, `${…}`, is one symbol: nothing but itself and a star
 * matches it.
 */
export type Pattern = readonly Atom[];

/** Texts that match one of some patterns, or none of them. */
export interface TextSet {
  readonly patterns: readonly Pattern[];
  readonly negated: boolean;
}

export interface PatternOptions {
  /** Whether `*` and `?` mean other texts. @default true */
  readonly wild?: boolean;
  /** Whether upper and lower case are the same. @default false */
  readonly folded?: boolean;
  /** Whether wildcards end at colons, as those in the first five parts of an ARN do in conditions on ARNs. @default false */
  readonly arn?: boolean;
}

/** Parts of an ARN; the last one may hold colons. */
const ARN_PARTS = 6;

export function pattern(
  text: string,
  { wild = true, folded = false, arn = false }: PatternOptions = {},
): Pattern {
  const symbols = symbolsOf(text);
  const colons = symbols.filter((symbol) => symbol === ':').length;
  let part = 0;
  return symbols.map((symbol): Atom => {
    if (symbol === ':') part++;
    const within = arn && colons >= ARN_PARTS - 1 && part < ARN_PARTS - 1;
    if (wild && symbol === '*') return { is: 'many', within };
    if (wild && symbol === '?') return { is: 'one', within };
    return { is: 'text', text: folded ? symbol.toLowerCase() : symbol, folded };
  });
}

/** Characters of a text, each reference as one. */
export function symbolsOf(text: string): readonly string[] {
  const symbols: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = text.startsWith('${', at) ? endOfReference(text, at) : at + 1;
    symbols.push(text.slice(at, end));
    at = end;
  }
  return symbols;
}

function endOfReference(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}' && --depth === 0) return at + 1;
  }
  return text.length;
}

export const isLiteral = (of: Pattern): boolean => of.every(({ is }) => is === 'text');

/** Whether it ignores case. What has no letters may be taken either way. */
export const isFolded = (of: Pattern): boolean => of.every((atom) => atom.is !== 'text' || atom.folded);

/** The only text that a pattern without wildcards matches, but for its case. */
export const literalOf = (of: Pattern): readonly string[] =>
  of.flatMap((atom) => (atom.is === 'text' ? [atom.text] : []));

function accepts(atom: Atom, symbol: string): boolean {
  if (atom.is === 'text') return atom.text === (atom.folded ? symbol.toLowerCase() : symbol);
  if (atom.within && symbol === ':') return false;
  return atom.is === 'many' || symbol.length === 1;
}

/** Where in a pattern one may be once a text was read, in ascending order. */
export type Positions = readonly number[];

/** With the places behind stars, which match nothing too. */
function closed(of: Pattern, positions: Iterable<number>): Positions {
  const all = new Set<number>();
  for (const start of positions) {
    let at = start;
    all.add(at);
    while (of[at]?.is === 'many') all.add(++at);
  }
  return [...all].sort((a, b) => a - b);
}

export const beginning = (of: Pattern): Positions => closed(of, [0]);

export const isThrough = (of: Pattern, positions: Positions): boolean => positions.at(-1) === of.length;

export function step(of: Pattern, positions: Positions, symbol: string): Positions {
  const next = positions.flatMap((at) => {
    const atom = of[at];
    if (!atom || !accepts(atom, symbol)) return [];
    return [atom.is === 'many' ? at : at + 1];
  });
  return closed(of, next);
}

/** Symbols that go on from some positions in another way than those that no pattern names. */
export const namedAt = (of: Pattern, positions: Positions): readonly string[] =>
  positions.flatMap((at) => {
    const atom = of[at];
    if (atom?.is === 'text') return [atom.text];
    return atom?.within === true ? [':'] : [];
  });

export function matches(of: Pattern, symbols: readonly string[]): boolean {
  let positions = beginning(of);
  for (const symbol of symbols) {
    positions = step(of, positions, symbol);
    if (positions.length === 0) return false;
  }
  return isThrough(of, positions);
}
