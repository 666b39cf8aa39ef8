import { CloudwatchCompositeAlarm } from '@cdktf/provider-aws/lib/cloudwatch-composite-alarm';
import { CloudwatchLogMetricFilter } from '@cdktf/provider-aws/lib/cloudwatch-log-metric-filter';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { placementOf } from '../core/placement';
import { outside, type Rule, validateProps } from '../core/validation';
import { gatewayNamespace } from './load-sources';

export interface BurnRateProps {
  /** Log group of access records, in which calls and errors are counted. */
  readonly accessLogGroup: string;

  /** Availability objective of each tier, in percent, 90 and more and below 100. */
  readonly availabilityPercent: Readonly<Record<string, number>>;
}

const RULES: readonly Rule<BurnRateProps>[] = [
  {
    fails: ({ availabilityPercent }) => Object.keys(availabilityPercent).length === 0,
    message: () => 'availabilityPercent must name at least one tier',
  },
  {
    fails: ({ availabilityPercent }) =>
      Object.values(availabilityPercent).some((percent) => outside(percent, 90, 99.999)),
    message: ({ availabilityPercent }) =>
      `availabilityPercent must be between 90 and 99.999, got ${Object.entries(availabilityPercent)
        .map(([tier, percent]) => `${tier} ${String(percent)}`)
        .join(', ')}`,
  },
];

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/**
 * How fast an error budget of 30 days may burn, in multiples of what would just use it up. Over the long window the rate must be
 * too high, or a moment would raise the alarm; over the short one still, or it would stay raised long after.
 *
 * Fast uses up 2 % of the budget in an hour, slow 5 % in six hours: "Alerting on SLOs", The Site Reliability Workbook, chapter 5,
 * table 5-8.
 */
const SPEEDS = [
  { speed: 'fast', rate: 14.4, longSeconds: HOUR, shortSeconds: 5 * MINUTE },
  { speed: 'slow', rate: 6, longSeconds: 6 * HOUR, shortSeconds: 30 * MINUTE },
] as const;

/** Errors in a long window below which they are chance. A tier that few call has no rate worth the name. */
const MIN_ERRORS = 10;

/** A tier that answers next to nothing burns its budget too fast, however large that is. */
const MOST_ERRORS = 0.9;

/**
 * Tells that tenants of a tier see more errors than the tier can afford: one alarm a tier, `<prefix>-burn-<tier>`, which releases
 * wait for and are watched by.
 *
 * An error is an answer 5xx to a call whose token was good, whoever gave it: a service, or a proxy that could not reach one.
 * Refusals are none, by limits and while a tier is shed neither: that is what the plan promises, and the load has alarms of its own.
 * Nor do they count as calls, or one caller who floods the gateway could hide everybody's errors. Calls without a tier belong to
 * nobody.
 *
 * All tenants of a tier are counted together. A dedicated tenant whose release fails is seen by the analysis of its own rollout.
 */
export class BurnRate extends Construct {
  public constructor(scope: Construct, id: string, props: BurnRateProps) {
    super(scope, id);
    validateProps(this, 'BurnRate props', props, RULES);
    for (const [tier, percent] of Object.entries(props.availabilityPercent)) {
      this.count(props.accessLogGroup, tier);
      this.watch(tier, percent);
    }
  }

  /** A log group takes 100 metric filters ("CloudWatch Logs quotas"): these are two a tier. */
  private count(logGroupName: string, tier: string): void {
    const filters = {
      calls: `{ $.tier = "${tier}" && ($.upstream_host = "*:*" || $.code >= 500) }`,
      errors: `{ $.tier = "${tier}" && $.code >= 500 }`,
    } as const;
    for (const [what, pattern] of Object.entries(filters)) {
      new CloudwatchLogMetricFilter(this, `${what}-${tier}`, {
        name: `${what}-${tier}`,
        logGroupName,
        pattern,
        metricTransformation: {
          name: `${what}-${tier}`,
          namespace: gatewayNamespace(placementOf(this)),
          value: '1',
          // Where there are records at all, both are known.
          defaultValue: '0',
          unit: 'Count',
        },
      });
    }
  }

  private watch(tier: string, availabilityPercent: number): void {
    const budget = 1 - availabilityPercent / 100;
    const both = SPEEDS.map(({ speed, rate, longSeconds, shortSeconds }) => {
      const threshold = rounded(Math.min(rate * budget, MOST_ERRORS));
      const [long, short] = [
        this.window(tier, [speed, 'long'], longSeconds, threshold, `errors >= ${String(MIN_ERRORS)}`),
        this.window(tier, [speed, 'short'], shortSeconds, threshold, 'calls > 0'),
      ];
      return `(ALARM("${long.alarmName}") AND ALARM("${short.alarmName}"))`;
    });
    new CloudwatchCompositeAlarm(this, `Burn-${tier}`, {
      alarmName: physicalName(this, 'metricAlarm', 'burn', tier),
      alarmDescription: `Tenants of tier ${tier} see more errors than its objective of ${String(availabilityPercent)} % can afford. Nothing is released to them until this is over.`,
      alarmRule: both.join(' OR '),
    });
  }

  /**
   * Whether the share of errors is too high over one window, which slides on each minute: "Alarm evaluation window", Amazon
   * CloudWatch User Guide.
   */
  private window(
    tier: string,
    parts: readonly [speed: string, window: string],
    seconds: number,
    threshold: number,
    enough: string,
  ): CloudwatchMetricAlarm {
    const metric = (what: string) => ({
      id: what,
      metric: {
        namespace: gatewayNamespace(placementOf(this)),
        metricName: `${what}-${tier}`,
        period: seconds,
        stat: 'Sum',
      },
    });
    const name = physicalName(this, 'metricAlarm', 'burn', tier, ...parts);
    return new CloudwatchMetricAlarm(this, `Burn-${tier}-${parts.join('-')}`, {
      alarmName: name,
      alarmDescription: `Errors of tier ${tier} over ${String(seconds / MINUTE)} minutes: more than ${String(rounded(100 * threshold))} %`,
      comparisonOperator: 'GreaterThanThreshold',
      threshold,
      evaluationPeriods: 1,
      metricQuery: [
        { id: 'share', expression: `IF(${enough}, errors / calls, 0)`, label: 'Errors', returnData: true },
        metric('calls'),
        metric('errors'),
      ],
      // Nobody calls, so nobody sees an error.
      treatMissingData: 'notBreaching',
    });
  }
}

/** Without the dust of binary fractions: 14.4 times 0.001 is 0.0144. */
const rounded = (value: number): number => Number(value.toFixed(8));
