import { ElasticacheUser } from '@cdktf/provider-aws/lib/elasticache-user';
import { ElasticacheUserGroupAssociation } from '@cdktf/provider-aws/lib/elasticache-user-group-association';
import { Construct } from 'constructs';
import type { ICache } from '../core/interfaces';
import { NAME_RULES, nameWithin } from '../core/naming';
import { nameParts, type Placement, placementOf } from '../core/placement';
import { accessString, type CacheOwner, keyPrefix } from './keyspace';

/** Longest beginning that the ids of all users of a cell share. Leaves 15 characters, enough for a name or a hash. */
const CELL_PREFIX_MAX = 24;

/**
 * What the ids of all users of a cell begin with. Ids are unique in an account and region, and permissions to deploy users
 * are given by this prefix, so it is kept whole: a cell with a long name has a prefix that ends in a hash.
 */
export const cacheUserPrefix = (placement: Placement): string =>
  nameWithin(CELL_PREFIX_MAX, nameParts(placement));

/** The id of a user in a placement, from its own parts: `bulkhead-prod-use1a-ten-acme`. At most 40 characters. */
export const cacheUserName = (placement: Placement, ...parts: readonly string[]): string =>
  nameWithin(NAME_RULES.elasticacheUser.max, [cacheUserPrefix(placement), ...parts]);

/** What names an owner, kind first: `ten`, `acme`. */
export const ownerParts = (owner: CacheOwner): readonly string[] =>
  keyPrefix(owner)
    .split(':')
    .filter((part) => part !== '');

/**
 * The id of an owner's user, which is also the name it connects with. Other stacks know it without a contract.
 *
 * @throws Error as `keyPrefix` does
 */
export const cacheUserId = (placement: Placement, owner: CacheOwner): string =>
  cacheUserName(placement, ...ownerParts(owner));

/** ARN of an owner's user. */
export const cacheUserArn = (placement: Placement, owner: CacheOwner): string =>
  `arn:aws:elasticache:${placement.region}:${placement.account}:user:${cacheUserId(placement, owner)}`;

export interface CacheUserProps {
  /** Cache of the cell, itself or from its contract. */
  readonly cache: Pick<ICache, 'userGroupId'>;

  /** Whose user this is: it decides the user's id, its key prefix and its access string. */
  readonly owner: CacheOwner;

  /** Other owners whose keys the user may read. @default - none */
  readonly reads?: readonly CacheOwner[];
}

/**
 * A user of a cell's cache that may touch the keys of one owner, read those of `reads`, and reach no others, with the commands
 * listed in `keyspace.ts`.
 *
 * The user authenticates with IAM, so it has no password: whoever is given it by a `CacheGrant` signs a token that is good
 * for 15 minutes. It joins the cache's user group by an association of its own, so a tenant's stack can add its user
 * without touching the cache's.
 */
export class CacheUser extends Construct {
  /** Id of the user and the name it connects with: IAM authentication wants them equal. */
  public readonly userId: string;
  /** Beginning of all keys that the user may touch, such as `ten:acme:`. */
  public readonly prefix: string;
  /** What must be there before the user can log in. */
  public readonly membership: ElasticacheUserGroupAssociation;

  public constructor(scope: Construct, id: string, { cache, owner, reads = [] }: CacheUserProps) {
    super(scope, id);
    this.userId = cacheUserId(placementOf(this), owner);
    this.prefix = keyPrefix(owner);
    const user = new ElasticacheUser(this, 'User', {
      userId: this.userId,
      userName: this.userId,
      engine: 'valkey',
      accessString: accessString(owner, { reads }),
      authenticationMode: { type: 'iam' },
    });
    this.membership = new ElasticacheUserGroupAssociation(this, 'Membership', {
      userGroupId: cache.userGroupId,
      userId: user.userId,
      // A group takes one change at a time and some minutes for each, and tenants may join together: the provider tries
      // again until then. Its own 10 minutes are too few for a queue.
      timeouts: { create: '30m', delete: '30m' },
    });
  }
}
