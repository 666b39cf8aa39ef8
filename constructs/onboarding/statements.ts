import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import type { Placement } from '../core/placement';
import { startAsItIs } from '../core/start-as-it-is';
import { BUILD_VARIABLES } from './definition';
import { EVENT_SOURCE, EVENTS } from './events';
import { type Machine, machineArn, tenantBusArn } from './names';

/** What the machines' roles may do. */

type Allowed = DataAwsIamPolicyDocumentStatement;

/** Using the key of a machine's data, for these machines: "Data at rest encryption in Step Functions", AWS Step Functions Developer Guide. */
export const useDataKey = (home: Placement, keyArn: string, machines: readonly Machine[]): Allowed => ({
  sid: 'DataKey',
  effect: 'Allow',
  actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
  resources: [keyArn],
  condition: [
    {
      test: 'StringEquals',
      variable: 'kms:EncryptionContext:aws:states:stateMachineArn',
      values: machines.map((machine) => machineArn(home, machine)),
    },
  ],
});

/** What every machine does besides: logs and traces. CloudWatch Logs and X-Ray know no resources for any of these. */
export const watching = (): Allowed[] => [
  {
    sid: 'DeliverLogs',
    effect: 'Allow',
    // "Logging using CloudWatch Logs", AWS Step Functions Developer Guide: IAM policies for logging.
    actions: [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ],
    resources: ['*'],
  },
  {
    sid: 'Trace',
    effect: 'Allow',
    actions: [
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ],
    resources: ['*'],
  },
];

/** What the machine does that onboards a tenant. */
export const onboardStatements = (
  home: Placement,
  { projectArn, pipelineArn }: { readonly projectArn: string; readonly pipelineArn: string },
): Allowed[] => [
  {
    sid: 'FindVersion',
    effect: 'Allow',
    actions: ['codepipeline:ListPipelineExecutions'],
    resources: [pipelineArn],
  },
  startAsItIs(projectArn, BUILD_VARIABLES),
  {
    sid: 'FollowIt',
    effect: 'Allow',
    actions: ['codebuild:BatchGetBuilds', 'codebuild:StopBuild'],
    resources: [projectArn],
  },
  {
    sid: 'HearOfItsEnd',
    effect: 'Allow',
    // How Step Functions learns that a build has ended: "IAM policies for calling AWS CodeBuild", AWS Step Functions Developer Guide.
    actions: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
    resources: [
      `arn:aws:events:${home.region}:${home.account}:rule/StepFunctionsGetEventForCodeBuildStartBuildRule`,
    ],
  },
  {
    sid: 'TellOfIt',
    effect: 'Allow',
    actions: ['events:PutEvents'],
    resources: [tenantBusArn(home)],
    condition: [
      { test: 'StringEquals', variable: 'events:source', values: [EVENT_SOURCE] },
      {
        test: 'StringEquals',
        variable: 'events:detail-type',
        values: [EVENTS.failed, EVENTS.provisioned],
      },
    ],
  },
];

/** What the machine does that starts the other. */
export const startStatements = (
  home: Placement,
  { queueArn, keyArn }: { readonly queueArn: string; readonly keyArn: string },
): Allowed[] => [
  {
    sid: 'StartIt',
    effect: 'Allow',
    actions: ['states:StartExecution'],
    resources: [machineArn(home, 'onboard')],
  },
  { sid: 'KeepIt', effect: 'Allow', actions: ['sqs:SendMessage'], resources: [queueArn] },
  {
    sid: 'QueueKey',
    effect: 'Allow',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [keyArn],
    condition: [
      { test: 'StringEquals', variable: 'kms:ViaService', values: [`sqs.${home.region}.amazonaws.com`] },
    ],
  },
];
