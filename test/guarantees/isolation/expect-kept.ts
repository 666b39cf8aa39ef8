import { isolation } from '../../../guarantees/isolation';
import type { StackFacts } from '../../../guarantees/isolation/facts';

/** What isolation says of acme where its file has more lines, whether or not other stacks were synthesized anew. */
export function expectKept(facts: readonly StackFacts[], settings: string): void {
  const { verdicts, matrix } = isolation(facts, { complete: true });
  expect(verdicts.filter(({ outcome }) => outcome === 'broken')).toEqual([]);
  const row = matrix.find(({ owner }) => owner.id === 'acme');
  const database = row?.cells.find(({ control }) => control === 'database');
  expect(JSON.stringify(database).includes('leaving: ')).toBe(settings.includes('offboarding'));
}
