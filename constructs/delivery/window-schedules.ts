import { SchedulerSchedule } from '@cdktf/provider-aws/lib/scheduler-schedule';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { WINDOW_ACTION } from './pipeline-stages';
import { type MaintenanceWindow, type ReleasePlan, wavesOf, windowName } from './release-plan';

export interface WindowSchedulesProps {
  readonly plan: ReleasePlan;
  /** Name of the pipeline whose stages wait. */
  readonly pipeline: string;
  /** Function that opens stages: `services/maintenance-window`. */
  readonly functionArn: string;
  readonly scheduleRoleArn: string;
  /** Group of the platform's schedules of delivery. */
  readonly scheduleGroup: string;
}

/** Last part of the names of the function and its role, and the first of those of its schedules. */
export const WINDOW_OPENER = 'maintenance-window';

/**
 * Calls the opener in each quarter of an hour of the windows of a plan. A schedule a stage, for a stage that waits elsewhere
 * must not be opened by another's window.
 */
export class WindowSchedules extends Construct {
  public constructor(scope: Construct, id: string, props: WindowSchedulesProps) {
    super(scope, id);
    const { plan, pipeline, functionArn, scheduleRoleArn, scheduleGroup } = props;
    for (const { name: wave, window } of wavesOf(plan)) {
      if (!window) continue;
      const stage = windowName({ name: wave });
      new SchedulerSchedule(this, wave, {
        name: physicalName(this, 'schedule', 'window', plan.target.service, wave),
        groupName: scheduleGroup,
        description: `Opens ${stage} of ${pipeline}`,
        scheduleExpression: everyQuarterOf(window),
        scheduleExpressionTimezone: 'UTC',
        flexibleTimeWindow: { mode: 'OFF' },
        // No key of our own (CKV_AWS_297): it holds names and hours.
        target: {
          arn: functionArn,
          roleArn: scheduleRoleArn,
          input: JSON.stringify({ pipeline, stage, action: WINDOW_ACTION, window }),
          // A call that comes late might come after the window; the next quarter of an hour calls again.
          retryPolicy: { maximumEventAgeInSeconds: 300, maximumRetryAttempts: 2 },
        },
      });
    }
  }
}

/** "Schedule types", EventBridge Scheduler User Guide: minutes, hours, day of month, month, day of week, year. */
export function everyQuarterOf({ day, hourUtc, hours }: MaintenanceWindow): string {
  const last = hourUtc + hours - 1;
  const range = hours === 1 ? String(hourUtc) : `${String(hourUtc)}-${String(last)}`;
  return `cron(0/15 ${range} ? * ${day.toUpperCase()} *)`;
}
