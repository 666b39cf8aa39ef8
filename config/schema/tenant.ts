import * as z from 'zod/mini';
import { cellId } from './cell';
import { costCentre, distinct, whole } from './common';
import { redirectUrl } from './identity';
import { tenantId } from './tenant-id';
import { capacityAcu, tenantPods } from './tiers';

const databaseOverride = z.strictObject({
  minAcu: z.optional(capacityAcu).check(z.describe("Least capacity, in ACU. Default: the tier's.")),
  maxAcu: z.optional(capacityAcu).check(z.describe("Most capacity, in ACU. Default: the tier's.")),
  readers: z
    .optional(z.int().check(z.gte(0), z.lte(2)))
    .check(z.describe("Instances besides the writer, 0-2; at least 1 in prod. Default: the tier's.")),
});

const quotaNumber = z.int().check(z.gte(1), z.lte(40_000));
const quotaOverride = z.strictObject({
  pods: z.optional(tenantPods).check(z.describe("Pods. Default: the tier's.")),
  cpu: z.optional(quotaNumber).check(z.describe("vCPUs of all pods together. Default: the tier's.")),
  memoryGiB: z
    .optional(quotaNumber)
    .check(z.describe("Memory of all pods together, in GiB. Default: the tier's.")),
});

// Cognito calls these on ports 80 and 443 only, and OIDC providers over https only: "Using OIDC identity providers with a user
// pool" and "Using SAML identity providers with a user pool", Amazon Cognito Developer Guide.
const providerUrl = z
  .string()
  .check(
    z.regex(
      /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+(:443)?(\/[^\s?#]*)?(\?[^\s#]*)?$/,
      'must be an https URL on port 443 without fragment',
    ),
    z.maxLength(2048),
  );

const samlSchema = z.strictObject({
  metadataUrl: providerUrl.check(
    z.describe(
      'URL of the metadata of the SAML 2.0 identity provider, which Cognito reads again every 6 hours.',
    ),
  ),
});

const oidcSchema = z.strictObject({
  issuer: providerUrl.check(
    z.describe(
      'Issuer of the OpenID Connect provider, below which .well-known/openid-configuration is. Its client secret is no config: docs/runbooks/federation.md.',
    ),
  ),
  clientId: z
    .string()
    .check(
      z.regex(/^[\x21-\x7e]+$/, 'must be visible characters without spaces'),
      z.maxLength(255),
      z.describe('Id that the provider has given to this platform.'),
    ),
});

// The attributes of people that are read from the provider, and no others: never the tenant, which the provider's own name is.
const attributeName = (whose: string) =>
  z
    .optional(
      z
        .string()
        .check(z.regex(/^[\x21-\x7e]+$/, 'must be visible characters without spaces'), z.maxLength(256)),
    )
    .check(z.describe(whose));

const federationSchema = z
  .strictObject({
    saml: z.optional(samlSchema).check(z.describe('SAML 2.0; this or oidc.')),
    oidc: z.optional(oidcSchema).check(z.describe('OpenID Connect; this or saml.')),
    email: attributeName(
      'Attribute or claim that holds the e-mail address. Default: what SAML and OpenID Connect call it.',
    ),
    name: attributeName(
      'Attribute or claim that holds the name. Default: what SAML and OpenID Connect call it.',
    ),
    callbackUrls: z
      ._default(z.array(redirectUrl).check(z.maxLength(100), distinct), [])
      .check(
        z.describe(
          "Where the tenant's web client may return to after sign-in. Default: https://<tenant>.<zone>/callback.",
        ),
      ),
    logoutUrls: z
      ._default(z.array(redirectUrl).check(z.maxLength(100), distinct), [])
      .check(
        z.describe(
          "Where the tenant's web client may return to after sign-out. Default: https://<tenant>.<zone>/.",
        ),
      ),
  })
  .check(
    z.refine(
      ({ saml, oidc }) => (saml === undefined) !== (oidc === undefined),
      'must have exactly one of saml and oidc',
    ),
  );

const maintenanceWindowSchema = z.strictObject({
  day: z
    .enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])
    .check(z.describe('Day of the week, in UTC.')),
  hourUtc: whole(0, 23).check(z.describe('Hour in UTC at which the window opens, 0-23.')),
  hours: z
    ._default(whole(1, 12), 4)
    .check(z.describe('How long it stays open, in hours, 1-12; not past midnight UTC. Default: 4.')),
});

export const tenantSchema = z.strictObject({
  id: tenantId,
  name: z
    .string()
    .check(
      z.regex(/^\S(\P{Cc}*\S)?$/u, 'must be one line of text without spaces at its ends'),
      z.maxLength(100),
      z.describe("Customer's name, for people; 1-100 characters."),
    ),
  tier: z
    .literal(
      'enterprise',
      'must be enterprise (starter and professional tenants are rows of the tenant registry, not files)',
    )
    .check(
      z.describe(
        'Always enterprise: starter and professional tenants are rows of the tenant registry, not files.',
      ),
    ),
  cell: cellId.check(z.describe('Id of the cell in platform.yaml that the tenant lives in.')),
  contact: z
    .string()
    .check(
      z.regex(/^[\w.+-]+@[\w-]+(\.[\w-]+)+$/, 'must be an e-mail address'),
      z.maxLength(254),
      z.describe('E-mail address that is told of maintenance and incidents.'),
    ),
  costCentre: z
    .optional(costCentre)
    .check(z.describe("Cost centre that pays for the tenant. Default: the platform's.")),
  database: z
    .optional(databaseOverride)
    .check(z.describe("Size of the tenant's database where it differs from the tier's.")),
  quota: z
    .optional(quotaOverride)
    .check(z.describe("What the tenant's pods may use where it differs from the tier's.")),
  nodePool: z
    ._default(z.enum(['shared', 'own']), 'shared')
    .check(
      z.describe(
        "Whose nodes run the tenant's pods: those of all dedicated tenants of the cell, or its own. Default: shared.",
      ),
    ),
  rateLimitPerSecond: z
    .optional(z.int().check(z.gte(1), z.lte(100_000)))
    .check(z.describe("API calls per second. Default: the tier's.")),
  federation: z
    .optional(federationSchema)
    .check(
      z.describe(
        "The customer's own identity provider, for its people. Default: none, they are users of the cell's pool.",
      ),
    ),
  machineClientRotation: z
    ._default(z.int().check(z.gte(1), z.lte(1_000_000)), 1)
    .check(
      z.describe(
        "Another number than before gives the tenant's machines another client with another secret. Default: 1.",
      ),
    ),
  maintenanceWindow: z
    .optional(maintenanceWindowSchema)
    .check(z.describe('When releases may reach the tenant. Default: at any time.')),
  lifecycle: z
    ._default(z.enum(['active', 'offboarding']), 'active')
    .check(
      z.describe(
        'offboarding takes the protection against deletion away from what belongs to the tenant; deploy it, then an administrator destroys the stack (docs/runbooks/offboarding.md). Default: active.',
      ),
    ),
});

/** A tenant file as read. */
export type TenantConfig = z.infer<typeof tenantSchema>;
export type FederationConfig = z.infer<typeof federationSchema>;
