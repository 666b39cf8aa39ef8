/** Why somebody gets no token: what the log and alarms count by. */
export type Reason =
  /** The event is none of the version, or of a cause, that this function was made for. */
  | 'event-version'
  | 'event-trigger'
  | 'event-malformed'
  /** Nothing says whose user or machine it is, or two things say different. */
  | 'no-tenant'
  | 'two-tenants'
  | 'foreign-provider'
  | 'machine-scope-of-a-person'
  /** The registry did not answer in time, does not know the tenant, or says what no tenant can be. */
  | 'registry-unavailable'
  | 'not-in-registry'
  | 'entry-malformed'
  /** The tenant is not served, or not here. */
  | 'tenant-state'
  /** A machine or a provider vouches for a tenant that has neither. */
  | 'pooled-tenant'
  | 'other-cell';

/**
 * No token. Cognito shows the message to whoever asked for the token, so it says nothing of a tenant; the log has the
 * reason.
 */
export class Refusal extends Error {
  public override readonly name = 'Refusal';

  public constructor(
    public readonly reason: Reason,
    options?: ErrorOptions,
  ) {
    super('No token can be issued.', options);
  }
}
