import { exportPhase, verifyPhase } from './take';
import type { TenantItem } from '../../constructs/registry/tenant-item';
import type { OperationProps, Phase } from '../operation';
import { confirmPhase, holdPhase } from './agree';
import { destroyRowsPhase } from './destroy-rows';
import { ADMINISTRATOR, destroyStackPhase, retirePhase, unprotectPhase } from './destroy-stack';
import { recordPhase } from './evidence';
import { type Belongings, type Leaving, type LeavingFacts, belongingsOf } from './leaving';
import { suspendPhase } from './suspend';

/** Phases of an offboarding, by what belongs to the tenant. Their names are in the registry: they are never renamed. */
export function offboardingPhases(leaving: Leaving, belongings: Belongings): readonly Phase[] {
  return [
    suspendPhase(leaving),
    exportPhase(leaving),
    verifyPhase(leaving),
    holdPhase(leaving),
    confirmPhase(leaving),
    ...(belongings === 'stack'
      ? [unprotectPhase(leaving), destroyStackPhase(leaving), retirePhase(leaving)]
      : [destroyRowsPhase(leaving)]),
    recordPhase(leaving),
  ];
}

/** The first phase. */
export const FIRST_PHASE = 'suspend';

/** What each phase leaves when it is over, in the order of phases. */
const LEFT: Readonly<Record<string, string>> = {
  suspend: 'no token of the tenant is taken or given',
  export: 'the export',
  verify: 'proof that the export is what is in the database',
  hold: 'the time is over that the data had to stay',
  confirm: 'two people have confirmed',
  unprotect: 'the stack without protection against deletion',
  destroy: 'what belonged to the tenant is destroyed',
  retire: 'config and pipelines without the tenant',
  record: 'the record of how it left',
};

/** What to tell when a phase fails: what there is, what there is not, and how to go on or back. */
export const failureOf =
  (leaving: Leaving): OperationProps['onFailure'] =>
  (phase, item) => {
    const facts = (item.operation?.facts ?? {}) as LeavingFacts;
    const belongings = belongingsOf(facts);
    const names = offboardingPhases(leaving, belongings).map(({ name }) => name);
    const at = names.indexOf(phase);
    const isFinal = at >= names.indexOf('destroy');
    const left = (name: string): string => LEFT[name] ?? name;
    return {
      exists: [
        ...names.slice(0, at).map(left),
        ...(isFinal ? [] : [`all data of the tenant${whereOf(item)}: nothing was deleted`]),
      ],
      missing: names.slice(at).map(left),
      next: [
        `${leaving.command(phase === 'confirm' ? '--confirm' : '')}   goes on from here`,
        ...(isAdministrators(phase) && belongings === 'stack' ? ADMINISTRATOR : []),
        isFinal
          ? 'it cannot be undone any more: what is not destroyed yet is not served either'
          : `${leaving.command('--undo')}   brings the tenant back`,
      ],
    };
  };

const isAdministrators = (phase: string): boolean => phase === 'unprotect' || phase === 'destroy';

const whereOf = ({ cell, shard }: TenantItem): string =>
  cell === undefined || shard === undefined ? '' : ` in ${cell}/${shard}`;
