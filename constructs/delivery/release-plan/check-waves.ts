import { rolloutKey } from '../../core/contract-gate';
import { twice, unless, windowProblems } from './check-target';
import { cellsOf, MAX_ALARMS_OF_A_WAVE, reachedBy, tenantDatabase } from './parts';
import {
  type MaintenanceWindow,
  type ReleasePlan,
  type ReleaseTarget,
  type RingName,
  STEP_KINDS,
  stepsOf,
  type Wave,
  wavesOf,
  windowName,
  windowText,
} from './types';

type PlannedWave = Wave & { readonly ring: RingName };

/** Names of stages and actions of a pipeline: "StageDeclaration" and "ActionDeclaration", AWS CodePipeline API Reference. */
const NAME = /^[A-Za-z0-9.@_-]{1,100}$/;

/** What is wrong with waves: their names, their sizes, their gates, their windows, and the databases that they need. */
export function waveProblems(plan: ReleasePlan): readonly string[] {
  const waves = wavesOf(plan);
  const { contract, target } = plan;
  const stages = [
    ...waves.flatMap((wave) => (wave.window ? [windowName(wave), wave.name] : [wave.name])),
    ...(contract ? [contract.name, ...contract.waves.map(({ name }) => name)] : []),
  ];
  return [
    ...stages
      .filter((name) => !NAME.test(name))
      .map((name) => `wave '${name}' must be named with 1-100 letters, digits, '.', '@', '_' and '-'`),
    ...twice(stages).map((name) => `wave ${name} must have a name of its own`),
    ...waves.flatMap((wave) =>
      [
        ...stepProblems(wave),
        ...sizeProblems(wave, target),
        ...gateProblems(wave, target),
        ...windowOfWave(wave, target),
      ].map((problem) => `wave ${wave.name} ${problem}`),
    ),
    ...databaseProblems(waves, target),
  ];
}

function stepProblems({ steps }: Wave): readonly string[] {
  const ranks = steps.map(({ kind }) => STEP_KINDS.indexOf(kind));
  const names = steps.map(({ name }) => name);
  return [
    ...steps
      .filter(({ kind }) => !STEP_KINDS.includes(kind))
      .map(({ name, kind }) => `must hold ${STEP_KINDS.join(', ')} only, got ${kind} in step ${name}`),
    ...unless(
      ranks.every((rank, index) => index === 0 || rank >= (ranks[index - 1] ?? 0)),
      `must hold its steps in the order ${STEP_KINDS.join(', ')}`,
    ),
    ...unless(
      steps.some(({ kind }) => kind === 'deploy'),
      'must deploy something',
    ),
    ...names
      .filter((name) => !NAME.test(name))
      .map((name) => `must name steps with 1-100 letters, digits, '.', '@', '_' and '-', got '${name}'`),
    ...twice(names).map((name) => `must have one step ${name}`),
  ];
}

function sizeProblems(wave: PlannedWave, { cellsPerWave, tenantsPerWave }: ReleaseTarget): readonly string[] {
  const deploys = stepsOf(wave, 'deploy').length;
  const cells = cellsOf(wave.steps).length;
  const alarms = wave.gates.alarms.length;
  return [
    ...unless(
      wave.ring === 'enterprise' || cells <= cellsPerWave,
      `must be in at most ${counted(cellsPerWave, 'cell')}, got ${cells}`,
    ),
    ...unless(
      wave.ring !== 'enterprise' || deploys <= tenantsPerWave,
      `must reach at most ${counted(tenantsPerWave, 'tenant')}, got ${deploys}`,
    ),
    ...unless(
      alarms <= MAX_ALARMS_OF_A_WAVE,
      `must ask at most ${MAX_ALARMS_OF_A_WAVE} alarms, got ${alarms}; spread its cells over more waves`,
    ),
  ];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function gateProblems(wave: Wave, target: ReleaseTarget): readonly string[] {
  const { alarms, smokeTest, objectives, rollback, soakMinutes: minutes } = wave.gates;
  const asked = alarms.map(({ cell, tier }) => `${tier} in ${cell}`);
  const soaked = stepsOf(wave, 'soak')
    .filter((step) => step.minutes >= target.soakMinutes)
    .flatMap(({ cell, tiers }) => tiers.map((tier) => `${tier} in ${cell}`));
  const harmed = harmedBy(wave, target);
  return [
    ...harmed
      .filter((one) => !asked.includes(one))
      .map((one) => `must not begin while the error budget of ${one} burns: name its alarm`),
    ...unless(smokeTest, 'must test a new version before it takes traffic'),
    ...unless(objectives, 'must hold a new version that takes traffic against the objectives'),
    ...unless(rollback, 'must go back if a step fails'),
    ...unless(
      minutes >= target.soakMinutes,
      `must soak for at least ${target.soakMinutes} minutes, got ${minutes}`,
    ),
    ...harmed
      .filter((one) => !soaked.includes(one))
      .map((one) => `must have a step that watches ${one} for at least ${target.soakMinutes} minutes`),
  ];
}

/** Tiers of cells whose pods the wave changes, or whose databases. */
function harmedBy(wave: Wave, target: ReleaseTarget): readonly string[] {
  const expanded = new Set(
    stepsOf(wave, 'expand').flatMap(({ cell, databases }) => databases.map((one) => `${cell}/${one}`)),
  );
  const users = reachedBy(target).filter(({ cell, databases }) =>
    databases.some((one) => expanded.has(`${cell}/${one}`)),
  );
  return [...new Set([...stepsOf(wave, 'deploy'), ...users].map(({ cell, tier }) => `${tier} in ${cell}`))];
}

/** A wave begins only when every tenant of it allows, and so do changes of its databases. */
function windowOfWave(wave: Wave, { tenants }: ReleaseTarget): readonly string[] {
  const databases = new Set(stepsOf(wave, 'expand').flatMap((step) => step.databases));
  const owners = tenants.filter(({ id }) => databases.has(tenantDatabase(id)));
  const needed = [
    ...stepsOf(wave, 'deploy').map(({ owner, window }) => ({ whose: owner, window })),
    ...owners.map(({ id, maintenanceWindow }) => ({ whose: tenantDatabase(id), window: maintenanceWindow })),
  ];
  const outsideOf = needed.flatMap(({ whose, window }) =>
    window === undefined || within(wave.window, window)
      ? []
      : [
          `must be within the window of ${whose}, ${windowText(window)}, got ${wave.window ? windowText(wave.window) : 'any time'}`,
        ],
  );
  return [...new Set(outsideOf), ...(wave.window ? windowProblems('as named', wave.window) : [])];
}

const within = (inner: MaintenanceWindow | undefined, outer: MaintenanceWindow): boolean =>
  inner?.day === outer.day &&
  inner.hourUtc >= outer.hourUtc &&
  inner.hourUtc + inner.hours <= outer.hourUtc + outer.hours;

/** Every database is ready before the first rollout that uses it, and is made ready once. */
function databaseProblems(waves: readonly PlannedWave[], target: ReleaseTarget): readonly string[] {
  const needs = new Map(reachedBy(target).map((one) => [rolloutKey(one), one.databases]));
  const known = new Set(
    reachedBy(target).flatMap(({ cell, databases }) => databases.map((one) => `${cell}/${one}`)),
  );
  const expansions: string[] = [];
  const ready = new Set<string>();
  const problems: string[] = [];
  for (const wave of waves) {
    const expanded = stepsOf(wave, 'expand').flatMap(({ cell, databases }) =>
      databases.map((database) => `${cell}/${database}`),
    );
    if (!target.schema && expanded.length > 0)
      problems.push(`wave ${wave.name} must change no schema: ${target.service} brings no migrations`);
    else
      problems.push(
        ...expanded
          .filter((database) => !known.has(database))
          .map((database) => `wave ${wave.name} expands ${database}, which ${target.service} does not use`),
      );
    expansions.push(...expanded);
    for (const database of expanded) ready.add(database);
    if (!target.schema) continue;
    for (const step of stepsOf(wave, 'deploy')) {
      const missing = (needs.get(rolloutKey(step)) ?? []).filter(
        (database) => !ready.has(`${step.cell}/${database}`),
      );
      if (missing.length > 0)
        problems.push(
          `wave ${wave.name} deploys to ${rolloutKey(step)} before ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} expanded`,
        );
    }
  }
  return [...problems, ...twice(expansions).map((database) => `${database} must be expanded once`)];
}
