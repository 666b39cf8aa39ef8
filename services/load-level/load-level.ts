import type { Valkey } from '../valkey/client';
import { loadAlarms, type Sender } from './alarms';
import { type LevelConfig, type LoadState, nextLevel, readState, writeState } from './level';

/**
 * What authorizers read, and what this program remembers. Two keys, each written by itself: they lie in different slots of
 * the cluster, and what is remembered is written first, so that a level is never less than what is known.
 */
export const LEVEL_KEY = 'plt:load-level:level';
export const STATE_KEY = 'plt:load-level:state';

/** Life of both keys, in seconds: if nobody writes them any more, nothing is shed. Runs are a minute apart. */
export const TTL_SECONDS = 180;

export interface Surroundings extends LevelConfig {
  /** Beginning of the names of the cell's load alarms: `bulkhead-prod-use1a-load-`. */
  readonly alarmPrefix: string;
  readonly cloudwatch: Sender;
  readonly valkey: Pick<Valkey, 'get' | 'set'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Takes one line. */
  readonly log: (line: string) => void;
}

/**
 * Makes one level of all alarms and writes it, and one line of log that is a metric too.
 *
 * @throws Error when the alarms or the cache cannot be reached: the level then ends by itself
 */
export async function updateLevel(surroundings: Surroundings): Promise<LoadState> {
  const { cloudwatch, alarmPrefix, valkey, now, log } = surroundings;
  const [alarms, kept] = await Promise.all([loadAlarms(cloudwatch, alarmPrefix), valkey.get(STATE_KEY)]);
  const before = readState(kept);
  const state = nextLevel(before, alarms, now(), surroundings);
  await valkey.set(STATE_KEY, writeState(state), { ttlSeconds: TTL_SECONDS });
  await valkey.set(LEVEL_KEY, String(state.level), { ttlSeconds: TTL_SECONDS });
  log(
    JSON.stringify({
      ...metric(alarmPrefix, state, now()),
      level: state.level > 0 ? 'warn' : 'info',
      event: state.level === (before?.level ?? 0) ? 'load-level' : 'load-level-changed',
      before: before?.level ?? 0,
      alarms: alarms.filter((alarm) => alarm.state === 'ALARM').length,
      unknown: alarms.filter((alarm) => alarm.state === 'unknown').length,
    }),
  );
  return state;
}

/** "Specification: Embedded metric format", Amazon CloudWatch User Guide. */
const metric = (alarmPrefix: string, { level }: LoadState, timestamp: number): object => ({
  _aws: {
    Timestamp: timestamp,
    CloudWatchMetrics: [
      {
        Namespace: 'bulkhead/load-level',
        Dimensions: [['cell']],
        Metrics: [{ Name: 'ShedLevel', Unit: 'None' }],
      },
    ],
  },
  cell: alarmPrefix.replace(/-load-$/, ''),
  ShedLevel: level,
});
