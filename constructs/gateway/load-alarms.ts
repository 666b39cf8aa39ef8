import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { Construct } from 'constructs';
import { nameIn, physicalName } from '../core/naming';
import type { Placement } from '../core/placement';
import type { LoadSource } from './load-sources';

/** Shares of the capacity in use, above 0.1 and at most 1, from which calls of a pooled tier are shed. */
export interface ShedAtLoad {
  readonly starter: number | 'never';
  readonly professional: number | 'never';
}

/**
 * How much of what is shed, by level: on level 1 calls of starter, on level 2 also those of professional. There is no level
 * for dedicated tenants, so nothing can shed them.
 */
export const SHED_LEVELS = { 1: 'starter', 2: 'professional' } as const satisfies Readonly<
  Record<number, keyof ShedAtLoad>
>;

/** How far the load must fall below the share that a level began at before the level may end. */
export const HYSTERESIS = 0.1;

/** What the names of all load alarms of a cell begin with, and of no other alarm. The function finds them by it. */
export const loadAlarmPrefix = (placement: Placement): string =>
  `${nameIn(placement, 'metricAlarm', 'load')}-`;

/**
 * Of three minutes, how many must be too high. Two to begin to shed: one minute may be a wave. One to go on: while a minute
 * was high, it is too early to stop. So whatever raises a level also holds it.
 */
const MINUTES = 3;
const KINDS = [
  { kind: 'raise', below: 0, datapoints: 2, meaning: 'shed' },
  { kind: 'hold', below: HYSTERESIS, datapoints: 1, meaning: 'go on shedding' },
] as const;

export interface LoadAlarmsProps {
  readonly sources: readonly LoadSource[];
  readonly shedAtLoad: ShedAtLoad;
}

/**
 * Two alarms for each source and each level: `<prefix><source>-raise-<level>` and `<prefix><source>-hold-<level>`. They
 * notify nobody: the function reads them all.
 */
export class LoadAlarms extends Construct {
  public constructor(scope: Construct, id: string, { sources, shedAtLoad }: LoadAlarmsProps) {
    super(scope, id);
    for (const [level, tier] of Object.entries(SHED_LEVELS)) {
      const share = shedAtLoad[tier];
      if (share === 'never') continue;
      for (const source of sources) {
        for (const { kind, below, datapoints, meaning } of KINDS) {
          const part = rounded(share - below);
          new CloudwatchMetricAlarm(this, `${source.name}-${kind}-${level}`, {
            alarmName: physicalName(this, 'metricAlarm', 'load', source.name, kind, level),
            alarmDescription: `${source.description}: at ${String(rounded(100 * part))} % ${meaning} calls of tier ${tier}`,
            namespace: source.namespace,
            metricName: source.metric,
            dimensions: { ...source.dimensions },
            statistic: source.statistic,
            period: 60,
            evaluationPeriods: MINUTES,
            datapointsToAlarm: datapoints,
            comparisonOperator: 'GreaterThanOrEqualToThreshold',
            threshold: rounded(part * source.full),
            // Who is shed is a customer turned away: never because a measurement is missing.
            treatMissingData: 'notBreaching',
          });
        }
      }
    }
  }
}

/** Without the dust of binary fractions: 0.8 - 0.1 is 0.7. */
const rounded = (value: number): number => Number(value.toFixed(6));
