import { generateKeyPair, type KeyObject, randomUUID, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';

export type Claims = Readonly<Record<string, unknown>>;

/** Signs tokens and verifies them, as Cognito and gateways do: RS256, "JSON Web Algorithms", RFC 7518. */
export class Signer {
  private constructor(
    private readonly keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
    /** `iss` of every token. */
    private readonly issuer: string,
  ) {}

  public static async of(issuer: string): Promise<Signer> {
    return new Signer(await promisify(generateKeyPair)('rsa', { modulusLength: 2048 }), issuer);
  }

  /** @param now and the token's life: seconds */
  public token(claims: Claims, now: number, seconds: number): string {
    const whole = { ...claims, iss: this.issuer, iat: now, exp: now + seconds, jti: randomUUID() };
    const signed = [{ alg: 'RS256', typ: 'JWT' }, whole].map(encoded).join('.');
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), this.keys.privateKey).toString('base64url')}`;
  }

  /**
   * Claims of a token that this one has signed and that has not ended.
   *
   * @param now seconds since 1970
   */
  public claims(token: string, now: number): Claims | undefined {
    const [header = '', payload = '', signature = '', ...more] = token.split('.');
    if (more.length > 0 || decoded(header)['alg'] !== 'RS256') return undefined;
    const bytes = Buffer.from(signature, 'base64url');
    if (!verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), this.keys.publicKey, bytes))
      return undefined;
    const claims = decoded(payload);
    const { exp, iss } = claims;
    return iss === this.issuer && typeof exp === 'number' && exp > now ? claims : undefined;
  }
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Members of a part of a token; none if it is no such. */
function decoded(part: string): Claims {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : {};
  } catch {
    return {};
  }
}
