import { highest, isAbove } from '../finding';
import { ownerOf } from '../owner';
import { judge } from '../plan-risk';
import type { Owner, ResourceFate, ReviewFinding, StackReview } from '../report';
import type { StackPair } from '../stack-pair';
import { isValues } from '../values';
import { asPlanned, asReviewed, type Change } from './change';
import { findChanges } from './find';
import type { StackFile } from './stack-file';
import { type Sides, StackSides } from './stack-sides';

export interface Reviewed {
  /** Undefined if the two come to the same. */
  readonly review?: StackReview;
  /** Differences that nobody has to look at. */
  readonly noise: number;
}

/** Reviews one stack of which the two sides are not the same bytes, or that is on one side only. */
export function reviewStack(pair: StackPair, files: Sides<StackFile>): Reviewed {
  const { name } = pair;
  const of = { stack: name, owner: ownerIn(pair.head ? files.head : files.base, name) };
  if (!pair.head) return { review: { ...of, ...GONE(name) }, noise: 0 };
  const sides = new StackSides({ base: pair.base?.folder ?? '', head: pair.head.folder }, files);
  const { changes, noise } = findChanges(sides, pair.base === undefined);
  if (pair.base && changes.length === 0) return { noise };
  const findings = findingsOf(pair, of.owner, changes);
  const counts: Record<ResourceFate, number> = { ...NO_COUNTS };
  for (const { fate } of changes) counts[fate]++;
  return {
    review: {
      ...of,
      fate: pair.base ? 'changed' : 'new',
      risk: highest(findings.map(({ level }) => level)),
      findings,
      counts,
      changes: changes.map(asReviewed),
    },
    noise,
  };
}

/** Whose a stack is, by its file. */
export function ownerIn(file: StackFile, stack: string): Owner {
  const provider = file.section('provider');
  return ownerOf(stack, isValues(provider) ? provider : {});
}

/** Of a stack in which no resource differs. */
export const NO_COUNTS: Readonly<Record<ResourceFate, number>> = {
  create: 0,
  change: 0,
  replace: 0,
  destroy: 0,
  move: 0,
  forget: 0,
};

/** Nothing is destroyed because it is no longer written down: docs/adr/0016. */
const GONE = (stack: string): Omit<StackReview, 'stack' | 'owner'> => ({
  fate: 'gone',
  risk: 'low',
  findings: [
    {
      stack,
      level: 'low',
      kind: 'removed',
      address: stack,
      what: 'is written down no more: all that it deployed stays as it is, costs what it costs, and is updated by nobody',
      advice:
        'if it is to go, destroy it on purpose, by the runbook for it; if not, bring back what it was made from',
    },
  ],
  counts: NO_COUNTS,
  changes: [],
});

function findingsOf(
  { name: stack, base, tenants }: StackPair,
  { tenant }: Owner,
  changes: readonly Change[],
): readonly ReviewFinding[] {
  const judged = changes.filter(({ isJudged }) => isJudged).map(asPlanned);
  const byRules = judge(judged, {
    isNew: base === undefined,
    seesCharts: true,
    ...(tenant !== undefined && { tenant }),
    ...(tenants && { tenants }),
  });
  const own = changes.flatMap(({ address, findings }) =>
    findings.map((finding) => ({ ...finding, address })),
  );
  return [...own, ...byRules]
    .map((finding) => ({ stack, ...finding }))
    .sort((a, b) => (isAbove(a.level, b.level) ? -1 : isAbove(b.level, a.level) ? 1 : order(a, b)));
}

function order(a: ReviewFinding, b: ReviewFinding): number {
  if (a.address === b.address) return 0;
  return a.address < b.address ? -1 : 1;
}
