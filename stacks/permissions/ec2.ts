import type { Condition, Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { becomesOwn, inRegion, isOwn, KEEPS_IDENTITY, type Reach, regionalArn, staysOwn } from './scope';

/** For each action that creates an EC2 resource, the resource. */
export type Ec2Creations = Readonly<Record<string, string>>;

/**
 * EC2 resources that the tags of what is meant are put on at creation, and may be changed and deleted from then on.
 *
 * @param creates actions that create a resource, each with the resource's type in ARNs: `{ CreateVpc: 'vpc' }`
 * @param changes what may be done to resources that carry the tags, the use of one by another's creation included
 * @param types types in ARNs of the resources that `changes` apply to
 */
export function ec2Statements(
  placement: Reach,
  creates: Ec2Creations,
  changes: readonly string[],
  types: readonly string[],
): readonly Statement[] {
  const arn = (type: string): string => regionalArn(placement, 'ec2', `${type}/*`);
  const created = [...new Set(Object.values(creates))].map(arn);
  return [
    // One statement each: an action may create one type and use another, which must carry the tags already.
    ...Object.entries(creates).map(([action, type]) => ({
      sid: action,
      actions: [`ec2:${action}`],
      resources: [arn(type)],
      conditions: becomesOwn(placement),
    })),
    {
      sid: 'TagNewEc2',
      actions: ['ec2:CreateTags'],
      resources: created,
      conditions: [
        ...becomesOwn(placement),
        { test: 'StringEquals', variable: 'ec2:CreateAction', values: Object.keys(creates) },
      ],
    },
    {
      sid: 'ChangeEc2',
      actions: changes.map((action) => `ec2:${action}`),
      resources: types.map(arn),
      conditions: isOwn(placement),
    },
    {
      sid: 'TagEc2',
      actions: ['ec2:CreateTags'],
      resources: created,
      conditions: [...isOwn(placement), ...staysOwn(placement)],
    },
    {
      sid: 'UntagEc2',
      actions: ['ec2:DeleteTags'],
      resources: created,
      conditions: [...isOwn(placement), KEEPS_IDENTITY],
    },
  ];
}

/** For `ec2Statements`: security groups, and rules between them. Rules carry tags of their own. */
export const GROUP_CREATES = {
  CreateSecurityGroup: 'security-group',
  AuthorizeSecurityGroupEgress: 'security-group-rule',
  AuthorizeSecurityGroupIngress: 'security-group-rule',
} as const;

export const GROUP_CHANGES = [
  'AuthorizeSecurityGroupEgress',
  'AuthorizeSecurityGroupIngress',
  // Names the network that the group is made in.
  'CreateSecurityGroup',
  'DeleteSecurityGroup',
  'ModifySecurityGroupRules',
  'RevokeSecurityGroupEgress',
  'RevokeSecurityGroupIngress',
] as const;

export const GROUP_TYPES = ['security-group', 'security-group-rule', 'vpc'] as const;

/** What the provider reads of them. */
export const GROUP_READS = [
  'DescribeNetworkInterfaces',
  'DescribeSecurityGroupRules',
  'DescribeSecurityGroups',
  'DescribeSubnets',
  'DescribeVpcs',
] as const;

/** Reading descriptions of EC2 resources. */
export function ec2Reads(placement: Placement, reads: readonly string[]): Statement {
  return {
    sid: 'DescribeEc2',
    // EC2 knows neither resource nor tag for descriptions: who may describe may describe all of the region.
    actions: reads.map((action) => `ec2:${action}`),
    resources: ['*'],
    conditions: [inRegion(placement)],
  };
}

/** Security groups and rules of whom is meant, in the network of the cell. */
export function groupStatements(reach: Reach): readonly Statement[] {
  return [
    ec2Reads(reach, GROUP_READS),
    ...ec2Statements(reach, GROUP_CREATES, GROUP_CHANGES, ['security-group', 'security-group-rule']),
    {
      sid: 'UseNetwork',
      actions: ['ec2:CreateSecurityGroup'],
      resources: [regionalArn(reach, 'ec2', 'vpc/*')],
      conditions: isOwn({ ...reach, owner: 'cell' }),
    },
  ];
}

/** The tag of what EKS makes for a cluster. */
export const ofCluster = (cluster: string): Condition => ({
  test: 'StringEquals',
  variable: 'aws:ResourceTag/aws:eks:cluster-name',
  values: [cluster],
});

/** Rules that let somebody in, on the security group that EKS makes for a cluster and tags with nothing else. */
export const openClusterGroup = (placement: Placement, cluster: string): Statement => ({
  sid: 'OpenClusterSecurityGroup',
  actions: [
    'ec2:AuthorizeSecurityGroupIngress',
    'ec2:ModifySecurityGroupRules',
    'ec2:RevokeSecurityGroupIngress',
  ],
  resources: [regionalArn(placement, 'ec2', 'security-group/*')],
  conditions: [ofCluster(cluster)],
});
