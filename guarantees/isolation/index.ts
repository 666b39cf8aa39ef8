import type { Verdict } from '../guarantee';
import { matrixOf, type Row } from './controls';
import type { StackFacts } from './facts';
import { type Finding, findingText } from './finding';
import { findingsIn } from './references';
import { World } from './world';

export { CONTROLS, type Row } from './controls';
export type { Finding } from './finding';
export { findingText } from './finding';

/** Whether every owner has what keeps it apart, and whether anything reaches across all the same. */
export interface IsolationReport {
  /** For people and for synth: one for each owner whose row is whole, for each empty cell, and for each finding. */
  readonly verdicts: readonly Verdict[];
  /** Owners and their controls. */
  readonly matrix: readonly Row[];
  readonly findings: readonly Finding[];
}

const GUARANTEE = 'isolation';

/**
 * Checks synthesized stacks against one another. Pure, and linear in their number.
 *
 * @param options.complete whether all stacks of the platform are here; if not, those that are not are known by their
 *   contracts' names only, and rows are made for owners whose own stack is here
 */
export function isolation(
  facts: readonly StackFacts[],
  { complete }: { readonly complete: boolean },
): IsolationReport {
  const world = new World(facts, complete);
  const matrix = matrixOf(world);
  const findings = findingsIn(world);
  return { matrix, findings, verdicts: [...matrix.flatMap(verdictsOf), ...findings.map(verdictOf)] };
}

function verdictsOf({ owner, cells }: Row): readonly Verdict[] {
  const broken = cells.flatMap((cell): Verdict[] =>
    cell.outcome === 'broken'
      ? [
          {
            guarantee: GUARANTEE,
            subject: `${owner.stack}: ${cell.control}`,
            outcome: 'broken',
            evidence: `${cell.why}. ${cell.remedy}`,
          },
        ]
      : [],
  );
  if (broken.length > 0) return broken;
  const kept = cells.filter(({ outcome }) => outcome === 'kept');
  const [first] = cells;
  const idle = kept.length === 0 && first?.outcome === 'not-applicable';
  return [
    {
      guarantee: GUARANTEE,
      subject: `${owner.stack}: controls`,
      outcome: idle ? 'not-applicable' : 'kept',
      evidence: idle ? first.why : `all ${kept.length}: ${kept.map(({ control }) => control).join(', ')}`,
    },
  ];
}

const verdictOf = (finding: Finding): Verdict => ({
  guarantee: GUARANTEE,
  subject: `${finding.from} reaches ${finding.to}`,
  outcome: 'broken',
  evidence: findingText(finding),
});
