import { canonical } from '../canonical';
import type { Values } from '../plan';

/** A setting before and after. */
export interface Pair {
  /** Names of attributes and blocks, and places in lists, from the outside in. */
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

const isTree = (value: unknown): value is Values => typeof value === 'object' && value !== null;

/**
 * Every setting that is not the same before and after, down to its innermost part. In lists, order is nothing: what is in both is
 * the same, and of the rest parts with the same name belong together.
 */
export function pairs(before: unknown, after: unknown, path: readonly string[] = []): readonly Pair[] {
  if (before === after) return [];
  if (!isTree(before) && !isTree(after)) return [{ path, before, after }];
  if (isList(before) && isList(after)) {
    return aligned(before, after).flatMap(({ step, from, to }) => pairs(from, to, [...path, step]));
  }
  // A block that may be there once is an object in a configuration, and a list of one in a plan.
  if (isList(before) && before.length <= 1 && isTree(after)) return pairs(before[0], after, path);
  if (isList(after) && after.length <= 1 && isTree(before)) return pairs(before, after[0], path);
  const [from, to] = [isTree(before) ? before : {}, isTree(after) ? after : {}];
  const steps = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  // `//` is where the framework notes where a resource comes from.
  return steps
    .filter((step) => step !== '//')
    .flatMap((step) => pairs(from[step], to[step], [...path, step]));
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

interface Aligned {
  readonly step: string;
  readonly from: unknown;
  readonly to: unknown;
}

function aligned(before: readonly unknown[], after: readonly unknown[]): readonly Aligned[] {
  const left = new Map(before.entries());
  const places = new Map<string, number[]>();
  for (const [index, value] of before.entries()) {
    const text = canonical(value);
    places.set(text, [...(places.get(text) ?? []), index]);
  }
  const unmatched = [...after.entries()].filter(([, value]) => {
    const same = places.get(canonical(value))?.shift();
    if (same !== undefined) left.delete(same);
    return same === undefined;
  });
  const found = unmatched.map(([index, to]): Aligned => {
    const place = partnerOf(to, left);
    const from = place === undefined ? undefined : left.get(place);
    if (place !== undefined) left.delete(place);
    return { step: String(index), from, to };
  });
  return [...found, ...[...left].map(([index, from]) => ({ step: String(index), from, to: undefined }))];
}

/** Attributes that say which part of a list one is. */
const NAMES = ['name', 'rule_name', 'ruleName', 'id', 'sid', 'key', 'priority', 'domain'] as const;

function partnerOf(value: unknown, left: ReadonlyMap<number, unknown>): number | undefined {
  const own = nameOf(value);
  const named = [...left].find(([, other]) => nameOf(other) === own);
  return named?.[0];
}

function nameOf(value: unknown): unknown {
  if (!isTree(value)) return typeof value;
  const name = NAMES.find((attribute) => value[attribute] !== undefined);
  return name === undefined ? 'unnamed' : canonical(value[name]);
}

/** Values of a list in one that are not in the other, by content. */
export function added<T>(
  before: readonly T[],
  after: readonly T[],
  text: (value: T) => string,
): readonly T[] {
  const known = new Set(before.map(text));
  return after.filter((value) => !known.has(text(value)));
}

/** Texts of a list; of a single one, that one. */
export const textsOf = (value: unknown): readonly string[] =>
  (isList(value) ? value : [value])
    .filter((one) => one !== undefined && one !== null && one !== '')
    .map(String);

/** A value as a text; of a list, its first. Of what is not there, the fallback. */
export const textOf = (value: unknown, fallback = ''): string => textsOf(value)[0] ?? fallback;

/** Names of attributes and blocks in a path, without places in lists. */
export const namesIn = (path: readonly string[]): readonly string[] =>
  path.filter((step) => !/^\d+$/.test(step));

/** A value for a person. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'unset';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
