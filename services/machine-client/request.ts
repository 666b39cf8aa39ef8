import * as z from 'zod/mini';
import { isName, NAME_RULE } from '../../constructs/core/owner';

const whole = (min: number, max: number) => z.int().check(z.gte(min), z.lte(max));

/** What a tenant's stack asks for, and what Terraform adds by `aws_lambda_invocation` with scope CRUD. Nothing else is taken. */
const request = z.strictObject({
  tenantId: z.string().check(z.refine(isName, NAME_RULE)),
  /** Life of access tokens: "AccessTokenValidity", CreateUserPoolClient, Cognito API reference. */
  accessTokenMinutes: whole(5, 1440),
  /** Another number than before makes another client, with another secret. */
  rotation: z._default(whole(1, 1_000_000), 1),
  /** What the stack believes to be the tenant's. Both follow from its id, and are refused if they do not. */
  secretArn: z.optional(z.string()),
  scopes: z.optional(z.array(z.string())),
  tf: z.object({
    action: z.enum(['create', 'update', 'delete']),
    prev_input: z.optional(z.nullable(z.object({ tenantId: z.optional(z.unknown()) }))),
  }),
});

export type Request = z.infer<typeof request>;

/** What follows from the tenant's id and from where the function is. */
export interface Expected {
  readonly scopes: readonly string[];
  readonly secretName: string;
}

/**
 * Reads an event.
 *
 * @param expected for a tenant
 * @throws Error with all that is wrong, none of it secret
 */
export function readRequest(event: unknown, expected: (tenantId: string) => Expected): Request {
  const { success, data, error } = request.safeParse(event);
  if (!success) {
    throw wrong(error.issues.map(({ path, message }) => `${path.join('.') || 'event'}: ${message}`));
  }
  const { scopes, secretName } = expected(data.tenantId);
  const previous = data.tf.prev_input?.tenantId;
  const problems = [
    ...(previous === undefined || previous === data.tenantId
      ? []
      : ["tenantId: must not change, for the client is that tenant's"]),
    ...(data.scopes === undefined || sameSet(data.scopes, scopes)
      ? []
      : [`scopes: must be ${scopes.join(', ')}`]),
    // Secrets Manager puts a hyphen and six characters of its own behind a name.
    ...(data.secretArn === undefined || arnOf(secretName).test(data.secretArn)
      ? []
      : [`secretArn: must be that of ${secretName}`]),
  ];
  if (problems.length > 0) throw wrong(problems);
  return data;
}

const wrong = (problems: readonly string[]): Error =>
  new Error(['invalid request:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((scope) => b.includes(scope));

const arnOf = (name: string): RegExp =>
  new RegExp(`^arn:aws:secretsmanager:[a-z0-9-]+:\\d{12}:secret:${name}-[a-zA-Z0-9]{6}$`);
