import type { RolloutRef } from '../../core/contract-gate';

/**
 * The path of a release, in no engine's words: rings of waves of steps, and what must hold between them. All of it is data,
 * so that one plan can be printed, checked, made into a pipeline and compared with that pipeline.
 */

/** Whom a release reaches, in this order: the first three are parts of the starter tier. */
export const RINGS = ['internal', 'canary', 'starter', 'professional', 'enterprise'] as const;
export type RingName = (typeof RINGS)[number];

export const PLAN_TIERS = ['starter', 'professional', 'enterprise'] as const;
export type PlanTier = (typeof PLAN_TIERS)[number];

export const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** When releases may reach a tenant: weekly, in UTC, closed by midnight. */
export interface MaintenanceWindow {
  readonly day: (typeof WEEK)[number];
  /** Hour at which it opens, 0-23. */
  readonly hourUtc: number;
  /** Hours that it stays open, 1-12. */
  readonly hours: number;
}

export interface PlanCell {
  readonly id: string;
  /** Databases that pooled tenants share, by the name of their part in names: `shard-1`. The first is migrated alone. */
  readonly shards: readonly string[];
}

export interface PlanTenant {
  readonly id: string;
  readonly cell: string;
  /** @default - at any time */
  readonly maintenanceWindow?: MaintenanceWindow;
}

/** What a release must reach, and how. A plan carries it, so that whoever reads a plan can tell whether it does. */
export interface ReleaseTarget {
  readonly service: string;
  /** Whether the service brings the migrations of the schema. */
  readonly schema: boolean;
  /** Every cell of the platform. */
  readonly cells: readonly PlanCell[];
  /** Tiers that run the service. */
  readonly tiers: readonly PlanTier[];
  /** Dedicated tenants. */
  readonly tenants: readonly PlanTenant[];
  /** Starter tenants who get a release first, besides the synthetic ones. */
  readonly internalTenants: readonly string[];
  /** Share of the starter tenants who are the canary, in percent, 1-50. */
  readonly canaryPercent: number;
  /** Cells of a wave of pooled tenants, 1-5. */
  readonly cellsPerWave: number;
  /** Dedicated tenants of a wave, 1-40. */
  readonly tenantsPerWave: number;
  /** How long a wave is watched before the next begins, in minutes, 5-480. */
  readonly soakMinutes: number;
  /** Days that every rollout must have run a release before the old side of its migration goes, 1-90. */
  readonly contractAfterDays: number;
}

/** Makes databases of a cell ready for a release, so that those before it work on: the first alone, then the others. */
export interface ExpandStep {
  readonly kind: 'expand';
  readonly name: string;
  readonly cell: string;
  readonly databases: readonly string[];
}

/** Brings the release to one rollout: new pods, smoke test, traffic, objectives. */
export interface DeployStep extends RolloutRef {
  readonly kind: 'deploy';
  readonly name: string;
  readonly tier: PlanTier;
  /** The dedicated tenant's window. @default - none: at any time, as for pooled tenants */
  readonly window?: MaintenanceWindow;
}

/** Watches the alarms of a cell's part of a wave. */
export interface SoakStep {
  readonly kind: 'soak';
  readonly name: string;
  readonly cell: string;
  /** Tiers whose alarms are watched: all that the wave's pods or databases serve. */
  readonly tiers: readonly PlanTier[];
  readonly minutes: number;
}

/** Steps of one kind run at the same time; the kinds of a wave follow each other in this order. */
export const STEP_KINDS = ['expand', 'deploy', 'soak'] as const;
export type Step = ExpandStep | DeployStep | SoakStep;

/** An alarm on how fast a tier of a cell uses up its error budget. */
export interface BurnRateAlarm {
  readonly cell: string;
  readonly tier: PlanTier;
}

/** What must hold for a wave to begin, to take traffic, to keep it and to end. */
export interface Gates {
  /** Alarms that must be silent before the wave begins, and while it soaks: of all tiers that it could harm. */
  readonly alarms: readonly BurnRateAlarm[];
  /** Whether a new version answers the smoke test before it takes traffic. */
  readonly smokeTest: boolean;
  /** Whether a new version is held against the objectives while it takes traffic, and loses it if it fails them. */
  readonly objectives: boolean;
  /** How long the wave is watched before the next begins, in minutes. */
  readonly soakMinutes: number;
  /** Whether all steps of the wave go back to the release before if one fails. */
  readonly rollback: boolean;
}

/** Steps that a release reaches together. Its name is one of the pipeline: never reused for something else. */
export interface Wave {
  readonly name: string;
  /** Within which the wave may begin. @default - at any time */
  readonly window?: MaintenanceWindow;
  readonly gates: Gates;
  readonly steps: readonly Step[];
}

export interface Ring {
  readonly name: RingName;
  readonly waves: readonly Wave[];
}

/** A ring that a plan does not have, and the reason. */
export interface LeftOut {
  readonly ring: RingName;
  readonly why: string;
}

/** Asks a cell whether its databases may be contracted. */
export interface ContractCheck {
  readonly kind: 'contract-check';
  readonly name: string;
  readonly cell: string;
  /** Rollouts that must all have run a release of the new schema for long enough; others of the cell do not count. */
  readonly rollouts: readonly RolloutRef[];
}

/** Takes the old side of a migration away: the first database alone, then the others. */
export interface ContractStep {
  readonly kind: 'contract';
  readonly name: string;
  readonly cell: string;
  readonly databases: readonly string[];
}

export interface ContractWave {
  readonly name: string;
  readonly cell: string;
  /** One after the other: shared databases, then dedicated ones. */
  readonly steps: readonly ContractStep[];
}

/** How the old side of a schema goes, long after the release: all checks first, then cell by cell. */
export interface ContractPlan {
  readonly afterDays: number;
  /** Name of the stage of the checks, which are made at the same time. All must allow it. */
  readonly name: string;
  readonly checks: readonly ContractCheck[];
  readonly waves: readonly ContractWave[];
}

export interface ReleasePlan {
  readonly target: ReleaseTarget;
  readonly rings: readonly Ring[];
  readonly leftOut: readonly LeftOut[];
  /** @default - none: the service brings no migrations */
  readonly contract?: ContractPlan;
}

/** All waves of a plan in their order, with their rings. */
export const wavesOf = ({ rings }: Pick<ReleasePlan, 'rings'>): readonly (Wave & { ring: RingName })[] =>
  rings.flatMap((ring) => ring.waves.map((wave) => ({ ...wave, ring: ring.name })));

export const stepsOf = <K extends Step['kind']>(
  { steps }: Pick<Wave, 'steps'>,
  kind: K,
): readonly Extract<Step, { kind: K }>[] =>
  steps.filter((step): step is Extract<Step, { kind: K }> => step.kind === kind);

/** Name of what waits for a wave's window. */
export const windowName = ({ name }: Pick<Wave, 'name'>): string => `${name}-window`;

/** `sun 08:00-12:00 UTC`. */
export const windowText = ({ day, hourUtc, hours }: MaintenanceWindow): string =>
  `${day} ${clock(hourUtc)}-${clock(hourUtc + hours)} UTC`;

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
