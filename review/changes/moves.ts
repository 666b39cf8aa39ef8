import { STATEFUL } from '../rules/data';
import type { Element } from './element';
import { replacing } from './fate';
import { type Comparison, differences } from './differences';
import type { Values } from '../plan';
import { blocks } from '../values';
import type { StackFile } from './stack-file';

/** Where a resource was, by where it is now. */
export type Moves = ReadonlyMap<string, string>;

/** What a configuration itself says has moved, of what was there. Source: "Refactor Modules" (moved blocks), Terraform. */
export function declaredMoves(base: StackFile, head: StackFile): Moves {
  const found = blocksOf(head, 'moved').flatMap(({ from, to }) =>
    typeof from === 'string' && typeof to === 'string' && base.has(from) && !base.has(to)
      ? [[to, from] as const]
      : [],
  );
  return new Map(found.filter(([to]) => head.has(to)));
}

/** What a section of blocks says. */
export const blocksOf = (file: StackFile, section: string): readonly Values[] =>
  blocks(file.section(section));

/** How alike two things must be to be taken for one that has another address: share of settings that are the same. */
const ALIKE = { withData: 0.7, others: 0.9 } as const;

/**
 * Pairs of what vanished and what appeared that are the same thing at another address, though nothing says so: Terraform would
 * destroy the one and create the other. Of what would be another thing even at the same address, none is one.
 */
export function likelyMoves(
  gone: readonly Element[],
  come: readonly Element[],
  texts: Comparison['texts'],
): Moves {
  const addresses = new Set([...gone, ...come].map(({ address }) => address));
  const masked = new Map(
    [...gone, ...come].map((element) => [element, withoutAddresses(element.values, addresses)]),
  );
  const candidates = gone.flatMap((before) =>
    come
      .filter(({ type }) => type === before.type)
      .map((after) => {
        const comparison = { type: before.type, ...(texts && { texts }) };
        const found = differences(masked.get(before), masked.get(after), comparison);
        const likeness =
          1 - found.length / Math.max(1, leaves(masked.get(before)), leaves(masked.get(after)));
        const isOther = replacing(before.type, before.values, found).length > 0;
        return { before, after, likeness: isOther ? -1 : likeness };
      })
      .filter(({ likeness }) => likeness >= (before.type in STATEFUL ? ALIKE.withData : ALIKE.others)),
  );
  const moves = new Map<string, string>();
  const taken = new Set<string>();
  for (const { before, after } of candidates.sort((a, b) => b.likeness - a.likeness)) {
    if (taken.has(before.address) || moves.has(after.address)) continue;
    taken.add(before.address);
    moves.set(after.address, before.address);
  }
  return moves;
}

/** Values in which whatever vanished or appeared has no name: what refers to it is no other thing for that. */
function withoutAddresses(values: unknown, addresses: ReadonlySet<string>): unknown {
  return JSON.parse(
    JSON.stringify(values).replace(/(?<![\w.-])([a-z0-9_]+\.[\w-]+)/g, (address) =>
      addresses.has(address) ? address.replace(/\..*/, '.…') : address,
    ),
  ) as unknown;
}

function leaves(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + leaves(part), 0);
}
