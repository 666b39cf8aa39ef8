/** Days as ElastiCache abbreviates them, in order. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export type Day = (typeof DAYS)[number];

/** When a cache may be disturbed. */
export interface QuietHour {
  /** Day of the week on which nodes are patched. */
  readonly day: Day;
  /** Hour of the day, UTC, 0-23. Patches begin in this hour of `day`, the daily snapshot two hours before, every day. */
  readonly hourUtc: number;
}

const HOURS = 24;

/** Snapshots are done when maintenance begins, whatever the day. */
const SNAPSHOT_LEAD_HOURS = 2;

const time = (hour: number): string => `${String(hour % HOURS).padStart(2, '0')}:00`;

/**
 * The weekly window for maintenance: an hour, the shortest that ElastiCache takes.
 *
 * @returns for example `sun:08:00-sun:09:00`
 */
export function maintenanceWindow({ day, hourUtc }: QuietHour): string {
  const next = DAYS[(DAYS.indexOf(day) + 1) % DAYS.length] ?? day;
  return `${day}:${time(hourUtc)}-${hourUtc + 1 < HOURS ? day : next}:${time(hourUtc + 1)}`;
}

/**
 * The daily window for snapshots: an hour, the shortest that ElastiCache takes.
 *
 * @returns for example `06:00-07:00`
 */
export function snapshotWindow({ hourUtc }: QuietHour): string {
  const start = hourUtc + HOURS - SNAPSHOT_LEAD_HOURS;
  return `${time(start)}-${time(start + 1)}`;
}
