import { WORKLOAD_LABELS } from '../../constructs/core/workload-labels';
import { at, type Json, listOf, objectOf, textOf, textsOf } from './facts/json';
import type { KubernetesFact } from './facts/kubernetes';
import { exactLabels, NAMESPACE_NAME } from './gateway';
import type { Owner } from './owners';
import type { World } from './world';

type Labels = Readonly<Record<string, string>>;

/** Whether a label selector selects what has these labels. One that demands nothing selects everything. */
export function selects(selector: Json | undefined, labels: Labels): boolean {
  const { matchLabels, matchExpressions } = objectOf(selector);
  return (
    Object.entries(objectOf(matchLabels)).every(([key, value]) => labels[key] === textOf(value)) &&
    listOf(matchExpressions).every((expression) => {
      const value = labels[textOf(at(expression, 'key'))];
      const values = textsOf(at(expression, 'values'));
      switch (textOf(at(expression, 'operator'))) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'DoesNotExist':
          return value === undefined;
        case 'Exists':
          return value !== undefined;
        default:
          // Not understood, so it might.
          return true;
      }
    })
  );
}

/** Directions that a network policy is about. One that names none is about what comes in, and what goes out if it has rules. */
export function directionsOf({ body }: KubernetesFact): readonly string[] {
  const named = textsOf(at(body, 'spec', 'policyTypes'));
  if (named.length > 0) return named;
  return ['Ingress', ...(listOf(at(body, 'spec', 'egress')).length > 0 ? ['Egress'] : [])];
}

/** Whether a network policy selects all pods of its namespace. */
export const isForAll = ({ body }: KubernetesFact): boolean => {
  const selector = at(body, 'spec', 'podSelector');
  return selector !== undefined && Object.keys(objectOf(selector)).length === 0;
};

/** Whether a network policy lets all pods of its namespace do nothing. */
export const isClosed = (policy: KubernetesFact): boolean =>
  isForAll(policy) &&
  ['Ingress', 'Egress'].every((direction) => directionsOf(policy).includes(direction)) &&
  ['ingress', 'egress'].every((rules) => listOf(at(policy.body, 'spec', rules)).length === 0);

/** Another owner whose namespace a selector selects, or words for one that could come; undefined if it selects none. */
export function selectedOwner(world: World, owner: Owner, selector: Json | undefined): string | undefined {
  const name = exactLabels(selector)?.[NAMESPACE_NAME];
  if (name !== undefined) {
    const named = world.ownerOfNamespace(owner.place, name);
    return named && named.stack !== owner.stack ? named.stack : undefined;
  }
  const other = world.owners.find(
    (candidate) =>
      candidate.stack !== owner.stack &&
      candidate.place.cell === owner.place.cell &&
      selects(selector, labelsOf(world, candidate)),
  );
  if (other) return other.stack;
  return selects(
    selector,
    expectedLabels({
      ...owner,
      kind: 'tenant',
      id: NEWCOMER,
      namespace: `tenant-${NEWCOMER}`,
      tier: 'enterprise',
    }),
  )
    ? `a tenant that could come, such as ${NEWCOMER}`
    : undefined;
}

const NEWCOMER = 'zq7-newcomer';

function labelsOf(world: World, owner: Owner): Labels {
  const spaces = world.stack(owner.stack)?.kinds.get('Namespace') ?? [];
  const space = spaces.find(({ name }) => name === owner.namespace);
  return { ...(space?.labels ?? expectedLabels(owner)), [NAMESPACE_NAME]: owner.namespace };
}

const expectedLabels = ({ kind, id, tier, namespace }: Owner): Labels => ({
  [NAMESPACE_NAME]: namespace,
  [WORKLOAD_LABELS.tenant]: kind === 'tenant' ? id : 'shared',
  [WORKLOAD_LABELS.tier]: tier,
});
