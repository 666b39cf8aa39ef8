import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GeneratedChart } from '../core/chart';
import { GATEWAY_PORTS } from '../core/gateway-ports';
import type { ICache, ICluster, INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { openPort } from '../core/open-port';
import { securityGroupPolicy } from '../core/security-group-policy';
import { GATEWAY_NAMESPACE } from '../core/workload-labels';
import { CACHE_PROXY_HEALTH } from './cache-proxy';

export interface CacheClientsProps {
  readonly network: Pick<INetwork, 'vpcId'>;
  readonly cluster: Pick<ICluster, 'securityGroupId'>;
  readonly cache: Pick<ICache, 'securityGroupId'>;
  /** TCP port of the cache. */
  readonly cachePort: number;
}

/** Label of the pods of gateways that use the cache: authorizers, and the rate limit service. */
export const CACHE_CLIENT = { 'bulkhead/cache-client': 'gateway' } as const;

/** What these pods listen on, for proxies, the metrics collector and kubelets: all of them have the cluster's group. */
const LISTENS: readonly (readonly [id: string, port: number, what: string])[] = [
  ['Authorizer', GATEWAY_PORTS.authorizer, 'Authorizer'],
  ['AuthorizerMetrics', GATEWAY_PORTS.authorizerMetrics, 'Health and metrics of the authorizer'],
  ['RateLimit', GATEWAY_PORTS.rateLimit, 'Rate limit service'],
  ['RateLimitHealth', GATEWAY_PORTS.rateLimitHealth, 'Health of the rate limit service'],
  ['CacheProxyHealth', CACHE_PROXY_HEALTH.port, "Health of the rate limit service's way to the cache"],
  ['RateLimitMetrics', GATEWAY_PORTS.metrics, 'Metrics of the rate limit service'],
];

/**
 * The security group of the pods of gateways that use the cache, on network interfaces of their own. The cache lets this
 * group in, and not the cluster's: that would be every program on every node.
 */
export class CacheClients extends Construct {
  public readonly securityGroupId: string;
  /** What must be there before the pods start: they keep the interface that they start with. */
  public readonly ready: readonly ITerraformDependable[];

  public constructor(scope: Construct, id: string, props: CacheClientsProps) {
    super(scope, id);
    const { network, cluster, cache, cachePort } = props;
    const name = physicalName(this, 'securityGroup', 'gateway');
    const group = new SecurityGroup(this, 'SecurityGroup', {
      name,
      vpcId: network.vpcId,
      description:
        'Authorizers and rate limit service: cache, DNS and control plane out, proxies and probes in',
      tags: { Name: name },
    });
    this.securityGroupId = group.id;
    const peer = { securityGroupId: group.id, openEgress: false };
    const admission = openPort(
      this,
      { protocol: 'Valkey', port: cachePort, securityGroupId: cache.securityGroupId },
      { ...peer, peerName: 'gateway' },
    );
    openPort(
      this,
      {
        protocol: 'Limits of calls',
        port: GATEWAY_PORTS.rateLimitConfig,
        securityGroupId: cluster.securityGroupId,
      },
      { ...peer, peerName: 'gateway-rate-limit' },
    );
    this.names(group.id, cluster.securityGroupId);
    for (const [rule, port, description] of LISTENS) {
      new VpcSecurityGroupIngressRule(this, rule, {
        securityGroupId: group.id,
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        referencedSecurityGroupId: cluster.securityGroupId,
        description,
      });
    }
    const interfaces = new GeneratedChart(this, 'PodInterfaces', {
      name: 'gateway-cache-clients',
      namespace: GATEWAY_NAMESPACE,
      objects: [
        securityGroupPolicy(GATEWAY_NAMESPACE, [group.id], { name: 'cache-clients', labels: CACHE_CLIENT }),
      ],
    });
    this.ready = [admission, interfaces.release];
  }

  /** DNS of the cluster, which listens behind the cluster's group. */
  private names(groupId: string, clusterGroupId: string): void {
    for (const protocol of ['tcp', 'udp'] as const) {
      const dns = { ipProtocol: protocol, fromPort: 53, toPort: 53 };
      const title = { tcp: 'Tcp', udp: 'Udp' }[protocol];
      new VpcSecurityGroupEgressRule(this, `Dns${title}`, {
        ...dns,
        securityGroupId: groupId,
        referencedSecurityGroupId: clusterGroupId,
        description: 'DNS of the cluster',
      });
      new VpcSecurityGroupIngressRule(this, `Dns${title}From`, {
        ...dns,
        securityGroupId: clusterGroupId,
        referencedSecurityGroupId: groupId,
        description: 'DNS for gateways',
      });
    }
  }
}
