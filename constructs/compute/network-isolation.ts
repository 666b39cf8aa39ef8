import {
  NetworkPolicyV1,
  type NetworkPolicyV1SpecEgress,
  type NetworkPolicyV1SpecIngress,
  type NetworkPolicyV1SpecPodSelector,
} from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { SMOKE_LABEL } from '../core/releases';
import { type Fleet, GATEWAY_LABEL, GATEWAY_NAMESPACE } from '../core/workload-labels';
import { WORKLOAD_PORT } from '../core/workload-port';

/** What a namespace's policies know of the cell's network: CIDR blocks, for pods reach databases and endpoints by address. */
export interface NetworkRanges {
  /** The whole network. */
  readonly cidr: string;
  /** Subnets of databases and caches. */
  readonly isolatedCidrs: readonly string[];
  /** Subnets of pods, and of interface endpoints. */
  readonly privateCidrs: readonly string[];
  /** Whether AWS answers inside the network. If not, HTTPS leaves through NAT. */
  readonly interfaceEndpoints: boolean;
}

export interface NetworkIsolationProps {
  readonly namespace: string;
  readonly ranges: NetworkRanges;
  /** Gateway proxies that may call the namespace's services. */
  readonly fleet: Fleet;
  readonly dependsOn: readonly ITerraformDependable[];
}

/** Where pods ask for their AWS credentials: "EKS Pod Identity Agent", Amazon EKS User Guide. */
const POD_IDENTITY_AGENT = '169.254.170.23/32';

const METADATA_NAME = 'kubernetes.io/metadata.name';

interface Port {
  readonly port: string;
  readonly protocol: 'TCP' | 'UDP';
}
const tcp = (port: number): Port => ({ port: String(port), protocol: 'TCP' });
const udp = (port: number): Port => ({ port: String(port), protocol: 'UDP' });
const blocks = (cidrs: readonly string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));

/**
 * Who may call whom, for all pods of one namespace.
 *
 * Nothing at first, not even each other. Then names, then the gateway to the services, then what is granted: databases,
 * cache, AWS. An address range is as fine as a policy can tell databases apart, for they have no labels; which of them
 * lets the pods in is decided by security groups.
 */
export class NetworkIsolation extends Construct {
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: NetworkIsolationProps,
  ) {
    super(scope, id);
    this.policy('DenyAll', 'deny-all', {});
    this.policy('Dns', 'dns', {
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { [METADATA_NAME]: 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
          ],
          ports: [udp(53), tcp(53)],
        },
      ],
    });
    this.policy('FromGateway', 'from-gateway', {
      ingress: [
        {
          // One peer with both selectors: these pods in that namespace. As two peers it would be every pod there.
          from: [
            {
              namespaceSelector: { matchLabels: { [METADATA_NAME]: GATEWAY_NAMESPACE } },
              podSelector: { matchLabels: { [GATEWAY_LABEL]: props.fleet } },
            },
          ],
          ports: [tcp(WORKLOAD_PORT)],
        },
      ],
    });
  }

  /**
   * Lets the pods of smoke tests call the namespace's services, and nobody else: a new version is tried out before gateways know
   * of it. They could call as any tenant of the owner, for what gateways verify they say themselves. So their label is for
   * pods that no release can make: jobs of analyses, which this platform alone writes. Of other owners' pods they reach none.
   */
  public allowSmokeTests(): void {
    const smoke = { matchExpressions: [{ key: SMOKE_LABEL, operator: 'Exists' }] };
    const services = { matchExpressions: [{ key: SMOKE_LABEL, operator: 'DoesNotExist' }] };
    const ports = [tcp(WORKLOAD_PORT)];
    this.policy(
      'FromSmoke',
      'from-smoke',
      { ingress: [{ from: [{ podSelector: smoke }], ports }] },
      services,
    );
    this.policy('Smoke', 'smoke', { egress: [{ to: [{ podSelector: services }], ports }] }, smoke);
  }

  /** Lets the pods call databases on a port. Asking twice changes nothing. */
  public allowDatabases(port: number): void {
    this.once('Databases', 'databases', [
      { to: blocks(this.props.ranges.isolatedCidrs), ports: [tcp(port)] },
    ]);
  }

  /** Lets the pods call the cache on a port. Asking twice changes nothing. */
  public allowCache(port: number): void {
    this.once('Cache', 'cache', [{ to: blocks(this.props.ranges.isolatedCidrs), ports: [tcp(port)] }]);
  }

  /** Lets the pods get credentials of their role and call AWS. Asking twice changes nothing. */
  public allowAws(): void {
    const { cidr, privateCidrs, interfaceEndpoints } = this.props.ranges;
    const endpoints = interfaceEndpoints
      ? blocks(privateCidrs)
      : // Everywhere but inside: what NAT passes on.
        [{ ipBlock: { cidr: '0.0.0.0/0', except: [cidr] } }];
    this.once('AwsServices', 'aws-services', [
      { to: endpoints, ports: [tcp(443)] },
      { to: blocks([POD_IDENTITY_AGENT]), ports: [tcp(80)] },
    ]);
  }

  private once(id: string, name: string, egress: NetworkPolicyV1SpecEgress[]): void {
    if (this.node.tryFindChild(id) === undefined) this.policy(id, name, { egress });
  }

  private policy(
    id: string,
    name: string,
    rules: { readonly ingress?: NetworkPolicyV1SpecIngress[]; readonly egress?: NetworkPolicyV1SpecEgress[] },
    // All pods, whatever their labels.
    podSelector: NetworkPolicyV1SpecPodSelector = {},
  ): void {
    const directions = [
      ...(rules.ingress || !rules.egress ? ['Ingress'] : []),
      ...(rules.egress || !rules.ingress ? ['Egress'] : []),
    ];
    new NetworkPolicyV1(this, id, {
      metadata: { name, namespace: this.props.namespace },
      spec: { podSelector, policyTypes: directions, ...rules },
      dependsOn: [...this.props.dependsOn],
    });
  }
}
