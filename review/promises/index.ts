import type { PromiseChange } from '../report';
import type { Tree } from '../tree';
import { promisesIn } from './file';
import { controlChanges } from './isolation';
import { lowered } from './objectives';
import { verdictChanges } from './verdicts';

/**
 * Promises that are kept worse on one side than on the other, or better; and how much of what there may be is used. What a side
 * does not say is told, and is no failure.
 */
export function promiseChanges(
  base: Pick<Tree, 'folder' | 'label'>,
  head: Pick<Tree, 'folder' | 'label'>,
): readonly PromiseChange[] {
  const sides = [base, head].map((side) => ({ label: side.label, ...promisesIn(side.folder) }));
  const [before, after] = sides;
  if (!before || !after) return [];
  if ('silent' in before || 'silent' in after) return silence(sides);
  if (before.text === after.text) return [];
  return [
    ...verdictChanges(before.promises, after.promises),
    ...controlChanges(before.promises, after.promises),
    ...lowered(before.promises, after.promises),
  ].sort(worstFirst);
}

function silence(
  sides: readonly ({ readonly label: string } & ReturnType<typeof promisesIn>)[],
): readonly PromiseChange[] {
  const silent = sides.flatMap((side) => ('silent' in side ? [`${side.label} ${side.silent}`] : []));
  const told = [...new Set(silent)];
  return [
    {
      level: 'none',
      guarantee: 'all',
      subject: 'promises',
      text: `are not compared: ${told.join('; ')}`,
    },
  ];
}

const LEVELS = ['high', 'low', 'none'] as const;

const worstFirst = (a: PromiseChange, b: PromiseChange): number =>
  LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level);
