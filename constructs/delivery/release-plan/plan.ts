import { ownerName } from '../../core/owner';
import { checkPlan } from './check';
import { planContract } from './contract';
import {
  byWindow,
  cellsOf,
  grouped,
  inOrder,
  RING_PARTS,
  tenantDatabase,
  tenantOwner,
  whyNot,
  windowId,
} from './parts';
import {
  type DeployStep,
  type ExpandStep,
  type LeftOut,
  type MaintenanceWindow,
  type PlanTier,
  type ReleasePlan,
  type ReleaseTarget,
  type Ring,
  type RingName,
  RINGS,
  type Wave,
} from './types';

/**
 * The path of a service's releases. Pure: the same target gives the same plan, in whatever order its parts are named.
 *
 * A tier that does not run the service has no ring; the next tier that does begins, and if that is enterprise, a dedicated
 * tenant is the first to get a release. Pooled rings go through the cells by id, `cellsPerWave` at a time. Dedicated tenants
 * without a window come before those with one, and windows in the order of the week; tenants of a wave share their window.
 *
 * @throws ValidationError naming all that is wrong with the target
 */
export function planRelease(input: ReleaseTarget): ReleasePlan {
  const target = inOrder(input);
  const names = RINGS.filter((ring) => whyNot(ring, target) === undefined);
  const rings = names.map((name): Ring => ({
    name,
    waves: name === 'enterprise' ? dedicatedWaves(target) : pooledWaves(name, target, name === names[0]),
  }));
  const leftOut = RINGS.flatMap((ring): LeftOut[] => {
    const why = whyNot(ring, target);
    return why === undefined ? [] : [{ ring, why }];
  });
  const contract = target.schema ? { contract: planContract(target) } : {};
  return checkPlan({ target, rings, leftOut, ...contract });
}

/** @param isFirst whether no ring comes before: then shared databases are made ready for all rings of the cell */
function pooledWaves(ring: RingName, target: ReleaseTarget, isFirst: boolean): readonly Wave[] {
  const { tier, slice } = RING_PARTS[ring];
  const owner = ownerName({ kind: 'tier', tier });
  // Pooled tiers share shards: a change of them can harm either.
  const tiers = isFirst && target.schema ? target.tiers.filter((one) => one !== 'enterprise') : [tier];
  const limits = { size: target.cellsPerWave, tiers: tiers.length };
  return grouped(target.cells, { ...limits, cellOf: ({ id }) => id }).map((cells) =>
    waveOf(target, {
      tiers,
      name: `${ring}-${cells.map(({ id }) => id).join('.')}`,
      deploys: cells.map(({ id }) => ({
        ...{ kind: 'deploy', name: `deploy-${id}`, cell: id, owner, slice, tier },
      })),
      databases: isFirst ? cells.map(({ id, shards }) => ({ cell: id, databases: shards })) : [],
    }),
  );
}

function dedicatedWaves(target: ReleaseTarget): readonly Wave[] {
  return byWindow(target.tenants).flatMap((tenants) =>
    grouped(tenants, { size: target.tenantsPerWave, tiers: 1, cellOf: ({ cell }) => cell }).map(
      (members, index) => {
        const window = members[0]?.maintenanceWindow;
        return waveOf(target, {
          tiers: ['enterprise'],
          name: `enterprise-${window ? windowId(window) : 'anytime'}-${index + 1}`,
          ...(window && { window }),
          deploys: members.map(({ id, cell }) => ({
            ...{ kind: 'deploy', name: `deploy-${tenantOwner(id)}`, cell, owner: tenantOwner(id) },
            ...{ slice: 'main', tier: 'enterprise', ...(window && { window }) },
          })),
          databases: cellsOf(members).map((cell) => ({
            cell,
            databases: members.filter((one) => one.cell === cell).map(({ id }) => tenantDatabase(id)),
          })),
        });
      },
    ),
  );
}

interface WaveParts {
  /** Tiers that the wave could harm. */
  readonly tiers: readonly PlanTier[];
  readonly name: string;
  readonly window?: MaintenanceWindow;
  readonly deploys: readonly DeployStep[];
  /** What must be made ready for the wave. */
  readonly databases: readonly Pick<ExpandStep, 'cell' | 'databases'>[];
}

function waveOf(
  { schema, soakMinutes }: ReleaseTarget,
  { tiers, name, window, deploys, databases }: WaveParts,
): Wave {
  const cells = cellsOf(deploys);
  const expands = databases.map((step) => ({
    kind: 'expand' as const,
    name: `expand-${step.cell}`,
    ...step,
  }));
  return {
    name,
    ...(window && { window }),
    gates: {
      alarms: cells.flatMap((cell) => tiers.map((tier) => ({ cell, tier }))),
      ...{ smokeTest: true, objectives: true, soakMinutes, rollback: true },
    },
    steps: [
      ...(schema ? expands : []),
      ...deploys,
      ...cells.map((cell) => ({
        ...{ kind: 'soak' as const, name: `soak-${cell}`, cell, tiers, minutes: soakMinutes },
      })),
    ],
  };
}
