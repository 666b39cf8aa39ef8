import { ENDPOINT_SERVICES } from '../../constructs/network/endpoint-services';
import { Network, type NetworkProps } from '../../constructs/network/network';
import { synth, type Synthesized, type SynthesizedStack } from '../support/synth';

const PROPS: NetworkProps = {
  cidr: '10.16.0.0/16',
  zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  natGateways: 'per-zone',
  interfaceEndpoints: true,
  flowLogRetentionDays: 365,
  clusterName: 'bulkhead-prod-use1a',
  trustedAccounts: ['111111111111', '222222222222'],
  minimumNodes: 50,
  domain: 'bulkhead.example',
};

const build = (props: Partial<NetworkProps> = {}): SynthesizedStack =>
  synth((stack) => new Network(stack, 'Network', { ...PROPS, ...props }));

const ref = ({ address }: Synthesized): string => `\${${address}.id}`;
const tables = (stack: SynthesizedStack, tier: string): string[] =>
  stack
    .resources('aws_route_table')
    .filter(({ path }) => path.includes(tier))
    .map(ref);
const routes = (stack: SynthesizedStack, tier: string): readonly Synthesized[] =>
  stack
    .resources('aws_route')
    .filter((route) => tables(stack, tier).includes(route['route_table_id'] as string));

describe('Network', () => {
  describe('ways out', () => {
    it('gives each zone its own NAT gateway and address', () => {
      const stack = build();

      expect(stack.resources('aws_nat_gateway')).toHaveLength(3);
      expect(stack.resources('aws_eip')).toHaveLength(3);
      const gateways = routes(stack, 'Private').map((route) => route['nat_gateway_id'] as string);
      expect(new Set(gateways).size).toBe(3);
      expect(gateways).toHaveLength(3);
    });

    it('sends all zones through one NAT gateway when there is one', () => {
      const stack = build({ natGateways: 'single' });

      const gateway = stack.only('aws_nat_gateway');
      expect(stack.resources('aws_eip')).toHaveLength(1);
      expect(routes(stack, 'Private').map((route) => route['nat_gateway_id'] as string)).toEqual(
        Array(3).fill(ref(gateway)),
      );
    });

    it('leads from isolated subnets nowhere', () => {
      const stack = build();

      const [isolated] = tables(stack, 'Isolated');
      expect(tables(stack, 'Isolated')).toHaveLength(1);
      expect(routes(stack, 'Isolated')).toEqual([]);
      for (const endpoint of stack.resources('aws_vpc_endpoint')) {
        expect(endpoint['route_table_ids'] ?? []).not.toContain(isolated);
      }
    });

    it('puts isolated subnets on their own route table and lets them talk within the VPC only', () => {
      const stack = build();

      const isolated = stack.resources('aws_subnet').filter(({ path }) => path.includes('Isolated'));
      const ids = isolated.map((subnet) => ref(subnet));
      const associated = stack
        .resources('aws_route_table_association')
        .filter((association) => association['route_table_id'] === tables(stack, 'Isolated')[0]);
      expect(associated.map((association) => association['subnet_id'] as string)).toEqual(ids);

      const acl = stack.only('aws_network_acl');
      expect(acl['subnet_ids']).toEqual(ids);
      for (const direction of ['ingress', 'egress']) {
        expect(acl[direction]).toMatchObject([
          { action: 'allow', protocol: '-1', cidr_block: '10.16.0.0/16' },
        ]);
      }
    });

    it('reaches the internet from public subnets only', () => {
      const stack = build();

      const direct = stack.resources('aws_route').filter((route) => route['gateway_id'] !== undefined);
      expect(direct).toEqual(routes(stack, 'Public'));
      expect(direct).toHaveLength(1);
    });

    it('gives no instance a public address', () => {
      const addresses = build()
        .resources('aws_subnet')
        .map((subnet) => subnet['map_public_ip_on_launch'] as boolean);
      expect(addresses).toEqual(Array(9).fill(false));
    });
  });

  describe('defaults of the VPC', () => {
    it('empties the default security group', () => {
      const group = build().only('aws_default_security_group');
      expect(group['ingress']).toBeUndefined();
      expect(group['egress']).toBeUndefined();
    });

    it('empties the default route table', () => {
      expect(build().only('aws_default_route_table')['route']).toEqual([]);
    });
  });

  describe('room for pods', () => {
    it('reserves pods their blocks of each private subnet', () => {
      const stack = build();

      const reservations = stack.resources('aws_ec2_subnet_cidr_reservation');
      expect(reservations).toHaveLength(18);
      expect(new Set(reservations.map((reservation) => reservation['reservation_type'] as string))).toEqual(
        new Set(['prefix']),
      );
      const first = stack.only('aws_subnet', 'Private/Subnet1');
      expect(
        reservations
          .filter((reservation) => reservation['subnet_id'] === ref(first))
          .map((reservation) => reservation['cidr_block'] as string),
      ).toEqual([
        '10.16.4.0/22',
        '10.16.8.0/21',
        '10.16.16.0/20',
        '10.16.32.0/20',
        '10.16.48.0/21',
        '10.16.56.0/22',
      ]);
    });

    it('says what it holds', () => {
      synth((stack) => {
        expect(new Network(stack, 'Network', PROPS).podCapacity).toMatchObject({ nodes: 336, pods: 36_960 });
      });
    });

    it.each([84, 85])('has room for 84 full nodes in a /18, asked for %i', (minimumNodes) => {
      const small = (): SynthesizedStack => build({ cidr: '10.16.0.0/18', minimumNodes });
      if (minimumNodes === 84) expect(small).not.toThrow();
      else {
        expect(small).toThrow(
          'cidr must have room for 85 nodes with 110 pods each, got 10.16.0.0/18 with room for 84; take a wider network or fewer nodes',
        );
      }
    });
  });

  describe('endpoints', () => {
    it('has one for each service that nodes and pods call, in every zone, under the usual names', () => {
      const stack = build();

      const endpoints = stack
        .resources('aws_vpc_endpoint')
        .filter((endpoint) => endpoint['vpc_endpoint_type'] === 'Interface');
      expect(endpoints.map((endpoint) => endpoint['service_name'] as string).sort()).toEqual(
        ENDPOINT_SERVICES.map(({ service }) => `com.amazonaws.us-east-1.${service}`).sort(),
      );
      for (const endpoint of endpoints) {
        expect(endpoint['private_dns_enabled']).toBe(true);
        expect(endpoint['subnet_ids']).toHaveLength(3);
      }
    });

    it('admits HTTPS from private subnets and nothing else', () => {
      const rules = build().resources('aws_vpc_security_group_ingress_rule');

      expect(rules.map((rule) => rule['cidr_ipv4'] as string)).toEqual([
        '10.16.0.0/18',
        '10.16.64.0/18',
        '10.16.128.0/18',
      ]);
      for (const rule of rules) {
        expect(rule).toMatchObject({ ip_protocol: 'tcp', from_port: 443, to_port: 443 });
      }
      expect(build().resources('aws_vpc_security_group_egress_rule')).toEqual([]);
    });

    it('has none where calls may leave through NAT, but always S3 and DynamoDB', () => {
      const stack = build({ interfaceEndpoints: false });

      const services = stack
        .resources('aws_vpc_endpoint')
        .map((endpoint) => endpoint['service_name'] as string);
      expect(services.sort()).toEqual(['com.amazonaws.us-east-1.dynamodb', 'com.amazonaws.us-east-1.s3']);
      expect(stack.resources('aws_security_group')).toEqual([]);
    });

    it('tells readers of the network that there are none', () => {
      synth((stack) => {
        const network = new Network(stack, 'Network', { ...PROPS, interfaceEndpoints: false });
        expect(network.endpointSecurityGroupId).toBe('');
      });
    });

    it('lets nobody write to buckets and tables of other accounts', () => {
      const stack = build();

      for (const policy of ['GatewayEndpoints/S3Policy', 'GatewayEndpoints/DynamoDbPolicy']) {
        for (const { sid, actions, condition } of stack.statements(policy)) {
          if (sid === 'ReadImageLayers') {
            expect(actions).toEqual(['s3:GetObject']);
            continue;
          }
          expect(condition).toEqual(
            ['aws:PrincipalAccount', 'aws:ResourceAccount'].map((variable) => ({
              test: 'StringEquals',
              variable,
              values: ['111111111111', '222222222222'],
            })),
          );
        }
      }
    });

    it('lets credentials of other accounts through no endpoint', () => {
      const [statement] = build().statements('InterfaceEndpoints/Policy');
      expect(statement?.['condition']).toEqual([
        {
          test: 'StringEquals',
          variable: 'aws:PrincipalAccount',
          values: ['111111111111', '222222222222'],
        },
      ]);
    });
  });

  it('records all traffic by the minute, encrypted, for as long as asked', () => {
    const stack = build({ flowLogRetentionDays: 90 });

    const flowLog = stack.only('aws_flow_log');
    expect(flowLog).toMatchObject({ traffic_type: 'ALL', max_aggregation_interval: 60 });
    expect(flowLog['log_format']).toContain('$${pkt-srcaddr}');
    expect(stack.only('aws_cloudwatch_log_group')).toMatchObject({
      name: 'bulkhead-prod-use1a-flow-logs',
      retention_in_days: 90,
      kms_key_id: expect.stringContaining('aws_kms_key') as string,
      lifecycle: { prevent_destroy: true },
    });
    expect(stack.only('aws_iam_role')['permissions_boundary']).toBe(
      'arn:aws:iam::222222222222:policy/bulkhead-prod-use1a-boundary',
    );
  });

  it('marks subnets for load balancers and Karpenter', () => {
    const tags = (tier: string): Record<string, string> =>
      build().only('aws_subnet', `${tier}/Subnet1`)['tags'] as Record<string, string>;

    expect(tags('Public')).toMatchObject({ 'kubernetes.io/role/elb': '1' });
    expect(tags('Private')).toMatchObject({
      'kubernetes.io/role/internal-elb': '1',
      'karpenter.sh/discovery': 'bulkhead-prod-use1a',
    });
    expect(Object.keys(tags('Isolated'))).toEqual(['Name']);
  });

  it('fails with every problem named at once', () => {
    expect(() =>
      build({ cidr: '10.16.0.0/19', zones: ['us-east-1a', 'us-east-1a', 'us-east-1b'], trustedAccounts: [] }),
    ).toThrowErrorMatchingInlineSnapshot(`
"[test/Network] invalid Network props:
  - cidr must be an IPv4 network of size /16 to /18 with its host bits zero, got '10.16.0.0/19'
  - zones must be three different availability zones, got us-east-1a, us-east-1a, us-east-1b
  - trustedAccounts must name at least one account"
`);
  });
});
