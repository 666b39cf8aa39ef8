import {
  checkPlan,
  planRelease,
  problemsOf,
  type ReleasePlan,
  type ReleaseTarget,
  type Step,
  stepsOf,
  type Wave,
} from '../../constructs/delivery/release-plan';
import { TARGET, target, tenants, withWave } from './plan-fixture';

expect.addSnapshotSerializer({ test: (value) => typeof value === 'string', print: String });

const plan = planRelease(TARGET);
const WINDOW = { day: 'sun', hourUtc: 8, hours: 4 } as const;

/** What is wrong with the plan, one of whose waves is changed. */
const problemsWith = (name: string, change: (wave: Wave) => Partial<Wave>): readonly string[] =>
  problemsOf(withWave(plan, name, (wave) => ({ ...wave, ...change(wave) })));

const gates = (name: string, changes: Partial<Wave['gates']>): readonly string[] =>
  problemsWith(name, (wave) => ({ gates: { ...wave.gates, ...changes } }));

const without = (kind: Step['kind'], { steps }: Wave) => ({
  steps: steps.filter((step) => step.kind !== kind),
});

const rings = (change: (all: ReleasePlan['rings']) => ReleasePlan['rings']): readonly string[] =>
  problemsOf({ ...plan, rings: change(plan.rings) });

/** What is wrong with the plan of another target that the fixture's plan is held against. */
const against = (changes: Partial<ReleaseTarget>): readonly string[] =>
  problemsOf({ ...plan, target: target(changes) });

describe('rings', () => {
  it.each(['internal', 'canary', 'starter', 'professional', 'enterprise'] as const)(
    'may not skip %s',
    (skipped) => {
      expect(rings((all) => all.filter(({ name }) => name !== skipped))).toContain(
        `ring ${skipped} is skipped; a release goes through internal, canary, starter, professional, enterprise`,
      );
    },
  );

  it('come in their order', () => {
    expect(
      rings(([first, second, ...others]) => [second, first, ...others].flatMap((ring) => ring ?? [])),
    ).toContain(
      'rings must come in the order internal, canary, starter, professional, enterprise, got canary, internal, starter, professional, enterprise',
    );
  });

  it('come once, with something in them', () => {
    expect(rings(([first, ...others]) => (first ? [first, { ...first, waves: [] }, ...others] : []))).toEqual(
      ['ring internal must be there once; more of it is more waves', 'ring internal must have a wave'],
    );
  });

  it('are not there for tiers that do not run the service', () => {
    expect(against({ tiers: ['professional', 'enterprise'] })).toContain(
      'there must be no ring canary: tier starter does not run api',
    );
  });

  it('reach every cell and every tenant', () => {
    expect(against({ tenants: [...TARGET.tenants, { id: 'umbrella', cell: 'use1a' }] })).toContain(
      'slice main of tenant-umbrella in use1a never gets the release',
    );
    expect(against({ cells: [...TARGET.cells, { id: 'euw1a', shards: ['shard-1'] }] })).toContain(
      'slice internal of tier-starter in euw1a never gets the release',
    );
  });

  it('reach nobody else', () => {
    expect(against({ tenants: TARGET.tenants.filter(({ id }) => id !== 'acme') })).toContain(
      'wave enterprise-anytime-1 deploys to use1a/tenant-acme/main, which does not run api',
    );
  });

  it('reach nobody twice', () => {
    const [again] = plan.rings.flatMap(({ waves }) => waves.filter(({ name }) => name === 'canary-use1a'));
    expect(
      rings((all) =>
        all.map((ring) =>
          ring.name === 'canary' && again
            ? { ...ring, waves: [...ring.waves, { ...again, name: 'more' }] }
            : ring,
        ),
      ),
    ).toEqual(['use1a/tier-starter/canary must get a release once, got it in canary-use1a and more']);
  });

  it('reach everybody in the own ring', () => {
    const swapped = rings((all) =>
      all.map((ring) => ({
        ...ring,
        waves: all.find(({ name }) => name === SWAP[ring.name])?.waves ?? ring.waves,
      })),
    );
    expect(swapped).toContain(
      'wave starter-use1a deploys to use1a/tier-starter/main, which is of ring starter',
    );
  });
});

const SWAP: Readonly<Record<string, string>> = { canary: 'starter', starter: 'canary' };

describe('gates', () => {
  it.each([
    ['a smoke test', { smokeTest: false }, 'must test a new version before it takes traffic'],
    [
      'objectives',
      { objectives: false },
      'must hold a new version that takes traffic against the objectives',
    ],
    ['the way back', { rollback: false }, 'must go back if a step fails'],
    ['a soak', { soakMinutes: 0 }, 'must soak for at least 15 minutes, got 0'],
    ['a whole soak', { soakMinutes: 14 }, 'must soak for at least 15 minutes, got 14'],
    [
      'alarms',
      { alarms: [] },
      'must not begin while the error budget of starter in use1a burns: name its alarm',
    ],
  ])('cannot do without %s', (_, changes, message) => {
    expect(gates('starter-use1a', changes)).toEqual([`wave starter-use1a ${message}`]);
  });

  it('may soak for longer', () => {
    expect(gates('starter-use1a', { soakMinutes: 16 })).toEqual([]);
  });

  it('ask the alarms of all tiers whose databases change', () => {
    expect(gates('internal-use1a', { alarms: [{ cell: 'use1a', tier: 'starter' }] })).toEqual([
      'wave internal-use1a must not begin while the error budget of professional in use1a burns: name its alarm',
    ]);
  });

  it('need somebody who watches', () => {
    expect(problemsWith('canary-use1a', (wave) => without('soak', wave))).toEqual([
      'wave canary-use1a must have a step that watches starter in use1a for at least 15 minutes',
    ]);
  });
});

describe('waves', () => {
  it.each([
    [1, true],
    [2, false],
  ])('are in at most cellsPerWave cells: two cells, allowed %i', (cellsPerWave, refused) => {
    const made = planRelease(target({ cellsPerWave: 2 }));
    const problems = problemsOf({ ...made, target: target({ cellsPerWave }) });
    expect(problems.includes('wave canary-use1a.usw2a must be in at most 1 cell, got 2')).toBe(refused);
  });

  it.each([
    [9, true],
    [10, false],
  ])('hold at most tenantsPerWave tenants: ten of them, allowed %i', (tenantsPerWave, refused) => {
    const made = planRelease(target({ tenants: tenants(10) }));
    const problems = problemsOf({ ...made, target: { ...made.target, tenantsPerWave } });
    expect(problems.includes('wave enterprise-anytime-1 must reach at most 9 tenants, got 10')).toBe(refused);
  });

  it('ask at most five alarms', () => {
    const more = ['a', 'b', 'c', 'd'].map((cell) => ({ cell, tier: 'enterprise' as const }));
    expect(
      problemsWith('enterprise-anytime-1', ({ gates: now }) => ({
        gates: { ...now, alarms: [...now.alarms, ...more] },
      })),
    ).toEqual([
      'wave enterprise-anytime-1 must ask at most 5 alarms, got 6; spread its cells over more waves',
    ]);
  });

  it('do first what comes first', () => {
    expect(problemsWith('internal-use1a', ({ steps }) => ({ steps: steps.toReversed() }))).toEqual([
      'wave internal-use1a must hold its steps in the order expand, deploy, soak',
    ]);
  });

  it('have names of their own that a pipeline takes', () => {
    expect(problemsWith('canary-use1a', () => ({ name: 'canary use1a' }))).toEqual([
      `wave 'canary use1a' must be named with 1-100 letters, digits, '.', '@', '_' and '-'`,
    ]);
    expect(problemsWith('canary-use1a', () => ({ name: 'contract-check' }))).toEqual([
      'wave contract-check must have a name of its own',
    ]);
    expect(problemsWith('canary-use1a', () => ({ name: 'enterprise-sun-08-4h-1-window' }))).toEqual([
      'wave enterprise-sun-08-4h-1-window must have a name of its own',
    ]);
  });

  it('contract nothing', () => {
    const contract = { kind: 'contract', name: 'contract', cell: 'use1a', databases: ['shard-1'] };
    expect(
      problemsWith('canary-use1a', ({ steps }) => ({ steps: [...steps, contract as unknown as Step] })),
    ).toContain('wave canary-use1a must hold expand, deploy, soak only, got contract in step contract');
  });
});

describe('windows', () => {
  const at = (window: Wave['window']) =>
    problemsWith('enterprise-sun-08-4h-1', () => (window ? { window } : {}));

  it.each([
    ['as the tenant says', WINDOW],
    ['inside of it', { ...WINDOW, hourUtc: 9, hours: 2 }],
    ['up to its end', { ...WINDOW, hourUtc: 11, hours: 1 }],
  ])('are kept: %s', (_, window) => {
    expect(at(window)).toEqual([]);
  });

  it.each([
    ['an hour before', { ...WINDOW, hourUtc: 7 }, 'sun 07:00-11:00 UTC'],
    ['an hour longer', { ...WINDOW, hours: 5 }, 'sun 08:00-13:00 UTC'],
    ['another day', { ...WINDOW, day: 'mon' as const }, 'mon 08:00-12:00 UTC'],
  ])('are not kept: %s', (_, window, got) => {
    const rule = 'sun 08:00-12:00 UTC, got';
    expect(at(window)).toEqual([
      `wave enterprise-sun-08-4h-1 must be within the window of tenant-initech, ${rule} ${got}`,
    ]);
  });

  it('are not kept by a wave without one, nor for the database alone', () => {
    const { rings: all } = plan;
    const wave = all.at(-1)?.waves.at(-1);
    expect(wave?.name).toBe('enterprise-sun-08-4h-1');
    const open = withWave(plan, 'enterprise-sun-08-4h-1', ({ name, gates: of, steps }) => ({
      name,
      gates: of,
      steps,
    }));
    expect(problemsOf(open)).toEqual([
      'wave enterprise-sun-08-4h-1 must be within the window of tenant-initech, sun 08:00-12:00 UTC, got any time',
    ]);
    const early = withWave(plan, 'enterprise-anytime-1', ({ steps, ...others }) => ({
      ...others,
      steps: steps.map((step) =>
        step.kind === 'expand' && step.cell === 'usw2a'
          ? { ...step, databases: [...step.databases, 'tenant-initech'] }
          : step,
      ),
    }));
    expect(problemsOf(early)).toEqual([
      'wave enterprise-anytime-1 must be within the window of tenant-initech, sun 08:00-12:00 UTC, got any time',
      'usw2a/tenant-initech must be expanded once',
    ]);
  });

  it('are those of tenants, not of whoever writes a plan', () => {
    const moved = withWave(plan, 'enterprise-sun-08-4h-1', (wave) => ({
      ...wave,
      steps: wave.steps.map((step) =>
        step.kind === 'deploy' ? { ...step, window: { ...WINDOW, hourUtc: 0 } } : step,
      ),
    }));
    expect(problemsOf(moved)).toContain(
      'step deploy-tenant-initech must say the window of tenant-initech, ["sun",8,4], got ["sun",0,4]',
    );
  });
});

describe('schemas', () => {
  it('are ready before a release that needs them', () => {
    const problems = problemsWith('internal-use1a', (wave) => without('expand', wave));
    expect(problems).toContain(
      'wave internal-use1a deploys to use1a/tier-starter/internal before shard-1, shard-2 are expanded',
    );
    expect(problems).toContain(
      'wave professional-use1a deploys to use1a/tier-professional/main before shard-1, shard-2 are expanded',
    );
    expect(problemsWith('enterprise-sun-08-4h-1', (wave) => without('expand', wave))).toEqual([
      'wave enterprise-sun-08-4h-1 deploys to usw2a/tenant-initech/main before tenant-initech is expanded',
    ]);
  });

  it('are not changed twice, nor where nothing of the service is', () => {
    expect(
      problemsWith('internal-use1a', ({ steps }) => ({
        steps: [{ kind: 'expand', name: 'more', cell: 'use1a', databases: ['shard-1', 'shard-9'] }, ...steps],
      })),
    ).toEqual([
      'wave internal-use1a expands use1a/shard-9, which api does not use',
      'use1a/shard-1 must be expanded once',
    ]);
  });

  it('are not changed by a service without migrations', () => {
    expect(against({ schema: false })).toContain(
      'wave internal-use1a must change no schema: api brings no migrations',
    );
    expect(against({ schema: false })).toContain('nothing can be contracted: api brings no migrations');
  });
});

describe('contracts', () => {
  const contract = (change: (now: NonNullable<ReleasePlan['contract']>) => object): readonly string[] =>
    problemsOf({ ...plan, contract: { ...now(), ...change(now()) } });
  const now = (): NonNullable<ReleasePlan['contract']> => {
    if (!plan.contract) throw new Error('no contract is planned');
    return plan.contract;
  };

  it.each([
    [6, ['contract must wait for at least 7 days after every ring has the release, got 6']],
    [7, []],
    [8, []],
  ])('wait long enough: %i days', (afterDays, expected) => {
    expect(contract(() => ({ afterDays }))).toEqual(expected);
  });

  it('ask every ring first', () => {
    expect(
      contract(({ checks }) => ({
        checks: checks.map((check) => ({
          ...check,
          rollouts: check.rollouts.filter(({ slice }) => slice !== 'canary'),
        })),
      })),
    ).toEqual([
      'contract must ask what use1a/tier-starter/canary runs, of ring canary',
      'contract must ask what usw2a/tier-starter/canary runs, of ring canary',
    ]);
    expect(contract(({ checks }) => ({ checks: checks.slice(1) }))).toHaveLength(5);
  });

  it('reach every database once, cell by cell', () => {
    expect(contract(({ waves }) => ({ waves: [...waves.slice(1), ...waves.slice(1)] }))).toEqual([
      'wave contract-usw2a must have a name of its own',
      'contract must reach use1a/shard-1, or it stays expanded',
      'contract must reach use1a/shard-2, or it stays expanded',
      'contract must reach use1a/tenant-acme, or it stays expanded',
      'contract must reach usw2a/shard-1 once',
      'contract must reach usw2a/shard-2 once',
      'contract must reach usw2a/tenant-globex once',
      'contract must reach usw2a/tenant-initech once',
      'contract must have one wave for usw2a',
    ]);
  });

  it('are planned with the release', () => {
    const { target: of, rings: all, leftOut } = plan;
    expect(problemsOf({ target: of, rings: all, leftOut })).toEqual([
      'contract must be planned: api brings migrations, and each waits for the one before',
    ]);
  });
});

describe('a plan that breaks rules', () => {
  it('does not construct, and says all of it at once', () => {
    const broken = withWave(plan, 'starter-use1a', (wave) => ({
      ...wave,
      gates: { ...wave.gates, smokeTest: false, rollback: false },
      steps: wave.steps.filter((step) => step.kind !== 'soak'),
    }));
    expect(() => checkPlan({ ...broken, rings: broken.rings.slice(1) }, 'delivery/Pipeline-api'))
      .toThrowErrorMatchingInlineSnapshot(`
     [delivery/Pipeline-api] invalid release plan:
       - ring internal is skipped; a release goes through internal, canary, starter, professional, enterprise
       - slice internal of tier-starter in use1a never gets the release
       - slice internal of tier-starter in usw2a never gets the release
       - wave starter-use1a must test a new version before it takes traffic
       - wave starter-use1a must go back if a step fails
       - wave starter-use1a must have a step that watches starter in use1a for at least 15 minutes
       - wave canary-use1a deploys to use1a/tier-starter/canary before shard-1, shard-2 are expanded
       - wave canary-usw2a deploys to usw2a/tier-starter/canary before shard-1, shard-2 are expanded
       - wave starter-use1a deploys to use1a/tier-starter/main before shard-1, shard-2 are expanded
       - wave starter-usw2a deploys to usw2a/tier-starter/main before shard-1, shard-2 are expanded
       - wave professional-use1a deploys to use1a/tier-professional/main before shard-1, shard-2 are expanded
       - wave professional-usw2a deploys to usw2a/tier-professional/main before shard-1, shard-2 are expanded
    `);
  });

  it('has a target that can be reached', () => {
    expect(() =>
      planRelease({
        ...TARGET,
        service: 'Api',
        cells: [{ id: 'use1a', shards: [] }],
        tenants: [
          { id: 'acme', cell: 'usw2a' },
          { id: 'acme', cell: 'use1a', maintenanceWindow: { day: 'mon', hourUtc: 22, hours: 3 } },
        ],

        canaryPercent: 51,
        cellsPerWave: 0,
        tenantsPerWave: 41,
        soakMinutes: 4,
        contractAfterDays: 1.5,
      }),
    ).toThrowErrorMatchingInlineSnapshot(`
     [Api] invalid release plan:
       - service must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter, got 'Api'
       - tenants must hold each tenant once, got acme more than once
       - cell use1a must have a shard to migrate
       - tenant acme: the window must close by midnight UTC, got hourUtc 22 and hours 3
       - tenant acme must be in a cell of the platform (use1a), got usw2a
       - canaryPercent must be a whole number between 1 and 50, got 51
       - cellsPerWave must be a whole number between 1 and 5, got 0
       - tenantsPerWave must be a whole number between 1 and 40, got 41
       - soakMinutes must be a whole number between 5 and 480, got 4
       - contractAfterDays must be a whole number between 1 and 90, got 1.5
    `);
  });

  it('does not matter how the plan of the fixture was made: it is right', () => {
    expect(problemsOf(plan)).toEqual([]);
    expect(stepsOf(plan.rings[0]?.waves[0] ?? { steps: [] }, 'expand')).toHaveLength(1);
  });
});
