import { windowsOf } from '../../constructs/data/windows';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const minutes = (clock: string): number => {
  const [hours = '', rest = ''] = clock.split(':');
  return Number(hours) * 60 + Number(rest);
};

test('the windows of 60 shards all differ, and the next shard is served on another day', () => {
  const windows = Array.from({ length: 60 }, (_, slot) => windowsOf(slot).maintenance);
  expect(new Set(windows).size).toBe(60);
  for (const [slot, window] of windows.slice(1).entries()) {
    expect(window.slice(0, 3)).not.toBe(windows[slot]?.slice(0, 3));
  }
});

test('every window is one that RDS takes: half an hour, and backup outside of maintenance', () => {
  for (let slot = 0; slot < 200; slot += 1) {
    const { maintenance, backup } = windowsOf(slot);
    const [, day, start = '', endDay, end = ''] =
      /^(\w{3}):(\d\d:\d\d)-(\w{3}):(\d\d:\d\d)$/.exec(maintenance) ?? [];
    const [from = '', to = ''] = backup.split('-');
    expect(DAYS).toContain(day);
    expect(endDay).toBe(day);
    expect(minutes(end) - minutes(start)).toBe(30);
    expect((minutes(to) - minutes(from) + 1440) % 1440).toBe(30);
    expect(minutes(from)).toBeGreaterThanOrEqual(minutes('09:00'));
    expect(minutes(end)).toBeLessThanOrEqual(minutes('09:00'));
  }
});

test('the same slot always has the same windows', () => {
  expect(windowsOf(0)).toEqual({ maintenance: 'tue:00:00-tue:00:30', backup: '09:00-09:30' });
  expect(windowsOf(72).maintenance).toBe(windowsOf(0).maintenance);
});
