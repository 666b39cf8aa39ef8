import * as z from 'zod/mini';

/** Largest document that is taken: Cognito's two keys are below 1 KiB. */
export const MAX_BYTES = 65_536;

/** Base64 without padding, as JSON Web Keys have it: RFC 7518, section 6.3.1. */
const base64Url = z.string().check(z.regex(/^[A-Za-z0-9_-]+$/), z.maxLength(2048));

/**
 * A public RSA key for signatures. Members that are not named here are left out: no private part of a key would be passed
 * on, were it ever published.
 */
const keySchema = z.object({
  kty: z.literal('RSA'),
  use: z.literal('sig'),
  alg: z.literal('RS256'),
  kid: z.string().check(z.minLength(1), z.maxLength(256)),
  // 2048 bits and more.
  n: base64Url.check(z.minLength(342)),
  e: base64Url,
});

const jwksSchema = z.object({ keys: z.array(keySchema).check(z.minLength(1), z.maxLength(20)) });

/**
 * The keys in a JWKS document, as text that is the same for the same keys: their members and they themselves in one order.
 *
 * @throws Error when this is not a document of RSA keys for signatures, or two of them have one name: it must never take the
 *   place of one that is
 */
export function publicKeys(document: string): string {
  if (Buffer.byteLength(document) > MAX_BYTES)
    throw new Error(`a JWKS document may have ${MAX_BYTES} bytes, got ${Buffer.byteLength(document)}`);
  const { keys } = jwksSchema.parse(JSON.parse(document));
  const names = keys.map(({ kid }) => kid);
  if (new Set(names).size < names.length) throw new Error('two keys of a JWKS document have one name');
  return JSON.stringify({ keys: [...keys].sort((a, b) => (a.kid < b.kid ? -1 : 1)) });
}
