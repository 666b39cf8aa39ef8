import { shardsOf, shardStackKind } from '../stacks/shards';
import { commandLine } from './command-line';
import { isSynthetic } from './disagreements';
import { placeOf } from './known';
import { Refused } from './mistake';
import type { Place } from './registry';
import type { Surroundings } from './surroundings';

type RecountSurroundings = Pick<Surroundings, 'registry' | 'platform' | 'environment' | 'kind'>;

/** A place whose count was wrong. */
export interface Recounted extends Place {
  readonly before: number | undefined;
  readonly after: number;
}

/** How often it is counted anew because a tenant came or went meanwhile. */
const TRIES = 5;

/**
 * Counts the tenants of every place by looking at each, and corrects counts that are wrong: of items that were written by hand, or
 * before places were counted.
 *
 * @throws Refused while a tenant is being moved, who counts in two places
 */
export async function recount(surroundings: RecountSurroundings): Promise<readonly Recounted[]> {
  for (let tries = 1; ; tries++) {
    const corrected = await once(surroundings);
    if (corrected !== undefined) return corrected;
    if (tries === TRIES) throw new Refused('tenants come and go all the time: try again when it is quieter');
  }
}

/** @returns undefined when a count has changed since it was read */
async function once(surroundings: RecountSurroundings): Promise<readonly Recounted[] | undefined> {
  const { registry, platform } = surroundings;
  const shards = platform().cells.flatMap((cell) =>
    shardsOf(platform(), cell).map((shard) => ({ cell: cell.id, shard: shardStackKind(shard) })),
  );
  // Counts first: a tenant who comes after this changes one, and is seen so.
  const counted = await registry.counts(shards);
  const found = new Map<string, number>();
  for await (const item of registry.list()) {
    const { operation } = item;
    if (operation?.kind === 'move' && operation.outcome === undefined) {
      throw new Refused(`${item.tenantId} is being moved, and counts in two places until that ends`, [
        `${commandLine(`show ${item.tenantId}`, surroundings)}   shows how to end it`,
      ]);
    }
    const place = placeOf(item);
    if (place === undefined || isSynthetic(item)) continue;
    found.set(nameOf(place), (found.get(nameOf(place)) ?? 0) + 1);
  }
  const corrected: Recounted[] = [];
  for (const place of shards) {
    const before = counted.find((one) => nameOf(one) === nameOf(place))?.tenants;
    const after = found.get(nameOf(place)) ?? 0;
    if ((before ?? 0) === after) continue;
    if (!(await registry.recount(place, after, before))) return undefined;
    corrected.push({ ...place, before, after });
  }
  return corrected;
}

const nameOf = ({ cell, shard }: Place): string => `${cell}/${shard}`;
