import * as z from 'zod/mini';
import { isName, NAME_RULE } from '../../constructs/core/owner';

/** What a tenant's stack asks for: all that the provider is, but its client secret. */
const wanted = z.object({
  tenantId: z.string().check(z.refine(isName, NAME_RULE)),
  issuer: z.string().check(z.regex(/^https:\/\/[^\s#]+$/, 'must be an https URL without fragment')),
  clientId: z.string().check(z.minLength(1), z.maxLength(255)),
  attributeMapping: z.strictObject({
    email: z.string().check(z.minLength(1), z.maxLength(256)),
    name: z.string().check(z.minLength(1), z.maxLength(256)),
  }),
});

/** What Terraform adds, by `aws_lambda_invocation` with scope CRUD. */
const lifecycle = z.object({
  tf: z.object({
    action: z.enum(['create', 'update', 'delete']),
    prev_input: z.optional(z.nullable(z.object({ tenantId: z.optional(z.unknown()) }))),
  }),
});

const request = z.intersection(wanted, lifecycle);

export type Request = z.infer<typeof request>;

/**
 * Reads an event.
 *
 * @throws Error with all that is wrong, none of it secret
 */
export function readRequest(event: unknown): Request {
  const { success, data, error } = request.safeParse(event);
  if (!success) {
    const lines = error.issues.map(({ path, message }) => `  - ${path.join('.') || 'event'}: ${message}`);
    throw new Error(['invalid request:', ...lines].join('\n'));
  }
  const previous = data.tf.prev_input?.tenantId;
  if (previous !== undefined && previous !== data.tenantId) {
    throw new Error("invalid request:\n  - tenantId: must not change, for it is the provider's name");
  }
  return data;
}
