import type { IConstruct } from 'constructs';
import { NAME_RULES, nameWithin } from './naming';
import { nameParts, placementOf, type Placement } from './placement';

/** Name of the managed policy that limits every role which a placement's deployers create. */
export const permissionsBoundaryName = (placement: Placement): string =>
  nameWithin(NAME_RULES.iamPolicy.max, [...nameParts(placement), 'boundary']);

/**
 * ARN of the permissions boundary that every IAM role below `scope` must carry (`permissionsBoundary` of `IamRole`).
 * IAM refuses to let a deployer create a role without it, so that nobody gains more than the boundary allows by
 * creating a role and passing it on. The `bootstrap` stack makes one for each cell and one for the platform's own stacks,
 * before any other stack exists.
 */
export const permissionsBoundaryArn = (scope: IConstruct): string => {
  const placement = placementOf(scope);
  return `arn:aws:iam::${placement.account}:policy/${permissionsBoundaryName(placement)}`;
};
