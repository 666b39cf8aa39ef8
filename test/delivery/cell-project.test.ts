import { CellProject, type CellProjectProps } from '../../constructs/delivery/cell-project';
import { synth, type SynthesizedStack } from '../support/synth';
import { HOME, USE1A } from '../stacks/fixture';

const project = (props: Partial<CellProjectProps> = {}): SynthesizedStack =>
  synth((scope) => {
    new CellProject(scope, 'Project', {
      name: ['release', 'api'],
      description: 'Releases api',
      buildspec: '{}',
      environment: { SERVICE: 'api', CELL: 'use1a' },
      statements: [],
      network: { vpcId: 'vpc-1', privateSubnetIds: ['subnet-1', 'subnet-2', 'subnet-3'] },
      securityGroupId: 'sg-1',
      artifacts: { home: HOME, pipelines: ['bulkhead-prod-api'] },
      logRetentionDays: 30,
      ...props,
    });
  }, USE1A);

describe('a project of a cell', () => {
  const stack = project();

  it('stands in private subnets, is not privileged, and runs for two hours at most', () => {
    expect(stack.only('aws_codebuild_project')).toMatchObject({
      name: 'bulkhead-prod-use1a-release-api',
      build_timeout: 120,
      environment: {
        type: 'ARM_CONTAINER',
        image: 'aws/codebuild/amazonlinux-aarch64-standard:3.0',
        privileged_mode: false,
        environment_variable: [
          { name: 'CELL', value: 'use1a', type: 'PLAINTEXT' },
          { name: 'SERVICE', value: 'api', type: 'PLAINTEXT' },
        ],
      },
      vpc_config: {
        vpc_id: 'vpc-1',
        subnets: ['subnet-1', 'subnet-2', 'subnet-3'],
        security_group_ids: ['sg-1'],
      },
    });
  });

  it('is the one project that may be its role, which the boundary limits', () => {
    expect(stack.statements('Project/Trust')).toMatchObject([
      {
        principals: [{ type: 'Service', identifiers: ['codebuild.amazonaws.com'] }],
        condition: [
          { test: 'StringEquals', variable: 'aws:SourceAccount', values: ['222222222222'] },
          {
            test: 'ArnEquals',
            variable: 'aws:SourceArn',
            values: ['arn:aws:codebuild:us-east-1:222222222222:project/bulkhead-prod-use1a-release-api'],
          },
        ],
      },
    ]);
    expect(stack.only('aws_iam_role')['permissions_boundary']).toBe(
      'arn:aws:iam::222222222222:policy/bulkhead-prod-use1a-boundary',
    );
  });

  it('logs to a group that CloudWatch Logs encrypts, and to no other', () => {
    const group = stack.only('aws_cloudwatch_log_group');
    expect(group).toMatchObject({
      name: '/aws/codebuild/bulkhead-prod-use1a-release-api',
      retention_in_days: 30,
    });
    expect(group['kms_key_id']).toContain(stack.only('aws_kms_key').address);
    expect(stack.only('aws_codebuild_project')['logs_config']).toMatchObject({
      cloudwatch_logs: { group_name: `\${${group.address}.name}`, status: 'ENABLED' },
      s3_logs: { status: 'DISABLED' },
    });
  });

  it('gives CodeBuild interfaces in its subnets and with its group only', () => {
    const statements = Object.fromEntries(
      stack.statements('Project/Policy').map((statement) => [statement['sid'], statement]),
    );
    const subnets = expect.stringMatching(/^\$\{formatlist\(".*:subnet\/%s", \[/) as string;
    expect(statements).toMatchObject({
      MakeInterfaces: {
        resources: [
          'arn:aws:ec2:us-east-1:222222222222:network-interface/*',
          'arn:aws:ec2:us-east-1:222222222222:security-group/sg-1',
        ],
      },
      MakeThemInSubnets: { resources: subnets },
      RemoveInterfaces: { condition: [{ variable: 'ec2:Subnet', values: subnets }] },
      HandInterfacesToCodeBuild: {
        condition: [
          { variable: 'ec2:AuthorizedService', values: ['codebuild.amazonaws.com'] },
          { variable: 'ec2:Subnet', values: subnets },
        ],
      },
    });
  });

  it('reads artifacts of its pipelines, and writes none', () => {
    const text = JSON.stringify(stack.statements('Project/Policy'));
    expect(text).toContain(
      '"arn:aws:s3:::bulkhead-prod-artifacts-111111111111-us-east-1/bulkhead-prod-api/*"',
    );
    expect(text).not.toMatch(/s3:(Put|Delete|List)|kms:(GenerateDataKey|Encrypt)/);
  });
});

test.each([5, 480])('runs for %i minutes if asked', (timeoutMinutes) => {
  expect(project({ timeoutMinutes }).only('aws_codebuild_project')['build_timeout']).toBe(timeoutMinutes);
});

it('fails with every problem named at once', () => {
  expect(() => project({ timeoutMinutes: 481, description: '', buildspec: 'echo ${HOME}' }))
    .toThrowErrorMatchingInlineSnapshot(`
   "[test/Project] invalid CellProject props:
     - description must have 1 to 255 characters, got 0
     - buildspec must have no \${, which Terraform would evaluate: write $NAME
     - timeoutMinutes must be a whole number between 5 and 480, got 481"
  `);
  expect(() => project({ timeoutMinutes: 4 })).toThrow('between 5 and 480, got 4');
});
