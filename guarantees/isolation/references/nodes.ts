import { NODE_POOL_KEY } from '../../../constructs/core/workload-labels';
import { at, type Json, listOf, objectOf, textOf, textsOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Finding } from '../finding';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/** Node pools carry the label and the taint of nobody but themselves, and a node class of their own name. */
export const nodes: Rule = (scene) => [
  ...(scene.stack.kinds.get('NodePool') ?? []).flatMap((pool) => poolFindings(scene, pool)),
  ...(scene.stack.kinds.get('EC2NodeClass') ?? []).flatMap((nodeClass) => elsewhere(scene, nodeClass)),
];

/** The pool of the platform's own pods, which no taint keeps anybody from. Pods of owners must ask for theirs. */
const UNTAINTED = 'general';

function poolFindings({ world, stack }: Scene, pool: KubernetesFact): readonly Finding[] {
  const found = finder('node-pool', stack);
  const template = at(pool.body, 'spec', 'template');
  const taints = listOf(at(template, 'spec', 'taints')).map(objectOf);
  const tainted = taints.some(
    ({ key, value, effect }) =>
      key === NODE_POOL_KEY && value === pool.name && ['NoSchedule', 'NoExecute'].includes(textOf(effect)),
  );
  const requirements = listOf(at(template, 'spec', 'requirements')).filter(
    (requirement) => textOf(at(requirement, 'key')) === NODE_POOL_KEY,
  );
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
    ...requirements
      .filter((requirement) => !isOwn(requirement, pool.name))
      .map((requirement) =>
        found(
          pool,
          EVERYBODY,
          `nodes of ${pool.name} take any pool's name that a pod asks for: ${JSON.stringify(requirement)}`,
          `Give it the label ${NODE_POOL_KEY}: ${pool.name}, and no requirement on that key`,
        ),
      ),
    ...(tainted || pool.name === UNTAINTED
      ? []
      : [
          found(
            pool,
            EVERYBODY,
            `nodes of ${pool.name} have no taint ${NODE_POOL_KEY}=${pool.name}:NoSchedule, so pods of anybody may run there`,
            'Give it the taint',
          ),
        ]),
    ...elsewhere({ world, stack }, pool),
  ];
}

/** Whether a requirement leaves one name only: the pool's own. */
const isOwn = (requirement: Json, pool: string): boolean =>
  textOf(at(requirement, 'operator')) === 'In' && textsOf(at(requirement, 'values')).join() === pool;

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
