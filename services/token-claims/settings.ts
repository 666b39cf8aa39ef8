import * as z from 'zod/mini';
import { EnvironmentError, problemsOf, setVariables, wholeNumber } from '../valkey/config';
import type { Settings } from './claims';

const environment = z.object({
  TABLE_ARN: z
    .string()
    .check(z.regex(/^arn:aws:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]+$/, 'must be the ARN of a table')),
  TABLE_REGION: z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be the name of a region')),
  CELL: z.string().check(z.regex(/^[a-z][a-z0-9-]*$/, 'must be the id of a cell')),
  REFRESH_AFTER_MINUTES: wholeNumber(1, 1440),
});

/**
 * What the function was told when it was deployed.
 *
 * @throws EnvironmentError with all that is wrong: there is no default that could give somebody a token
 */
export function settingsIn(
  variables: Readonly<Record<string, string | undefined>>,
): Settings & { readonly tableArn: string; readonly tableRegion: string } {
  const set = setVariables(variables);
  const { success, data, error } = environment.safeParse(set);
  if (!success) throw new EnvironmentError(problemsOf(error.issues, set));
  return {
    tableArn: data.TABLE_ARN,
    tableRegion: data.TABLE_REGION,
    cell: data.CELL,
    refreshAfterMinutes: data.REFRESH_AFTER_MINUTES,
  };
}
