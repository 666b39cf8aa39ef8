import { textOf } from './pairs';

// How a setting is weaker than it was: functions of its value before and after.

export const isOff = (value: unknown): boolean =>
  value === false ||
  value === null ||
  value === undefined ||
  value === '' ||
  (typeof value === 'string' && /^(false|off|none|disabled|suspended)$/i.test(value));

export const turnsOff = (before: unknown, after: unknown): boolean => !isOff(before) && isOff(after);
export const turnsOn = (before: unknown, after: unknown): boolean => isOff(before) && !isOff(after);
/** For settings that a provider turns on where nothing is said. */
export const turnsOnUnsaid = (before: unknown, after: unknown): boolean =>
  isSaidOff(before) && !isSaidOff(after);
export const turnsSaidOff = (before: unknown, after: unknown): boolean => !isOff(before) && isSaidOff(after);
const isSaidOff = (value: unknown): boolean => value === false || value === 'false';
const isNumber = (value: unknown): boolean =>
  value === null || value === undefined || !Number.isNaN(Number(value));
export const sinks = (before: unknown, after: unknown): boolean =>
  isNumber(before) && isNumber(after) && Number(after ?? 0) < Number(before ?? 0);
export const rises = (before: unknown, after: unknown): boolean => sinks(after, before);
/** Longer, or as long as it is where nothing is said, which is longer than anybody says. */
export const risesOrUnsaid = (before: unknown, after: unknown): boolean =>
  before !== null && before !== undefined && (after === null || after === undefined || rises(before, after));
/** Days for which zero means for ever. */
export const sinksFromForEver = (before: unknown, after: unknown): boolean =>
  Number(after ?? 0) !== 0 && (Number(before ?? 0) === 0 || sinks(before, after));
/** Sooner than before, or at all; only where nothing is for ever. */
export const sooner = (before: unknown, after: unknown): boolean =>
  Number(after ?? 0) !== 0 && (before === null || before === undefined || sinks(before, after));

/** Down in a row of words that goes from the strictest on. What is not in the row is the last of it. */
export const downIn =
  (...row: readonly string[]) =>
  (before: unknown, after: unknown): boolean => {
    const place = (value: unknown): number => {
      const found = row.findIndex((word) => word.toLowerCase() === textOf(value).toLowerCase());
      return found < 0 ? row.length : found;
    };
    return place(before) < place(after);
  };

/** Versions of TLS in names of policies: `ELBSecurityPolicy-TLS13-1-2-2021-06` takes 1.2 and later ones. */
function tlsOf(value: unknown): number {
  const text = textOf(value);
  const listed = /TLS(?:13)?-(1-\d)/.exec(text)?.[1] ?? /FS-(1-\d)/.exec(text)?.[1];
  const plain = listed ?? /(?:TLS)?[vV_]?(1[._]\d)(?!\d)/.exec(text)?.[1] ?? '1.0';
  return Number(plain.replace(/[-_]/, '.'));
}
export const takesOlderTls = (before: unknown, after: unknown): boolean =>
  !isOff(before) && tlsOf(after) < tlsOf(before);

/** A later version first; what is no version is none. */
export function isOlder(before: unknown, after: unknown): boolean {
  const parts = (value: unknown): readonly number[] | undefined =>
    /^\d+(\.\d+)*/.exec(textOf(value))?.[0].split('.').map(Number);
  const [was, is] = [parts(before), parts(after)];
  if (!was || !is) return false;
  const place = was.findIndex((part, index) => part !== (is[index] ?? part));
  return place >= 0 && (is[place] ?? 0) < (was[place] ?? 0);
}
