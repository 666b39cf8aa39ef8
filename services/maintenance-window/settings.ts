import * as z from 'zod/mini';
import { EnvironmentError, problemsOf, setVariables } from '../valkey/config';

const environment = z.object({
  /** Beginning of the names of the platform's pipelines: `bulkhead-prod-`. */
  PIPELINE_PREFIX: z
    .string()
    .check(z.regex(/^[\w.@-]+-$/, 'must be the beginning of names of pipelines, with a hyphen at its end')),
});

/**
 * What the function was told when it was deployed.
 *
 * @throws EnvironmentError with all that is wrong
 */
export function settingsIn(variables: Readonly<Record<string, string | undefined>>): {
  readonly pipelinePrefix: string;
} {
  const set = setVariables(variables);
  const { success, data, error } = environment.safeParse(set);
  if (!success) throw new EnvironmentError(problemsOf(error.issues, set));
  return { pipelinePrefix: data.PIPELINE_PREFIX };
}
