import { contractName } from '../../constructs/core/contract';
import type { Condition, Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { SHARED } from '../../constructs/core/tags';

/**
 * How a deployer is kept to its own cell. Where a service knows resources by name, by the prefix that all physical names
 * of the cell have; where it does not, by the tags that the stacks' providers put on everything. The tags tell cells apart
 * and not the stacks within one: what only tags protect is open to every deployer of its own cell that may use its kind.
 */

export { prefixOf } from '../../constructs/core/placement';

/** ARN in the placement's account and region. */
export const regionalArn = ({ account, region }: Placement, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** ARN of something in IAM, which has no region. */
export const iamArn = ({ account }: Placement, resource: string): string =>
  `arn:aws:iam::${account}:${resource}`;

const identity = ({ platform, environment, cell }: Placement): readonly (readonly [string, string])[] => [
  ['platform', platform],
  ['environment', environment],
  ['cell', cell ?? SHARED],
];

/** Tags that say whose a resource is. No deployer may change them. */
export const IDENTITY_TAGS = ['platform', 'environment', 'cell'] as const;

const tagged = (where: string, test: string, placement: Placement): readonly Condition[] =>
  identity(placement).map(([tag, value]) => ({ test, variable: `${where}/${tag}`, values: [value] }));

/** The resource carries the placement's tags. */
export const isOwn = (placement: Placement): readonly Condition[] =>
  tagged('aws:ResourceTag', 'StringEquals', placement);

/** The request puts the placement's tags on what it creates. */
export const becomesOwn = (placement: Placement): readonly Condition[] =>
  tagged('aws:RequestTag', 'StringEquals', placement);

/** If the request sets tags that say whose a resource is, they are the placement's. */
export const staysOwn = (placement: Placement): readonly Condition[] =>
  tagged('aws:RequestTag', 'StringEqualsIfExists', placement);

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

/** Which contracts a group of stacks reads and writes, by the name of the stack without its cell. */
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
  return [
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
