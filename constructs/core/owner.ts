import { invalid } from './validation';
import type { IConstruct } from 'constructs';

/** Whom a namespace, a key, a role or a secret belongs to: the pooled tenants of a tier together, or one dedicated tenant. */
export type Owner =
  | { readonly kind: 'tier'; readonly tier: string }
  | { readonly kind: 'tenant'; readonly tier: string; readonly tenantId: string };

/** Names of tiers, tenants and services. Single hyphens only, so that `.`, `_`, `/` and `:` can stand between two of them. */
const NAME = /^(?=.{2,31}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * The owner's name, which is also its namespace: `tier-starter`, `tenant-acme`. No tenant can have a tier's.
 *
 * What belongs to an owner is never called `<this>-<something>`: tenant `acme-eu` might be that.
 */
export const ownerName = (owner: Owner): string =>
  owner.kind === 'tier' ? `tier-${owner.tier}` : `tenant-${owner.tenantId}`;

/** Value of the tag and label `tenant` of what belongs to an owner. */
export const tenantOf = (owner: Owner): string | undefined =>
  owner.kind === 'tenant' ? owner.tenantId : undefined;

/** Whether a text can name a tier, a tenant or a service. */
export const isName = (text: string): boolean => NAME.test(text);

/** What {@link isName} wants, to complete a message. */
export const NAME_RULE =
  'must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter';

/** @throws ValidationError when a part of the owner's name is no name */
export function checkOwner(scope: IConstruct, owner: Owner): void {
  const parts = Object.entries(owner).filter(([key]) => key !== 'kind');
  const problems = parts
    .filter(([, value]) => !isName(value))
    .map(([key, value]) => `${key} ${NAME_RULE}, got '${value}'`);
  if (problems.length > 0) throw invalid(scope, 'owner', problems);
}
