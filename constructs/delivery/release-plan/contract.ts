import { type Reached, reachedBy } from './parts';
import type { ContractPlan, ContractStep, ReleaseTarget } from './types';

export { mayContract, rolloutKey } from '../../core/contract-gate';
export type {
  ContractAnswer,
  ContractQuestion,
  ReleaseObservation,
  RolloutRef,
} from '../../core/contract-gate';

/** How the old side of a target's schema goes. Cells and databases that nothing of the service uses are not touched. */
export function planContract(target: ReleaseTarget): ContractPlan {
  const reached = reachedBy(target);
  const cells = target.cells.flatMap(({ id }) => {
    const here = reached.filter(({ cell }) => cell === id);
    return here.length === 0 ? [] : [{ id, here }];
  });
  return {
    afterDays: target.contractAfterDays,
    name: 'contract-check',
    checks: cells.map(({ id, here }) => ({
      ...{ kind: 'contract-check', name: `check-${id}`, cell: id },
      rollouts: here.map(({ cell, owner, slice }) => ({ cell, owner, slice })),
    })),
    waves: cells.map(({ id, here }) => ({
      ...{ name: `contract-${id}`, cell: id },
      steps: [
        ...stepFor(
          `shards-${id}`,
          id,
          here.filter(({ tier }) => tier !== 'enterprise'),
        ),
        ...stepFor(
          `dedicated-${id}`,
          id,
          here.filter(({ tier }) => tier === 'enterprise'),
        ),
      ],
    })),
  };
}

function stepFor(name: string, cell: string, rollouts: readonly Reached[]): ContractStep[] {
  const databases = [...new Set(rollouts.flatMap((rollout) => rollout.databases))];
  return databases.length === 0 ? [] : [{ kind: 'contract', name, cell, databases }];
}
