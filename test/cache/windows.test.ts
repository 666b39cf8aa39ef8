import { DAYS, maintenanceWindow, snapshotWindow } from '../../constructs/cache/windows';

it.each([
  ['sun', 0, 'sun:00:00-sun:01:00', '22:00-23:00'],
  ['sun', 1, 'sun:01:00-sun:02:00', '23:00-00:00'],
  ['sun', 2, 'sun:02:00-sun:03:00', '00:00-01:00'],
  ['wed', 8, 'wed:08:00-wed:09:00', '06:00-07:00'],
  ['wed', 22, 'wed:22:00-wed:23:00', '20:00-21:00'],
  ['wed', 23, 'wed:23:00-thu:00:00', '21:00-22:00'],
  ['sun', 23, 'sun:23:00-mon:00:00', '21:00-22:00'],
] as const)('on %s at %d patching has %s and snapshots have %s', (day, hourUtc, maintenance, snapshot) => {
  expect(maintenanceWindow({ day, hourUtc })).toBe(maintenance);
  expect(snapshotWindow({ day, hourUtc })).toBe(snapshot);
});

it('no hour has snapshots while nodes are patched', () => {
  for (const day of DAYS) {
    for (let hourUtc = 0; hourUtc < 24; hourUtc += 1) {
      const [patching] = maintenanceWindow({ day, hourUtc }).slice(4).split('-');
      expect(snapshotWindow({ day, hourUtc }).split('-')).not.toContain(patching);
    }
  }
});
