import { createHash } from 'node:crypto';

/**
 * What a tenant-scoped access token says, and how gateways pass it on. The function that adds the claims, the gateways that
 * read them and the authorizer share these names.
 */

/** Scopes of the platform's API, as `<resource server>/<scope>`: what a token allows, by kind of operation. */
export const API_RESOURCE_SERVER = 'api';
export const API_SCOPES = {
  read: `${API_RESOURCE_SERVER}/read`,
  write: `${API_RESOURCE_SERVER}/write`,
} as const;

/** Methods of HTTP by the scope that they need. All others are refused. */
export const OPERATIONS = {
  read: ['GET', 'HEAD', 'OPTIONS'],
  write: ['POST', 'PUT', 'PATCH', 'DELETE'],
} as const satisfies Readonly<Record<keyof typeof API_SCOPES, readonly string[]>>;

/**
 * Resource server of one dedicated tenant. Machine clients of the tenant may ask for its one scope, and no other client
 * may, so the scope says whose machine it is.
 */
export const tenantResourceServer = (tenantId: string): string => `tenant-${tenantId}`;
export const MACHINE_SCOPE = 'machine';
export const machineScope = (tenantId: string): string =>
  `${tenantResourceServer(tenantId)}/${MACHINE_SCOPE}`;

/** Attribute of a user that names the tenant: set by an administrator when the user is made, and never again. */
export const TENANT_ATTRIBUTE = 'custom:tenant_id';

/** Claims that the platform adds to access tokens. */
export const CLAIMS = {
  tenant: 'tenant_id',
  tier: 'tier',
  cell: 'cell',
  shard: 'shard',
  bucket: 'bucket',
  /** API calls per second, where the registry knows another limit than the tier's. */
  rateLimit: 'rate_limit',
  /** When the holder should get a new token, in seconds since 1970. */
  refreshAt: 'refresh_at',
} as const;

/**
 * Headers in which gateways pass verified claims on. Callers' own headers of these names are removed before anything reads
 * them: all begin with {@link IDENTITY_HEADER_PREFIX}.
 */
export const IDENTITY_HEADER_PREFIX = 'x-bulkhead-';
export const IDENTITY_HEADERS = {
  tenant: { header: 'x-bulkhead-tenant', claim: CLAIMS.tenant },
  tier: { header: 'x-bulkhead-tier', claim: CLAIMS.tier },
  cell: { header: 'x-bulkhead-cell', claim: CLAIMS.cell },
  shard: { header: 'x-bulkhead-shard', claim: CLAIMS.shard },
  bucket: { header: 'x-bulkhead-bucket', claim: CLAIMS.bucket },
  rateLimit: { header: 'x-bulkhead-rate-limit', claim: CLAIMS.rateLimit },
  subject: { header: 'x-bulkhead-subject', claim: 'sub' },
  client: { header: 'x-bulkhead-client', claim: 'client_id' },
  scope: { header: 'x-bulkhead-scope', claim: 'scope' },
  tokenId: { header: 'x-bulkhead-token-id', claim: 'jti' },
  /** Id of the sign-in that a chain of refreshed tokens goes back to. Machines' tokens have none. */
  originTokenId: { header: 'x-bulkhead-origin-token-id', claim: 'origin_jti' },
  issuedAt: { header: 'x-bulkhead-issued-at', claim: 'iat' },
  expiresAt: { header: 'x-bulkhead-expires-at', claim: 'exp' },
} as const satisfies Readonly<Record<string, { readonly header: string; readonly claim: string }>>;

/** Number of buckets that tenants are spread over. */
export const BUCKETS = 256;

/** A tenant's bucket, 0 to 255: the first byte of the SHA-256 of its id. Never changes, so that history can be found by it. */
export const bucketOf = (tenantId: string): number => createHash('sha256').update(tenantId).digest()[0] ?? 0;
