import {
  NetworkPolicyV1,
  type NetworkPolicyV1SpecEgress,
  type NetworkPolicyV1SpecIngress,
} from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GATEWAY_PORTS } from '../core/gateway-ports';
import { GATEWAY_LABEL, GATEWAY_NAMESPACE, WORKLOAD_LABELS } from '../core/workload-labels';
import { WORKLOAD_PORT } from '../core/workload-port';
import { AUTHORIZER_PODS } from './authorizer';
import { JWKS_MIRROR_PODS } from './jwks-mirror';
import { RATE_LIMIT_PODS } from './rate-limit-service';

/** What policies know of the cell's network: CIDR blocks, for caches, the API server and callers have no labels. */
export interface GatewayRanges {
  /** The whole network. */
  readonly cidr: string;
  /** Subnets of load balancers. */
  readonly publicCidrs: readonly string[];
  /** Subnets of pods, and of the API server's interfaces. */
  readonly privateCidrs: readonly string[];
  /** Subnets of caches. */
  readonly isolatedCidrs: readonly string[];
  /** Addresses of Kubernetes Services. */
  readonly serviceCidr: string;
}

export interface GatewayNetworkPoliciesProps {
  readonly ranges: GatewayRanges;
  /** TCP port of the cache. */
  readonly cachePort: number;
}

/** Where pods ask for their AWS credentials: "EKS Pod Identity Agent", Amazon EKS User Guide. */
const POD_IDENTITY_AGENT = '169.254.170.23/32';

/** What a node answers itself: credentials, metadata. */
const LINK_LOCAL = '169.254.0.0/16';

/** Namespace of the metrics collector. */
const METRICS_NAMESPACE = 'metrics';

interface Port {
  readonly port: string;
  readonly protocol: 'TCP' | 'UDP';
}
const tcp = (...ports: readonly number[]): Port[] =>
  ports.map((port) => ({ port: String(port), protocol: 'TCP' }));
const blocks = (cidrs: readonly string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
const namespaceNamed = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });

/** Pods of this namespace, by what tells them apart. */
interface Pods {
  readonly matchLabels?: Record<string, string>;
  readonly matchExpressions?: { readonly key: string; readonly operator: string }[];
}
const pods = (podSelector: Pods) => [{ podSelector }];

const PROXIES: Pods = { matchExpressions: [{ key: GATEWAY_LABEL, operator: 'Exists' }] };
/** Labels of the chart `gateway-helm`: templates/envoy-gateway-deployment.yaml and certgen.yaml. */
const CONTROL_PLANE: Pods = { matchLabels: { 'control-plane': 'envoy-gateway' } };
const CERTIFICATE_JOB: Pods = { matchLabels: { app: 'certgen' } };
const AUTHORIZERS: Pods = { matchLabels: { ...AUTHORIZER_PODS } };
const RATE_LIMIT: Pods = { matchLabels: { ...RATE_LIMIT_PODS } };
const MIRROR: Pods = { matchLabels: { ...JWKS_MIRROR_PODS } };

/**
 * Who may call whom in the gateways' namespace. Nothing at first; then, for each kind of pod, exactly what it does.
 *
 * Kubelets reach the pods of their own node whatever policies say, so no probe stands here.
 */
export class GatewayNetworkPolicies extends Construct {
  /** What must be there before any pod. */
  public readonly ready: readonly ITerraformDependable[];
  private readonly policies: NetworkPolicyV1[] = [];

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GatewayNetworkPoliciesProps,
  ) {
    super(scope, id);
    this.policy('DenyAll', 'deny-all', {}, { ingress: [], egress: [] });
    this.policy(
      'Dns',
      'dns',
      {},
      {
        egress: [
          {
            to: [
              {
                namespaceSelector: namespaceNamed('kube-system'),
                podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
              },
            ],
            ports: [{ port: '53', protocol: 'UDP' }, ...tcp(53)],
          },
        ],
      },
    );
    this.proxies();
    this.cacheClients();
    this.controlPlane();
    this.policy('JwksMirror', 'jwks-mirror', MIRROR, {
      egress: [this.apiServer(), this.outside()],
    });
    this.ready = [...this.policies];
  }

  /** Callers in, with their own addresses; services, decisions, counters, keys and configuration out. */
  private proxies(): void {
    const { publicCidrs } = this.props.ranges;
    this.policy('Proxies', 'proxies', PROXIES, {
      ingress: [
        { from: blocks(['0.0.0.0/0']), ports: tcp(GATEWAY_PORTS.https) },
        { from: blocks(publicCidrs), ports: tcp(GATEWAY_PORTS.ready) },
        this.metrics(GATEWAY_PORTS.metrics),
      ],
      egress: [
        { to: pods(CONTROL_PLANE), ports: tcp(GATEWAY_PORTS.proxyConfig) },
        { to: pods(AUTHORIZERS), ports: tcp(GATEWAY_PORTS.authorizer) },
        { to: pods(RATE_LIMIT), ports: tcp(GATEWAY_PORTS.rateLimit) },
        {
          // Owners' namespaces and no others.
          to: [
            { namespaceSelector: { matchExpressions: [{ key: WORKLOAD_LABELS.fleet, operator: 'Exists' }] } },
          ],
          ports: tcp(WORKLOAD_PORT),
        },
        // The keys of the token issuer, which AWS publishes outside the network.
        this.outside(),
      ],
    });
  }

  private cacheClients(): void {
    const out = [
      { to: blocks(this.props.ranges.isolatedCidrs), ports: tcp(this.props.cachePort) },
      { to: blocks([POD_IDENTITY_AGENT]), ports: tcp(80) },
    ];
    this.policy('Authorizers', 'authorizers', AUTHORIZERS, {
      ingress: [
        { from: pods(PROXIES), ports: tcp(GATEWAY_PORTS.authorizer) },
        this.metrics(GATEWAY_PORTS.authorizerMetrics),
      ],
      egress: out,
    });
    this.policy('RateLimit', 'rate-limit', RATE_LIMIT, {
      ingress: [
        { from: pods(PROXIES), ports: tcp(GATEWAY_PORTS.rateLimit) },
        this.metrics(GATEWAY_PORTS.metrics),
      ],
      egress: [...out, { to: pods(CONTROL_PLANE), ports: tcp(GATEWAY_PORTS.rateLimitConfig) }],
    });
  }

  private controlPlane(): void {
    this.policy('ControlPlane', 'control-plane', CONTROL_PLANE, {
      ingress: [
        { from: pods(PROXIES), ports: tcp(GATEWAY_PORTS.proxyConfig) },
        { from: pods(RATE_LIMIT), ports: tcp(GATEWAY_PORTS.rateLimitConfig) },
        this.metrics(GATEWAY_PORTS.metrics),
      ],
      egress: [this.apiServer()],
    });
    // Makes the certificates by which all of them know one another.
    this.policy('Certificates', 'certificates', CERTIFICATE_JOB, { egress: [this.apiServer()] });
  }

  private metrics(port: number): NetworkPolicyV1SpecIngress {
    return { from: [{ namespaceSelector: namespaceNamed(METRICS_NAMESPACE) }], ports: tcp(port) };
  }

  /** By its Service's address and by those of its interfaces, for a policy may see either. */
  private apiServer(): NetworkPolicyV1SpecEgress {
    const { serviceCidr, privateCidrs } = this.props.ranges;
    return { to: blocks([serviceCidr, ...privateCidrs]), ports: tcp(443) };
  }

  /** HTTPS to everywhere but the cell's own network and the node itself. */
  private outside(): NetworkPolicyV1SpecEgress {
    const { cidr, serviceCidr } = this.props.ranges;
    return {
      to: [{ ipBlock: { cidr: '0.0.0.0/0', except: [cidr, serviceCidr, LINK_LOCAL] } }],
      ports: tcp(443),
    };
  }

  private policy(
    id: string,
    name: string,
    podSelector: Pods,
    rules: {
      readonly ingress?: readonly NetworkPolicyV1SpecIngress[];
      readonly egress?: readonly NetworkPolicyV1SpecEgress[];
    },
  ): void {
    const { ingress, egress } = rules;
    const policy = new NetworkPolicyV1(this, id, {
      metadata: { name, namespace: GATEWAY_NAMESPACE },
      spec: {
        podSelector,
        policyTypes: [...(ingress ? ['Ingress'] : []), ...(egress ? ['Egress'] : [])],
        ...(ingress && ingress.length > 0 && { ingress: [...ingress] }),
        ...(egress && egress.length > 0 && { egress: [...egress] }),
      },
    });
    this.policies.push(policy);
  }
}
