import * as z from 'zod/mini';
import { EnvironmentError, problemsOf, setVariables, wholeNumber } from '../valkey/config';

const environment = z.object({
  ALARM_PREFIX: z
    .string()
    .check(z.regex(/^[\w-]+-$/, 'must be the beginning of names of alarms, with a hyphen at its end')),
  HOLD_MINUTES: wholeNumber(1, 120),
});

/**
 * What the function was told when it was deployed.
 *
 * @throws EnvironmentError with all that is wrong
 */
export function settingsIn(variables: Readonly<Record<string, string | undefined>>): {
  readonly alarmPrefix: string;
  readonly holdMinutes: number;
} {
  const set = setVariables(variables);
  const { success, data, error } = environment.safeParse(set);
  if (!success) throw new EnvironmentError(problemsOf(error.issues, set));
  return { alarmPrefix: data.ALARM_PREFIX, holdMinutes: data.HOLD_MINUTES };
}
