import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DeploymentError } from './mistake';

export interface Alarm {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly reason: string;
}

export interface SoakOptions {
  readonly alarms: readonly string[];
  /** 0: one look. */
  readonly minutes: number;
  /** Whether an alarm may not be there yet: in a cell that is not. @default false */
  readonly mayBeMissing?: boolean;
  /** Asks for alarms by their names. */
  readonly look: (names: readonly string[]) => Promise<readonly Alarm[]>;
  readonly wait: (ms: number) => Promise<void>;
  readonly say: (text: string) => void;
}

const EVERY_MS = 60_000;

/** Times in a row that alarms cannot be asked for, before not knowing counts as bad. */
const BLIND = 5;

/**
 * Watches alarms for a time, a look a minute. Alarms that know nothing yet count as good: a new cell has no calls.
 *
 * @returns what is wrong; undefined if all stayed well to the end
 * @throws DeploymentError when an alarm does not exist: a name that is wrong would watch nothing
 */
export async function soak({
  alarms,
  minutes,
  mayBeMissing = false,
  look,
  wait,
  say,
}: SoakOptions): Promise<string | undefined> {
  let blind = 0;
  for (let minute = 0; minute <= minutes; minute++) {
    try {
      const seen = await look(alarms);
      blind = 0;
      const missing = alarms.filter((name) => !seen.some((alarm) => alarm.name === name));
      if (missing.length > 0 && !mayBeMissing)
        throw new DeploymentError(`there is no alarm ${missing.join(', ')}`);
      const bad = seen.filter(({ state }) => state === 'ALARM');
      if (bad.length > 0) return bad.map(({ name, reason }) => `${name}: ${reason}`).join('\n');
      if (minute % 10 === 0)
        say(`${String(minute)} of ${String(minutes)} minutes: ${alarms.length} alarms are quiet`);
    } catch (error) {
      if (error instanceof DeploymentError) throw error;
      blind++;
      say(`alarms cannot be asked for: ${(error as Error).message}`);
      if (blind >= BLIND) return `alarms could not be asked for in ${String(BLIND)} minutes`;
    }
    if (minute < minutes) await wait(EVERY_MS);
  }
  return undefined;
}

/** Asks CloudWatch by the AWS CLI, which is there for tokens of EKS anyway. */
export async function lookWithCli(names: readonly string[], region: string): Promise<readonly Alarm[]> {
  const { stdout } = await promisify(execFile)('aws', [
    ...['cloudwatch', 'describe-alarms', '--region', region, '--output', 'json'],
    ...['--alarm-types', 'MetricAlarm', 'CompositeAlarm', '--alarm-names', ...names],
  ]);
  const { MetricAlarms = [], CompositeAlarms = [] } = JSON.parse(stdout) as Readonly<
    Record<'MetricAlarms' | 'CompositeAlarms', readonly Described[] | undefined>
  >;
  return [...MetricAlarms, ...CompositeAlarms].map((alarm) => ({
    name: alarm.AlarmName,
    state: alarm.StateValue,
    reason: alarm.StateReason ?? '',
  }));
}

interface Described {
  readonly AlarmName: string;
  readonly StateValue: Alarm['state'];
  readonly StateReason?: string;
}
