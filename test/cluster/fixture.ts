import { EksCluster, type EksClusterProps } from '../../constructs/cluster/eks-cluster';
import { synth, type SynthesizedStack } from '../support/synth';

export const PROPS: EksClusterProps = {
  name: 'bulkhead-prod-use1a',
  network: {
    vpcId: 'vpc-1',
    cidr: '10.16.0.0/16',
    zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
    publicSubnetIds: ['subnet-p1', 'subnet-p2', 'subnet-p3'],
    privateSubnetIds: ['subnet-n1', 'subnet-n2', 'subnet-n3'],
    isolatedSubnetIds: ['subnet-i1', 'subnet-i2', 'subnet-i3'],
    endpointSecurityGroupId: 'sg-1',
  },
  interfaceEndpoints: true,
  kubernetesVersion: '1.36',
  supportPolicy: 'standard',
  serviceCidr: '172.20.0.0/16',
  publicAccessCidrs: [],
  administrators: ['arn:aws:iam::111111111111:role/platform-admin'],
  systemNodes: {
    instanceTypes: ['m7g.large', 'm6g.large'],
    architecture: 'arm64',
    min: 3,
    max: 6,
    diskGiB: 50,
  },
  logRetentionDays: 365,
  instanceTags: { platform: 'bulkhead', cell: 'use1a' },
};

export const build = (props: Partial<EksClusterProps> = {}): SynthesizedStack =>
  synth((stack) => new EksCluster(stack, 'Cluster', { ...PROPS, ...props }));
