import type { Cell, Platform, Tenant } from '../config/platform';
import { POOLED_TIERS, pooledTenantsPerCell } from '../config/pooled-tenants';
import { ValidationError } from '../constructs/core/validation';
import { connectionBudget, type ConnectionBudget } from '../constructs/data/connection-budget';
import { planShards, type PlannedShard } from '../constructs/data/shard-planner';
import type { Verdict } from './guarantee';
import { releaseDemand, type ReleasingOwner } from './release-demand';

/**
 * Load within what the platform can carry. So far: in each cell, the connections that the pods of the pooled tiers may
 * open to a shard, against what the shard's proxy may open and its memory carries at least capacity; the same for each
 * dedicated tenant and its own database, which has no proxy; and for each of these owners what releases of its services take,
 * against what its namespace may have: pods beyond that are not made, and a release would wait for its deadline.
 */
export const capacity = (platform: Platform): readonly Verdict[] => [
  ...platform.cells.flatMap((cell) =>
    POOLED_TIERS.map((tier) => ({
      guarantee: 'capacity',
      subject: `${cell.id}: releases in tier ${tier}`,
      ...releasesOf(platform, {
        tier,
        quota: { ...platform.tiers[tier].quota, pods: cell.data.pools[tier].maxPods },
      }),
    })),
  ),
  ...platform.tenants.map((tenant) => ({
    guarantee: 'capacity',
    subject: `${tenant.cell}: releases for tenant ${tenant.id}`,
    ...releasesOf(platform, { tier: 'enterprise', quota: tenant.quota }),
  })),
  ...platform.cells.map((cell) => ({
    guarantee: 'capacity',
    subject: `${cell.id}: connections to a data shard`,
    ...connectionsTo(platform, cell),
  })),
  ...platform.tenants.map((tenant) => ({
    guarantee: 'capacity',
    subject: `${tenant.cell}: connections to the database of tenant ${tenant.id}`,
    ...connectionsOf(tenant),
  })),
];

type Found = Pick<Verdict, 'outcome' | 'evidence' | 'measures'>;

function releasesOf(platform: Platform, owner: ReleasingOwner): Found {
  if (owner.quota.pods === 0) return { outcome: 'not-applicable', evidence: 'no pods may run' };
  const { kept, message, measures } = releaseDemand(platform, owner);
  return { outcome: kept ? 'kept' : 'broken', evidence: message, measures };
}

/** No proxy stands before a dedicated database, so its pods may open all that the database allows. */
const NO_PROXY_PERCENT = 100;

function connectionsOf({ id, database, quota }: Tenant): Found {
  const { minAcu, maxAcu, poolSize } = database;
  const budget = connectionBudget(`the database of ${id}`, { minAcu, maxAcu }, NO_PROXY_PERCENT, [
    { tier: id, maxPods: quota.pods, poolSize },
  ]);
  return found(budget);
}

const found = ({ kept, message, demanded, allowed }: ConnectionBudget): Found => ({
  outcome: kept ? 'kept' : 'broken',
  evidence: message,
  measures: [{ used: demanded, limit: allowed, unit: 'connections' }],
});

function connectionsTo(platform: Platform, cell: Cell): Found {
  const { pools, proxyConnectionPercent } = cell.data;
  if (POOLED_TIERS.every((tier) => pools[tier].maxPods === 0)) {
    return { outcome: 'not-applicable', evidence: 'no pods of a pooled tier may run' };
  }
  const plan = planned(platform, cell);
  if (typeof plan === 'string') return { outcome: 'broken', evidence: plan };
  const [shard] = plan;
  if (!shard) throw new Error(`the plan of ${cell.id} has no shard`);
  const budget = connectionBudget(
    // All shards of a cell are of one size, and every pod may use each of them.
    `each of ${plan.length} shards`,
    shard,
    proxyConnectionPercent,
    POOLED_TIERS.map((tier) => ({ tier, ...pools[tier] })),
  );
  return found(budget);
}

/** The cell's shards, or why there can be no plan. */
function planned(platform: Platform, cell: Cell): readonly PlannedShard[] | string {
  try {
    return planShards({ pooledTenants: pooledTenantsPerCell(platform), ...cell.data.shards });
  } catch (error) {
    if (error instanceof ValidationError) return error.message;
    throw error;
  }
}
