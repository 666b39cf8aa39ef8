import type { INetwork } from '../core/interfaces';
import { outside, type Rule } from '../core/validation';
import { ENGINE_FAMILIES } from './engine';
import type { CacheOwner } from './keyspace';
import type { PlatformUser } from './platform-users';
import type { QuietHour } from './windows';

export interface CacheProps {
  /** Network whose isolated subnets hold the nodes, spread over all of its zones. */
  readonly network: Pick<INetwork, 'vpcId' | 'isolatedSubnetIds'>;

  /** Valkey version, one of `ENGINE_FAMILIES`. It can be raised and never lowered. */
  readonly engineVersion: string;

  /** ElastiCache node type, such as `cache.m7g.large`. */
  readonly nodeType: string;

  /** Shards, 1-45. Keys are divided among them; adding one moves keys while the cache serves. */
  readonly shards: number;

  /** Replicas of each shard, 1-5. Without one, losing a node would lose a shard. */
  readonly replicasPerShard: number;

  /** Who has a user and a key prefix from the start: the services of tiers. Dedicated tenants add theirs with `CacheUser`. */
  readonly owners: readonly CacheOwner[];

  /** Services of the platform itself that have a user. @default - none */
  readonly platformUsers?: readonly PlatformUser[];

  /** Dedicated tenants of the cell. Each adds a user to the same user group, which holds 100. */
  readonly dedicatedTenants: number;

  /** How long daily snapshots are kept, in days, 1-35. */
  readonly snapshotRetentionDays: number;

  /** When snapshots are taken and nodes are patched. */
  readonly quietHour: QuietHour;

  /** How long slow and engine logs are kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

/** Most nodes of a cluster before a quota is raised: "Quotas for ElastiCache", nodes per cluster in cluster mode. */
const MAX_NODES = 90;

/** Most users of a user group: "Quotas for ElastiCache", users per user group. */
const MAX_USERS = 100;

/** The group's first member, who can do nothing. */
const NOBODY = 1;

export type CacheSettings = CacheProps & {
  /** Ids of the users of owners and platform, in this order. */
  readonly userIds: readonly string[];
};

const wholeBetween = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && !outside(value, min, max);

const range = (
  name: 'shards' | 'replicasPerShard' | 'snapshotRetentionDays',
  min: number,
  max: number,
): Rule<CacheSettings> => ({
  fails: (settings) => !wholeBetween(settings[name], min, max),
  message: (settings) =>
    `${name} must be a whole number from ${String(min)} to ${String(max)}, got ${String(settings[name])}`,
});

const nodesOf = ({ shards, replicasPerShard }: CacheSettings): number => shards * (1 + replicasPerShard);
const usersOf = ({ userIds, dedicatedTenants }: CacheSettings): number =>
  NOBODY + userIds.length + dedicatedTenants;

/** What a cache's props must keep. */
export const RULES: readonly Rule<CacheSettings>[] = [
  {
    fails: ({ engineVersion }) => !Object.hasOwn(ENGINE_FAMILIES, engineVersion),
    message: ({ engineVersion }) =>
      `engineVersion must be one of ${Object.keys(ENGINE_FAMILIES).join(', ')}, got '${engineVersion}'`,
  },
  {
    // Nodes with local disks (r6gd) need data tiering, which moves what is rarely read to disk: too slow for rate limits.
    fails: ({ nodeType }) => !/^cache\.(?!r6gd\.)[a-z]\d[a-z]*\.[a-z0-9]+$/.test(nodeType),
    message: ({ nodeType }) =>
      `nodeType must be an ElastiCache node type without local disk, such as cache.m7g.large, got '${nodeType}'`,
  },
  range('shards', 1, MAX_NODES / 2),
  range('replicasPerShard', 1, 5),
  {
    fails: (settings) => nodesOf(settings) > MAX_NODES,
    message: (settings) =>
      `shards x (1 + replicasPerShard) must be at most ${String(MAX_NODES)} nodes, got ${String(nodesOf(settings))}`,
  },
  {
    fails: ({ userIds }) => new Set(userIds).size < userIds.length,
    message: ({ userIds }) =>
      `owners must have users of their own, got twice: ${[...new Set(userIds.filter((id, at) => userIds.indexOf(id) < at))].join(', ')}`,
  },
  {
    fails: (settings) => usersOf(settings) > MAX_USERS,
    message: (settings) =>
      `a user group holds ${String(MAX_USERS)} users, got ${String(usersOf(settings))}: 1 that can do nothing, ` +
      `${String(settings.owners.length)} of services, ${String(settings.platformUsers?.length ?? 0)} of the platform and ` +
      `${String(settings.dedicatedTenants)} of dedicated tenants; ` +
      'place tenants in another cell',
  },
  range('snapshotRetentionDays', 1, 35),
  {
    fails: ({ quietHour: { hourUtc } }) => !wholeBetween(hourUtc, 0, 23),
    message: ({ quietHour: { hourUtc } }) =>
      `quietHour.hourUtc must be a whole number from 0 to 23, got ${String(hourUtc)}`,
  },
];
