import { type Decision, REFUSALS, type Refusal } from './decide';
import { encodeAnswer } from './wire';

/** Key of the limit in the metadata of an allowed call, whose namespace is {@link METADATA_NAMESPACE}. */
export const RATE_LIMIT_KEY = 'rate_limit';

/** Key of the reason in the metadata of a refused call. */
export const REASON_KEY = 'reason';

/** Under which namespace Envoy puts the metadata of an answer: `Filter::onComplete`, ext_authz.cc. */
export const METADATA_NAMESPACE = 'envoy.filters.http.ext_authz';

/** Codes of google.rpc, by status of HTTP. Envoy asks only whether one is 0. */
const RPC_CODES = { 401: 16, 403: 7, 503: 14 } as const;

const HEADERS = {
  401: [['www-authenticate', 'Bearer error="invalid_token"']],
  403: [],
  503: [['retry-after', '1']],
} as const satisfies Readonly<Record<401 | 403 | 503, readonly (readonly [string, string])[]>>;

/** What a refused caller reads: `{"error":{"code":"token_revoked","message":"…"}}`. */
export const bodyOf = (refusal: Refusal): string =>
  JSON.stringify({ error: { code: refusal, message: REFUSALS[refusal][1] } });

function refused(refusal: Refusal): Buffer {
  const [status] = REFUSALS[refusal];
  const headers = [['content-type', 'application/json'], ['cache-control', 'no-store'], ...HEADERS[status]];
  return encodeAnswer({
    status: { code: RPC_CODES[status], message: refusal },
    denied_response: {
      status: { code: status },
      headers: headers.map(([key, value]) => ({ header: { key, value } })),
      body: bodyOf(refusal),
    },
    // Gateways write the body of all refusals alike, and say this word in it.
    dynamic_metadata: { fields: { [REASON_KEY]: { string_value: refusal } } },
  });
}

const REFUSED = Object.fromEntries(
  (Object.keys(REFUSALS) as Refusal[]).map((refusal) => [refusal, refused(refusal)]),
) as Readonly<Record<Refusal, Buffer>>;

/**
 * Bytes of the answer that a decision gives.
 *
 * The limit has the two fields that Envoy reads an override of a rate limit from, a number and the name of a unit:
 * `DynamicMetadataRateLimitOverride::populateOverride`, router_ratelimit.cc.
 */
export function answerOf(decision: Decision): Buffer {
  if (!decision.allowed) return REFUSED[decision.refusal];
  const { tenant, tier, limit, shedLevel } = decision;
  return encodeAnswer({
    status: { code: 0 },
    ok_response: {},
    dynamic_metadata: {
      fields: {
        [RATE_LIMIT_KEY]: {
          struct_value: {
            fields: { requests_per_unit: { number_value: limit }, unit: { string_value: 'SECOND' } },
          },
        },
        tenant: { string_value: tenant },
        tier: { string_value: tier },
        shed_level: { number_value: shedLevel },
      },
    },
  });
}
