import { PairReader } from './changes/pair';
import type { Reviewed } from './changes/stack';
import type { StackPair } from './stack-pair';
import { TreeError } from './tree';

/** Stacks to review that threads share: plain data, and a count in memory that all of them see. */
export interface Work {
  readonly pairs: readonly StackPair[];
  /** How many pairs have been taken: one 32-bit number. */
  readonly taken: SharedArrayBuffer;
}

/** What came of one pair. */
export interface Outcome {
  /** Its place among the pairs. */
  readonly index: number;
  /** Undefined if the two are the same bytes. */
  readonly reviewed?: Reviewed;
  /** Why one of them cannot be read. */
  readonly mistake?: string;
}

/** Hands work to another thread, and gives what {@link help} returned there. */
export type Helper = (work: Work) => Promise<readonly Outcome[]>;

/** Takes a share of the work in a thread that has nothing but what it was sent. */
export const help = (work: Work): readonly Outcome[] => takeShare(work);

/**
 * Takes pairs as long as there are any, one after the other: what is read of one is let go before the next.
 *
 * @param progress told how many have been taken by anybody
 */
export function takeShare({ pairs, taken }: Work, progress?: (done: number) => void): readonly Outcome[] {
  const count = new Int32Array(taken);
  const outcomes: Outcome[] = [];
  const reader = new PairReader();
  for (;;) {
    const index = Atomics.add(count, 0, 1);
    const pair = pairs[index];
    if (!pair) return outcomes;
    outcomes.push({ index, ...review(reader, pair) });
    progress?.(Math.min(index + 1, pairs.length));
  }
}

function review(reader: PairReader, pair: StackPair): Omit<Outcome, 'index'> {
  try {
    const reviewed = reader.review(pair);
    return reviewed ? { reviewed } : {};
  } catch (error) {
    if (!(error instanceof TreeError)) throw error;
    return { mistake: error.message };
  }
}
