import { join } from 'node:path';
import { loadPlatform } from '../../config/load';
import type { Cell, Platform } from '../../config/platform';
import { capacity } from '../../guarantees/capacity';
import { requireKept } from '../../guarantees/guarantee';

const prod = loadPlatform(join(__dirname, '../..'), 'prod');

const withData = (data: Partial<Cell['data']>, load: Partial<Platform['load']> = {}): Platform => ({
  ...prod,
  load: { ...prod.load, ...load },
  cells: prod.cells.map((cell) => ({ ...cell, data: { ...cell.data, ...data } })),
});
const pools = (maxPods: number): Pick<Cell['data'], 'pools'> => ({
  pools: { starter: { maxPods, poolSize: 1 }, professional: { maxPods: 40, poolSize: 2 } },
});

describe('the capacity guarantee', () => {
  it('is kept in prod, with its arithmetic as evidence', () => {
    expect(new Set(capacity(prod).map(({ outcome }) => outcome))).toEqual(new Set(['kept']));
    expect(capacity(prod)).toHaveLength(prod.cells.length + prod.tenants.length);
    expect(capacity(prod)[0]).toMatchInlineSnapshot(`
     {
       "evidence": "each of 10 shards: starter 60 pods × 1 + professional 40 pods × 2 = 140 connections; allowed are 184 = the lesser of 2688 (80 % of max_connections 3360 at 16 ACU maximum) and 204 (memory at 4 ACU minimum, 10 MiB each), less 20 reserved",
       "guarantee": "capacity",
       "outcome": "kept",
       "subject": "use1a: connections to a data shard",
     }
    `);
  });

  it('is kept up to the last connection and broken by the next', () => {
    // 184 allowed less 80 of professional.
    expect(capacity(withData(pools(104)))[0]?.outcome).toBe('kept');
    expect(capacity(withData(pools(105)))[0]?.outcome).toBe('broken');
  });

  it("counts a dedicated tenant's pods against its own database, up to the last connection", () => {
    const withPods = (pods: number): Platform => ({
      ...prod,
      tenants: prod.tenants.map((tenant) => ({ ...tenant, quota: { ...tenant.quota, pods } })),
    });
    const ofAcme = (platform: Platform) =>
      capacity(platform).find(({ subject }) => subject.endsWith('tenant acme'));
    // 2 ACU carry 102, less 20 reserved: 82, which are 20 pods of 4.
    expect(ofAcme(withPods(20))?.outcome).toBe('kept');
    expect(ofAcme(withPods(21))).toMatchObject({
      outcome: 'broken',
      evidence: expect.stringContaining('raise the minimum capacity to 2.5 ACU') as string,
    });
  });

  it('does not apply where no pod uses a shard', () => {
    const none = { maxPods: 0, poolSize: 1 };
    expect(capacity(withData({ pools: { starter: none, professional: none } }))[0]?.outcome).toBe(
      'not-applicable',
    );
  });

  it('is broken where no shard could carry its tenants, and says what one could', () => {
    const { shards } = prod.cells[0]?.data ?? {};
    if (!shards) throw new Error('prod has no cell');
    const [verdict] = capacity(withData({ shards: { ...shards, maxTenantsPerShard: 50_000 } }));
    expect(verdict).toMatchObject({
      outcome: 'broken',
      evidence: expect.stringContaining('set maxTenantsPerShard to 20000 or less') as string,
    });
  });
});

describe('synth', () => {
  it('is refused with the evidence of every broken guarantee', () => {
    expect(() => {
      requireKept(capacity(withData(pools(105))));
    }).toThrowErrorMatchingInlineSnapshot(`
     "2 guarantees are broken:
       - capacity, use1a: connections to a data shard: each of 10 shards: starter 105 pods × 1 + professional 40 pods × 2 = 185 connections; allowed are 184 = the lesser of 2688 (80 % of max_connections 3360 at 16 ACU maximum) and 204 (memory at 4 ACU minimum, 10 MiB each), less 20 reserved. Remedy: raise the minimum capacity to 4.5 ACU, or lower the pods' ceilings or pool sizes by 1 connections in all
       - capacity, usw2a: connections to a data shard: each of 10 shards: starter 105 pods × 1 + professional 40 pods × 2 = 185 connections; allowed are 184 = the lesser of 2688 (80 % of max_connections 3360 at 16 ACU maximum) and 204 (memory at 4 ACU minimum, 10 MiB each), less 20 reserved. Remedy: raise the minimum capacity to 4.5 ACU, or lower the pods' ceilings or pool sizes by 1 connections in all"
    `);
  });

  it('goes on when all are kept', () => {
    expect(() => {
      requireKept(capacity(prod));
    }).not.toThrow();
  });
});
