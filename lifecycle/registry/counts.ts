import { LifecycleError } from '../mistake';
import { type CountChange, type Place, PlaceFull } from '../registry';

/** What becomes of one place: how many tenants more, 1 or -1, and the most that it takes. */
export type PlaceChange = Required<Pick<CountChange, 'place' | 'by'>> & { readonly limit: number };

/** `<cell>/<shard>` */
export const placeName = ({ cell, shard }: Place): string => `${cell}/${shard}`;

/** Changes place by place. One tenant that comes where another leaves changes nothing. */
export function placeChanges(counts: readonly CountChange[] = []): readonly PlaceChange[] {
  const sums = new Map<string, { place: Place; by: number; limit: number }>();
  for (const { place, by, limit = Infinity } of counts) {
    const sum = sums.get(placeName(place)) ?? { place, by: 0, limit: Infinity };
    sums.set(placeName(place), { place, by: sum.by + by, limit: Math.min(sum.limit, limit) });
  }
  return [...sums.values()].flatMap(({ place, by, limit }) => {
    if (by === 0) return [];
    if (by !== 1 && by !== -1)
      throw new Error(`a tenant changes the count of ${placeName(place)} by one, got ${String(by)}`);
    return [{ place, by, limit }];
  });
}

/**
 * How many tenants a place holds after a change.
 *
 * @throws PlaceFull when it has no room
 * @throws LifecycleError when it counts nobody who could leave
 */
export function counted(before: number, { place, by, limit }: PlaceChange): number {
  if (by === 1 && before + 1 > limit) throw new PlaceFull(place);
  if (by === -1 && before < 1) throw countsNobody(place);
  return before + by;
}

export const countsNobody = (place: Place): LifecycleError =>
  new LifecycleError(
    `the registry counts no tenant in ${placeName(place)}, so none can leave it: items there were written without counting`,
    ['npx bulkhead tenant recount   counts anew'],
  );
