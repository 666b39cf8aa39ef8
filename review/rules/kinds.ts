import { block, blocks, isValues } from '../values';
import type { Values } from '../plan';

/** Types of the Kubernetes provider: `kubernetes_network_policy_v1`. */
const TYPED = /^kubernetes_(.+?)(_v\d+(?:(?:alpha|beta)\d+)?)?$/;

/** Objects of charts: `k8s/networking.k8s.io/v1/NetworkPolicy`. */
const CHARTED = /^k8s\/(?:[^/]+\/)*([^/]+)$/;

/** Kind of a Kubernetes object, whichever way it is deployed: `NetworkPolicy`. Undefined of what is none. */
export function kindOf(type: string): string | undefined {
  const charted = CHARTED.exec(type)?.[1];
  if (charted !== undefined) return charted;
  return TYPED.exec(type)?.[1]?.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

const snake = (name: string): string =>
  /^[a-z][A-Za-z]*$/.test(name)
    ? name.replace(/([a-z])([A-Z]+)/g, (_, a: string, b: string) => `${a}_${b.toLowerCase()}`)
    : name;

/** The same names for the settings of an object, whether a chart or Terraform's provider says them. */
export function inOneLanguage(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOneLanguage);
  if (!isValues(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [snake(name), inOneLanguage(part)]));
}

/** An object's settings, in the language of Terraform's provider. */
export const objectOf = (values: Values | null): Values => block(inOneLanguage(values ?? {}));

export const specOf = (values: Values | null): Values => block(objectOf(values)['spec']);

/** Blocks at a path: each step may be a list. */
export function at(value: unknown, ...path: readonly string[]): readonly Values[] {
  return path.reduce<readonly Values[]>(
    (found, step) => found.flatMap((one) => blocks(one[step])),
    blocks(value),
  );
}
