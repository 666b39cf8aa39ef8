import { setTimeout as sleep } from 'node:timers/promises';
import { CLAIMS } from '../../constructs/core/tenant-token';
import type { Seen, Sighting } from '../../services/machine-client/smoke';
import { LifecycleError } from '../mistake';
import type { Place } from '../registry';
import type { Tell } from '../surroundings';

/** What the function of the cell is asked. */
export interface SmokeRequest {
  readonly smoke: { readonly tenantId: string; readonly clientId: string; readonly service: string };
}

export interface SmokeProps {
  readonly tenantId: string;
  readonly tier: string;
  readonly place: Place;
  /** Machine client of the tenant's contract. */
  readonly clientId: string;
  /** The tenant's host name. */
  readonly hostname: string;
  /** A service of the tenant's, by whose path it is called. */
  readonly service: string;
  /** Has the cell's function look once. */
  readonly look: (request: SmokeRequest) => Promise<Sighting>;
  /** How long all may take until it is well, in milliseconds. */
  readonly waitMs: number;
  /** Time between two attempts, in milliseconds. @default 5000 */
  readonly againMs?: number;
  /** How often it is told that something is waited for, in milliseconds. @default 30000 */
  readonly tellMs?: number;
  readonly now: () => number;
  readonly tell: Tell;
}

const AGAIN_MS = 5000;
const TELL_MS = 30_000;

/** What is not well yet, and may become so by itself. */
class NotYet extends LifecycleError {}

/**
 * Has the function that made the tenant's machine client do as that machine does. Nobody else may read its secret, whoever
 * onboards a tenant least of all: the secret's own policy admits the tenant's pods alone. New names take minutes to be known,
 * copies of the registry seconds, so it is tried until the time is over.
 *
 * @returns what was seen, for people; nothing of a token or a secret
 * @throws LifecycleError naming what was refused, by whom, and where to look
 */
export async function smoke(props: SmokeProps): Promise<readonly string[]> {
  const { tenantId, tier, place, clientId, service, hostname } = props;
  const { own, open } = await persist(props, async () =>
    judged(await props.look({ smoke: { tenantId, clientId, service } }), props),
  );
  return [
    `a token of client ${clientId} says tenant ${tenantId}, tier ${tier}, cell ${place.cell}, shard ${place.shard}`,
    `${hostname} lets it in: GET /${service}/health answers ${String(own)}${
      own === 503 ? ` (no release of ${service} is there yet)` : ''
    }`,
    `${hostname} refuses a call without a token: ${String(open)}`,
  ];
}

/** Tries until it is well, or time is over. */
async function persist<T>(
  { now, tell, waitMs, againMs = AGAIN_MS, tellMs = TELL_MS }: SmokeProps,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = now() + waitMs;
  let told = 0;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof NotYet) || now() >= deadline) throw error;
      if (now() - told >= tellMs) {
        told = now();
        tell(`${error.message}; tries again for ${String(Math.ceil((deadline - told) / 1000))} s`);
      }
    }
    await sleep(againMs);
  }
}

/**
 * @returns the status with the token, and without it
 * @throws NotYet what may become well by itself
 * @throws LifecycleError when the token is another's: that is no matter of waiting
 */
function judged(
  { token, own = {}, open = {} }: Sighting,
  { tenantId, tier, place, hostname }: SmokeProps,
): { readonly own: number; readonly open: number } {
  if (!token.claims) {
    throw new NotYet(`sign-in of ${place.cell} gives ${tenantId} no token: ${token.reason ?? told(token)}`, [
      `look at the log of the function token-claims of ${place.cell}: it says why, and names no person`,
    ]);
  }
  const { claims } = token;
  const wrong = Object.entries({ tenant: tenantId, tier, cell: place.cell, shard: place.shard }).flatMap(
    ([name, wanted]) => {
      const claim = CLAIMS[name as 'tenant' | 'tier' | 'cell' | 'shard'];
      const found = claims[claim] ?? '';
      return found === wanted
        ? []
        : [`must have claim ${claim} ${wanted}, got ${found === '' ? 'none' : found}`];
    },
  );
  if (wrong.length > 0) {
    throw new LifecycleError(`the machine client of ${tenantId} got a wrong token: it ${wrong.join('; ')}`, [
      'stop: nobody may use this client before it is known why. docs/adr/0017-whose-token-it-is.md',
    ]);
  }
  if (own.status === undefined) throw new NotYet(`${hostname}: ${told(own)}`, GATEWAY_LOG);
  // Whatever the service says, or that there is none yet, which is 503 without a reason of the authorizer's.
  if ([401, 403, 429].includes(own.status) || own.reason !== undefined) {
    throw new NotYet(`${hostname} refuses the tenant's own token: ${told(own)}`, GATEWAY_LOG);
  }
  if (open.status !== 401 && open.status !== 403) {
    throw new NotYet(`${hostname} must refuse a call without a token, got ${told(open)}`, GATEWAY_LOG);
  }
  return { own: own.status, open: open.status };
}

const GATEWAY_LOG = [
  `the gateway's log says why: docs/guides/gateway.md, "Answers that are not the service's", and docs/guides/request-history.md`,
];

const told = ({ status, reason, noAnswer }: Seen): string =>
  status === undefined
    ? (WORDS[noAnswer ?? ''] ?? noAnswer ?? 'nothing')
    : [String(status), ...(reason === undefined ? [] : [reason])].join(' ');

/** Codes of connections, for people. */
const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name is not in DNS yet (ENOTFOUND)',
  EAI_AGAIN: 'DNS does not answer (EAI_AGAIN)',
  ECONNREFUSED: 'nobody listens there (ECONNREFUSED)',
};
