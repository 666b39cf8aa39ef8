import * as z from 'zod/mini';
import { serviceName } from './cache';
import { distinct, whole } from './common';
import { tenantId } from './tenant-id';

/** How services, their schemas and this platform itself are delivered. */

const repository = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z0-9][\w.-]{0,99}\/[A-Za-z0-9_.-]{1,100}$/,
      'must be the owner and name of a repository, such as bulkhead/api',
    ),
  );

const branch = z
  ._default(
    z.string().check(z.regex(/^[A-Za-z0-9][\w./-]{0,199}$/, 'must be the name of a branch, such as main')),
    'main',
  )
  .check(z.describe('Branch whose pushes are delivered. Default: main.'));

// At most 8 patterns of paths and of tags each, of at most 255 characters: "Quotas in AWS CodePipeline".
const patterns = (of: string) =>
  z
    ._default(
      z
        .array(
          z
            .string()
            .check(z.regex(/^[\w.*?{},/[\]!-]{1,255}$/, 'must be a glob pattern, such as services/**')),
        )
        .check(z.maxLength(8), distinct),
      [],
    )
    .check(z.describe(of));

const smokeCheckSchema = z.strictObject({
  path: z
    .string()
    .check(
      z.regex(/^\/[\w./-]{0,199}$/, 'must be a path, such as /health'),
      z.describe('Path that is asked for with GET, as a synthetic tenant of the tier.'),
    ),
  status: z._default(whole(200, 599), 200).check(z.describe('Status that must be answered. Default: 200.')),
});

const serviceSchema = z.strictObject({
  repository: repository.check(z.describe("Owner and name of the service's repository.")),
  branch,
  paths: patterns('Files that a push must touch to be delivered, as glob patterns. Default: any.'),
  tags: patterns('Tags whose pushes are delivered too, as glob patterns. Default: none.'),
  schema: z
    ._default(z.boolean(), false)
    .check(
      z.describe(
        'Whether the service brings the migrations of schema app. One service does, for a database is migrated by one release at a time. Default: false.',
      ),
    ),
  smoke: z
    ._default(z.array(smokeCheckSchema).check(z.minLength(1), z.maxLength(20)), [
      { path: '/health', status: 200 },
    ])
    .check(z.describe('What is asked of a new version before it takes traffic. Default: GET /health.')),
});

export const deliverySchema = z.strictObject({
  connection: z
    .string()
    .check(
      z.regex(
        /^arn:aws:(codeconnections|codestar-connections):[a-z]{2}(-[a-z]+)+-\d:\d{12}:connection\/[0-9a-f-]{36}$/,
        'must be the ARN of a connection, such as arn:aws:codeconnections:us-east-1:111111111111:connection/ and its id',
      ),
      z.describe(
        "ARN of the home account's connection to where the repositories are. A person makes it and confirms it (docs/guides/delivery.md).",
      ),
    ),
  repository: repository.check(z.describe("Owner and name of this platform's own repository.")),
  branch,
  notify: z
    ._default(
      z
        .array(
          z
            .string()
            .check(z.regex(/^[\w.+-]+@[\w-]+(\.[\w-]+)+$/, 'must be an e-mail address'), z.maxLength(254)),
        )
        .check(z.maxLength(20), distinct),
      [],
    )
    .check(
      z.describe(
        'E-mail addresses that hear of failed, stopped and waiting releases, and of drift. Default: none.',
      ),
    ),
  internalTenants: z
    ._default(z.array(tenantId).check(z.maxLength(32), distinct), [])
    .check(
      z.describe(
        'Starter tenants of your own, who get every release first, at most 32. Default: none but the synthetic ones.',
      ),
    ),
  canaryPercent: z
    ._default(whole(1, 50), 5)
    .check(
      z.describe(
        'Share of the starter tenants who get a release before all others, in percent, 1-50; always the same ones. Default: 5.',
      ),
    ),
  cellsPerWave: z
    ._default(whole(1, 5), 1)
    .check(z.describe('Cells that get a release at the same time, 1-5. Default: 1, cell by cell.')),
  tenantsPerWave: z
    // A stage of CodePipeline has 50 actions: each tenant's, and in each of five cells a change of schemas and a soak.
    ._default(whole(1, 40), 10)
    .check(z.describe('Dedicated tenants that get a release at the same time, 1-40. Default: 10.')),
  soakMinutes: z
    ._default(whole(5, 480), 15)
    .check(z.describe('How long a wave is watched before the next begins, in minutes, 5-480. Default: 15.')),
  contractAfterDays: z
    ._default(whole(1, 90), 7)
    .check(
      z.describe(
        'Days that every ring must have run a release before the schema of the one before is removed, 1-90. Default: 7.',
      ),
    ),
  services: z.record(serviceName, serviceSchema).check(
    z.refine((services) => Object.keys(services).length > 0, 'must hold at least one service'),
    z.meta({
      minProperties: 1,
      description: 'Services by name, each with a pipeline of its own: exactly those that tiers run.',
    }),
  ),
});

export type DeliveryConfig = z.infer<typeof deliverySchema>;
