/** How much is shed: nothing, calls of starter tenants, or those of professional ones too. */
export type Level = 0 | 1 | 2;

const LEVELS: readonly Level[] = [0, 1, 2];

export interface LoadState {
  readonly level: Level;
  /** Since when the level is what it is, in milliseconds since 1970. */
  readonly since: number;
  /** Since when nothing has held the level. @default - something does, or the level is 0 */
  readonly calmSince?: number;
}

/** What an alarm is for: `raise` begins to shed at a level, `hold` keeps it from ending. */
export interface LoadAlarm {
  readonly kind: 'raise' | 'hold';
  readonly level: Level;
  readonly state: 'OK' | 'ALARM' | 'unknown';
}

export interface LevelConfig {
  /** How long nothing must have held a level before it ends, in minutes. */
  readonly holdMinutes: number;
}

/**
 * The level from now on: up at once, as far as an alarm asks; down by one, when nothing has held the level for long enough.
 *
 * An alarm that does not know its state raises nothing, for a customer would be turned away on no evidence; and it holds a
 * level, for there is no evidence either that the load has gone.
 *
 * @param state nothing where it is not known: then nothing was shed
 * @param now in milliseconds since 1970
 */
export function nextLevel(
  state: LoadState | undefined,
  alarms: readonly LoadAlarm[],
  now: number,
  { holdMinutes }: LevelConfig,
): LoadState {
  const { level, since, calmSince } = state ?? { level: 0, since: now };
  const raised = Math.max(0, ...alarms.filter(isRaising).map((alarm) => alarm.level)) as Level;
  if (raised > level) return { level: raised, since: now };
  if (level === 0) return { level, since };
  if (alarms.some((alarm) => alarm.level >= level && isHolding(alarm))) return { level, since };
  // A clock that was put back has nothing to say of how long.
  const calm = calmSince === undefined || calmSince > now ? now : calmSince;
  if (now - calm < holdMinutes * 60_000) return { level, since, calmSince: calm };
  const lower = LEVELS[level - 1] ?? 0;
  // The next level down must prove calm for itself.
  return lower === 0 ? { level: lower, since: now } : { level: lower, since: now, calmSince: now };
}

const isRaising = ({ kind, state }: LoadAlarm): boolean => kind === 'raise' && state === 'ALARM';

const isHolding = (alarm: LoadAlarm): boolean =>
  isRaising(alarm) || (alarm.kind === 'hold' && alarm.state !== 'OK');

/** A state as it is kept. */
export const writeState = (state: LoadState): string => JSON.stringify(state);

/** A kept state; nothing where it is none. */
export function readState(text: string | undefined): LoadState | undefined {
  if (text === undefined) return undefined;
  try {
    const { level, since, calmSince } = JSON.parse(text) as Partial<Record<keyof LoadState, unknown>>;
    const known = LEVELS.find((one) => one === level);
    if (known === undefined || !isTime(since)) return undefined;
    if (calmSince !== undefined && !isTime(calmSince)) return undefined;
    return { level: known, since, ...(calmSince !== undefined && { calmSince }) };
  } catch {
    return undefined;
  }
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
