import type { TenantItem, TenantState } from '../constructs/registry/tenant-item';

/** A place that holds tenants' rows: a shard of a cell, or a dedicated tenant's own database. */
export interface Place {
  /** `use1a` */
  readonly cell: string;
  /** `data-shard-1`, or `tenant-acme` */
  readonly shard: string;
}

/** One change of a tenant's item, made whole or not at all. */
export interface Change {
  /** The item as it shall be. Its version is one more than what it is based on, or 1. */
  readonly item: TenantItem;
  /** Version that the item must still have. @default - there must be no such item */
  readonly expected?: number;
  /** Counts to change in the same transaction. */
  readonly counts?: readonly CountChange[];
}

/** One tenant more in a place, or one less. */
export interface CountChange {
  readonly place: Place;
  readonly by: 1 | -1;
  /** Most tenants that the place takes. Needed for one more. */
  readonly limit?: number;
}

/** Which tenants to list. Those that are left out match all. */
export interface TenantFilter {
  readonly cell?: string;
  readonly shard?: string;
  readonly tier?: TenantItem['tier'];
  readonly state?: TenantState;
}

/**
 * The registry of all tenants. There are two: DynamoDB, and a folder for rehearsals. Both make the same promise: a
 * change is whole or not there, and of two that were based on the same version one is refused.
 */
export interface Registry {
  /** The newest version of a tenant's item; undefined if nobody has ever had the id. */
  get(tenantId: string): Promise<TenantItem | undefined>;

  /** All items that match, one after the other, in no promised order. Costs time by their number. */
  list(filter?: TenantFilter): AsyncIterable<TenantItem>;

  /**
   * @throws VersionConflict when somebody else was faster
   * @throws PlaceFull when a place has no room
   */
  write(change: Change): Promise<TenantItem>;

  /** Tenants of each place, those that never held one left out. Constant cost a place. */
  counts(places: readonly Place[]): Promise<readonly (Place & { readonly tenants: number })[]>;

  /**
   * Corrects the count of a place, for items that were written without counting.
   *
   * @param counted what {@link counts} said, undefined if nothing: it must still be so
   * @returns whether it was
   */
  recount(place: Place, tenants: number, counted: number | undefined): Promise<boolean>;

  /**
   * Takes a lease, or takes it anew.
   *
   * @param seconds after which anybody else may take it
   * @returns whether it is now the holder's
   */
  lease(name: string, holder: string, seconds: number): Promise<boolean>;

  /** Gives a lease back; does nothing if it is another's. */
  release(name: string, holder: string): Promise<void>;
}

/** Somebody else has changed the tenant since it was read. */
export class VersionConflict extends Error {
  public override readonly name = 'VersionConflict';

  public constructor(
    public readonly tenantId: string,
    public readonly expected: number | undefined,
  ) {
    super(
      expected === undefined
        ? `tenant ${tenantId} is in the registry already`
        : `tenant ${tenantId} was changed by somebody else: it is no longer version ${String(expected)}`,
    );
  }
}

/** A place takes no more tenants. */
export class PlaceFull extends Error {
  public override readonly name = 'PlaceFull';

  public constructor(public readonly place: Place) {
    super(`${place.cell}/${place.shard} has no room for one more tenant`);
  }
}
