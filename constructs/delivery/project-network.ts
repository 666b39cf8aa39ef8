import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { Construct } from 'constructs';
import type { ICluster, INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { openPort } from '../core/open-port';

export interface ProjectNetworkProps {
  readonly network: Pick<INetwork, 'vpcId'>;
  readonly cluster: Pick<ICluster, 'securityGroupId'>;
}

/**
 * The security group of a cell's CodeBuild projects. They stand in the VPC because the Kubernetes API may have no public
 * address. Nothing reaches them.
 *
 * There is no rule for DNS: security groups do not filter what goes to the VPC's own resolver ("Control traffic to your AWS
 * resources using security groups", Amazon VPC User Guide).
 */
export class ProjectNetwork extends Construct {
  public readonly securityGroupId: string;

  public constructor(scope: Construct, id: string, { network, cluster }: ProjectNetworkProps) {
    super(scope, id);
    const name = physicalName(this, 'securityGroup', 'delivery');
    const group = new SecurityGroup(this, 'SecurityGroup', {
      name,
      vpcId: network.vpcId,
      description: 'CodeBuild projects that release services: Kubernetes API, AWS and the token endpoint',
      tags: { Name: name },
    });
    this.securityGroupId = group.id;
    // The Kubernetes API and interface endpoints inside; S3 by its gateway; by NAT, whatever of AWS has no endpoint here, and
    // the token endpoint, which CloudFront serves. All of these have addresses that change.
    new VpcSecurityGroupEgressRule(this, 'ToHttps', {
      securityGroupId: group.id,
      description: 'HTTPS to the Kubernetes API, AWS and the token endpoint',
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      cidrIpv4: '0.0.0.0/0',
    });
    // "Cluster API server endpoint", EKS User Guide: private access needs a rule on the cluster's group.
    openPort(
      this,
      { protocol: 'Kubernetes API', port: 443, securityGroupId: cluster.securityGroupId },
      { peerName: 'delivery', securityGroupId: group.id, openEgress: true },
    );
  }
}
