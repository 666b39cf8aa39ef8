import { ValidationError } from '../core/validation';

/** What a shard plan is computed from. Counts of tenants, sizes in Aurora capacity units (1 ACU is about 2 GiB). */
export interface ShardDemand {
  /** Pooled tenants that the cell is built for. A whole number, 0 or more. */
  readonly pooledTenants: number;

  /** Blast radius: most tenants that one shard may hold. At least 1. */
  readonly maxTenantsPerShard: number;

  /**
   * Blast radius as a share of all pooled tenants, above 0 and at most 1. The stricter of the two limits counts.
   *
   * @default 1 - only `maxTenantsPerShard` limits a shard
   */
  readonly maxShareOfTenants?: number;

  /** Capacity that 1,000 tenants need when they are quiet, in ACU. Measured, not guessed: see the load tests. */
  readonly idleAcuPerThousandTenants: number;

  /** Capacity that 1,000 tenants need at their peak, in ACU. */
  readonly peakAcuPerThousandTenants: number;

  /**
   * Shards that exist already, and stay. Lowered by one by hand, once the last shard's tenants have been moved and its
   * stack retired.
   *
   * @default 0 - a new cell
   */
  readonly existingShards?: number;
}

/** One shard: its stack is `data-shard-<id>`. */
export interface PlannedShard {
  /** Ordinal, from `1`. Never reused, never renumbered. */
  readonly id: string;
  /** Most tenants that may be placed here. */
  readonly maxTenants: number;
  /** Smallest capacity, in ACU, a multiple of 0.5. */
  readonly minAcu: number;
  /** Largest capacity, in ACU, a multiple of 0.5. */
  readonly maxAcu: number;
}

/**
 * Aurora Serverless v2's range. Its step is 0.5 ACU, its end 256 ACU. The least is not 0, which pauses (and RDS
 * Proxy's open connections never let it pause), nor 0.5, which caps connections at 2,000, but 2: Performance
 * Insights asks for at least that.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
 */
const ACU = { step: 0.5, min: 2, max: 256 } as const;

const roundUpToStep = (acu: number): number => Math.ceil(acu / ACU.step - 1e-9) * ACU.step;

/**
 * The shards of a cell. Pure: the same demand always gives the same plan.
 *
 * ```text
 * perShard = min(maxTenantsPerShard, floor(pooledTenants × maxShareOfTenants))
 * shards   = max(1, existingShards, ceil(pooledTenants / perShard))
 * minAcu   = max(2, perShard / 1000 × idleAcuPerThousandTenants), rounded up to 0.5
 * maxAcu   = max(minAcu, perShard / 1000 × peakAcuPerThousandTenants), rounded up to 0.5
 * ```
 *
 * By hand, for 25,000 tenants with at most 2,500 on a shard and no more than a tenth of all (also 2,500), 1.6 idle and
 * 6.4 peak ACU per thousand: ceil(25,000 / 2,500) = 10 shards of 2,500 × 1.6 / 1,000 = 4 to 2,500 × 6.4 / 1,000 =
 * 16 ACU; 40 to 160 ACU in all.
 *
 * A shard is sized for the most tenants it may hold, not for today's. So where `maxTenantsPerShard` is the stricter
 * limit, one more tenant or shard changes no existing shard; where the share is, existing shards grow in place. Shards
 * are only ever appended: more tenants add `n + 1`. Fewer tenants take none away while `existingShards` says that it is
 * there, for it holds data.
 *
 * @throws ValidationError naming every bad number, or saying that one shard cannot carry its tenants.
 */
export function planShards(demand: ShardDemand): readonly PlannedShard[] {
  const share = demand.maxShareOfTenants ?? 1;
  const existing = demand.existingShards ?? 0;
  const whole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;
  const positive = (value: number): boolean => Number.isFinite(value) && value > 0;
  const rules: readonly (readonly [boolean, string])[] = [
    [
      whole(demand.pooledTenants, 0),
      `pooledTenants must be a whole number, 0 or more, got ${demand.pooledTenants}`,
    ],
    [
      whole(demand.maxTenantsPerShard, 1),
      `maxTenantsPerShard must be a whole number, 1 or more, got ${demand.maxTenantsPerShard}`,
    ],
    [share > 0 && share <= 1, `maxShareOfTenants must be above 0 and at most 1, got ${share}`],
    [
      positive(demand.idleAcuPerThousandTenants),
      `idleAcuPerThousandTenants must be above 0, got ${demand.idleAcuPerThousandTenants}`,
    ],
    [
      demand.peakAcuPerThousandTenants >= demand.idleAcuPerThousandTenants &&
        Number.isFinite(demand.peakAcuPerThousandTenants),
      `peakAcuPerThousandTenants must be at least idleAcuPerThousandTenants (${demand.idleAcuPerThousandTenants}), got ${demand.peakAcuPerThousandTenants}`,
    ],
    [whole(existing, 0), `existingShards must be a whole number, 0 or more, got ${existing}`],
  ];
  const problems = rules.filter(([holds]) => !holds).map(([, message]) => `  - ${message}`);
  if (problems.length > 0) throw new ValidationError(`invalid shard demand:\n${problems.join('\n')}`);

  // A share below one tenant would mean no tenants at all: at least one tenant fits a shard.
  const byShare = Math.max(1, Math.floor(demand.pooledTenants * share + 1e-9));
  const perShard =
    demand.pooledTenants === 0 || share === 1
      ? demand.maxTenantsPerShard
      : Math.min(demand.maxTenantsPerShard, byShare);
  const count = Math.max(1, existing, Math.ceil(demand.pooledTenants / perShard));

  const minAcu = Math.max(ACU.min, roundUpToStep((perShard * demand.idleAcuPerThousandTenants) / 1000));
  const maxAcu = Math.max(minAcu, roundUpToStep((perShard * demand.peakAcuPerThousandTenants) / 1000));
  if (maxAcu > ACU.max) {
    const fitting = Math.floor((ACU.max * 1000) / demand.peakAcuPerThousandTenants);
    throw new ValidationError(
      `a shard of ${perShard} tenants needs ${maxAcu} ACU at its peak, and Aurora Serverless v2 ends at ${ACU.max}: ` +
        `set maxTenantsPerShard to ${fitting} or less`,
    );
  }
  return Array.from({ length: count }, (_, index) => ({
    id: String(index + 1),
    maxTenants: perShard,
    minAcu,
    maxAcu,
  }));
}
