import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { TARGETS_TAG } from '../../core/gateway-ports';
import type { Placement } from '../../core/placement';

/**
 * What the AWS Load Balancer Controller may do: its published policy without application load balancers, WAF, Shield and
 * Cognito, and narrowed to what carries the cluster's own tag.
 *
 * Source: docs/install/iam_policy.json of the project, and "Actions, resources, and condition keys" of EC2 and Elastic
 * Load Balancing V2 in the Service Authorization Reference.
 */
export function loadBalancerStatements(
  { account, region }: Placement,
  clusterName: string,
  vpcId: string,
): readonly DataAwsIamPolicyDocumentStatement[] {
  const ec2 = (resource: string): string => `arn:aws:ec2:${region}:${account}:${resource}`;
  const elb = (resource: string): string => `arn:aws:elasticloadbalancing:${region}:${account}:${resource}`;
  // The tag that the controller puts on everything it makes.
  const tagged = (
    on: 'Request' | 'Resource',
  ): object & { test: string; variable: string; values: string[] } => ({
    test: 'StringEquals',
    variable: `aws:${on}Tag/elbv2.k8s.aws/cluster`,
    values: [clusterName],
  });
  const balancers = [elb('loadbalancer/net/*')];
  const parts = [elb('listener/net/*'), elb('targetgroup/*')];
  return [
    {
      sid: 'Look',
      // A wildcard, for none of these actions takes a resource.
      actions: [
        'ec2:DescribeAccountAttributes',
        'ec2:DescribeAddresses',
        'ec2:DescribeAvailabilityZones',
        'ec2:DescribeInstances',
        'ec2:DescribeInternetGateways',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeRouteTables',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeTags',
        'ec2:DescribeVpcPeeringConnections',
        'ec2:DescribeVpcs',
        'ec2:GetSecurityGroupsForVpc',
        'elasticloadbalancing:DescribeCapacityReservation',
        'elasticloadbalancing:DescribeListenerAttributes',
        'elasticloadbalancing:DescribeListenerCertificates',
        'elasticloadbalancing:DescribeListeners',
        'elasticloadbalancing:DescribeLoadBalancerAttributes',
        'elasticloadbalancing:DescribeLoadBalancers',
        'elasticloadbalancing:DescribeRules',
        'elasticloadbalancing:DescribeSSLPolicies',
        'elasticloadbalancing:DescribeTags',
        'elasticloadbalancing:DescribeTargetGroupAttributes',
        'elasticloadbalancing:DescribeTargetGroups',
        'elasticloadbalancing:DescribeTargetHealth',
        'elasticloadbalancing:DescribeTrustStores',
        'acm:ListCertificates',
      ],
      resources: ['*'],
    },
    {
      sid: 'Certificates',
      // A wildcard, for which certificate a Service names is the Service's matter.
      actions: ['acm:DescribeCertificate'],
      resources: [`arn:aws:acm:${region}:${account}:certificate/*`],
    },
    {
      sid: 'OpenNodes',
      // Wildcards, for nodes' security groups carry no tag of the controller's: any of this network and no other.
      actions: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'],
      resources: [ec2('security-group/*')],
      condition: [{ test: 'ArnEquals', variable: 'ec2:Vpc', values: [ec2(`vpc/${vpcId}`)] }],
    },
    {
      sid: 'MakeSecurityGroups',
      actions: ['ec2:CreateSecurityGroup'],
      resources: [ec2('security-group/*')],
      condition: [tagged('Request')],
    },
    { sid: 'InThisNetwork', actions: ['ec2:CreateSecurityGroup'], resources: [ec2(`vpc/${vpcId}`)] },
    {
      sid: 'TagNewSecurityGroups',
      actions: ['ec2:CreateTags'],
      resources: [ec2('security-group/*')],
      condition: [
        tagged('Request'),
        { test: 'StringEquals', variable: 'ec2:CreateAction', values: ['CreateSecurityGroup'] },
      ],
    },
    {
      sid: 'ManageSecurityGroups',
      actions: ['ec2:CreateTags', 'ec2:DeleteTags', 'ec2:DeleteSecurityGroup'],
      resources: [ec2('security-group/*')],
      condition: [tagged('Resource')],
    },
    {
      sid: 'MakeLoadBalancers',
      actions: ['elasticloadbalancing:CreateLoadBalancer', 'elasticloadbalancing:CreateTargetGroup'],
      resources: [...balancers, elb('targetgroup/*')],
      condition: [tagged('Request')],
    },
    {
      sid: 'TagNewLoadBalancers',
      actions: ['elasticloadbalancing:AddTags'],
      resources: [...balancers, ...parts],
      condition: [
        tagged('Request'),
        {
          test: 'StringEquals',
          variable: 'elasticloadbalancing:CreateAction',
          values: ['CreateTargetGroup', 'CreateLoadBalancer', 'CreateListener'],
        },
      ],
    },
    {
      sid: 'ManageLoadBalancers',
      actions: [
        'elasticloadbalancing:AddListenerCertificates',
        'elasticloadbalancing:AddTags',
        'elasticloadbalancing:CreateListener',
        'elasticloadbalancing:DeleteListener',
        'elasticloadbalancing:DeleteLoadBalancer',
        'elasticloadbalancing:DeleteTargetGroup',
        'elasticloadbalancing:DeregisterTargets',
        'elasticloadbalancing:ModifyCapacityReservation',
        'elasticloadbalancing:ModifyListener',
        'elasticloadbalancing:ModifyListenerAttributes',
        'elasticloadbalancing:ModifyLoadBalancerAttributes',
        'elasticloadbalancing:ModifyTargetGroup',
        'elasticloadbalancing:ModifyTargetGroupAttributes',
        'elasticloadbalancing:RegisterTargets',
        'elasticloadbalancing:RemoveListenerCertificates',
        'elasticloadbalancing:RemoveTags',
        'elasticloadbalancing:SetIpAddressType',
        'elasticloadbalancing:SetSecurityGroups',
        'elasticloadbalancing:SetSubnets',
      ],
      resources: [...balancers, ...parts],
      condition: [tagged('Resource')],
    },
    {
      sid: 'RegisterTargets',
      // Target groups of gateways, which Terraform makes and tags: their pods come and go, and nothing else of them changes.
      actions: ['elasticloadbalancing:RegisterTargets', 'elasticloadbalancing:DeregisterTargets'],
      resources: [elb('targetgroup/*')],
      condition: [
        { test: 'StringEquals', variable: `aws:ResourceTag/${TARGETS_TAG}`, values: [clusterName] },
      ],
    },
    {
      sid: 'ServiceRole',
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [
        `arn:aws:iam::${account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing`,
      ],
      condition: [
        {
          test: 'StringEquals',
          variable: 'iam:AWSServiceName',
          values: ['elasticloadbalancing.amazonaws.com'],
        },
      ],
    },
  ];
}
