import { claimsOf, type Override, type Settings } from './claims';
import { isObject, own, readEvent } from './event';
import { Refusal } from './refusal';
import type { Registry } from './registry';
import { tenantOf } from './tenant-of';

export interface Surroundings extends Settings {
  readonly registry: Registry;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Takes one line. */
  readonly log: (line: string) => void;
}

/** The event with Cognito's instructions in it. */
export type Answer = Readonly<Record<string, unknown>> & {
  readonly response: { readonly claimsAndScopeOverrideDetails: Override };
};

/**
 * Answers an event. Every error means no token, and one line of log tells why. It names the tenant, the client and the
 * cause, and nothing of the person.
 *
 * @throws Refusal when there is to be no token
 */
export async function answer(event: unknown, surroundings: Surroundings): Promise<Answer> {
  const { registry, now, log } = surroundings;
  const started = now();
  const line: Record<string, unknown> = {
    event: 'token',
    trigger: shown(own(event, 'triggerSource')),
    client: shown(own(own(event, 'callerContext'), 'clientId')),
  };
  const tell = (decision: object): void => {
    log(JSON.stringify({ ...line, ...decision, duration_ms: Math.round(now() - started) }));
  };
  try {
    const read = readEvent(event);
    line['tenant'] = tenantOf(read);
    const entry = await registry(tenantOf(read));
    const override = claimsOf(read, entry, now(), surroundings);
    tell({ level: 'info', decision: 'issued', tier: entry.tier, shard: entry.shard });
    return { ...(isObject(event) ? event : {}), response: { claimsAndScopeOverrideDetails: override } };
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal('event-malformed', { cause: error });
    tell({ level: 'warn', decision: 'refused', reason: refusal.reason, cause: nameOf(refusal.cause) });
    throw refusal;
  }
}

/** Words of Cognito's own, which are short; nothing that a caller could fill. */
const shown = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\w{1,128}$/.test(value) ? value : undefined;

/** Kind of an error. Its text might say more than a log should know. */
const nameOf = (error: unknown): string | undefined => (error instanceof Error ? error.name : undefined);
