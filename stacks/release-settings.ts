import type { Cell, Platform } from '../config/platform';
import { canaryBuckets, SLICED_TIER, slicesOf, syntheticTenant } from '../constructs/core/releases';
import type { EarlyTenants } from '../constructs/gateway/owner-route';
import type { ReleaseSettings } from '../constructs/tiers/releases';

type TierName = keyof Platform['tiers'];

/** How releases reach an owner of a tier in a cell. @param workspaceId where the cell's metrics are */
export function releaseSettings(
  { tiers, delivery }: Platform,
  { gateway }: Cell,
  tier: TierName,
  workspaceId: string,
): ReleaseSettings {
  const { replicas, promises } = tiers[tier];
  const { availabilityPercent, p95Milliseconds } = promises;
  return {
    slices: slicesOf(tier, replicas, delivery.canaryPercent),
    checks: Object.fromEntries(Object.entries(delivery.services).map(([name, { smoke }]) => [name, smoke])),
    objectives: { availabilityPercent, p95Milliseconds },
    metrics: { workspaceId },
    requestTimeoutSeconds: gateway.requestTimeoutSeconds,
  };
}

/** Tenants of a tier who get a release before the others: the platform's own, of this cell or not, and those of some buckets. */
export const earlyTenants = (
  { delivery }: Platform,
  { id }: Cell,
  tier: TierName,
): EarlyTenants | undefined =>
  tier === SLICED_TIER
    ? {
        internal: [...delivery.internalTenants, syntheticTenant(tier, id)],
        canaryBuckets: canaryBuckets(delivery.canaryPercent),
      }
    : undefined;
