/** Time, so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** @param ms milliseconds */
  sleep(ms: number): Promise<void>;
  /** A number from 0 up to 1, that spreads waits. */
  random(): number;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
};

export const MINUTE_MS = 60_000;

/** Wait between two looks at something, in milliseconds: many runs that began together do not look together. */
export const pollMs = (clock: Clock): number => 2000 + clock.random() * 3000;

/** A time as people and Kubernetes write it. */
export const iso = (ms: number): string => new Date(ms).toISOString();
