import { ACCESS_LOG_FIELDS } from '../../constructs/core/access-log';
import { burnAlarmName } from '../../constructs/delivery/names';
import { BurnRate, type BurnRateProps } from '../../constructs/gateway/burn-rate';
import { AlarmStates, type Minutes } from '../support/alarm-states';
import { matchesFilter } from '../support/log-filter';
import { synth, TEST_PLACEMENT, type SynthesizedStack } from '../support/synth';

const build = (availabilityPercent: BurnRateProps['availabilityPercent']): SynthesizedStack =>
  synth((scope) => {
    new BurnRate(scope, 'BurnRate', { accessLogGroup: '/gateway-access', availabilityPercent });
  });
const stack = build({ starter: 99.5, professional: 99.9, enterprise: 99.9 });
const TIERS = ['starter', 'professional', 'enterprise'] as const;
const nameOf = (tier: string): string => burnAlarmName(TEST_PLACEMENT, tier);

describe('BurnRate props', () => {
  it('are refused with every problem at once', () => {
    expect(() => build({ starter: 89.9, professional: 100 })).toThrowErrorMatchingInlineSnapshot(`
     "[test/BurnRate] invalid BurnRate props:
       - availabilityPercent must be between 90 and 99.999, got starter 89.9, professional 100"
    `);
    expect(() => build({})).toThrow('availabilityPercent must name at least one tier');
  });

  it.each([90, 99.999])('take %d %%', (percent) => {
    expect(() => build({ starter: percent })).not.toThrow();
  });
});

describe('what is counted', () => {
  const filters = new Map(
    stack
      .resources('aws_cloudwatch_log_metric_filter')
      .map((filter) => [String(filter['name']), String(filter['pattern'])] as const),
  );
  const POD = '10.16.1.2:8080';
  type Counted = 'call' | 'error' | 'nothing';
  const RECORDS: readonly (readonly [string, Readonly<Record<string, unknown>>, Counted])[] = [
    ['a call that a service answers', { tier: 'starter', code: 200, upstream_host: POD }, 'call'],
    ['a call that a service refuses', { tier: 'starter', code: 404, upstream_host: POD }, 'call'],
    ['a call that a service cannot answer', { tier: 'starter', code: 500, upstream_host: POD }, 'error'],
    ['a call that took too long', { tier: 'starter', code: 504, upstream_host: POD }, 'error'],
    ['a call for which no pod is there', { tier: 'starter', code: 503, upstream_host: null }, 'error'],
    ['a caller above his limit', { tier: 'starter', code: 429, upstream_host: null }, 'nothing'],
    ['a caller who is shed', { tier: 'starter', code: 429, upstream_host: null, shed_level: 1 }, 'nothing'],
    ['a caller without a token', { tier: null, code: 401, upstream_host: null }, 'nothing'],
    ['a failed call without a tier', { tier: null, code: 503, upstream_host: null }, 'nothing'],
    ['a caller who may not', { tier: 'starter', code: 403, upstream_host: null }, 'nothing'],
    ['a caller who went', { tier: 'starter', code: 0, upstream_host: POD }, 'call'],
  ];

  it.each(RECORDS)('%s', (_, record, counted) => {
    const counts = (filter: string): boolean => matchesFilter(filters.get(filter) ?? '', record);
    expect([counts('calls-starter'), counts('errors-starter')]).toEqual([
      counted !== 'nothing',
      counted === 'error',
    ]);
    expect([counts('calls-professional'), counts('errors-professional')]).toEqual([false, false]);
  });

  it('is fields of the access log', () => {
    const fields = [...filters.values()].flatMap((pattern) => pattern.match(/(?<=\$\.)\w+/g) ?? []);
    expect([...new Set(fields)].filter((field) => !(field in ACCESS_LOG_FIELDS))).toEqual([]);
  });

  it('takes two filters a tier of the 100 that a log group has', () => {
    expect(filters.size).toBe(2 * TIERS.length);
  });
});

describe('alarms', () => {
  it('have one name a tier, which releases know', () => {
    const composites = stack.resources('aws_cloudwatch_composite_alarm');
    expect(composites.map((alarm) => String(alarm['alarm_name'])).sort()).toEqual(TIERS.map(nameOf).sort());
  });

  it.each([
    ['starter', [0.072, 0.072, 0.03, 0.03]],
    ['enterprise', [0.0144, 0.0144, 0.006, 0.006]],
  ])('of %s are raised at multiples of its own budget', (tier, thresholds) => {
    const windows = ['fast-long', 'fast-short', 'slow-long', 'slow-short'];
    expect(
      windows.map(
        (window) =>
          stack.only('aws_cloudwatch_metric_alarm', `Burn-${tier}-${window}`)['threshold'] as unknown,
      ),
    ).toEqual(thresholds);
  });

  it('are raised by an outage whatever the objective: 14.4 times 10 % would be more than all calls', () => {
    const [fast] = build({ starter: 90 }).resources('aws_cloudwatch_metric_alarm');
    expect(fast?.['threshold']).toBe(0.9);
  });
});

/** A day of a tier, minute by minute: calls a minute, and the share of them that fail. */
const day = (calls: number, share: (minute: number) => number): Minutes => {
  const all = Array.from({ length: 1440 }, (_, minute) => minute);
  return {
    'calls-professional': all.map(() => calls),
    'errors-professional': all.map((minute) => calls * share(minute)),
  };
};
const between = (from: number, to: number, share: number) => (minute: number) =>
  minute >= from && minute < to ? share : 0;

const alarms = new AlarmStates(stack);
const raised = (minutes: Minutes, from = 0, tier = 'professional'): readonly number[] =>
  alarms.raised(nameOf(tier), minutes, from, 1440);

// An outage from minute 600 on, of a tier that may fail one call in a thousand.
describe('the alarm of a tier with 99.9 %', () => {
  it.each([
    // The long window has seen 1.44 % of an hour's calls fail after 1.44 / share minutes.
    ['all calls fail', 1, 0],
    ['one call in ten fails', 0.1, 8],
    ['one call in fifty fails', 0.02, 43],
    // Six times the budget over six hours.
    ['one call in a hundred fails', 0.01, 216],
  ])('is raised in time when %s', (_, share, minutes) => {
    expect(raised(day(1000, between(600, 1440, share)))[0]).toBe(600 + minutes);
  });

  it.each([
    ['everything is well', () => 0],
    ['the budget is just used up', () => 0.001],
    ['it is used up five times as fast', () => 0.005],
    ['a moment fails', between(600, 601, 0.5)],
  ])('stays silent when %s', (_, share) => {
    expect(raised(day(1000, share))).toEqual([]);
  });

  it('is silent again soon after: five minutes after a short outage, half an hour after a long one', () => {
    expect(raised(day(1000, between(600, 602, 1))).at(-1)).toBe(605);
    expect(raised(day(1000, between(600, 900, 0.5))).at(-1)).toBe(928);
  });

  it('is silent when nobody calls, whether there are records or none', () => {
    expect(raised(day(0, () => 0))).toEqual([]);
    expect(raised({})).toEqual([]);
  });

  it('is silent for nine errors of few calls, which are chance, and not for ten', () => {
    const errors = (count: number): Minutes => ({
      'calls-professional': Array.from({ length: 1440 }, () => 1),
      'errors-professional': Array.from({ length: 1440 }, (_, minute) =>
        minute >= 600 && minute < 600 + count ? 1 : 0,
      ),
    });
    expect(raised(errors(9))).toEqual([]);
    expect(raised(errors(10))[0]).toBe(609);
  });

  it('knows nothing of other tiers', () => {
    const minutes = day(1000, () => 1);
    expect(TIERS.map((tier) => raised(minutes, 1000, tier).length > 0)).toEqual([false, true, false]);
  });
});
