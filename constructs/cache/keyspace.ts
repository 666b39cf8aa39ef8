/**
 * What holds a prefix of its own: one service of a tier, shared by the tier's tenants, one dedicated tenant, or a service of
 * the platform itself, which no tenant's pods can be.
 */
export type CacheOwner =
  | { readonly kind: 'service'; readonly tier: string; readonly service: string }
  | { readonly kind: 'tenant'; readonly tenantId: string }
  | { readonly kind: 'platform'; readonly service: string };

/** A part of the keyspace: who writes it, what it holds, how long. */
export interface KeyspaceEntry {
  readonly purpose: string;
  /** After the owner's prefix. `<tenant>` is a tenant id; braces are the cluster's hash tag. */
  readonly key: string;
  /** The owner, where it is one service of the platform. @default - any service of a tier and any dedicated tenant */
  readonly platformService?: string;
  readonly type: 'string' | 'hash' | 'set' | 'sorted set' | 'stream';
  /** Longest life of a key, in seconds. Every key has one: the cache holds nothing that cannot be lost. */
  readonly ttlSeconds: number;
  readonly ifLost: string;
}

/**
 * The cache's keyspace. `{<tenant>}` makes all keys of a tenant share a cluster slot, so that commands over several keys
 * work and no tenant can spread; counters leave it out where one hot tenant would overload a node.
 */
export const KEYSPACE: readonly KeyspaceEntry[] = [
  {
    purpose: 'rate-limit counters',
    key: 'rl:<tenant>:<window>',
    type: 'string',
    ttlSeconds: 120,
    ifLost: 'a tenant gets one window of extra requests',
  },
  {
    purpose: 'idempotency keys',
    key: 'idem:{<tenant>}:<key>',
    type: 'hash',
    ttlSeconds: 86_400,
    ifLost: 'a retried request may run twice',
  },
  {
    purpose: 'cached responses',
    key: 'cache:{<tenant>}:<key>',
    type: 'string',
    ttlSeconds: 300,
    ifLost: 'the answer is computed again',
  },
  {
    purpose: 'locks with a lease',
    key: 'lock:{<tenant>}:<name>',
    type: 'string',
    ttlSeconds: 30,
    ifLost: 'two workers may do the same work',
  },
  {
    // A window of a second, and up to 300 more by chance: EXPIRATION_JITTER_MAX_SECONDS of envoyproxy/ratelimit.
    purpose: "gateways' rate-limit counters",
    key: '<domain>_<descriptor>_<window>',
    platformService: 'ratelimit',
    type: 'string',
    ttlSeconds: 301,
    ifLost: 'a tenant gets one window of extra requests',
  },
  {
    // As long as an access token may live: "AccessTokenValidity", CreateUserPoolClient, Cognito API reference.
    purpose: 'deny-list of revoked tokens, users and tenants',
    key: '{deny}',
    platformService: 'revocation',
    type: 'stream',
    ttlSeconds: 86_400,
    ifLost: 'authorizers that run know it; for those started later, a revoked token works until it expires',
  },
  {
    purpose: 'shed level',
    key: 'level',
    platformService: 'load-level',
    type: 'string',
    ttlSeconds: 180,
    ifLost: 'nobody is shed until it is written again',
  },
  {
    // In a slot of its own: it and the level are never written by one command.
    purpose: 'shed level: since when',
    key: 'state',
    platformService: 'load-level',
    type: 'string',
    ttlSeconds: 180,
    ifLost: 'nobody is shed until an alarm raises the level again',
  },
];

const PART = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * The owner's key prefix, for example `svc:starter:api:` or `ten:acme:`.
 *
 * Names hold no colon, and every prefix ends in one, so no prefix begins another: `ten:acme:` and `ten:acme-eu:` share
 * nothing. The first part keeps a tenant called `starter` apart from the tier.
 *
 * @throws Error if a name is not 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter.
 */
export function keyPrefix(owner: CacheOwner): string {
  const parts = partsOf(owner);
  // The rule also keeps out the characters that mean something in a key pattern: * ? [ ] ^ \ and blanks.
  const problems = parts
    .filter(([, value]) => !PART.test(value) || value.length < 2 || value.length > 31)
    .map(
      ([name, value]) =>
        `${name} must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter, got '${value}'`,
    );
  if (problems.length > 0)
    throw new Error(`invalid cache owner:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  return `${KINDS[owner.kind]}:${parts.map(([, value]) => `${value}:`).join('')}`;
}

const KINDS = { tenant: 'ten', service: 'svc', platform: 'plt' } as const;

function partsOf(owner: CacheOwner): readonly (readonly [string, string])[] {
  switch (owner.kind) {
    case 'tenant':
      return [['tenantId', owner.tenantId]];
    case 'platform':
      return [['service', owner.service]];
    case 'service':
      return [
        ['tier', owner.tier],
        ['service', owner.service],
      ];
  }
}

/**
 * Commands that an owner may use. Each is named: categories such as `+@read` bring KEYS, SCAN, RANDOMKEY and DBSIZE
 * along, which answer about everybody's keys, and grow with each version of the engine. All of these check every key
 * they touch against the owner's pattern. Left out on purpose: scripts and functions (they run long and block the
 * node), SORT (reads other keys by pattern), publish and subscribe, blocking and whole-keyspace commands, and
 * everything in @dangerous and @admin.
 */
const COMMANDS = {
  key: [
    'del',
    'unlink',
    'exists',
    'type',
    'touch',
    'expire',
    'pexpire',
    'expireat',
    'pexpireat',
    'ttl',
    'pttl',
    'expiretime',
    'pexpiretime',
  ],
  string: [
    'get',
    'set',
    'setex',
    'psetex',
    'setnx',
    'getset',
    'getdel',
    'getex',
    'mget',
    'mset',
    'append',
    'strlen',
    'incr',
    'incrby',
    'incrbyfloat',
    'decr',
    'decrby',
  ],
  hash: [
    'hget',
    'hset',
    'hsetnx',
    'hmget',
    'hgetall',
    'hdel',
    'hexists',
    'hincrby',
    'hlen',
    'hkeys',
    'hvals',
    'hscan',
  ],
  set: ['sadd', 'srem', 'sismember', 'smismember', 'smembers', 'scard', 'spop', 'sscan'],
  sortedSet: [
    'zadd',
    'zrem',
    'zscore',
    'zcard',
    'zcount',
    'zincrby',
    'zrange',
    'zrank',
    'zremrangebyscore',
    'zremrangebyrank',
    'zpopmin',
    'zpopmax',
    'zscan',
  ],
  stream: ['xadd', 'xrange', 'xlen', 'xtrim'],
  // What a client of a cluster needs to connect and find the slots. CLIENT SETINFO is not needed: clients go on without.
  connection: [
    'ping',
    'auth',
    'hello',
    'select',
    'echo',
    'quit',
    'readonly',
    'readwrite',
    'client|setname',
    'client|id',
    'client|getname',
  ],
  cluster: ['cluster|slots', 'cluster|shards', 'cluster|nodes', 'cluster|myid', 'cluster|keyslot', 'command'],
  transaction: ['multi', 'exec', 'discard', 'watch', 'unwatch'],
} as const;

/** What a user may do besides nothing. */
export interface Access {
  /** @default read-write */
  readonly own?: 'read-write' | 'read';
  /** Owners whose keys the user may read. @default - nobody's but its own */
  readonly reads?: readonly CacheOwner[];
}

/**
 * The ElastiCache access string of an owner's user, exactly as it goes to the `aws_elasticache_user` resource. The user
 * authenticates with IAM, so there is no password in it (and ElastiCache takes none).
 *
 * Begins with nothing (a new user has neither keys nor channels; `-@all`), then adds patterns and named commands.
 * A pattern of keys that are only read begins with `%R~`, and no writing command gets past it.
 *
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
 * @throws Error as {@link keyPrefix} does.
 */
export function accessString(owner: CacheOwner, { own = 'read-write', reads = [] }: Access = {}): string {
  const patterns = [
    `${own === 'read' ? '%R~' : '~'}${keyPrefix(owner)}*`,
    ...reads.map((other) => `%R~${keyPrefix(other)}*`),
  ];
  const commands = Object.values(COMMANDS).flatMap((names) => names.map((name) => `+${name}`));
  return ['on', ...patterns, '-@all', ...commands].join(' ');
}

/** Access string of a user that may log in nowhere and do nothing. */
export const DISABLED_ACCESS_STRING = 'off -@all';
