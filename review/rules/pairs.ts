import type { Values } from '../plan';

/** A setting before and after. */
export interface Pair {
  /** Names of attributes and blocks, and places in lists, from the outside in. */
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

const isTree = (value: unknown): value is Values => typeof value === 'object' && value !== null;

/** Every setting that is not the same before and after, down to its innermost part. */
export function pairs(before: unknown, after: unknown, path: readonly string[] = []): readonly Pair[] {
  if (before === after) return [];
  if (!isTree(before) && !isTree(after)) return [{ path, before, after }];
  const [from, to] = [isTree(before) ? before : {}, isTree(after) ? after : {}];
  const steps = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return steps.flatMap((step) => pairs(from[step], to[step], [...path, step]));
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
