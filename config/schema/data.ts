import * as z from 'zod/mini';
import { logRetentionDays, region } from './common';

/**
 * Shards of a cell, in the words of the shard planner (`constructs/data/shard-planner.ts`), which computes with them.
 * Sizes are in Aurora capacity units: one is about 2 GiB of memory and the processor that goes with it.
 */
const shardsSchema = z.strictObject({
  maxTenantsPerShard: z
    ._default(z.int().check(z.gte(1), z.lte(100_000)), 1250)
    .check(z.describe('Blast radius: most pooled tenants on one shard. Default: 1250.')),
  idleAcuPerThousandTenants: z
    ._default(z.number().check(z.gt(0), z.lte(256)), 3.2)
    .check(
      z.describe('Capacity that 1,000 quiet tenants need, in ACU; sets the least of a shard. Default: 3.2.'),
    ),
  peakAcuPerThousandTenants: z
    ._default(z.number().check(z.gt(0), z.lte(256)), 12.8)
    .check(
      z.describe(
        'Capacity that 1,000 tenants need at their peak, in ACU; sets the most of a shard. Default: 12.8.',
      ),
    ),
  existingShards: z
    ._default(z.int().check(z.gte(0), z.lte(999)), 0)
    .check(
      z.describe(
        'Shards that are deployed. All of them stay in the plan, however few tenants there are. Default: 0.',
      ),
    ),
});

const pool = (maxPods: number, poolSize: number) =>
  z.prefault(
    z.strictObject({
      maxPods: z
        ._default(z.int().check(z.gte(0), z.lte(10_000)), maxPods)
        .check(
          z.describe(
            `Most pods of the tier that use the shards, all services together. Default: ${maxPods}.`,
          ),
        ),
      poolSize: z
        ._default(z.int().check(z.gte(1), z.lte(1000)), poolSize)
        .check(
          z.describe(`Connections that each of these pods may open to each shard. Default: ${poolSize}.`),
        ),
    }),
    {},
  );

const recoverySchema = z.strictObject({
  // https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Managing.Backups.html
  rpoMinutes: z
    ._default(z.int().check(z.gte(5), z.lte(1440)), 15)
    .check(
      z.describe(
        'Most minutes of writes that a lost shard may cost: the strictest promise among its tiers, 5-1440. Default: 15.',
      ),
    ),
  retentionDays: z
    ._default(z.int().check(z.gte(1), z.lte(35)), 35)
    .check(z.describe('How long ago a shard can be restored to, in days, 1-35. Default: 35.')),
  snapshotHours: z
    ._default(z.literal([1, 2, 3, 4, 6, 8, 12, 24]), 24)
    .check(
      z.describe(
        'Hours between snapshots into the locked vault: what a lost region costs where they are copied. Each copy is a full one. Default: 24.',
      ),
    ),
  copyRegion: z
    .optional(region)
    .check(z.describe('Second region, which gets a copy of each snapshot. Default: none, no copies.')),
});

export const dataSchema = z.strictObject({
  postgresVersion: z
    ._default(z.enum(['16', '17']), '17')
    .check(z.describe('PostgreSQL major version, in quotes; AWS upgrades the minor version. Default: 17.')),
  shards: z.prefault(shardsSchema, {}).check(z.describe('Shards of the pooled tenants.')),
  readers: z
    ._default(z.int().check(z.gte(0), z.lte(2)), 1)
    .check(
      z.describe(
        'Instances of each shard besides the writer, in zones of their own; at least 1 in prod. Default: 1.',
      ),
    ),
  storage: z
    ._default(z.enum(['standard', 'io-optimized']), 'standard')
    .check(
      z.describe(
        'How reads and writes are billed: each (standard) or none (io-optimized). Default: standard.',
      ),
    ),
  insights: z
    ._default(z.enum(['standard', 'advanced']), 'standard')
    .check(
      z.describe(
        'Statement statistics: 7 days (standard) or 15 months (advanced, billed). Default: standard.',
      ),
    ),
  proxyConnectionPercent: z
    ._default(z.int().check(z.gte(1), z.lte(100)), 80)
    .check(z.describe("Share of a shard's max_connections that its proxy may open, 1-100. Default: 80.")),
  pools: z
    .prefault(
      z.strictObject({
        starter: pool(20, 1).check(z.describe('Pods of the starter tier.')),
        professional: pool(10, 2).check(z.describe('Pods of the professional tier.')),
      }),
      {},
    )
    .check(z.describe('Connections that pods may open, by tier; checked against the shards at every synth.')),
  recovery: z.prefault(recoverySchema, {}).check(z.describe('Backups.')),
  logRetentionDays: z
    ._default(logRetentionDays, 365)
    .check(z.describe("How long the databases' logs are kept, in days. Default: 365.")),
});

export type DataConfig = z.infer<typeof dataSchema>;
