import * as z from 'zod/mini';

/** A whole number in a variable. */
export const wholeNumber = (min: number, max: number) =>
  z.pipe(
    z.string().check(z.regex(/^\d{1,15}$/, `must be a whole number, ${min}-${max}`)),
    z.pipe(
      z.transform(Number),
      z.number().check(z.gte(min, `must be at least ${min}`), z.lte(max, `must be at most ${max}`)),
    ),
  );

const flag = z.pipe(
  z.enum(['true', 'false'], 'must be true or false'),
  z.transform((text) => text === 'true'),
);

/** Variables that say where the cache is. No password is among them: a user is one of IAM, or there is none (tests, local). */
export const VALKEY_ENVIRONMENT = {
  /** Host name: the configuration endpoint where the cache is a cluster. @default 127.0.0.1 */
  VALKEY_HOST: z._default(z.string().check(z.minLength(1)), '127.0.0.1'),
  /** @default 6379 */
  VALKEY_PORT: z._default(wholeNumber(1, 65_535), 6379),
  /** Whether connections are encrypted. IAM needs it. @default false */
  VALKEY_TLS: z._default(flag, false),
  /** Whether the cache is in cluster mode. @default false */
  VALKEY_CLUSTER: z._default(flag, false),
  /** User id, which IAM wants to be the user's name too. @default - no user, no authentication */
  VALKEY_USER: z.optional(z.string().check(z.regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be the id of a user'))),
  /** Id of the replication group that tokens are good for. Needed with a user. */
  VALKEY_GROUP: z.optional(
    z.string().check(z.regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be the id of a replication group')),
  ),
  /** Region of the cache. Needed with a user; Lambda and EKS Pod Identity set it. */
  AWS_REGION: z.optional(
    z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be the name of a region')),
  ),
};

const valkeyEnvironment = z.object(VALKEY_ENVIRONMENT);

/** Where a cache is and who logs in there. */
export interface ValkeyConfig {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly cluster: boolean;
  /** Whom to log in as by IAM. @default - nobody: commands are sent without authentication */
  readonly iam?: { readonly userId: string; readonly replicationGroupId: string; readonly region: string };
}

/** What is wrong in an environment, a line for each variable. */
export class EnvironmentError extends Error {
  public constructor(public readonly problems: readonly string[]) {
    super(`invalid environment:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** An environment without the variables that are set to nothing. */
export const setVariables = (
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || value.trim() === '' ? [] : [[name, value.trim()]],
    ),
  );

/** What an issue says, where a schema has no words of its own for it. */
function sentenceOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `must not have ${issue.keys.map((key) => `'${key}'`).join(', ')}`;
    case 'invalid_key':
      return issue.issues.map(({ message }) => message).join(', ');
    case 'invalid_type':
      return `must be a ${issue.expected}`;
    default:
      return issue.message;
  }
}

/** Issues of a schema as people read them: `VALKEY_PORT must be a whole number, 1-65535, got 'x'`. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  return issues.map((issue) => {
    const [variable, ...rest] = issue.path.map(String);
    const name = variable ?? '';
    const value = environment[name];
    if (value === undefined) return `${name} must be set`;
    return `${[name, ...rest].join('.')} ${sentenceOf(issue)}${rest.length > 0 ? '' : `, got '${value}'`}`;
  });
}

/** What {@link valkeyConfig} asks besides the shape of each variable. */
export function valkeyProblems(environment: Readonly<Record<string, string>>): readonly string[] {
  const { VALKEY_USER, VALKEY_GROUP, AWS_REGION, VALKEY_TLS } = environment;
  if (VALKEY_USER === undefined)
    return VALKEY_GROUP === undefined ? [] : ['VALKEY_USER must be set, for VALKEY_GROUP is'];
  return [
    ...(VALKEY_GROUP === undefined ? ['VALKEY_GROUP must be set, for VALKEY_USER is'] : []),
    ...(AWS_REGION === undefined ? ['AWS_REGION must be set, for VALKEY_USER is'] : []),
    ...(VALKEY_TLS === 'true' ? [] : ['VALKEY_TLS must be true, for tokens of VALKEY_USER must not be read']),
  ];
}

/** The config in variables that have been checked. */
export function toValkeyConfig(checked: z.infer<typeof valkeyEnvironment>): ValkeyConfig {
  const { VALKEY_USER: userId, VALKEY_GROUP: replicationGroupId, AWS_REGION: region } = checked;
  return {
    host: checked.VALKEY_HOST,
    port: checked.VALKEY_PORT,
    tls: checked.VALKEY_TLS,
    cluster: checked.VALKEY_CLUSTER,
    ...(userId !== undefined &&
      replicationGroupId !== undefined &&
      region !== undefined && { iam: { userId, replicationGroupId, region } }),
  };
}

/**
 * Where the cache is, as an environment says.
 *
 * @throws EnvironmentError with all that is wrong
 */
export function valkeyConfig(environment: Readonly<Record<string, string | undefined>>): ValkeyConfig {
  const variables = setVariables(environment);
  const result = valkeyEnvironment.safeParse(variables);
  const problems = [
    ...(result.success ? [] : problemsOf(result.error.issues, variables)),
    ...valkeyProblems(variables),
  ];
  if (!result.success || problems.length > 0) throw new EnvironmentError(problems);
  return toValkeyConfig(result.data);
}
