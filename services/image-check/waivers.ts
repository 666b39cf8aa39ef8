import * as z from 'zod/mini';

/** Longest time that a finding may be accepted for, in days: long enough to wait for a fix, too short to forget. */
export const LONGEST_WAIVER_DAYS = 90;

const DAY_MS = 24 * 60 * 60 * 1000;

const waiver = z.strictObject({
  /** Name of the finding: `CVE-2026-1234`. */
  finding: z
    .string()
    .check(z.regex(/^[A-Z]+(-[A-Za-z0-9]+)+$/, 'must be the name of a finding, such as CVE-2026-1234')),
  /** Why it does no harm here, for whoever reviews the file. */
  reason: z.string().check(z.minLength(20, 'must say why in at least 20 characters')),
  /** Last day that it is accepted, in UTC. */
  until: z.iso.date('must be a day, such as 2026-12-31'),
});

export type Waiver = z.infer<typeof waiver>;

/**
 * Reads the file of accepted findings.
 *
 * @param text content of the file; undefined if there is none
 * @returns waivers that hold today. One that has ended is not an error: its finding counts again
 * @throws Error with all that is wrong
 */
export function readWaivers(text: string | undefined, now: Date): readonly Waiver[] {
  if (text === undefined) return [];
  const { success, data, error } = z.array(waiver).safeParse(parsed(text));
  const latest = new Date(now.getTime() + LONGEST_WAIVER_DAYS * DAY_MS).toISOString().slice(0, 10);
  const problems = success
    ? data
        .filter(({ until }) => until > latest)
        .map(
          ({ finding, until }) =>
            `${finding}: until must be at most ${LONGEST_WAIVER_DAYS} days from now, ${latest}, got ${until}`,
        )
    : error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`);
  if (!success || problems.length > 0)
    throw new Error(['invalid waivers:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
  const today = now.toISOString().slice(0, 10);
  return data.filter(({ until }) => until >= today);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`invalid waivers: ${(error as Error).message}`, { cause: error });
  }
}
