import type { KubernetesFact } from './facts/kubernetes';
import type { PolicyFact, ResourceFact, StackFacts } from './facts';
import { type JsonObject, objectOf, textOf } from './facts/json';
import type { Owner } from './owners';

/** A stack as the analysis sees it: fields of contracts are what their publisher put there, wherever it is known. */
export interface Stack extends StackFacts {
  readonly owner: Owner | undefined;
  readonly byType: ReadonlyMap<string, readonly ResourceFact[]>;
  readonly byAddress: ReadonlyMap<string, ResourceFact>;
  /** Objects by kind. */
  readonly kinds: ReadonlyMap<string, readonly KubernetesFact[]>;
}

/** Items by a key, each group in their order. */
export function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

const NONE: readonly ResourceFact[] = [];

/** Resources of types, in the order of the types. */
export function resourcesOf(stack: Stack, ...types: readonly string[]): readonly ResourceFact[] {
  const [only] = types;
  if (types.length === 1 && only !== undefined) return stack.byType.get(only) ?? NONE;
  return types.flatMap((type) => stack.byType.get(type) ?? NONE);
}

/** Objects of a kind in the owner's own namespace. */
export const objectsOf = (stack: Stack, owner: Owner, kind: string): readonly KubernetesFact[] =>
  (stack.kinds.get(kind) ?? []).filter(({ namespace }) => namespace === owner.namespace);

/** An attribute as text. */
export const attribute = ({ values }: Pick<ResourceFact, 'values'>, name: string): string =>
  textOf(values[name]);

/** The policies that a resource holds in attributes of this beginning. */
export const policiesOf = (stack: Stack, address: string, attributes = ''): readonly PolicyFact[] =>
  stack.policies.filter(
    ({ resource, attribute: name }) => resource === address && name.startsWith(attributes),
  );

/** A stack's resource as findings and cells name it. */
export const addressIn = (stack: Pick<Stack, 'name'>, { address }: Pick<ResourceFact, 'address'>): string =>
  `${stack.name}:${address}`;

export const nested = (values: JsonObject, ...keys: readonly string[]): JsonObject =>
  keys.reduce((inner, key) => objectOf(inner[key]), values);
