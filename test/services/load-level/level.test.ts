import fc from 'fast-check';
import {
  type Level,
  type LoadAlarm,
  type LoadState,
  nextLevel,
  readState,
  writeState,
} from '../../../services/load-level/level';

const MINUTE = 60_000;
const config = { holdMinutes: 10 };

const alarm = (kind: LoadAlarm['kind'], level: Level, state: LoadAlarm['state']): LoadAlarm => ({
  kind,
  level,
  state,
});
const quiet = [
  alarm('raise', 1, 'OK'),
  alarm('hold', 1, 'OK'),
  alarm('raise', 2, 'OK'),
  alarm('hold', 2, 'OK'),
];
/** All alarms quiet, but these. */
const alarms = (...loud: readonly LoadAlarm[]) => [...quiet, ...loud];

const at = (level: Level, calmSince?: number): LoadState => ({
  level,
  since: 0,
  ...(calmSince !== undefined && { calmSince }),
});

describe('a level goes up', () => {
  test.each([
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const)('from %i to %i at once', (from, to) => {
    expect(nextLevel(at(from), alarms(alarm('raise', to, 'ALARM')), 5, config)).toEqual({
      level: to,
      since: 5,
    });
  });

  test('as far as the highest alarm asks', () => {
    const both = alarms(alarm('raise', 1, 'ALARM'), alarm('raise', 2, 'ALARM'));
    expect(nextLevel(undefined, both, 5, config).level).toBe(2);
  });

  test('by no alarm that does not know its state, and by none that only holds', () => {
    const unsure = alarms(alarm('raise', 1, 'unknown'), alarm('hold', 2, 'ALARM'));
    expect(nextLevel(at(0), unsure, 5, config)).toEqual({ level: 0, since: 0 });
  });
});

describe('a level stays', () => {
  test.each([
    ['what raised it', alarm('raise', 1, 'ALARM')],
    ['what holds it', alarm('hold', 1, 'ALARM')],
    ['what holds a higher one', alarm('hold', 2, 'ALARM')],
    ['what does not know whether it holds it', alarm('hold', 1, 'unknown')],
  ])('as long as there is %s, and calm begins anew', (_, holding) => {
    expect(nextLevel(at(1, 0), alarms(holding), 60 * MINUTE, config)).toEqual({ level: 1, since: 0 });
  });

  test('until it has been calm for as long as was asked, to the millisecond', () => {
    const calm = nextLevel(at(1), quiet, MINUTE, config);
    expect(calm).toEqual({ level: 1, since: 0, calmSince: MINUTE });
    expect(nextLevel(calm, quiet, 11 * MINUTE - 1, config).level).toBe(1);
    expect(nextLevel(calm, quiet, 11 * MINUTE, config)).toEqual({ level: 0, since: 11 * MINUTE });
  });

  test('when a clock was put back, for its whole time', () => {
    expect(nextLevel(at(1, 60 * MINUTE), quiet, MINUTE, config).calmSince).toBe(MINUTE);
  });
});

describe('a level goes down', () => {
  test('by one, and the next must be calm for itself', () => {
    const first = nextLevel(at(2, 0), quiet, 10 * MINUTE, config);
    expect(first).toEqual({ level: 1, since: 10 * MINUTE, calmSince: 10 * MINUTE });
    expect(nextLevel(first, quiet, 19 * MINUTE, config).level).toBe(1);
    expect(nextLevel(first, quiet, 20 * MINUTE, config).level).toBe(0);
  });

  test('to the one that still holds, and no further', () => {
    const first = nextLevel(at(2, 0), alarms(alarm('hold', 1, 'ALARM')), 10 * MINUTE, config);
    expect(first.level).toBe(1);
    expect(nextLevel(first, alarms(alarm('hold', 1, 'ALARM')), 90 * MINUTE, config).level).toBe(1);
  });

  test('when nobody has alarms for it any more', () => {
    expect(
      nextLevel(at(2, 0), [alarm('raise', 1, 'OK'), alarm('hold', 1, 'OK')], 10 * MINUTE, config).level,
    ).toBe(1);
  });
});

describe('whatever alarms say', () => {
  const anyAlarms = fc.array(
    fc.record({
      kind: fc.constantFrom('raise', 'hold'),
      level: fc.constantFrom(1, 2),
      state: fc.constantFrom('OK', 'ALARM', 'unknown'),
    }),
    { maxLength: 8 },
  );

  test('a level falls by one at most, never twice within the hold, and never below what is raised', () => {
    fc.assert(
      fc.property(fc.array(anyAlarms, { maxLength: 60 }), (minutes) => {
        let state: LoadState | undefined;
        let fell = -Infinity;
        minutes.forEach((said, minute) => {
          const next = nextLevel(state, said, minute * MINUTE, config);
          const before = state?.level ?? 0;
          for (const { kind, level, state: one } of said) {
            if (kind === 'raise' && one === 'ALARM') expect(next.level).toBeGreaterThanOrEqual(level);
          }
          if (next.level < before) {
            expect(before - next.level).toBe(1);
            expect(minute - fell).toBeGreaterThanOrEqual(config.holdMinutes);
            fell = minute;
          }
          state = next;
        });
      }),
    );
  });

  test('there is a way back to nothing shed', () => {
    fc.assert(
      fc.property(fc.array(anyAlarms, { maxLength: 30 }), (minutes) => {
        let state: LoadState | undefined;
        let minute = 0;
        for (const said of minutes) state = nextLevel(state, said, minute++ * MINUTE, config);
        for (let left = 0; left < 3 * config.holdMinutes; left++) {
          state = nextLevel(state, quiet, minute++ * MINUTE, config);
        }
        expect(state?.level).toBe(0);
      }),
    );
  });
});

describe('a kept state', () => {
  test.each([at(0), at(1, 7), at(2)])('is read as it was written: %j', (state) => {
    expect(readState(writeState(state))).toEqual(state);
  });

  test.each([
    undefined,
    '',
    '1',
    'null',
    '[]',
    '{"level":3,"since":0}',
    '{"level":"1","since":0}',
    '{"level":1}',
    '{"level":1,"since":"0"}',
    '{"level":1,"since":0,"calmSince":null}',
  ])('that is none is nothing: %j', (text) => {
    expect(readState(text)).toBeUndefined();
  });
});
