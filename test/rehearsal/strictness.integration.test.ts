import { RehearsalError } from '../../rehearsal/runner/terraform';
import { type JsonStack, writePlatform } from './support/json-platform';
import { describeWithTerraform, errorsOf, run } from './support/run';

/** What Terraform says of one stack with a defect planted in it. */
async function refusal(stack: JsonStack): Promise<string> {
  return errorsOf(await run(writePlatform({ planted: stack })));
}

const cluster = {
  name: 'main',
  role_arn: 'arn:aws:iam::111122223333:role/eks',
  vpc_config: { subnet_ids: ['subnet-1'] },
};

/** A platform without a defect, so that each defect below is known to be the cause. */
const SOUND: JsonStack = {
  resource: {
    aws_eks_cluster: { main: cluster },
    aws_sqs_queue: { jobs: { name: 'jobs', tags: { a: 'b' } } },
  },
};

describeWithTerraform('a planted defect is refused by Terraform itself', () => {
  it('while the same platform without a defect is deployed', async () => {
    expect(await refusal(SOUND)).toBe('');
  });

  it.each<[string, JsonStack, RegExp]>([
    [
      'an attribute misspelt through an escape hatch',
      { resource: { aws_sqs_queue: { jobs: { name: 'jobs', visibilty_timeout_seconds: 30 } } } },
      /Extraneous JSON object property.*visibilty_timeout_seconds/s,
    ],
    [
      'a misspelt attribute inside a block',
      {
        resource: {
          aws_eks_cluster: {
            main: { ...cluster, vpc_config: { subnet_ids: ['subnet-1'], endpoint_privat_access: true } },
          },
        },
      },
      /endpoint_privat_access/,
    ],
    [
      'a required attribute left out',
      { resource: { aws_eks_cluster: { main: { name: 'main', vpc_config: { subnet_ids: ['subnet-1'] } } } } },
      /Missing required argument.*"role_arn"/s,
    ],
    [
      'a required block left out',
      {
        resource: {
          aws_eks_cluster: { main: { name: 'main', role_arn: 'arn:aws:iam::111122223333:role/eks' } },
        },
      },
      /At least 1 "vpc_config" blocks? (is|are) required/,
    ],
    [
      'a second block where there may be one',
      {
        resource: {
          aws_eks_cluster: {
            main: { ...cluster, vpc_config: [{ subnet_ids: ['subnet-1'] }, { subnet_ids: ['subnet-2'] }] },
          },
        },
      },
      /No more than 1 "vpc_config" blocks? (is|are) allowed/,
    ],
    [
      'a list where a map belongs',
      { resource: { aws_sqs_queue: { jobs: { name: 'jobs', tags: ['a', 'b'] } } } },
      /Incorrect attribute value type.*map of string required/s,
    ],
    [
      'text where a number belongs',
      { resource: { aws_sqs_queue: { jobs: { name: 'jobs', delay_seconds: 'soon' } } } },
      /a number is required/,
    ],
    [
      'a value for an attribute that only AWS decides',
      {
        resource: {
          aws_sqs_queue: { jobs: { name: 'jobs', arn: 'arn:aws:sqs:us-east-1:111122223333:jobs' } },
        },
      },
      /aws_sqs_queue\.jobs: Value for unconfigurable attribute.*Can't configure a value for "arn"/s,
    ],
    [
      'a reference to a resource that is not there',
      { resource: { aws_sqs_queue: { jobs: { name: '${aws_sqs_queue.other.name}' } } } },
      /Reference to undeclared resource/,
    ],
    [
      'a reference to an attribute that the type has not',
      {
        resource: {
          aws_sqs_queue: { jobs: { name: 'jobs' }, dead: { name: '${aws_sqs_queue.jobs.queue_arn}' } },
        },
      },
      /Unsupported attribute.*queue_arn/s,
    ],
    [
      'resources that need one another',
      {
        resource: {
          aws_sqs_queue: { a: { name: '${aws_sqs_queue.b.name}' }, b: { name: '${aws_sqs_queue.a.name}' } },
        },
      },
      /Cycle: aws_sqs_queue/,
    ],
    [
      'a resource type that the provider has not',
      { resource: { aws_sqs_qeue: { jobs: { name: 'jobs' } } } },
      /Invalid resource type|does not support resource type "aws_sqs_qeue"/,
    ],
    [
      'a secret shown by a plain output',
      {
        resource: { aws_ssm_parameter: { x: { name: '/x', type: 'String', value: 'y' } } },
        output: { shown: { value: '${aws_ssm_parameter.x.value}' } },
      },
      /Output refers to sensitive values/,
    ],
    [
      'a contract that nobody published',
      { data: { aws_ssm_parameter: { network: { name: '/bulkhead/dev/use1a/network' } } } },
      /data\.aws_ssm_parameter\.network: reading SSM Parameter \(\/bulkhead\/dev\/use1a\/network\): couldn't find resource/,
    ],
    [
      'a name that another resource has',
      { resource: { aws_sqs_queue: { a: { name: 'jobs' }, b: { name: 'jobs', delay_seconds: 5 } } } },
      /aws_sqs_queue \(jobs\): QueueAlreadyExists/,
    ],
    [
      'a provider block with an attribute that the provider has not',
      { ...SOUND, provider: { aws: [{ region: 'us-east-1', assume_rol: [] }] } },
      /assume_rol/,
    ],
    ['a provider block without a region', { ...SOUND, provider: { aws: [{}] } }, /names no region/],
    [
      'two statements of a policy with one sid',
      {
        data: {
          aws_iam_policy_document: {
            p: {
              statement: [
                { sid: 'A', actions: ['s3:Get*'], resources: ['*'] },
                { sid: 'A', actions: ['s3:Put*'], resources: ['*'] },
              ],
            },
          },
        },
      },
      /duplicate Sid \(A\)/,
    ],
  ])('%s', async (_, stack, message) => {
    expect(await refusal(stack)).toMatch(message);
  });

  it('but what the packages leave untyped is let through, and stays as it is', async () => {
    const rule = {
      name: 'limit',
      priority: 1,
      statement: { rate_based_statement: [{ limit: 100, aggregate_key_type: 'IP' }] },
      visibility_config: {
        cloudwatch_metrics_enabled: true,
        metric_name: 'limit',
        sampled_requests_enabled: true,
      },
    };
    const { visibility_config } = rule;
    const edge = {
      name: 'edge',
      scope: 'REGIONAL',
      default_action: { allow: {} },
      rule: [rule],
      visibility_config,
    };
    const out = writePlatform({ edge: { resource: { aws_wafv2_web_acl: { edge } } } });
    expect(errorsOf(await run(out, { verify: true }))).toBe('');
  });

  it('a reference to an output that another stack has not', async () => {
    const remote = {
      terraform_remote_state: {
        other: { backend: 's3', config: { bucket: 'state', key: 'first.tfstate', region: 'us-east-1' } },
      },
    };
    const out = writePlatform({
      first: {
        resource: { aws_sqs_queue: { a: { name: 'a' } } },
        output: { url: { value: '${aws_sqs_queue.a.url}' } },
      },
      second: {
        after: ['first'],
        data: remote,
        resource: { aws_sqs_queue: { b: { name: '${data.terraform_remote_state.other.outputs.arn}' } } },
      },
    });
    expect(errorsOf(await run(out))).toMatch(
      /Unsupported attribute.*This object does not have an attribute named "arn"/s,
    );
  });

  it('and outputs of other stacks that do exist are read from the rehearsed state, never from S3', async () => {
    const remote = {
      terraform_remote_state: {
        other: { backend: 's3', config: { bucket: 'state', key: 'first.tfstate', region: 'us-east-1' } },
      },
    };
    const out = writePlatform({
      first: {
        resource: { aws_sqs_queue: { a: { name: 'a' } } },
        output: { name: { value: '${aws_sqs_queue.a.name}' } },
      },
      second: {
        after: ['first'],
        data: remote,
        resource: {
          aws_sqs_queue: { b: { name: '${data.terraform_remote_state.other.outputs.name}-dead' } },
        },
      },
    });
    expect(errorsOf(await run(out))).toBe('');
  });

  it.each<[string, Parameters<typeof writePlatform>[0], string]>([
    [
      'a cycle between stacks',
      { a: { after: ['c'] }, b: { after: ['a'] }, c: { after: ['b'] } },
      'Stacks depend on one another in a circle: a → c → b → a',
    ],
    [
      'a stack that depends on one that was not synthesized',
      { a: { after: ['network'] } },
      'Stack a depends on network, which was not synthesized',
    ],
  ])('%s, before Terraform starts', async (_, stacks, message) => {
    await expect(run(writePlatform(stacks))).rejects.toThrow(new RehearsalError(message));
  });
});
