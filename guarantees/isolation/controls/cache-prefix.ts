import { parseAccess } from '../access-string';
import { openCache, publisherStack } from '../cluster-settings';
import { cachePrefixOf, cacheUserName, contractOf, type Owner } from '../owners';
import { addressIn, attribute, objectsOf, resourcesOf, type Stack } from '../stack';
import {
  type Candidate,
  type Cell,
  type Control,
  judge,
  judgeAll,
  kept,
  problems,
  type Subject,
} from './control';

/** A user of the cache for the owner's keys and no others: a tenant's in its own stack, a tier's in the cell's cache stack. */
export const cachePrefix: Control = {
  name: 'cache prefix',
  check: (subject) => {
    const { world, owner, stack } = subject;
    if (owner.kind === 'tenant') {
      const id = cacheUserName(owner.place, ['ten', owner.id]);
      const users = candidates(stack, owner, id).map(guarded(subject));
      return judge('cache user in its own stack', users, texts(owner));
    }
    const cache = publisherStack(world, owner.place, 'cache');
    return cache
      ? ofServices(subject, cache)
      : kept(`contract ${contractOf(owner.place, 'cache')}`, texts(owner).gives);
  },
};

/** Each service of the tier needs a user; a tier without services needs none of its own. */
function ofServices(subject: Subject, cache: Stack): Cell {
  const { owner, stack } = subject;
  const services = objectsOf(stack, owner, 'ServiceAccount').filter(({ name }) => name !== 'default');
  const users = services.flatMap(({ name }): readonly Candidate[] => {
    const id = cacheUserName(owner.place, ['svc', owner.id, name]);
    const found = candidates(cache, owner, id).filter(({ user }) => user === id);
    return found.length > 0
      ? found
      : [
          {
            address: id,
            problems: [
              `is a user that the cache does not have: name service ${name} in cells.${owner.place.cell}.cache.services of platform.yaml`,
            ],
          },
        ];
  });
  return judgeAll("user for each of the tier's services", users.map(guarded(subject)), texts(owner));
}

/** A user counts only where the cache asks who connects. */
const guarded =
  ({ world, owner }: Subject) =>
  ({ address, problems: own }: Candidate): Candidate => ({
    address,
    problems: [...own, ...openCache(world, owner.place)],
  });

const texts = (owner: Owner) => ({
  gives: `a cache user for keys that begin with ${cachePrefixOf(owner)} and for no others, with IAM tokens`,
  remedy: `Give the owner an aws_elasticache_user with IAM authentication and the one key pattern ~${cachePrefixOf(owner)}*`,
});

function candidates(
  stack: Stack,
  owner: Owner,
  id: string,
): readonly (Candidate & { readonly user: string })[] {
  return resourcesOf(stack, 'aws_elasticache_user').map((resource) => {
    const text = attribute(resource, 'access_string');
    const { on, keys } = parseAccess(text);
    const user = attribute(resource, 'user_id');
    return {
      user,
      address: addressIn(stack, resource),
      problems: problems([
        [user !== id, `is called ${user} and not ${id}`],
        [
          text.includes('‹'),
          'has an access string that cannot be read before it is deployed (access_string)',
        ],
        [!on && !text.includes('‹'), 'is turned off'],
        [keys.length === 0 && !text.includes('‹'), 'may use no keys'],
        [
          keys.some((key) => !key.startsWith(cachePrefixOf(owner)) || !key.endsWith(':*')),
          `may use keys beyond ${cachePrefixOf(owner)}*`,
        ],
      ]),
    };
  });
}
