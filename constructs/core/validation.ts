import type { IConstruct } from 'constructs';

/** One line of a rule table: what must not be, and what to tell the person who wrote it. */
export interface Rule<P> {
  /** True when the props break this rule. Evaluated for every rule, so it must not throw on odd input. */
  readonly fails: (props: P) => boolean;

  /** What is allowed and what was found: `maxCapacityAcu must be between 1 and 256, got 0`. */
  readonly message: (props: P) => string;
}

/** A mistake in what a construct or a stack was given. Its text is for people: print it without a stack trace. */
export class ValidationError extends Error {
  public override readonly name = 'ValidationError';
}

/**
 * Checks props against every rule and reports all that fail at once.
 *
 * @param scope construct that was given the props; its path opens the message
 * @param what name of the thing being validated, for the message: `DedicatedDatabase props`
 * @throws ValidationError naming every broken rule
 */
export function validateProps<P>(scope: IConstruct, what: string, props: P, rules: readonly Rule<P>[]): void {
  const broken = rules.filter((rule) => rule.fails(props)).map((rule) => rule.message(props));
  if (broken.length > 0) throw invalid(scope, what, broken);
}

/** The error that {@link validateProps} throws, for problems found in another way. */
export function invalid(scope: IConstruct, what: string, problems: readonly string[]): ValidationError {
  return invalidAt(scope.node.path, what, problems);
}

/** As {@link invalid}, for a construct that is only known by its path. */
export function invalidAt(path: string, what: string, problems: readonly string[]): ValidationError {
  const lines = problems.map((problem) => `  - ${problem}`);
  return new ValidationError([`[${path}] invalid ${what}:`, ...lines].join('\n'));
}

/** Whether a number is not a number between `min` and `max`, both allowed. */
export function outside(value: number, min: number, max: number): boolean {
  return !(value >= min && value <= max);
}
