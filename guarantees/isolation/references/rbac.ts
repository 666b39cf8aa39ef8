import {
  deployersGroup,
  NAMESPACE_DEPLOYER_ROLE,
  OPERATOR_ROLE,
  operatorsGroup,
} from '../../../constructs/core/workload-labels';
import { at, type Json, listOf, textOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Finding } from '../finding';
import { type Owner, ownerOf } from '../owners';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/**
 * Who may do what in the cluster: in an owner's namespace its tier's operators, its deployers and its own accounts; over the
 * whole cluster nobody who belongs to an owner.
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
  if (owner?.namespace !== binding.namespace) return [];
  const found = finder('rbac', stack);
  const groups = [operatorsGroup(owner.tier), deployersGroup(owner.kind)];
  const strangers = subjectsOf(binding).filter((subject) => {
    const kind = textOf(at(subject, 'kind'));
    const name = textOf(at(subject, 'name'));
    if (kind === 'Group') return !groups.includes(name);
    return (
      kind !== 'ServiceAccount' || (textOf(at(subject, 'namespace')) || owner.namespace) !== owner.namespace
    );
  });
  const role = `${textOf(at(binding.body, 'roleRef', 'kind'))} ${textOf(at(binding.body, 'roleRef', 'name'))}`;
  const known = [OPERATOR_ROLE, NAMESPACE_DEPLOYER_ROLE].map((name) => `ClusterRole ${name}`);
  return [
    ...strangers.map((subject) =>
      found(
        binding,
        owner.stack,
        `role binding ${binding.name} lets ${subjectText(subject)} act in ${owner.namespace}`,
        `Bind ${groups.join(' and ')} only, or service accounts of ${owner.namespace}`,
        whoIs(world.ownerOfNamespace.bind(world), owner, subject),
      ),
    ),
    ...(known.includes(role) || role.startsWith('Role ')
      ? []
      : [
          found(
            binding,
            EVERYBODY,
            `role binding ${binding.name} gives ${role}, and what that allows is not written here`,
            `Bind ${known.join(' or ')}, or a Role of ${owner.namespace}`,
          ),
        ]),
  ];
}

type Find = (place: Owner['place'], namespace: string) => Owner | undefined;

/** Whose a subject is. */
function whoIs(find: Find, { place }: Owner, subject: Json): string {
  const name = textOf(at(subject, 'name'));
  const group = /^bulkhead:(?:operators|deployers):(.+)$/.exec(name)?.[1];
  if (group !== undefined) return ownerOf(`${place.cell}-tier-${group}`, place)?.stack ?? name;
  const accounts = /^system:serviceaccounts?:([^:]+)/.exec(name)?.[1];
  const namespace = accounts ?? textOf(at(subject, 'namespace'));
  if (namespace !== '') return find(place, namespace)?.stack ?? `namespace ${namespace}`;
  return name.startsWith('system:') ? EVERYBODY : subjectText(subject);
}

function inCluster({ world, stack }: Scene, binding: KubernetesFact): readonly Finding[] {
  const found = finder('rbac', stack);
  const fix = 'Bind a role inside the owner’s namespace instead';
  return subjectsOf(binding).flatMap((subject): readonly Finding[] => {
    const name = textOf(at(subject, 'name'));
    const account = textOf(at(subject, 'kind')) === 'ServiceAccount' ? textOf(at(subject, 'namespace')) : '';
    const namespace = /^system:serviceaccounts?:([^:]+)/.exec(name)?.[1] ?? account;
    const owner = namespace === '' ? undefined : world.ownerOfNamespace(stack.place, namespace);
    const many = /^(system:(authenticated|unauthenticated|serviceaccounts)|bulkhead:operators:.*)$/.test(
      name,
    );
    if (!stack.owner && !owner && !many) return [];
    const from = owner?.stack ?? (many ? name : stack.name);
    return [
      found(
        binding,
        EVERYBODY,
        `cluster role binding ${binding.name} lets ${subjectText(subject)} act in all namespaces`,
        fix,
        from,
      ),
    ];
  });
}
