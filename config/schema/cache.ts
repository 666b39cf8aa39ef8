import * as z from 'zod/mini';
import { distinct, logRetentionDays } from './common';

/** Versions of Valkey that may be asked for; `constructs/cache/engine.ts` knows the parameters of each. */
export const VALKEY_VERSIONS = ['8.2', '9.0', '9.1'] as const;

/** Name of a service: part of names of users, roles and accounts. */
export const serviceName = z
  .string()
  .check(
    z.refine(
      (name) => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) && name.length >= 2 && name.length <= 31,
      'must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter',
    ),
  );

const quietHourSchema = z.strictObject({
  day: z
    ._default(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']), 'sun')
    .check(z.describe('Day of the week on which nodes are patched. Default: sun.')),
  hourUtc: z
    ._default(z.int().check(z.gte(0), z.lte(23)), 8)
    .check(
      z.describe(
        'Hour of the day in UTC, 0-23, in which patching begins; daily snapshots begin two hours before. Default: 8.',
      ),
    ),
});

export const cacheSchema = z.strictObject({
  engineVersion: z
    ._default(z.enum(VALKEY_VERSIONS), '9.1')
    .check(
      z.describe(
        'Valkey version, in quotes. Can be raised and never lowered. AWS raises the minor version by itself: follow here. Default: 9.1.',
      ),
    ),
  nodeType: z
    ._default(
      z
        .string()
        .check(
          z.regex(
            /^cache\.(?!r6gd\.)[a-z]\d[a-z]*\.[a-z0-9]+$/,
            'must be an ElastiCache node type without local disk, such as cache.m7g.large',
          ),
        ),
      'cache.m7g.large',
    )
    .check(
      z.describe('ElastiCache node type of all nodes. Not burstable in prod. Default: cache.m7g.large.'),
    ),
  // At most 90 nodes in all, and each shard has two at least: "Quotas for ElastiCache", Amazon ElastiCache User Guide.
  shards: z
    ._default(z.int().check(z.gte(1), z.lte(45)), 3)
    .check(z.describe('Shards that the keys are divided among, 1-45. Default: 3, a primary in each zone.')),
  replicasPerShard: z
    ._default(z.int().check(z.gte(1), z.lte(5)), 1)
    .check(z.describe('Replicas of each shard in other zones, 1-5; at most 90 nodes in all. Default: 1.')),
  services: z
    ._default(z.array(serviceName).check(z.minLength(1), distinct), ['api'])
    .check(
      z.describe(
        'Services of tiers that use the cache; each has a user and a key prefix for every tier. Default: api.',
      ),
    ),
  snapshotRetentionDays: z
    ._default(z.int().check(z.gte(1), z.lte(35)), 7)
    .check(z.describe('How long daily snapshots are kept, in days, 1-35. Default: 7.')),
  quietHour: z.prefault(quietHourSchema, {}).check(z.describe('When nodes are patched and snapshots taken.')),
  logRetentionDays: z
    ._default(logRetentionDays, 365)
    .check(z.describe('How long slow and engine logs are kept, in days. Default: 365.')),
});

export type CacheConfig = z.infer<typeof cacheSchema>;
