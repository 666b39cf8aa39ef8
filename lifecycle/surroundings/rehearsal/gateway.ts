import { API_SCOPES, CLAIMS, IDENTITY_HEADERS, OPERATIONS } from '../../../constructs/core/tenant-token';
import { type CheckConfig } from '../../../services/authorizer/config';
import { decide, REFUSALS } from '../../../services/authorizer/decide';
import type { Revocation } from '../../../services/authorizer/deny-list';
import { Replica } from '../../../services/authorizer/replica';
import type { Received, Reply } from './exchange';
import type { Claims, Signer } from './signer';

export interface GatewayProps {
  /** Fleet that the gateway is of. */
  readonly fleet: 'shared' | 'enterprise';
  readonly check: CheckConfig;
  readonly signer: Signer;
  readonly revoked: () => readonly Revocation[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Most revocations of a rehearsal. */
const MAX_REVOCATIONS = 10_000;

/**
 * Stands in for a gateway's proxies, in the order of docs/guides/gateway.md: the token is verified and its claims become headers,
 * the platform's own authorizer decides, then cell, tier, kind of token and scope. No pod runs in a rehearsal, so a call that is
 * let in finds no service.
 */
export function gateway(props: GatewayProps, { method, path, headers }: Received): Reply {
  const { check, fleet, signer, now } = props;
  const token = /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1];
  const claims = token === undefined ? undefined : signer.claims(token, Math.floor(now() / 1000));
  if (!claims) return refusal(401, 'unauthenticated', '-', 'jwt_authn_access_denied');
  const call = {
    headers: identityHeaders(claims),
    ...{ host: headers['host'] ?? '', path, gateway: { fleet, cell: check.cell } },
  };
  const decision = decide(call, replicaOf(props), 0, check, 0);
  if (!decision.allowed) {
    const [status] = REFUSALS[decision.refusal];
    return refusal(status, CODES[status], decision.refusal, 'ext_authz_denied');
  }
  if (!mayDo(claims, method)) return refusal(403, 'forbidden', '-', 'rbac_access_denied');
  return refusal(503, 'unavailable', '-', 'no_healthy_upstream');
}

const CODES = { 401: 'unauthenticated', 403: 'forbidden', 503: 'unavailable' } as const;

const refusal = (status: number, code: string, reason: string, detail: string): Reply => ({
  status,
  body: { error: { code, reason, detail } },
});

/** What proxies make of verified claims; whatever the caller sent by these names is gone. */
const identityHeaders = (claims: Claims): Record<string, string> =>
  Object.fromEntries(
    Object.values(IDENTITY_HEADERS).flatMap(({ header, claim }) => {
      const value = claims[claim];
      return typeof value === 'string' || typeof value === 'number' ? [[header, String(value)]] : [];
    }),
  );

/** The deny-list as it is now, by the authorizer's clock, which begins with each call. */
function replicaOf({ revoked }: GatewayProps): Replica {
  const replica = new Replica(MAX_REVOCATIONS);
  for (const revocation of revoked()) replica.add(revocation, 0);
  replica.isAsOf(0);
  return replica;
}

/** `constructs/gateway/security-policy.ts` says it to proxies; cell and tier the authorizer has compared. */
function mayDo(claims: Claims, method: string): boolean {
  const operation = (['read', 'write'] as const).find((kind) =>
    (OPERATIONS[kind] as readonly string[]).includes(method),
  );
  const scopes = String(claims['scope']).split(' ');
  return (
    claims['token_use'] === 'access' &&
    typeof claims[CLAIMS.tenant] === 'string' &&
    operation !== undefined &&
    scopes.includes(API_SCOPES[operation])
  );
}
