import type { Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { clusterName } from '../cluster-name';
import {
  ec2Reads,
  ec2Statements,
  GROUP_CHANGES,
  GROUP_CREATES,
  GROUP_READS,
  GROUP_TYPES,
  ofCluster,
  openClusterGroup,
} from './ec2';
import { roleStatements } from './iam';
import { keyStatements, logGroupStatements, podIdentityStatements, queueStatement } from './parts';
import { becomesOwn, contractStatements, iamArn, inRegion, isOwn, prefixOf, regionalArn } from './scope';

/** Roles of the cluster, without the cell's prefix. */
const ROLES = ['aws-ebs-csi-driver', 'cluster', 'karpenter', 'node', 'system-node', 'vpc-cni'] as const;

/** Managed policies of AWS that these roles take. */
const AWS_POLICIES = [
  'AmazonEBSCSIDriverEKSClusterScopedPolicy',
  'AmazonEC2ContainerRegistryPullOnly',
  'AmazonEKSVPCResourceController',
  'AmazonEKS_CNI_Policy',
  'AmazonSSMManagedInstanceCore',
] as const;

/** What deploying a cell's cluster takes. */
export function clusterPermissions(placement: Placement): readonly Statement[] {
  const named = (name: string): string => `${prefixOf(placement)}-${name}`;
  return [
    ...eksStatements(placement),
    ...podIdentityStatements(placement, clusterName(placement)),
    ...nodeStatements(placement),
    ...interruptionStatements(placement),
    // EKS decides where a cluster logs.
    ...logGroupStatements(placement, [`/aws/eks/${clusterName(placement)}/cluster`]),
    ...keyStatements(placement, {
      aliases: ['cluster-logs', 'cluster-secrets'].map(named),
      grantTo: ['eks'],
    }),
    ...roleStatements(placement, {
      names: ROLES,
      passTo: ['ec2.amazonaws.com', 'eks.amazonaws.com', 'pods.eks.amazonaws.com'],
      awsPolicies: AWS_POLICIES,
      serviceLinked: ['eks.amazonaws.com', 'eks-nodegroup.amazonaws.com'],
    }),
    ...contractStatements(placement, { publishes: 'cluster', reads: ['network'] }),
  ];
}

function eksStatements(placement: Placement): readonly Statement[] {
  const named = (type: string, rest = ''): string =>
    regionalArn(placement, 'eks', `${type}/${clusterName(placement)}${rest}`);
  return [
    {
      sid: 'CreateCluster',
      // EKS knows no resource for this action: a cluster has no ARN before it exists.
      actions: ['eks:CreateCluster'],
      resources: ['*'],
      conditions: [
        ...becomesOwn(placement),
        inRegion(placement),
        // Access by API entries only; an aws-auth config map would be a second, unseen list of who may enter.
        { test: 'StringEquals', variable: 'eks:authenticationMode', values: ['API'] },
      ],
    },
    {
      sid: 'Cluster',
      actions: [
        'eks:AssociateEncryptionConfig',
        'eks:CreateAccessEntry',
        'eks:CreateAddon',
        'eks:CreateNodegroup',
        'eks:DescribeCluster',
        'eks:DescribeUpdate',
        'eks:ListAccessEntries',
        'eks:ListAddons',
        'eks:ListNodegroups',
        'eks:ListTagsForResource',
        'eks:ListUpdates',
        'eks:TagResource',
        'eks:UntagResource',
        'eks:UpdateClusterConfig',
        'eks:UpdateClusterVersion',
      ],
      resources: [named('cluster')],
    },
    {
      sid: 'PartsOfCluster',
      actions: [
        'eks:AssociateAccessPolicy',
        'eks:DeleteAccessEntry',
        'eks:DeleteAddon',
        'eks:DeleteNodegroup',
        'eks:DescribeAccessEntry',
        'eks:DescribeAddon',
        'eks:DescribeNodegroup',
        'eks:DescribeUpdate',
        'eks:DisassociateAccessPolicy',
        'eks:ListAssociatedAccessPolicies',
        'eks:ListTagsForResource',
        'eks:TagResource',
        'eks:UntagResource',
        'eks:UpdateAccessEntry',
        'eks:UpdateAddon',
        'eks:UpdateNodegroupConfig',
        'eks:UpdateNodegroupVersion',
      ],
      resources: ['access-entry', 'addon', 'nodegroup'].map((type) => named(type, '/*')),
    },
    {
      sid: 'ReadEksCatalogue',
      // Lists of what EKS offers; there is nothing of anybody's in them, and EKS knows no resource for them.
      actions: ['eks:DescribeAddonConfiguration', 'eks:DescribeAddonVersions', 'eks:DescribeClusterVersions'],
      resources: ['*'],
      conditions: [inRegion(placement)],
    },
  ];
}

const CREATES = { CreateLaunchTemplate: 'launch-template', ...GROUP_CREATES } as const;

const CHANGES = [
  'CreateLaunchTemplateVersion',
  'DeleteLaunchTemplate',
  'DeleteLaunchTemplateVersions',
  'ModifyLaunchTemplate',
  ...GROUP_CHANGES,
] as const;

const READS = [
  'DescribeLaunchTemplateVersions',
  'DescribeLaunchTemplates',
  'DescribeTags',
  ...GROUP_READS,
] as const;

/** Launch template of the system nodes, security groups, and the profile of Karpenter's nodes. */
function nodeStatements(placement: Placement): readonly Statement[] {
  const prefix = prefixOf(placement);
  const ec2 = (type: string): string => regionalArn(placement, 'ec2', `${type}/*`);
  const cluster = clusterName(placement);
  return [
    ec2Reads(placement, READS),
    ...ec2Statements(placement, CREATES, CHANGES, ['launch-template', ...GROUP_TYPES]),
    openClusterGroup(placement, cluster),
    {
      sid: 'TagClusterSecurityGroup',
      actions: ['ec2:CreateTags', 'ec2:DeleteTags'],
      resources: [ec2('security-group')],
      conditions: [
        ofCluster(cluster),
        // The tag that Karpenter finds the group by.
        { test: 'ForAllValues:StringEquals', variable: 'aws:TagKeys', values: ['karpenter.sh/discovery'] },
      ],
    },
    {
      sid: 'LaunchFromTemplate',
      // EKS accepts a launch template only from a caller who may himself launch from it.
      actions: ['ec2:RunInstances'],
      resources: ['instance', 'network-interface', 'security-group', 'subnet', 'volume'].map(ec2),
      conditions: [
        {
          test: 'ArnLike',
          variable: 'ec2:LaunchTemplate',
          values: [regionalArn(placement, 'ec2', 'launch-template/*')],
        },
      ],
    },
    {
      sid: 'UseTemplate',
      actions: ['ec2:RunInstances'],
      resources: [ec2('launch-template')],
      conditions: isOwn(placement),
    },
    {
      sid: 'UseAmazonImages',
      actions: ['ec2:RunInstances'],
      // Images have no account in their ARN.
      resources: [`arn:aws:ec2:${placement.region}::image/*`],
      conditions: [{ test: 'StringEquals', variable: 'ec2:Owner', values: ['amazon'] }],
    },
    {
      sid: 'TagLaunchedNodes',
      actions: ['ec2:CreateTags'],
      resources: ['instance', 'network-interface', 'volume'].map(ec2),
      conditions: [{ test: 'StringEquals', variable: 'ec2:CreateAction', values: ['RunInstances'] }],
    },
    {
      sid: 'InstanceProfiles',
      actions: [
        'iam:AddRoleToInstanceProfile',
        'iam:CreateInstanceProfile',
        'iam:DeleteInstanceProfile',
        'iam:GetInstanceProfile',
        'iam:ListInstanceProfileTags',
        'iam:RemoveRoleFromInstanceProfile',
        'iam:TagInstanceProfile',
        'iam:UntagInstanceProfile',
      ],
      resources: [iamArn(placement, `instance-profile/${prefix}-node`)],
    },
  ];
}

/** Karpenter's queue, and the rules that fill it. */
function interruptionStatements(placement: Placement): readonly Statement[] {
  const prefix = prefixOf(placement);
  return [
    queueStatement('Queue', regionalArn(placement, 'sqs', `${prefix}-interruption`)),
    {
      sid: 'Rules',
      actions: [
        'events:DeleteRule',
        'events:DescribeRule',
        'events:ListTagsForResource',
        'events:ListTargetsByRule',
        'events:PutRule',
        'events:PutTargets',
        'events:RemoveTargets',
        'events:TagResource',
        'events:UntagResource',
      ],
      resources: [regionalArn(placement, 'events', `rule/${prefix}-*`)],
    },
  ];
}
