import { BlockList, isIP } from 'node:net';

/** Whether one network holds all of another one. What is no network holds nothing. */
export function contains(outer: string, inner: string): boolean {
  const [a, b] = [parse(outer), parse(inner)];
  if (!a || !b) return false;
  if (a.family !== b.family || a.bits > b.bits) return false;
  const list = new BlockList();
  list.addSubnet(a.address, a.bits, a.family);
  return list.check(b.address, b.family);
}

/** Whether it is the whole internet. */
export const isEverywhere = (cidr: string): boolean => parse(cidr)?.bits === 0;

function parse(
  cidr: string,
): { readonly address: string; readonly bits: number; readonly family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', bits = ''] = cidr.split('/');
  const version = isIP(address);
  if (version === 0 || !/^\d+$/.test(bits)) return undefined;
  return { address, bits: Number(bits), family: version === 4 ? 'ipv4' : 'ipv6' };
}
