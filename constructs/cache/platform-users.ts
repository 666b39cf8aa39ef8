import type { CacheOwner } from './keyspace';

/** A service of the platform that uses the cache, and whose keys it reads besides its own. */
export interface PlatformUser {
  readonly owner: CacheOwner;
  readonly reads: readonly CacheOwner[];
}

const owner = (service: string): CacheOwner => ({ kind: 'platform', service });

/** Owners by what they are for; their user ids end in `-plt-<service>`. */
export const PLATFORM_OWNERS = {
  /** Reads what is revoked and how much load is shed, and writes nothing of anybody's. */
  authorizer: owner('authorizer'),
  /** Whoever revokes tokens. */
  revocation: owner('revocation'),
  /** What decides how much load is shed. */
  loadLevel: owner('load-level'),
  /** What counts calls. */
  rateLimit: owner('ratelimit'),
} as const;

/** The platform's own users of a cell's cache. Not one of them can touch a key of a tenant. */
export const PLATFORM_USERS: readonly PlatformUser[] = [
  {
    owner: PLATFORM_OWNERS.authorizer,
    reads: [PLATFORM_OWNERS.revocation, PLATFORM_OWNERS.loadLevel],
  },
  { owner: PLATFORM_OWNERS.loadLevel, reads: [] },
  { owner: PLATFORM_OWNERS.rateLimit, reads: [] },
  { owner: PLATFORM_OWNERS.revocation, reads: [] },
];
