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

/** Commands that answer about, or change, the keys of everybody: their keys are no arguments that ACLs could check. */
export const BEYOND_KEYS = new Set([
  ...['keys', 'scan', 'randomkey', 'dbsize', 'flushall', 'flushdb', 'swapdb', 'monitor', 'config', 'acl'],
  ...[
    'debug',
    'script',
    'function',
    'eval',
    'evalsha',
    'eval_ro',
    'evalsha_ro',
    'fcall',
    'fcall_ro',
    'sort',
    'sort_ro',
  ],
  ...[
    'migrate',
    'restore',
    'save',
    'bgsave',
    'shutdown',
    'replicaof',
    'slaveof',
    'failover',
    'cluster',
    'client',
    'info',
  ],
  ...[
    'publish',
    'spublish',
    'subscribe',
    'psubscribe',
    'ssubscribe',
    'pubsub',
    'memory',
    'object',
    'latency',
    'slowlog',
  ],
  ...['module', 'sync', 'psync', 'wait', 'role'],
]);
