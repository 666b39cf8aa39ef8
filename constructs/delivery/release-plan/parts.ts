import type { RolloutRef } from '../../core/contract-gate';
import { ownerName } from '../../core/owner';
import type { Slice } from '../../core/releases';
import {
  type MaintenanceWindow,
  PLAN_TIERS,
  type PlanTenant,
  type PlanTier,
  type ReleaseTarget,
  type RingName,
  RINGS,
  WEEK,
} from './types';

/** What of a tier each ring reaches. */
export const RING_PARTS: Readonly<Record<RingName, { readonly tier: PlanTier; readonly slice: Slice }>> = {
  internal: { tier: 'starter', slice: 'internal' },
  canary: { tier: 'starter', slice: 'canary' },
  starter: { tier: 'starter', slice: 'main' },
  professional: { tier: 'professional', slice: 'main' },
  enterprise: { tier: 'enterprise', slice: 'main' },
};

/** A stage has one condition on entry, of at most 5 rules, and each asks one alarm: "Quotas in AWS CodePipeline". */
export const MAX_ALARMS_OF_A_WAVE = 5;

/** The dedicated tenant's name as an owner: `tenant-acme`. */
export const tenantOwner = (tenantId: string): string =>
  ownerName({ kind: 'tenant', tier: 'enterprise', tenantId });

/** The dedicated tenant's database, by the name of its part in names. */
export const tenantDatabase = (tenantId: string): string => `tenant-${tenantId}`;

/** Why a target has no such ring; undefined if it has. */
export function whyNot(ring: RingName, { service, tiers, tenants }: ReleaseTarget): string | undefined {
  const { tier } = RING_PARTS[ring];
  if (!tiers.includes(tier)) return `tier ${tier} does not run ${service}`;
  return ring === 'enterprise' && tenants.length === 0 ? 'there is no dedicated tenant' : undefined;
}

/** A rollout that a release must reach, in which ring, and the databases that it uses. */
export interface Reached extends RolloutRef {
  readonly ring: RingName;
  readonly tier: PlanTier;
  readonly databases: readonly string[];
  readonly window?: MaintenanceWindow;
}

/** All that a release must reach, in the order of rings and cells. Worked out once, for every rule asks. */
export function reachedBy(target: ReleaseTarget): readonly Reached[] {
  const known = REACHED.get(target);
  if (known) return known;
  const reached = reach(target);
  REACHED.set(target, reached);
  return reached;
}

const REACHED = new WeakMap<ReleaseTarget, readonly Reached[]>();

function reach(target: ReleaseTarget): readonly Reached[] {
  return RINGS.filter((ring) => whyNot(ring, target) === undefined).flatMap((ring): Reached[] => {
    const { tier, slice } = RING_PARTS[ring];
    if (ring !== 'enterprise') {
      const owner = ownerName({ kind: 'tier', tier });
      return target.cells.map(({ id, shards }) => ({
        ring,
        tier,
        slice,
        owner,
        cell: id,
        databases: shards,
      }));
    }
    return target.tenants.map(({ id, cell, maintenanceWindow }) => ({
      ...{ ring, tier, slice, cell, owner: tenantOwner(id), databases: [tenantDatabase(id)] },
      ...(maintenanceWindow && { window: maintenanceWindow }),
    }));
  });
}

/** The target with its parts in one order, whatever order they were named in. Shards keep theirs: it is that of their age. */
export function inOrder(target: ReleaseTarget): ReleaseTarget {
  return {
    ...target,
    cells: target.cells.toSorted(by(({ id }) => id)),
    tiers: PLAN_TIERS.filter((tier) => target.tiers.includes(tier)),
    tenants: target.tenants.toSorted(by(({ cell, id }) => `${cell}/${id}`)),
    internalTenants: target.internalTenants.toSorted(by((id) => id)),
  };
}

/** Tenants that share a window: first those without, then by window in the order of the week. */
export function byWindow(tenants: readonly PlanTenant[]): readonly (readonly PlanTenant[])[] {
  const keyOf = ({ maintenanceWindow: window }: PlanTenant): string =>
    window ? [WEEK.indexOf(window.day), windowId(window)].join('-') : '';
  const keys = [...new Set(tenants.map(keyOf))].sort(by((key) => key));
  return keys.map((key) => tenants.filter((tenant) => keyOf(tenant) === key));
}

/** `sun-08-4h`, for names. */
export const windowId = ({ day, hourUtc, hours }: MaintenanceWindow): string =>
  `${day}-${String(hourUtc).padStart(2, '0')}-${hours}h`;

/** Members in groups of at most `size`, whose alarms are at most {@link MAX_ALARMS_OF_A_WAVE}: so many tiers of each cell. */
export function grouped<T>(
  members: readonly T[],
  {
    size,
    tiers,
    cellOf,
  }: { readonly size: number; readonly tiers: number; readonly cellOf: (member: T) => string },
): readonly (readonly T[])[] {
  const groups: T[][] = [];
  for (const member of members) {
    const last = groups.at(-1);
    const cells = new Set([...(last ?? []), member].map(cellOf));
    if (last && last.length < size && cells.size * tiers <= MAX_ALARMS_OF_A_WAVE) last.push(member);
    else groups.push([member]);
  }
  return groups;
}

/** Each cell of these once, in the order of ids. */
export const cellsOf = (parts: readonly { readonly cell: string }[]): readonly string[] =>
  [...new Set(parts.map(({ cell }) => cell))].sort(by((cell) => cell));

/** Order by code unit, so that it depends on no locale. */
export const by =
  <T>(keyOf: (value: T) => string) =>
  (a: T, b: T): number => {
    const [left, right] = [keyOf(a), keyOf(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  };
