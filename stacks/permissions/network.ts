import type { Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { ec2Reads, ec2Statements } from './ec2';
import { roleStatements } from './iam';
import { keyStatements, logGroupStatements } from './parts';
import { becomesOwn, contractStatements, inRegion, prefixOf, regionalArn } from './scope';

const CREATES = {
  AllocateAddress: 'elastic-ip',
  CreateFlowLogs: 'vpc-flow-log',
  CreateInternetGateway: 'internet-gateway',
  CreateNatGateway: 'natgateway',
  CreateNetworkAcl: 'network-acl',
  CreateRouteTable: 'route-table',
  CreateSecurityGroup: 'security-group',
  CreateSubnet: 'subnet',
  CreateVpc: 'vpc',
  CreateVpcEndpoint: 'vpc-endpoint',
  // Rules carry tags of their own.
  AuthorizeSecurityGroupEgress: 'security-group-rule',
  AuthorizeSecurityGroupIngress: 'security-group-rule',
} as const;

const CHANGES = [
  'AssociateRouteTable',
  'AssociateVpcCidrBlock',
  'AttachInternetGateway',
  'AuthorizeSecurityGroupEgress',
  'AuthorizeSecurityGroupIngress',
  'CreateFlowLogs',
  'CreateNatGateway',
  'CreateNetworkAcl',
  'CreateNetworkAclEntry',
  'CreateRoute',
  'CreateRouteTable',
  'CreateSecurityGroup',
  'CreateSubnet',
  'CreateSubnetCidrReservation',
  'CreateVpcEndpoint',
  'DeleteFlowLogs',
  'DeleteInternetGateway',
  'DeleteNatGateway',
  'DeleteNetworkAcl',
  'DeleteNetworkAclEntry',
  'DeleteRoute',
  'DeleteRouteTable',
  'DeleteSecurityGroup',
  'DeleteSubnet',
  'DeleteVpc',
  'DeleteVpcEndpoints',
  'DescribeVpcAttribute',
  'DetachInternetGateway',
  'DisassociateRouteTable',
  'DisassociateVpcCidrBlock',
  'ModifySecurityGroupRules',
  'ModifySubnetAttribute',
  'ModifyVpcAttribute',
  'ModifyVpcEndpoint',
  'ReleaseAddress',
  'ReplaceNetworkAclAssociation',
  'ReplaceRoute',
  'ReplaceRouteTableAssociation',
  'RevokeSecurityGroupEgress',
  'RevokeSecurityGroupIngress',
] as const;

const READS = [
  'DescribeAddresses',
  'DescribeAddressesAttribute',
  'DescribeAvailabilityZones',
  'DescribeFlowLogs',
  'DescribeInternetGateways',
  'DescribeNatGateways',
  'DescribeNetworkAcls',
  'DescribeNetworkInterfaces',
  'DescribePrefixLists',
  'DescribeRouteTables',
  'DescribeSecurityGroupRules',
  'DescribeSecurityGroups',
  'DescribeSubnets',
  'DescribeTags',
  'DescribeVpcEndpointServices',
  'DescribeVpcEndpoints',
  'DescribeVpcs',
  'GetSubnetCidrReservations',
] as const;

/** What deploying a cell's network takes. */
export function networkPermissions(placement: Placement): readonly Statement[] {
  return [
    ec2Reads(placement, READS),
    ...ec2Statements(placement, CREATES, CHANGES, [...new Set(Object.values(CREATES))]),
    {
      sid: 'AdoptVpcDefaults',
      // A VPC comes with a security group, a route table and a network ACL, all without tags. They must be tagged before
      // they can be closed. What has a platform's tag already belongs to somebody and cannot be taken over.
      actions: ['ec2:CreateTags'],
      resources: ['security-group', 'route-table', 'network-acl'].map((type) =>
        regionalArn(placement, 'ec2', `${type}/*`),
      ),
      conditions: [
        ...becomesOwn(placement),
        { test: 'Null', variable: 'aws:ResourceTag/platform', values: ['true'] },
      ],
    },
    {
      sid: 'GiveUpReservations',
      // EC2 knows no resource and no tag for this action. A reservation only steers where new addresses come from.
      actions: ['ec2:DeleteSubnetCidrReservation'],
      resources: ['*'],
      conditions: [inRegion(placement)],
    },
    ...zoneStatements(),
    ...logGroupStatements(placement, [`${prefixOf(placement)}-flow-logs`]),
    ...keyStatements(placement, { aliases: [`${prefixOf(placement)}-flow-logs`] }),
    ...roleStatements(placement, { names: ['flow-logs'], passTo: ['vpc-flow-logs.amazonaws.com'] }),
    ...contractStatements(placement, { publishes: 'network' }),
  ];
}

/**
 * The cell's DNS zone. Not `route53:DeleteHostedZone`, nor changing records: a new zone has other name servers, which
 * nobody delegates to. Route 53 knows zones by ids of its own choice and no tags in conditions, so who may set a comment
 * or tags may do so on every zone of the account.
 */
function zoneStatements(): readonly Statement[] {
  return [
    {
      sid: 'CreateZone',
      // A zone has no id before it exists, so this action knows no resource. Zones are of no region.
      actions: ['route53:CreateHostedZone'],
      resources: ['*'],
    },
    {
      sid: 'Zone',
      actions: [
        'route53:ChangeTagsForResource',
        'route53:GetHostedZone',
        'route53:ListResourceRecordSets',
        'route53:ListTagsForResource',
        'route53:UpdateHostedZoneComment',
      ],
      resources: ['arn:aws:route53:::hostedzone/*'],
    },
    { sid: 'AwaitZone', actions: ['route53:GetChange'], resources: ['arn:aws:route53:::change/*'] },
  ];
}
