import type { CellConfig } from './schema/cell';
import type { Environment, PlatformFile } from './schema/platform';
import type { TenantConfig } from './schema/tenant';
import type { TiersConfig } from './schema/tiers';

/** `T` with every level readonly. */
export type DeepReadonly<T> = T extends readonly (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** A cell with its id and its defaults filled in. */
export interface Cell extends DeepReadonly<Omit<CellConfig, 'account'>> {
  readonly id: string;
  /** AWS account of the cell, 12 digits. */
  readonly account: string;
}

/** A dedicated (enterprise) tenant with its defaults filled in: what its file leaves out, its tier says. */
export interface Tenant extends DeepReadonly<
  Omit<TenantConfig, 'costCentre' | 'database' | 'quota' | 'rateLimitPerSecond'>
> {
  readonly costCentre: string;
  readonly database: DeepReadonly<TiersConfig['enterprise']['database']>;
  readonly quota: DeepReadonly<TiersConfig['enterprise']['quota']>;
  readonly rateLimitPerSecond: number;
}

/** What one environment's config says: valid, complete and deep-frozen. */
export interface Platform extends DeepReadonly<Omit<PlatformFile, 'platform' | 'cells' | 'load'>> {
  /** Name of the platform: the prefix of physical names. */
  readonly name: string;
  readonly environment: Environment;
  readonly load: DeepReadonly<Omit<PlatformFile['load'], 'peakSessions'>> & {
    /** People and machines that hold a token at the busiest time. */
    readonly peakSessions: number;
  };
  /** Cells, sorted by id; at least one. */
  readonly cells: readonly Cell[];
  /** Dedicated tenants, sorted by id: all of them, or those that `loadPlatform` was asked to read. */
  readonly tenants: readonly Tenant[];
}

/** A person and a machine. */
const SESSIONS_PER_TENANT = 2;

const tenantsOf = ({ tenants }: PlatformFile['load']): number =>
  Math.max(1, tenants.starter + tenants.professional + tenants.enterprise);

/** Fills in what the files left to another file's value, sorts, and freezes. */
export function resolvePlatform(file: PlatformFile, tenants: readonly TenantConfig[]): Platform {
  const { platform: name, cells, load, ...settings } = file;
  return deepFreeze({
    ...settings,
    name,
    load: { ...load, peakSessions: load.peakSessions ?? SESSIONS_PER_TENANT * tenantsOf(load) },
    cells: Object.entries(cells)
      .map(([id, cell]) => ({ ...cell, id, account: cell.account ?? file.account }))
      .sort(byId),
    tenants: tenants.map((tenant) => resolveTenant(tenant, file)).sort(byId),
  });
}

function resolveTenant(tenant: TenantConfig, { costCentre, tiers }: PlatformFile): Tenant {
  const { database, quota, promises } = tiers.enterprise;
  return {
    ...tenant,
    costCentre: tenant.costCentre ?? costCentre,
    database: { ...database, ...given(tenant.database) },
    quota: { ...quota, ...given(tenant.quota) },
    rateLimitPerSecond: tenant.rateLimitPerSecond ?? promises.rateLimitPerSecond,
  };
}

/** What is there of an object: a key without a value must not erase a default. */
function given<T extends object>(values: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Order by code unit, so that it depends on no locale. */
function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
