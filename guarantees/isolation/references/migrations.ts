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

/** What carries the group of jobs, and is no pod of their namespace. */
const carriers = (scene: Scene, namespace: string, group: string): readonly Finding[] =>
  carriersOf(scene, group, {
    isMeant: (carrier) => 'namespace' in carrier && carrier.namespace === namespace,
    whose: 'jobs that change databases',
    fix: `Leave that group to pods of ${namespace}`,
  });

/** What carries the group of what operates on tenants, and is not its project. */
function operators(scene: Scene): readonly Finding[] {
  const { world, stack } = scene;
  const project = `${prefixOfCell(stack.place)}-operations`;
  return carriersOf(scene, world.field(stack.place, 'delivery', 'operationsSecurityGroupId'), {
    isMeant: (carrier) =>
      'values' in carrier &&
      publisherStack(world, stack.place, 'delivery') === stack &&
      carrier.type === 'aws_codebuild_project' &&
      textOf(carrier.values['name']) === project &&
      textOf(carrier.values['service_role']).endsWith(`:role/${project}`),
    whose: 'what operates on tenants',
    fix: `Leave that group to the project ${project}`,
  });
}

type Carrier = KubernetesFact | Stack['resources'][number];

/** What else carries a group that every database lets in. */
function carriersOf(
  { stack }: Scene,
  group: string,
  told: { readonly isMeant: (carrier: Carrier) => boolean; readonly whose: string; readonly fix: string },
): readonly Finding[] {
  const pods = (stack.kinds.get('SecurityGroupPolicy') ?? []).filter(({ body }) =>
    groupsIn(body).includes(group),
  );
  const resources = stack.resources.filter(({ type, values }) => !NAMING.test(type) && holds(values, group));
  return [...pods, ...resources]
    .filter((carrier) => !told.isMeant(carrier))
    .map((carrier) =>
      finder('migrations', stack)(
        carrier,
        'every database',
        `it carries the security group of ${told.whose}, ${group}`,
        told.fix,
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
