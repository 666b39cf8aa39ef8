import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import {
  NetworkPolicyV1,
  type NetworkPolicyV1SpecEgress,
} from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { RoleBindingV1 } from '@cdktf/provider-kubernetes/lib/role-binding-v1';
import { Construct } from 'constructs';
import { GeneratedChart } from '../core/chart';
import { MIGRATION_NAMESPACE } from '../core/migrations';
import { physicalName } from '../core/naming';
import { MIGRATION_ROLE, MIGRATIONS_GROUP } from '../core/releases';
import { securityGroupPolicy } from '../core/security-group-policy';
import { PORT } from './engine';

export interface MigrationNamespaceProps {
  readonly vpcId: string;
  /** IPv4 network of the cell. */
  readonly cidr: string;
  /** Blocks of the subnets that hold databases, and of those that hold interface endpoints. */
  readonly databaseCidrs: readonly string[];
  readonly endpointCidrs: readonly string[];
  /** Security group that the jobs' pods carry beside their own: DNS, and AWS services. */
  readonly workloadSecurityGroupId: string;
  /** Whether Secrets Manager answers inside the network. If not, HTTPS is let out of it, which NAT passes on. */
  readonly interfaceEndpoints: boolean;
}

/** Where pods ask for their AWS credentials: "EKS Pod Identity Agent", Amazon EKS User Guide. */
const POD_IDENTITY_AGENT = '169.254.170.23/32';

const tcp = (port: number): { readonly port: string; readonly protocol: string } => ({
  port: String(port),
  protocol: 'TCP',
});

const blocks = (cidrs: readonly string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));

/** Where AWS answers. */
const awsBlocks = ({ cidr, endpointCidrs, interfaceEndpoints }: MigrationNamespaceProps) =>
  interfaceEndpoints ? blocks(endpointCidrs) : [{ ipBlock: { cidr: '0.0.0.0/0', except: [cidr] } }];

/**
 * The namespace of jobs that hold an administrator's credentials: only pods of the strictest standard, nothing may call
 * them, and they may call databases, Secrets Manager, the Pod Identity agent and DNS. Databases let in the security group
 * of these pods for the platform's SQL, and no other pod carries it.
 */
export class MigrationNamespace extends Construct {
  public readonly name = MIGRATION_NAMESPACE;
  public readonly securityGroupId: string;

  public constructor(scope: Construct, id: string, props: MigrationNamespaceProps) {
    super(scope, id);
    const { databaseCidrs } = props;
    const namespace = new NamespaceV1(this, 'Namespace', {
      metadata: {
        name: MIGRATION_NAMESPACE,
        labels: Object.fromEntries(
          ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
        ),
      },
    });
    const policy = (policyId: string, name: string, egress: NetworkPolicyV1SpecEgress[]): void => {
      new NetworkPolicyV1(this, policyId, {
        metadata: { name, namespace: MIGRATION_NAMESPACE },
        spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ...(egress.length > 0 && { egress }) },
        dependsOn: [namespace],
      });
    };
    policy('DenyAll', 'deny-all', []);
    policy('AllowJobs', 'migration-jobs', [
      { to: blocks(databaseCidrs), ports: [tcp(PORT)] },
      { to: awsBlocks(props), ports: [tcp(443)] },
      { to: blocks([POD_IDENTITY_AGENT]), ports: [tcp(80)] },
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
            podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
          },
        ],
        ports: [tcp(53), { port: '53', protocol: 'UDP' }],
      },
    ]);
    const apiGroup = 'rbac.authorization.k8s.io';
    new RoleBindingV1(this, 'SchemaChanges', {
      metadata: { name: MIGRATION_ROLE, namespace: MIGRATION_NAMESPACE },
      roleRef: { apiGroup, kind: 'ClusterRole', name: MIGRATION_ROLE },
      subject: [{ kind: 'Group', name: MIGRATIONS_GROUP, apiGroup }],
      dependsOn: [namespace],
    });
    this.securityGroupId = this.securityGroup(props);
    new GeneratedChart(this, 'PodInterfaces', {
      name: 'pod-interfaces',
      namespace: MIGRATION_NAMESPACE,
      objects: [
        securityGroupPolicy(MIGRATION_NAMESPACE, [this.securityGroupId, props.workloadSecurityGroupId]),
      ],
      dependsOn: [namespace],
    });
  }

  /** By blocks and not by database, for a group takes 60 rules and a cell may have more databases. */
  private securityGroup({ vpcId, databaseCidrs }: MigrationNamespaceProps): string {
    const name = physicalName(this, 'securityGroup', MIGRATION_NAMESPACE);
    const group = new SecurityGroup(this, 'SecurityGroup', {
      name,
      vpcId,
      description: 'Jobs that change databases: to databases, and nothing in',
      tags: { Name: name },
    });
    for (const [index, cidrIpv4] of databaseCidrs.entries()) {
      new VpcSecurityGroupEgressRule(this, `ToDatabases${String(index + 1)}`, {
        securityGroupId: group.id,
        ipProtocol: 'tcp',
        fromPort: PORT,
        toPort: PORT,
        cidrIpv4,
        description: 'PostgreSQL in the isolated subnets',
      });
    }
    return group.id;
  }
}
