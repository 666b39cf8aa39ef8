import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { Level, LoadAlarm } from './level';

/** Sends a command; the AWS client does. */
export interface Sender {
  send(command: DescribeAlarmsCommand): Promise<{
    readonly MetricAlarms?: readonly { readonly AlarmName?: string; readonly StateValue?: string }[];
    readonly NextToken?: string;
  }>;
}

/** `<source>-raise-<level>` or `<source>-hold-<level>`, behind the prefix. */
const NAME = /-(raise|hold)-([12])$/;

/** A page, and more pages than a cell has alarms for. */
const PAGE = 100;
const MOST_PAGES = 50;

/**
 * All load alarms of the cell.
 *
 * @throws Error when there are none, for then nobody watches the load
 */
export async function loadAlarms(client: Sender, prefix: string): Promise<readonly LoadAlarm[]> {
  const alarms: LoadAlarm[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { MetricAlarms = [], NextToken } = await client.send(
      new DescribeAlarmsCommand({
        AlarmNamePrefix: prefix,
        AlarmTypes: ['MetricAlarm'],
        MaxRecords: PAGE,
        ...(token !== undefined && { NextToken: token }),
      }),
    );
    for (const { AlarmName = '', StateValue } of MetricAlarms) {
      const [, kind, level] = NAME.exec(AlarmName) ?? [];
      if (!AlarmName.startsWith(prefix) || kind === undefined) continue;
      alarms.push({
        kind: kind as LoadAlarm['kind'],
        level: Number(level) as Level,
        state: StateValue === 'OK' || StateValue === 'ALARM' ? StateValue : 'unknown',
      });
    }
    token = NextToken;
    if (token === undefined) break;
  }
  if (token !== undefined) throw new Error(`alarms of ${prefix} do not end`);
  if (alarms.length === 0) throw new Error(`no alarm begins with ${prefix}: nobody watches the load`);
  return alarms;
}
