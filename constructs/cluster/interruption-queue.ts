import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';

interface EventPattern {
  readonly source: readonly string[];
  readonly 'detail-type': readonly string[];
  readonly detail?: Readonly<Record<string, readonly string[]>>;
}

interface InterruptionEvent {
  /** Construct id. */
  readonly id: string;
  /** Last part of the rule's name. */
  readonly name: string;
  readonly description: string;
  readonly pattern: EventPattern;
}

const ec2 = (detailType: string): EventPattern => ({ source: ['aws.ec2'], 'detail-type': [detailType] });

/**
 * Events that announce the end of an instance. Karpenter acts on no others, so events that it would only throw away are
 * filtered here. Source: https://karpenter.sh/v1.14/concepts/disruption/#interruption
 */
const EVENTS: readonly InterruptionEvent[] = [
  {
    id: 'SpotInterruption',
    name: 'spot-interruption',
    description: 'AWS takes a spot instance back in two minutes',
    pattern: ec2('EC2 Spot Instance Interruption Warning'),
  },
  {
    id: 'Rebalance',
    name: 'rebalance',
    description: 'A spot instance is likely to be taken back',
    pattern: ec2('EC2 Instance Rebalance Recommendation'),
  },
  {
    id: 'StateChange',
    name: 'state-change',
    description: 'Somebody stops or ends an instance',
    pattern: {
      ...ec2('EC2 Instance State-change Notification'),
      detail: { state: ['stopping', 'stopped', 'shutting-down', 'terminated'] },
    },
  },
  {
    id: 'ScheduledChange',
    name: 'scheduled-change',
    description: 'AWS plans maintenance of an instance',
    pattern: {
      source: ['aws.health'],
      'detail-type': ['AWS Health Event'],
      detail: { service: ['EC2'], eventTypeCategory: ['scheduledChange'] },
    },
  },
  {
    id: 'CapacityReservation',
    name: 'capacity-reservation',
    description: 'A capacity reservation takes its instances back',
    pattern: ec2('EC2 Capacity Reservation Instance Interruption Warning'),
  },
];

/** Karpenter reads at once; what it has not read in five minutes is about instances that are gone. */
const RETENTION_SECONDS = 300;

/** The queue on which Karpenter hears that nodes will end, and the rules that fill it. */
export class InterruptionQueue extends Construct {
  public readonly queue: SqsQueue;

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    this.queue = new SqsQueue(this, 'Queue', {
      name: physicalName(this, 'sqsQueue', 'interruption'),
      messageRetentionSeconds: RETENTION_SECONDS,
      // SQS's own key: messages hold instance ids and no more, and EventBridge needs no grant for it.
      sqsManagedSseEnabled: true,
    });
    const rules = EVENTS.map(
      ({ id: event, name, description, pattern }) =>
        new CloudwatchEventRule(this, event, {
          name: physicalName(this, 'eventRule', name),
          description,
          eventPattern: JSON.stringify(pattern),
        }),
    );
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        {
          sid: 'RulesSend',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['events.amazonaws.com'] }],
          actions: ['sqs:SendMessage'],
          resources: [this.queue.arn],
          condition: [{ test: 'ArnEquals', variable: 'aws:SourceArn', values: rules.map(({ arn }) => arn) }],
        },
        {
          // Denies, so everybody and every action is meant.
          sid: 'TlsOnly',
          effect: 'Deny',
          principals: [{ type: '*', identifiers: ['*'] }],
          actions: ['sqs:*'],
          resources: [this.queue.arn],
          condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
        },
      ],
    });
    const queuePolicy = new SqsQueuePolicy(this, 'QueuePolicy', {
      queueUrl: this.queue.id,
      policy: policy.json,
    });
    for (const [index, rule] of rules.entries()) {
      new CloudwatchEventTarget(this, `${EVENTS[index]?.id ?? ''}Target`, {
        rule: rule.name,
        arn: this.queue.arn,
        dependsOn: [queuePolicy],
      });
    }
  }
}
