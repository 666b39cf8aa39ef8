import { addressOf, referencesIn } from '../facts/canonical';
import { textsOf } from '../facts/json';
import type { Finding } from '../finding';
import { type GroupRule, groupRulesOf, portText, type Peer } from '../group-rules';
import type { Owner } from '../owners';
import { isShard } from '../reach';
import { addressIn, resourcesOf, type Stack } from '../stack';
import type { World } from '../world';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

const POSTGRESQL = 5432;
const VALKEY = 6379;
const SERVICE = 8080;
const HTTPS = 443;
const DNS = 53;

/** Groups of a cell that many use, by what they are for. */
interface Shared {
  readonly cluster: string;
  readonly workloads: string;
  readonly migrations: string;
  readonly operations: string;
  readonly cache: string;
  readonly endpoints: string;
}

const sharedOf = (world: World, { place }: Stack): Shared => ({
  cluster: world.field(place, 'cluster', 'securityGroupId'),
  workloads: world.field(place, 'cluster', 'workloadSecurityGroupId'),
  migrations: world.field(place, 'addons', 'migrationSecurityGroupId'),
  operations: world.field(place, 'delivery', 'operationsSecurityGroupId'),
  cache: world.field(place, 'cache', 'securityGroupId'),
  endpoints: world.field(place, 'network', 'endpointSecurityGroupId'),
});

/** A peer and port that a group may let in or out. */
type Allowed = readonly [peer: string, port: number];

/**
 * Who may open connections to whom. Each rule of a group that owners, their databases or their cache stand behind must be
 * one of those that are listed here; every other is a finding.
 */
export const securityGroups: Rule = (scene) => [
  ...groupRulesOf(scene.stack).flatMap((rule) =>
    rule.direction === 'ingress' ? ingress(scene, rule) : egress(scene, rule),
  ),
  ...groupsOfData(scene),
];

function ingress(scene: Scene, rule: GroupRule): readonly Finding[] {
  const { world, stack } = scene;
  const shared = sharedOf(world, stack);
  const fix =
    'Let in the owner’s own pods on the port that they need, by their security group, and nobody else';
  if (stack.owner) {
    const allowed = ownIngress(scene, stack.owner, rule, shared);
    if (allowed === undefined) return [foreignGroup(scene, rule)];
    return refused(rule, allowed).map((peer) => admission(scene, rule, peer, fix));
  }
  const allowed = platformIngress(scene, rule, shared);
  return refused(rule, allowed ?? []).flatMap((peer) => {
    const named = ownersOf(scene, peer.text);
    const [group] = ownersOf(scene, rule.group);
    // Of other groups of the platform only those who are owners matter.
    if (allowed === undefined && named.length === 0 && !group) return [];
    return [admission(scene, rule, peer, fix)];
  });
}

/** Who of the platform reaches databases beside their owners. */
const beside = ({ migrations, operations }: Shared, port: number): readonly Allowed[] => [
  [migrations, port],
  [operations, port],
];

/** What may come in by a group that an owner's stack opens; undefined if that is no group of its. */
function ownIngress(
  scene: Scene,
  owner: Owner,
  rule: GroupRule,
  shared: Shared,
): readonly Allowed[] | undefined {
  const { stack } = scene;
  const own = ownGroups(stack);
  if (own.includes(rule.group)) {
    const port = dataGroups(stack).has(rule.group) ? POSTGRESQL : SERVICE;
    const others: readonly Allowed[] = port === POSTGRESQL ? beside(shared, port) : [[shared.cluster, port]];
    return [...own.map((group): Allowed => [group, port]), ...others];
  }
  const [reference] = referencesIn(rule.group);
  const shard = owner.kind === 'tier' && reference !== undefined && isShard(owner, reference);
  return shard ? own.map((group): Allowed => [group, POSTGRESQL]) : undefined;
}

/** What may come in by a group of the platform behind which data or pods of owners stand; undefined for other groups. */
function platformIngress(
  { world, stack }: Scene,
  rule: GroupRule,
  shared: Shared,
): readonly Allowed[] | undefined {
  if (rule.group === shared.workloads) return [[shared.cluster, SERVICE]];
  if (rule.group === shared.migrations || rule.group === shared.operations) return [];
  if (rule.group === shared.cache) {
    return [
      [shared.workloads, VALKEY],
      [shared.operations, VALKEY],
      ...clients(world, stack).map((group): Allowed => [group, VALKEY]),
    ];
  }
  if (dataGroups(stack).has(rule.group)) {
    const port = resourcesOf(stack, 'aws_rds_cluster', 'aws_db_instance').length > 0 ? POSTGRESQL : VALKEY;
    return [...beside(shared, port), ...ownGroups(stack).map((group): Allowed => [group, port])];
  }
  const tenants = rule.peers.some(({ text }) => text === shared.workloads);
  return rule.group === shared.cluster && tenants ? [[shared.workloads, DNS]] : undefined;
}

function egress(scene: Scene, rule: GroupRule): readonly Finding[] {
  const { world, stack } = scene;
  const shared = sharedOf(world, stack);
  const fix = 'Let out what the owner’s own database, the cell’s cache and AWS need, each on its port';
  if (!stack.owner && rule.group !== shared.workloads) {
    return rule.peers
      .filter(({ text }) => ownersOf(scene, text).length > 0)
      .map((peer) => departure(scene, rule, peer, fix));
  }
  const { owner } = stack;
  const own = ownGroups(stack);
  if (owner && !own.includes(rule.group)) return [foreignGroup(scene, rule)];
  const allowed: readonly Allowed[] = [
    ...(owner ? own.map((group): Allowed => [group, POSTGRESQL]) : []),
    // From one pod of an owner to another: which of them may, network policies say.
    ...(owner && !dataGroups(stack).has(rule.group) ? [[rule.group, SERVICE] as const] : []),
    [shared.cluster, DNS],
    [shared.endpoints, HTTPS],
    [shared.cache, VALKEY],
  ];
  return refused(rule, allowed)
    .filter(({ kind, text }) => {
      const [reference] = referencesIn(text);
      // AWS answers there: by its addresses, or by its lists of them.
      if (kind === 'cidr' || kind === 'prefix-list') return !rule.isPort(HTTPS, 'tcp');
      const shard = owner?.kind === 'tier' && reference !== undefined && isShard(owner, reference);
      return !(shard && rule.isPort(POSTGRESQL, 'tcp'));
    })
    .map((peer) => departure(scene, rule, peer, fix));
}

/** The peers of a rule that are none of those that may be. */
const refused = (rule: GroupRule, allowed: readonly Allowed[]): readonly Peer[] =>
  rule.peers.filter(
    ({ kind, text }) =>
      kind !== 'group' ||
      !allowed.some(([peer, port]) => peer === text && rule.isPort(port, port === DNS ? 'any' : 'tcp')),
  );

/** Groups of what gateways run: their own users of the cache, who have keys of their own, come from there. */
const clients = (world: World, stack: Stack): readonly string[] =>
  world.publisher(stack.place, 'gateway') === stack.name ? ownGroups(stack) : [];

/** Groups of a stack's own, as references. */
const ownGroups = (stack: Stack): readonly string[] =>
  resourcesOf(stack, 'aws_security_group').map((group) => `‹${addressIn(stack, group)}.id›`);

/** Resources that keep data, and where they name their security groups. */
const DATA: Readonly<Record<string, string>> = {
  aws_rds_cluster: 'vpc_security_group_ids',
  aws_db_instance: 'vpc_security_group_ids',
  aws_db_proxy: 'vpc_security_group_ids',
  aws_db_proxy_endpoint: 'vpc_security_group_ids',
  aws_elasticache_replication_group: 'security_group_ids',
};

const dataGroups = (stack: Stack): ReadonlySet<string> =>
  new Set(
    Object.entries(DATA).flatMap(([type, key]) =>
      resourcesOf(stack, type).flatMap(({ values }) => textsOf(values[key])),
    ),
  );

/** Databases and caches stand behind groups of their own stack: by another's they would be open to whom that lets in. */
function groupsOfData({ world, stack }: Scene): readonly Finding[] {
  const own = ownGroups(stack);
  return Object.entries(DATA).flatMap(([type, key]) =>
    resourcesOf(stack, type).flatMap((resource) =>
      textsOf(resource.values[key])
        .filter((group) => !own.includes(group))
        .map((group) => {
          const [named] = world.ownersNamed(group, stack.place);
          const who = named?.stack ?? EVERYBODY;
          return finder('security-group', stack)(
            resource,
            stack.name,
            `it stands behind ${group} of another stack (${key}), which lets in whom that stack wants`,
            'Give it a security group of its own',
            who,
          );
        }),
    ),
  );
}

const ownersOf = ({ world, stack }: Scene, text: string): readonly Owner[] =>
  world.ownersNamed(text, stack.place).filter(({ stack: name }) => name !== stack.name);

function foreignGroup(scene: Scene, rule: GroupRule): Finding {
  const [named] = ownersOf(scene, rule.group);
  const [reference] = referencesIn(rule.group);
  const to = named?.stack ?? reference?.of ?? rule.group;
  const problem = `it opens ${rule.group}, a security group that is not its own, to ${rule.peers.map(({ text }) => text).join(', ')} on ${portText(rule)}`;
  return finder('security-group', scene.stack)(
    rule.address,
    to,
    problem,
    'Add rules to security groups of the owner’s own stack only',
  );
}

function admission(scene: Scene, rule: GroupRule, peer: Peer, fix: string): Finding {
  const from =
    peer.kind === 'cidr'
      ? `everybody in ${peer.text}`
      : (ownersOf(scene, peer.text)[0]?.stack ?? stackOf(peer.text));
  const to =
    ownersOf(scene, rule.group)[0]?.stack ?? scene.stack.owner?.stack ?? `all owners in ${scene.stack.name}`;
  const problem = `${rule.group} lets in ${peer.text} on ${portText(rule)}`;
  return finder('security-group', scene.stack)(rule.address, to, problem, fix, from);
}

function departure(scene: Scene, rule: GroupRule, peer: Peer, fix: string): Finding {
  const to =
    peer.kind === 'cidr'
      ? `everybody in ${peer.text}`
      : (ownersOf(scene, peer.text)[0]?.stack ?? stackOf(peer.text));
  const problem = `${rule.group} lets out to ${peer.text} on ${portText(rule)}`;
  return finder('security-group', scene.stack)(rule.address, to, problem, fix);
}

/** Words for a group's home: a stack, a contract, or whatever it is called. */
function stackOf(text: string): string {
  const [reference] = referencesIn(text);
  if (!reference) return text;
  return reference.kind === 'contract'
    ? `who holds ${reference.what} of ${reference.of}`
    : `${reference.of}:${addressOf(reference)}`;
}
