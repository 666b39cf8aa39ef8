import * as z from 'zod/mini';
import { EnvironmentError, problemsOf, setVariables } from '../valkey/config';

const jsonList = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text: string): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        return undefined;
      }
    }),
  ),
  z.array(z.string(), 'must be a JSON list of regions'),
);

const environment = z.object({
  /** Repository of the image, and its digest. */
  REPOSITORY: z.string().check(z.regex(/^[a-z0-9]+([./_-][a-z0-9]+)*$/, 'must be the name of a repository')),
  IMAGE: z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/, 'must be a digest, sha256:…')),
  /** ARN of the profile that the image must be signed with. */
  SIGNING_PROFILE: z
    .string()
    .check(
      z.regex(/^arn:aws:signer:[a-z0-9-]+:\d{12}:\/signing-profiles\/\w+$/, 'must be the ARN of a profile'),
    ),
  /** Regions that the image must have been copied to, as a JSON list. */
  COPY_REGIONS: jsonList,
  /** File with findings that are accepted for a while. @default waivers.json */
  WAIVERS_FILE: z._default(z.string(), 'waivers.json'),
});

export interface Settings {
  readonly repository: string;
  readonly image: string;
  readonly signingProfile: string;
  readonly copyRegions: readonly string[];
  readonly waiversFile: string;
}

/**
 * What the run was told.
 *
 * @throws EnvironmentError with all that is wrong
 */
export function settingsIn(variables: Readonly<Record<string, string | undefined>>): Settings {
  const set = setVariables(variables);
  const { success, data, error } = environment.safeParse(set);
  if (!success) throw new EnvironmentError(problemsOf(error.issues, set));
  return {
    repository: data.REPOSITORY,
    image: data.IMAGE,
    signingProfile: data.SIGNING_PROFILE,
    copyRegions: data.COPY_REGIONS,
    waiversFile: data.WAIVERS_FILE,
  };
}
