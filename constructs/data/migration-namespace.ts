import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import {
  NetworkPolicyV1,
  type NetworkPolicyV1SpecEgress,
} from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { Construct } from 'constructs';
import { PORT } from './engine';

/** Where jobs run that change databases' roles and schemas. Nothing else runs here. */
export const MIGRATION_NAMESPACE = 'data-migrations';

export interface MigrationNamespaceProps {
  /** IPv4 network of the cell. */
  readonly cidr: string;
  /** Whether Secrets Manager answers inside the network. If not, HTTPS to anywhere is let out, which NAT passes on. */
  readonly interfaceEndpoints: boolean;
}

/** Where pods ask for their AWS credentials: "EKS Pod Identity Agent", Amazon EKS User Guide. */
const POD_IDENTITY_AGENT = '169.254.170.23/32';

const tcp = (port: number): { readonly port: string; readonly protocol: string } => ({
  port: String(port),
  protocol: 'TCP',
});

/**
 * The namespace of jobs that hold an administrator's credentials: only pods of the strictest standard, nothing may call
 * them, and they may call databases, Secrets Manager, the Pod Identity agent and DNS.
 */
export class MigrationNamespace extends Construct {
  public readonly name = MIGRATION_NAMESPACE;

  public constructor(scope: Construct, id: string, { cidr, interfaceEndpoints }: MigrationNamespaceProps) {
    super(scope, id);
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
      { to: [{ ipBlock: { cidr } }], ports: [tcp(PORT)] },
      { to: [{ ipBlock: { cidr: interfaceEndpoints ? cidr : '0.0.0.0/0' } }], ports: [tcp(443)] },
      { to: [{ ipBlock: { cidr: POD_IDENTITY_AGENT } }], ports: [tcp(80)] },
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
  }
}
