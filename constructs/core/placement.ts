import type { IConstruct } from 'constructs';

/** Where a stack's resources live, and whose names and contracts they carry. */
export interface Placement {
  /** The platform's name; opens every physical name. */
  readonly platform: string;
  /** `dev`, `staging` or `prod`. */
  readonly environment: string;
  /** The cell, or undefined for what a platform has only one of. */
  readonly cell?: string;
  /** AWS account, 12 digits. */
  readonly account: string;
  /** AWS region, such as `us-east-1`. */
  readonly region: string;
}

/** First parts of every name: platform, environment and, where there is one, cell. */
export const nameParts = ({ platform, environment, cell }: Placement): readonly string[] => [
  platform,
  environment,
  ...(cell === undefined ? [] : [cell]),
];

/** `<platform>-<environment>[-<cell>]`: how the names of everything in a placement begin. */
export const prefixOf = (placement: Placement): string => nameParts(placement).join('-');

const PLACEMENT = Symbol.for('bulkhead.placement');

/** Makes `placement` the one that everything below `scope` sees. */
export function setPlacement(scope: IConstruct, placement: Placement): void {
  Object.defineProperty(scope, PLACEMENT, { value: placement });
}

/**
 * The placement of the nearest construct above that has one.
 *
 * @throws Error when no stack above was given a placement (a bug, not a user's mistake)
 */
export function placementOf(scope: IConstruct): Placement {
  for (let at: IConstruct | undefined = scope; at; at = at.node.scope) {
    const placement = (at as { [PLACEMENT]?: Placement })[PLACEMENT];
    if (placement) return placement;
  }
  throw new Error(`[${scope.node.path}] no placement above this construct: call setPlacement on its stack`);
}

/** ARN of a role in the placement's account. */
export const roleArn = ({ account }: Pick<Placement, 'account'>, name: string): string =>
  `arn:aws:iam::${account}:role/${name}`;
