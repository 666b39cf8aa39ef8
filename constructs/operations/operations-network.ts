import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { Construct } from 'constructs';
import type { INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { OPERATIONS } from './names';

export interface OperationsNetworkProps {
  readonly network: Pick<INetwork, 'vpcId'>;

  /** Blocks of the subnets that hold databases and the cache. */
  readonly dataCidrs: readonly string[];

  /** What is called there: a protocol's name, for people, and its TCP port. */
  readonly listeners: readonly { readonly protocol: string; readonly port: number }[];
}

const tcp = (port: number) => ({ ipProtocol: 'tcp', fromPort: port, toPort: port });

/**
 * The security group of what operates on tenants in a cell. Databases and the cache let it in, and nothing reaches it. To log in
 * there takes the role `tenant-data` besides.
 *
 * There is no rule for DNS: security groups do not filter what goes to the VPC's own resolver ("Control traffic to your AWS
 * resources using security groups", Amazon VPC User Guide).
 */
export class OperationsNetwork extends Construct {
  public readonly securityGroupId: string;

  public constructor(scope: Construct, id: string, props: OperationsNetworkProps) {
    super(scope, id);
    const name = physicalName(this, 'securityGroup', OPERATIONS);
    this.securityGroupId = new SecurityGroup(this, 'SecurityGroup', {
      name,
      vpcId: props.network.vpcId,
      description: 'Operations on tenants: to databases, the cache and AWS, and nothing in',
      tags: { Name: name },
    }).id;
    // By blocks and not by database, for a group takes 60 rules and a cell may have more databases.
    for (const { protocol, port } of props.listeners) {
      for (const [index, cidrIpv4] of props.dataCidrs.entries()) {
        this.letOut(
          `To${protocol}${String(index + 1)}`,
          port,
          cidrIpv4,
          `${protocol} in the isolated subnets`,
        );
      }
    }
    // AWS, the repository and npm's registry, whose addresses change.
    this.letOut('ToHttps', 443, '0.0.0.0/0', 'HTTPS to AWS, the repository and packages');
  }

  private letOut(id: string, port: number, cidrIpv4: string, description: string): void {
    new VpcSecurityGroupEgressRule(this, id, {
      securityGroupId: this.securityGroupId,
      ...tcp(port),
      ...{ cidrIpv4, description },
    });
  }
}
