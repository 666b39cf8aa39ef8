import { ask, type Check, type Target, verdict } from './check';

export interface SmokeTest extends Target {
  readonly checks: readonly Check[];
  /** How long the new version may take until it answers at all, in milliseconds. */
  readonly waitMs: number;
  /** @default - the clock of this machine, in milliseconds since 1970 */
  readonly now?: () => number;
}

/** Time between two attempts to reach the new version, in milliseconds. */
const AGAIN_MS = 500;

/**
 * Tries out a version: waits until it answers at all, then asks for all paths, one after the other.
 *
 * The wait is for the endpoints of a service that has just begun: a connection, a name or a proxy that is not there yet. An
 * answer of the version itself ends it, whatever it is, for waiting would hide that it fails now and then.
 *
 * @returns a line for each check that failed; empty when all is well
 */
export async function smokeTest(test: SmokeTest): Promise<readonly string[]> {
  const { checks, waitMs, now = Date.now } = test;
  const [first] = checks;
  if (!first) return ['there is nothing to check'];
  const end = now() + waitMs;
  for (;;) {
    const outcome = await ask(first.path, test);
    if (!('problem' in outcome)) break;
    if (now() >= end)
      return [`${test.url} must answer within ${String(waitMs / 1000)} s, got ${outcome.problem}`];
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
  const failures: string[] = [];
  for (const check of checks) {
    const line = verdict(check, await ask(check.path, test));
    if (line !== undefined) failures.push(line);
  }
  return failures;
}
