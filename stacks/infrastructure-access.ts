import type { Platform } from '../config/platform';
import type { Placement } from '../constructs/core/placement';
import {
  driftRoleArn,
  homeProjectRoleArn,
  INFRASTRUCTURE,
  infrastructureRoleArn,
} from '../constructs/delivery/names';
import { onboarderRoleArn } from '../constructs/onboarding/names';
import { operatorRoleArn } from '../constructs/operations/names';
import { placementOfCell } from './names';

/** Who, of the infrastructure's own pipeline, takes which roles. `bootstrap` makes them all (ADR 0027). */

/**
 * Projects of the home account. `verify` runs what a change says, and may do nothing; the others run a program that was
 * deployed before the change. Not `deploy`: roles whose names begin so are deployers'.
 */
export const HOME_STEPS = ['verify', 'review', 'apply', 'drift'] as const;
export type HomeStep = (typeof HOME_STEPS)[number];

/**
 * Groups of a cell that the home account deploys, for without them there is no project in the cell that could: the VPC, the
 * cluster, the project itself. They are changed by calls of AWS only. All others may need the Kubernetes API, which answers
 * in the VPC.
 */
export const GROUND = ['network', 'cluster', 'delivery'] as const;

export const isGround = (kind: string): boolean => GROUND.some((group) => group === kind);

/** The one group of stacks that onboarding deploys, and those whose contracts it reads. */
export const ONBOARDED = 'tenant';
export const READ_BY_ONBOARDING: readonly string[] = [ONBOARDED, 'identity'];

/** Groups of stacks whose contracts those read who operate on tenants: where databases and the cache are. */
export const READ_BY_OPERATIONS: readonly string[] = ['cache', 'data-shard', ONBOARDED];

const inHome = (home: Placement, step: HomeStep): string => homeProjectRoleArn(home, step, INFRASTRUCTURE);

/** Roles of projects that may take the deployer's role, and that of the state, of a group of stacks. */
export function deployingProjects(home: Placement, placement: Placement, kind: string): readonly string[] {
  if (placement.cell === undefined || isGround(kind)) return [inHome(home, 'apply')];
  return [
    infrastructureRoleArn(placement),
    // Stacks of single tenants are also deployed as soon as they are asked for (ADR 0032).
    ...(kind === ONBOARDED ? [onboarderRoleArn(home, placement)] : []),
  ];
}

/** Roles of projects that may look at a group of stacks, and at its state. */
export function lookingProjects(home: Placement, placement: Placement): readonly string[] {
  return [
    inHome(home, 'review'),
    placement.cell === undefined ? inHome(home, 'drift') : driftRoleArn(placement),
  ];
}

/** Roles besides that may look at what a group of stacks holds, and not at its state. */
export const readingProjects = (home: Placement, placement: Placement, kind: string): readonly string[] =>
  placement.cell === undefined
    ? []
    : [
        ...(READ_BY_ONBOARDING.includes(kind) ? [onboarderRoleArn(home, placement)] : []),
        ...(READ_BY_OPERATIONS.includes(kind) ? [operatorRoleArn(home, placement)] : []),
      ];

/** Placements of all cells. */
export const cellsOf = (platform: Platform): readonly Placement[] =>
  platform.cells.map((cell) => placementOfCell(platform, cell));
