/**
 * Versions of Valkey that ElastiCache offers and this project knows, each with the family its parameter group must have.
 *
 * Sources: "Engine versions and upgrading in ElastiCache" and "Engine specific parameters", Amazon ElastiCache User Guide.
 */
export const ENGINE_FAMILIES: Readonly<Record<string, string>> = {
  '8.2': 'valkey8',
  '9.0': 'valkey9',
  '9.1': 'valkey9',
};

/**
 * Settings that differ from the engine's defaults.
 *
 * Left at their defaults on purpose: `reserved-memory-percent` (25, for snapshots and failover), `lazyfree-lazy-*` (since
 * Valkey 8 all removal of values happens in the background), and `notify-keyspace-events` (off: it would tell the names of
 * everybody's keys to whoever may subscribe).
 */
export const PARAMETERS: readonly { readonly name: string; readonly value: string }[] = [
  { name: 'cluster-enabled', value: 'yes' },
  // With any other policy a full cache forgets entries of the deny-list before they expire, in silence, and revoked tokens
  // work again. With this one it refuses writes, in the open: docs/adr, "A full cache refuses writes".
  { name: 'maxmemory-policy', value: 'noeviction' },
];

/** The port that clients of Valkey expect. It hides nothing: the security group decides who gets through. */
export const CACHE_PORT = 6379;
