import type { Synthesized } from '../support/synth';
import { build } from './fixture';

const stack = build();
const statements = stack.statements('Karpenter/ControllerPolicy');
const CLUSTER_ARN = 'arn:aws:eks:us-east-1:222222222222:cluster/bulkhead-prod-use1a';

const allowing = (action: string): readonly Synthesized[] =>
  statements.filter(({ actions }) => (actions as string[]).includes(action));
const variables = ({ condition }: Synthesized): string[] =>
  ((condition ?? []) as { variable: string }[]).map(({ variable }) => variable);

describe('Karpenter', () => {
  it('ends and tags nodes of its own cluster only', () => {
    for (const action of ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate']) {
      for (const statement of allowing(action)) {
        expect(variables(statement)).toEqual([
          'aws:ResourceTag/kubernetes.io/cluster/bulkhead-prod-use1a',
          'aws:ResourceTag/karpenter.sh/nodepool',
        ]);
      }
    }
    for (const statement of allowing('ec2:CreateTags')) {
      expect(variables(statement)).toContainEqual(
        expect.stringMatching(/^aws:(Request|Resource)Tag\/kubernetes\.io\/cluster\/bulkhead-prod-use1a$/),
      );
    }
  });

  it('starts nothing without the tags of its cluster', () => {
    const launches = allowing('ec2:RunInstances').filter(({ resources }) =>
      (resources as string[]).some((arn) => arn.includes(':instance/')),
    );
    expect(launches.map(variables)).toEqual([
      [
        'aws:RequestTag/kubernetes.io/cluster/bulkhead-prod-use1a',
        'aws:RequestTag/eks:eks-cluster-name',
        'aws:RequestTag/karpenter.sh/nodepool',
      ],
    ]);
  });

  it('passes one role, to instances only, and changes nothing in IAM but the role that EC2 makes for spot', () => {
    const iam = statements.filter(({ actions }) =>
      (actions as string[]).some((action) => action.startsWith('iam:')),
    );
    const actions = iam.flatMap((statement) => statement['actions'] as string[]);
    expect(actions.filter((action) => action.startsWith('iam:')).sort()).toEqual([
      'iam:CreateServiceLinkedRole',
      'iam:GetInstanceProfile',
      'iam:ListInstanceProfiles',
      'iam:PassRole',
    ]);
    expect(allowing('iam:PassRole')).toMatchObject([
      {
        resources: [`\${${stack.only('aws_iam_role', 'Karpenter/NodeRole').address}.arn}`],
        condition: [{ variable: 'iam:PassedToService', values: ['ec2.amazonaws.com'] }],
      },
    ]);
  });

  it('allows everything on everything to nobody', () => {
    const broad = statements.filter(({ resources }) => (resources as string[]).includes('*'));
    for (const { actions } of broad) {
      for (const action of actions as string[]) {
        expect(action).toMatch(
          /^(ec2:Describe|pricing:GetProducts|iam:ListInstanceProfiles|arc-zonal-shift:Get)/,
        );
      }
    }
    expect(allowing('arc-zonal-shift:GetManagedResource')).toMatchObject([
      { condition: [{ variable: 'arc-zonal-shift:ResourceIdentifier', values: [CLUSTER_ARN] }] },
    ]);
  });

  it('takes its role as the service account of its chart', () => {
    expect(stack.only('aws_eks_pod_identity_association')).toMatchObject({
      namespace: 'kube-system',
      service_account: 'karpenter',
      role_arn: `\${${stack.only('aws_iam_role', 'Karpenter/Controller').address}.arn}`,
    });
  });

  it('finds security group and node role of the cluster', () => {
    expect(stack.only('aws_ec2_tag')).toMatchObject({
      key: 'karpenter.sh/discovery',
      value: 'bulkhead-prod-use1a',
      resource_id: expect.stringContaining('cluster_security_group_id') as string,
    });
    expect(stack.only('aws_iam_instance_profile')['role']).toBe(
      `\${${stack.only('aws_iam_role', 'Karpenter/NodeRole').address}.name}`,
    );
  });
});

describe('interruption queue', () => {
  const queue = stack.only('aws_sqs_queue');

  it('is encrypted and forgets after five minutes', () => {
    expect(queue).toMatchObject({ sqs_managed_sse_enabled: true, message_retention_seconds: 300 });
  });

  it('hears of every way in which AWS ends an instance', () => {
    const patterns = stack
      .resources('aws_cloudwatch_event_rule')
      .map((rule) => JSON.parse(rule['event_pattern'] as string) as { 'detail-type': string[] });
    expect(patterns.flatMap((pattern) => pattern['detail-type']).sort()).toEqual([
      'AWS Health Event',
      'EC2 Capacity Reservation Instance Interruption Warning',
      'EC2 Instance Rebalance Recommendation',
      'EC2 Instance State-change Notification',
      'EC2 Spot Instance Interruption Warning',
    ]);
    const targets = stack.resources('aws_cloudwatch_event_target');
    expect(new Set(targets.map((target) => target['rule'] as string)).size).toBe(5);
    for (const target of targets) expect(target['arn']).toBe(`\${${queue.address}.arn}`);
  });

  it('admits its own rules over TLS and nobody else', () => {
    const [send, deny] = stack.statements('Interruption/Policy');
    const rules = stack.resources('aws_cloudwatch_event_rule').map(({ address }) => `\${${address}.arn}`);
    expect(send).toMatchObject({
      effect: 'Allow',
      actions: ['sqs:SendMessage'],
      principals: [{ type: 'Service', identifiers: ['events.amazonaws.com'] }],
    });
    const [condition] = send?.['condition'] as { variable: string; values: string[] }[];
    expect(condition?.variable).toBe('aws:SourceArn');
    expect([...(condition?.values ?? [])].sort()).toEqual([...rules].sort());
    expect(deny).toMatchObject({
      effect: 'Deny',
      actions: ['sqs:*'],
      condition: [{ variable: 'aws:SecureTransport', values: ['false'] }],
    });
  });
});
