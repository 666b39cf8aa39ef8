import { nameWithin } from '../constructs/core/naming';
import { nameParts, type Placement, roleArn } from '../constructs/core/placement';

/**
 * Names that every stack needs before any stack exists: of the state bucket, its key, and the roles that deploy. The
 * `bootstrap` stack makes them.
 */

const ROLE_NAME_MAX = 64;
const BUCKET_NAME_MAX = 63;

/** Stacks of one group differ by tenant, tier or number only, and share their roles. */
const NUMEROUS = ['tenant', 'data-shard', 'tier'] as const;

/** The group of stacks whose roles deploy a kind of stack: `tenant` for `tenant-acme`, else the kind itself. */
export function stackGroup(kind: string): string {
  return NUMEROUS.find((group) => kind.startsWith(`${group}-`)) ?? kind;
}

/** Bucket in the home account that holds the state of every stack. */
export const stateBucketName = (home: Placement): string =>
  nameWithin(BUCKET_NAME_MAX, [home.platform, home.environment, 'state', home.account, home.region]);

/** Alias of the key that encrypts state. */
export const stateKeyAlias = (home: Placement): string => `alias/${home.platform}-${home.environment}-state`;

/** Role in the stack's own account that may change what a kind of stack holds, and nothing else. */
export const deployerRoleName = (placement: Placement, kind: string): string =>
  nameWithin(ROLE_NAME_MAX, [...nameParts(placement), 'deploy', stackGroup(kind)]);

/** ARN of the role that deploys a kind of stack. */
export const deployerRoleArn = (placement: Placement, kind: string): string =>
  roleArn(placement, deployerRoleName(placement, kind));

/** Role in the home account that may read and write the state of one group of stacks. */
export const stateRoleName = (placement: Placement, kind: string): string =>
  nameWithin(ROLE_NAME_MAX, [...nameParts(placement), 'state', stackGroup(kind)]);

/**
 * Beside each of these, a role that only reads what it changes: `…-plan-network` beside `…-deploy-network`, `…-read-network`
 * beside `…-state-network`. Whoever plans with a configuration finds them by its names (`deployment/roles.ts`).
 */
const READERS = { deploy: 'plan', state: 'read' } as const;

const readerOf = (name: string, does: keyof typeof READERS): string =>
  name.replace(new RegExp(`^(.*)-${does}-`), `$1-${READERS[does]}-`);

/** Role in the stack's own account that may look at what a kind of stack holds. */
export const plannerRoleName = (placement: Placement, kind: string): string =>
  readerOf(deployerRoleName(placement, kind), 'deploy');

/** ARN of the role that looks at a kind of stack. */
export const plannerRoleArn = (placement: Placement, kind: string): string =>
  roleArn(placement, plannerRoleName(placement, kind));

/** Role in the home account that may read the state of one group of stacks. */
export const stateReaderRoleName = (placement: Placement, kind: string): string =>
  readerOf(stateRoleName(placement, kind), 'state');

/** Objects of the state bucket that one group of stacks may use; a pattern where the group has many stacks. */
export const stateObject = ({ environment, cell }: Placement, kind: string): string => {
  const group = stackGroup(kind);
  const stack = NUMEROUS.some((numerous) => numerous === group) ? `${group}-*` : group;
  return `${environment}/${cell === undefined ? '' : `${cell}-`}${stack}.tfstate`;
};

/**
 * Role that the administrator who applies the bootstrap stack takes in accounts other than the home account.
 *
 * AWS Organizations makes it in every account that it creates, trusting the management account. An account that joined
 * by invitation, or is ruled by Control Tower (`AWSControlTowerExecution`), needs one of this name that trusts the
 * administrator. Source: "Accessing member accounts", AWS Organizations User Guide.
 */
export const ADMINISTRATOR_ROLE = 'OrganizationAccountAccessRole';

/** ARN of the role that an administrator takes in an account other than the home account. */
export const administratorRoleArn = (account: string): string =>
  `arn:aws:iam::${account}:role/${ADMINISTRATOR_ROLE}`;
