import type { StackPlace } from './facts';
import {
  cacheUserName,
  databaseUsersOf,
  DEDICATED_TIER,
  type Owner,
  pathOfCell,
  prefixOfCell,
} from './owners';
import { isLiteral, literalPrefix, matches, overlap } from './patterns';
import { grouped } from './stack';
import { reachesSyntheticOnly, SYNTHETIC_TENANTS } from './synthetic';
import type { World } from './world';

/** Where names of owners stand: their cell, and what kind of owner. */
type Kind = Owner['kind'];

/**
 * Names in AWS that belong to an owner of this id, one of each kind of resource. With `*` as the id: what names of all owners
 * look like, those that are yet to come too.
 *
 * Ids of AWS's own choice (keys, clusters) tell nobody whose they are, so a pattern of them may be anybody's.
 */
export function namesOf(place: StackPlace, kind: Kind, id: string): readonly string[] {
  const { account, region } = place;
  const [path, prefix, name] = [pathOfCell(place), prefixOfCell(place), `${kind}-${id}`];
  const at = (service: string, resource: string): string =>
    `arn:aws:${service}:${region}:${account}:${resource}`;
  const any = id === '*' ? '*' : 'x';
  const user = databaseUsersOf({ kind, id } as Owner)[0] ?? '';
  return [
    at('secretsmanager', `secret:${path}/${name}/${any}`),
    at('secretsmanager', `secret:rds!cluster-${any}`),
    at('ssm', `parameter/${path}/${name}`),
    at('ssm', `parameter/${path}/${name}/${any}`),
    at('sqs', `${prefix}-${name}_${any}`),
    at('sns', `${prefix}-${name}_${any}`),
    `arn:aws:iam::${account}:role/${prefix}-${name}${id === '*' ? '*' : '.api'}`,
    at('elasticache', `user:${cacheUserName(place, kind === 'tenant' ? ['ten', id] : ['svc', id, any])}`),
    at('rds-db', `dbuser:${any}/${user}`),
    at('rds', `cluster:${prefix}-${name}${id === '*' ? '*' : ''}`),
    at('rds', `cluster-snapshot:${any}`),
    at('kms', `key/${any}`),
    at('kms', `alias/${prefix}-${kind}/${id}`),
    `arn:aws:s3:::${prefix}-${name}${id === '*' ? '*' : ''}`,
    at('logs', `log-group:/aws/rds/cluster/${prefix}-${name}/${any}`),
    at('eks', `cluster/${prefix}`),
    at('eks', `access-entry/${prefix}/${any}`),
    at('eks', `podidentityassociation/${prefix}/${any}`),
    at('dynamodb', `table/${any}`),
    at('cognito-idp', `userpool/${any}`),
    at('lambda', `function:${prefix}-token-claims`),
    at('lambda', `function:${prefix}-machine-client`),
    at('codebuild', `project/${prefix}-release-${any}`),
  ];
}

/** What names of owners of all cells look like, for one service. */
export class Estates {
  private readonly templates: ReadonlyMap<string, readonly string[]>;
  private index: readonly (readonly [name: string, owner: string])[] | undefined;

  public constructor(private readonly world: World) {
    const places = new Map(
      world.stacks.filter(({ place }) => place.cell !== '').map(({ place }) => [place.cell, place]),
    );
    const names = [...places.values()].flatMap((place) =>
      (['tenant', 'tier'] as const).flatMap((kind) => namesOf(place, kind, '*')),
    );
    this.templates = grouped(names, (name) => name.split(':')[2] ?? '');
  }

  /** Whether a pattern of resources could name something of an owner, now or later, in a service. */
  public mayReach(pattern: string, service: string): boolean {
    return (this.templates.get(service) ?? []).some((template) => overlap(pattern, template));
  }

  /**
   * Whom a pattern reaches besides one owner: the first that is there, or words for one that could come.
   *
   * @param except stack of the owner whom it may reach
   */
  public reached(pattern: string, except: string): string {
    if (reachesSyntheticOnly(pattern)) return SYNTHETIC_TENANTS;
    const named = this.named(pattern);
    if (named !== undefined && named.stack !== except) return named.stack;
    const index = (this.index ??= this.names());
    const start = literalPrefix(pattern);
    let future: string | undefined;
    for (let at = firstAtLeast(index, start); at < index.length; at++) {
      const [name, owner] = index[at] ?? ['', ''];
      if (!name.startsWith(start)) break;
      if (owner === except || !matches(pattern, name)) continue;
      if (!owner.startsWith(FUTURE)) return owner;
      future ??= owner;
    }
    return future ?? (isLiteral(pattern) ? 'what is not its own' : `${FUTURE} and have such a name`);
  }

  /** The owner whose name a pattern spells out to its end. */
  private named(pattern: string): Owner | undefined {
    const name = /[/-]((?:tenant|tier)-[a-z0-9]+(?:-[a-z0-9]+)*)(?=[/._]|$)/.exec(pattern)?.[1];
    const cell = this.world.owners.find(
      ({ place }) => pattern.includes(pathOfCell(place)) || pattern.includes(prefixOfCell(place)),
    );
    return name === undefined || !cell ? undefined : this.world.ownerOfNamespace(cell.place, name);
  }

  /** Names of all owners, and of owners whose ids would be easy to mistake for theirs, sorted. */
  private names(): (readonly [string, string])[] {
    // A tier without workloads has nothing to reach.
    const owners = this.world.owners.filter(({ kind, id }) => kind === 'tenant' || id !== DEDICATED_TIER);
    const found = owners.flatMap(({ place, kind, id, stack }) => [
      ...namesOf(place, kind, id).map((name) => [name, stack] as const),
      ...futureIds(id).flatMap((future) =>
        namesOf(place, 'tenant', future).map((name) => [name, `${FUTURE}, such as ${future}`] as const),
      ),
    ]);
    return found.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }
}

const FUTURE = 'a tenant that could come';

/** Ids that begin like another, and one that does not. */
const futureIds = (id: string): readonly string[] => [`${id}-x`, `${id}x`, 'zq7-newcomer'];

function firstAtLeast(index: readonly (readonly [string, string])[], text: string): number {
  let [low, high] = [0, index.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((index[middle]?.[0] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
