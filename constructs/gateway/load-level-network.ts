import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { Construct } from 'constructs';
import type { ICache, INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { openPort } from '../core/open-port';

export interface LoadLevelNetworkProps {
  readonly network: Pick<INetwork, 'vpcId' | 'endpointSecurityGroupId'>;
  /** Whether the network has interface endpoints. */
  readonly interfaceEndpoints: boolean;
  readonly cache: Pick<ICache, 'securityGroupId'>;
}

/** The port of every cache of the platform. */
const CACHE_PORT = 6379;

/** The security group of the function that writes the shed level: it reaches CloudWatch and the cache, and nothing reaches it. */
export class LoadLevelNetwork extends Construct {
  public readonly securityGroupId: string;

  public constructor(
    scope: Construct,
    id: string,
    { network, interfaceEndpoints, cache }: LoadLevelNetworkProps,
  ) {
    super(scope, id);
    const name = physicalName(this, 'securityGroup', 'load-level');
    const group = new SecurityGroup(this, 'SecurityGroup', {
      name,
      vpcId: network.vpcId,
      description: 'Function that writes the shed level: CloudWatch and the cache',
      tags: { Name: name },
    });
    this.securityGroupId = group.id;
    new VpcSecurityGroupEgressRule(this, 'ToCloudWatch', {
      securityGroupId: group.id,
      description: 'HTTPS to CloudWatch',
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      // Without endpoints CloudWatch has public addresses, which change.
      ...(interfaceEndpoints
        ? { referencedSecurityGroupId: network.endpointSecurityGroupId }
        : { cidrIpv4: '0.0.0.0/0' }),
    });
    openPort(
      this,
      { protocol: 'Valkey', port: CACHE_PORT, securityGroupId: cache.securityGroupId },
      { peerName: 'load-level', securityGroupId: group.id, openEgress: false },
    );
  }
}
