/** What a user of a Valkey cache may do, as its access string says: "Authenticating users with RBAC", ElastiCache. */
export interface CacheAccess {
  readonly on: boolean;
  /** Patterns of keys, with `*` for all keys. */
  readonly keys: readonly string[];
  /** Patterns of channels. */
  readonly channels: readonly string[];
  /** Commands and categories that are allowed, with `@` before categories. */
  readonly commands: readonly string[];
  /** Parts that let in without a password, or are not understood. */
  readonly others: readonly string[];
}

/** Reads an access string. Selectors in parentheses count like what stands outside. */
export function parseAccess(text: string): CacheAccess {
  const parts = text
    .replace(/[()]/g, ' ')
    .split(/\s+/)
    .filter((part) => part !== '');
  const keys: string[] = [];
  const channels: string[] = [];
  const commands: string[] = [];
  const others: string[] = [];
  for (const part of parts) {
    const lower = part.toLowerCase();
    const key = /^(?:%[a-z]+)?~(.*)$/i.exec(part);
    if (key) keys.push(key[1] ?? '');
    else if (lower === 'allkeys') keys.push('*');
    else if (part.startsWith('&')) channels.push(part.slice(1));
    else if (lower === 'allchannels') channels.push('*');
    else if (lower === 'allcommands') commands.push('@all');
    else if (part.startsWith('+')) commands.push(lower.slice(1));
    else if (!part.startsWith('-') && !HARMLESS.has(lower)) others.push(part);
  }
  return { on: parts.some((part) => part.toLowerCase() === 'on'), keys, channels, commands, others };
}

const HARMLESS = new Set([
  'on',
  'off',
  'resetkeys',
  'resetchannels',
  'resetpass',
  'reset',
  'nocommands',
  'clearselectors',
  'sanitize-payload',
]);

/**
 * Commands that check every key they touch, and those by which a client connects: all that anybody needs. It is closed:
 * others could answer about, or change, the keys of everybody, and so could a subcommand (`config|get`). Written down here
 * once more, and not taken from `constructs/cache/keyspace.ts`: what gives commands cannot vouch for them.
 */
const OF_OWN_KEYS = new Set(
  [
    'del unlink exists type touch expire pexpire expireat pexpireat ttl pttl expiretime pexpiretime',
    'get set setex psetex setnx getset getdel getex mget mset append strlen incr incrby incrbyfloat decr decrby',
    'hget hset hsetnx hmget hgetall hdel hexists hincrby hlen hkeys hvals hscan',
    'sadd srem sismember smismember smembers scard spop sscan',
    'xadd xrange xlen xtrim',
    'zadd zrem zscore zcard zcount zincrby zrange zrank zremrangebyscore zremrangebyrank zpopmin zpopmax zscan',
    'ping auth hello select echo quit readonly readwrite client|setname client|id client|getname',
    'cluster|slots cluster|shards cluster|nodes cluster|myid cluster|keyslot command',
    'multi exec discard watch unwatch',
  ].flatMap((line) => line.split(' ')),
);

/** Whether a command or category reaches beyond the keys that a user is given. */
export const isBeyondKeys = (command: string): boolean => !OF_OWN_KEYS.has(command);
