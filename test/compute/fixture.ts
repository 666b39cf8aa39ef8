import type { IsolatedNamespaceProps } from '../../constructs/compute/isolated-namespace';

export const CONTAINERS = {
  cpuMillicores: 100,
  memoryMiB: 128,
  memoryLimitMiB: 512,
  ephemeralLimitMiB: 512,
  maxCpu: 4,
  maxMemoryGiB: 8,
  maxEphemeralGiB: 4,
};

export const QUOTA = {
  pods: 20,
  cpu: 20,
  memoryGiB: 40,
  ephemeralGiB: 40,
  services: 10,
  volumes: 0,
  storageGiB: 0,
};

export const RANGES = {
  cidr: '10.16.0.0/16',
  isolatedCidrs: ['10.16.208.0/22', '10.16.212.0/22'],
  privateCidrs: ['10.16.0.0/18', '10.16.64.0/18'],
  interfaceEndpoints: true,
};

export const NAMESPACE: IsolatedNamespaceProps = {
  owner: { kind: 'tenant', tier: 'enterprise', tenantId: 'acme' },
  cluster: { name: 'bulkhead-prod-use1a', workloadSecurityGroupId: 'sg-workloads' },
  network: { vpcId: 'vpc-1' },
  ranges: RANGES,
  nodePool: 'tenant-acme',
  priorityClass: 'tier-enterprise',
  fleet: 'enterprise',
  quota: QUOTA,
  containers: CONTAINERS,
  services: ['api'],
  keyArn: 'arn:aws:kms:us-east-1:222222222222:key/acme',
};
