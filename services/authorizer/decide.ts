import type { Fleet, ShedLevel, Tier } from './catalogue';
import type { CheckConfig } from './config';
import type { Revocable } from './deny-list';
import { type Headers, type Identity, identityOf } from './identity';
import { pathProblem } from './path';
import type { Replica } from './replica';

/** A call, as a gateway describes it. */
export interface Call {
  /** Names in lower case. */
  readonly headers: Headers;
  /** Host, with or without a port. */
  readonly host: string;
  /** Path and query. */
  readonly path: string;
  /** What the gateway says of itself: fleet and cell. */
  readonly gateway: { readonly fleet: string | undefined; readonly cell: string | undefined };
}

/** Why a call is refused: the `code` that callers see, and a label of metrics. */
export const REFUSALS = {
  deny_list_unknown: [503, 'It cannot be told now whether this token is revoked. Try again.'],
  identity_missing: [401, 'The token does not say who calls.'],
  token_revoked: [401, 'The token is revoked. Sign in again.'],
  gateway_unknown: [403, 'The call came by no gateway of this cell.'],
  other_cell: [403, 'The token is for another cell.'],
  tier_unknown: [403, 'The token is for no tier of this cell.'],
  other_fleet: [403, "This is not the address of the tenant's tier."],
  other_host: [403, "This is not the tenant's address."],
  other_tenant: [403, 'The path names another tenant.'],
  path_not_canonical: [403, 'The path is not written the one way that is accepted.'],
  path_too_long: [403, 'The path is too long.'],
} as const satisfies Readonly<Record<string, readonly [status: 401 | 403 | 503, message: string]>>;

export type Refusal = keyof typeof REFUSALS;

export type Decision =
  | { readonly allowed: false; readonly refusal: Refusal }
  | {
      readonly allowed: true;
      readonly tenant: string;
      readonly tier: string;
      /** Calls per second that the tenant may make now. */
      readonly limit: number;
      readonly shedLevel: ShedLevel;
    };

const refuse = Object.fromEntries(
  Object.keys(REFUSALS).map((refusal) => [refusal, { allowed: false, refusal }]),
) as Readonly<Record<Refusal, Decision>>;

const PATH_REFUSALS = {
  not_canonical: refuse.path_not_canonical,
  too_long: refuse.path_too_long,
  other_tenant: refuse.other_tenant,
} as const;

/**
 * Whether a call may go on, and at what rate. Looks at nothing but its arguments.
 *
 * @param level load of the platform
 * @param now the monotonic clock, in milliseconds
 */
export function decide(
  call: Call,
  replica: Replica,
  level: ShedLevel,
  config: CheckConfig,
  now: number,
): Decision {
  if (replica.overflowing || !(replica.age(now) <= config.maxAgeMs)) return refuse.deny_list_unknown;
  const identity = identityOf(call.headers);
  if (!identity) return refuse.identity_missing;
  if (isRevoked(identity, replica, config.clockSkewSeconds)) return refuse.token_revoked;
  if (call.gateway.cell !== config.cell) return refuse.gateway_unknown;
  if (identity.cell !== config.cell) return refuse.other_cell;
  const tier = config.tiers.get(identity.tier);
  if (!tier) return refuse.tier_unknown;
  if (tier.fleet !== call.gateway.fleet) return refuse.other_fleet;
  if (hostName(call.host) !== hostOf(tier.fleet, identity.tenant, config.zone)) return refuse.other_host;
  const problem = pathProblem(call.path, identity.tenant);
  if (problem) return PATH_REFUSALS[problem];
  return {
    allowed: true,
    tenant: identity.tenant,
    tier: identity.tier,
    limit: limitOf(tier, identity.rateLimit, level, config.shedToPercent),
    shedLevel: level,
  };
}

/**
 * Whether a token is dead. Tokens issued some seconds after a revocation are, too: the clock of who issued them may be
 * ahead of the clock of who revoked.
 */
function isRevoked(identity: Identity, replica: Replica, skewSeconds: number): boolean {
  if (replica.size === 0) return false;
  const { tokenId, originTokenId, subject, tenant, issuedAt } = identity;
  const dead = (kind: Revocable, id: string): boolean => {
    const notBefore = replica.notBefore(kind, id);
    return notBefore >= 0 && issuedAt <= notBefore + skewSeconds;
  };
  return (
    dead('token', tokenId) ||
    (originTokenId !== undefined && dead('sign-in', originTokenId)) ||
    dead('user', subject) ||
    dead('tenant', tenant)
  );
}

/** Host without its port, in lower case. A final dot stays: it is another host. */
const hostName = (host: string): string => host.replace(/:\d{1,5}$/, '').toLowerCase();

const hostOf = (fleet: Fleet, tenant: string, zone: string): string =>
  fleet === 'shared' ? `shared.${zone}` : `${tenant}.${zone}`;

/** Calls per second. What is left of a limit is at least one call, unless nothing is to be left. */
function limitOf(tier: Tier, own: number | undefined, level: ShedLevel, shedToPercent: number): number {
  const limit = own ?? tier.limit;
  const shed = tier.fleet === 'shared' && tier.shedAtLevel !== undefined && level >= tier.shedAtLevel;
  return shed ? Math.ceil((limit * shedToPercent) / 100) : limit;
}
