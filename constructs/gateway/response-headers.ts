/** A header and its value, as the Gateway API writes them. */
interface Header {
  readonly name: string;
  readonly value: string;
}

/** Two years, as browsers' preload lists want it: https://hstspreload.org */
const HSTS: Header = { name: 'strict-transport-security', value: 'max-age=63072000; includeSubDomains' };

/** What every response says, whoever wrote it: callers come back by HTTPS, and take a body for what it says it is. */
export const RESPONSE_HEADERS: readonly Header[] = [
  HSTS,
  { name: 'x-content-type-options', value: 'nosniff' },
];

/** What responses of the gateways' own say besides: no cache keeps a refusal. */
export const REFUSAL_HEADERS: readonly Header[] = [
  ...RESPONSE_HEADERS,
  { name: 'cache-control', value: 'no-store' },
];

/**
 * Body of a refusal, for programs, as the authorizer writes its own: what is wrong as a word, and a sentence for people. Proxies
 * fill in the request's id.
 *
 * Envoy reads command operators in it, so no text may hold a percent sign.
 *
 * @param more further fields of the error
 */
export const refusalBody = (
  code: string,
  message: string,
  more: Readonly<Record<string, string | number>> = {},
): string => JSON.stringify({ error: { code, message, ...more }, requestId: '%REQ(X-REQUEST-ID)%' });
