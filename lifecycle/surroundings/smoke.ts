import { setTimeout as sleep } from 'node:timers/promises';
import { API_SCOPES, CLAIMS, machineScope } from '../../constructs/core/tenant-token';
import { gatewayHeaders } from '../../services/smoke/identity';
import { LifecycleError } from '../mistake';
import type { Place } from '../registry';
import type { Tell } from '../surroundings';
import { type Answer, call, NoAnswer } from './http';

/** How long something is tried, and what is told meanwhile. */
export interface Patience {
  /** Time between two attempts, in milliseconds. @default 5000 */
  readonly againMs?: number;
  /** How often it is told that something is waited for, in milliseconds. @default 30000 */
  readonly tellMs?: number;
  readonly now: () => number;
  readonly tell: Tell;
}

export interface SmokeProps extends Patience {
  readonly tenantId: string;
  readonly tier: string;
  readonly place: Place;
  /** Where machines get tokens, and what the tenant's own shows there. */
  readonly client: {
    readonly tokenEndpoint: string;
    readonly id: string;
    readonly secret: string;
  };
  /** The tenant's host name. */
  readonly hostname: string;
  /** Where calls for that name go. @default - `https://<hostname>` */
  readonly gatewayUrl?: string;
  /** A service of the tenant's, by whose path it is called. */
  readonly service: string;
  /** How long all may take until it is well, in milliseconds. */
  readonly waitMs: number;
}

const AGAIN_MS = 5000;
const TELL_MS = 30_000;

/** What is not well yet. Only a message without anything secret. */
export class NotYet extends Error {}

/**
 * Does as the tenant's machine does: gets a token, and calls the tenant's address with it. New names take minutes to be known,
 * copies of the registry seconds, so each is tried until the time is over.
 *
 * @returns what was seen, for people; nothing of a token or a secret
 * @throws LifecycleError naming what was refused, by whom, and where to look
 */
export async function smoke(props: SmokeProps): Promise<readonly string[]> {
  const deadline = props.now() + props.waitMs;
  const token = await persist(props, deadline, () => tokenOf(props), [
    `look at the log of the function token-claims of ${props.place.cell}: it says why, and names no person`,
  ]);
  requireOwn(token, props);
  const { hostname, service } = props;
  const look = [
    `the gateway's log says why: docs/guides/gateway.md, "Answers that are not the service's", and docs/guides/request-history.md`,
  ];
  const answer = await persist(props, deadline, () => passed(props, token), look);
  const open = await persist(props, deadline, () => refused(props), look);
  const { tier, place } = props;
  return [
    `a token of client ${props.client.id} says tenant ${props.tenantId}, tier ${tier}, cell ${place.cell}, shard ${place.shard}`,
    `${hostname} lets it in: GET /${service}/health answers ${String(answer.status)}${
      answer.status === 503 ? ` (no release of ${service} is there yet)` : ''
    }`,
    `${hostname} refuses a call without a token: ${String(open.status)}`,
  ];
}

/** Tries until it is well, or time is over. */
export async function persist<T>(
  { now, tell, againMs = AGAIN_MS, tellMs = TELL_MS }: Patience,
  deadline: number,
  attempt: () => Promise<T>,
  look: readonly string[],
): Promise<T> {
  let told = 0;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof NotYet) && !(error instanceof NoAnswer)) throw error;
      if (now() >= deadline) throw new LifecycleError(error.message, look);
      if (now() - told >= tellMs) {
        told = now();
        tell(`${error.message}; tries again for ${String(Math.ceil((deadline - told) / 1000))} s`);
      }
    }
    await sleep(againMs);
  }
}

/** "The token issuer endpoint", Amazon Cognito Developer Guide: client credentials. */
async function tokenOf({ client, tenantId }: SmokeProps): Promise<string> {
  const { tokenEndpoint, id, secret } = client;
  const { status, body } = await call({
    url: tokenEndpoint,
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    // A smoke check only reads.
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: `${API_SCOPES.read} ${machineScope(tenantId)}`,
    }).toString(),
  });
  const { access_token: token, error } = body;
  if (status === 200 && typeof token === 'string') return token;
  const why = typeof error === 'string' ? error : `status ${String(status)}`;
  throw new NotYet(`${tokenEndpoint} gives ${tenantId} no token: ${why}`);
}

/** @throws LifecycleError when the token is another's: that is no matter of waiting */
function requireOwn(token: string, { tenantId, tier, place: { cell, shard } }: SmokeProps): void {
  const next = [
    'stop: nobody may use this client before it is known why. docs/adr/0017-whose-token-it-is.md',
  ];
  let headers: Readonly<Record<string, string>>;
  try {
    headers = gatewayHeaders(token, { tenant: tenantId, tier, cell });
  } catch (error) {
    throw new LifecycleError(
      `the machine client of ${tenantId} got a wrong token: ${(error as Error).message}`,
      next,
    );
  }
  const found = headers['x-bulkhead-shard'];
  if (found === shard) return;
  throw new LifecycleError(
    `the token of ${tenantId} must have claim ${CLAIMS.shard} ${shard}, got ${found ?? 'none'}`,
    next,
  );
}

const ask = ({ gatewayUrl, hostname, service }: SmokeProps, headers: Readonly<Record<string, string>>) =>
  call({
    url: `${gatewayUrl ?? `https://${hostname}`}/${service}/health`,
    method: 'GET',
    headers: { host: hostname, ...headers },
  });

/** The gateway's word for a refusal; undefined if it was not the authorizer who refused. */
function reasonOf({ body }: Answer): string | undefined {
  const { reason } = (body['error'] ?? {}) as { readonly reason?: unknown };
  return typeof reason === 'string' && reason !== '-' ? reason : undefined;
}

/**
 * A call that the gateway lets in: whatever the service then says, or that there is none yet, which is 503 without a reason of
 * the authorizer's.
 */
async function passed(props: SmokeProps, token: string): Promise<Answer> {
  const answer = await ask(props, { authorization: `Bearer ${token}` });
  const reason = reasonOf(answer);
  if (![401, 403, 429].includes(answer.status) && reason === undefined) return answer;
  throw new NotYet(
    `${props.hostname} refuses the tenant's own token: ${String(answer.status)}${reason === undefined ? '' : ` ${reason}`}`,
  );
}

/** The same call without a token, which must be refused. */
async function refused(props: SmokeProps): Promise<Answer> {
  const answer = await ask(props, {});
  if (answer.status === 401 || answer.status === 403) return answer;
  throw new NotYet(`${props.hostname} must refuse a call without a token, got ${String(answer.status)}`);
}
