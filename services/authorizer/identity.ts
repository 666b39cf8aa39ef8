import { IDENTITY_HEADERS } from '../../constructs/core/tenant-token';

/** Who calls, as gateways have it from a token that they verified. */
export interface Identity {
  readonly tenant: string;
  readonly tier: string;
  readonly cell: string;
  /** `sub`: a person, or a machine's client. */
  readonly subject: string;
  /** `jti`. */
  readonly tokenId: string;
  /** `origin_jti`. Machines' tokens have none. */
  readonly originTokenId: string | undefined;
  /** `iat`, in seconds since 1970. */
  readonly issuedAt: number;
  /** Calls per second, if not the tier's. */
  readonly rateLimit: number | undefined;
}

export type Headers = Readonly<Record<string, string | undefined>>;

/** Names of tenants, tiers and cells: none can be two that a gateway joined by a comma. */
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const ID = /^[!-+\--~]{1,128}$/;
const SECONDS = /^[1-9]\d{8,11}$/;
const LIMIT = /^[1-9]\d{0,5}$/;

const isName = (text: string | undefined): text is string =>
  text !== undefined && text.length <= 31 && NAME.test(text);
const isId = (text: string | undefined): text is string => text !== undefined && ID.test(text);

const {
  tenant: { header: TENANT },
  tier: { header: TIER },
  cell: { header: CELL },
  subject: { header: SUBJECT },
  tokenId: { header: TOKEN_ID },
  originTokenId: { header: ORIGIN_TOKEN_ID },
  issuedAt: { header: ISSUED_AT },
  rateLimit: { header: RATE_LIMIT },
} = IDENTITY_HEADERS;

/** The identity in a call's headers, or nothing if a part of it is missing or is not what the platform's tokens have. */
export function identityOf(headers: Headers): Identity | undefined {
  const tenant = headers[TENANT];
  const tier = headers[TIER];
  const cell = headers[CELL];
  const subject = headers[SUBJECT];
  const tokenId = headers[TOKEN_ID];
  const originTokenId = headers[ORIGIN_TOKEN_ID];
  const issuedAt = headers[ISSUED_AT];
  const rateLimit = headers[RATE_LIMIT];
  if (!isName(tenant) || !isName(tier) || !isName(cell)) return undefined;
  if (!isId(subject) || !isId(tokenId) || (originTokenId !== undefined && !isId(originTokenId)))
    return undefined;
  if (issuedAt === undefined || !SECONDS.test(issuedAt)) return undefined;
  if (rateLimit !== undefined && !LIMIT.test(rateLimit)) return undefined;
  return {
    tenant,
    tier,
    cell,
    subject,
    tokenId,
    originTokenId,
    issuedAt: Number(issuedAt),
    rateLimit: rateLimit === undefined ? undefined : Number(rateLimit),
  };
}
