import { syntheticTenant } from '../../constructs/core/releases';
import { API_RESOURCE_SERVER, bucketOf, CLAIMS } from '../../constructs/core/tenant-token';
import type { Entry } from './entry';
import type { TokenEvent } from './event';
import { Refusal } from './refusal';
import { isOfDedicated, tenantOf } from './tenant-of';

export interface Settings {
  /** Cell whose tenants get tokens. */
  readonly cell: string;
  /** Age at which a token should be replaced, in minutes. */
  readonly refreshAfterMinutes: number;
}

/** What Cognito is to change in the tokens that it makes. */
export interface Override {
  /** Left out for machines, which get none. */
  readonly idTokenGeneration?: ClaimChanges;
  readonly accessTokenGeneration: ClaimChanges & {
    readonly scopesToAdd: readonly string[];
    readonly scopesToSuppress: readonly string[];
  };
}

interface ClaimChanges {
  /** All of them texts: what every reader takes alike. */
  readonly claimsToAddOrOverride: Readonly<Record<string, string>>;
  readonly claimsToSuppress: readonly string[];
}

/** States in which a tenant is served. A moving one is served from its old place. */
const SERVED: readonly string[] = ['active', 'moving'];

/** The one tier whose tenants are dedicated. */
const DEDICATED = 'enterprise';

/**
 * What the tokens say.
 *
 * @param entry what the registry says of the tenant that {@link tenantOf} finds in the event
 * @param now in milliseconds since 1970
 * @throws Refusal when the tenant is not served, or in another cell, or pooled and so without machines and providers: but for
 *   the synthetic ones, which are machines alone
 */
export function claimsOf(event: TokenEvent, entry: Entry, now: number, settings: Settings): Override {
  const tenant = tenantOf(event);
  if (entry.tenantId !== tenant) throw new Refusal('entry-malformed');
  if (!SERVED.includes(entry.state)) throw new Refusal('tenant-state');
  const { cell, shard, tier, rateLimitPerSecond } = entry;
  if (tier !== DEDICATED && isOfDedicated(event) && !isSynthetic(event, entry, settings)) {
    throw new Refusal('pooled-tenant');
  }
  if (cell === undefined || shard === undefined) throw new Refusal('entry-malformed');
  if (cell !== settings.cell) throw new Refusal('other-cell');

  const claims: Readonly<Record<string, string>> = {
    [CLAIMS.tenant]: tenant,
    [CLAIMS.tier]: tier,
    [CLAIMS.cell]: cell,
    [CLAIMS.shard]: shard,
    [CLAIMS.bucket]: String(bucketOf(tenant)),
    [CLAIMS.refreshAt]: String(Math.floor(now / 1000) + settings.refreshAfterMinutes * 60),
    ...(rateLimitPerSecond !== undefined && { [CLAIMS.rateLimit]: String(rateLimitPerSecond) }),
  };
  const changes: ClaimChanges = {
    claimsToAddOrOverride: claims,
    // Claims of ours that are not set here, nobody else sets.
    claimsToSuppress: Object.values(CLAIMS).filter((claim) => !Object.hasOwn(claims, claim)),
  };
  return {
    ...(event.cause === 'person' && { idTokenGeneration: changes }),
    accessTokenGeneration: { ...changes, ...scopesOf(event, entry) },
  };
}

/**
 * Whether a machine is that of the tenant by which the platform tries out releases of a pooled tier. Such a tenant has nothing
 * that anybody could want, so it matters little that those who deploy dedicated tenants could make its scope too.
 */
const isSynthetic = ({ cause }: TokenEvent, { tenantId, tier }: Entry, { cell }: Settings): boolean =>
  cause === 'machine' && tenantId === syntheticTenant(tier, cell);

/** The one scope of tokens that people get by the SDK, where nobody can ask for any. */
const BY_SDK = 'aws.cognito.signin.user.admin';

/**
 * Permissions that the registry does not grant are taken out. People who sign in without OAuth cannot ask for any, and get all
 * that it grants. Who has asked for less gets less, and who has asked only to be known (`openid`) gets none.
 */
function scopesOf(
  { cause, scopes }: TokenEvent,
  { scopes: granted }: Entry,
): Pick<Override['accessTokenGeneration'], 'scopesToAdd' | 'scopesToSuppress'> {
  const asked = scopes.filter((scope) => scope.startsWith(`${API_RESOURCE_SERVER}/`));
  return {
    scopesToAdd: cause === 'person' && scopes.every((scope) => scope === BY_SDK) ? [...new Set(granted)] : [],
    scopesToSuppress: asked.filter((scope) => !granted.includes(scope)),
  };
}
