import type { TenantItem } from '../../constructs/registry/tenant-item';
import { commandLine } from '../command-line';
import type { OperationProps, Phase } from '../operation';
import type { Surroundings } from '../surroundings';
import type { OnboardingFacts, PhaseName } from './phases';

/** What is there once a phase is done, and what is not before. */
const RESULTS: Readonly<Record<PhaseName, (item: TenantItem, facts: OnboardingFacts) => string>> = {
  record: ({ tenantId, state, cell }) =>
    `the row of ${tenantId} in the registry: state ${state}, cell ${cell ?? 'none'}`,
  configure: ({ tenantId }) => `the file tenants/${tenantId}.yaml`,
  publish: (_, { branch }) => `the file on branch ${branch ?? ''}`,
  plan: ({ tenantId }) => `a plan of the stack of ${tenantId}`,
  deploy: ({ tenantId, cell, shard }) =>
    `the stack ${cell ?? ''}-${shard ?? ''}: all that ${tenantId} has for itself`,
  releases: ({ tenantId }) => `${tenantId} in the lists of the release pipelines`,
  activate: ({ tenantId }) => `tokens for ${tenantId} (state active)`,
  smoke: ({ tenantId }) => `a call of ${tenantId}'s own machine that its gateway let in`,
};

/** What a failed phase may have left half done. */
const HALF: Partial<Record<string, string>> = {
  deploy: 'a part of the stack may be there: what Terraform made is in its state, and is found the next time',
  releases: 'a part of the pipelines may be changed: what is, is found the next time',
};

/** What is told when a phase fails: all that exists, all that does not, and how to go on or to undo. */
export const failureOf =
  (
    phases: readonly Phase[],
    facts: OnboardingFacts,
    surroundings: Pick<Surroundings, 'kind' | 'environment'>,
  ): OperationProps['onFailure'] =>
  (phase, item) => {
    const at = phases.findIndex(({ name }) => name === phase);
    // A plan is nothing that stays.
    const result = ({ name }: Phase): readonly string[] =>
      name === 'plan' ? [] : [RESULTS[name as PhaseName](item, facts)];
    const half = HALF[phase];
    const isDeployed = item.operation?.facts['deployBegun'] !== undefined;
    const { tenantId } = item;
    return {
      exists: [...phases.slice(0, at).flatMap(result), ...(half === undefined ? [] : [half])],
      missing: phases.slice(at).flatMap(result),
      next: [
        'the same command again   goes on at this phase, once the cause is put right',
        isDeployed
          ? `${commandLine(`offboard ${tenantId}`, surroundings)}   takes leave of it: its stack was begun, so this cannot be undone any more`
          : `${commandLine(`onboard ${tenantId} --tier enterprise`, surroundings)} --undo   takes it back: nothing is deployed yet`,
        'docs/runbooks/onboarding.md   says what may be wrong, phase by phase',
      ],
    };
  };
