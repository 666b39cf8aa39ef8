import { NODE_POOL_KEY } from '../../../constructs/core/workload-labels';
import { at, listOf, objectOf, textOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Finding } from '../finding';
import { finder, type Rule, type Scene } from './rule';

/** Node pools carry the label and the taint of nobody but themselves, and a node class of their own name. */
export const nodes: Rule = (scene) => [
  ...(scene.stack.kinds.get('NodePool') ?? []).flatMap((pool) => poolFindings(scene, pool)),
  ...(scene.stack.kinds.get('EC2NodeClass') ?? []).flatMap((nodeClass) => classFindings(scene, nodeClass)),
];

function poolFindings({ world, stack }: Scene, pool: KubernetesFact): readonly Finding[] {
  const found = finder('node-pool', stack);
  const template = at(pool.body, 'spec', 'template');
  const taints = listOf(at(template, 'spec', 'taints')).map(objectOf);
  const named = [
    ['label', textOf(at(template, 'metadata', 'labels', NODE_POOL_KEY))],
    ...taints.filter(({ key }) => key === NODE_POOL_KEY).map(({ value }) => ['taint', textOf(value)]),
    ['node class', textOf(at(template, 'spec', 'nodeClassRef', 'name'))],
  ] as const;
  return [
    ...named
      .filter(([, value]) => value !== '' && value !== pool.name)
      .map(([what = '', value = '']) => {
        const to = world.ownerOfNamespace(stack.place, value)?.stack ?? `pool ${value}`;
        return found(
          pool,
          to,
          `node pool ${pool.name} has the ${what} of ${value}`,
          `Give it the ${what} ${pool.name}`,
        );
      }),
    ...elsewhere({ world, stack }, pool),
  ];
}

/** A pool or class that another stack makes under an owner's name. */
function elsewhere(
  { world, stack }: Pick<Scene, 'world' | 'stack'>,
  { kind, name, address }: KubernetesFact,
): readonly Finding[] {
  const owner = world.ownerOfNamespace(stack.place, name);
  if (!owner || owner.stack === stack.name || stack.owner) return [];
  return [
    finder('node-pool', stack)(
      address,
      owner.stack,
      `${kind} ${name} belongs to ${owner.stack}`,
      'Leave the pool to its owner’s stack',
    ),
  ];
}

/** Nodes of an owner pay on its account and take no role but that of all nodes. */
function classFindings({ world, stack }: Scene, nodeClass: KubernetesFact): readonly Finding[] {
  const found = finder('node-pool', stack);
  const { owner } = stack;
  if (!owner) return elsewhere({ world, stack }, nodeClass);
  const spec = objectOf(nodeClass.body['spec']);
  const profile = world.field(owner.place, 'cluster', 'nodeInstanceProfileName');
  const tags = objectOf(spec['tags']);
  const tenant = textOf(tags['tenant']);
  const own = owner.kind === 'tenant' ? owner.id : 'shared';
  return [
    ...(textOf(spec['role']) !== '' || textOf(spec['instanceProfile']) !== profile
      ? [
          found(
            nodeClass,
            'whatever that role reaches',
            `nodes of ${nodeClass.name} take the role or profile ${textOf(spec['role']) || textOf(spec['instanceProfile'])}`,
            'Give them the instance profile that the cluster’s contract names',
          ),
        ]
      : []),
    ...(tenant !== '' && tenant !== own
      ? [
          found(
            nodeClass,
            `tenant ${tenant}`,
            `nodes of ${nodeClass.name} are tagged tenant: ${tenant}`,
            `Tag them tenant: ${own}`,
          ),
        ]
      : []),
  ];
}
