import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { ClusterAddons, type ClusterAddonsProps } from '../../constructs/cluster/addons/cluster-addons';
import type { ICluster } from '../../constructs/core/interfaces';
import { synth, type SynthesizedStack } from '../support/synth';

const cluster: ICluster = {
  name: 'test',
  arn: 'arn:aws:eks:us-east-1:222222222222:cluster/test',
  endpoint: 'https://example.invalid',
  certificateAuthority: 'Q0E=',
  kubernetesVersion: '1.36',
  securityGroupId: 'sg-1',
  workloadSecurityGroupId: 'sg-2',
  nodeRoleName: 'nodes',
  nodeRoleArn: 'arn:aws:iam::222222222222:role/nodes',
  nodeInstanceProfileName: 'nodes',
  interruptionQueueName: 'interruptions',
};

const addons = (props: Partial<ClusterAddonsProps> = {}): SynthesizedStack =>
  synth((stack) => {
    new KubernetesProvider(stack, 'kubernetes');
    new HelmProvider(stack, 'helm');
    new ClusterAddons(stack, 'Addons', {
      cluster,
      vpcId: 'vpc-1',
      nodes: { architecture: 'arm64', capacityTypes: ['on-demand'], limits: { cpu: 4, memoryGiB: 8 } },
      logRetentionDays: 30,
      tags: { platform: 'bulkhead' },
      ...props,
    });
  });

describe('ClusterAddons props', () => {
  it.each([1, 5])('take %d replicas', (replicas) => {
    expect(JSON.stringify(addons({ replicas }).resources('helm_release'))).toContain(
      `\\"replicas\\":${String(replicas)}`,
    );
  });

  it.each([0, 6, 1.5, Number.NaN])('refuse %d replicas', (replicas) => {
    expect(() => addons({ replicas })).toThrow(
      `replicas must be a whole number between 1 and 5, got ${String(replicas)}`,
    );
  });

  it('are refused with every problem at once', () => {
    const nodes = { architecture: 'arm64', capacityTypes: [], limits: { cpu: 3, memoryGiB: 7 } } as const;
    expect(() => addons({ replicas: 9, nodes })).toThrowErrorMatchingInlineSnapshot(`
"[test/Addons] invalid ClusterAddons props:
  - replicas must be a whole number between 1 and 5, got 9
  - nodes.capacityTypes must name at least one of 'on-demand' and 'spot', got none
  - nodes.limits.cpu must be at least 4, the smallest node, got 3
  - nodes.limits.memoryGiB must be at least 8, the smallest node, got 7"
`);
  });
});

it('runs two of every controller by default', () => {
  const karpenter = addons().only('helm_release', 'Karpenter/Controller');
  expect(JSON.parse((karpenter['values'] as string[])[0] ?? '')).toMatchObject({ replicas: 2 });
});
