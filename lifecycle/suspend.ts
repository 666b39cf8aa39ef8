import type { TenantItem } from '../constructs/registry/tenant-item';
import { changeState } from './change-state';
import { commandLine } from './command-line';
import { placeOf } from './known';
import { LifecycleError } from './mistake';
import type { Surroundings } from './surroundings';

/** What a command about one tenant has done and has not. */
export interface Outcome {
  readonly item: TenantItem;
  readonly done: readonly string[];
  /** What one might think is done too, and is not: with how to do it. */
  readonly notDone: readonly string[];
  /** What failed, which the same command does when it is run again. @default - nothing */
  readonly failed?: { readonly message: string; readonly next: readonly string[] };
}

export type StateSurroundings = Pick<
  Surroundings,
  'registry' | 'tokens' | 'now' | 'platform' | 'environment' | 'kind'
>;

/**
 * Suspends a tenant: from now on it gets no tokens, and those that are out are revoked. In this order, so that no new one is given
 * after all others have ended.
 *
 * @throws LifecycleError when there is no such tenant; Refused when its state does not allow it
 */
export async function suspend(tenantId: string, surroundings: StateSurroundings): Promise<Outcome> {
  const typed = (words: string): string => commandLine(words, surroundings);
  const { item, changed } = await changeState({
    ...{ surroundings, tenantId, to: 'suspended', from: ['active'] },
    instead: ({ state }) => [
      ...(state === 'moving'
        ? [
            `${typed(`move ${tenantId} --undo`)}   ends the move`,
            `${typed(`revoke ${tenantId}`)}   ends its tokens meanwhile`,
          ]
        : []),
      `${typed(`show ${tenantId}`)}   shows what it is in`,
    ],
  });
  const was = changed
    ? 'is suspended: it gets no tokens from now on'
    : 'was suspended before: it gets no tokens';
  const revoked = await revokeTokens(item, surroundings);
  return {
    item,
    done: [`${tenantId} ${was}`, ...revoked.done],
    notDone: [
      ...revoked.notDone,
      `its data and its place are as they were: ${typed(`offboard ${tenantId}`)} takes leave of it`,
      ...(item.tier === 'enterprise'
        ? ['its pods, nodes and database go on, and cost what they cost: they serve nobody']
        : []),
      `${typed(`resume ${tenantId}`)} serves it again`,
    ],
    ...(revoked.failed && { failed: revoked.failed }),
  };
}

/** Ends the tokens of a tenant. That it cannot be done now is a failure that what was done before outlives. */
export async function revokeTokens(
  item: TenantItem,
  surroundings: Pick<StateSurroundings, 'tokens' | 'platform' | 'environment' | 'kind'>,
): Promise<Omit<Outcome, 'item'>> {
  const { tokens, platform } = surroundings;
  const { tenantId } = item;
  const place = placeOf(item);
  if (place === undefined)
    return { done: [`${tenantId} has no place, and so no tokens are out`], notDone: [] };
  try {
    await tokens.revoke(tenantId, place);
    return {
      done: [
        `tokens of ${tenantId} that are out are revoked in ${place.cell}: authorizers refuse them within some seconds`,
      ],
      notDone: [],
    };
  } catch (error) {
    if (!(error instanceof LifecycleError)) throw error;
    const minutes = platform().cells.find(({ id }) => id === place.cell)?.identity.accessTokenMinutes;
    return {
      done: [],
      notDone: [
        `tokens that are out stay good until they expire${minutes === undefined ? '' : `, at most ${String(minutes)} minutes`}: ${commandLine(`revoke ${tenantId}`, surroundings)}`,
      ],
      failed: { message: `tokens of ${tenantId} are not revoked: ${error.message}`, next: error.next },
    };
  }
}
