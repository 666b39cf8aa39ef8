import type { Construct } from 'constructs';
import type { Cell, Platform } from '../config/platform';
import { Cache } from '../constructs/cache/cache';
import { PLATFORM_USERS } from '../constructs/cache/platform-users';
import { cacheContract, clusterContract, networkContract } from './contracts';
import { letOperationsIn } from './operations-access';
import { PlatformStack } from './platform-stack';

export interface CacheStackProps {
  readonly platform: Platform;
  readonly cell: Cell;
}

/**
 * The distributed cache of a cell, with a user for each service of each tier and for each of the platform's own. Dedicated
 * tenants bring theirs.
 */
export class CacheStack extends PlatformStack {
  public constructor(scope: Construct, { platform, cell }: CacheStackProps) {
    super(scope, { platform, cell, kind: 'cache' });
    const { services, ...settings } = cell.cache;
    const tiers = Object.keys(platform.load.tenants).sort();
    const cache = new Cache(this, 'Cache', {
      ...settings,
      network: networkContract.read(this, { cell: cell.id, stack: 'network' }),
      owners: tiers.flatMap((tier) =>
        [...services].sort().map((service) => ({ kind: 'service', tier, service }) as const),
      ),
      platformUsers: PLATFORM_USERS,
      dedicatedTenants: platform.tenants.filter((tenant) => tenant.cell === cell.id).length,
    });
    // All pods of tenants carry this group. Which of them get in is decided by their roles.
    const { workloadSecurityGroupId } = clusterContract.read(this, { cell: cell.id, stack: 'cluster' });
    cache.allowFrom({ peerName: 'workloads', securityGroupId: workloadSecurityGroupId, openEgress: false });
    letOperationsIn(this, cell, cache);
    cacheContract.publish(this, { cell: cell.id, stack: 'cache' }, cache);
  }
}
