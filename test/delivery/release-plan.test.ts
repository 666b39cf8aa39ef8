import {
  planRelease,
  reachedBy,
  type ReleasePlan,
  rolloutKey,
  stepsOf,
  wavesOf,
  windowName,
} from '../../constructs/delivery/release-plan';
import { outline, TARGET, target, tenants } from './plan-fixture';

const plan = planRelease(TARGET);

describe('a release plan', () => {
  it('goes from ring to ring, cell by cell, and makes databases ready before they are needed', () => {
    expect(outline(plan)).toEqual([
      'internal-use1a: expand-use1a (shard-1 shard-2), deploy-use1a, soak-use1a',
      'internal-usw2a: expand-usw2a (shard-1 shard-2), deploy-usw2a, soak-usw2a',
      'canary-use1a: deploy-use1a, soak-use1a',
      'canary-usw2a: deploy-usw2a, soak-usw2a',
      'starter-use1a: deploy-use1a, soak-use1a',
      'starter-usw2a: deploy-usw2a, soak-usw2a',
      'professional-use1a: deploy-use1a, soak-use1a',
      'professional-usw2a: deploy-usw2a, soak-usw2a',
      'enterprise-anytime-1: expand-use1a (tenant-acme), expand-usw2a (tenant-globex), deploy-tenant-acme, deploy-tenant-globex, soak-use1a, soak-usw2a',
      'enterprise-sun-08-4h-1: expand-usw2a (tenant-initech), deploy-tenant-initech, soak-usw2a',
    ]);
    expect(plan.leftOut).toEqual([]);
  });

  it('names owner, slice and tier of each step', () => {
    const steps = wavesOf(plan).flatMap((wave) =>
      stepsOf(wave, 'deploy').map(({ owner, slice, tier }) => `${wave.ring} ${owner} ${slice} ${tier}`),
    );
    expect([...new Set(steps)]).toEqual([
      'internal tier-starter internal starter',
      'canary tier-starter canary starter',
      'starter tier-starter main starter',
      'professional tier-professional main professional',
      'enterprise tenant-acme main enterprise',
      'enterprise tenant-globex main enterprise',
      'enterprise tenant-initech main enterprise',
    ]);
  });

  it('reaches each rollout once', () => {
    const deployed = wavesOf(plan).flatMap((wave) => stepsOf(wave, 'deploy').map(rolloutKey));
    expect(deployed).toEqual(reachedBy(TARGET).map(rolloutKey));
    expect(new Set(deployed).size).toBe(deployed.length);
  });

  it('lets no wave begin, take traffic or end without its gates', () => {
    for (const { gates } of wavesOf(plan))
      expect(gates).toMatchObject({ smokeTest: true, objectives: true, soakMinutes: 15, rollback: true });
    expect(wavesOf(plan).map(({ gates }) => gates.alarms.map(({ tier, cell }) => `${tier} ${cell}`))).toEqual(
      [
        // Tiers share the shards that these waves change.
        ['starter use1a', 'professional use1a'],
        ['starter usw2a', 'professional usw2a'],
        ['starter use1a'],
        ['starter usw2a'],
        ['starter use1a'],
        ['starter usw2a'],
        ['professional use1a'],
        ['professional usw2a'],
        ['enterprise use1a', 'enterprise usw2a'],
        ['enterprise usw2a'],
      ],
    );
  });

  it('contracts later: every rollout is asked, then cell by cell, shared databases before dedicated ones', () => {
    const { contract } = plan;
    expect(contract?.afterDays).toBe(7);
    expect(contract?.checks.map(({ cell, rollouts }) => [cell, rollouts.length])).toEqual([
      ['use1a', 5],
      ['usw2a', 6],
    ]);
    expect(
      contract?.waves.map(({ name, steps }) => [name, ...steps.map((step) => step.databases.join(' '))]),
    ).toEqual([
      ['contract-use1a', 'shard-1 shard-2', 'tenant-acme'],
      ['contract-usw2a', 'shard-1 shard-2', 'tenant-globex tenant-initech'],
    ]);
  });

  it('is the same whatever order its target is written in', () => {
    const reversed = target({
      cells: TARGET.cells.toReversed(),
      tiers: TARGET.tiers.toReversed(),
      tenants: TARGET.tenants.toReversed(),
    });
    expect(planRelease(reversed)).toEqual(plan);
  });

  it('changes no schema for a service that brings no migrations', () => {
    const without = planRelease(target({ schema: false }));
    expect(outline(without).join()).not.toContain('expand');
    expect(without.contract).toBeUndefined();
  });
});

/** Rings and first waves of a service that these tiers run. */
const ringsFor = (changes: Parameters<typeof target>[0]) => {
  const { rings, leftOut } = planRelease(target(changes));
  return { rings: rings.map(({ name }) => name), leftOut: leftOut.map(({ ring, why }) => `${ring}: ${why}`) };
};

describe('rings that a service has', () => {
  it('leaves out tiers that do not run it, and says so', () => {
    expect(ringsFor({ tiers: ['professional', 'enterprise'] })).toEqual({
      rings: ['professional', 'enterprise'],
      leftOut: [
        'internal: tier starter does not run api',
        'canary: tier starter does not run api',
        'starter: tier starter does not run api',
      ],
    });
  });

  it('makes shared databases ready in the first ring there is', () => {
    const { tiers } = target({ tiers: ['professional'] });
    const outlines = outline(planRelease(target({ tiers })));
    expect(outlines[0]).toBe('professional-use1a: expand-use1a (shard-1 shard-2), deploy-use1a, soak-use1a');
  });

  it('starts with dedicated tenants if only they run it, and leaves shared databases alone', () => {
    const only = planRelease(target({ tiers: ['enterprise'] }));
    expect(only.rings.map(({ name }) => name)).toEqual(['enterprise']);
    expect(outline(only).join()).not.toContain('shard-');
    expect(JSON.stringify(only.contract)).not.toContain('shard-');
  });

  it('leaves out enterprise without a dedicated tenant', () => {
    expect(ringsFor({ tenants: [] })).toEqual({
      rings: ['internal', 'canary', 'starter', 'professional'],
      leftOut: ['enterprise: there is no dedicated tenant'],
    });
  });
});

const cells = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `cell${index}`, shards: ['shard-1'] }));
const namesOf = (made: ReleasePlan, ring: string): readonly string[] =>
  wavesOf(made).flatMap((wave) => (wave.ring === ring ? [wave.name] : []));

describe('waves', () => {
  it.each([
    [1, ['canary-cell0', 'canary-cell1', 'canary-cell2']],
    [2, ['canary-cell0.cell1', 'canary-cell2']],
    [3, ['canary-cell0.cell1.cell2']],
    [5, ['canary-cell0.cell1.cell2']],
  ])('hold at most %i cells', (cellsPerWave, expected) => {
    const made = planRelease(target({ cells: cells(3), tenants: [], cellsPerWave }));
    expect(namesOf(made, 'canary')).toEqual(expected);
  });

  it('hold fewer cells while shared databases change, for a condition asks five alarms', () => {
    const made = planRelease(target({ cells: cells(5), tenants: [], cellsPerWave: 5 }));
    expect(namesOf(made, 'internal')).toEqual([
      'internal-cell0.cell1',
      'internal-cell2.cell3',
      'internal-cell4',
    ]);
    expect(namesOf(made, 'canary')).toHaveLength(1);
  });

  it.each([
    [9, 1],
    [10, 1],
    [11, 2],
    [25, 3],
  ])('of %i tenants, 10 at a time, are %i', (count, expected) => {
    const made = planRelease(target({ tenants: tenants(count) }));
    expect(namesOf(made, 'enterprise')).toHaveLength(expected);
  });

  it('of tenants are in at most five cells', () => {
    const many = cells(6);
    const made = planRelease(
      target({
        cells: many,
        tenants: tenants(
          6,
          many.map(({ id }) => id),
        ),
      }),
    );
    expect(namesOf(made, 'enterprise')).toEqual(['enterprise-anytime-1', 'enterprise-anytime-2']);
  });

  it('share a window, in the order of the week', () => {
    const at = (id: string, day: 'mon' | 'tue' | 'sun', hourUtc: number, hours = 2) => ({
      ...{ id, cell: 'use1a' },
      maintenanceWindow: { day, hourUtc, hours },
    });
    const made = planRelease(
      target({
        tenants: [
          ...[at('a1', 'sun', 0), at('a2', 'tue', 3), at('a3', 'mon', 22), at('a4', 'mon', 4)],
          ...[at('a5', 'tue', 3), at('a6', 'tue', 3, 4), { id: 'a7', cell: 'usw2a' }],
        ],
      }),
    );
    expect(
      wavesOf(made)
        .filter(({ ring }) => ring === 'enterprise')
        .map((wave) => [
          wave.name,
          stepsOf(wave, 'deploy')
            .map(({ owner }) => owner)
            .join(),
        ]),
    ).toEqual([
      ['enterprise-anytime-1', 'tenant-a7'],
      ['enterprise-mon-04-2h-1', 'tenant-a4'],
      ['enterprise-mon-22-2h-1', 'tenant-a3'],
      ['enterprise-tue-03-2h-1', 'tenant-a2,tenant-a5'],
      ['enterprise-tue-03-4h-1', 'tenant-a6'],
      ['enterprise-sun-00-2h-1', 'tenant-a1'],
    ]);
    expect(wavesOf(made).at(-1)).toMatchObject({ window: { day: 'sun', hourUtc: 0, hours: 2 } });
  });

  it('keep their names when a tenant with a window of its own comes', () => {
    const added = {
      id: 'umbrella',
      cell: 'use1a',
      maintenanceWindow: { day: 'mon', hourUtc: 1, hours: 1 },
    } as const;
    const made = planRelease(target({ tenants: [...TARGET.tenants, added] }));
    const before = wavesOf(plan).map(({ name }) => name);
    expect(
      wavesOf(made)
        .map(({ name }) => name)
        .filter((name) => !before.includes(name)),
    ).toEqual(['enterprise-mon-01-1h-1']);
    expect(before.every((name) => wavesOf(made).some((wave) => wave.name === name))).toBe(true);
  });

  it('have names that a pipeline takes', () => {
    const longest = Array.from({ length: 5 }, (_, index) => ({ id: `abcdefg${index}`, shards: ['shard-1'] }));
    const made = planRelease(target({ cells: longest, tenants: [], cellsPerWave: 5 }));
    for (const wave of [...wavesOf(made), ...wavesOf(plan)])
      expect(windowName(wave)).toMatch(/^[A-Za-z0-9.@_-]{1,100}$/);
  });
});
