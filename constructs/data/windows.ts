/** Weekly and daily windows of a cluster, in UTC and in the form that RDS takes. */
export interface Windows {
  /** `tue:03:00-tue:03:30` */
  readonly maintenance: string;
  /** `09:00-09:30` */
  readonly backup: string;
}

/** Not on Mondays, when everybody is back, nor on weekends, when nobody watches. */
const DAYS = ['tue', 'wed', 'thu', 'fri'] as const;

/** Maintenance is from 00:00 to 09:00 UTC, backups are in the other hours, so the two never overlap. */
const MAINTENANCE_HALF_HOURS = 18;
const HALF_HOURS_OF_A_DAY = 48;

/** Maintenance windows before the first is given out again. */
export const DISTINCT_WINDOWS = DAYS.length * MAINTENANCE_HALF_HOURS;

/** RDS takes no shorter window. */
const MINUTES = 30;

const clock = (halfHour: number): string => {
  const minutes = (halfHour % HALF_HOURS_OF_A_DAY) * MINUTES;
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
};

/**
 * Windows of the cluster with this number. Neighbours get different days, so a bad engine version meets a quarter of the
 * shards first. The first 72 maintenance windows all differ.
 *
 * @param slot a whole number, 0 or more, that belongs to the cluster for good
 */
export function windowsOf(slot: number): Windows {
  const day = DAYS[slot % DAYS.length] ?? DAYS[0];
  const start = Math.floor(slot / DAYS.length) % MAINTENANCE_HALF_HOURS;
  const backup = MAINTENANCE_HALF_HOURS + (slot % (HALF_HOURS_OF_A_DAY - MAINTENANCE_HALF_HOURS));
  return {
    maintenance: `${day}:${clock(start)}-${day}:${clock(start + 1)}`,
    backup: `${clock(backup)}-${clock(backup + 1)}`,
  };
}
