import type { ResourceReview } from '../report';
import type { Difference } from './differences';

type Attributes = ResourceReview['attributes'];

/** As many attributes as a person looks at; a thing that is another one has hundreds. */
const SHOWN = 40;
/** Longest text of a value, in characters. */
const LONGEST = 160;

/** Differences as they are shown: sorted by path, and cut to what a person reads. */
export function attributesOf(found: readonly Difference[]): Attributes {
  const sorted = [...found].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const shown = sorted.slice(0, SHOWN).map(({ path, before, after }) => ({
    path,
    ...(isSet(before) && { before: shortened(before, after) }),
    ...(isSet(after) && { after: shortened(after, before) }),
  }));
  const more = sorted.length - shown.length;
  return more > 0 ? [...shown, { path: `and ${String(more)} more` }] : shown;
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

/** A value in few characters: of a long text, the part around what is not in the other one. */
function shortened(value: unknown, other: unknown): string {
  const text = textOf(value);
  if (text.length <= LONGEST) return text;
  const beside = textOf(other);
  let same = 0;
  while (same < text.length && text[same] === beside[same]) same++;
  const from = Math.max(0, Math.min(same - LONGEST / 4, text.length - LONGEST));
  const part = text.slice(from, from + LONGEST);
  return `${from > 0 ? '…' : ''}${part}${from + LONGEST < text.length ? '…' : ''}`;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object'))
    return value.map(String).join(', ');
  return JSON.stringify(value ?? '');
}
