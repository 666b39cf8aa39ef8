import type { Finding } from '../finding';
import { reachOfOwner } from '../reach';
import type { PolicyFact } from '../facts';
import { isIdentityPolicy, type Principal, principalOfPolicy, principalsOfAttached } from '../principals';
import { isDeployment, reachOfPlatform } from '../platform-reach';
import { statementName } from '../statements';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/**
 * What roles may do. Of an owner's role every statement must be understood as about its own, or as what owners share; of
 * the platform's roles none may read or change what is an owner's.
 */
export const iamStatements: Rule = (scene) =>
  scene.stack.policies
    .filter(isIdentityPolicy)
    .flatMap((policy) =>
      principalsFor(scene, policy).flatMap((principal) => findingsOf(scene, policy, principal)),
    );

/** Who gets what a policy allows. One that its stack attaches to nobody counts all the same: others could. */
function principalsFor({ world, stack }: Scene, policy: PolicyFact): readonly (Principal | undefined)[] {
  if (policy.type !== 'aws_iam_policy') return [principalOfPolicy(world, stack, policy)];
  const attached = principalsOfAttached(world, stack, policy.resource);
  // Those who deploy have policies that list what they make, and the boundaries that everybody else is kept in.
  return attached.length > 0 || isDeployment(stack) ? attached : [undefined];
}

function findingsOf(scene: Scene, policy: PolicyFact, principal: Principal | undefined): readonly Finding[] {
  const { world, estates, stack } = scene;
  const found = finder('iam', stack);
  const owner = principal?.owner ?? stack.owner;
  if (policy.statements === undefined) {
    if (isDeployment(stack)) return [];
    return [
      found(
        policy.resource,
        EVERYBODY,
        'its policy cannot be read before it is deployed, so it may allow anything',
        'Write it as a policy document or as JSON',
      ),
    ];
  }
  if (owner && owner.stack !== stack.name) {
    const problem = `it adds permissions to ${principal?.text ?? 'a role'}, which belongs to ${owner.stack}`;
    return [
      found(policy.resource, owner.stack, problem, `Leave the permissions of that role to ${owner.stack}`),
    ];
  }
  if (principal?.role && principal.role.stack !== stack.name) {
    const problem = `it adds permissions to the role ${principal.text} of ${principal.role.stack}`;
    return stack.owner
      ? [found(policy.resource, EVERYBODY, problem, 'Use a role of the owner’s own stack')]
      : [];
  }
  const tags = principal?.role?.tags ?? {};
  return policy.statements
    .filter(({ allow }) => allow)
    .flatMap((statement) => {
      const reach = owner
        ? reachOfOwner(world, estates, owner, statement, tags)
        : reachOfPlatform(scene, statement, principal?.role);
      if (!reach) return [];
      const { actions, notActions } = statement;
      const what = notActions.length > 0 ? `all actions but ${notActions.join(', ')}` : actions.join(', ');
      return [
        found(
          `${policy.resource}, ${statementName(statement)}`,
          reach.to,
          `it allows ${what} on ${reach.resource}`,
          owner
            ? `Name resources of ${owner.namespace} only: end names in / or _ behind it, or bind them with \${aws:PrincipalTag/kubernetes-namespace} and a trust policy that demands the tag`
            : 'Name resources of the platform only, such as those below shared/, or bind them by a condition on aws:ResourceTag/tier or on the encryption context',
        ),
      ];
    });
}
