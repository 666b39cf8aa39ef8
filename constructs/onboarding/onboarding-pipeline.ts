import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { Construct } from 'constructs';
import { EncryptionKey } from '../core/encryption-key';
import { nameIn, physicalName } from '../core/naming';
import { type Placement, placementOf } from '../core/placement';
import { type Rule, validateProps } from '../core/validation';
import { OnboardingAlarms } from './alarms';
import { onboardingDefinition, startDefinition } from './definition';
import { EVENTS } from './events';
import { ROLE_PREFIX, ServiceRole, StateMachine } from './machine';
import { machineArn, ONBOARDING, tenantBusArn, tenantBusName } from './names';
import { onboardStatements, startStatements, useDataKey, watching } from './statements';
import { TenantBus } from './tenant-bus';

export interface OnboardingPipelineProps {
  /** ARNs of the roles that may ask for tenants, at most 20. Empty for nobody. */
  readonly callers: readonly string[];

  /** CodeBuild project of the home account that runs the command. */
  readonly project: { readonly name: string; readonly arn: string };

  /** Pipeline that deploys this platform: the newest version that it has brought everywhere is what is run. */
  readonly pipeline: { readonly name: string; readonly arn: string };

  /** Topic that tells people of failures. Its policy lets CloudWatch publish. */
  readonly noticesTopicArn: string;

  /** How long logs are kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

const MOST_CALLERS = 20;

const RULES: readonly Rule<OnboardingPipelineProps>[] = [
  {
    // A policy of a bus has 10 KB: "PutPermission", Amazon EventBridge API Reference.
    fails: ({ callers }) => callers.length > MOST_CALLERS,
    message: ({ callers }) =>
      `callers must be at most ${String(MOST_CALLERS)}, got ${String(callers.length)}`,
  },
  {
    fails: ({ callers }) => callers.some((arn) => !/^arn:aws:iam::\d{12}:role\/[^*?]+$/.test(arn)),
    message: ({ callers }) => `callers must be ARNs of roles without wildcards, got ${callers.join(', ')}`,
  },
];

/** How long EventBridge tries to hand a request on, in seconds, and what is in the dead-letter queue is kept: a day, and two weeks. */
const TRY_SECONDS = 86_400;
const KEEP_SECONDS = 1_209_600;

/**
 * Onboards a tenant for one event: "tenant requested" on a bus starts a state machine, once a request, which has CodeBuild run the
 * `bulkhead` command, takes back what can be taken back when that fails, and says what became of it in another event
 * (ADR 0032). What nobody could be told of is in a dead-letter queue, and an alarm says so.
 */
export class OnboardingPipeline extends Construct {
  public constructor(scope: Construct, id: string, props: OnboardingPipelineProps) {
    super(scope, id);
    validateProps(this, 'OnboardingPipeline props', props, RULES);
    const { callers, project, pipeline, logRetentionDays, noticesTopicArn } = props;
    const home = placementOf(this);
    const ruleName = physicalName(this, 'eventRule', ROLE_PREFIX, 'requested');
    const ruleArn = `arn:aws:events:${home.region}:${home.account}:rule/${tenantBusName(home)}/${ruleName}`;
    const { arn: keyArn } = new EncryptionKey(this, 'Key', {
      name: [ONBOARDING],
      description: 'Requests of tenants, and what became of them',
      statements: keyUsers(home),
      // Executions and events are gone after 90 days, and what became of a tenant is in the registry.
      disposable: true,
    });
    const queue = this.addQueue(keyArn, ruleArn);

    new StateMachine(this, 'Onboard', {
      ...{ machine: 'onboard', type: 'STANDARD', keyArn, logRetentionDays },
      definition: onboardingDefinition({
        busName: tenantBusName(home),
        projectName: project.name,
        pipelineName: pipeline.name,
      }),
      statements: [
        ...onboardStatements(home, { projectArn: project.arn, pipelineArn: pipeline.arn }),
        useDataKey(home, keyArn, ['onboard']),
        ...watching(),
      ],
    });
    const start = new StateMachine(this, 'Start', {
      ...{ machine: 'start', type: 'EXPRESS', keyArn, logRetentionDays },
      definition: startDefinition(machineArn(home, 'onboard'), queue.url),
      statements: [
        ...startStatements(home, { queueArn: queue.arn, keyArn }),
        useDataKey(home, keyArn, ['onboard', 'start']),
        ...watching(),
      ],
    });
    const { busName } = new TenantBus(this, 'Bus', {
      ...{ callers, keyArn, queueArn: queue.arn },
      tellerRoleArn: `arn:aws:iam::${home.account}:role/${nameIn(home, 'iamRole', ROLE_PREFIX, 'onboard')}`,
    });

    const rule = new CloudwatchEventRule(this, 'Requested', {
      name: ruleName,
      description: 'A tenant is asked for',
      eventBusName: busName,
      eventPattern: JSON.stringify({ 'detail-type': [EVENTS.requested] }),
    });
    const caller = new ServiceRole(this, 'Caller', {
      name: [ROLE_PREFIX, 'requested'],
      description: `Rule ${ruleName}`,
      service: 'events.amazonaws.com',
      sourceArn: ruleArn,
      statements: [
        {
          sid: 'StartTheStarter',
          effect: 'Allow',
          actions: ['states:StartExecution'],
          resources: [machineArn(home, 'start')],
        },
        useDataKey(home, keyArn, ['start']),
      ],
    });
    new CloudwatchEventTarget(this, 'Target', {
      rule: rule.name,
      eventBusName: busName,
      arn: start.arn,
      roleArn: caller.arn,
      deadLetterConfig: { arn: queue.arn },
      retryPolicy: { maximumEventAgeInSeconds: TRY_SECONDS, maximumRetryAttempts: 185 },
      dependsOn: [start.resource, caller.permissions],
    });
    new OnboardingAlarms(this, 'Alarms', {
      queueName: queue.name,
      topicArn: noticesTopicArn,
    });
  }

  /** Where requests are that could not be handed on. */
  private addQueue(keyArn: string, ruleArn: string): SqsQueue {
    const home = placementOf(this);
    const queue = new SqsQueue(this, 'DeadLetters', {
      name: physicalName(this, 'sqsQueue', ROLE_PREFIX, 'failed'),
      messageRetentionSeconds: KEEP_SECONDS,
      kmsMasterKeyId: keyArn,
    });
    const policy = new DataAwsIamPolicyDocument(this, 'DeadLettersPolicy', {
      statement: [
        {
          sid: 'EventsSend',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['events.amazonaws.com'] }],
          actions: ['sqs:SendMessage'],
          resources: [queue.arn],
          // "Using dead-letter queues", Amazon EventBridge User Guide: of the rule, and of the bus.
          condition: [
            { test: 'ArnEquals', variable: 'aws:SourceArn', values: [tenantBusArn(home), ruleArn] },
          ],
        },
        {
          sid: 'RefusePlainHttp',
          effect: 'Deny',
          principals: [{ type: '*', identifiers: ['*'] }],
          // All actions of SQS, because this refuses.
          actions: ['sqs:*'],
          resources: [queue.arn],
          condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
        },
      ],
    });
    new SqsQueuePolicy(this, 'DeadLettersAccess', { queueUrl: queue.url, policy: policy.minifiedJson });
    return queue;
  }
}

/** Services that use the key beside the machines' roles. In a key policy `*` is this key. */
const keyUsers = (home: Placement): DataAwsIamPolicyDocumentStatement[] => [
  {
    sid: 'EventsEncrypt',
    effect: 'Allow',
    principals: [{ type: 'Service', identifiers: ['events.amazonaws.com'] }],
    // "Encrypting event buses with AWS KMS keys" and "Using dead-letter queues", Amazon EventBridge User Guide.
    actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
    resources: ['*'],
    condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: [home.account] }],
  },
  {
    sid: 'LogsOfMachines',
    effect: 'Allow',
    principals: [{ type: 'Service', identifiers: ['delivery.logs.amazonaws.com'] }],
    // "Data at rest encryption in Step Functions", AWS Step Functions Developer Guide: logs of a machine with a key of one's own.
    actions: ['kms:Decrypt'],
    resources: ['*'],
    condition: [
      {
        test: 'ArnLike',
        variable: 'kms:EncryptionContext:SourceArn',
        values: [`arn:aws:logs:${home.region}:${home.account}:*`],
      },
    ],
  },
];
