import { DescribeUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import * as z from 'zod/mini';
import { isName, NAME_RULE } from '../../constructs/core/owner';
import { API_SCOPES, CLAIMS, machineScope, tenantResourceServer } from '../../constructs/core/tenant-token';
import type { Send } from './clients';

const name = z.string().check(z.refine(isName, NAME_RULE));

/** What whoever onboards a tenant asks for. Nothing else is taken: where calls go follows from the tenant's id. */
const request = z.strictObject({
  smoke: z.strictObject({
    tenantId: name,
    /** "ClientId", DescribeUserPoolClient, Cognito API reference. */
    clientId: z.string().check(z.regex(/^[\w+]{1,128}$/, 'must be the id of a client')),
    /** A service of the tenant's, by whose path it is called. */
    service: name,
  }),
});

/** What was answered: its status, and the gateway's word for a refusal; or why nobody answered. */
export interface Seen {
  readonly status?: number;
  readonly reason?: string;
  readonly noAnswer?: string;
}

/** What was seen. Nothing of a secret or a token. */
export interface Sighting {
  /** Answer to asking for a token, and what the token says: claims of the platform by name. */
  readonly token: Seen & { readonly claims?: Readonly<Record<string, string>> };
  /** Answer to a call with the token; absent without one. */
  readonly own?: Seen;
  /** Answer to the same call without it. */
  readonly open?: Seen;
}

export interface SmokeSurroundings {
  readonly userPoolId: string;
  readonly tokenEndpoint: string;
  /** A tenant's host name. */
  readonly hostOf: (tenantId: string) => string;
  readonly cognito: Send;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Takes one line. */
  readonly log: (line: string) => void;
}

/** Whether an event asks for a look, and not for a change. */
export const isSmoke = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'smoke' in event;

/** Longest wait for one answer, in milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Does once as a tenant's machine does: gets a token, and calls the tenant's address with it. So whoever onboards a tenant sees
 * that it is served, and nobody gets a token or a secret of the tenant's for that.
 *
 * @throws Error with all that is wrong with the request, or that the client is not the tenant's
 */
export async function smoke(event: unknown, surroundings: SmokeSurroundings): Promise<Sighting> {
  const { success, data, error } = request.safeParse(event);
  if (!success) {
    const problems = error.issues.map(({ path, message }) => `  - ${path.join('.') || 'event'}: ${message}`);
    throw new Error(['invalid request:', ...problems].join('\n'));
  }
  const { tenantId, clientId, service } = data.smoke;
  const secret = await secretOf(tenantId, clientId, surroundings);
  const { token, seen } = await tokenOf({ tenantId, clientId, secret }, surroundings);
  const ask = (headers: Readonly<Record<string, string>>): Promise<Seen> =>
    look(
      surroundings.fetch(`https://${surroundings.hostOf(tenantId)}/${service}/health`, {
        ...{ headers, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) },
      }),
    );
  const sighting: Sighting = {
    token: seen,
    ...(token !== undefined && { own: await ask({ authorization: `Bearer ${token}` }), open: await ask({}) }),
  };
  surroundings.log(
    JSON.stringify({
      ...{ level: 'info', event: 'smoke', tenant: tenantId, client: clientId },
      ...{ token: seen.status, own: sighting.own?.status, open: sighting.open?.status },
    }),
  );
  return sighting;
}

/** Secret of a client that has the name of the tenant's machine client: whoever asks may name any id. */
async function secretOf(
  tenantId: string,
  clientId: string,
  { cognito, userPoolId }: SmokeSurroundings,
): Promise<string> {
  const answer = await cognito(
    new DescribeUserPoolClientCommand({ UserPoolId: userPoolId, ClientId: clientId }),
  ).catch((error: unknown) => {
    throw new Error(`AWS refused: ${error instanceof Error ? error.name : 'Error'}`);
  });
  const { ClientName = '', ClientSecret } =
    (answer as { readonly UserPoolClient?: { readonly ClientName?: string; readonly ClientSecret?: string } })
      .UserPoolClient ?? {};
  const isOwn = new RegExp(`^${tenantResourceServer(tenantId)}\\.machine-\\d+$`).test(ClientName);
  if (isOwn && ClientSecret !== undefined) return ClientSecret;
  throw new Error(`client ${clientId} is not the machine client of ${tenantId}`);
}

/** "The token issuer endpoint", Amazon Cognito Developer Guide: client credentials. */
async function tokenOf(
  {
    tenantId,
    clientId,
    secret,
  }: { readonly tenantId: string; readonly clientId: string; readonly secret: string },
  { tokenEndpoint, fetch }: SmokeSurroundings,
): Promise<{ readonly token?: string; readonly seen: Sighting['token'] }> {
  let body: Readonly<Record<string, unknown>> = {};
  const seen = await look(
    fetch(tokenEndpoint, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      // It only reads.
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: `${API_SCOPES.read} ${machineScope(tenantId)}`,
      }).toString(),
    }),
    (found) => {
      body = found;
    },
  );
  const { access_token: token, error } = body;
  if (seen.status === 200 && typeof token === 'string') {
    return { token, seen: { ...seen, claims: claimsOf(token) } };
  }
  return { seen: { ...seen, ...(typeof error === 'string' && { reason: error.slice(0, 100) }) } };
}

/** What a token of Cognito's own says of the tenant; it came from there, so nobody need verify it. */
function claimsOf(token: string): Readonly<Record<string, string>> {
  const payload = objectIn(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return Object.fromEntries(
    [CLAIMS.tenant, CLAIMS.tier, CLAIMS.cell, CLAIMS.shard].map((claim) => {
      const value = payload[claim];
      return [claim, typeof value === 'string' ? value : ''];
    }),
  );
}

/** What an answer tells, whatever it is. */
async function look(
  answer: Promise<Response>,
  read: (body: Readonly<Record<string, unknown>>) => void = () => undefined,
): Promise<Seen> {
  try {
    const response = await answer;
    const body = objectIn(await response.text());
    read(body);
    const { reason } = (body['error'] ?? {}) as { readonly reason?: unknown };
    return { status: response.status, ...(typeof reason === 'string' && reason !== '-' && { reason }) };
  } catch (error) {
    return { noAnswer: wordOf(error) };
  }
}

/** Codes of connections; texts of others might repeat a header. */
function wordOf(error: unknown): string {
  const { cause, name: kind } = error as {
    readonly cause?: { readonly code?: unknown };
    readonly name?: string;
  };
  if (typeof cause?.code === 'string') return cause.code;
  return kind === 'TimeoutError' ? `no answer within ${String(TIMEOUT_MS / 1000)} s` : 'no connection';
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
