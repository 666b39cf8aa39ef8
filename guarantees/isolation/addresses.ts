/** Whether one range of IPv4 addresses lies in another. */
export function isWithin(inner: string, outer: string): boolean {
  const [a, b] = [range(inner), range(outer)];
  return a !== undefined && b !== undefined && a[0] >= b[0] && a[1] <= b[1];
}

/** First and last address of a range, as numbers. */
function range(cidr: string): readonly [number, number] | undefined {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (!found) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = found.slice(1).map(Number);
  const size = 2 ** (32 - bits);
  const start = Math.floor((a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / size) * size;
  return [start, start + size - 1];
}
