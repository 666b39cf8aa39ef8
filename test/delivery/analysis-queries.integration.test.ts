import { ANALYSIS, objectiveMetrics } from '../../constructs/delivery/analysis-queries';
import { promtool } from '../support/promtool';

/**
 * The queries that judge a release, evaluated by Prometheus' own tool on what proxies would have measured. Needs promtool
 * (Debian: package `prometheus`).
 */

const JUDGED = { namespace: 'tier-professional', route: 'service-api' };
const metrics = objectiveMetrics({ workspaceId: 'ws-1' }, JUDGED, {
  availabilityPercent: 99.9,
  p95Milliseconds: 400,
});

const SCRAPE_SECONDS = 15;
const PROMOTED_AT = 600;
const LOOKS = Array.from(
  { length: ANALYSIS.count },
  (_, look) => ANALYSIS.initialDelaySeconds + look * ANALYSIS.intervalSeconds,
);
const END = PROMOTED_AT + Math.max(...LOOKS) + 60;

/** Calls in the second that ends at `second` after promotion (negative: before), by what became of them. */
interface Second {
  readonly good?: number;
  readonly bad?: number;
  readonly refused?: number;
  /** Good calls that took between 400 and 500 ms; the others take under 100. */
  readonly slow?: number;
}

interface Proxy {
  readonly pod: string;
  readonly calls: (second: number) => Second;
  readonly cluster?: string;
  /** Seconds after promotion. @default - it was there before, and is there after */
  readonly from?: number;
  readonly until?: number;
  /** When its counters begin again at zero, in seconds after promotion. @default - never */
  readonly restartsAt?: number;
}

interface Series {
  readonly series: string;
  readonly values: string;
}

/** What a proxy shows at every scrape. */
function seriesOf(proxy: Proxy): readonly Series[] {
  const { pod, calls, cluster = 'httproute/tier-professional/service-api/rule/0' } = proxy;
  const labels = (more = ''): string => `{envoy_cluster_name="${cluster}",pod="${pod}"${more}}`;
  const counter = (name: string, of: (second: Second) => number): Series => {
    let count = 0;
    const values: string[] = [];
    for (let at = 0; at <= END; at += SCRAPE_SECONDS) {
      for (let second = at - SCRAPE_SECONDS + 1; second <= at; second++) {
        const relative = second - PROMOTED_AT;
        if (relative === proxy.restartsAt) count = 0;
        if (second > 0) count += of(calls(relative));
      }
      const relative = at - PROMOTED_AT;
      const isThere = relative >= (proxy.from ?? -Infinity) && relative <= (proxy.until ?? Infinity);
      values.push(isThere ? String(count) : '_');
      if (!isThere) count = 0;
    }
    return { series: name, values: values.join(' ') };
  };
  const { good, bad, refused } = {
    good: ({ good: fine = 0, slow = 0 }: Second) => fine + slow,
    bad: ({ bad: failed = 0 }: Second) => failed,
    refused: ({ refused: no = 0 }: Second) => no,
  };
  const all = (second: Second): number => good(second) + refused(second);
  const responses = (digit: string, of: (second: Second) => number): Series =>
    counter(`envoy_cluster_upstream_rq_xx${labels(`,envoy_response_code_class="${digit}"`)}`, of);
  const time = 'envoy_cluster_upstream_rq_time';
  return [
    responses('2', good),
    responses('4', refused),
    responses('5', bad),
    ...['100', '250', '400'].map((edge) =>
      counter(`${time}_bucket${labels(`,le="${edge}"`)}`, (second) => all(second) - (second.slow ?? 0)),
    ),
    ...['500', '1000', '+Inf'].map((edge) => counter(`${time}_bucket${labels(`,le="${edge}"`)}`, all)),
    counter(`${time}_count${labels()}`, all),
    counter(`envoy_cluster_membership_total${labels()}`, () => 0),
  ];
}

const steady = (calls: Second) => (): Second => calls;
const after = (then: Second, before: Second) => (second: number) => (second > 0 ? then : before);
/** Something once in so many seconds. */
const every =
  (period: number, once: Second, otherwise: Second = {}) =>
  (second: number): Second =>
    second % period === 0 ? once : otherwise;

const two = (calls: Proxy['calls'], more: Partial<Proxy> = {}): readonly Proxy[] => [
  { pod: 'a', calls, ...more },
  { pod: 'b', calls },
];

type Failing = Partial<Record<'watched' | 'errors' | 'p95', 'always' | readonly number[]>>;

/** What happens, and which looks at which metric fail: by number, from 0. */
const SCENARIOS: readonly (readonly [string, readonly Proxy[], Failing])[] = [
  ['a release that answers', two(steady({ good: 50 })), {}],
  ['a release that keeps just within its budget', two(steady({ good: 999, bad: 1 })), {}],
  [
    'a release that fails one call in fifty',
    two(after({ good: 49, bad: 1 }, { good: 50 })),
    { errors: 'always' },
  ],
  ['a release that fails every call', two(after({ bad: 5 }, { good: 5 })), { errors: 'always' }],
  ['nobody who calls', two(steady({})), {}],
  ['a route that was never called', [], { watched: 'always' }],
  [
    'two calls a minute that all fail: too few to say anything',
    [{ pod: 'a', calls: every(30, { bad: 1 }) }],
    {},
  ],
  [
    'four failed calls in two minutes, over the budget and yet chance',
    [{ pod: 'a', calls: every(30, { bad: 1, good: 9 }, { good: 10 }) }],
    {},
  ],
  [
    'eight failed calls in two minutes',
    [{ pod: 'a', calls: every(15, { bad: 1, good: 9 }, { good: 10 }) }],
    { errors: 'always' },
  ],
  ['calls that are refused, as 4xx', two(steady({ good: 10, refused: 10 })), {}],
  ['an old version that failed half of its calls', two(after({ good: 50 }, { good: 25, bad: 25 })), {}],
  ['an old version that was slow', two(after({ good: 50 }, { slow: 50 })), {}],
  [
    'a proxy whose counters begin again',
    two(after({ good: 50 }, { good: 25, bad: 25 }), { restartsAt: 200 }),
    {},
  ],
  [
    'a failing release and a proxy whose counters begin again',
    two(after({ good: 49, bad: 1 }, { good: 50 }), { restartsAt: 200 }),
    { errors: 'always' },
  ],
  [
    'a proxy that goes and one that comes',
    [
      { pod: 'a', calls: steady({ good: 50 }), until: 210 },
      { pod: 'b', calls: steady({ good: 50 }), from: 180 },
      { pod: 'c', calls: steady({ good: 50 }) },
    ],
    {},
  ],
  [
    'a moment of errors, which is seen while it is in the window',
    two((second) => (second > 225 && second <= 240 ? { good: 40, bad: 10 } : { good: 50 })),
    { errors: [3, 4, 5, 6] },
  ],
  ['one slow call in twenty-five', two(steady({ good: 48, slow: 2 })), {}],
  ['three slow calls in fifty', two(after({ good: 47, slow: 3 }, { good: 50 })), { p95: 'always' }],
  [
    'another owner, another service and another slice that fail',
    [
      ...two(steady({ good: 50 })),
      ...[
        'tenant-acme/service-api',
        'tier-professional/service-web',
        'tier-professional/service-api-canary',
      ].map((route): Proxy => ({
        pod: 'a',
        calls: steady({ bad: 50, slow: 50 }),
        cluster: `httproute/${route}/rule/0`,
      })),
    ],
    {},
  ],
];

/** A verdict as PromQL: 1 if the measurement passes. Measurements have one element, or `result[0]` would be none. */
function verdictOf(query: string, successCondition: string): string {
  const [, comparison = '', bound = ''] = /^result\[0\] ([<>]=) ([\d.]+)$/.exec(successCondition) ?? [];
  return `(${query}) ${comparison} bool ${bound}`;
}

const questions = metrics.map(({ name, provider, successCondition = '' }) => ({
  name: name as keyof Failing,
  query: provider.prometheus?.query ?? '',
  verdict: verdictOf(provider.prometheus?.query ?? '', successCondition),
}));

const expectation = (expr: string, at: number, value: number, labels = '{}') => ({
  expr,
  eval_time: `${String(PROMOTED_AT + at)}s`,
  exp_samples: [{ labels, value }],
});

const testOf = (proxies: readonly Proxy[], expectations: readonly object[]) => ({
  evaluation_interval: '1m',
  tests: [
    {
      interval: `${String(SCRAPE_SECONDS)}s`,
      input_series: proxies.flatMap(seriesOf),
      promql_expr_test: expectations,
    },
  ],
});

describe('promtool', () => {
  it('finds no fault with the queries, filled in or not', () => {
    const rules = [JUDGED, { namespace: '{{args.namespace}}', route: '{{args.route}}' }].flatMap(
      (route, index) =>
        objectiveMetrics({ workspaceId: 'ws-1' }, route, {
          availabilityPercent: 99.9,
          p95Milliseconds: 400,
        }).map(({ name, provider }) => ({
          record: `judged:${name}:${String(index)}`,
          expr: provider.prometheus?.query,
        })),
    );
    const answer = promtool('check', { groups: [{ name: 'judged', rules }] });
    expect(answer).toEqual({ isFine: true, text: expect.stringContaining('6 rules found') as string });
  });

  it('says so where it is told the wrong verdict', () => {
    const [errors] = questions.filter(({ name }) => name === 'errors');
    const answer = promtool(
      'test',
      testOf(two(steady({ bad: 50 })), [expectation(errors?.verdict ?? '', 150, 1)]),
    );
    expect(answer.isFine).toBe(false);
  });

  it.each(SCENARIOS)('judges %s', (_, proxies, failing) => {
    const expectations = questions.flatMap(({ name, query, verdict }) =>
      LOOKS.flatMap((at, look) => {
        const fails = failing[name] === 'always' || (failing[name] ?? []).includes(look);
        return [expectation(verdict, at, fails ? 0 : 1), expectation(`count(${query})`, at, 1)];
      }),
    );
    expect(promtool('test', testOf(proxies, expectations)).text).toContain('SUCCESS');
  });

  it('would hold the old version’s errors against the new one if it looked at once', () => {
    const [errors] = questions.filter(({ name }) => name === 'errors');
    const proxies = two(after({ good: 50 }, { good: 25, bad: 25 }));
    const looks = [30, ANALYSIS.windowSeconds, ANALYSIS.initialDelaySeconds].map((at) =>
      expectation(errors?.verdict ?? '', at, at === 30 ? 0 : 1),
    );
    expect(promtool('test', testOf(proxies, looks)).text).toContain('SUCCESS');
  });
});
