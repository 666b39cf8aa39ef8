import type { Valkey } from '../valkey/client';
import { SHED_LEVELS, type ShedLevel } from './catalogue';

/** String that `services/load-level` writes. It goes by itself when nobody writes it: then nothing is shed. */
export const SHED_LEVEL_KEY = 'plt:load-level:level';

/** The level in the cache. Nothing that can be read as one means that nothing is shed. */
export async function readShedLevel(store: Pick<Valkey, 'get'>): Promise<ShedLevel> {
  const text = await store.get(SHED_LEVEL_KEY);
  return SHED_LEVELS.find((level) => String(level) === text) ?? 0;
}
