import type { StreamEntry, Valkey } from '../valkey/client';

/** What can be revoked. `sign-in` is the origin token id that a chain of refreshed tokens shares. */
export const REVOCABLE = ['token', 'sign-in', 'user', 'tenant'] as const;
export type Revocable = (typeof REVOCABLE)[number];

/** Stream of all revocations. Written by whoever revokes, read by every authorizer. */
export const DENY_LIST_KEY = 'plt:revocation:{deny}';

/**
 * How long a revocation is kept, in seconds: as long as an access token may live at most ("AccessTokenValidity",
 * CreateUserPoolClient, Cognito API reference), for then there is none left that it could be about. Of a sign-in there may be:
 * refreshed tokens carry its id for as long as its refresh token lives. Where that is longer than this, a revoked sign-in comes
 * back unless the refresh token is revoked too.
 */
export const KEEP_SECONDS = 86_400;

/** One revocation. */
export interface Revocation {
  readonly kind: Revocable;
  /** `jti`, `origin_jti` or `sub` of tokens, or a tenant's id. */
  readonly id: string;
  /** Tokens issued (`iat`) at this time or before are dead, in seconds since 1970; at any time, if infinite. */
  readonly notBefore: number;
}

/** An entry of the deny-list as its stream holds it. */
export type DenyListFields = Readonly<Record<'kind' | 'id' | 'not_before', string>>;

/** Stands for an infinite `notBefore`. */
const EVER = '*';

/** Longest id taken, in characters. Cognito's are UUIDs. */
const MAX_ID_LENGTH = 128;
/** Visible ASCII: what ids consist of. */
const ID = /^[!-~]+$/;
const SECONDS = /^\d{1,12}$/;

const isRevocable = (kind: string | undefined): kind is Revocable =>
  REVOCABLE.some((known) => known === kind);

/** @throws RangeError when the id or the time of a revocation is none */
export function toFields({ kind, id, notBefore }: Revocation): DenyListFields {
  if (!ID.test(id) || id.length > MAX_ID_LENGTH) {
    throw new RangeError(`id must be 1-${MAX_ID_LENGTH} visible ASCII characters, got '${id}'`);
  }
  if (!(notBefore === Infinity || (Number.isInteger(notBefore) && notBefore >= 0 && notBefore < 1e12))) {
    throw new RangeError(`notBefore must be whole seconds since 1970, or Infinity, got ${notBefore}`);
  }
  return { kind, id, not_before: notBefore === Infinity ? EVER : String(notBefore) };
}

/**
 * The revocation that an entry means, or nothing if it cannot be told what is revoked. A time that cannot be read counts
 * as none: more is refused rather than less.
 */
export function fromFields(fields: Readonly<Record<string, string>>): Revocation | undefined {
  const { kind, id, not_before: time } = fields;
  if (!isRevocable(kind) || id === undefined || !ID.test(id) || id.length > MAX_ID_LENGTH) return undefined;
  return { kind, id, notBefore: time !== undefined && SECONDS.test(time) ? Number(time) : Infinity };
}

/** What is revoked when nobody says since when: the one token or sign-in altogether, of users and tenants the tokens so far. */
export const notBeforeOf = (kind: Revocable, nowSeconds: number): number =>
  kind === 'token' || kind === 'sign-in' ? Infinity : nowSeconds;

/**
 * Revokes: every authorizer knows within some seconds. Users and tenants get good tokens again by signing in or refreshing
 * afterwards; to keep them out, disable them where tokens are issued first.
 *
 * @param nowMs time in milliseconds since 1970
 * @returns id of the new entry
 * @throws RangeError as {@link toFields} does, and whatever the cache answers: an error means that nothing may be revoked
 */
export async function revoke(
  store: Pick<Valkey, 'xAdd' | 'expire'>,
  revocation: Revocation,
  nowMs: number,
): Promise<string> {
  const id = await store.xAdd(DENY_LIST_KEY, toFields(revocation), { minTime: nowMs - KEEP_SECONDS * 1000 });
  await store.expire(DENY_LIST_KEY, KEEP_SECONDS);
  return id;
}

/** Entries read at once: few enough that checks do not wait for a page longer than a millisecond or two. */
export const PAGE = 50;

/**
 * Entries of the deny-list from a place in its stream on, oldest first, a page at a time.
 *
 * @param start id of the first entry wanted; `-` is the beginning
 */
export async function* readDenyList(
  store: Pick<Valkey, 'xRange'>,
  start: string,
): AsyncGenerator<readonly StreamEntry[], void> {
  for (let from = start; ;) {
    const page = await store.xRange(DENY_LIST_KEY, from, PAGE);
    yield page;
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return;
    from = `(${last.id}`;
  }
}
