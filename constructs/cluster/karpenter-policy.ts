import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';

export interface KarpenterPolicyProps {
  readonly account: string;
  readonly region: string;
  readonly clusterName: string;
  readonly clusterArn: string;
  readonly nodeRoleArn: string;
  readonly nodeInstanceProfileArn: string;
  readonly queueArn: string;
}

type Statement = DataAwsIamPolicyDocumentStatement;
interface Condition {
  readonly test: string;
  readonly variable: string;
  readonly values: string[];
}

const NODE_POOL = 'karpenter.sh/nodepool';

const equals = (variable: string, ...values: string[]): Condition => ({
  test: 'StringEquals',
  variable,
  values,
});
const present = (variable: string): Condition => ({ test: 'StringLike', variable, values: ['*'] });

/**
 * What Karpenter's controller may do: start, tag and end its own cluster's nodes, read what is on offer, and empty its
 * queue.
 *
 * It follows the permissions that Karpenter documents (https://karpenter.sh/v1.14/reference/cloudformation/), less those
 * for instance profiles: node classes name the profile that is made here, so Karpenter may create and change none.
 * Wildcards end ARNs of things that have no name before they exist; tags say whose they are.
 */
export function karpenterStatements(props: KarpenterPolicyProps): Statement[] {
  return [...nodeStatements(props), ...discoveryStatements(props), ...otherStatements(props)];
}

function nodeStatements({ account, region, clusterName }: KarpenterPolicyProps): Statement[] {
  const owned = `kubernetes.io/cluster/${clusterName}`;
  const ec2 = (kind: string): string => `arn:aws:ec2:${region}:${account}:${kind}/*`;
  const made = [
    'fleet',
    'instance',
    'volume',
    'network-interface',
    'launch-template',
    'spot-instances-request',
  ];
  const ownedByCluster = [
    equals(`aws:ResourceTag/${owned}`, 'owned'),
    present(`aws:ResourceTag/${NODE_POOL}`),
  ];
  const taggedForCluster = [
    equals(`aws:RequestTag/${owned}`, 'owned'),
    equals('aws:RequestTag/eks:eks-cluster-name', clusterName),
    present(`aws:RequestTag/${NODE_POOL}`),
  ];
  return [
    {
      sid: 'LaunchFromWhatExists',
      effect: 'Allow',
      actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
      resources: [
        // Images and their snapshots belong to AWS, so to no account here.
        `arn:aws:ec2:${region}::image/*`,
        `arn:aws:ec2:${region}::snapshot/*`,
        ...['security-group', 'subnet', 'capacity-reservation', 'placement-group'].map(ec2),
      ],
    },
    {
      sid: 'LaunchFromOwnTemplates',
      effect: 'Allow',
      actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
      resources: [ec2('launch-template')],
      condition: ownedByCluster,
    },
    {
      sid: 'LaunchTaggedOnly',
      effect: 'Allow',
      actions: ['ec2:RunInstances', 'ec2:CreateFleet', 'ec2:CreateLaunchTemplate'],
      resources: made.map(ec2),
      condition: taggedForCluster,
    },
    {
      sid: 'TagAtLaunch',
      effect: 'Allow',
      actions: ['ec2:CreateTags'],
      resources: made.map(ec2),
      condition: [
        ...taggedForCluster,
        equals('ec2:CreateAction', 'RunInstances', 'CreateFleet', 'CreateLaunchTemplate'),
      ],
    },
    {
      sid: 'NameOwnNodes',
      effect: 'Allow',
      actions: ['ec2:CreateTags'],
      resources: [ec2('instance')],
      condition: [
        ...ownedByCluster,
        {
          test: 'StringEqualsIfExists',
          variable: 'aws:RequestTag/eks:eks-cluster-name',
          values: [clusterName],
        },
        {
          test: 'ForAllValues:StringEquals',
          variable: 'aws:TagKeys',
          values: ['eks:eks-cluster-name', 'karpenter.sh/nodeclaim', 'Name'],
        },
      ],
    },
    {
      sid: 'EndOwnNodes',
      effect: 'Allow',
      actions: ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate'],
      resources: [ec2('instance'), ec2('launch-template')],
      condition: ownedByCluster,
    },
  ];
}

function discoveryStatements({ region, nodeInstanceProfileArn }: KarpenterPolicyProps): Statement[] {
  return [
    {
      sid: 'SeeWhatIsOnOffer',
      effect: 'Allow',
      actions: [
        'ec2:DescribeCapacityReservations',
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceStatus',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribePlacementGroups',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSpotPriceHistory',
        'ec2:DescribeSubnets',
      ],
      // EC2's describe calls take no resource.
      resources: ['*'],
      condition: [equals('aws:RequestedRegion', region)],
    },
    {
      sid: 'SeePricesAndProfiles',
      effect: 'Allow',
      actions: ['pricing:GetProducts', 'iam:ListInstanceProfiles'],
      // Neither takes a resource.
      resources: ['*'],
    },
    {
      sid: 'SeeNodeProfile',
      effect: 'Allow',
      actions: ['iam:GetInstanceProfile'],
      resources: [nodeInstanceProfileArn],
    },
    {
      sid: 'FindNodeImages',
      effect: 'Allow',
      actions: ['ssm:GetParameter'],
      // AWS's own public parameters, which name the images of each release.
      resources: [`arn:aws:ssm:${region}::parameter/aws/service/*`],
    },
  ];
}

function otherStatements(props: KarpenterPolicyProps): Statement[] {
  return [
    {
      sid: 'BuySpotForTheFirstTime',
      effect: 'Allow',
      actions: ['iam:CreateServiceLinkedRole'],
      // EC2 makes this role of its own at an account's first request for spot instances, on the caller's behalf.
      resources: [
        `arn:aws:iam::${props.account}:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot`,
      ],
      condition: [equals('iam:AWSServiceName', 'spot.amazonaws.com')],
    },
    {
      sid: 'GiveNodesTheirRole',
      effect: 'Allow',
      actions: ['iam:PassRole'],
      resources: [props.nodeRoleArn],
      condition: [equals('iam:PassedToService', 'ec2.amazonaws.com')],
    },
    {
      sid: 'FindCluster',
      effect: 'Allow',
      actions: ['eks:DescribeCluster'],
      resources: [props.clusterArn],
    },
    {
      sid: 'AvoidShiftedZones',
      effect: 'Allow',
      actions: ['arc-zonal-shift:GetManagedResource'],
      // The service names what it manages by a condition key.
      resources: ['*'],
      condition: [equals('arc-zonal-shift:ResourceIdentifier', props.clusterArn)],
    },
    {
      sid: 'EmptyQueue',
      effect: 'Allow',
      actions: ['sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
      resources: [props.queueArn],
    },
  ];
}
