import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { IConnectable } from './interfaces';

/** What listens: a protocol's name, for people, its TCP port, and the security group that it listens behind. */
export interface Listener {
  readonly protocol: string;
  readonly port: number;
  readonly securityGroupId: string;
}

/**
 * Security-group rules below `scope` that let a peer reach what listens on one port: one a direction, and for each peer
 * only once however often it is asked for, since EC2 refuses a second rule of the same content.
 */
export function openPort(scope: Construct, to: Listener, peer: IConnectable): ITerraformDependable {
  const existing = scope.node.tryFindChild(`From-${peer.peerName}`);
  if (existing instanceof VpcSecurityGroupIngressRule) return existing;
  const port = { ipProtocol: 'tcp', fromPort: to.port, toPort: to.port };
  const ingress = new VpcSecurityGroupIngressRule(scope, `From-${peer.peerName}`, {
    ...port,
    securityGroupId: to.securityGroupId,
    referencedSecurityGroupId: peer.securityGroupId,
    description: `${to.protocol} from ${peer.peerName}`,
  });
  if (peer.openEgress) return ingress;
  new VpcSecurityGroupEgressRule(scope, `To-${peer.peerName}`, {
    ...port,
    securityGroupId: peer.securityGroupId,
    referencedSecurityGroupId: to.securityGroupId,
    description: `${to.protocol} for ${peer.peerName}`,
  });
  return ingress;
}
