import { Estates } from '../estate';
import type { Finding } from '../finding';
import type { World } from '../world';
import { accessEntries } from './access-entries';
import { admission } from './admission';
import { cacheGroups } from './cache-groups';
import { cacheUsersRule } from './cache';
import { contracts } from './contracts';
import { databases } from './databases';
import { deployment } from './deployment';
import { iamStatements } from './iam';
import { clusterRoles } from './cluster-roles';
import { functions } from './functions';
import { gateways } from './gateways';
import { identity } from './identity';
import { managedPolicies } from './managed-policies';
import { mentions } from './mentions';
import { migrations } from './migrations';
import { names } from './names';
import { networkPolicies } from './network-policies';
import { nodeClasses } from './node-classes';
import { nodes } from './nodes';
import { objects } from './objects';
import { podIdentity } from './pod-identity';
import { rbac } from './rbac';
import { releases } from './releases';
import { resourcePolicies } from './resource-policies';
import { roleSettings } from './role-settings';
import { routes } from './routes';
import type { Rule } from './rule';
import { secrets } from './secrets';
import { securityGroups } from './security-groups';
import { syntheticTenants } from './synthetic-tenants';
import { trust } from './trust';
import { vocabulary } from './vocabulary';

/** Every family of references. The last two catch what the others do not look at. */
const RULES: readonly Rule[] = [
  iamStatements,
  managedPolicies,
  trust,
  roleSettings,
  resourcePolicies,
  secrets,
  syntheticTenants,
  identity,
  functions,
  routes,
  gateways,
  databases,
  securityGroups,
  networkPolicies,
  cacheUsersRule,
  cacheGroups,
  podIdentity,
  objects,
  releases,
  rbac,
  clusterRoles,
  admission,
  migrations,
  accessEntries,
  nodes,
  nodeClasses,
  names,
  contracts,
  deployment,
  vocabulary,
  mentions,
];

/** What reaches across owners, in the order of the stacks and of the rules. */
export function findingsIn(world: World): readonly Finding[] {
  const estates = new Estates(world);
  return world.stacks.flatMap((stack) => {
    const found = RULES.flatMap((rule) => rule({ world, estates, stack }));
    // What a rule has found the last net need not tell again.
    const told = new Set(
      found.filter(({ rule }) => rule !== 'mention').map(({ where }) => where.split(',')[0]),
    );
    return found.filter(({ rule, where }) => rule !== 'mention' || !told.has(where));
  });
}
