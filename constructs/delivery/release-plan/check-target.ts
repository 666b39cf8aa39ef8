import { isName, NAME_RULE } from '../../core/owner';
import { outside } from '../../core/validation';
import { type MaintenanceWindow, type ReleaseTarget, WEEK } from './types';

/** Numbers of a target, with the least and the most of each. Whole ones. */
const RANGES = {
  canaryPercent: [1, 50],
  cellsPerWave: [1, 5],
  tenantsPerWave: [1, 40],
  soakMinutes: [5, 480],
  contractAfterDays: [1, 90],
} as const satisfies Partial<Record<keyof ReleaseTarget, readonly [number, number]>>;

const HOURS_OF_A_DAY = 24;

/** What is wrong with what a release is to reach. */
export function targetProblems(target: ReleaseTarget): readonly string[] {
  const { service, schema, cells, tiers, tenants } = target;
  const known = cells.map(({ id }) => id);
  const isPooled = tiers.some((tier) => tier !== 'enterprise');
  return [
    ...unless(isName(service), `service ${NAME_RULE}, got '${service}'`),
    ...unless(cells.length > 0, 'cells must hold at least one cell'),
    ...unless(tiers.length > 0, `tiers must hold at least one tier that runs ${service}`),
    ...twice(known).map((id) => `cells must hold each cell once, got ${id} more than once`),
    ...twice(tenants.map(({ id }) => id)).map(
      (id) => `tenants must hold each tenant once, got ${id} more than once`,
    ),
    ...cells.flatMap(({ id, shards }) => [
      ...unless(!schema || !isPooled || shards.length > 0, `cell ${id} must have a shard to migrate`),
      ...twice(shards).map((shard) => `cell ${id} must hold each shard once, got ${shard} more than once`),
    ]),
    ...[...cells, ...tenants].flatMap(({ id }) => unless(isName(id), `id ${NAME_RULE}, got '${id}'`)),
    ...tenants.flatMap(({ id, cell, maintenanceWindow }) => [
      ...unless(
        known.includes(cell),
        `tenant ${id} must be in a cell of the platform (${known.join(', ')}), got ${cell}`,
      ),
      ...(maintenanceWindow ? windowProblems(`tenant ${id}`, maintenanceWindow) : []),
    ]),
    ...Object.entries(RANGES).flatMap(([name, [min, max]]) => {
      const value = target[name as keyof typeof RANGES];
      return unless(
        Number.isInteger(value) && !outside(value, min, max),
        `${name} must be a whole number between ${min} and ${max}, got ${value}`,
      );
    }),
  ];
}

/** What is wrong with a window as such. */
export function windowProblems(whose: string, { day, hourUtc, hours }: MaintenanceWindow): readonly string[] {
  return [
    ...unless(WEEK.includes(day), `${whose}: the window's day must be one of ${WEEK.join(', ')}, got ${day}`),
    ...unless(
      Number.isInteger(hourUtc) && Number.isInteger(hours) && hourUtc >= 0 && hours >= 1,
      `${whose}: the window must open at a whole hour and for whole hours, got ${hourUtc} and ${hours}`,
    ),
    ...unless(
      hourUtc + hours <= HOURS_OF_A_DAY,
      `${whose}: the window must close by midnight UTC, got hourUtc ${hourUtc} and hours ${hours}`,
    ),
  ];
}

/** The message, unless what it asks for is so. */
export const unless = (holds: boolean, message: string): readonly string[] => (holds ? [] : [message]);

/** What is there more than once, each once. */
export function twice(values: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return [...new Set(values.filter((value) => seen.size === seen.add(value).size))];
}
