import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription';
import { Construct } from 'constructs';
import { EncryptionKey } from '../core/encryption-key';
import { physicalName } from '../core/naming';
import { type Placement, placementOf, prefixOf } from '../core/placement';
import { driftRoleArn } from './names';

export interface ReleaseNoticesProps {
  /** E-mail addresses that hear of it. Each must confirm once; SNS asks it to. */
  readonly addresses: readonly string[];

  /** Cells whose projects tell of drift. @default - none */
  readonly cells?: readonly Placement[];
}

/** What is told: pattern of the event's details, and the text. */
interface Notice {
  readonly name: string;
  readonly description: string;
  readonly detailType: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly paths: Readonly<Record<string, string>>;
  readonly text: string;
}

const PIPELINE = { pipeline: '$.detail.pipeline', execution: '$.detail.execution-id', region: '$.region' };
const LINK =
  'https://<region>.console.aws.amazon.com/codesuite/codepipeline/pipelines/<pipeline>/executions/<execution>';

/** "Monitoring CodePipeline events", AWS CodePipeline User Guide. */
const NOTICES: readonly Notice[] = [
  {
    name: 'ended',
    description: 'A release that stopped before it reached everybody',
    detailType: 'CodePipeline Pipeline Execution State Change',
    detail: { state: ['FAILED', 'STOPPED'] },
    paths: { ...PIPELINE, state: '$.detail.state' },
    text: `"Pipeline <pipeline>: <state>. Stages before it keep the release; the stage that failed goes back to the one before. ${LINK}"`,
  },
  {
    name: 'superseded',
    description: 'A release whose place a newer one has taken',
    detailType: 'CodePipeline Pipeline Execution State Change',
    detail: { state: ['SUPERSEDED'] },
    paths: PIPELINE,
    text: `"Pipeline <pipeline>: a newer release has taken the place of this one while it waited. Nothing is to be done. ${LINK}"`,
  },
  {
    name: 'failed-step',
    description: 'The step of a release that failed',
    detailType: 'CodePipeline Action Execution State Change',
    detail: { state: ['FAILED'] },
    paths: {
      ...PIPELINE,
      stage: '$.detail.stage',
      action: '$.detail.action',
    },
    text: `"Pipeline <pipeline>: step <action> of stage <stage> failed. Its log says why and what to do. ${LINK}"`,
  },
  {
    name: 'waiting',
    description: 'A release that waits for a window or an approval',
    detailType: 'CodePipeline Action Execution State Change',
    detail: { type: { category: ['Approval'] }, state: ['STARTED'] },
    paths: { ...PIPELINE, stage: '$.detail.stage' },
    text: `"Pipeline <pipeline> waits at stage <stage>. A stage whose name ends in window opens by itself in the maintenance window; all others wait for a person. ${LINK}"`,
  },
];

/**
 * Tells people of releases that need them: a topic with a key of its own, for all pipelines of the platform.
 */
export class ReleaseNotices extends Construct {
  public readonly topicArn: string;

  public constructor(scope: Construct, id: string, { addresses, cells = [] }: ReleaseNoticesProps) {
    super(scope, id);
    const home = placementOf(this);
    const name = physicalName(this, 'snsTopic', 'releases');
    this.topicArn = `arn:aws:sns:${home.region}:${home.account}:${name}`;
    const key = new EncryptionKey(this, 'Key', {
      name: ['releases'],
      description: `Topic ${name}`,
      statements: [
        {
          sid: 'EventsEncrypt',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['events.amazonaws.com'] }],
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          // In a key policy `*` is this key.
          resources: ['*'],
        },
        {
          ...ofAlarms(home),
          sid: 'AlarmsEncrypt',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: ['*'],
        },
        ...tellers(cells, {
          sid: 'CellsEncrypt',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: ['*'],
        }),
      ],
      // Messages are gone when they are delivered.
      disposable: true,
    });
    const topic = new SnsTopic(this, 'Topic', { name, kmsMasterKeyId: key.arn });
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        {
          sid: 'EventsPublish',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['events.amazonaws.com'] }],
          actions: ['sns:Publish'],
          resources: [topic.arn],
          // No condition on the rule: "Amazon SNS permissions" of "Using resource-based policies for Amazon EventBridge" has none,
          // and a notice that is not delivered tells nobody. Rules of other accounts reach a topic as a role only, which is let
          // in by none of this.
        },
        { ...ofAlarms(home), sid: 'AlarmsPublish', actions: ['sns:Publish'], resources: [topic.arn] },
        ...tellers(cells, { sid: 'CellsPublish', actions: ['sns:Publish'], resources: [topic.arn] }),
        {
          sid: 'RefusePlainHttp',
          effect: 'Deny',
          principals: [{ type: '*', identifiers: ['*'] }],
          actions: ['sns:Publish'],
          resources: [topic.arn],
          condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
        },
      ],
    });
    const allowed = new SnsTopicPolicy(this, 'Access', { arn: topic.arn, policy: policy.minifiedJson });
    for (const address of [...addresses].sort()) {
      new SnsTopicSubscription(this, `To-${address}`, {
        topicArn: topic.arn,
        protocol: 'email',
        endpoint: address,
      });
    }
    for (const notice of NOTICES) {
      const rule = new CloudwatchEventRule(this, notice.name, {
        name: physicalName(this, 'eventRule', 'release', notice.name),
        description: notice.description,
        eventPattern: JSON.stringify({
          source: ['aws.codepipeline'],
          'detail-type': [notice.detailType],
          // Of all services, which need not be known here.
          detail: { pipeline: [{ prefix: `${prefixOf(home)}-` }], ...notice.detail },
        }),
      });
      new CloudwatchEventTarget(this, `${notice.name}-target`, {
        rule: rule.name,
        arn: topic.arn,
        inputTransformer: {
          inputPaths: { ...notice.paths },
          inputTemplate: notice.text,
        },
        dependsOn: [allowed],
      });
    }
  }
}

/** Alarms of this account: "Permissions for CloudWatch alarms to publish to encrypted topics", Amazon SNS Developer Guide. */
const ofAlarms = ({ account, region }: Placement) => ({
  effect: 'Allow',
  principals: [{ type: 'Service', identifiers: ['cloudwatch.amazonaws.com'] }],
  condition: [
    { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] },
    {
      test: 'ArnLike',
      variable: 'aws:SourceArn',
      values: [`arn:aws:cloudwatch:${region}:${account}:alarm:*`],
    },
  ],
});

/** Lets projects that look for drift do this, by a condition: a policy that names a role is refused until there is one. */
const tellers = (
  cells: readonly Placement[],
  statement: Pick<DataAwsIamPolicyDocumentStatement, 'sid' | 'actions' | 'resources'>,
): DataAwsIamPolicyDocumentStatement[] =>
  cells.length === 0
    ? []
    : [
        {
          ...statement,
          effect: 'Allow',
          principals: [
            {
              type: 'AWS',
              identifiers: [...new Set(cells.map(({ account }) => `arn:aws:iam::${account}:root`))].sort(),
            },
          ],
          condition: [
            { test: 'ArnEquals', variable: 'aws:PrincipalArn', values: cells.map(driftRoleArn).sort() },
          ],
        },
      ];
