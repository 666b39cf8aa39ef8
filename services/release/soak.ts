import { askAws, type AwsContext } from './aws';
import { type Clock, iso, MINUTE_MS } from './clock';
import type { Summary } from './context';
import { Failure, type Output, quoted } from './output';
import type { SoakSettings } from './settings';

/** Time between two looks, in milliseconds: half a period of the alarms. */
const LOOK_MS = 30_000;

interface Alarm {
  readonly AlarmName?: string;
  readonly StateValue?: string;
  readonly StateReason?: string;
}

export interface SoakContext {
  readonly clock: Clock;
  readonly output: Output;
  readonly aws: AwsContext;
}

/**
 * Watches alarms for a while after a release.
 *
 * An alarm without data is told of and does not fail the release: a tier whose tenants sleep has no calls to judge by, and
 * the analysis of the rollout has found the pods good. An alarm that does not exist does fail it, for nobody would watch.
 *
 * @throws Failure as soon as an alarm is raised, or is not there
 */
export async function soak(settings: SoakSettings, context: SoakContext): Promise<Summary> {
  const { clock, output } = context;
  const { ALARMS, SOAK_MINUTES } = settings;
  const end = clock.now() + SOAK_MINUTES * MINUTE_MS;
  output.tell(`watching ${ALARMS.join(', ')} until ${iso(end)}`);
  let told = '';
  for (;;) {
    const silent = await look(ALARMS, context);
    const text = silent.join(', ');
    if (text !== told) output.tell(text === '' ? 'all alarms have data' : `no data: ${text}`);
    told = text;
    const left = end - clock.now();
    if (left <= 0) break;
    await clock.sleep(Math.min(LOOK_MS, left));
  }
  output.tell(`no alarm in ${String(SOAK_MINUTES)} minutes`);
  return { minutes: SOAK_MINUTES, alarms: ALARMS };
}

/** @returns alarms that have no data */
async function look(names: readonly string[], { aws }: SoakContext): Promise<readonly string[]> {
  const { MetricAlarms = [], CompositeAlarms = [] } = (await askAws(
    {
      service: 'monitoring',
      target: 'GraniteServiceVersion20100801.DescribeAlarms',
      version: '1.0',
      // Composite ones only if they are asked for: "DescribeAlarms", Amazon CloudWatch API Reference.
      body: { AlarmNames: names, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: 100 },
    },
    aws,
  )) as { readonly MetricAlarms?: readonly Alarm[]; readonly CompositeAlarms?: readonly Alarm[] };
  const alarms = [...MetricAlarms, ...CompositeAlarms];
  const missing = names.filter((name) => !alarms.some(({ AlarmName }) => AlarmName === name));
  if (missing.length > 0) {
    throw new Failure(
      `nobody watches this release: there is no alarm ${missing.join(', ')}`,
      "deploy the cell's gateway stack, which makes the alarms, then run the step again.",
    );
  }
  const raised = alarms.filter(({ StateValue }) => StateValue === 'ALARM');
  if (raised.length > 0) {
    throw new Failure(
      raised
        .map(({ AlarmName = '', StateReason = '' }) => `alarm ${AlarmName}: ${quoted(StateReason)}`)
        .join('\n'),
      'the pipeline goes back to the release before. Look at what burns the error budget: if it was not this release, release it again once the alarm is quiet.',
    );
  }
  return alarms.flatMap(({ AlarmName = '', StateValue }) => (StateValue === 'OK' ? [] : [AlarmName]));
}
