/**
 * Patterns with `*` (any characters, none too) and `?` (one character), as IAM, Valkey and Kubernetes tools write them.
 * `*` crosses every separator, as in IAM.
 */

/** Whether a pattern matches the whole of a text. */
export function matches(pattern: string, text: string): boolean {
  let [p, t] = [0, 0];
  // Where to go on when what followed the last `*` did not fit: it swallows one character more.
  let [star, resume] = [-1, 0];
  while (t < text.length) {
    const sign = pattern[p];
    if (sign === '*') [star, resume] = [p++, t];
    else if (sign === '?' || sign === text[t]) [p, t] = [p + 1, t + 1];
    else if (star >= 0) [p, t] = [star + 1, ++resume];
    else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Whether some text matches both patterns. */
export function overlap(a: string, b: string): boolean {
  const [startOfA, startOfB] = [literalPrefix(a), literalPrefix(b)];
  if (!startOfA.startsWith(startOfB) && !startOfB.startsWith(startOfA)) return false;
  // `row[j]` tells whether a beginning of `a` and the first j signs of `b` share a text; the beginning grows row by row.
  let row = beginnings(b, true);
  for (const sign of a) {
    const next = beginnings(b, sign === '*' && row[0] === true);
    for (let j = 1; j <= b.length; j++) {
      const other = b[j - 1];
      if (sign === '*' || other === '*') next[j] = next[j - 1] === true || row[j] === true;
      else next[j] = row[j - 1] === true && (sign === other || sign === '?' || other === '?');
    }
    row = next;
  }
  return row[b.length] === true;
}

/** The row of beginnings of a pattern that share the empty text with `fits`. */
function beginnings(pattern: string, fits: boolean): boolean[] {
  const row = [fits];
  for (const sign of pattern) row.push(sign === '*' && row.at(-1) === true);
  return row;
}

/** What every text that matches begins with. */
export const literalPrefix = (pattern: string): string => /^[^*?]*/.exec(pattern)?.[0] ?? '';

/** Whether a pattern names exactly one text. */
export const isLiteral = (pattern: string): boolean => !/[*?]/.test(pattern);
