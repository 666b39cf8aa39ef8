import { principalOfPolicy } from '../principals';
import { actionMatches } from '../statements';
import { addressIn } from '../stack';
import type { Subject } from './control';

/** One permission of an owner's role to log in to a database. */
export interface Connection {
  /** Policy that gives it. */
  readonly address: string;
  /** What stands for the database in the policy's resource. */
  readonly database: string;
  readonly user: string;
}

/** As whom the owner's roles may log in where, in its own stack. */
export function connectionsOf({ world, owner, stack }: Subject): readonly Connection[] {
  return stack.policies.flatMap((policy) => {
    const principal = principalOfPolicy(world, stack, policy);
    if (principal?.owner?.stack !== owner.stack) return [];
    return (policy.statements ?? [])
      .filter(
        ({ allow, actions }) => allow && actions.some((action) => actionMatches(action, 'rds-db:connect')),
      )
      .flatMap(({ resources }) => resources)
      .flatMap((resource) => {
        const found = /:dbuser:(.*)\/([^/]*)$/.exec(resource);
        const address = addressIn(stack, { address: policy.resource });
        return found ? [{ address, database: found[1] ?? '', user: found[2] ?? '' }] : [];
      });
  });
}
