import { SHARED } from '../../../constructs/core/tags';
import { WORKLOAD_LABELS } from '../../../constructs/core/workload-labels';
import { type Control, judgeAll, problems } from './control';

/** The owner's namespace, made by its own stack and labelled as its own. */
export const namespace: Control = {
  name: 'namespace',
  check: ({ owner, stack }) => {
    const tenant = owner.kind === 'tenant' ? owner.id : SHARED;
    const named = (stack.kinds.get('Namespace') ?? []).filter(({ name }) => name === owner.namespace);
    const candidates = named.map(({ address, labels }) => ({
      address,
      problems: problems([
        [
          labels[WORKLOAD_LABELS.tenant] !== tenant,
          `has the label ${WORKLOAD_LABELS.tenant}: ${labels[WORKLOAD_LABELS.tenant] ?? '(none)'} instead of ${tenant}`,
        ],
        [
          labels[WORKLOAD_LABELS.tier] !== owner.tier,
          `has the label ${WORKLOAD_LABELS.tier}: ${labels[WORKLOAD_LABELS.tier] ?? '(none)'} instead of ${owner.tier}`,
        ],
      ]),
    }));
    return judgeAll(`namespace ${owner.namespace} in its own stack`, candidates, {
      gives: `the namespace ${owner.namespace}, labelled as its own`,
      remedy: `Let ${stack.name} make the namespace ${owner.namespace} with the labels ${WORKLOAD_LABELS.tenant}: ${tenant} and ${WORKLOAD_LABELS.tier}: ${owner.tier}`,
    });
  },
};
