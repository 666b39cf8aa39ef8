/** Hours between snapshots that divide a day evenly, so that a schedule is the same every day. */
export const SNAPSHOT_HOURS = [1, 2, 3, 4, 6, 8, 12, 24] as const;
export type SnapshotHours = (typeof SNAPSHOT_HOURS)[number];

/**
 * When snapshots are taken, as a schedule of AWS Backup in UTC. They begin half past the hour: windows of maintenance and
 * backup begin on it or on the half as well, but RDS serves one after the other.
 */
export const snapshotSchedule = (everyHours: SnapshotHours): string =>
  everyHours === 24 ? 'cron(30 5 * * ? *)' : `cron(30 0/${everyHours} * * ? *)`;
