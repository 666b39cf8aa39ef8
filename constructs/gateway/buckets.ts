/**
 * Regular expression for the numbers from 0 to below `count`, as text. Short, for Envoy compiles it into a program whose size is
 * limited, and a list of the numbers is long. Envoy matches the whole header by it: `safe_regex`, "StringMatcher", Envoy API.
 *
 * @param count 1 to 256
 * @throws RangeError for other counts
 */
export function bucketsBelow(count: number): string {
  if (!Number.isSafeInteger(count) || count < 1 || count > 256) {
    throw new RangeError(`count must be a whole number from 1 to 256, got ${String(count)}`);
  }
  const last = String(count - 1);
  const shorter = ['[0-9]', '[1-9][0-9]'].slice(0, last.length - 1);
  // Numbers as long as the last one: those that are smaller at some digit and the same before it, and the last itself.
  const ranges = Array.from(last, Number).flatMap((digit, index) => {
    const least = index === 0 && last.length > 1 ? 1 : 0;
    const most = index === last.length - 1 ? digit : digit - 1;
    if (most < least) return [];
    return [`${last.slice(0, index)}${digits(least, most)}${'[0-9]'.repeat(last.length - 1 - index)}`];
  });
  return [...shorter, ...ranges].join('|');
}

const digits = (from: number, to: number): string =>
  from === to ? String(from) : `[${String(from)}-${String(to)}]`;
