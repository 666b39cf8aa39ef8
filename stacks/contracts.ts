import { Contract } from '../constructs/core/contract';

/** What the `network` stack publishes: an `INetwork`. */
export const networkContract = new Contract(1, {
  vpcId: 'string',
  cidr: 'string',
  zones: 'string[]',
  publicSubnetIds: 'string[]',
  privateSubnetIds: 'string[]',
  isolatedSubnetIds: 'string[]',
  endpointSecurityGroupId: 'string',
});

/** What the `cluster` stack publishes: an `ICluster`. */
export const clusterContract = new Contract(1, {
  name: 'string',
  arn: 'string',
  endpoint: 'string',
  certificateAuthority: 'string',
  kubernetesVersion: 'string',
  securityGroupId: 'string',
  nodeRoleName: 'string',
  nodeRoleArn: 'string',
  nodeInstanceProfileName: 'string',
  interruptionQueueName: 'string',
});
