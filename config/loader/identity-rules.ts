import * as z from 'zod/mini';
import { cellId } from '../schema/cell';
import { identitySchema } from '../schema/identity';
import { dnsSchema } from '../schema/platform';
import { tenantId } from '../schema/tenant-id';
import type { ConfigDocument } from './document';
import type { Problem } from './problem';
import type { TenantDocument } from './tenant-rules';

/** What sign-in and tokens must keep across keys. */

/** Longest domain that Cognito takes, in characters: `Domain`, CreateUserPoolDomain, Cognito API reference. */
const SIGN_IN_DOMAIN_MAX = 63;

/** Longest name of an identity provider: `ProviderName`, CreateIdentityProvider, Cognito API reference. */
const PROVIDER_NAME_MAX = 32;

/** How long revocations are kept, in minutes: `KEEP_SECONDS`, services/authorizer/deny-list.ts. */
const REVOCATION_MINUTES = 1440;

/** A federated tenant's provider is called as its namespace, which is how tokens know the tenant. */
const PROVIDER_PREFIX = 'tenant-';

/** Rules of platform.yaml about each cell's identity. */
export function checkIdentityRules(document: ConfigDocument, environment: string): Problem[] {
  return document
    .keys(['cells'])
    .flatMap((cell) => [
      ...checkTokenLives(document, cell),
      ...checkRevocation(document, cell),
      ...checkSignInDomain(document, cell),
      ...(environment === 'prod' ? checkProtection(document, cell) : []),
    ]);
}

function checkTokenLives(document: ConfigDocument, cell: string): Problem[] {
  const path = ['cells', cell, 'identity'];
  const { shape } = identitySchema;
  const life = document.read([...path, 'accessTokenMinutes'], shape.accessTokenMinutes);
  const refresh = document.read([...path, 'refreshAfterMinutes'], shape.refreshAfterMinutes);
  if (life === undefined || refresh === undefined || refresh < life) return [];
  const told = document.at([...path, 'refreshAfterMinutes']) === undefined;
  return [
    document.problem(
      [...path, told ? 'accessTokenMinutes' : 'refreshAfterMinutes'],
      told
        ? `must be more than refreshAfterMinutes, ${refresh}, got ${life}; a token that is refreshed when it has ended is none for a while`
        : `must be less than accessTokenMinutes, ${life}, got ${refresh}; a token that is refreshed when it has ended is none for a while`,
    ),
  ];
}

/** A token that a sign-in gave last must have ended when the sign-in's revocation is forgotten. */
function checkRevocation(document: ConfigDocument, cell: string): Problem[] {
  const path = ['cells', cell, 'identity'];
  const { shape } = identitySchema;
  const life = document.read([...path, 'accessTokenMinutes'], shape.accessTokenMinutes);
  const signedIn = document.read([...path, 'refreshTokenHours'], shape.refreshTokenHours);
  if (life === undefined || signedIn === undefined || 60 * signedIn + life <= REVOCATION_MINUTES) return [];
  const told = document.at([...path, 'refreshTokenHours']) !== undefined;
  return [
    document.problem(
      [...path, told ? 'refreshTokenHours' : 'accessTokenMinutes'],
      `must leave refreshTokenHours x 60 + accessTokenMinutes at most ${REVOCATION_MINUTES}, got ${60 * signedIn + life}: ` +
        'revocations are kept for a day, and a sign-in that was revoked must not outlive that',
    ),
  ];
}

function checkProtection(document: ConfigDocument, cell: string): Problem[] {
  const path = ['cells', cell, 'identity'];
  const { shape } = identitySchema;
  return [
    ...(document.read([...path, 'plan'], shape.plan) === 'essentials'
      ? [
          document.problem(
            [...path, 'plan'],
            'must be plus in prod, got "essentials"; without it nobody notices stolen passwords and risky sign-ins',
          ),
        ]
      : []),
    ...(document.read([...path, 'mfa'], shape.mfa) === 'optional'
      ? [
          document.problem(
            [...path, 'mfa'],
            'must be required in prod, got "optional"; a password alone opens all that a tenant has',
          ),
        ]
      : []),
  ];
}

function checkSignInDomain(document: ConfigDocument, cell: string): Problem[] {
  const path = ['dns', 'domain'];
  const domain = document.read(path, dnsSchema.shape.domain);
  if (domain === undefined || !z.safeParse(cellId, cell).success) return [];
  const { length } = `auth.${cell}.${domain}`;
  if (length <= SIGN_IN_DOMAIN_MAX) return [];
  return [
    document.problem(
      path,
      `must be at most ${domain.length - length + SIGN_IN_DOMAIN_MAX} characters for cell "${cell}", got ${domain.length}: ` +
        `Cognito takes ${SIGN_IN_DOMAIN_MAX} for auth.${cell}.<domain>`,
    ),
  ];
}

/** Rules of tenant files about their identity providers. */
export function checkFederation(tenants: readonly TenantDocument[]): Problem[] {
  const most = PROVIDER_NAME_MAX - PROVIDER_PREFIX.length;
  return tenants.flatMap(({ document }) => {
    const id = document.read(['id'], tenantId);
    if (id === undefined || id.length <= most || document.at(['federation']) === undefined) return [];
    return [
      document.problem(
        ['federation'],
        `must not be there for a tenant whose id is longer than ${most} characters: Cognito takes ${PROVIDER_NAME_MAX} for ` +
          `the provider's name, ${PROVIDER_PREFIX}${id}`,
      ),
    ];
  });
}
