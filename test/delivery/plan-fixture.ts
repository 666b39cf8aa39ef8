import {
  type ReleasePlan,
  type ReleaseTarget,
  type Step,
  type Wave,
  wavesOf,
} from '../../constructs/delivery/release-plan';

/** Two cells of two shards each, and dedicated tenants with and without windows. */
export const TARGET: ReleaseTarget = {
  service: 'api',
  schema: true,
  cells: [
    { id: 'use1a', shards: ['shard-1', 'shard-2'] },
    { id: 'usw2a', shards: ['shard-1', 'shard-2'] },
  ],
  tiers: ['starter', 'professional', 'enterprise'],
  tenants: [
    { id: 'acme', cell: 'use1a' },
    { id: 'globex', cell: 'usw2a' },
    { id: 'initech', cell: 'usw2a', maintenanceWindow: { day: 'sun', hourUtc: 8, hours: 4 } },
  ],
  internalTenants: [],
  canaryPercent: 5,
  cellsPerWave: 1,
  tenantsPerWave: 10,
  soakMinutes: 15,
  contractAfterDays: 7,
};

export const target = (changes: Partial<ReleaseTarget> = {}): ReleaseTarget => ({ ...TARGET, ...changes });

/** Many tenants in as many cells as asked, in turn. */
export const tenants = (count: number, cells: readonly string[] = ['use1a']) =>
  Array.from({ length: count }, (_, index) => ({
    id: `tenant${String(index + 1).padStart(3, '0')}`,
    cell: cells[index % cells.length] ?? '',
  }));

/** A line for each wave: its name, its window and its steps in their order. */
export const outline = (plan: ReleasePlan): readonly string[] =>
  wavesOf(plan).map(({ name, steps }) => `${name}: ${steps.map(stepText).join(', ')}`);

const stepText = (step: Step): string =>
  step.kind === 'expand' ? `${step.name} (${step.databases.join(' ')})` : step.name;

/** The plan with one of its waves changed: what somebody could write by hand. */
export const withWave = (plan: ReleasePlan, name: string, change: (wave: Wave) => Wave): ReleasePlan => ({
  ...plan,
  rings: plan.rings.map((ring) => ({
    ...ring,
    waves: ring.waves.map((wave) => (wave.name === name ? change(wave) : wave)),
  })),
});
