import { publisherStack } from '../cluster-settings';
import { at, listOf, objectOf, type Json, textOf, textsOf, visitTexts } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Finding } from '../finding';
import { prefixOfCell } from '../owners';
import { isClosed } from '../selectors';
import type { Stack } from '../stack';
import { isDataPeer } from './network-policies';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';
import { jobOf, schemaAccount } from './running';

/** Types that name security groups to let them in or out, or to publish them. */
const NAMING =
  /^aws_(vpc_security_group_(ingress|egress)_rule|security_group_rule|ssm_parameter)$|^helm_release$/;

/**
 * The namespace of jobs that change databases is like an owner's, of all owners together: its pods' security group is let in
 * by every database. So nothing comes in, little goes out, and nothing else carries that group. The same holds for the group of what
 * operates on tenants, which one project of CodeBuild stands behind.
 */
export const migrations: Rule = (scene) => {
  const { world, stack } = scene;
  const group = world.field(stack.place, 'addons', 'migrationSecurityGroupId');
  const namespace = world.field(stack.place, 'addons', 'migrationNamespace');
  // Without the stack that publishes them they are names of fields, which nothing else is called.
  const home = !stack.owner && publisherStack(world, stack.place, 'addons') === stack;
  return [
    ...(home ? fence(scene, namespace, group) : []),
    ...carriers(scene, namespace, group),
    ...operators(scene),
    ...changes(scene, namespace),
  ];
};

/**
 * Jobs of schema changes, which stacks keep as texts in config maps for releases to start: each runs as the account of its own
 * database.
 */
function changes({ world, stack }: Scene, namespace: string): readonly Finding[] {
  const found = finder('migrations', stack);
  const own = schemaAccount(stack);
  return (stack.kinds.get('ConfigMap') ?? [])
    .filter((object) => object.namespace === namespace && object.name.startsWith('schema-'))
    .map((object) => ({ object, account: textOf(at(object.body, 'pod', 'serviceAccountName')) }))
    .filter(({ account }) => account !== own)
    .map(({ object, account }) =>
      found(
        object,
        account === '' ? EVERYBODY : jobOf({ world, stack }, account),
        `the job of schema changes in config map ${object.name} runs as ${account === '' ? 'nobody knows whom' : account}`,
        `Run it as ${own}`,
      ),
    );
}

/** What keeps the namespace apart, and is missing. */
function fence({ world, stack }: Scene, namespace: string, group: string): readonly Finding[] {
  const found = finder('migrations', stack);
  const there = (kind: string): readonly KubernetesFact[] =>
    (stack.kinds.get(kind) ?? []).filter((object) => object.namespace === namespace);
  const spaces = (stack.kinds.get('Namespace') ?? []).filter(({ name }) => name === namespace);
  const restricted = spaces.every(
    ({ labels }) => labels['pod-security.kubernetes.io/enforce'] === 'restricted',
  );
  const grouped = there('SecurityGroupPolicy').some(
    ({ body }) =>
      Object.keys(objectOf(at(body, 'spec', 'podSelector') ?? { none: true })).length === 0 &&
      groupsIn(body).includes(group),
  );
  const policies = there('NetworkPolicy');
  const open = policies.flatMap((policy) => [
    ...listOf(at(policy.body, 'spec', 'ingress')).map(() => [policy, 'lets somebody in'] as const),
    ...listOf(at(policy.body, 'spec', 'egress')).flatMap((rule) => {
      const peers = listOf(at(rule, 'to'));
      const understood = peers.length > 0 && peers.every((peer) => isDataPeer(world, stack, peer, rule));
      return understood ? [] : [[policy, `lets out to ${JSON.stringify(rule)}`] as const];
    }),
  ]);
  const missing: readonly (readonly [boolean, string])[] = [
    [spaces.length === 0, 'is not there'],
    [!restricted, 'does not enforce the restricted Pod Security Standard'],
    [!policies.some(isClosed), 'has no network policy that denies everything at first'],
    [!grouped, 'has no SecurityGroupPolicy that gives all its pods their own group'],
  ];
  return [
    ...open.map(([policy, what]) =>
      found(
        policy,
        'every database',
        `network policy ${policy.name} of ${namespace} ${what}`,
        'Let nothing in, and out to DNS, databases and AWS only',
        EVERYBODY,
      ),
    ),
    ...missing
      .filter(([wrong]) => wrong)
      .map(([, what]) =>
        found(
          `Namespace/${namespace}`,
          'every database',
          `the namespace ${namespace} of jobs that change databases ${what}`,
          'Let the addons stack make it whole',
          EVERYBODY,
        ),
      ),
  ];
}

const groupsIn = (body: KubernetesFact['body']): readonly string[] =>
  textsOf(at(body, 'spec', 'securityGroups', 'groupIds'));

/** What else carries the group that every database lets in. */
function carriers({ stack }: Scene, namespace: string, group: string): readonly Finding[] {
  const found = finder('migrations', stack);
  const pods = (stack.kinds.get('SecurityGroupPolicy') ?? []).filter(
    (policy) => policy.namespace !== namespace && groupsIn(policy.body).includes(group),
  );
  const resources = stack.resources.filter(({ type, values }) => !NAMING.test(type) && holds(values, group));
  return [...pods, ...resources].map((carrier) =>
    found(
      carrier,
      'every database',
      `it carries the security group of jobs that change databases, ${group}`,
      `Leave that group to pods of ${namespace}`,
    ),
  );
}

/** What carries the group of what operates on tenants, and is not its project. */
function operators({ world, stack }: Scene): readonly Finding[] {
  const found = finder('migrations', stack);
  const group = world.field(stack.place, 'delivery', 'operationsSecurityGroupId');
  const project = `${prefixOfCell(stack.place)}-operations`;
  const isProject = ({ type, values }: Stack['resources'][number]): boolean =>
    publisherStack(world, stack.place, 'delivery') === stack &&
    type === 'aws_codebuild_project' &&
    textOf(values['name']) === project &&
    textOf(values['service_role']).endsWith(`:role/${project}`);
  const pods = (stack.kinds.get('SecurityGroupPolicy') ?? []).filter((policy) =>
    groupsIn(policy.body).includes(group),
  );
  const resources = stack.resources.filter(
    (resource) => !NAMING.test(resource.type) && holds(resource.values, group) && !isProject(resource),
  );
  return [...pods, ...resources].map((carrier) =>
    found(
      carrier,
      'every database',
      `it carries the security group of what operates on tenants, ${group}`,
      `Leave that group to the project ${project}`,
    ),
  );
}

function holds(value: Json, text: string): boolean {
  let found = false;
  visitTexts(value, (each) => {
    found ||= each === text;
  });
  return found;
}
