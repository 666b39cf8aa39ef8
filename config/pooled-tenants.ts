import type { Platform } from './platform';

/** Tiers whose tenants share shards; every other tenant has a database of its own. */
export const POOLED_TIERS = ['starter', 'professional'] as const;

/** Pooled tenants that each cell must be able to hold: all that are expected, divided evenly and rounded up. */
export function pooledTenantsPerCell({ load, cells }: Pick<Platform, 'load' | 'cells'>): number {
  const pooled = POOLED_TIERS.reduce((sum, tier) => sum + load.tenants[tier], 0);
  return Math.ceil(pooled / cells.length);
}
