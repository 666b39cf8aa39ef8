import type { PromiseChange } from '../report';
import type { PromiseMeasure, Promises, PromiseVerdict } from './file';

/** Share of a limit, in percent, from which on what is used is worth a look. */
const NEAR_PERCENT = 80;

const keyOf = ({ guarantee, subject }: PromiseVerdict): string => `${guarantee} ${subject}`;

/** Guarantees that are broken or no longer looked at, and what is counted. */
export function verdictChanges(before: Promises, after: Promises): readonly PromiseChange[] {
  const old = new Map(before.verdicts.map((verdict) => [keyOf(verdict), verdict]));
  const now = new Set(after.verdicts.map(keyOf));
  const gone = before.verdicts.filter((verdict) => verdict.outcome === 'kept' && !now.has(keyOf(verdict)));
  return [
    ...after.verdicts.flatMap((verdict) => outcome(old.get(keyOf(verdict)), verdict)),
    ...after.verdicts.flatMap((verdict) => measures(old.get(keyOf(verdict)), verdict)),
    ...gone.map(({ guarantee, subject }): PromiseChange => ({
      level: 'none',
      guarantee,
      subject,
      text: 'is no longer part of the platform',
    })),
  ];
}

function outcome(before: PromiseVerdict | undefined, after: PromiseVerdict): readonly PromiseChange[] {
  const { guarantee, subject } = after;
  if (before?.outcome === after.outcome) return [];
  if (after.outcome === 'broken') return [{ level: 'high', guarantee, subject, text: 'is broken' }];
  if (before?.outcome === 'broken')
    return [{ level: 'none', guarantee, subject, text: `is ${after.outcome} again` }];
  return before?.outcome === 'kept'
    ? [{ level: 'low', guarantee, subject, text: `was kept, and is ${after.outcome.replace('-', ' ')}` }]
    : [];
}

function measures(before: PromiseVerdict | undefined, after: PromiseVerdict): readonly PromiseChange[] {
  const old = new Map(before?.measures?.map((measure) => [measure.unit, measure]));
  return (after.measures ?? []).flatMap((measure): readonly PromiseChange[] => {
    const was = old.get(measure.unit);
    if (was?.used === measure.used && was.limit === measure.limit) return [];
    // Of something new, only what is scarce from the start is worth a line.
    if (!was && percentOf(measure) < NEAR_PERCENT) return [];
    // What is new and has its own limit, such as a tenant's database, takes nothing from anybody.
    const isWorse = was !== undefined && percentOf(measure) > percentOf(was);
    return [
      {
        level:
          percentOf(measure) > 100 ? 'high' : isWorse && percentOf(measure) >= NEAR_PERCENT ? 'low' : 'none',
        guarantee: after.guarantee,
        subject: after.subject,
        text: `${measure.unit}: ${was ? `${countText(was)} before, ` : ''}${countText(measure)} now (${String(percentOf(measure))} %)`,
      },
    ];
  });
}

const countText = ({ used, limit }: PromiseMeasure): string => `${String(used)} of ${String(limit)}`;

const percentOf = ({ used, limit }: PromiseMeasure): number =>
  limit > 0 ? Math.round((100 * used) / limit) : used > 0 ? Infinity : 0;
