import { type CacheAccess, isBeyondKeys, parseAccess } from '../access-string';
import type { ResourceFact } from '../facts';
import { isTrue, listOf, textOf } from '../facts/json';
import type { Finding } from '../finding';
import { cachePrefixOf, cacheUserName } from '../owners';
import { cacheUsers } from '../reach';
import { attribute, nested, resourcesOf } from '../stack';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/**
 * Users of the cache: each may use keys of one owner, named by prefix, with commands that check their keys; and logs in with
 * tokens of IAM as a user of that owner's name.
 */
export const cacheUsersRule: Rule = (scene) =>
  resourcesOf(scene.stack, 'aws_elasticache_user').flatMap((user) => {
    const access = parseAccess(attribute(user, 'access_string'));
    return [...keys(scene, user, access), ...powers(scene, user, access), ...logins(scene, user, access)];
  });

/** Whose keys a user may use, from its name: `svc:starter:api:` for the user of the starter tier's API. */
function prefixesOf({ world, stack }: Scene, user: ResourceFact, access: CacheAccess): readonly string[] {
  const id = attribute(user, 'user_id');
  if (stack.owner) return cacheUsers(world, stack.owner).includes(id) ? [cachePrefixOf(stack.owner)] : [];
  const platform = /-plt-([a-z0-9-]+)$/.exec(id)?.[1] ?? '';
  // What the platform's own services keep there is nobody else's, so they may read one another's.
  if (platform !== '' && cacheUserName(stack.place, ['plt', platform]) === id) {
    return access.keys.filter((key) => /^plt:[a-z0-9-]+:\*$/.test(key)).map((key) => key.slice(0, -1));
  }
  // In the platform's stacks a user's keys must be those of the one service that it is called after.
  return access.keys
    .map((key) => /^(svc:([a-z0-9-]+):([a-z0-9-]+):)\*$/.exec(key))
    .filter(
      (found) => found !== null && cacheUserName(stack.place, ['svc', found[2] ?? '', found[3] ?? '']) === id,
    )
    .map((found) => found?.[1] ?? '');
}

function keys(scene: Scene, user: ResourceFact, access: CacheAccess): readonly Finding[] {
  const prefixes = prefixesOf(scene, user, access);
  const id = attribute(user, 'user_id');
  return access.keys
    .filter((key) => !prefixes.some((prefix) => key.startsWith(prefix)))
    .map((key) =>
      finder('cache', scene.stack)(
        user,
        ownerOfKey(scene, key),
        `user ${id} may use the keys ~${key}`,
        scene.stack.owner
          ? `Give it the one pattern ~${cachePrefixOf(scene.stack.owner)}*, and the id of the owner`
          : 'Give it the one pattern ~svc:<tier>:<service>:* of the service that it is called after, or ~plt:<service>:* to the platform’s own',
      ),
    );
}

/** Whose keys a pattern names. */
function ownerOfKey({ world, stack }: Scene, key: string): string {
  const found = /^(?:ten:([a-z0-9-]+)|svc:([a-z0-9-]+)):/.exec(key);
  if (!found) {
    const begun = /^(?:ten:([a-z0-9-]+)|svc:([a-z0-9-]+))\*/.exec(key);
    return begun ? `a tenant that could come, such as ${begun[1] ?? begun[2] ?? ''}-x` : EVERYBODY;
  }
  const namespace = found[1] !== undefined ? `tenant-${found[1]}` : `tier-${found[2] ?? ''}`;
  return world.ownerOfNamespace(stack.place, namespace)?.stack ?? `${stack.place.cell}-${namespace}`;
}

function powers({ stack }: Scene, user: ResourceFact, access: CacheAccess): readonly Finding[] {
  const { commands, channels, others } = access;
  if (attribute(user, 'access_string').includes('‹')) {
    return [
      finder('cache', stack)(
        user,
        EVERYBODY,
        `the access string of user ${attribute(user, 'user_id')} cannot be read before it is deployed, so it may allow anything`,
        'Write it out',
      ),
    ];
  }
  const broad = commands.filter(isBeyondKeys);
  const found = finder('cache', stack);
  const id = attribute(user, 'user_id');
  return [
    ...(broad.length > 0
      ? [
          found(
            user,
            EVERYBODY,
            `user ${id} may use +${broad.join(' +')}, which nobody has checked to be about its own keys only`,
            'Name single commands that check every key they touch',
          ),
        ]
      : []),
    ...(channels.length > 0
      ? [
          found(
            user,
            EVERYBODY,
            `user ${id} may use the channels &${channels.join(' &')}, which are everybody’s`,
            'Leave channels out',
          ),
        ]
      : []),
    ...others.map((part) =>
      found(
        user,
        stack.owner?.stack ?? EVERYBODY,
        `user ${id} has '${part.replace(/^[>#].*/, 'a password')}' in its access string`,
        'Let IAM authenticate the user, and leave passwords out',
        EVERYBODY,
      ),
    ),
  ];
}

function logins({ stack }: Scene, user: ResourceFact, { on }: CacheAccess): readonly Finding[] {
  const mode = textOf(nested(user.values, 'authentication_mode')['type']);
  const open = isTrue(user.values['no_password_required']) || listOf(user.values['passwords']).length > 0;
  const id = attribute(user, 'user_id');
  if (!on || (mode === 'iam' && !open && attribute(user, 'user_name') === id)) return [];
  return [
    finder('cache', stack)(
      user,
      stack.owner?.stack ?? EVERYBODY,
      `user ${id} does not log in with tokens of IAM under its own id (authentication_mode ${mode || '(none)'}, user_name ${attribute(user, 'user_name')})`,
      'Set authentication_mode to iam and user_name to user_id',
      EVERYBODY,
    ),
  ];
}
