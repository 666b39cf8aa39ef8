import { Lb } from '@cdktf/provider-aws/lib/lb';
import { LbListener } from '@cdktf/provider-aws/lib/lb-listener';
import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Construct } from 'constructs';
import { GeneratedChart } from '../core/chart';
import { GATEWAY_PORTS, HTTPS, TARGETS_TAG } from '../core/gateway-ports';
import type { ICluster, INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { openPort } from '../core/open-port';
import { type Rule, validateProps } from '../core/validation';
import { type Fleet, GATEWAY_NAMESPACE } from '../core/workload-labels';
import type { Zone } from './gateway-certificate';
import { targetGroupBinding } from './target-group-binding';

export interface FleetEntryProps {
  readonly fleet: Fleet;
  readonly network: Pick<INetwork, 'vpcId' | 'publicSubnetIds'>;
  readonly cluster: Pick<ICluster, 'name' | 'securityGroupId'>;
  /** Certificate of all names below the zone. */
  readonly certificateArn: string;
  readonly zone: Zone;
  /**
   * How long a proxy that leaves may finish its calls, in seconds, 1-3600: as long as it drains.
   *
   * @default 90
   */
  readonly drainSeconds?: number;
}

const DRAIN_SECONDS = 90;

const RULES: readonly Rule<FleetEntryProps>[] = [
  {
    // At most 3,600: "Deregistration delay", Network Load Balancers guide.
    fails: ({ drainSeconds = DRAIN_SECONDS }) =>
      !Number.isInteger(drainSeconds) || drainSeconds < 1 || drainSeconds > 3600,
    message: ({ drainSeconds }) =>
      `drainSeconds must be a whole number from 1 to 3600, got ${String(drainSeconds)}`,
  },
];

/**
 * TLS 1.2 with forward secrecy and authenticated ciphers only, TLS 1.3, and for clients that know it a key exchange that
 * quantum computers do not break: what AWS recommends in "Security policies for your Network Load Balancer".
 */
const TLS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09';

/** Name of a fleet's load balancer and of its target group, for `physicalName`: 32 characters leave room for no more. */
export const entryName = (fleet: Fleet): string => fleet;

/** Name of the Service of a fleet's proxies. */
export const proxyService = (fleet: Fleet): string => `gateway-${fleet}`;

/**
 * Where callers of a fleet arrive: a network load balancer in all zones, its name in the cell's zone, and the binding of the
 * fleet's proxies to it.
 *
 * The load balancer ends TLS with the cell's certificate and speaks TLS to the proxies again: it only negotiates HTTP/2 with
 * callers where its target group is TLS too. It takes any certificate there, so the one that Envoy Gateway makes itself
 * will do, and no private key passes Terraform. Proxies see the callers' own addresses.
 *
 * It writes no access log: proxies log every call with more than it knows. Handshakes that fail never reach a proxy; the
 * metric `ClientTLSNegotiationErrorCount` counts them.
 */
export class FleetEntry extends Construct {
  /** Host name of the fleet, which tenants' names lead to. */
  public readonly hostname: string;
  /** Whole name of the load balancer in metrics: `net/<name>/<id>`. */
  public readonly loadBalancer: string;

  public constructor(scope: Construct, id: string, props: FleetEntryProps) {
    super(scope, id);
    validateProps(this, 'FleetEntry props', props, RULES);
    const { fleet, zone, network } = props;
    const balancer = new Lb(this, 'LoadBalancer', {
      name: physicalName(this, 'loadBalancer', entryName(fleet)),
      loadBalancerType: 'network',
      internal: false,
      subnets: [...network.publicSubnetIds],
      securityGroups: [this.securityGroup(props)],
      // On, for the autoscaler need not have proxies in equal numbers in all zones: without it each zone's address gets a
      // third of the calls, however many proxies stand behind it.
      enableCrossZoneLoadBalancing: true,
      enableDeletionProtection: true,
      // Operators, or AWS by itself, can take a zone out of the name.
      enableZonalShift: true,
    });
    const targets = this.targets(props);
    new LbListener(this, 'Listener', {
      loadBalancerArn: balancer.arn,
      port: HTTPS,
      protocol: 'TLS',
      sslPolicy: TLS_POLICY,
      alpnPolicy: 'HTTP2Preferred',
      certificateArn: props.certificateArn,
      defaultAction: [{ type: 'forward', targetGroupArn: targets.arn }],
    });
    this.hostname = `${fleet}.${zone.name}`;
    this.loadBalancer = balancer.arnSuffix;
    new Route53Record(this, 'Name', {
      zoneId: zone.id,
      name: this.hostname,
      type: 'A',
      alias: { name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true },
    });
    new GeneratedChart(this, 'Binding', {
      name: `gateway-${fleet}-targets`,
      namespace: GATEWAY_NAMESPACE,
      objects: [targetGroupBinding(GATEWAY_NAMESPACE, proxyService(fleet), HTTPS, targets.arn)],
    });
  }

  /** Callers in, proxies out, and nothing else. Proxies have the cluster's group. */
  private securityGroup({ fleet, network, cluster }: FleetEntryProps): string {
    const name = physicalName(this, 'securityGroup', 'gateway', fleet);
    const group = new SecurityGroup(this, 'SecurityGroup', {
      name,
      vpcId: network.vpcId,
      description: `Load balancer of the ${fleet} fleet: HTTPS in, proxies out`,
      tags: { Name: name },
    });
    new VpcSecurityGroupIngressRule(this, 'Https', {
      securityGroupId: group.id,
      ipProtocol: 'tcp',
      fromPort: HTTPS,
      toPort: HTTPS,
      // Everybody may call; who is answered is decided by tokens.
      cidrIpv4: '0.0.0.0/0',
      description: 'HTTPS from everywhere',
    });
    const peer = { securityGroupId: group.id, openEgress: false };
    const at = { securityGroupId: cluster.securityGroupId };
    openPort(
      this,
      { ...at, protocol: 'Calls', port: GATEWAY_PORTS.https },
      { ...peer, peerName: `${fleet}-entry` },
    );
    openPort(
      this,
      { ...at, protocol: 'Health', port: GATEWAY_PORTS.ready },
      { ...peer, peerName: `${fleet}-entry-health` },
    );
    return group.id;
  }

  private targets({ fleet, network, cluster, drainSeconds = DRAIN_SECONDS }: FleetEntryProps): LbTargetGroup {
    return new LbTargetGroup(this, 'Targets', {
      name: physicalName(this, 'targetGroup', entryName(fleet)),
      vpcId: network.vpcId,
      targetType: 'ip',
      protocol: 'TLS',
      port: GATEWAY_PORTS.https,
      // Off by default for addresses of pods. Limits, logs and deny rules by address need it.
      preserveClientIp: 'true',
      // A proxy that leaves is given no new connection, and the old ones time to end.
      deregistrationDelay: String(drainSeconds),
      connectionTermination: true,
      healthCheck: {
        enabled: true,
        protocol: 'HTTP',
        path: '/ready',
        port: String(GATEWAY_PORTS.ready),
        matcher: '200',
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
      // A proxy says that it is not ready when it begins to drain. Cutting its connections then would cut the calls.
      targetHealthState: [
        { enableUnhealthyConnectionTermination: false, unhealthyDrainingInterval: drainSeconds },
      ],
      tags: { [TARGETS_TAG]: cluster.name },
    });
  }
}
