import { NODE_POOL_KEY, WORKLOAD_LABELS } from '../../../constructs/core/workload-labels';
import { freeChoiceOfNodes } from '../admission';
import { publisherStack } from '../cluster-settings';
import { at, listOf, objectOf, textOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import { contractOf, DEDICATED_TIER } from '../owners';
import { broken, type Candidate, type Cell, type Control, judge, kept, problems } from './control';

/** Nodes that only the owner's pods, or only those of dedicated tenants, may run on; and no choice of any others. */
export const nodePool: Control = {
  name: 'node pool',
  check: (subject) => {
    const { world, owner, stack } = subject;
    const [space] = (stack.kinds.get('Namespace') ?? []).filter(({ name }) => name === owner.namespace);
    const label = space?.labels[WORKLOAD_LABELS.nodePool] ?? '';
    const tierStack = `${owner.place.cell}-tier-${DEDICATED_TIER}`;
    const tierContract = contractOf(owner.place, `tier-${DEDICATED_TIER}`);
    if (owner.kind === 'tenant' && label.startsWith(`‹contract ${tierContract}#`)) {
      return kept(`contract ${tierContract}`, 'the nodes of dedicated tenants, which no pooled tier may use');
    }
    const allowed = [owner.namespace, ...(owner.kind === 'tenant' ? [`tier-${DEDICATED_TIER}`] : [])];
    if (!allowed.includes(label)) {
      return broken(
        `${space?.address ?? owner.namespace} has the label ${WORKLOAD_LABELS.nodePool}: ${label || '(none)'}`,
        `Label the namespace with ${WORKLOAD_LABELS.nodePool}: ${allowed.join(' or ')}`,
      );
    }
    const addons = publisherStack(world, owner.place, 'addons');
    const free = addons && freeChoiceOfNodes(addons, space?.labels ?? {});
    if (free !== undefined) {
      return broken(
        `pods of ${owner.namespace} may choose their nodes: ${free}`,
        `Let the addons stack refuse pods without the node selector and the tolerations of their namespace's pool`,
      );
    }
    const home = label === owner.namespace ? stack : world.stack(tierStack);
    if (!home) return kept(`stack ${tierStack}`, `the node pool ${label}, whose stack is not here`);
    return pool(label, home.kinds.get('NodePool') ?? []);
  },
};

function pool(name: string, pools: readonly KubernetesFact[]): Cell {
  return judge(`node pool ${name}`, pools.filter((candidate) => candidate.name === name).map(poolCandidate), {
    gives: `the nodes of pool ${name}, tainted and limited`,
    remedy: `Make a NodePool ${name} with limits, the label ${NODE_POOL_KEY}: ${name} and the taint ${NODE_POOL_KEY}=${name}:NoSchedule`,
  });
}

function poolCandidate({ address, name, body }: KubernetesFact): Candidate {
  const template = at(body, 'spec', 'template');
  const taints = listOf(at(template, 'spec', 'taints')).map(objectOf);
  const limits = objectOf(at(body, 'spec', 'limits'));
  return {
    address,
    problems: problems([
      [
        !taints.some(
          ({ key, value, effect }) =>
            key === NODE_POOL_KEY && value === name && ['NoSchedule', 'NoExecute'].includes(textOf(effect)),
        ),
        `has no taint ${NODE_POOL_KEY}=${name}:NoSchedule, so pods of anybody may run there`,
      ],
      [
        textOf(at(template, 'metadata', 'labels', NODE_POOL_KEY)) !== name,
        `has no label ${NODE_POOL_KEY}: ${name}`,
      ],
      [textOf(limits['cpu']) === '' || textOf(limits['memory']) === '', 'has no limits of CPU and memory'],
    ]),
  };
}
