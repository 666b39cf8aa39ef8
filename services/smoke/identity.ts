import { IDENTITY_HEADERS } from '../../constructs/core/tenant-token';

/** What a token must say of its holder. */
export interface Expected {
  readonly tenant?: string | undefined;
  readonly tier?: string | undefined;
  readonly cell?: string | undefined;
}

/**
 * Headers that a gateway would send with a call of this token's holder: its own, and the token.
 *
 * The signature is not verified here. Whoever could put another token in the pod's secret could as well send other headers.
 *
 * @throws Error when this is no token of the platform, or another tenant's; nothing of it is in the message
 */
export function gatewayHeaders(token: string, expected: Expected = {}): Readonly<Record<string, string>> {
  const claims = claimsOf(token);
  const headers = Object.values(IDENTITY_HEADERS).flatMap(({ header, claim }) => {
    const value = claims[claim];
    return typeof value === 'string' || typeof value === 'number' ? [[header, String(value)]] : [];
  });
  const identity = Object.fromEntries(headers) as Record<string, string>;
  const wrong = (['tenant', 'tier', 'cell'] as const).flatMap((key) => {
    const { header, claim } = IDENTITY_HEADERS[key];
    const [found, wanted] = [identity[header], expected[key]];
    if (found === undefined) return [`must have claim ${claim}`];
    return wanted === undefined || found === wanted
      ? []
      : [`must have claim ${claim} ${wanted}, got ${found}`];
  });
  if (wrong.length > 0) throw new Error(`the token ${wrong.join('; ')}`);
  return { ...identity, authorization: `Bearer ${token}` };
}

/** "JSON Web Token (JWT)", RFC 7519: three parts of base64url, of which the second holds the claims. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const parts = token.split('.');
  try {
    if (parts.length !== 3) throw new Error('three parts');
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
    if (typeof claims !== 'object' || claims === null) throw new Error('an object');
    return claims as Record<string, unknown>;
  } catch {
    // The text of the original error may hold a part of the token.
    throw new Error('the token file must hold a JSON Web Token');
  }
}
