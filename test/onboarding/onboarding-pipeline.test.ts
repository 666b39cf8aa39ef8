import {
  OnboardingPipeline,
  type OnboardingPipelineProps,
} from '../../constructs/onboarding/onboarding-pipeline';
import type { Statement } from '../../constructs/access/statement';
import {
  idle,
  permissionsOf,
  refused,
  resourcePolicy,
  trustOf,
  unused,
  type Call,
} from '../delivery/paper-walk';
import { HOME } from '../stacks/fixture';
import { allows } from '../support/iam';
import { synth, type SynthesizedStack } from '../support/synth';

/** The construct: what it is made of, and that its roles may do what its machines do, and nothing else. */

const SIGN_UP = 'arn:aws:iam::111111111111:role/sign-up';
const PROJECT = 'arn:aws:codebuild:us-east-1:111111111111:project/bulkhead-prod-onboarding';
const PIPELINE = 'arn:aws:codepipeline:us-east-1:111111111111:bulkhead-prod-infrastructure';
const TOPIC = 'arn:aws:sns:us-east-1:111111111111:bulkhead-prod-releases';
const BUS = 'arn:aws:events:us-east-1:111111111111:event-bus/bulkhead-prod-tenants';
const machineArn = (name: string): string =>
  `arn:aws:states:us-east-1:111111111111:stateMachine:bulkhead-prod-${name}`;
const roleArn = (name: string): string => `arn:aws:iam::111111111111:role/bulkhead-prod-${name}`;

const make = (props: Partial<OnboardingPipelineProps> = {}): SynthesizedStack =>
  synth(
    (stack) =>
      new OnboardingPipeline(stack, 'Onboarding', {
        callers: [SIGN_UP],
        project: { name: 'bulkhead-prod-onboarding', arn: PROJECT },
        pipeline: { name: 'bulkhead-prod-infrastructure', arn: PIPELINE },
        ...{ noticesTopicArn: TOPIC, logRetentionDays: 365 },
        ...props,
      }),
    HOME,
  );
const stack = make();

describe('the bus', () => {
  const policy = resourcePolicy(stack, 'Bus/Policy');
  const put = (principal: string, type: string, statements = policy): boolean =>
    allows(statements, {
      action: 'events:PutEvents',
      resource: BUS,
      context: { 'aws:PrincipalArn': principal, 'events:detail-type': type },
    });
  /** What a role of this account may whom IAM allows everything. */
  const anything: Statement = { sid: 'Iam', actions: ['events:PutEvents'], resources: [BUS] };

  it('takes requests of the named roles', () => {
    expect(put(SIGN_UP, 'tenant requested')).toBe(true);
  });

  it.each([
    ['a request of anybody else, whom IAM allows it', roleArn('pipeline-api'), 'tenant requested'],
    ['a word on what became of a tenant but the machine’s', SIGN_UP, 'tenant provisioned'],
    ['one of the machine’s starter', roleArn('tenants-start'), 'tenant failed'],
  ])('refuses %s', (_, principal, type) => {
    expect(put(principal, type, [...policy, anything])).toBe(false);
  });

  it('lets the machine answer, whom IAM allows it', () => {
    expect(put(roleArn('tenants-onboard'), 'tenant failed', [...policy, anything])).toBe(true);
  });

  it('is closed to all where nobody is named', () => {
    const closed = resourcePolicy(make({ callers: [] }), 'Bus/Policy');
    expect(closed.filter(({ effect }) => effect !== 'Deny')).toEqual([]);
    expect(put(SIGN_UP, 'tenant requested', [...closed, anything])).toBe(false);
  });
});

describe('on paper', () => {
  const key = { 'kms:EncryptionContext:aws:states:stateMachineArn': '' };
  const keyArn = '${aws_kms_key.Onboarding_Key_DEFAULT.arn}';
  const call = (action: string, resource: string, context: Call['context'] = {}): Call => ({
    ...{ by: '', action, resource },
    context: { ...context },
  });
  /** Statements whose resources only Terraform knows, with a name for them. */
  const permissions = (name: string): readonly Statement[] =>
    permissionsOf(stack, `bulkhead-prod-${name}`).map((statement) => ({
      ...statement,
      resources: statement.resources.map((resource) =>
        resource.includes('aws_kms_key') ? keyArn : resource.includes('aws_sqs_queue') ? 'queue' : resource,
      ),
    }));
  const useKey = (machine: string): readonly Call[] =>
    ['kms:Decrypt', 'kms:GenerateDataKey'].map((action) =>
      call(action, keyArn, {
        ...key,
        'kms:EncryptionContext:aws:states:stateMachineArn': machineArn(machine),
      }),
    );
  const watched = [
    ...['Create', 'Delete', 'Get', 'Update'].map((verb) => call(`logs:${verb}LogDelivery`, '*')),
    ...['DescribeLogGroups', 'DescribeResourcePolicies', 'ListLogDeliveries', 'PutResourcePolicy'].map(
      (action) => call(`logs:${action}`, '*'),
    ),
    ...['GetSamplingRules', 'GetSamplingTargets', 'PutTelemetryRecords', 'PutTraceSegments'].map((action) =>
      call(`xray:${action}`, '*'),
    ),
  ];
  const rule = 'arn:aws:events:us-east-1:111111111111:rule/StepFunctionsGetEventForCodeBuildStartBuildRule';
  const variables = { 'codebuild:environment.environmentVariables.name': ['STEP', 'REQUEST', 'COMMIT'] };
  const tell = (type: string) => ({ 'events:source': 'bulkhead.tenants', 'events:detail-type': type });

  /** What each role is asked for: the resources of the definitions' states, and what Step Functions does besides. */
  const WALKS: Readonly<Record<string, readonly Call[]>> = {
    'tenants-onboard': [
      call('codepipeline:ListPipelineExecutions', PIPELINE),
      call('codebuild:StartBuild', PROJECT, variables),
      call('codebuild:StopBuild', PROJECT),
      call('codebuild:BatchGetBuilds', PROJECT),
      ...['DescribeRule', 'PutRule', 'PutTargets'].map((action) => call(`events:${action}`, rule)),
      call('events:PutEvents', BUS, tell('tenant provisioned')),
      call('events:PutEvents', BUS, tell('tenant failed')),
      ...useKey('onboarding'),
      ...watched,
    ],
    'tenants-start': [
      call('states:StartExecution', machineArn('onboarding')),
      call('sqs:SendMessage', 'queue'),
      ...['kms:Decrypt', 'kms:GenerateDataKey'].map((action) =>
        call(action, keyArn, { 'kms:ViaService': 'sqs.us-east-1.amazonaws.com' }),
      ),
      ...useKey('onboarding'),
      ...useKey('start-onboarding'),
      ...watched,
    ],
    'tenants-requested': [
      call('states:StartExecution', machineArn('start-onboarding')),
      ...useKey('start-onboarding'),
    ],
  };

  it.each(Object.entries(WALKS))('%s may do all that it does, and nothing else', (name, calls) => {
    expect(refused(permissions(name), calls)).toEqual([]);
    expect(unused(permissions(name), calls)).toEqual([]);
    expect(idle(permissions(name), calls)).toEqual([]);
  });

  it('every call of every state is one of these', () => {
    const states = stack
      .resources('aws_sfn_state_machine')
      .flatMap((machine) =>
        Object.values(
          (JSON.parse(String(machine['definition'])) as { States: Record<string, { Resource?: string }> })
            .States,
        ),
      );
    expect(
      [...new Set(states.flatMap(({ Resource }) => (Resource === undefined ? [] : [Resource])))].sort(),
    ).toEqual([
      'arn:aws:states:::aws-sdk:codepipeline:listPipelineExecutions',
      'arn:aws:states:::codebuild:startBuild.sync',
      'arn:aws:states:::events:putEvents',
      'arn:aws:states:::sqs:sendMessage',
      'arn:aws:states:::states:startExecution',
    ]);
  });

  it('starts the project as it is, with no variable but its own', () => {
    const onboard = permissions('tenants-onboard');
    for (const context of [
      { ...variables, 'codebuild:source.buildspec': 'version: 0.2' },
      { ...variables, 'codebuild:environment.image': 'mine' },
      { 'codebuild:environment.environmentVariables.name': ['STEP', 'LD_PRELOAD'] },
    ]) {
      expect(allows(onboard, call('codebuild:StartBuild', PROJECT, context))).toBe(false);
    }
  });

  it.each(Object.keys(WALKS))('%s is taken by its service for one resource only', (name) => {
    const [trust, ...others] = trustOf(stack, `bulkhead-prod-${name}`);
    expect(others).toEqual([]);
    expect(trust?.conditions?.map(({ variable }) => variable)).toEqual([
      'aws:SourceAccount',
      'aws:SourceArn',
    ]);
  });
});

describe('what is asked for', () => {
  it('is encrypted wherever it lies, and in no log', () => {
    const ours = expect.stringContaining('aws_kms_key.Onboarding_Key') as unknown;
    expect(stack.only('aws_cloudwatch_event_bus')['kms_key_identifier']).toEqual(ours);
    expect(stack.only('aws_sqs_queue')['kms_master_key_id']).toEqual(ours);
    for (const machine of stack.resources('aws_sfn_state_machine')) {
      expect(machine).toMatchObject({
        encryption_configuration: { type: 'CUSTOMER_MANAGED_KMS_KEY', kms_key_id: ours },
        logging_configuration: { level: 'ERROR', include_execution_data: false },
        tracing_configuration: { enabled: true },
      });
    }
  });

  it('is tried for a day, and then kept', () => {
    expect(stack.only('aws_cloudwatch_event_target')).toMatchObject({
      retry_policy: { maximum_event_age_in_seconds: 86_400, maximum_retry_attempts: 185 },
      dead_letter_config: { arn: expect.stringContaining('aws_sqs_queue') as unknown },
    });
    expect(JSON.parse(String(stack.only('aws_cloudwatch_event_rule')['event_pattern']))).toEqual({
      'detail-type': ['tenant requested'],
    });
  });

  it('is never lost without an alarm that tells people', () => {
    const alarms = stack.resources('aws_cloudwatch_metric_alarm');
    expect(alarms.map((alarm) => [String(alarm['alarm_name']), String(alarm['metric_name'])])).toEqual([
      ['bulkhead-prod-onboarding-aborted', 'ExecutionsAborted'],
      ['bulkhead-prod-onboarding-dead-letters', 'ApproximateNumberOfMessagesVisible'],
      ['bulkhead-prod-onboarding-failed', 'ExecutionsFailed'],
      ['bulkhead-prod-onboarding-not-started', 'ExecutionsFailed'],
      ['bulkhead-prod-onboarding-timed-out', 'ExecutionsTimedOut'],
    ]);
    for (const alarm of alarms) {
      expect(alarm).toMatchObject({
        threshold: 0,
        treat_missing_data: 'notBreaching',
        alarm_actions: [TOPIC],
      });
    }
  });
});

test('tells all that is wrong at once', () => {
  const callers = ['me', ...Array.from({ length: 20 }, () => SIGN_UP)];
  expect(() => make({ callers })).toThrow(
    /callers must be at most 20, got 21\n.*callers must be ARNs of roles/s,
  );
});
