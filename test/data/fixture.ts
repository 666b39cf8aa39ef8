import type { DatabaseOptions } from '../../constructs/data/aurora-cluster';

export const OPTIONS: DatabaseOptions = {
  network: {
    vpcId: 'vpc-1',
    cidr: '10.16.0.0/16',
    zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
    publicSubnetIds: ['subnet-p1', 'subnet-p2', 'subnet-p3'],
    privateSubnetIds: ['subnet-n1', 'subnet-n2', 'subnet-n3'],
    isolatedSubnetIds: ['subnet-i1', 'subnet-i2', 'subnet-i3'],
    endpointSecurityGroupId: 'sg-endpoints',
  },
  settings: {
    postgresVersion: '17',
    clusterParameterGroup: 'clusters',
    instanceParameterGroup: 'instances',
    subnetGroup: 'databases',
    monitoringRoleArn: 'arn:aws:iam::222222222222:role/monitoring',
  },
  capacity: { minAcu: 4, maxAcu: 16 },
  readers: 1,
  recovery: { rpoMinutes: 15, retentionDays: 35 },
  storage: 'standard',
  insights: 'advanced',
  logRetentionDays: 365,
};
