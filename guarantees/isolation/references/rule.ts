import type { Estates } from '../estate';
import type { Finding } from '../finding';
import type { ResourceFact } from '../facts';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Stack } from '../stack';
import type { World } from '../world';

/** What a rule looks at: one stack, and what all others are called. */
export interface Scene {
  readonly world: World;
  readonly estates: Estates;
  readonly stack: Stack;
}

/** A family of references: what in one stack reaches what is another owner's. Its cost does not depend on other stacks. */
export type Rule = (scene: Scene) => readonly Finding[];

/** Begins a finding about something of a stack. */
export const finder =
  (rule: string, stack: Stack) =>
  (
    at: Pick<ResourceFact | KubernetesFact, 'address'> | string,
    to: string,
    problem: string,
    fix: string,
    from = stack.name,
  ): Finding => {
    const address = typeof at === 'string' ? at : at.address;
    const where = address.startsWith(`${stack.name}:`) ? address : `${stack.name}:${address}`;
    return { rule, from, to, where, problem, fix };
  };

/** Words for whoever can be reached where nobody is named. */
export const EVERYBODY = 'every other owner';
