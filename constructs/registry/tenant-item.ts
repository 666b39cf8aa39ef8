/**
 * The shape of a tenant in the registry: one item a tenant. The only other items count the tenants of a place
 * ({@link PlaceItem}) or say who is at work on what several share ({@link LeaseItem}).
 *
 * Attribute names are in the table's keys and in 25,000 items: they can be added to, never renamed.
 */
export interface TenantItem {
  /**
   * 2-31 lowercase letters and digits, joined by single hyphens. The table's key; never used again for another tenant. No
   * customer's begins with `smoke-`: those are tenants that try out releases, see `synthetic-items.ts`.
   */
  readonly tenantId: string;

  /** Product plan that the tenant pays for. */
  readonly tier: 'starter' | 'professional' | 'enterprise';

  readonly state: TenantState;

  /**
   * Cell that serves the tenant, such as `use1a`. Absent while the tenant has no place: before its first one is chosen,
   * and after it has left.
   */
  readonly cell?: string;

  /**
   * Database of that cell which holds the tenant's rows: `data-shard-1`, or `tenant-acme` for a database of the
   * tenant's own. Present exactly when `cell` is.
   */
  readonly shard?: string;

  /**
   * What the tenant's people and machines may ask of the API: scopes such as `api/read`. Absent is none: a tenant whose
   * scopes nobody has set gets tokens that allow nothing.
   */
  readonly scopes?: readonly string[];

  /** Customer's name, for people. Absent in rows that were made before names were kept. */
  readonly name?: string;

  /** E-mail address that is told of maintenance and incidents. */
  readonly contact?: string;

  /** API calls per second. @default - what the tier promises */
  readonly rateLimitPerSecond?: number;

  /** Where the tenant is being moved to. Present exactly in state `moving`. */
  readonly moveTo?: { readonly cell: string; readonly shard: string };

  /** Present while nothing of the tenant's may be deleted, whatever else is agreed: who said so, and since when. */
  readonly legalHold?: { readonly by: string; readonly since: string };

  /** What is being done to the tenant, or was done last. Whoever takes it up again goes on from what it says. */
  readonly operation?: TenantOperation;

  /**
   * Number of changes so far, starting at 1. Every write is on condition that it still is what the writer has read, so
   * two writers never undo each other.
   */
  readonly version: number;

  /** ISO 8601 in UTC with milliseconds: `2026-01-31T12:00:00.000Z`. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A longer change of a tenant, made of phases. One at a time. */
export interface TenantOperation {
  readonly kind: 'onboard' | 'move' | 'offboard';

  /** Idempotency key, 1-128 characters: who asks again with the same key goes on with the same operation. */
  readonly key: string;

  /** Name of the phase that was begun last. Each phase may be begun again after it was cut off anywhere. */
  readonly phase: string;

  /** Present once it has ended: everything is done, or what was done is undone. */
  readonly outcome?: 'done' | 'undone';

  /** Who began it: an ARN of IAM or STS; in a rehearsal a name. */
  readonly by: string;

  /** What its phases have found out and later ones need, by name. Texts, and never a secret. */
  readonly facts: Readonly<Record<string, string>>;

  /** ISO 8601 in UTC with milliseconds. */
  readonly startedAt: string;
  readonly updatedAt: string;
}

/** How many tenants a shard holds: counted in the same transaction that places a tenant, moves it or takes it away. */
export interface PlaceItem {
  /** `place#<cell>/<shard>`: no tenant's id has such characters. */
  readonly tenantId: `place#${string}/${string}`;
  readonly tenants: number;
}

/** Who is at work on something that operations of several tenants change, such as the stack that lists all of them. */
export interface LeaseItem {
  /** `lease#<name>` */
  readonly tenantId: `lease#${string}`;
  readonly holder: string;
  /** Seconds since 1970, from which on anybody may take it. */
  readonly until: number;
}

export type TenantState = keyof typeof TENANT_STATES;

/** What may happen to a tenant: each state, and the states that may follow it. */
export const TENANT_STATES = {
  /** Signed up; has no place yet, or its place is being prepared. Gets no tokens. */
  requested: ['active', 'offboarding'],
  /** Is served. */
  active: ['suspended', 'moving', 'offboarding'],
  /** Keeps its place and its data, but gets no tokens. */
  suspended: ['active', 'offboarding'],
  /** Is served from its old place until its rows are in the new one. */
  moving: ['active'],
  /** Gets no tokens; its data is being exported and deleted. Until that begins, the tenant may be what it was before. */
  offboarding: ['requested', 'active', 'suspended', 'offboarded'],
  /** Its data is gone. The item stays, without a place, so that nobody else is ever given the id. */
  offboarded: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Attributes of {@link TenantItem} that keys and indexes are made of. */
export const TENANT_KEYS = {
  id: 'tenantId',
  cell: 'cell',
  shard: 'shard',
} as const satisfies Readonly<Record<string, keyof TenantItem>>;

/** Index of the tenants that have a place: by cell, and within a cell by shard. */
export const BY_SHARD_INDEX = 'by-shard';

/** Attributes that a reader of the index gets beside the keys, without a look-up for each tenant. */
export const BY_SHARD_ATTRIBUTES = [
  'tier',
  'state',
  'version',
] as const satisfies readonly (keyof TenantItem)[];
