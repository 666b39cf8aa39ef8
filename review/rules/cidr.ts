import { cidrOf, holdsNetwork } from '../policy/values';

/** Whether one network holds all of another one. What is no network holds nothing. */
export function contains(outer: string, inner: string): boolean {
  const [a, b] = [cidrOf(outer), cidrOf(inner)];
  return a !== undefined && b !== undefined && holdsNetwork(a, b);
}

/** Whether it is the whole internet, or one half of it. */
export const isEverywhere = (cidr: string): boolean => (cidrOf(cidr)?.bits ?? 32) <= 1;
