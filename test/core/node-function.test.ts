import { Testing } from 'cdktf';
import { NodeFunction, type NodeFunctionProps } from '../../constructs/core/node-function';
import { synth, TEST_PLACEMENT, testStack } from '../support/synth';

const PROPS: NodeFunctionProps = {
  name: ['token-claims'],
  description: 'Adds claims to tokens',
  entry: 'services/token-claims/handler.ts',
  environment: { CELL: 'use1a' },
  timeoutSeconds: 5,
  logRetentionDays: 90,
};

const build = (props: Partial<NodeFunctionProps> = {}) =>
  synth((scope) => {
    new NodeFunction(scope, 'Claims', { ...PROPS, ...props });
  });
const stack = build();
const policy = (props: Partial<NodeFunctionProps> = {}) => build(props).statements('Claims/Policy');

const ARN = 'arn:aws:lambda:us-east-1:222222222222:function:bulkhead-prod-use1a-token-claims';

test('runs the program on Arm with what it was given', () => {
  expect(stack.only('aws_lambda_function')).toMatchObject({
    function_name: 'bulkhead-prod-use1a-token-claims',
    runtime: 'nodejs24.x',
    architectures: ['arm64'],
    handler: 'index.handler',
    filename: expect.stringMatching(/^\.\/assets\/.+\/program\.zip$/) as string,
    source_code_hash: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) as string,
    memory_size: 256,
    timeout: 5,
    environment: { variables: { CELL: 'use1a' } },
    tracing_config: { mode: 'Active' },
  });
  expect(stack.only('aws_lambda_function')).not.toHaveProperty('vpc_config');
  expect(stack.only('aws_lambda_function')).not.toHaveProperty('reserved_concurrent_executions');
});

test('writes lines as they are to a log of its own that is encrypted', () => {
  const log = stack.only('aws_cloudwatch_log_group');
  expect(log).toMatchObject({ name: '/aws/lambda/bulkhead-prod-use1a-token-claims', retention_in_days: 90 });
  expect(log['kms_key_id']).toContain('aws_kms_key.');
  expect(stack.only('aws_lambda_function')['logging_config']).toEqual({
    log_format: 'Text',
    log_group: `\${${log.address}.name}`,
  });
});

test('can do no more than write its log and its traces and read its environment', () => {
  expect(policy()).toEqual([
    {
      sid: 'OwnLog',
      effect: 'Allow',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [
        'arn:aws:logs:us-east-1:222222222222:log-group:/aws/lambda/bulkhead-prod-use1a-token-claims:*',
      ],
    },
    {
      sid: 'OwnEnvironment',
      effect: 'Allow',
      actions: ['kms:Decrypt'],
      resources: [expect.stringContaining('aws_kms_key.') as string],
      condition: [
        { test: 'StringEquals', variable: 'kms:EncryptionContext:aws:lambda:FunctionArn', values: [ARN] },
      ],
    },
    {
      sid: 'Traces',
      effect: 'Allow',
      actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
      resources: ['*'],
    },
  ]);
});

test('can do what else it was granted', () => {
  const granted = { sid: 'Read', effect: 'Allow', actions: ['dynamodb:GetItem'], resources: ['arn:t'] };
  expect(policy({ statements: [granted] }).at(-1)).toEqual(granted);
});

test('has no permission for traces that it does not start', () => {
  expect(policy({ tracing: false }).map(({ sid }) => sid as string)).toEqual(['OwnLog', 'OwnEnvironment']);
  expect(build({ tracing: false }).only('aws_lambda_function')['tracing_config']).toEqual({
    mode: 'PassThrough',
  });
});

test('in a VPC lets Lambda make network interfaces, and never its own program', () => {
  const network = { subnetIds: ['subnet-1', 'subnet-2'], securityGroupId: 'sg-1' };
  expect(build({ network }).only('aws_lambda_function')['vpc_config']).toEqual({
    subnet_ids: ['subnet-1', 'subnet-2'],
    security_group_ids: ['sg-1'],
  });
  const [allowed, denied] = policy({ network }).slice(-2);
  expect(allowed).toMatchObject({ sid: 'InterfacesByLambda', effect: 'Allow' });
  expect(denied).toEqual({
    sid: 'NotByTheProgram',
    effect: 'Deny',
    actions: allowed?.['actions'] as unknown,
    resources: ['*'],
    condition: [{ test: 'ArnEquals', variable: 'lambda:SourceFunctionArn', values: [ARN] }],
  });
});

test('is there after its permissions', () => {
  expect(stack.only('aws_lambda_function')['depends_on']).toEqual([
    stack.only('aws_iam_role_policy').address,
  ]);
});

test('runs as a role that only Lambda takes, only in this account, within the boundary', () => {
  expect(stack.only('aws_iam_role')).toMatchObject({
    name: 'bulkhead-prod-use1a-token-claims',
    permissions_boundary: 'arn:aws:iam::222222222222:policy/bulkhead-prod-use1a-boundary',
  });
  expect(stack.statements('Claims/Trust')).toEqual([
    {
      sid: 'FunctionsOfThisAccount',
      effect: 'Allow',
      principals: [{ type: 'Service', identifiers: ['lambda.amazonaws.com'] }],
      actions: ['sts:AssumeRole'],
      condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: ['222222222222'] }],
    },
  ]);
});

test('tells names and ARNs that need no lookup', () => {
  const made = new NodeFunction(testStack(), 'Claims', PROPS);
  const { functionName, arn, roleName, roleArn } = made;
  expect({ functionName, arn, roleName, roleArn }).toEqual({
    functionName: 'bulkhead-prod-use1a-token-claims',
    arn: ARN,
    roleName: 'bulkhead-prod-use1a-token-claims',
    roleArn: 'arn:aws:iam::222222222222:role/bulkhead-prod-use1a-token-claims',
  });
});

test('is invoked by nobody until somebody is admitted, for one resource', () => {
  expect(stack.resources('aws_lambda_permission')).toEqual([]);
  const admitting = synth((scope) => {
    new NodeFunction(scope, 'Claims', PROPS).admit('Pool', 'cognito-idp.amazonaws.com', 'arn:aws:pool');
  });
  expect(admitting.only('aws_lambda_permission')).toMatchObject({
    action: 'lambda:InvokeFunction',
    principal: 'cognito-idp.amazonaws.com',
    source_arn: 'arn:aws:pool',
    source_account: '222222222222',
  });
});

test.each([
  [{ memoryMb: 128 }],
  [{ memoryMb: 10_240 }],
  [{ timeoutSeconds: 1 }],
  [{ timeoutSeconds: 900 }],
  [{ reservedConcurrency: 1 }],
  [{ reservedConcurrency: 1000 }],
  [{ environment: { NODE_OPTIONS: '--enable-source-maps', AWS_NODEJS_CONNECTION_REUSE_ENABLED: '1' } }],
])('takes what is just within limits: %j', (props) => {
  expect(() => new NodeFunction(testStack(), 'Claims', { ...PROPS, ...props })).not.toThrow();
});

test('names everything that is wrong at once', () => {
  expect(
    () =>
      new NodeFunction(testStack('test', Testing.app(), TEST_PLACEMENT), 'Claims', {
        ...PROPS,
        description: '',
        memoryMb: 127,
        timeoutSeconds: 901,
        reservedConcurrency: 0,
        environment: { AWS_REGION: 'x', 'a-b': 'y', BIG: 'z'.repeat(4096) },
        network: { subnetIds: [], securityGroupId: 'sg-1' },
      }),
  ).toThrowErrorMatchingInlineSnapshot(`
   "[test/Claims] invalid NodeFunction props:
     - description must have 1 to 256 characters, got 0
     - memoryMb must be a whole number between 128 and 10240, got 127
     - timeoutSeconds must be a whole number between 1 and 900, got 901
     - reservedConcurrency must be a whole number between 1 and 1000, got 0
     - environment must have names of letters, digits and underscores that Lambda does not use itself, got AWS_REGION, a-b
     - environment must be at most 4096 bytes as JSON, got 4133
     - network must have at least one subnet, got none"
  `);
});
