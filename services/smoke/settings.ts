import * as z from 'zod/mini';
import { EnvironmentError, problemsOf, setVariables, wholeNumber } from '../valkey/config';

const checks = z.array(
  z.strictObject({
    path: z.string().check(z.regex(/^\/[\w./-]{0,199}$/, 'must be a path, such as /health')),
    status: z.int().check(z.gte(200), z.lte(599)),
  }),
);

const environment = z.object({
  /** Where the new version answers: `http://api-preview.tier-starter.svc:8080`. */
  PREVIEW_URL: z
    .string()
    .check(z.regex(/^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/, 'must be the URL of a service, without a path')),
  /** What is asked, and what must be answered: `[{"path":"/health","status":200}]`. */
  CHECKS: z.pipe(
    z.string().check(z.refine(isJson, 'must be JSON')),
    z.pipe(
      z.transform((text: string): unknown => JSON.parse(text)),
      checks.check(z.minLength(1, 'must hold at least one check'), z.maxLength(20)),
    ),
  ),
  /** Whose token it must be: claims of the same names. @default - whoever's it is */
  TENANT: z.optional(z.string()),
  TIER: z.optional(z.string()),
  CELL: z.optional(z.string()),
  /** File with the access token of a synthetic tenant. @default /token/token */
  TOKEN_FILE: z._default(z.string(), '/token/token'),
  /** How long the new version may take until it answers at all. @default 60 */
  WAIT_SECONDS: z._default(wholeNumber(0, 600), 60),
  /** How long one answer may take. @default 10 */
  TIMEOUT_SECONDS: z._default(wholeNumber(1, 60), 10),
  /** File whose content Kubernetes shows with the pod. @default /dev/termination-log */
  TERMINATION_LOG: z._default(z.string(), '/dev/termination-log'),
});

export type SmokeSettings = z.infer<typeof environment>;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * What the job was told.
 *
 * @throws EnvironmentError with all that is wrong
 */
export function settingsIn(variables: Readonly<Record<string, string | undefined>>): SmokeSettings {
  const set = setVariables(variables);
  const { success, data, error } = environment.safeParse(set);
  if (!success) throw new EnvironmentError(problemsOf(error.issues, set));
  return data;
}
