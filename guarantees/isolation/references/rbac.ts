import { at, type Json, listOf, textOf } from '../facts/json';
import type { StackPlace } from '../facts';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Finding } from '../finding';
import type { World } from '../world';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

// What constructs take these names to be must not change what is proved, so they are written out.
const KNOWN = [
  'ClusterRole bulkhead-operator',
  'ClusterRole bulkhead-namespace-deployer',
  'ClusterRole bulkhead-release',
];

/** The group of what releases services, and the one role that it has in the namespaces of all owners. */
const RELEASES = 'bulkhead:releases';
const RELEASE = 'ClusterRole bulkhead-release';

/** What changes schemas, and the one role that it has where jobs on databases run. */
const MIGRATIONS = 'bulkhead:migrations';
const MIGRATION = 'ClusterRole bulkhead-migration';

/** The roles that groups have over the whole cluster, and which groups. */
const CLUSTER_WIDE: Readonly<Record<string, readonly string[]>> = {
  'bulkhead-deployer': ['bulkhead:deployers:tier', 'bulkhead:deployers:tenant'],
  // Seeing which owners there are.
  'bulkhead-release-owners': [RELEASES],
};

/**
 * Who may do what in the cluster: in an owner's namespace its tier's operators, its deployers, what releases services and its own
 * accounts; over the whole cluster nobody who belongs to an owner.
 */
export const rbac: Rule = (scene) => [
  ...(scene.stack.kinds.get('RoleBinding') ?? []).flatMap((binding) => inNamespace(scene, binding)),
  ...(scene.stack.kinds.get('ClusterRoleBinding') ?? []).flatMap((binding) => inCluster(scene, binding)),
];

const subjectsOf = ({ body }: KubernetesFact): readonly Json[] => listOf(body['subjects']);

const subjectText = (subject: Json): string =>
  [textOf(at(subject, 'kind')), textOf(at(subject, 'namespace')), textOf(at(subject, 'name'))]
    .filter((part) => part !== '')
    .join(' ');

function inNamespace({ world, stack }: Scene, binding: KubernetesFact): readonly Finding[] {
  const { owner } = stack;
  if (!owner) return inPlatform({ world, stack }, binding);
  if (owner.namespace !== binding.namespace) return [];
  const found = finder('rbac', stack);
  const role = roleOf(binding);
  const groups =
    role === RELEASE ? [RELEASES] : [`bulkhead:operators:${owner.tier}`, `bulkhead:deployers:${owner.kind}`];
  const strangers = subjectsOf(binding).filter((subject) => {
    const kind = textOf(at(subject, 'kind'));
    const name = textOf(at(subject, 'name'));
    if (kind === 'Group') return !groups.includes(name);
    return (
      kind !== 'ServiceAccount' || (textOf(at(subject, 'namespace')) || owner.namespace) !== owner.namespace
    );
  });
  return [
    ...strangers.map((subject) =>
      found(
        binding,
        owner.stack,
        `role binding ${binding.name} lets ${subjectText(subject)} act in ${owner.namespace}`,
        `Bind ${groups.join(' and ')} only, or service accounts of ${owner.namespace}`,
        whoIs(world, owner.place, subject),
      ),
    ),
    ...(KNOWN.includes(role) || role.startsWith('Role ')
      ? []
      : [
          found(
            binding,
            EVERYBODY,
            `role binding ${binding.name} gives ${role}, and what that allows is not written here`,
            `Bind ${KNOWN.join(' or ')}, or a Role of ${owner.namespace}`,
          ),
        ]),
  ];
}

/**
 * Bindings in namespaces of the platform are for its own accounts: one for an owner would show it what is all owners'. What changes
 * schemas starts its jobs beside those that make databases.
 */
function inPlatform(
  { world, stack }: Pick<Scene, 'world' | 'stack'>,
  binding: KubernetesFact,
): readonly Finding[] {
  const changesSchemas =
    roleOf(binding) === MIGRATION &&
    binding.namespace === world.field(stack.place, 'addons', 'migrationNamespace');
  return subjectsOf(binding)
    .filter(
      (subject) =>
        !isPlatformAccount(world, stack.place, subject, binding.namespace) &&
        !(changesSchemas && isGroup(subject, [MIGRATIONS])),
    )
    .map((subject) =>
      finder('rbac', stack)(
        binding,
        EVERYBODY,
        `role binding ${binding.name} lets ${subjectText(subject)} act in ${binding.namespace}`,
        'Bind service accounts of the platform’s own namespaces only',
        whoIs(world, stack.place, subject),
      ),
    );
}

const isGroup = (subject: Json, groups: readonly string[]): boolean =>
  textOf(at(subject, 'kind')) === 'Group' && groups.includes(textOf(at(subject, 'name')));

/** `ClusterRole bulkhead-operator`. */
const roleOf = ({ body }: KubernetesFact): string =>
  `${textOf(at(body, 'roleRef', 'kind'))} ${textOf(at(body, 'roleRef', 'name'))}`;

/** Whether a subject is an account in a namespace of the platform. */
function isPlatformAccount(world: World, place: StackPlace, subject: Json, namespace = ''): boolean {
  const home = textOf(at(subject, 'namespace')) || namespace;
  const account = textOf(at(subject, 'kind')) === 'ServiceAccount';
  return account && home !== '' && world.ownerOfNamespace(place, home) === undefined;
}

/** Whose a subject is. */
function whoIs(world: World, place: StackPlace, subject: Json): string {
  const name = textOf(at(subject, 'name'));
  const group = /^bulkhead:(?:operators|deployers):(.+)$/.exec(name)?.[1];
  if (group !== undefined) return world.ownerOfNamespace(place, `tier-${group}`)?.stack ?? name;
  const accounts = /^system:serviceaccounts?:([^:]+)/.exec(name)?.[1];
  const namespace = accounts ?? textOf(at(subject, 'namespace'));
  if (namespace !== '') return world.ownerOfNamespace(place, namespace)?.stack ?? `namespace ${namespace}`;
  return name.startsWith('system:') ? EVERYBODY : subjectText(subject);
}

function inCluster({ world, stack }: Scene, binding: KubernetesFact): readonly Finding[] {
  const role = textOf(at(binding.body, 'roleRef', 'name'));
  return subjectsOf(binding)
    .filter((subject) => {
      if (stack.owner) return true;
      return !isGroup(subject, CLUSTER_WIDE[role] ?? []) && !isPlatformAccount(world, stack.place, subject);
    })
    .map((subject) =>
      finder('rbac', stack)(
        binding,
        EVERYBODY,
        `cluster role binding ${binding.name} lets ${subjectText(subject)} act in all namespaces`,
        'Bind a role inside the owner’s namespace instead',
        whoIs(world, stack.place, subject),
      ),
    );
}
