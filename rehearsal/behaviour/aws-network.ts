import type { TypeBehaviour } from './behaviour';

/** Files named as sources are those of hashicorp/terraform-provider-aws at the pinned major version. */
const from = (file: string): string => `hashicorp/terraform-provider-aws, internal/service/${file}.go`;
const ec2 = (kind: string): string => `arn:{partition}:ec2:{region}:{account}:${kind}/{id}`;

/** Networks, load balancers, names and certificates. */
export const AWS_NETWORK: Readonly<Record<string, TypeBehaviour>> = {
  aws_vpc: {
    source: from('ec2/vpc_'),
    id: 'vpc-{hex:17}',
    arn: ec2('vpc'),
    values: {
      default_network_acl_id: 'acl-{hex:17}',
      default_route_table_id: 'rtb-{hex:17}',
      default_security_group_id: 'sg-{hex:17}',
      dhcp_options_id: 'dopt-{hex:17}',
      main_route_table_id: 'rtb-{hex:17}',
    },
  },
  aws_subnet: {
    source: from('ec2/vpc_subnet'),
    id: 'subnet-{hex:17}',
    arn: ec2('subnet'),
    values: { availability_zone_id: 'use1-az1', private_dns_hostname_type_on_launch: 'ip-name' },
  },
  aws_security_group: {
    source: from('ec2/vpc_security_group'),
    id: 'sg-{hex:17}',
    arn: ec2('security-group'),
  },
  aws_vpc_security_group_ingress_rule: {
    source: from('ec2/vpc_security_group_ingress_rule'),
    id: 'sgr-{hex:17}',
    arn: ec2('security-group-rule'),
    values: { security_group_rule_id: '{id}' },
  },
  aws_vpc_security_group_egress_rule: {
    source: from('ec2/vpc_security_group_egress_rule'),
    id: 'sgr-{hex:17}',
    arn: ec2('security-group-rule'),
    values: { security_group_rule_id: '{id}' },
  },
  aws_security_group_rule: {
    source: from('ec2/vpc_security_group_rule'),
    id: 'sgrule-{digits:10}',
    values: { security_group_rule_id: 'sgr-{hex:17}' },
  },
  aws_route_table: {
    source: from('ec2/vpc_route_table'),
    id: 'rtb-{hex:17}',
    arn: ec2('route-table'),
  },
  aws_route: {
    source: from('ec2/vpc_route'),
    id: 'r-{route_table_id}{digits:10}',
  },
  aws_route_table_association: {
    source: from('ec2/vpc_route_table_association'),
    id: 'rtbassoc-{hex:17}',
  },
  aws_internet_gateway: {
    source: from('ec2/vpc_internet_gateway'),
    id: 'igw-{hex:17}',
    arn: ec2('internet-gateway'),
  },
  aws_egress_only_internet_gateway: {
    source: from('ec2/vpc_egress_only_internet_gateway'),
    id: 'eigw-{hex:17}',
  },
  aws_nat_gateway: {
    source: from('ec2/vpc_nat_gateway'),
    id: 'nat-{hex:17}',
    values: {
      network_interface_id: 'eni-{hex:17}',
      association_id: 'eipassoc-{hex:17}',
      public_ip: '203.0.113.10',
      private_ip: '10.0.0.10',
    },
  },
  aws_eip: {
    source: from('ec2/ec2_eip'),
    id: 'eipalloc-{hex:17}',
    arn: ec2('elastic-ip'),
    values: {
      allocation_id: '{id}',
      public_ip: '203.0.113.10',
      public_dns: 'ec2-203-0-113-10.{region}.compute.amazonaws.com',
      domain: 'vpc',
    },
  },
  aws_vpc_endpoint: {
    source: from('ec2/vpc_endpoint'),
    id: 'vpce-{hex:17}',
    arn: ec2('vpc-endpoint'),
    values: {
      prefix_list_id: 'pl-{hex:8}',
      state: 'available',
      dns_entry: [{ dns_name: '{id}-{hex:8}.vpce.{region}.vpce.amazonaws.com', hosted_zone_id: 'Z{HEX:13}' }],
    },
  },
  aws_network_acl: {
    source: from('ec2/vpc_network_acl'),
    id: 'acl-{hex:17}',
    arn: ec2('network-acl'),
  },
  aws_flow_log: {
    source: from('ec2/vpc_flow_log'),
    id: 'fl-{hex:17}',
    arn: ec2('vpc-flow-log'),
  },
  aws_ec2_transit_gateway: {
    source: from('ec2/transitgateway_'),
    id: 'tgw-{hex:17}',
    arn: ec2('transit-gateway'),
    values: {
      association_default_route_table_id: 'tgw-rtb-{hex:17}',
      propagation_default_route_table_id: 'tgw-rtb-{hex:17}',
    },
  },
  aws_launch_template: {
    source: from('ec2/ec2_launch_template'),
    id: 'lt-{hex:17}',
    arn: ec2('launch-template'),
  },
  aws_lb: {
    source: from('elbv2/load_balancer'),
    id: '{arn}',
    arn: 'arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{arn_suffix}',
    values: {
      arn_suffix: 'net/{name}/{hex:16}',
      dns_name: '{name}-{hex:16}.elb.{region}.amazonaws.com',
      zone_id: 'Z{HEX:13}',
      ip_address_type: 'ipv4',
      vpc_id: 'vpc-{hex:17}',
    },
    unique: {
      attributes: ['name'],
      error:
        'DuplicateLoadBalancerName: A load balancer with the same name already exists, but with different settings',
    },
    refusesDelete: ({ enable_deletion_protection: on }) =>
      on === true
        ? 'OperationNotPermitted: Load balancer cannot be deleted because deletion protection is enabled'
        : undefined,
  },
  aws_lb_target_group: {
    source: from('elbv2/target_group'),
    id: '{arn}',
    arn: 'arn:{partition}:elasticloadbalancing:{region}:{account}:targetgroup/{name}/{hex:16}',
    values: { arn_suffix: 'targetgroup/{name}/{hex:16}' },
    unique: {
      attributes: ['name'],
      error:
        'DuplicateTargetGroupName: A target group with the same name exists, but with different settings',
    },
  },
  aws_lb_listener: {
    source: from('elbv2/listener'),
    id: '{arn}',
    arn: 'arn:{partition}:elasticloadbalancing:{region}:{account}:listener/{hex:16}/{hex:17}',
  },
  aws_route53_zone: {
    source: from('route53/zone'),
    id: 'Z{HEX:20}',
    arn: 'arn:{partition}:route53:::hostedzone/{id}',
    values: {
      zone_id: '{id}',
      primary_name_server: 'ns-1.awsdns-00.com',
      name_servers: [
        'ns-1.awsdns-00.com',
        'ns-2.awsdns-00.net',
        'ns-3.awsdns-00.org',
        'ns-4.awsdns-00.co.uk',
      ],
    },
  },
  aws_route53_record: {
    source: from('route53/record'),
    id: '{zone_id}_{name}_{type}',
    values: { fqdn: '{name}' },
  },
  aws_acm_certificate: {
    source: from('acm/certificate'),
    id: '{arn}',
    arn: 'arn:{partition}:acm:{region}:{account}:certificate/{uuid}',
    values: {
      status: 'PENDING_VALIDATION',
      domain_validation_options: [
        {
          domain_name: '{domain_name}',
          resource_record_name: '_{hex:32}.{domain_name}.',
          resource_record_type: 'CNAME',
          resource_record_value: '_{hex:32}.acm-validations.aws.',
        },
      ],
    },
  },
  aws_acm_certificate_validation: {
    source: from('acm/certificate_validation'),
    id: '{uuid}',
  },
};
