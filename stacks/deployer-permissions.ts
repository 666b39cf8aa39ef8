import type { Platform } from '../config/platform';
import type { Statement } from '../constructs/access/statement';
import type { Placement } from '../constructs/core/placement';
import { addonsPermissions } from './permissions/addons';
import { cachePermissions } from './permissions/cache';
import { cellDeliveryPermissions } from './permissions/cell-delivery';
import { clusterPermissions } from './permissions/cluster';
import { dataPermissions } from './permissions/data';
import { dataShardPermissions } from './permissions/data-shard';
import { deliveryPermissions } from './permissions/delivery';
import { gatewayPermissions } from './permissions/gateway';
import { identityPermissions } from './permissions/identity';
import { networkPermissions } from './permissions/network';
import { onboardingPermissions } from './permissions/onboarding';
import { registryPermissions } from './permissions/registry';
import { tenantPermissions } from './permissions/tenant';
import { tierPermissions } from './permissions/tier';

/** What the deployer of a group of stacks may do in a placement. */
export type Permissions = (placement: Placement, platform: Platform) => readonly Statement[];

/** Groups that a platform has once, in its home account. */
export const PLATFORM_GROUPS: Readonly<Record<string, Permissions>> = {
  registry: (home, { registry }) => registryPermissions(home, registry.replicaRegions),
  delivery: (home, { delivery, cells }) =>
    deliveryPermissions(
      home,
      delivery.connection,
      cells.map(({ region }) => region),
    ),
  onboarding: onboardingPermissions,
};

/** Groups that every cell has, in its own account. */
export const CELL_GROUPS: Readonly<Record<string, Permissions>> = {
  network: networkPermissions,
  cluster: clusterPermissions,
  delivery: cellDeliveryPermissions,
  addons: addonsPermissions,
  data: (placement, platform) => dataPermissions(placement, copyRegionOf(placement, platform)),
  'data-shard': dataShardPermissions,
  cache: cachePermissions,
  identity: (placement, { dns }) => identityPermissions(placement, `${placement.cell ?? ''}.${dns.domain}`),
  gateway: (placement, { dns }) => gatewayPermissions(placement, `${placement.cell ?? ''}.${dns.domain}`),
  tier: tierPermissions,
  tenant: (placement, { dns }) => tenantPermissions(placement, dns.domain),
};

/** Second region of the backups of a cell's databases. */
export const copyRegionOf = ({ cell: id }: Placement, { cells }: Platform): string | undefined =>
  cells.find((cell) => cell.id === id)?.data.recovery.copyRegion;
