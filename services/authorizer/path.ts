/**
 * The one spelling that the platform takes of a path. Gateways, frameworks and programs decode and normalize in different
 * ways, and each difference is a way to name a tenant that only one of them sees. So nothing is normalized here: a path that
 * has another spelling is refused, and what is left can be compared as it is written.
 */

/** Longest path, without its query, in characters. */
export const MAX_PATH_LENGTH = 4096;

/**
 * Segment after which a tenant is named: `/tenants/<id>`. Some programs take capitals for small letters, and trim blanks and
 * dots.
 */
const COLLECTION = /^[\s.]*tenants[\s.]*$/iu;

/**
 * Characters of a segment (RFC 3986, `pchar`) but `;`, which some frameworks take for the beginning of parameters that
 * are no part of the name: `/tenants;v=1/acme`. Backslash, NUL and all beyond ASCII are no characters of a path.
 */
const SEGMENTS = /^(?:\/(?:[A-Za-z0-9\-._~!$&'()*+,=:@]|%[0-9A-Fa-f]{2})*)+$/;

/** Escapes of characters that need none (RFC 3986, `unreserved`): another spelling of the same name. */
const NEEDLESS = /%(?:2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])/;

/** Escapes of slash, backslash, semicolon and control characters, which change where a segment ends for whoever decodes. */
const DANGEROUS = /%(?:[01][0-9a-fA-F]|2[fF]|3[bB]|5[cC]|7[fF])/;

/** An escaped percent sign with an escape after it: a second decoding gives another path. */
const TWICE = /%25[0-9a-fA-F]{2}/;

/** Characters that cannot be seen, or are none: control, format, private, unassigned. */
const INVISIBLE = /\p{C}|\p{Default_Ignorable_Code_Point}|\p{Zl}|\p{Zp}/u;

/** Why a path is refused. */
export type PathProblem = 'not_canonical' | 'too_long' | 'other_tenant';

/** A segment's characters, or nothing when its escapes are no UTF-8. */
function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** Whether a program may take a decoded segment for the collection of tenants. Letters of other widths are folded, too. */
const isCollection = (decoded: string): boolean => COLLECTION.test(decoded.normalize('NFKC'));

/**
 * What is wrong with the path of a call of `tenant`, or nothing.
 *
 * A query is not looked at: whose data a service reads is decided by the tenant in the token, which it gets in a header, and
 * parameters mean what each service wants them to. A parameter called `tenant` is as good as one in a body: the
 * service must not believe it.
 *
 * @param target path and query, as the first line of the request has them
 */
export function pathProblem(target: string, tenant: string): PathProblem | undefined {
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  if (path.length > MAX_PATH_LENGTH) return 'too_long';
  if (!SEGMENTS.test(path) || path.includes('//')) return 'not_canonical';
  const escaped = path.includes('%');
  if (escaped && (NEEDLESS.test(path) || DANGEROUS.test(path) || TWICE.test(path))) return 'not_canonical';
  // All that is left to find begins with the name of the collection, or with an escape.
  if (!escaped && !path.includes('/.') && !/tenants/i.test(path)) return undefined;
  return segmentsProblem(path.split('/').slice(1), tenant);
}

function segmentsProblem(segments: readonly string[], tenant: string): PathProblem | undefined {
  let named = false;
  for (const segment of segments) {
    if (segment === '.' || segment === '..') return 'not_canonical';
    const decoded = segment.includes('%') ? decode(segment) : segment;
    if (decoded === undefined || INVISIBLE.test(decoded)) return 'not_canonical';
    // A slash at the end names nobody.
    if (named && segment !== '' && segment !== tenant) return 'other_tenant';
    named = isCollection(decoded);
  }
  return undefined;
}
