import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Construct } from 'constructs';
import type { INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { WORKLOAD_PORT } from '../core/workload-port';

export interface WorkloadSecurityGroupProps {
  readonly network: Pick<INetwork, 'vpcId' | 'endpointSecurityGroupId'>;

  /** Security group of the cluster: of its nodes, and so of CoreDNS and the gateways' proxies. */
  readonly clusterSecurityGroupId: string;

  /** Whether the network has interface endpoints. If not, HTTPS to anywhere is let out, which NAT passes on. */
  readonly interfaceEndpoints: boolean;
}

const DNS = { fromPort: 53, toPort: 53 };
const HTTPS = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 };

/**
 * What every pod of a tenant may do, as a security group that all of them carry beside one of their own: ask the
 * cluster's DNS, call AWS, and be called by gateways and kubelets on one port. No rule lets two of them reach one another.
 *
 * It is shared because a group takes 60 rules: a rule for each tenant on the cluster's group, the endpoints' or the cache's
 * would end with the sixtieth.
 */
export class WorkloadSecurityGroup extends Construct {
  public readonly securityGroupId: string;

  public constructor(scope: Construct, id: string, props: WorkloadSecurityGroupProps) {
    super(scope, id);
    const { network, clusterSecurityGroupId, interfaceEndpoints } = props;
    const name = physicalName(this, 'securityGroup', 'workloads');
    const group = new SecurityGroup(this, 'SecurityGroup', {
      name,
      vpcId: network.vpcId,
      description: 'All pods of tenants: DNS and AWS out, gateways and probes in',
      tags: { Name: name },
    });
    this.securityGroupId = group.id;

    for (const protocol of ['tcp', 'udp']) {
      const dns = { ...DNS, ipProtocol: protocol };
      const title = protocol === 'tcp' ? 'Tcp' : 'Udp';
      new VpcSecurityGroupEgressRule(this, `Dns${title}`, {
        ...dns,
        securityGroupId: group.id,
        referencedSecurityGroupId: clusterSecurityGroupId,
        description: 'DNS of the cluster',
      });
      new VpcSecurityGroupIngressRule(this, `Dns${title}From`, {
        ...dns,
        securityGroupId: clusterSecurityGroupId,
        referencedSecurityGroupId: group.id,
        description: 'DNS for pods of tenants',
      });
    }
    new VpcSecurityGroupEgressRule(this, 'Aws', {
      ...HTTPS,
      securityGroupId: group.id,
      // The endpoints admit the private subnets, where pods are, so no rule of theirs is needed.
      ...(interfaceEndpoints
        ? { referencedSecurityGroupId: network.endpointSecurityGroupId }
        : { cidrIpv4: '0.0.0.0/0' }),
      description: interfaceEndpoints ? 'AWS services, by endpoints' : 'AWS services, by NAT',
    });
    // The cluster's group lets everything out, so no rule of its own is needed.
    new VpcSecurityGroupIngressRule(this, 'FromCluster', {
      securityGroupId: group.id,
      ipProtocol: 'tcp',
      fromPort: WORKLOAD_PORT,
      toPort: WORKLOAD_PORT,
      referencedSecurityGroupId: clusterSecurityGroupId,
      description: 'HTTP from gateways, and probes from nodes',
    });
  }
}
