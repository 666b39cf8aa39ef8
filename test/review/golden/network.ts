import { change, type GoldenCase, one, setting } from './golden-case';

const INGRESS = 'aws_vpc_security_group_ingress_rule';
const rule = (more: object) => ({
  security_group_id: '${aws_security_group.a.id}',
  ip_protocol: 'tcp',
  from_port: 443,
  to_port: 443,
  ...more,
});
const inGroup = (...ingress: readonly object[]) => ({ name: 'a', vpc_id: 'vpc-1', ingress });
const web = { protocol: 'tcp', from_port: 443, to_port: 443 };
const peers = (...from: readonly object[]) => ({
  metadata: { name: 'api', namespace: 'api' },
  spec: {
    pod_selector: {},
    policy_types: ['Ingress'],
    ingress: [{ from, ports: [{ port: '8080', protocol: 'TCP' }] }],
  },
});

export const NETWORK: readonly GoldenCase[] = [
  setting(
    'a rule lets in the whole internet',
    INGRESS,
    [rule({ cidr_ipv4: '10.0.0.0/16' }), rule({ cidr_ipv4: '0.0.0.0/0' })],
    [['high', 'network', `${INGRESS}.it`, 'lets in 0.0.0.0/0 on port 443']],
    [],
  ),
  setting(
    'a rule lets in on more ports',
    INGRESS,
    [rule({ cidr_ipv4: '10.0.0.0/16' }), rule({ cidr_ipv4: '10.0.0.0/16', from_port: 0, to_port: 65535 })],
    [['high', 'network', `${INGRESS}.it`, 'lets in 10.0.0.0/16 on all ports']],
    [],
  ),
  change(
    'a new rule for everybody',
    one('aws_security_group', { name: 'a', vpc_id: 'vpc-1' }),
    {
      resource: {
        aws_security_group: { it: { name: 'a', vpc_id: 'vpc-1' } },
        [INGRESS]: { all: rule({ cidr_ipv6: '::/0', from_port: 22, to_port: 22 }) },
      },
    },
    [['high', 'network', `${INGRESS}.all`, 'lets in ::/0 on port 22']],
    [['low', 'removed', `${INGRESS}.all`, 'is destroyed']],
  ),
  setting(
    'another group is let in',
    INGRESS,
    [rule({ referenced_security_group_id: 'sg-1' }), rule({ referenced_security_group_id: 'sg-2' })],
    [['high', 'network', `${INGRESS}.it`, 'referenced_security_group_id is sg-2']],
    [['high', 'network', `${INGRESS}.it`, 'referenced_security_group_id is sg-1']],
  ),
  setting(
    'a group with rules inside lets in more',
    'aws_security_group',
    [
      inGroup({ ...web, cidr_blocks: ['10.0.0.0/8'] }),
      inGroup({ ...web, cidr_blocks: ['0.0.0.0/0'] }, { ...web, cidr_blocks: ['10.0.0.0/8'] }),
    ],
    [['high', 'network', 'aws_security_group.it', 'lets in 0.0.0.0/0 on port 443']],
    [],
  ),
  setting(
    'an access list of a network no longer refuses',
    'aws_network_acl',
    [
      {
        vpc_id: 'v',
        ingress: [
          {
            rule_no: 1,
            action: 'deny',
            protocol: 'tcp',
            from_port: 22,
            to_port: 22,
            cidr_block: '0.0.0.0/0',
          },
          { rule_no: 2, action: 'allow', protocol: '-1', from_port: 0, to_port: 0, cidr_block: '0.0.0.0/0' },
        ],
      },
      {
        vpc_id: 'v',
        ingress: [
          { rule_no: 2, action: 'allow', protocol: '-1', from_port: 0, to_port: 0, cidr_block: '0.0.0.0/0' },
        ],
      },
    ],
    [['high', 'network', 'aws_network_acl.it', 'no longer refuses 0.0.0.0/0 on port 22']],
    [],
  ),
  setting(
    'a policy of pods lets in another namespace',
    'kubernetes_network_policy_v1',
    [
      peers({ namespace_selector: { match_labels: { name: 'gateway' } } }),
      peers({ namespace_selector: { match_labels: { name: 'gateway' } } }, { namespace_selector: {} }),
    ],
    [['high', 'network', 'kubernetes_network_policy_v1.it', 'lets in all namespaces on port 8080']],
    [],
  ),
  setting(
    'a policy of pods is written in another order: no change',
    'kubernetes_network_policy_v1',
    [
      peers({ ip_block: { cidr: '10.0.0.0/16' } }, { pod_selector: {} }),
      peers({ pod_selector: {} }, { ip_block: { cidr: '10.0.0.0/16' } }),
    ],
    [],
    [],
  ),
  setting(
    'a policy of pods no longer restricts what goes out',
    'kubernetes_network_policy_v1',
    [
      {
        metadata: { name: 'deny', namespace: 'api' },
        spec: { pod_selector: {}, policy_types: ['Ingress', 'Egress'] },
      },
      { metadata: { name: 'deny', namespace: 'api' }, spec: { pod_selector: {}, policy_types: ['Ingress'] } },
    ],
    [['high', 'network', 'kubernetes_network_policy_v1.it', 'no longer restricts Egress']],
    [],
  ),
  change(
    'the policy that keeps pods apart is destroyed',
    {
      resource: {
        kubernetes_network_policy_v1: {
          deny: {
            metadata: { name: 'deny', namespace: 'api' },
            spec: { pod_selector: {}, policy_types: ['Ingress'] },
          },
          it: peers({ pod_selector: {} }),
        },
      },
    },
    { resource: { kubernetes_network_policy_v1: { it: peers({ pod_selector: {} }) } } },
    [
      ['high', 'protection', 'kubernetes_network_policy_v1.deny', 'its pods may talk to anyone'],
      ['low', 'removed', 'kubernetes_network_policy_v1.deny', 'is destroyed'],
    ],
    [],
  ),
  setting(
    'the API of a cluster is public',
    'aws_eks_cluster',
    [
      {
        name: 'a',
        role_arn: 'r',
        vpc_config: { subnet_ids: ['s'], endpoint_private_access: true, endpoint_public_access: false },
      },
      {
        name: 'a',
        role_arn: 'r',
        vpc_config: { subnet_ids: ['s'], endpoint_private_access: true, endpoint_public_access: true },
      },
    ],
    [
      ['high', 'network', 'aws_eks_cluster.it', 'endpoint_public_access becomes true'],
      ['high', 'network', 'aws_eks_cluster.it', 'opens its API to 0.0.0.0/0'],
    ],
    [],
  ),
  setting(
    'the API of a cluster is open to more',
    'aws_eks_cluster',
    [
      {
        name: 'a',
        role_arn: 'r',
        vpc_config: {
          subnet_ids: ['s'],
          endpoint_public_access: true,
          public_access_cidrs: ['192.0.2.0/24'],
        },
      },
      {
        name: 'a',
        role_arn: 'r',
        vpc_config: {
          subnet_ids: ['s'],
          endpoint_public_access: true,
          public_access_cidrs: ['192.0.2.0/24', '203.0.113.0/24'],
        },
      },
    ],
    [['high', 'network', 'aws_eks_cluster.it', 'opens its API to 203.0.113.0/24']],
    [],
  ),
  setting(
    'a load balancer turns to the internet',
    'aws_lb',
    [
      { name: 'a', internal: true, load_balancer_type: 'network' },
      { name: 'a', internal: false, load_balancer_type: 'network' },
    ],
    [
      ['high', 'network', 'aws_lb.it', 'internal becomes false'],
      ['low', 'removed', 'aws_lb.it', 'is replaced'],
    ],
    [['low', 'removed', 'aws_lb.it', 'is replaced']],
  ),
  setting(
    'an instance of a database is public',
    'aws_rds_cluster_instance',
    [
      { identifier: 'a', cluster_identifier: 'c', engine: 'aurora-postgresql', publicly_accessible: false },
      { identifier: 'a', cluster_identifier: 'c', engine: 'aurora-postgresql', publicly_accessible: true },
    ],
    [['high', 'network', 'aws_rds_cluster_instance.it', 'publicly_accessible becomes true']],
    [],
  ),
  change(
    'a private network gets a way to the internet',
    one('aws_route_table', { vpc_id: 'v' }),
    {
      resource: {
        aws_route_table: { it: { vpc_id: 'v' } },
        aws_route: {
          out: {
            route_table_id: '${aws_route_table.it.id}',
            destination_cidr_block: '0.0.0.0/0',
            gateway_id: '${aws_internet_gateway.it.id}',
          },
        },
      },
    },
    [['high', 'network', 'aws_route.out', 'sends 0.0.0.0/0 to ${aws_internet_gateway.it.id}']],
    [['low', 'removed', 'aws_route.out', 'is destroyed']],
  ),
];
