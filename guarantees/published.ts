import type { Platform } from '../config/platform';
import type { Measure, Verdict } from './guarantee';
import type { Row } from './isolation/controls';

/**
 * What a synth says of the platform's promises, for programs that compare two of them: plain data, in an order of its own and not
 * in that in which it was found.
 */
export interface PublishedGuarantees {
  /** Of this text's form. */
  readonly format: 1;
  /**
   * Whether all stacks were looked at. What was found of some only is not said: quotas and capacity are of all tenants, and
   * those whose files were not read would seem to be gone.
   */
  readonly complete: boolean;
  /** Everything but isolation. Numbers are told, and no evidence: it says the same in words. */
  readonly verdicts: readonly PublishedVerdict[];
  /** Controls that keep owners apart, and the stacks of the owners that have exactly these. */
  readonly isolation: readonly { readonly controls: readonly string[]; readonly owners: readonly string[] }[];
  /** What tiers promise, by tier and by what. */
  readonly promises: Readonly<Record<string, Readonly<Record<string, number | string>>>>;
}

export interface PublishedVerdict extends Pick<Verdict, 'guarantee' | 'subject' | 'outcome'> {
  readonly measures?: readonly Measure[];
}

/** The file's name, beside `manifest.json`. */
export const GUARANTEES_FILE = 'guarantees.json';

const UNTOLD: PublishedGuarantees = { format: 1, complete: false, verdicts: [], isolation: [], promises: {} };

/**
 * @param verdicts of guarantees of the platform
 * @param matrix of isolation
 * @param complete whether all of the platform was looked at
 */
export function publishedGuarantees(
  { tiers }: Pick<Platform, 'tiers'>,
  verdicts: readonly Verdict[],
  matrix: readonly Row[],
  complete: boolean,
): PublishedGuarantees {
  if (!complete) return UNTOLD;
  return {
    format: 1,
    complete,
    verdicts: verdicts
      .map(({ guarantee, subject, outcome, measures }) => ({
        guarantee,
        subject,
        outcome,
        ...(measures && { measures }),
      }))
      .sort((a, b) => order(`${a.guarantee} ${a.subject}`, `${b.guarantee} ${b.subject}`)),
    isolation: byControls(matrix),
    promises: Object.fromEntries(
      Object.entries(tiers)
        .sort(([a], [b]) => order(a, b))
        .map(([tier, { promises }]) => [tier, { ...promises }]),
    ),
  };
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A thousand tenants have the same controls: these are said once. */
function byControls(matrix: readonly Row[]): PublishedGuarantees['isolation'] {
  const groups = new Map<string, string[]>();
  for (const { owner, cells } of matrix) {
    const controls = cells.filter(({ outcome }) => outcome === 'kept').map(({ control }) => control);
    const key = controls.sort(order).join('\n');
    const group = groups.get(key) ?? [];
    group.push(owner.stack);
    groups.set(key, group);
  }
  return [...groups]
    .map(([key, owners]) => ({ controls: key === '' ? [] : key.split('\n'), owners: owners.sort(order) }))
    .sort((a, b) => order(a.owners[0] ?? '', b.owners[0] ?? ''));
}
