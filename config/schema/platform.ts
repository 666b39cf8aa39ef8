import * as z from 'zod/mini';
import { cellId, cellSchema } from './cell';
import { account, costCentre, distinct, region, roleArn } from './common';
import { deliverySchema } from './delivery';
import { tiersSchema } from './tiers';

export const ENVIRONMENTS = ['dev', 'staging', 'prod'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

// S3 keeps "sthree-" for itself, Parameter Store refuses names that start with "aws" or "ssm".
const platformName = z
  .string()
  .check(
    z.regex(
      /^(?!aws|ssm|sthree-)[a-z](-?[a-z0-9])*$/,
      'must be lowercase letters and digits, joined by single hyphens, starting with a letter and not with aws, ssm or sthree-',
    ),
    z.minLength(2),
    z.maxLength(16),
  );

export const stateSchema = z.strictObject({
  backend: z
    .enum(['s3', 'local'])
    .check(
      z.describe('Where Terraform keeps state: s3 (shared and locked; prod needs it) or local (a file).'),
    ),
  oldVersionRetentionDays: z
    ._default(z.int().check(z.gte(1), z.lte(3650)), 90)
    .check(z.describe('How long replaced versions of a state file are kept, in days, 1-3650. Default: 90.')),
});

export const registrySchema = z.strictObject({
  replicaRegions: z
    ._default(z.array(region).check(distinct), [])
    .check(
      z.describe(
        'Regions besides the home region that hold a replica of the tenant registry. Default: none.',
      ),
    ),
});

export const offboardingSchema = z.strictObject({
  holdDays: z
    ._default(z.int().check(z.gte(0), z.lte(3650)), 30)
    .check(
      z.describe(
        "How long a tenant's data stays where it is after it was exported, in days, 0-3650. Of a tenant that is leaving already, its beginning counts. Default: 30.",
      ),
    ),
  exportTo: z
    .optional(
      z
        .string()
        .check(
          z.regex(
            /^s3:\/\/[a-z0-9][a-z0-9-]{1,61}[a-z0-9](\/[\w=.-]+)*$/,
            'must be a bucket without dots in its name and a prefix, such as s3://example-exports/tenants',
          ),
        ),
    )
    .check(
      z.describe(
        'Bucket of the home account, and prefix, that exports of leaving tenants are put in. Default: what --export-to says.',
      ),
    ),
});

export const onboardingSchema = z.strictObject({
  callers: z
    ._default(z.array(roleArn).check(z.maxLength(20), distinct), [])
    .check(
      z.describe(
        'ARNs of the IAM roles that may ask for tenants by an event, such as that of a sign-up page, at most 20. Default: none.',
      ),
    ),
});

// Each label 1-63 letters, digits and inner hyphens (RFC 1035); room is left for `<tenant>.<cell>.` in front of it.
const domain = z
  .string()
  .check(
    z.regex(
      /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
      'must be a domain name of at least two lowercase labels, such as bulkhead.example',
    ),
    z.maxLength(200),
  );

export const dnsSchema = z.strictObject({
  domain: domain.check(
    z.describe(
      'Domain of the platform. Each cell gets a public zone `<cell>.<domain>`, which whoever holds the domain delegates, and each dedicated tenant a name in it.',
    ),
  ),
});

const tenantCount = z.int().check(z.gte(0), z.lte(10_000_000));

export const loadSchema = z.strictObject({
  tenants: z
    .strictObject({
      starter: tenantCount.check(z.describe('Expected starter tenants.')),
      professional: tenantCount.check(z.describe('Expected professional tenants.')),
      enterprise: tenantCount.check(
        z.describe('Expected enterprise tenants; at least the number of tenant files.'),
      ),
    })
    .check(z.describe('Tenants the platform must be able to carry, by tier.')),
  callsPerMonth: z.int().check(z.gte(0), z.describe('API calls in a 30-day month, all cells together.')),
  peakCallsPerSecond: z
    .int()
    .check(
      z.gte(1),
      z.describe('API calls in the busiest second, all cells together; at least the monthly average.'),
    ),
  peakSessions: z
    .optional(z.int().check(z.gte(1)))
    .check(
      z.describe(
        'People and machines that hold an access token at the busiest time, all cells together. Default: two for each expected tenant.',
      ),
    ),
});

export const platformSchema = z.strictObject({
  platform: platformName.check(
    z.describe(
      'Name of the platform, 2-16 characters. Prefix of physical names: cannot be changed once deployed.',
    ),
  ),
  environment: z.enum(ENVIRONMENTS).check(z.describe("Must equal the folder's name.")),
  account: account.check(
    z.describe('Home account, which holds state and the tenant registry: 12 digits in quotes.'),
  ),
  region: region.check(z.describe('Home region, which holds state and the tenant registry.')),
  costCentre: costCentre.check(z.describe('Cost centre that pays for everything no tenant pays for.')),
  deployers: z
    .array(roleArn)
    .check(
      z.minLength(1),
      distinct,
      z.describe('ARNs of the IAM roles that may assume the deployer roles; at least one.'),
    ),
  state: stateSchema.check(z.describe('Terraform state.')),
  registry: z.prefault(registrySchema, {}).check(z.describe('Tenant registry.')),
  onboarding: z.prefault(onboardingSchema, {}).check(z.describe('How tenants are asked for.')),
  offboarding: z.prefault(offboardingSchema, {}).check(z.describe('How tenants leave.')),
  dns: dnsSchema.check(z.describe('Names: without one, no API has a certificate.')),
  delivery: deliverySchema.check(
    z.describe('How services, their schemas and this platform itself are delivered.'),
  ),
  load: loadSchema.check(z.describe('Measure of scale that capacity is checked against.')),
  tiers: z
    .prefault(tiersSchema, {})
    .check(z.describe('The product plans: what each gets and what it promises.')),
  cells: z.record(cellId, cellSchema).check(
    z.refine((cells) => Object.keys(cells).length > 0, 'must hold at least one cell'),
    z.meta({
      minProperties: 1,
      description:
        'Cells by id: 3-8 lowercase letters and digits, starting with a letter. Cannot be renamed once deployed.',
    }),
  ),
});

/** platform.yaml as read, defaults filled in. */
export type PlatformFile = z.infer<typeof platformSchema>;
