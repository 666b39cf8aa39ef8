import { readFileSync } from 'node:fs';
import { NO_COUNTS, ownerIn } from './changes/stack';
import { StackFile } from './changes/stack-file';
import { highest } from './finding';
import type { Predecessors } from './predecessors';
import type { ReviewFinding, StackReview } from './report';
import type { StackPair } from './stack-pair';

interface Order {
  readonly base: Predecessors;
  readonly head: Predecessors;
}

/**
 * With stacks that are deployed after others than before. A dependency that came or went and leaves the order as it was, for
 * others say the same, is not told; nor is one on a stack that is gone, which is told itself.
 */
export function withOrder(
  stacks: readonly StackReview[],
  pairs: readonly StackPair[],
  order: Order,
): readonly StackReview[] {
  const names = new Set(pairs.flatMap(({ name, head }) => (head ? [name] : [])));
  const found = new Map(pairs.map((pair) => [pair.name, findingsOf(pair, names, order)]));
  const reviewed = new Map(stacks.map((stack) => [stack.stack, stack]));
  return pairs.flatMap((pair) => {
    const more = found.get(pair.name) ?? [];
    const stack = reviewed.get(pair.name);
    if (more.length === 0) return stack ?? [];
    const findings = [...(stack?.findings ?? []), ...more];
    return { ...(stack ?? unchanged(pair)), findings, risk: highest(findings.map(({ level }) => level)) };
  });
}

function findingsOf(
  { name, base, head }: StackPair,
  names: ReadonlySet<string>,
  order: Order,
): readonly ReviewFinding[] {
  if (!base || !head) return [];
  const [was, is] = [base.dependencies ?? [], head.dependencies ?? []];
  const lost = was.filter((other) => !is.includes(other) && names.has(other));
  const won = is.filter((other) => !was.includes(other));
  const finding = (address: string, what: string): ReviewFinding => ({
    ...{ stack: name, level: 'low', kind: 'order', address, what },
  });
  return [
    ...lost
      .filter((other) => !order.head(name).has(other))
      .map((other) => finding(other, order.head(other).has(name) ? TURNED.lost : LOST)),
    ...won
      .filter((other) => !order.base(name).has(other))
      .map((other) => finding(other, order.base(other).has(name) ? TURNED.won : WON)),
  ];
}

const LOST =
  'is waited for no more: it may now be deployed later or at the same time, and what is read of it may be missing or old';
const WON = 'is waited for from now on: it is deployed first, and nothing is deployed here while that fails';
const TURNED = {
  lost: 'is waited for no more, and waits itself: it is now deployed later, where it was deployed first',
  won: 'is waited for from now on: it is now deployed first, where it was deployed later',
};

/** A stack of which nothing differs but what it waits for. */
function unchanged({ name, head }: StackPair): StackReview {
  const file = head?.file ?? '';
  const owner = ownerIn(StackFile.of(readFileSync(file), file), name);
  return { stack: name, owner, fate: 'changed', risk: 'none', findings: [], counts: NO_COUNTS, changes: [] };
}
