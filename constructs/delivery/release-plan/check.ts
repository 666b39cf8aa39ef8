import { invalidAt } from '../../core/validation';
import { contractProblems } from './check-contract';
import { ringProblems } from './check-rings';
import { targetProblems } from './check-target';
import { waveProblems } from './check-waves';
import type { ReleasePlan } from './types';

/**
 * All that is wrong with a plan, whoever wrote it: what it must reach, what it reaches, and what holds in between. If the
 * target is wrong, only that is told, for the rest is held against it.
 */
export function problemsOf(plan: ReleasePlan): readonly string[] {
  const wrong = targetProblems(plan.target);
  return wrong.length > 0 ? wrong : [...ringProblems(plan), ...waveProblems(plan), ...contractProblems(plan)];
}

/**
 * The plan, if nothing is wrong with it.
 *
 * @param path of whatever was given the plan; it opens the message
 * @throws ValidationError naming every problem
 */
export function checkPlan(plan: ReleasePlan, path: string = plan.target.service): ReleasePlan {
  const problems = problemsOf(plan);
  if (problems.length > 0) throw invalidAt(path, 'release plan', problems);
  return plan;
}
