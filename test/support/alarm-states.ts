import type { Synthesized, SynthesizedStack } from './synth';

/** Sums of metrics by name, one value a minute. A metric that is not there has no data. */
export type Minutes = Readonly<Record<string, readonly number[]>>;

interface Query {
  readonly id: string;
  readonly expression?: string;
  readonly metric?: { readonly metric_name: string; readonly period: number; readonly stat: string };
}

/** Sum of a metric over a window that ends with a minute. */
type Sums = (metric: string, minute: number, length: number) => number | undefined;
type State = (sums: Sums, minute: number) => boolean;

/**
 * Alarms of a stack as CloudWatch would judge them: metric alarms of one period and one expression, whose windows slide ("Alarm
 * evaluation window", Amazon CloudWatch User Guide), and composite alarms of these.
 */
export class AlarmStates {
  private readonly states = new Map<string, State>();

  public constructor(stack: SynthesizedStack) {
    const byAddress = new Map<string, State>();
    for (const alarm of stack.resources('aws_cloudwatch_metric_alarm')) {
      const state = metricState(alarm);
      byAddress.set(alarm.address, state);
      this.states.set(String(alarm['alarm_name']), state);
    }
    for (const alarm of stack.resources('aws_cloudwatch_composite_alarm')) {
      this.states.set(String(alarm['alarm_name']), compositeState(String(alarm['alarm_rule']), byAddress));
    }
  }

  /** Minutes from `from` to `to` in which an alarm is raised. */
  public raised(name: string, minutes: Minutes, from: number, to: number): readonly number[] {
    const state = this.states.get(name);
    if (!state) throw new Error(`no alarm ${name}`);
    const sums = windowsOf(minutes);
    return Array.from({ length: to - from }, (_, index) => from + index).filter((minute) =>
      state(sums, minute),
    );
  }
}

/** Any window's sum in one subtraction. */
function windowsOf(minutes: Minutes): Sums {
  const totals = new Map(
    Object.entries(minutes).map(([name, values]): [string, number[]] => {
      const total = [0];
      for (const value of values) total.push((total.at(-1) ?? 0) + value);
      return [name, total];
    }),
  );
  return (metric, minute, length) => {
    const total = totals.get(metric);
    return total && (total[minute + 1] ?? 0) - (total[Math.max(0, minute + 1 - length)] ?? 0);
  };
}

/** `IF(a >= 1, b / c, 0)` above a threshold. */
function metricState(alarm: Synthesized): State {
  if (
    alarm['evaluation_periods'] !== 1 ||
    alarm['comparison_operator'] !== 'GreaterThanThreshold' ||
    alarm['treat_missing_data'] !== 'notBreaching'
  ) {
    throw new Error(
      'this model knows alarms of one period, above a threshold, that missing data does not raise',
    );
  }
  const queries = alarm['metric_query'] as Query[];
  const expression = queries.find((query) => query.expression !== undefined)?.expression ?? '';
  const [, of = '', comparison = '', bound = '', above = '', below = ''] =
    /^IF\((\w+) (>=|>) (\d+), (\w+) \/ (\w+), 0\)$/.exec(expression) ?? [];
  const metrics = [of, above, below].map((id) => {
    const metric = queries.find((query) => query.id === id)?.metric;
    if (metric?.stat !== 'Sum') throw new Error(`this model does not know ${expression}`);
    return metric;
  });
  const threshold = Number(alarm['threshold']);
  return (sums, minute) => {
    const [value, dividend, divisor] = metrics.map(({ metric_name: name, period }) =>
      sums(name, minute, period / 60),
    );
    if (value === undefined || dividend === undefined || divisor === undefined) return false;
    const isEnough = comparison === '>' ? value > Number(bound) : value >= Number(bound);
    return isEnough && dividend / divisor > threshold;
  };
}

/** `(ALARM("a") AND ALARM("b")) OR (…)`, where names are references to alarms of the stack. */
function compositeState(rule: string, alarms: ReadonlyMap<string, State>): State {
  const parts = rule.split(' OR ').map((both) =>
    both.split(' AND ').map((one): State => {
      const [, address = ''] = /ALARM\("\$\{([^}]+)\.alarm_name\}"\)/.exec(one) ?? [];
      const state = alarms.get(address);
      if (!state) throw new Error(`no alarm ${address}`);
      return state;
    }),
  );
  return (sums, minute) => parts.some((states) => states.every((state) => state(sums, minute)));
}
