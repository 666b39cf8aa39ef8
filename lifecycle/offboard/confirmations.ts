import * as z from 'zod/mini';
import { Refused } from '../mistake';
import { isNobody, personOf } from './people';

/** How long somebody's word holds, in hours: whoever agrees to a deletion has looked at what there is today. */
export const CONFIRMED_FOR_HOURS = 24;

/** How many people must agree. */
export const CONFIRMATIONS = 2;

const confirmationsSchema = z.array(
  z.strictObject({
    /** The caller, as AWS says. */
    by: z.string(),
    /** ISO 8601. */
    at: z.string(),
    /** Hash of the manifest: what was exported, and so what is deleted. */
    manifest: z.string(),
  }),
);

/** Somebody's word that the tenant may be destroyed. */
export type Confirmation = z.infer<typeof confirmationsSchema>[number];

/** @param text as in the operation's facts; undefined if nobody has confirmed yet */
export const readConfirmations = (text: string | undefined): readonly Confirmation[] =>
  text === undefined ? [] : z.parse(confirmationsSchema, JSON.parse(text));

/** Until when somebody's word holds, in milliseconds since 1970. */
export const expiresAt = ({ at }: Confirmation): number => Date.parse(at) + CONFIRMED_FOR_HOURS * 3_600_000;

/** Those that count: of this export, not too old, and one of each person. */
export function standing(
  confirmations: readonly Confirmation[],
  manifest: string,
  now: number,
): readonly Confirmation[] {
  const people = new Map<string, Confirmation>();
  for (const one of confirmations) {
    if (one.manifest === manifest && expiresAt(one) > now) people.set(personOf(one.by), one);
  }
  return [...people.values()];
}

/**
 * Adds somebody's word to those that count.
 *
 * @throws Refused when the same person has given it already, or the caller is nobody in particular
 */
export function confirm(
  confirmations: readonly Confirmation[],
  own: Confirmation,
  now: number,
): readonly Confirmation[] {
  if (isNobody(own.by)) {
    throw new Refused(`${own.by} is an account and no person: its word does not count`, [
      'confirm as yourself, by IAM Identity Center or as a user of IAM',
    ]);
  }
  const others = standing(confirmations, own.manifest, now);
  const before = others.find(({ by }) => personOf(by) === personOf(own.by));
  if (!before) return [...others, own];
  throw new Refused(
    `${personOf(own.by)} has confirmed at ${before.at} already${before.by === own.by ? '' : ` (as ${before.by})`}: ${CONFIRMATIONS} different people must`,
    [
      'a second person runs the same command, with credentials of his own (docs/runbooks/offboarding.md says who counts as one person)',
    ],
  );
}
