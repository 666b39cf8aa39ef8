import * as z from 'zod/mini';

/**
 * What became of the last releases of a rollout, kept with its pod template so that a run that was killed, or the next one,
 * knows.
 *
 * Argo Rollouts takes a pod template that it has seen for proven: while the old replica set waits to be scaled down, it is
 * made active without an analysis ("shouldCancelAllAnalysisRuns", rollout/analysis.go: a replica set with a scale-down
 * deadline). That is what makes going back quick, and it must not happen to a release that failed. So every attempt at what
 * is not proven is a template of its own, by a number in an annotation, and what is proven keeps its number.
 */
export const attemptSchema = z.object({
  release: z.string(),
  /** {@link hashOf} of the template without a number. */
  template: z.string(),
  attempt: z.int(),
  /**
   * `first`: nothing ran before, so Argo Rollouts makes it active without an analysis. `trying`: an analysis decides.
   * `proven`: it did. `failed`: it did not.
   */
  state: z.enum(['first', 'trying', 'proven', 'failed']),
});
export type Attempt = z.infer<typeof attemptSchema>;
const attemptsSchema = z.array(attemptSchema);

/** Attempts that are kept: more than a rollback ever goes back. */
const KEPT = 12;

/** Attempts in an annotation, oldest first. One that cannot be read counts as none: everything is then tried anew. */
export function readAttempts(annotation: string | undefined): readonly Attempt[] {
  try {
    const { success, data } = attemptsSchema.safeParse(JSON.parse(annotation ?? '[]'));
    return success ? data : [];
  } catch {
    return [];
  }
}

export const writeAttempts = (attempts: readonly Attempt[]): string => JSON.stringify(attempts.slice(-KEPT));

export interface Situation {
  readonly release: string;
  readonly template: string;
  readonly attempts: readonly Attempt[];
  /** Whether nothing of the rollout takes traffic yet. */
  readonly isFirst: boolean;
  /** Whether the rollout has given up on what the pod template says now. */
  readonly hasFailed: boolean;
}

/** Number of a further attempt. Numbers of a release never come again: another template of it may have had one. */
export function nextNumber(attempts: readonly Attempt[], release: string): number {
  const numbers = attempts.filter((one) => one.release === release).map(({ attempt }) => attempt);
  return numbers.length === 0 ? 0 : Math.max(...numbers) + 1;
}

/** The attempt to make, or to go on with, as the last one of the list. */
export function nextAttempts(situation: Situation): readonly Attempt[] {
  const { release, template, attempts, isFirst, hasFailed } = situation;
  const isSame = (one: Attempt): boolean => one.release === release && one.template === template;
  const current = attempts.at(-1);
  if (current && isSame(current) && !hasFailed && current.state !== 'failed') return attempts;
  const known = attempts.findLast(isSame);
  const isProven = known?.state === 'proven' && !(known === current && hasFailed);
  const made: Attempt = isProven
    ? known
    : {
        release,
        template,
        attempt: nextNumber(attempts, release),
        state: isFirst ? 'first' : 'trying',
      };
  return [...attempts.filter((one) => one !== known || !isProven), made];
}

/** The same attempts, the last one with another state. */
export const withState = (attempts: readonly Attempt[], state: Attempt['state']): readonly Attempt[] =>
  attempts.map((one, index) => (index === attempts.length - 1 ? { ...one, state } : one));

/** Whether two are the same attempt, whatever became of it. */
export const isSameAttempt = (a: Attempt, b: Attempt): boolean =>
  a.release === b.release && a.template === b.template && a.attempt === b.attempt;
