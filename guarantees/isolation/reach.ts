import { narrowingOf } from './conditions';
import type { PolicyStatementFact } from './facts';
import { type Reference, referencesIn } from './facts/canonical';
import type { Estates } from './estate';
import { cacheUserName, contractOf, databaseUsersOf, type Owner, pathOfCell, prefixOfCell } from './owners';
import { isLiteral, literalPrefix } from './patterns';
import { actionMatches, fillVariables } from './statements';
import { objectsOf } from './stack';
import type { World } from './world';

/** Whom a statement reaches besides its owner, and by which of its resources. */
export interface Reach {
  readonly to: string;
  readonly resource: string;
}

/** Actions that read and change nothing of anybody: they have no resource that could be named. */
const OF_NOBODY = new Set([
  'sts:getcalleridentity',
  'ecr:getauthorizationtoken',
  'cloudwatch:putmetricdata',
  'xray:puttracesegments',
  'xray:puttelemetryrecords',
]);

/**
 * What a statement of an owner's role reaches that is not the owner's. Everything that is not understood as its own, or as
 * what owners share, counts.
 */
export function reachOfOwner(
  world: World,
  estates: Estates,
  owner: Owner,
  statement: PolicyStatementFact,
  tags: Readonly<Record<string, string>>,
): Reach | undefined {
  const { actions, notActions, resources, notResources } = statement;
  if (notActions.length > 0 || notResources.length > 0) {
    return { to: 'everybody', resource: notResources.length > 0 ? 'NotResource' : 'NotAction' };
  }
  if (actions.length > 0 && actions.every((action) => OF_NOBODY.has(action.toLowerCase()))) return undefined;
  const { tag, patterns } = narrowingOf(statement, owner.place);
  if (tag?.name === 'tenant' && owner.kind === 'tenant' && tag.value === owner.id) return undefined;
  const reached = resources.map((resource) => {
    const pattern = fillVariables(resource, tags);
    return reachOfPattern(world, estates, owner, pattern, actions);
  });
  const [first] = reached.flatMap((reach) => reach ?? []);
  if (first === undefined || patterns === undefined) return first;
  // What may be decrypted is told by the names in the condition.
  return patterns.values
    .map((value) => reachOfPattern(world, estates, owner, fillVariables(value, tags), actions))
    .find((reach) => reach !== undefined);
}

function reachOfPattern(
  world: World,
  estates: Estates,
  owner: Owner,
  pattern: string,
  actions: readonly string[],
): Reach | undefined {
  if (isShared(world, owner, pattern, actions)) return undefined;
  const references = referencesIn(pattern);
  if (references.length > 0) return reachOfReferences(world, owner, pattern, references);
  if (isOwnName(world, owner, pattern)) return undefined;
  return { to: estates.reached(pattern, owner.stack), resource: pattern };
}

function reachOfReferences(
  world: World,
  owner: Owner,
  pattern: string,
  references: readonly Reference[],
): Reach | undefined {
  const others = references.filter(({ kind, of }) => kind !== 'stack' || of !== owner.stack);
  if (others.length > 0) {
    const [named] = others.some(({ kind }) => kind === 'unknown')
      ? []
      : world.ownersNamed(pattern, owner.place);
    const to = named && named.stack !== owner.stack ? named.stack : (others[0]?.of ?? '');
    return { to: others[0]?.kind === 'unknown' ? 'what this analysis cannot read' : to, resource: pattern };
  }
  // `<bucket>*` is also `<bucket>-of-another`.
  if (/›[*?]/.test(pattern)) return { to: 'whatever has a name that begins like its own', resource: pattern };
  return OF_OWN_RESOURCE.test(pattern)
    ? undefined
    : { to: 'whatever has what stands before its own in the name', resource: pattern };
}

/** Names that nothing but one resource has: its ARN or id, with no more before it than what all ARNs of its kind have. */
export const OF_OWN_RESOURCE =
  /^(arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d*:([a-z-]+[:/])?)?‹[^›]*\b(arn|id|key_id|unique_id|resource_id|cluster_resource_id|name|secret_arn)(\), \d+\)|\))*›/;

/** Beginnings of names that are the owner's alone, by service. None could go on as the name of another owner. */
function ownBeginnings({ place, namespace }: Owner): Readonly<Record<string, readonly string[]>> {
  const [path, prefix] = [pathOfCell(place), prefixOfCell(place)];
  return {
    secretsmanager: [`secret:${path}/${namespace}/`],
    ssm: [`parameter/${path}/${namespace}/`],
    sqs: [`${prefix}-${namespace}_`],
    sns: [`${prefix}-${namespace}_`],
    iam: [`role/${prefix}-${namespace}.`],
    logs: [`log-group:/aws/rds/cluster/${prefix}-${namespace}/`],
  };
}

/** Names of the owner's keys: of its database, and of everything else. Each could be the beginning of another's. */
const aliases = ({ place, kind, id }: Owner): readonly string[] => [
  `alias/${prefixOfCell(place)}-${kind}-${id}`,
  `alias/${prefixOfCell(place)}-${kind}/${id}`,
];

/** Whether every name that a pattern matches is the owner’s. */
export function isOwnName(world: World, owner: Owner, pattern: string): boolean {
  const [arn, , service = '', region = '', account = '', ...rest] = pattern.split(':');
  if (arn !== 'arn' || rest.length === 0 || !isLiteral(service)) return false;
  const resource = rest.join(':');
  if (service === 'elasticache') return cacheUsers(world, owner).some((user) => resource === `user:${user}`);
  if (!/^(\*|[a-z0-9-]*)$/.test(region) || !/^(\*|\d*)$/.test(account)) return false;
  const start = literalPrefix(resource);
  if (service === 'kms') return aliases(owner).includes(resource);
  if (service === 'ssm' && resource === `parameter/${pathOfCell(owner.place)}/${owner.namespace}`)
    return true;
  return (ownBeginnings(owner)[service] ?? []).some((beginning) => start.startsWith(beginning));
}

/** Ids of the users of the cell's cache that an owner may be. */
export function cacheUsers(world: World, owner: Owner): readonly string[] {
  if (owner.kind === 'tenant') return [cacheUserName(owner.place, ['ten', owner.id])];
  const stack = world.stack(owner.stack);
  const services = stack ? objectsOf(stack, owner, 'ServiceAccount').map(({ name }) => name) : [];
  return services.map((service) => cacheUserName(owner.place, ['svc', owner.id, service]));
}

/** What owners share by design: the cell's cache, where each is a user of its own, and the shards of pooled tiers. */
function isShared(world: World, owner: Owner, pattern: string, actions: readonly string[]): boolean {
  const only = (action: string): boolean =>
    actions.length > 0 && actions.every((found) => actionMatches(found, action) && isLiteral(found));
  if (only('elasticache:Connect'))
    return pattern === world.field(owner.place, 'cache', 'replicationGroupArn');
  if (!only('rds-db:connect') || owner.kind !== 'tier') return false;
  const login = /^arn:aws:rds-db:[\w-]+:\d+:dbuser:(‹[^›]*›)\/([^/*?]+)$/.exec(pattern);
  const [reference] = referencesIn(login?.[1] ?? '');
  if (!reference || !databaseUsersOf(owner).includes(login?.[2] ?? '')) return false;
  return isShard(owner, reference);
}

/** Whether a reference leads to a shard of the owner's cell. */
export function isShard({ place }: Owner, { kind, of, what }: Reference): boolean {
  if (kind === 'stack') return new RegExp(`^${place.cell}-data-shard-\\d+$`).test(of);
  const field = what === 'connectResourceId' || what === 'securityGroupId';
  return kind === 'contract' && of.startsWith(contractOf(place, 'data-shard-')) && field;
}
