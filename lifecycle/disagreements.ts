import type { Tenant } from '../config/platform';
import type { TenantItem } from '../constructs/registry/tenant-item';
import { ownerName } from '../constructs/core/owner';

/** States in which a dedicated tenant has a stack, and so a file. */
const HAS_FILE: readonly TenantItem['state'][] = ['active', 'suspended', 'moving', 'offboarding'];

/** Whether a tenant is the platform's own, for trying out releases: such a one has a row and no file. */
export const isSynthetic = ({ tenantId }: Pick<TenantItem, 'tenantId'>): boolean =>
  tenantId.startsWith('smoke-');

/** Whether a tenant is between two places, also when it is in the new one and may still go back. */
const isOnItsWay = ({ state, operation }: TenantItem): boolean =>
  state === 'moving' || (operation?.kind === 'move' && operation.outcome === undefined);

/**
 * Where a tenant's row and its file say different things, as sentences. Nothing is put right by itself: which of the two is right,
 * a person knows.
 *
 * @param item undefined if the registry does not know the tenant
 * @param file what the tenant's file says, undefined if there is none
 */
export function disagreements(item: TenantItem | undefined, file: Tenant | undefined): readonly string[] {
  if (item === undefined) {
    return file === undefined
      ? []
      : ['has a file, and the registry does not know it: it gets no tokens until it is onboarded'];
  }
  if (file === undefined) {
    const lacks = item.tier === 'enterprise' && !isSynthetic(item) && HAS_FILE.includes(item.state);
    return lacks
      ? [
          `is ${item.state} in the registry, and has no file: its stack is left as it is, and so is its data; put the file back, or offboard the tenant`,
        ]
      : [];
  }
  if (item.tier !== 'enterprise') {
    // On its way to its own database, or from there, it has both.
    return isOnItsWay(item)
      ? []
      : [`has a file, as dedicated tenants do, and is ${item.tier} in the registry`];
  }
  if (item.state === 'offboarded') return ['has a file, and has left'];
  return [
    ...(item.cell !== undefined && item.cell !== file.cell && !isOnItsWay(item)
      ? [`is in cell ${item.cell} in the registry, and in ${file.cell} in its file`]
      : []),
    ...(item.shard !== undefined && !isOnItsWay(item) && item.shard !== ownerName({ ...item, kind: 'tenant' })
      ? [`is in ${item.shard} in the registry, which is not its own database`]
      : []),
    ...(item.rateLimitPerSecond !== undefined && item.rateLimitPerSecond !== file.rateLimitPerSecond
      ? [
          `may call ${String(item.rateLimitPerSecond)} times a second by the registry, and ${String(file.rateLimitPerSecond)} times by its file`,
        ]
      : []),
    ...(file.lifecycle === 'offboarding' && item.state !== 'offboarding'
      ? [`is ${item.state} in the registry, and its file has lifecycle: offboarding`]
      : []),
  ];
}
