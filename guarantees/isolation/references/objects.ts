import { WORKLOAD_LABELS } from '../../../constructs/core/workload-labels';
import { at, isTrue, textsOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Finding } from '../finding';
import type { Owner } from '../owners';
import { addressIn, resourcesOf } from '../stack';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';
import { running } from './running';

/** Kinds of the whole cluster that an owner's stack may make, by what their names must be. */
const CLUSTER_WIDE: Readonly<Record<string, (owner: Owner) => string>> = {
  Namespace: ({ namespace }) => namespace,
  NodePool: ({ namespace }) => namespace,
  EC2NodeClass: ({ namespace }) => namespace,
  PriorityClass: ({ namespace }) => namespace,
};

/** Kinds that no stack may make: each undoes what others keep, for all namespaces at once. */
const REFUSED: Readonly<Record<string, string>> = {
  AdminNetworkPolicy: 'it goes before the network policies of all namespaces',
  BaselineAdminNetworkPolicy: 'it goes before the network policies of all namespaces',
  ClusterNetworkPolicy: 'it goes before the network policies of all namespaces',
  MutatingAdmissionPolicy: 'it changes what others have made',
  MutatingAdmissionPolicyBinding: 'it changes what others have made',
  PolicyEndpoint: 'it changes what others have made',
  ReferenceGrant: 'it lets routes of one namespace lead to services of another',
  EnvoyPatchPolicy: 'it changes gateways past everything that is checked',
  EnvoyExtensionPolicy: 'it shows calls of all owners to a program that nobody has checked',
};

/** Kinds in an owner's namespace whose reach rules of isolation understand. */
const IN_NAMESPACE = new Set([
  ...[
    'ServiceAccount',
    'ResourceQuota',
    'LimitRange',
    'NetworkPolicy',
    'RoleBinding',
    'Role',
    'SecurityGroupPolicy',
  ],
  ...['ConfigMap', 'Job', 'PodDisruptionBudget', 'HTTPRoute', 'HTTPRouteFilter'],
  ...['Rollout', 'Service', 'AnalysisTemplate'],
]);

/** Kinds that jobs on the owner's database need, in the namespace of such jobs. */
const OF_JOBS = new Set(['ServiceAccount', 'ConfigMap', 'Job']);

/** Kubernetes objects stand in their owner's namespace, and none but the owner's stack puts any there. */
export const objects: Rule = (scene) => [
  ...scene.stack.objects.flatMap((object) => placed(scene, object)),
  ...scene.stack.opaqueReleases.flatMap(({ address, chart, namespace }): readonly Finding[] => {
    const there = scene.world.ownerOfNamespace(scene.stack.place, namespace);
    if (!scene.stack.owner && !there) return [];
    return [
      finder('kubernetes', scene.stack)(
        address,
        there && there.stack !== scene.stack.name ? there.stack : EVERYBODY,
        `nobody knows what the chart ${chart} puts into the cluster`,
        'Deliver an owner’s objects with the Kubernetes provider or a generated chart',
      ),
    ];
  }),
];

function placed(scene: Scene, object: KubernetesFact): readonly Finding[] {
  const { world, stack } = scene;
  const { owner } = stack;
  const found = finder('kubernetes', stack);
  const { kind, name, namespace } = object;
  const what = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  const there = world.ownerOfNamespace(stack.place, kind === 'Namespace' ? name : namespace);
  const why = REFUSED[kind];
  if (why !== undefined || stack.place.cell === '') {
    return [
      found(
        object,
        EVERYBODY,
        why ?? `${what} goes into the cluster of a cell that the stack's name does not tell`,
        'Leave it out, or let a stack of the cell make what is meant by kinds that are checked',
      ),
    ];
  }
  if (there && there.stack !== stack.name) {
    return [
      found(
        object,
        there.stack,
        `${what} stands in a namespace of ${there.stack}`,
        'Put it into the namespace of its own owner',
      ),
    ];
  }
  const accounts = running(scene, object, what);
  if (!owner) return accounts;
  if (namespace === '') return clusterWide(scene, owner, object, what);
  if (namespace === owner.namespace) {
    return IN_NAMESPACE.has(kind)
      ? [...groups(scene, owner, object), ...accounts]
      : [
          found(
            object,
            EVERYBODY,
            `nobody has checked yet whom a ${kind} can reach`,
            'Add the kind to guarantees/isolation/references/objects.ts, with a rule if it can name other namespaces',
          ),
        ];
  }
  const job = namespace === world.field(stack.place, 'addons', 'migrationNamespace') && isJobOf(owner, name);
  if (job && OF_JOBS.has(kind)) return accounts;
  return [
    found(
      object,
      `namespace ${namespace}`,
      `${what} stands outside of ${owner.namespace}`,
      `Put it into ${owner.namespace}`,
    ),
  ];
}

/**
 * `schema-tenant-acme`, `tenancy-tenant-acme`, or the latter with a hash behind it: no other owner's name could follow, for it
 * would be followed by a hash too.
 */
function isJobOf({ namespace }: Owner, name: string): boolean {
  const own = `tenancy-${namespace}`;
  return (
    name === `schema-${namespace}` ||
    name === own ||
    (name.startsWith(`${own}-`) && /^[0-9a-f]{12}$/.test(name.slice(own.length + 1)))
  );
}

function clusterWide(
  { stack }: Scene,
  owner: Owner,
  object: KubernetesFact,
  what: string,
): readonly Finding[] {
  const found = finder('kubernetes', stack);
  const expected = CLUSTER_WIDE[object.kind]?.(owner);
  if (expected === undefined) {
    return [
      found(
        object,
        EVERYBODY,
        `${what} holds for the whole cluster`,
        `Use an object of the namespace ${owner.namespace} instead, or let the addons stack make it`,
      ),
    ];
  }
  if (object.name !== expected) {
    return [
      found(
        object,
        object.name,
        `${what} is not called ${expected}, so it can be another's`,
        `Call it ${expected}`,
      ),
    ];
  }
  if (object.kind === 'PriorityClass' && isTrue(at(object.body, 'globalDefault'))) {
    return [
      found(
        object,
        EVERYBODY,
        `${what} is the default of the whole cluster`,
        'Leave pods that name no class alone (globalDefault: false)',
      ),
    ];
  }
  const tenant = object.labels[WORKLOAD_LABELS.tenant];
  const own = owner.kind === 'tenant' ? owner.id : 'shared';
  return object.kind === 'Namespace' && tenant !== undefined && tenant !== own
    ? [
        found(
          object,
          `tenant ${tenant}`,
          `${what} has the label ${WORKLOAD_LABELS.tenant}: ${tenant}`,
          `Label it with ${own}`,
        ),
      ]
    : [];
}

/** Security groups that a SecurityGroupPolicy puts on an owner's pods: its own, and the one that all carry. */
function groups({ world, stack }: Scene, owner: Owner, object: KubernetesFact): readonly Finding[] {
  if (object.kind !== 'SecurityGroupPolicy') return [];
  const allowed = [
    ...resourcesOf(stack, 'aws_security_group').map((group) => `‹${addressIn(stack, group)}.id›`),
    world.field(owner.place, 'cluster', 'workloadSecurityGroupId'),
  ];
  return textsOf(at(object.body, 'spec', 'securityGroups', 'groupIds'))
    .filter((group) => !allowed.includes(group))
    .map((group) => {
      const [named] = world.ownersNamed(group, owner.place);
      return finder('kubernetes', stack)(
        object,
        named?.stack ?? 'whoever lets that group in',
        `it gives pods of ${owner.namespace} the security group ${group}`,
        'Give them the owner’s own group and the cell’s group of workloads only',
      );
    });
}
