import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { placementOf } from '../core/placement';
import { machineArn, ONBOARDING } from './names';

export interface OnboardingAlarmsProps {
  /** The dead-letter queue. */
  readonly queueName: string;

  /** Topic that hears of alarms, and of their end. */
  readonly topicArn: string;
}

interface Watched {
  /** Last part of the alarm's name. */
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Maximum' | 'Sum';
}

/** Tells people when a tenant that was asked for is not there and nobody else would know. A request that was refused is none of these. */
export class OnboardingAlarms extends Construct {
  public constructor(scope: Construct, id: string, { queueName, topicArn }: OnboardingAlarmsProps) {
    super(scope, id);
    const home = placementOf(this);
    const states = { namespace: 'AWS/States', statistic: 'Sum' } as const;
    const onboard = { StateMachineArn: machineArn(home, 'onboard') };
    const watched: readonly Watched[] = [
      {
        name: 'dead-letters',
        description: 'Requests of tenants that could not be handed on are in the dead-letter queue',
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: queueName },
        statistic: 'Maximum',
      },
      {
        ...states,
        name: 'failed',
        description: 'A tenant could not be onboarded: the execution says where it stopped',
        metricName: 'ExecutionsFailed',
        dimensions: onboard,
      },
      {
        ...states,
        name: 'timed-out',
        description:
          'An onboarding took longer than all its steps may, and nobody was told what became of it',
        metricName: 'ExecutionsTimedOut',
        dimensions: onboard,
      },
      {
        ...states,
        name: 'aborted',
        description: 'Somebody stopped an onboarding, and nobody was told what became of it',
        metricName: 'ExecutionsAborted',
        dimensions: onboard,
      },
      {
        ...states,
        name: 'not-started',
        description: 'A request of a tenant could not be started: it is in the dead-letter queue, or is lost',
        metricName: 'ExecutionsFailed',
        dimensions: { StateMachineArn: machineArn(home, 'start') },
      },
    ];
    for (const { name, description, dimensions, ...metric } of watched) {
      new CloudwatchMetricAlarm(this, name, {
        ...metric,
        alarmName: physicalName(this, 'metricAlarm', ONBOARDING, name),
        alarmDescription: `${description} (docs/guides/onboarding-pipeline.md)`,
        dimensions: { ...dimensions },
        period: 300,
        evaluationPeriods: 1,
        threshold: 0,
        comparisonOperator: 'GreaterThanThreshold',
        // No executions are no failures.
        treatMissingData: 'notBreaching',
        alarmActions: [topicArn],
        okActions: [topicArn],
      });
    }
  }
}
