import type { IMetric } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Metric';
import { metricsAddress } from '../core/metrics-address';
import { ROUTE_LABELS, ROUTE_METRICS, routeCluster } from '../core/route-metrics';

/**
 * How a release is judged by the calls that it answers, once it takes all calls of a route: what is asked of the metrics, how
 * often, and what passes. Pure.
 */

/** A route of an owner. Both may be placeholders of an analysis: `{{args.namespace}}`. */
export interface JudgedRoute {
  readonly namespace: string;
  /** Name of the HTTPRoute, whose one rule leads to the release. */
  readonly route: string;
}

/** What the route's tier promises. */
export interface Objectives {
  /** Share of calls that are answered without an error of the service, in percent, below 100. */
  readonly availabilityPercent: number;
  /** 95 % of calls are answered within this, in milliseconds. */
  readonly p95Milliseconds: number;
}

/** Where the cell's metrics are. */
export interface MetricsSource {
  /** Id of its workspace of Amazon Managed Prometheus. */
  readonly workspaceId: string;
}

/** Each look is at so many seconds before it: eight scrapes. */
const WINDOW_SECONDS = 120;

/** From the last call of the old version to the first sample without it: a scrape, and sending what it found. */
const SCRAPE_LAG_SECONDS = 30;

/** When an analysis looks, in seconds since the release has taken the calls. */
export const ANALYSIS = {
  windowSeconds: WINDOW_SECONDS,
  /** The first window begins after the old version's last call, so no error of that one is held against the new. */
  initialDelaySeconds: WINDOW_SECONDS + SCRAPE_LAG_SECONDS,
  intervalSeconds: 30,
  count: 8,
  /** Looks that may fail. A burst of errors is in four looks and takes the release back: better back too soon than too late. */
  failureLimit: 1,
  /** Calls in a window below which nothing is concluded. Of fewer than 20, the slowest one alone would be the p95. */
  minCalls: 20,
  /** Errors in a window below which they are chance: a tier's objective may be one error of a thousand calls. */
  minErrors: 5,
} as const;

/** How long an analysis takes that passes, in seconds. The old version must be there for longer. */
export const ANALYSIS_SECONDS =
  ANALYSIS.initialDelaySeconds + (ANALYSIS.count - 1) * ANALYSIS.intervalSeconds;

const ERROR_CLASS = '5';

const selector = ({ namespace, route }: JudgedRoute, ...more: readonly string[]): string =>
  `{${[`${ROUTE_LABELS.cluster}="${routeCluster(namespace, route)}"`, ...more].join(',')}}`;

const increase = (metric: string): string => `increase(${metric}[${String(WINDOW_SECONDS)}s])`;

const calls = (route: JudgedRoute): string => `sum(${increase(ROUTE_METRICS.responses + selector(route))})`;

const errors = (route: JudgedRoute): string =>
  `sum(${increase(ROUTE_METRICS.responses + selector(route, `${ROUTE_LABELS.statusClass}="${ERROR_CLASS}"`))})`;

/** One number always: 0 where there is too little to say anything. */
const orNothing = (expression: string): string => `(${expression}) or vector(0)`;

/**
 * Share of a route's calls that failed, 0 to 1.
 *
 * A counter's first value is no increase, so the errors of the scrape in which a proxy counts its first one are missed.
 */
export const errorRatioQuery = (route: JudgedRoute): string =>
  orNothing(
    [
      `${errors(route)} / ${calls(route)}`,
      `${calls(route)} >= ${String(ANALYSIS.minCalls)}`,
      `${errors(route)} >= ${String(ANALYSIS.minErrors)}`,
    ].join(' and '),
  );

/**
 * Time within which 95 % of a route's calls were answered, in milliseconds.
 *
 * Exact where it matters: each tier's objective is an edge of the histogram (`constructs/gateway/proxy-metrics.ts`), so the
 * result is above the objective when, and only when, more than 5 % of the calls took longer.
 */
export const latencyQuery = (route: JudgedRoute): string =>
  orNothing(
    [
      `histogram_quantile(0.95, sum by (le) (${increase(`${ROUTE_METRICS.milliseconds}_bucket${selector(route)}`)}))`,
      `sum(${increase(`${ROUTE_METRICS.milliseconds}_count${selector(route)}`)}) >= ${String(ANALYSIS.minCalls)}`,
    ].join(' and '),
  );

/** Proxies that measure a route. A release that nobody sees is not judged, and so does not pass. */
export const watchedQuery = (route: JudgedRoute): string =>
  orNothing(`count(${ROUTE_METRICS.endpoints}${selector(route)})`);

/** Share of calls that may fail, without the dust of binary fractions: 99.9 % leave 0.001. */
export const errorBudget = (availabilityPercent: number): number =>
  Number((1 - availabilityPercent / 100).toFixed(8));

/**
 * Metrics of the analysis that judges a release of a route by its tier's objectives.
 *
 * Measurements are vectors of one number. `result` and its conditions: "Prometheus Metrics", Argo Rollouts documentation.
 */
export function objectiveMetrics(
  { workspaceId }: MetricsSource,
  route: JudgedRoute,
  { availabilityPercent, p95Milliseconds }: Objectives,
): IMetric[] {
  const metric = (name: string, query: string, successCondition: string): IMetric => ({
    name,
    initialDelay: seconds(ANALYSIS.initialDelaySeconds),
    interval: seconds(ANALYSIS.intervalSeconds),
    count: ANALYSIS.count,
    failureLimit: ANALYSIS.failureLimit,
    successCondition,
    provider: { prometheus: { address: metricsAddress(workspaceId), query } },
  });
  return [
    metric('watched', watchedQuery(route), 'result[0] >= 1'),
    metric('errors', errorRatioQuery(route), `result[0] <= ${decimal(errorBudget(availabilityPercent))}`),
    metric('p95', latencyQuery(route), `result[0] <= ${String(p95Milliseconds)}`),
  ];
}

const seconds = (value: number): string => `${String(value)}s`;

/** Never `1e-7`. */
const decimal = (value: number): string => value.toFixed(8).replace(/0+$/, '');
