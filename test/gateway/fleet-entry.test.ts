import { FleetEntry, type FleetEntryProps } from '../../constructs/gateway/fleet-entry';
import { GatewayCertificate } from '../../constructs/gateway/gateway-certificate';
import { targetGroupBinding } from '../../constructs/gateway/target-group-binding';
import { loadBalancerStatements } from '../../constructs/cluster/addons/load-balancer-permissions';
import type { Statement } from '../../constructs/access/statement';
import { allows } from '../support/iam';
import { schemaProblems } from '../support/kubernetes-schemas';
import { synth, type SynthesizedStack, TEST_PLACEMENT, testStack } from '../support/synth';
import { CLUSTER, NETWORK, synthInCluster, ZONE } from './surroundings';

const PROPS: FleetEntryProps = {
  fleet: 'enterprise',
  network: NETWORK,
  cluster: CLUSTER,
  certificateArn: 'arn:aws:acm:us-east-1:222222222222:certificate/1',
  zone: ZONE,
};
const build = (props: Partial<FleetEntryProps> = {}): SynthesizedStack =>
  synthInCluster((stack) => new FleetEntry(stack, 'Entry', { ...PROPS, ...props }));

const stack = build();
const balancer = stack.only('aws_lb');
const targets = stack.only('aws_lb_target_group');

describe('the load balancer of a fleet', () => {
  it('stands in every zone, sends calls to the proxies of all, and can be taken out of a zone', () => {
    expect(balancer).toMatchObject({
      name: 'bulkhead-prod-use1a-enterprise',
      load_balancer_type: 'network',
      internal: false,
      subnets: NETWORK.publicSubnetIds,
      enable_cross_zone_load_balancing: true,
      enable_zonal_shift: true,
    });
  });

  it('is not removed by mistake', () => {
    expect(balancer['enable_deletion_protection']).toBe(true);
  });

  it('listens on TLS only, from 1.2 on, and offers HTTP/2', () => {
    const listener = stack.only('aws_lb_listener');
    expect(listener).toMatchObject({
      port: 443,
      protocol: 'TLS',
      alpn_policy: 'HTTP2Preferred',
      certificate_arn: PROPS.certificateArn,
    });
    expect(listener['ssl_policy']).toMatch(/^ELBSecurityPolicy-TLS13-1-[23]-/);
  });

  it('speaks TLS to proxies, without which callers get no HTTP/2', () => {
    expect(targets).toMatchObject({ protocol: 'TLS', port: 10443, target_type: 'ip', vpc_id: 'vpc-1' });
  });

  it("shows proxies the callers' own addresses", () => {
    expect(targets['preserve_client_ip']).toBe('true');
  });

  it('asks the proxy whether it is ready, on the port that tells', () => {
    expect(targets['health_check']).toMatchObject({
      protocol: 'HTTP',
      path: '/ready',
      port: '19003',
      matcher: '200',
    });
  });

  it('lets a proxy that leaves finish its calls, whether it said so itself or Kubernetes did', () => {
    expect(targets).toMatchObject({
      deregistration_delay: '90',
      target_health_state: [
        { enable_unhealthy_connection_termination: false, unhealthy_draining_interval: 90 },
      ],
    });
    expect(build({ drainSeconds: 30 }).only('aws_lb_target_group')['deregistration_delay']).toBe('30');
  });

  it('is found by name', () => {
    expect(stack.only('aws_route53_record')).toMatchObject({
      name: 'enterprise.use1a.bulkhead.example',
      type: 'A',
      alias: { evaluate_target_health: true, name: `\${${balancer.address}.dns_name}` },
    });
  });

  it('fits the names that AWS takes, however long those of the platform are', () => {
    const long = synthInCluster((scope) => new FleetEntry(scope, 'Entry', PROPS), {
      ...TEST_PLACEMENT,
      platform: 'a-platform-with-a-long-name',
    });
    for (const type of ['aws_lb', 'aws_lb_target_group']) {
      expect(String(long.only(type)['name']).length).toBeLessThanOrEqual(32);
    }
  });

  it.each([0, 3601, 1.5])('refuses to drain for %s seconds', (drainSeconds) => {
    expect(() => new FleetEntry(testStack(), 'Entry', { ...PROPS, drainSeconds })).toThrow(
      `drainSeconds must be a whole number from 1 to 3600, got ${String(drainSeconds)}`,
    );
  });
});

describe('security groups', () => {
  const own = `\${${stack.only('aws_security_group').address}.id}`;
  const rules = (direction: string): unknown[] =>
    stack
      .resources(`aws_vpc_security_group_${direction}_rule`)
      .map(
        (rule) =>
          [
            rule['security_group_id'],
            rule['from_port'],
            rule['referenced_security_group_id'] ?? rule['cidr_ipv4'],
          ] as unknown[],
      );

  it('let in HTTPS from everywhere, and out to two ports of proxies', () => {
    expect(new Set(rules('ingress'))).toEqual(
      new Set([
        [own, 443, '0.0.0.0/0'],
        [CLUSTER.securityGroupId, 10443, own],
        [CLUSTER.securityGroupId, 19003, own],
      ]),
    );
    expect(new Set(rules('egress'))).toEqual(
      new Set([
        [own, 10443, CLUSTER.securityGroupId],
        [own, 19003, CLUSTER.securityGroupId],
      ]),
    );
  });
});

describe('the binding of proxies', () => {
  it('is accepted by the schema of its kind, and leaves security groups alone', () => {
    const binding = targetGroupBinding('envoy-gateway-system', 'gateway-shared', 443, 'arn:target-group');
    expect(schemaProblems([binding])).toEqual([]);
    expect(binding.spec).not.toHaveProperty('networking');
  });

  it('is the only thing that the load balancer controller may change, of its own cluster', () => {
    const statements: Statement[] = loadBalancerStatements(TEST_PLACEMENT, CLUSTER.name, 'vpc-1').map(
      ({ sid = '', actions = [], resources = [], condition }) => ({
        sid,
        actions,
        resources,
        conditions: condition as NonNullable<Statement['conditions']>,
      }),
    );
    const tags = targets['tags'] as Record<string, string>;
    const may = (action: string, cluster: string = CLUSTER.name): boolean =>
      allows(statements, {
        action: `elasticloadbalancing:${action}`,
        resource: 'arn:aws:elasticloadbalancing:us-east-1:222222222222:targetgroup/any/1',
        context: Object.fromEntries(
          Object.entries(tags).map(([tag, value]) => [
            `aws:ResourceTag/${tag}`,
            value === CLUSTER.name ? cluster : value,
          ]),
        ),
      });
    expect(['RegisterTargets', 'DeregisterTargets'].map((action) => may(action))).toEqual([true, true]);
    expect(may('RegisterTargets', 'another-cluster')).toBe(false);
    for (const action of ['DeleteTargetGroup', 'ModifyTargetGroup', 'ModifyTargetGroupAttributes', 'AddTags'])
      expect(may(action)).toBe(false);
  });
});

describe('the certificate', () => {
  const made = synth((scope) => new GatewayCertificate(scope, 'Certificate', { zone: ZONE }));

  it('is of all names below the zone, proved by DNS, and replaced before it goes', () => {
    expect(made.only('aws_acm_certificate')).toMatchObject({
      domain_name: '*.use1a.bulkhead.example',
      validation_method: 'DNS',
      lifecycle: { create_before_destroy: true },
    });
    expect(made.only('aws_route53_record')).toMatchObject({ zone_id: 'Z1', type: 'CNAME' });
    expect(made.only('aws_acm_certificate_validation')['validation_record_fqdns']).toEqual([
      `\${${made.only('aws_route53_record').address}.fqdn}`,
    ]);
  });
});
