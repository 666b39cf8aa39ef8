import * as z from 'zod/mini';
import { serviceName } from './cache';
import { distinct, logRetentionDays, whole } from './common';

/**
 * The product plans. A default is what the catalogue of the platform says; whoever sells something else writes it in
 * platform.yaml.
 */

const quota = (cpu: number, memoryGiB: number) =>
  z.strictObject({
    cpu: z
      ._default(whole(0, 10_000), cpu)
      .check(z.describe(`vCPUs that all pods together may ask for. Default: ${cpu}.`)),
    memoryGiB: z
      ._default(whole(0, 40_000), memoryGiB)
      .check(
        z.describe(`Memory that all pods together may ask for and may use, in GiB. Default: ${memoryGiB}.`),
      ),
    ephemeralGiB: z
      ._default(whole(0, 40_000), 2 * cpu)
      .check(
        z.describe(`Scratch space on nodes that all pods together may use, in GiB. Default: ${2 * cpu}.`),
      ),
    services: z
      ._default(whole(0, 1000), 10)
      .check(z.describe('Kubernetes Services, none of them a load balancer. Default: 10.')),
    volumes: z
      ._default(whole(0, 1000), 0)
      .check(z.describe('Persistent volumes. Default: 0, pods keep nothing.')),
    storageGiB: z
      ._default(whole(0, 100_000), 0)
      .check(z.describe('Size of all persistent volumes together, in GiB. Default: 0.')),
  });

const containersSchema = z.strictObject({
  cpuMillicores: z
    ._default(whole(1, 64_000), 100)
    .check(
      z.describe('CPU that a container asks for if it says nothing, in thousandths of a vCPU. Default: 100.'),
    ),
  memoryMiB: z
    ._default(whole(4, 262_144), 128)
    .check(z.describe('Memory that a container asks for if it says nothing, in MiB. Default: 128.')),
  memoryLimitMiB: z
    ._default(whole(4, 262_144), 512)
    .check(z.describe('Memory at which a container ends if it says nothing, in MiB. Default: 512.')),
  ephemeralLimitMiB: z
    ._default(whole(1, 1_048_576), 512)
    .check(z.describe('Scratch space of a container if it says nothing, in MiB. Default: 512.')),
  maxCpu: z
    ._default(whole(1, 64), 4)
    .check(z.describe('Most vCPUs that one container may ask for. Default: 4.')),
  maxMemoryGiB: z
    ._default(whole(1, 256), 8)
    .check(z.describe('Most memory of one container, in GiB. Default: 8.')),
  maxEphemeralGiB: z
    ._default(whole(1, 1024), 4)
    .check(z.describe('Most scratch space of one container, in GiB. Default: 4.')),
});

const nodes = (capacityTypes: ('on-demand' | 'spot')[], cpu: number, memoryGiB: number) =>
  z.strictObject({
    capacityTypes: z
      ._default(z.array(z.enum(['on-demand', 'spot'])).check(z.minLength(1), distinct), capacityTypes)
      .check(
        z.describe(`How instances are bought; the cheaper first. Default: ${capacityTypes.join(', ')}.`),
      ),
    maxCpu: z
      ._default(whole(4, 100_000), cpu)
      .check(z.describe(`Most vCPUs of all nodes of the pool together. Default: ${cpu}.`)),
    maxMemoryGiB: z
      ._default(whole(8, 400_000), memoryGiB)
      .check(z.describe(`Most memory of all nodes of the pool together, in GiB. Default: ${memoryGiB}.`)),
  });

/** What a plan promises its tenants. Checked by guarantees, and enforced by the gateway. */
const promises = (defaults: {
  readonly rateLimitPerSecond: number;
  readonly shedAtLoad: number | 'never';
  readonly availabilityPercent: number;
  readonly p95Milliseconds: number;
  readonly rpoMinutes: number;
  readonly rtoMinutes: number;
}) =>
  z.strictObject({
    rateLimitPerSecond: z
      ._default(whole(1, 100_000), defaults.rateLimitPerSecond)
      .check(z.describe(`API calls per second of one tenant. Default: ${defaults.rateLimitPerSecond}.`)),
    shedAtLoad: z
      ._default(z.union([z.number().check(z.gt(0), z.lte(1)), z.literal('never')]), defaults.shedAtLoad)
      .check(
        z.describe(
          `Share of the platform's capacity in use, above 0 and at most 1, from which calls of the tier are shed; or never. Default: ${defaults.shedAtLoad}.`,
        ),
      ),
    availabilityPercent: z
      ._default(z.number().check(z.gte(90), z.lt(100)), defaults.availabilityPercent)
      .check(
        z.describe(
          `Availability objective of a month, in percent. Default: ${defaults.availabilityPercent}.`,
        ),
      ),
    p95Milliseconds: z
      ._default(whole(1, 60_000), defaults.p95Milliseconds)
      .check(
        z.describe(
          `Latency objective: 95 % of calls are answered within, in milliseconds. Default: ${defaults.p95Milliseconds}.`,
        ),
      ),
    rpoMinutes: z
      ._default(whole(5, 1440), defaults.rpoMinutes)
      .check(
        z.describe(
          `Most minutes of writes that a lost database may cost, 5-1440. Default: ${defaults.rpoMinutes}.`,
        ),
      ),
    rtoMinutes: z
      ._default(whole(1, 10_080), defaults.rtoMinutes)
      .check(z.describe(`Most minutes until a lost database serves again. Default: ${defaults.rtoMinutes}.`)),
  });

const services = z
  ._default(z.array(serviceName).check(z.minLength(1), z.maxLength(20), distinct), ['api'])
  .check(
    z.describe(
      'Services that run for the tier, each with an account and a role of its own. Default: api only.',
    ),
  );

const replicas = z
  ._default(whole(1, 1000), 2)
  .check(
    z.describe(
      'Pods of each service while nothing is released; a release needs as many again until the old ones end. At least 2 in prod. Default: 2.',
    ),
  );

const priority = (value: number) =>
  z
    ._default(whole(1, 1_000_000), value)
    .check(
      z.describe(
        `Rank of the tier's pods when nodes are short; higher ones are served first. Default: ${value}.`,
      ),
    );

const pooledTier = (
  defaults: Parameters<typeof promises>[0] & {
    readonly priority: number;
    readonly capacityTypes: ('on-demand' | 'spot')[];
    readonly cpu: number;
    readonly memoryGiB: number;
  },
) =>
  z.strictObject({
    services,
    replicas,
    priority: priority(defaults.priority),
    // Not the number of pods: `data.pools.<tier>.maxPods` of a cell is, for each of them opens connections to the shards.
    quota: z
      .prefault(quota(defaults.cpu, defaults.memoryGiB), {})
      .check(z.describe('Most that the pods of the tier may use in a cell.')),
    containers: z.prefault(containersSchema, {}).check(z.describe('Sizes of single containers.')),
    nodes: z
      .prefault(nodes(defaults.capacityTypes, 2 * defaults.cpu, 2 * defaults.memoryGiB), {})
      .check(z.describe("The tier's nodes in a cell.")),
    promises: z.prefault(promises(defaults), {}).check(z.describe('What the plan promises.')),
  });

/** Half an ACU is a step, 2 ACU the least with Performance Insights: "Performance and scaling for Aurora Serverless v2". */
export const capacityAcu = z
  .number()
  .check(z.gte(2), z.lte(256), z.multipleOf(0.5, 'must be a multiple of 0.5 ACU'));

/** Size of a dedicated tenant's database. */
export const databaseShape = {
  minAcu: z
    ._default(capacityAcu, 2)
    .check(z.describe('Least capacity, in ACU, 2-256 in steps of 0.5. Default: 2.')),
  maxAcu: z
    ._default(capacityAcu, 8)
    .check(z.describe('Most capacity, in ACU, 2-256 in steps of 0.5; at least minAcu. Default: 8.')),
  readers: z
    ._default(whole(0, 2), 1)
    .check(
      z.describe('Instances besides the writer, in zones of their own; at least 1 in prod. Default: 1.'),
    ),
} as const;

const databaseSchema = z.strictObject({
  ...databaseShape,
  poolSize: z
    ._default(whole(1, 1000), 4)
    .check(z.describe('Connections that each pod may open to the database. Default: 4.')),
  storage: z
    ._default(z.enum(['standard', 'io-optimized']), 'standard')
    .check(z.describe('How reads and writes are billed: each or none. Default: standard.')),
  insights: z
    ._default(z.enum(['standard', 'advanced']), 'standard')
    .check(z.describe('Statement statistics: 7 days or 15 months. Default: standard.')),
  retentionDays: z
    ._default(whole(1, 35), 35)
    .check(z.describe('How long ago the database can be restored to, in days, 1-35. Default: 35.')),
  logRetentionDays: z
    ._default(logRetentionDays, 365)
    .check(z.describe("How long the database's logs are kept, in days. Default: 365.")),
});

/** Pods of one dedicated tenant, whose namespace no other tenant shares. */
export const tenantPods = whole(1, 10_000);

const dedicatedTier = z.strictObject({
  services,
  replicas,
  priority: priority(3000),
  quota: z
    .prefault(
      z.strictObject({
        ...quota(20, 40).shape,
        pods: z._default(tenantPods, 20).check(z.describe('Pods of one tenant. Default: 20.')),
      }),
      {},
    )
    .check(z.describe('Most that the pods of one tenant may use; a tenant file may say otherwise.')),
  containers: z.prefault(containersSchema, {}).check(z.describe('Sizes of single containers.')),
  nodes: z
    .prefault(nodes(['on-demand'], 400, 1600), {})
    .check(z.describe('Nodes that the tenants of a cell share, those apart that have a pool of their own.')),
  ownNodes: z
    .prefault(nodes(['on-demand'], 64, 256), {})
    .check(z.describe('Nodes of one tenant that has a pool of its own.')),
  database: z
    .prefault(databaseSchema, {})
    .check(z.describe('Database of one tenant; a tenant file may choose another size.')),
  promises: z
    .prefault(
      promises({
        rateLimitPerSecond: 500,
        shedAtLoad: 'never',
        availabilityPercent: 99.9,
        p95Milliseconds: 250,
        rpoMinutes: 5,
        rtoMinutes: 60,
      }),
      {},
    )
    .check(z.describe('What the plan promises.')),
});

export const tiersSchema = z.strictObject({
  starter: z
    .prefault(
      pooledTier({
        priority: 1000,
        capacityTypes: ['spot', 'on-demand'],
        cpu: 60,
        memoryGiB: 120,
        rateLimitPerSecond: 10,
        shedAtLoad: 0.8,
        availabilityPercent: 99.5,
        p95Milliseconds: 800,
        rpoMinutes: 60,
        rtoMinutes: 480,
      }),
      {},
    )
    .check(z.describe('Starter: pooled.')),
  professional: z
    .prefault(
      pooledTier({
        priority: 2000,
        capacityTypes: ['on-demand'],
        cpu: 80,
        memoryGiB: 160,
        rateLimitPerSecond: 50,
        shedAtLoad: 0.9,
        availabilityPercent: 99.9,
        p95Milliseconds: 400,
        rpoMinutes: 15,
        rtoMinutes: 240,
      }),
      {},
    )
    .check(z.describe('Professional: pooled.')),
  enterprise: z.prefault(dedicatedTier, {}).check(z.describe('Enterprise: dedicated.')),
});

export type TiersConfig = z.infer<typeof tiersSchema>;
