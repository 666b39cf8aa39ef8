import { SchedulerSchedule } from '@cdktf/provider-aws/lib/scheduler-schedule';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { INFRASTRUCTURE } from './names';
import { ScheduleRole } from './schedule-role';

export interface DriftScheduleProps {
  /** The project that looks for drift. */
  readonly projectName: string;
  readonly projectArn: string;

  /** Group of the schedule. */
  readonly scheduleGroup: string;
}

/** When drift is looked for, each day: before people come to work, so that they find what the night has changed. */
const DAILY = 'cron(30 5 * * ? *)';

/** Looks for drift every day. */
export class DriftSchedule extends Construct {
  public constructor(
    scope: Construct,
    id: string,
    { projectName, projectArn, scheduleGroup }: DriftScheduleProps,
  ) {
    super(scope, id);
    const { arn: roleArn } = new ScheduleRole(this, 'Starter', {
      // Begins as names of roles do that start projects: boundaries know them by it.
      name: ['pipeline', 'drift', INFRASTRUCTURE],
      description: `Starts CodeBuild project ${projectName}`,
      statement: { actions: ['codebuild:StartBuild'], resources: [projectArn] },
    });
    new SchedulerSchedule(this, 'Daily', {
      name: physicalName(this, 'schedule', 'drift', INFRASTRUCTURE),
      groupName: scheduleGroup,
      description: 'Looks for what differs from what was deployed',
      scheduleExpression: DAILY,
      scheduleExpressionTimezone: 'UTC',
      flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 30 },
      // No key of our own (CKV_AWS_297): it holds the name of a project and no more.
      target: {
        // "Using universal targets in EventBridge Scheduler": any action of an API, by its names in the SDK.
        arn: 'arn:aws:scheduler:::aws-sdk:codebuild:startBuild',
        roleArn,
        input: JSON.stringify({ ProjectName: projectName }),
        retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 3 },
      },
    });
  }
}
