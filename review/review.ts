import { affectedBy } from './affected';
import { withOrder } from './deployment-order';
import { highest } from './finding';
import type { Review, Side } from './report';
import { withMoves } from './moved-between-stacks';
import { predecessorsIn } from './predecessors';
import { promiseChanges } from './promises';
import { withRenames } from './renamed-stacks';
import { type Helper, type Outcome, takeShare, type Work } from './share';
import type { StackPair } from './stack-pair';
import { type Tree, TreeError } from './tree';

export interface ReviewOptions {
  /** Reviews stacks in another thread. @default - all are reviewed in this one */
  readonly helper?: Helper;
  /** Told now and then how many of the stacks have been compared. */
  readonly progress?: (done: number, of: number) => void;
}

/** From this many stacks on, a second thread has done its part before it is late. */
const STACKS_FOR_HELP = 100;

/**
 * What differs between two synthesized platforms. Reads files, and nothing else; the same for the same two.
 *
 * @throws TreeError that tells of every stack which cannot be read
 */
export async function review(base: Tree, head: Tree, options: ReviewOptions = {}): Promise<Review> {
  const pairs = pairsOf(base, head);
  const outcomes = await compareAll(pairs, options);
  const mistakes = outcomes.flatMap(({ mistake }) => mistake ?? []);
  if (mistakes.length > 0) throw new TreeError(mistakes.join('\n'));
  const reviews = outcomes.flatMap(({ reviewed }) => reviewed?.review ?? []);
  const byName = new Map(pairs.map((pair) => [pair.name, pair]));
  const before = { base: predecessorsIn(base), head: predecessorsIn(head) };
  const stacks = withOrder(withMoves(withRenames(reviews, byName), byName, before.head), pairs, before);
  const promises = promiseChanges(base, head);
  return {
    base: sideOf(base),
    head: sideOf(head),
    risk: highest([...stacks.map(({ risk }) => risk), ...promises.map(({ level }) => level)]),
    affected: affectedBy(
      stacks,
      pairs.map(({ name }) => name),
    ),
    stacks,
    promises,
    unchanged: pairs.length - stacks.length,
    noise: outcomes.reduce((sum, { reviewed }) => sum + (reviewed?.noise ?? 0), 0),
  };
}

const sideOf = ({ label, commit, environment }: Tree): Side => ({
  label,
  ...(commit !== undefined && { commit }),
  environment,
});

/** Stacks in the order in which they are deployed; those that are no more, last. */
function pairsOf(base: Tree, head: Tree): readonly StackPair[] {
  const before = new Map(base.stacks.map((stack) => [stack.name, stack]));
  const after = new Set(head.stacks.map(({ name }) => name));
  const tenants = dedicatedTenants([...before.keys(), ...after]);
  return [
    ...head.stacks.map((stack): StackPair => {
      const old = before.get(stack.name);
      return { name: stack.name, head: stack, tenants, ...(old && { base: old }) };
    }),
    ...base.stacks
      .filter(({ name }) => !after.has(name))
      .map((stack): StackPair => ({ name: stack.name, base: stack, tenants })),
  ];
}

/** What dedicated tenants there are, their stacks are called by: `use1a-tenant-acme`. */
const dedicatedTenants = (stacks: readonly string[]): readonly string[] => [
  ...new Set(stacks.flatMap((name) => /^[a-z0-9]+-tenant-(.+)$/.exec(name)?.[1] ?? [])),
];

async function compareAll(
  pairs: readonly StackPair[],
  { helper, progress }: ReviewOptions,
): Promise<readonly Outcome[]> {
  const work: Work = { pairs, taken: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) };
  const others = helper && pairs.length >= STACKS_FOR_HELP ? helper(work) : Promise.resolve([]);
  const own = takeShare(work, (done) => progress?.(done, pairs.length));
  return [...own, ...(await others)].sort((a, b) => a.index - b.index);
}
