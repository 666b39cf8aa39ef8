import { InvalidArgumentError } from 'commander';

/** How far in the future a time may be, in seconds: more is a mistake, such as milliseconds. */
const MAX_AHEAD_SECONDS = 3600;

/** Seconds since 1970 that a text says: as such, as a date of ISO 8601, or `ever`. */
export function parseTime(text: string, nowSeconds: number): number {
  if (text === 'ever') return Infinity;
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.floor(Date.parse(text) / 1000);
  if (Number.isNaN(seconds)) {
    throw new InvalidArgumentError(
      'It must be seconds since 1970, a date such as 2026-11-25T22:00:00Z, or ever.',
    );
  }
  if (seconds > nowSeconds + MAX_AHEAD_SECONDS) {
    throw new InvalidArgumentError('It must not be more than an hour ahead.');
  }
  return seconds;
}
