import { isSharedOnly, narrowingOf } from './conditions';
import { DATA_ACTIONS, READS_CONTENT, RESOURCES_OF } from './data-actions';
import type { Estates } from './estate';
import type { PolicyStatementFact } from './facts';
import { referencesIn } from './facts/canonical';
import { isErrand } from './on-behalf';
import { OF_OWN_RESOURCE, type Reach } from './reach';
import { isForNodes, type Role } from './roles';
import type { Stack } from './stack';
import { allowsAction, fillVariables } from './statements';
import type { World } from './world';

/** The stack of those who deploy. They may change everything by design, so only what they must not read is looked at. */
export const isDeployment = ({ name }: Pick<Stack, 'name'>): boolean => name === 'bootstrap';

/** What a statement of a role of the platform reaches that is an owner's, now or later. */
export function reachOfPlatform(
  { world, estates, stack }: { readonly world: World; readonly estates: Estates; readonly stack: Stack },
  statement: PolicyStatementFact,
  role: Role | undefined,
): Reach | undefined {
  const narrowing = narrowingOf(statement, stack.place);
  if (isSharedOnly(narrowing)) return undefined;
  const { resources, notResources } = statement;
  for (const service of servicesOf(stack, statement, role)) {
    const of = narrowing.patterns ?? { service: RESOURCES_OF[service] ?? service, values: resources };
    // What is left out by name leaves everybody else in.
    const patterns = notResources.length > 0 ? ['*'] : of.values;
    for (const value of patterns) {
      const pattern = fillVariables(value, role?.tags ?? {});
      if (notResources.length === 0 && isErrand({ world, stack }, statement, role, pattern)) continue;
      const to = reachedBy(world, estates, stack, pattern, of.service);
      if (to !== undefined) return { to, resource: notResources.length > 0 ? 'NotResource' : pattern };
    }
  }
  return undefined;
}

/** Services in which a statement allows an action on data. */
const servicesOf = (
  stack: Stack,
  statement: PolicyStatementFact,
  role: Role | undefined,
): readonly string[] =>
  Object.keys(DATA_ACTIONS).filter(
    (service) =>
      // The agent on each node asks for the roles of the node's pods.
      !(service === 'eks-auth' && isForNodes(role)) &&
      mentions(statement, service) &&
      DATA_ACTIONS[service]?.some((name) => {
        const action = `${service}:${name}`;
        return (!isDeployment(stack) || READS_CONTENT.has(action)) && allowsAction(statement, action);
      }),
  );

function reachedBy(
  world: World,
  estates: Estates,
  stack: Stack,
  pattern: string,
  service: string,
): string | undefined {
  const references = referencesIn(pattern);
  if (references.length === 0) {
    return estates.mayReach(pattern, service) ? estates.reached(pattern, '') : undefined;
  }
  const [named] = world.ownersNamed(pattern, stack.place);
  if (named) return named.stack;
  const other = references.find(({ kind, of }) => kind === 'unknown' || of !== stack.name);
  if (!other) {
    const open = pattern.replace(/‹[^›]*›/g, '*');
    const own = OF_OWN_RESOURCE.test(pattern) && !/›[*?]/.test(pattern);
    return !own && estates.mayReach(open, service) ? estates.reached(open, '') : undefined;
  }
  if (other.kind === 'unknown') return 'what this analysis cannot read';
  // A shard is shared by owners, so only its own stack may use what is in it.
  return /-data-shard-\d+$/.test(other.of) || /\/data-shard-\d+$/.test(other.of)
    ? `the pooled tiers in ${other.of}`
    : undefined;
}

/** Whether a statement's actions could be of a service: a quick look before each action is compared. */
const mentions = ({ actions, notActions }: PolicyStatementFact, service: string): boolean =>
  notActions.length > 0 ||
  actions.some((action) => /^[^:]*[*?]/.test(action) || action.toLowerCase().startsWith(`${service}:`));
