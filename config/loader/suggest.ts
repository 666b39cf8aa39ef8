import { closest, distance } from 'fastest-levenshtein';

/** The candidate that `word` is probably a typo of, if any. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length < 2 || word.length > 64 || candidates.length === 0) return undefined;
  const lower = word.toLowerCase();
  if (candidates.every((candidate) => /^\d+(\.\d+)+$/.test(candidate)))
    return nearestVersion(lower, candidates);
  const best = closest(lower, candidates);
  // Two edits cover a pair of swapped letters, which is the commonest typo.
  const edits = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  if (distance(lower, best.toLowerCase()) <= edits) return best;
  // "production" for "prod", "env" for "environment".
  return candidates.find((candidate) =>
    candidate.length < lower.length
      ? candidate.length >= 3 && lower.startsWith(candidate)
      : lower.length >= 3 && candidate.startsWith(lower),
  );
}

/** Versions are short and alike: only one edit, and only when it leads to a single one, makes a typo likely. */
function nearestVersion(word: string, versions: readonly string[]): string | undefined {
  const near = versions.filter((version) => distance(word, version) <= 1);
  return near.length === 1 ? near[0] : undefined;
}

/** `; did you mean "region"?` or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const suggestion = nearest(word, candidates);
  return suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
}
