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

const connections = (platform: Platform) =>
  capacity(platform).find(({ subject }) => subject.endsWith('use1a: connections to a data shard'));

describe('the capacity guarantee', () => {
  it('is kept in prod, with its arithmetic as evidence', () => {
    expect(new Set(capacity(prod).map(({ outcome }) => outcome))).toEqual(new Set(['kept']));
    // Connections of each, and releases of each owner.
    expect(capacity(prod)).toHaveLength(3 * prod.cells.length + 2 * prod.tenants.length);
    expect(connections(prod)).toMatchInlineSnapshot(`
     {
       "evidence": "each of 10 shards: starter 60 pods × 1 + professional 40 pods × 2 = 140 connections; allowed are 184 = the lesser of 2688 (80 % of max_connections 3360 at 16 ACU maximum) and 204 (memory at 4 ACU minimum, 10 MiB each), less 20 reserved",
       "guarantee": "capacity",
       "measures": [
         {
           "limit": 184,
           "unit": "connections",
           "used": 140,
         },
       ],
       "outcome": "kept",
       "subject": "use1a: connections to a data shard",
     }
    `);
  });

  it('is kept up to the last connection and broken by the next', () => {
    // 184 allowed less 80 of professional.
    expect(connections(withData(pools(104)))?.outcome).toBe('kept');
    expect(connections(withData(pools(105)))?.outcome).toBe('broken');
  });

  it("counts a dedicated tenant's pods against its own database, up to the last connection", () => {
    const withPods = (pods: number): Platform => ({
      ...prod,
      tenants: prod.tenants.map((tenant) => ({ ...tenant, quota: { ...tenant.quota, pods } })),
    });
    const ofAcme = (platform: Platform) =>
      capacity(platform).find(({ subject }) => subject.endsWith('database of tenant acme'));
    // 2 ACU carry 102, less 20 reserved: 82, which are 20 pods of 4.
    expect(ofAcme(withPods(20))?.outcome).toBe('kept');
    expect(ofAcme(withPods(21))).toMatchObject({
      outcome: 'broken',
      evidence: expect.stringContaining('raise the minimum capacity to 2.5 ACU') as string,
    });
  });

  it('does not apply where no pod uses a shard', () => {
    const none = { maxPods: 0, poolSize: 1 };
    expect(
      capacity(withData({ pools: { starter: none, professional: none } }))
        .filter(({ subject }) => subject.startsWith('use1a') && !subject.includes('tenant'))
        .map(({ outcome }) => outcome),
    ).toEqual(['not-applicable', 'not-applicable', 'not-applicable']);
  });

  it('is broken where no shard could carry its tenants, and says what one could', () => {
    const { shards } = prod.cells[0]?.data ?? {};
    if (!shards) throw new Error('prod has no cell');
    const verdict = connections(withData({ shards: { ...shards, maxTenantsPerShard: 50_000 } }));
    expect(verdict).toMatchObject({
      outcome: 'broken',
      evidence: expect.stringContaining('set maxTenantsPerShard to 20000 or less') as string,
    });
  });
});

describe('releases', () => {
  const ofStarter = (platform: Platform) =>
    capacity(platform).find(({ subject }) => subject === 'use1a: releases in tier starter');
  const withStarter = (starter: Partial<Platform['tiers']['starter']>): Platform => ({
    ...prod,
    tiers: { ...prod.tiers, starter: { ...prod.tiers.starter, ...starter } },
  });

  it('have what they take, with the arithmetic as evidence', () => {
    expect(ofStarter(prod)).toMatchInlineSnapshot(`
     {
       "evidence": "1 service: 1 × (internal 1 + canary 2 + main 2 pods, 2 more of a new version, 1 smoke test); 8 of 60 pods, 0.8 of 60 vCPUs, 3.7 of 120 GiB of memory, 3.6 of 120 GiB of scratch space, 6 of 10 Services",
       "guarantee": "capacity",
       "measures": [
         {
           "limit": 60,
           "unit": "pods",
           "used": 8,
         },
         {
           "limit": 60,
           "unit": "vCPUs",
           "used": 0.8,
         },
         {
           "limit": 120,
           "unit": "GiB of memory",
           "used": 3.7,
         },
         {
           "limit": 120,
           "unit": "GiB of scratch space",
           "used": 3.6,
         },
         {
           "limit": 10,
           "unit": "Services",
           "used": 6,
         },
       ],
       "outcome": "kept",
       "subject": "use1a: releases in tier starter",
     }
    `);
  });

  it.each([['dev'], ['prod']])('have what they take in %s', (environment) => {
    const releases = capacity(loadPlatform(join(__dirname, '../..'), environment)).filter(({ subject }) =>
      subject.includes(': releases '),
    );
    expect(new Set(releases.map(({ outcome }) => outcome))).toEqual(new Set(['kept']));
  });

  it('have pods up to the last one, and not without it', () => {
    // internal 1 + canary 2 + main 2, 2 more of a new version, and a smoke test.
    expect(ofStarter(withData(pools(8)))?.outcome).toBe('kept');
    expect(ofStarter(withData(pools(7)))).toMatchObject({
      outcome: 'broken',
      evidence: expect.stringContaining('raise the pool’s maxPods to 8') as string,
    });
  });

  it('take twice as many more after a soak that is shorter than old pods stay', () => {
    const soaking = (soakMinutes: number): Platform => ({
      ...withData(pools(10)),
      delivery: { ...prod.delivery, soakMinutes },
    });
    expect(ofStarter(soaking(9))?.evidence).toContain('8 of 10 pods');
    expect(ofStarter(soaking(8))?.evidence).toContain('10 of 10 pods');
  });

  it('are all at once, where there are several services', () => {
    expect(ofStarter(withStarter({ services: ['api', 'worker'] }))).toMatchObject({
      outcome: 'broken',
      evidence: expect.stringContaining('raise quota.services to 12') as string,
    });
  });

  it('need as much again as runs, of memory and CPU too', () => {
    const { quota } = prod.tiers.starter;
    expect(ofStarter(withStarter({ replicas: 20, quota: { ...quota, memoryGiB: 21 } }))).toMatchObject({
      outcome: 'broken',
      evidence: expect.stringMatching(/1 service: .* 44 of 60 pods, .*raise quota.memoryGiB to 22/) as string,
    });
  });

  it('of a dedicated tenant count against its own quota', () => {
    const short = {
      ...prod,
      tenants: prod.tenants.map((tenant) => ({ ...tenant, quota: { ...tenant.quota, pods: 4 } })),
    };
    const broken = capacity(short).filter(({ outcome }) => outcome === 'broken');
    expect(broken.map(({ subject }) => subject.replace(/^\w+: /, ''))).toEqual(
      prod.tenants.map(({ id }) => `releases for tenant ${id}`),
    );
    expect(broken[0]?.evidence).toContain('raise quota.pods to 5');
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
