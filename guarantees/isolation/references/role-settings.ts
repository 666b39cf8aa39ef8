import { objectOf, textOf } from '../facts/json';
import type { Finding } from '../finding';
import { prefixOfCell } from '../owners';
import { isDeployment } from '../platform-reach';
import { type Role, rolesOf } from '../roles';
import { attribute } from '../stack';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/** What roles have besides policies: a boundary, and tags of their own. */
export const roleSettings: Rule = (scene) =>
  rolesOf(scene.stack).flatMap((role) => [...bounded(scene, role), ...roleTags(scene, role)]);

/** The cell's boundary keeps every role from what no workload needs, whatever its policies say. Deployers have none. */
function bounded({ stack }: Scene, role: Role): readonly Finding[] {
  const resource = stack.byAddress.get(role.address.slice(stack.name.length + 1));
  if (!resource || isDeployment(stack)) return [];
  const boundary = `arn:aws:iam::${stack.place.account}:policy/${prefixOfCell(stack.place)}-boundary`;
  const found = attribute(resource, 'permissions_boundary');
  if (found === boundary) return [];
  return [
    finder('trust', stack)(
      role.address,
      EVERYBODY,
      `the role ${role.name} has ${found || 'no permissions boundary'} and not the boundary of its cell (permissions_boundary)`,
      `Set permissions_boundary to ${boundary}`,
    ),
  ];
}

/** A role's own tags count as the session's where the session brings none. */
function roleTags({ stack }: Scene, role: Role): readonly Finding[] {
  const resource = stack.byAddress.get(role.address.slice(stack.name.length + 1));
  if (!resource || !stack.owner) return [];
  const tag = textOf(objectOf(resource.values['tags'])['kubernetes-namespace']);
  if (tag === '' || tag === stack.owner.namespace) return [];
  return [
    finder('trust', stack)(
      role.address,
      tag,
      `the role ${attribute(resource, 'name')} has the tag kubernetes-namespace: ${tag}, by which policies bind what it may use`,
      'Leave that tag to EKS Pod Identity',
    ),
  ];
}
