import type { TenantItem } from '../constructs/registry/tenant-item';
import { commandLine } from './command-line';
import { LifecycleError } from './mistake';
import type { Place } from './registry';
import type { Surroundings } from './surroundings';

/** @throws LifecycleError when nobody has ever had the id */
export async function knownTenant(
  tenantId: string,
  surroundings: Pick<Surroundings, 'registry' | 'environment' | 'kind'>,
): Promise<TenantItem> {
  const item = await surroundings.registry.get(tenantId);
  if (item !== undefined) return item;
  throw new LifecycleError(`there is no tenant ${tenantId} in the registry`, [
    `${commandLine('list', surroundings)}   shows all there are`,
    `${commandLine(`onboard ${tenantId} --tier <tier>`, surroundings)}   makes one`,
  ]);
}

/** Where a tenant is served; undefined while it has no place. */
export const placeOf = ({ cell, shard }: TenantItem): Place | undefined =>
  cell === undefined || shard === undefined ? undefined : { cell, shard };
