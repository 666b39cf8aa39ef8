import type { Platform } from '../config/platform';
import { type PlannedStack, planStacks } from '../stacks/plan';
import { type Folders, type StackRecord, synthesizeStack } from './stack';

/** Work that threads share: plain data, and a count in memory that all of them see. */
export interface Work {
  readonly platform: Platform;
  /** Names of the stacks to build, in the plan's order. */
  readonly stacks: readonly string[];
  readonly folders: Folders;
  /** How many of the stacks have been taken: one 32-bit number. */
  readonly taken: SharedArrayBuffer;
}

/** What became of one stack. */
export interface Outcome {
  /** Its place among the stacks of the work. */
  readonly index: number;
  readonly result: { readonly record: StackRecord } | { readonly bug: unknown };
}

/**
 * Hands work to another thread.
 *
 * @returns what {@link help} returned there
 */
export type Helper = (work: Work) => Promise<readonly Outcome[]>;

/** Takes stacks as long as there are any, and builds them. A bug in our own code ends it for all threads. */
export function takeShare(
  planned: readonly PlannedStack[],
  { folders, taken }: Pick<Work, 'folders' | 'taken'>,
): readonly Outcome[] {
  const count = new Int32Array(taken);
  const outcomes: Outcome[] = [];
  for (;;) {
    const index = Atomics.add(count, 0, 1);
    const next = planned[index];
    if (!next) return outcomes;
    try {
      outcomes.push({ index, result: { record: synthesizeStack(next, folders) } });
    } catch (bug) {
      outcomes.push({ index, result: { bug } });
      Atomics.store(count, 0, planned.length);
    }
  }
}

/** Takes a share of the work in a thread that has nothing but what it was sent. */
export function help(work: Work): readonly Outcome[] {
  const names = new Set(work.stacks);
  return takeShare(
    planStacks(work.platform).filter(({ name }) => names.has(name)),
    work,
  );
}

/**
 * Records in the order of the plan, whoever made them.
 *
 * @throws unknown the first bug in that order. Stacks are taken in order, so that it is always the same one
 */
export function recordsOf(outcomes: readonly Outcome[]): readonly StackRecord[] {
  return [...outcomes]
    .sort((a, b) => a.index - b.index)
    .map(({ result }) => {
      if ('bug' in result) throw result.bug;
      return result.record;
    });
}
