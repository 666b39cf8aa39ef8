import type { PolicyFact, StackPlace } from './facts';
import { textsOf } from './facts/json';
import { type Owner, prefixOfCell, ownerOf } from './owners';
import type { Role } from './roles';
import { attribute, resourcesOf, type Stack } from './stack';
import type { World } from './world';

/** Who gets what a policy allows. */
export interface Principal {
  /** The role, if it is known. */
  readonly role: Role | undefined;
  readonly owner: Owner | undefined;
  /** For people: a role's name, or what the policy says. */
  readonly text: string;
}

/** Attributes by which resources say whose permissions a policy adds to. */
const HOLDERS: Readonly<Record<string, readonly string[]>> = {
  aws_iam_role_policy: ['role'],
  aws_iam_role_policy_attachment: ['role'],
  aws_iam_policy_attachment: ['roles', 'users', 'groups'],
  aws_iam_user_policy: ['user'],
  aws_iam_user_policy_attachment: ['user'],
  aws_iam_group_policy: ['group'],
  aws_iam_group_policy_attachment: ['group'],
  // People, who have no role here.
  aws_ssoadmin_permission_set_inline_policy: [],
};

/** Types whose policies say what a principal may do, rather than who may do something to the resource. */
export const isIdentityPolicy = ({
  type,
  attribute: name,
}: Pick<PolicyFact, 'type' | 'attribute'>): boolean =>
  type in HOLDERS ||
  type === 'aws_iam_policy' ||
  (type === 'aws_iam_role' && name.startsWith('inline_policy'));

/** The principal of an identity policy, or undefined for policies of other kinds, and those that stand alone. */
export function principalOfPolicy(world: World, stack: Stack, policy: PolicyFact): Principal | undefined {
  const resource = stack.byAddress.get(policy.resource);
  if (!resource || !isIdentityPolicy(policy)) return undefined;
  if (policy.type === 'aws_iam_role')
    return principal(world, `${stack.name}:${policy.resource}`, stack.place);
  return principalsOfHolder(world, stack, policy.resource)[0];
}

/** Principals that a policy or an attachment names. */
export function principalsOfHolder(world: World, stack: Stack, address: string): readonly Principal[] {
  const resource = stack.byAddress.get(address);
  if (!resource) return [];
  return (HOLDERS[resource.type] ?? [])
    .flatMap((name) => textsOf(resource.values[name]))
    .map((text) => principal(world, text, stack.place));
}

/** Principals to whom a stack attaches one of its own policies. */
export const principalsOfAttached = (world: World, stack: Stack, address: string): readonly Principal[] =>
  resourcesOf(stack, 'aws_iam_role_policy_attachment', 'aws_iam_policy_attachment')
    .filter((attachment) => attribute(attachment, 'policy_arn').includes(`:${address}.`))
    .flatMap((attachment) => principalsOfHolder(world, stack, attachment.address));

/** Who a text of a principal is: a role by reference, ARN or name. */
export function principal(world: World, text: string, place: StackPlace): Principal {
  const role = world.role(text, place) ?? world.role(`‹${text}›`, place);
  if (role) return { role, owner: role.owner, text: role.name };
  const [named] = world.ownersNamed(text, place);
  return { role: undefined, owner: named ?? ownerByRoleName(text, place), text };
}

/** Where not all stacks are here, accounts of the platform are not known, but how its roles are called. */
export const isPlatforms = (world: World, { place }: Stack, identifier: string): boolean =>
  !world.complete && identifier.includes(`:role/${place.platform}-${place.environment}-`);

/** Roles of services are called `<cell's prefix>-<owner's namespace>.<service>`. */
function ownerByRoleName(text: string, place: StackPlace): Owner | undefined {
  const start = text.lastIndexOf(`${prefixOfCell(place)}-`);
  if (start < 0) return undefined;
  const [namespace = ''] = text.slice(start + prefixOfCell(place).length + 1).split('.');
  return text.includes('.') ? ownerOf(`${place.cell}-${namespace}`, place) : undefined;
}
