import { textsOf } from '../facts/json';
import type { Finding } from '../finding';
import type { Owner } from '../owners';
import { cacheUsers } from '../reach';
import { attribute, resourcesOf } from '../stack';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/** Whom caches let in: the users of one group, each of which a stack brings in that makes it. */
export const cacheGroups: Rule = (scene) => [...memberships(scene), ...doors(scene)];

/**
 * Who is let in: an owner's stack brings its own user into the cell's group and nobody else; a stack of the platform only
 * users that it makes itself, for AWS's own `default` may do everything without a password.
 */
function memberships({ world, stack }: Scene): readonly Finding[] {
  const { owner } = stack;
  const users = owner
    ? cacheUsers(world, owner)
    : resourcesOf(stack, 'aws_elasticache_user').map((user) => attribute(user, 'user_id'));
  const found = finder('cache', stack);
  return resourcesOf(stack, 'aws_elasticache_user_group_association', 'aws_elasticache_user_group').flatMap(
    (member) => [
      ...[...textsOf(member.values['user_id']), ...textsOf(member.values['user_ids'])]
        .filter((id) => !users.includes(id))
        .map((id) =>
          found(
            member,
            owner ? ownerOfUser(owner, id) : EVERYBODY,
            `it makes ${id} a member of a user group`,
            owner ? 'Let in the owner’s own user only' : 'Let in users that the same stack makes only',
          ),
        ),
      ...(owner && attribute(member, 'user_group_id') !== world.field(stack.place, 'cache', 'userGroupId')
        ? [
            found(
              member,
              EVERYBODY,
              `it is about the user group ${attribute(member, 'user_group_id')} and not that of the cell’s cache`,
              'Use userGroupId of the cache’s contract',
            ),
          ]
        : []),
    ],
  );
}

/** Caches beside the cell's, or of whom nobody here knows who is let in. */
function doors({ stack }: Scene): readonly Finding[] {
  const found = finder('cache', stack);
  const groups = resourcesOf(stack, 'aws_elasticache_user_group').map((group) =>
    attribute(group, 'user_group_id'),
  );
  const fix = 'Let every cache ask for users of a user group that the same stack makes';
  const others = resourcesOf(stack, 'aws_elasticache_serverless_cache', 'aws_elasticache_cluster');
  return [
    ...others.map((cache) =>
      found(cache, EVERYBODY, `nobody has checked whom a ${cache.type} lets in`, fix, EVERYBODY),
    ),
    ...resourcesOf(stack, 'aws_elasticache_replication_group').flatMap((cache) => {
      const named = textsOf(cache.values['user_group_ids']);
      const strange = named.filter((id) => !groups.includes(id) && !id.startsWith(`‹${stack.name}:`));
      return strange.map((id) =>
        found(cache, EVERYBODY, `it lets in whoever is in the user group ${id}`, fix, EVERYBODY),
      );
    }),
  ];
}

function ownerOfUser({ place }: Owner, id: string): string {
  const tenant = /-ten-([a-z0-9-]+)$/.exec(id)?.[1];
  return tenant === undefined ? id : `${place.cell}-tenant-${tenant}`;
}
