import fc from 'fast-check';

import { planShards, type ShardDemand } from '../../constructs/data/shard-planner';

const demand = (changes: Partial<ShardDemand> = {}): ShardDemand => ({
  pooledTenants: 25_000,
  maxTenantsPerShard: 2_500,
  maxShareOfTenants: 0.1,
  idleAcuPerThousandTenants: 1.6,
  peakAcuPerThousandTenants: 6.4,
  ...changes,
});

describe('the shard planner', () => {
  it('adds up by hand for 25,000 tenants', () => {
    const plan = planShards(demand());
    expect(plan).toHaveLength(10);
    expect(plan[0]).toEqual({ id: '1', maxTenants: 2500, minAcu: 4, maxAcu: 16 });
    expect(plan.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
    expect(plan.reduce((sum, { maxTenants }) => sum + maxTenants, 0)).toBe(25_000);
    expect(plan.reduce((sum, { minAcu }) => sum + minAcu, 0)).toBe(40);
    expect(plan.reduce((sum, { maxAcu }) => sum + maxAcu, 0)).toBe(160);
  });

  it.each([
    [0, 1],
    [1, 1],
    [2_499, 1],
    [2_500, 1],
    [2_501, 2],
    [5_000, 2],
    [5_001, 3],
  ])('gives %i tenants %i shards of 2,500', (pooledTenants, shards) => {
    expect(planShards(demand({ pooledTenants, maxShareOfTenants: 1 }))).toHaveLength(shards);
  });

  it('lets the stricter of the two limits count', () => {
    expect(planShards(demand({ maxShareOfTenants: 0.05 }))[0]).toMatchObject({ maxTenants: 1250 });
    expect(planShards(demand({ maxShareOfTenants: 0.5 }))[0]).toMatchObject({ maxTenants: 2500 });
  });

  it('places every tenant and keeps each shard within both limits, whatever the demand', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 500, max: 5_000 }),
        fc.double({ min: 0.02, max: 1, noNaN: true }),
        (pooledTenants, maxTenantsPerShard, share) => {
          const plan = planShards(demand({ pooledTenants, maxTenantsPerShard, maxShareOfTenants: share }));
          expect(plan.reduce((sum, { maxTenants }) => sum + maxTenants, 0)).toBeGreaterThanOrEqual(
            pooledTenants,
          );
          for (const { maxTenants, minAcu, maxAcu } of plan) {
            expect(maxTenants).toBeLessThanOrEqual(maxTenantsPerShard);
            expect(share === 1 ? 0 : maxTenants).toBeLessThanOrEqual(
              Math.max(1, pooledTenants * share + 1e-6),
            );
            expect([minAcu % 0.5, maxAcu % 0.5, minAcu <= maxAcu]).toEqual([0, 0, true]);
          }
        },
      ),
    );
  });

  it('only appends when tenants are added, and changes no shard that exists', () => {
    const limits = { maxShareOfTenants: 1 };
    const before = planShards(demand(limits));
    const after = planShards(demand({ ...limits, pooledTenants: 25_001, existingShards: 10 }));
    expect(after).toHaveLength(11);
    expect(after.slice(0, 10)).toEqual(before);
  });

  it('keeps every shard that exists, however few tenants are left', () => {
    const limits = { maxShareOfTenants: 1 };
    const fewer = planShards(demand({ ...limits, pooledTenants: 20_000, existingShards: 10 }));
    expect(fewer).toEqual(planShards(demand({ ...limits, pooledTenants: 25_000 })));
    expect(planShards(demand({ ...limits, pooledTenants: 20_000 }))).toHaveLength(8);
  });

  it('refuses a shard that Aurora could not carry, and says what would fit', () => {
    const edge = { pooledTenants: 80_000, maxShareOfTenants: 1 };
    expect(planShards(demand({ ...edge, maxTenantsPerShard: 40_000 }))[0]).toMatchObject({ maxAcu: 256 });
    expect(() => planShards(demand({ ...edge, maxTenantsPerShard: 40_001 }))).toThrow(
      'needs 256.5 ACU at its peak, and Aurora Serverless v2 ends at 256: set maxTenantsPerShard to 40000 or less',
    );
  });

  it('names every bad number at once', () => {
    expect(() =>
      planShards({
        pooledTenants: -1,
        maxTenantsPerShard: 0,
        maxShareOfTenants: 1.01,
        idleAcuPerThousandTenants: 0,
        peakAcuPerThousandTenants: -1,
        existingShards: 0.5,
      }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "invalid shard demand:
       - pooledTenants must be a whole number, 0 or more, got -1
       - maxTenantsPerShard must be a whole number, 1 or more, got 0
       - maxShareOfTenants must be above 0 and at most 1, got 1.01
       - idleAcuPerThousandTenants must be above 0, got 0
       - peakAcuPerThousandTenants must be at least idleAcuPerThousandTenants (0), got -1
       - existingShards must be a whole number, 0 or more, got 0.5"
    `);
  });
});
