/**
 * What a sign-up page and the platform tell one another. Field names are a public contract: they are added to, never renamed.
 *
 * A request: `{ "requestId": "…", "request": { "id": "acme", "tier": "enterprise", … } }`. What a request may hold is said by
 * `lifecycle/request.ts`.
 */

/** Source of what the platform says. */
export const EVENT_SOURCE = 'bulkhead.tenants';

/** `detail-type` of each event. */
export const EVENTS = {
  requested: 'tenant requested',
  provisioned: 'tenant provisioned',
  failed: 'tenant failed',
} as const;

/** Forms of texts in a request: a regular expression that every dialect knows, and the most characters. */
export const FORMS = {
  /** One request, whatever it is called by whoever asks. Also the name of an execution: `name` of StartExecution, Step Functions API Reference. */
  requestId: { pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$', longest: 80 },
  /** As `config/schema/tenant-id.ts` says it, which also refuses words that are taken. */
  tenantId: { pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$', longest: 31 },
} as const;
export type Form = (typeof FORMS)[keyof typeof FORMS];

export const REQUEST_TIERS = ['starter', 'professional', 'enterprise'] as const;

/** Longest request, in characters of JSON: ten times what one with everything in it has. */
export const LONGEST_REQUEST = 8192;
