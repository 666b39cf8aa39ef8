import { NAME_RULES, nameWithin } from '../../constructs/core/naming';
import { nameParts } from '../../constructs/core/placement';
import type { Owner } from './owners';
import type { Stack } from './stack';

/** Role of administrators in accounts other than the home account. */
const ADMINISTRATOR = 'OrganizationAccountAccessRole';

const roleArn = (account: string, name: string): string => `arn:aws:iam::${account}:role/${name}`;

/** Role that deploys owners of a kind in their cell, and nothing else. */
export const deployerOf = ({ kind, place }: Owner): string =>
  roleArn(place.account, nameWithin(NAME_RULES.iamRole.max, [...nameParts(place), 'deploy', kind]));

/** Groups of stacks that many stacks share a deployer with: what it may, each tenant's own deployment may. */
export const isNumerousDeployer = (role: string): boolean => /-deploy-(tenant|tier|data-shard)$/.test(role);

/**
 * Whether a tenant's stack is an administrator's to deploy, as it is when the tenant leaves: with the administrators' role,
 * or with none in the home account, and with no deployer's way to the state.
 */
export function isLeaving({ owner, providers, state }: Stack): boolean {
  const [provider, ...more] = providers;
  if (owner?.kind !== 'tenant' || provider === undefined || more.length > 0 || state.role !== '')
    return false;
  if (provider.role === roleArn(owner.place.account, ADMINISTRATOR)) return true;
  return provider.role === '' && ['', owner.place.account].includes(state.account);
}
