import * as fs from 'node:fs';
import { type Finding, findingId, isAbove, type Risk } from '../review/finding';
import type { StackRisk } from '../review/plan-risk';
import { DeploymentError } from './mistake';

/** Address of a finding that is about a stack as a whole. */
export const WHOLE_STACK = '(stack)';

/** A stack that has never been deployed, and stands on what is not deployed yet: nobody can plan it, so a person decides. */
export const NEW_STACK: Finding = {
  level: 'high',
  kind: 'unseen',
  address: WHOLE_STACK,
  what: 'is new, and cannot be planned before what it stands on is deployed: read its configuration',
};

/** A stack that is deployed, and whose change stands on another stack's: judged when it is its turn, and refused then. */
export const unplannable = (why: readonly string[]): Finding => ({
  level: 'low',
  kind: 'unseen',
  address: WHOLE_STACK,
  what: `cannot be planned yet (${why.join('; ')}): it is judged when it is its turn`,
});

/** What a deployment may do without asking. */
export interface Approved {
  /** Findings of this level and below need no approval. */
  readonly allowRisk: Risk;
  /** What was reviewed, by ids of findings: those that were approved, if they had to be. */
  readonly reviewed: ReadonlySet<string>;
}

/** @throws DeploymentError when the file is no report of a review */
export function readReviewed(file: string): ReadonlySet<string> {
  try {
    const { stacks } = JSON.parse(fs.readFileSync(file, 'utf8')) as { readonly stacks: readonly StackRisk[] };
    return new Set(
      stacks.flatMap(({ stack, findings }) => findings.map((finding) => findingId(stack, finding))),
    );
  } catch (error) {
    throw new DeploymentError(`${file} is no report of a review: ${(error as Error).message}`);
  }
}

/** Findings of a plan that nobody has approved. A stack approved as new may make anything, and change nothing. */
export function unapproved(
  { stack, findings, counts }: StackRisk,
  { allowRisk, reviewed }: Approved,
): readonly Finding[] {
  const { change, replace, destroy, forget } = counts;
  const onlyMakes = change + replace + destroy + forget === 0;
  if (onlyMakes && reviewed.has(findingId(stack, NEW_STACK))) return [];
  return findings.filter(
    (finding) => isAbove(finding.level, allowRisk) && !reviewed.has(findingId(stack, finding)),
  );
}
