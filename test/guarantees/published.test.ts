import type { Verdict } from '../../guarantees/guarantee';
import type { Row } from '../../guarantees/isolation';
import { publishedGuarantees } from '../../guarantees/published';

const verdict = (subject: string): Verdict => ({
  guarantee: 'quota',
  subject,
  outcome: 'kept',
  evidence: 'so',
  measures: [{ used: 1, limit: 2, unit: 'things' }],
});

const row = (stack: string, ...kept: readonly string[]): Row =>
  ({ owner: { stack }, cells: kept.map((control) => ({ control, outcome: 'kept' })) }) as unknown as Row;

const tiers = {} as Parameters<typeof publishedGuarantees>[0]['tiers'];

it('is the same whichever order things were found in, and says the same controls of many owners once', () => {
  const rows = [row('b', 'y', 'x'), row('c', 'x'), row('a', 'x', 'y')];
  const published = publishedGuarantees({ tiers }, [verdict('2'), verdict('1')], rows, true);
  expect(published.verdicts.map(({ subject }) => subject)).toEqual(['1', '2']);
  expect(published.isolation).toEqual([
    { controls: ['x', 'y'], owners: ['a', 'b'] },
    { controls: ['x'], owners: ['c'] },
  ]);
  expect(publishedGuarantees({ tiers }, [verdict('1'), verdict('2')], [...rows].reverse(), true)).toEqual(
    published,
  );
});

it('says nothing of a platform of which some stacks only were looked at', () => {
  expect(publishedGuarantees({ tiers }, [verdict('1')], [row('a', 'x')], false)).toEqual({
    format: 1,
    complete: false,
    verdicts: [],
    isolation: [],
    promises: {},
  });
});
