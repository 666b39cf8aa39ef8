import { contractName } from '../../constructs/core/contract';
import type { Condition, Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { SHARED } from '../../constructs/core/tags';
import { TIERS } from '../tier';

/**
 * How a deployer is kept to its own cell. Where a service knows resources by name, by the prefix that all physical names
 * of the cell have; where it does not, by the tags that the stacks' providers put on everything. The tags tell cells apart,
 * and in a cell what is its own, its tiers' and its dedicated tenants'. They do not tell stacks apart, nor one tenant from
 * another: what only tags protect is open to every deployer of the same kind of owner that may use its kind of resource.
 */

export { prefixOf } from '../../constructs/core/placement';

/** ARN in the placement's account and region. */
export const regionalArn = ({ account, region }: Placement, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** ARN of something in IAM, which has no region. */
export const iamArn = ({ account }: Placement, resource: string): string =>
  `arn:aws:iam::${account}:${resource}`;

/** A placement, and whose resources in it are meant. */
export interface Reach extends Placement {
  /** What belongs to tiers, to dedicated tenants, or to the cell as a whole. @default 'cell' */
  readonly owner?: 'cell' | 'tier' | 'tenant';
}

/** Tags that say whose a resource is. No deployer may change them. */
export const IDENTITY_TAGS = ['platform', 'environment', 'cell', 'tier', 'tenant'] as const;

interface Wanted {
  readonly tag: (typeof IDENTITY_TAGS)[number];
  readonly values: readonly string[];
  /** Whether the tag has another value than these. @default false */
  readonly other?: boolean;
}

/** What tiers own is no tenant's; a dedicated tenant is of the one tier that has such. */
const ownerTags = (owner: Reach['owner']): readonly Wanted[] => [
  { tag: 'tier', values: owner === 'tier' ? TIERS : [owner === 'tenant' ? 'enterprise' : SHARED] },
  { tag: 'tenant', values: [SHARED], other: owner === 'tenant' },
];

const identity = ({ platform, environment, cell, owner }: Reach): readonly Wanted[] => [
  { tag: 'platform', values: [platform] },
  { tag: 'environment', values: [environment] },
  { tag: 'cell', values: [cell ?? SHARED] },
  ...ownerTags(owner),
];

const tagged = (where: string, ifSet: '' | 'IfExists', reach: Reach): readonly Condition[] =>
  identity(reach).map(({ tag, values, other }) => ({
    test: `${other ? 'StringNotEquals' : 'StringEquals'}${ifSet}`,
    variable: `${where}/${tag}`,
    values,
  }));

/** The resource carries the tags of what is meant. */
export const isOwn = (reach: Reach): readonly Condition[] => tagged('aws:ResourceTag', '', reach);

/** The request puts the tags of what is meant on what it creates. */
export const becomesOwn = (reach: Reach): readonly Condition[] => tagged('aws:RequestTag', '', reach);

/** If the request sets tags that say whose a resource is, they are those of what is meant. */
export const staysOwn = (reach: Reach): readonly Condition[] => tagged('aws:RequestTag', 'IfExists', reach);

/** Nobody has tagged the resource, or it is only now being made. */
export const IS_UNTAGGED: Condition = {
  test: 'Null',
  variable: 'aws:ResourceTag/platform',
  values: ['true'],
};

/** The request does not remove tags that say whose a resource is. */
export const KEEPS_IDENTITY: Condition = {
  test: 'ForAllValues:StringNotEquals',
  variable: 'aws:TagKeys',
  values: IDENTITY_TAGS,
};

/** The request goes to the placement's region. For actions that know no resource and no tag. */
export const inRegion = ({ region }: Placement): Condition => ({
  test: 'StringEquals',
  variable: 'aws:RequestedRegion',
  values: [region],
});

/**
 * Which contracts a group of stacks reads and writes, by the name of the stack without its cell; `*` stands for any
 * characters but a slash.
 */
export interface ContractUse {
  readonly publishes?: string;
  readonly reads?: readonly string[];
}

/** Access to exactly these contracts of the placement. */
export function contractStatements(
  placement: Placement,
  { publishes, reads = [] }: ContractUse,
): readonly Statement[] {
  const { cell } = placement;
  const parameter = (stack: string): string => {
    const name = contractName(placement, { stack, ...(cell !== undefined && { cell }) });
    return regionalArn(placement, 'ssm', `parameter${name}`);
  };
  const readable = [...reads, ...(publishes === undefined ? [] : [publishes])];
  const patterns = readable.filter((stack) => stack.includes('*'));
  return [
    ...(patterns.length > 0
      ? [
          {
            sid: 'ContractsOnly',
            effect: 'Deny' as const,
            // All actions of Parameter Store, because this refuses. A star also stands for slashes, and below the names of
            // tiers and tenants are the parameters of their applications.
            actions: ['ssm:*'],
            resources: patterns.map((stack) => `${parameter(stack)}/*`),
          },
        ]
      : []),
    ...(readable.length > 0
      ? [
          {
            sid: 'ReadContracts',
            actions: ['ssm:GetParameter', 'ssm:GetParameters'],
            resources: readable.map(parameter),
          },
        ]
      : []),
    ...(publishes === undefined
      ? []
      : [
          {
            sid: 'PublishContract',
            actions: [
              'ssm:AddTagsToResource',
              'ssm:DeleteParameter',
              'ssm:ListTagsForResource',
              'ssm:PutParameter',
              'ssm:RemoveTagsFromResource',
            ],
            resources: [parameter(publishes)],
          },
          {
            sid: 'ListContracts',
            // The provider asks for a parameter's description. The service knows no resource for this action; it returns
            // names and descriptions, no values.
            actions: ['ssm:DescribeParameters'],
            resources: ['*'],
            conditions: [inRegion(placement)],
          },
        ]),
  ];
}
