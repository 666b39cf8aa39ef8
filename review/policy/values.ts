import { BlockList, isIP } from 'node:net';
import type { Pattern } from './pattern';
import { haveCommonText } from './texts';

/** Values that a condition's key may have. */
export type ValueSet =
  | { readonly is: 'texts'; readonly negated: boolean; readonly patterns: readonly Pattern[] }
  | { readonly is: 'numbers'; readonly negated: boolean; readonly spans: readonly Span[] }
  | { readonly is: 'networks'; readonly negated: boolean; readonly cidrs: readonly Cidr[] };

/** Numbers or moments from one to another. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** Whether the ends themselves are among them. */
  readonly closed: boolean;
}

export interface Cidr {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
  readonly bits: number;
}

export const complement = (set: ValueSet): ValueSet => ({ ...set, negated: !set.negated });

/** Whether one value is in all sets. Sets of different kinds are taken to have one in common. */
export function haveCommonValue(sets: readonly ValueSet[]): boolean {
  const texts = sets.flatMap((set) => (set.is === 'texts' ? [set] : []));
  const numbers = sets.flatMap((set) => (set.is === 'numbers' ? [set] : []));
  const networks = sets.flatMap((set) => (set.is === 'networks' ? [set] : []));
  return (
    (texts.length === 0 || haveCommonText(texts)) &&
    (numbers.length === 0 || haveCommonNumber(numbers)) &&
    (networks.length === 0 || haveCommonAddress(networks))
  );
}

/** Between two neighbouring ends all numbers are alike. */
function haveCommonNumber(sets: readonly (ValueSet & { readonly is: 'numbers' })[]): boolean {
  const ends = sets
    .flatMap(({ spans }) => spans.flatMap(({ from, to }) => [from, to]))
    .filter((end) => Number.isFinite(end))
    .sort((a, b) => a - b);
  const first = ends[0] ?? 0;
  const between = ends.map((end, index) => (end + (ends[index + 1] ?? end + 2)) / 2);
  return [first - 1, ...ends, ...between].some((value) =>
    sets.every(({ spans, negated }) => spans.some((span) => isInSpan(span, value)) !== negated),
  );
}

const isInSpan = ({ from, to, closed }: Span, value: number): boolean =>
  closed ? value >= from && value <= to : value > from && value < to;

/** A network of one set is alike in all parts, but where networks of another set begin or end. */
function haveCommonAddress(sets: readonly (ValueSet & { readonly is: 'networks' })[]): boolean {
  const every = sets.flatMap(({ cidrs }) => cidrs);
  const candidates = [...every.flatMap(edgesOf), ...WHOLE.flatMap(edgesOf)];
  return candidates.some(({ family, value }) =>
    sets.every(
      ({ cidrs, negated }) => cidrs.some((cidr) => cidr.family === family && holds(cidr, value)) !== negated,
    ),
  );
}

const WHOLE: readonly Cidr[] = [
  { family: 'ipv4', address: '0.0.0.0', bits: 0 },
  { family: 'ipv6', address: '::', bits: 0 },
];

interface Address {
  readonly family: Cidr['family'];
  readonly value: bigint;
}

const widthOf = ({ family }: Cidr): number => (family === 'ipv4' ? 32 : 128);
const sizeOf = (cidr: Cidr): bigint => 1n << BigInt(widthOf(cidr) - cidr.bits);
const firstOf = (cidr: Cidr): bigint => (numberOf(cidr) / sizeOf(cidr)) * sizeOf(cidr);
const holds = (cidr: Cidr, value: bigint): boolean =>
  value >= firstOf(cidr) && value < firstOf(cidr) + sizeOf(cidr);

/** First and last address, and those beside them. */
function edgesOf(cidr: Cidr): readonly Address[] {
  const first = firstOf(cidr);
  const end = first + sizeOf(cidr);
  const limit = 1n << BigInt(widthOf(cidr));
  return [first - 1n, first, end - 1n, end]
    .filter((value) => value >= 0n && value < limit)
    .map((value) => ({ family: cidr.family, value }));
}

function numberOf({ family, address }: Cidr): bigint {
  if (family === 'ipv4') {
    return address.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
  }
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const [head = '', tail] = hexOnly(address).split('::');
  const [front, back] = [groups(head), groups(tail ?? '')];
  const middle = tail === undefined ? 0 : 8 - front.length - back.length;
  const all = [...front, ...Array.from({ length: middle }, () => '0'), ...back];
  return all.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

/** `::ffff:10.0.0.1` in groups of hexadecimal digits only. */
function hexOnly(address: string): string {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (!dotted) return address;
  const [a = 0, b = 0, c = 0, d = 0] = dotted.slice(1).map(Number);
  const hex = (high: number, low: number): string => (high * 256 + low).toString(16);
  return `${address.slice(0, dotted.index)}${hex(a, b)}:${hex(c, d)}`;
}

/** A network or single address; undefined if it is neither. */
export function cidrOf(text: string): Cidr | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest.length > 0) return undefined;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const width = version === 4 ? 32 : 128;
  if (bits !== undefined && (!/^\d+$/.test(bits) || Number(bits) > width)) return undefined;
  return { family, address, bits: bits === undefined ? width : Number(bits) };
}

/** Whether one network holds all of another one. */
export function holdsNetwork(outer: Cidr, inner: Cidr): boolean {
  if (outer.family !== inner.family || outer.bits > inner.bits) return false;
  const list = new BlockList();
  list.addSubnet(outer.address, outer.bits, outer.family);
  return list.check(inner.address, inner.family);
}
