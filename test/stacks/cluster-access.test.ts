import { CLUSTER_ROLES, DEPLOYER_ROLE } from '../../constructs/cluster/access/cluster-roles';
import { deployerPolicy } from '../../constructs/cluster/access/deployer-policy';
import { rolloutPolicy } from '../../constructs/cluster/access/rollout-policy';
import { deployersGroup, NAMESPACE_DEPLOYER_ROLE } from '../../constructs/core/workload-labels';
import { type AdmissionRequest, refusals } from '../support/admission';
import { kubernetesObjects, type PlacedObject, type SentObject } from '../support/kubernetes-objects';
import { synthesizedStacks } from '../support/synthesized';

/** Stacks of tiers and tenants against what their deployers may do in the cluster: roles first, then admission. */

const OWNERS = /^use1a-(tier|tenant)-/;
// The add-ons publish the namespace of jobs.
const WRITTEN = new RegExp(`${OWNERS.source}|^use1a-addons$`);
const placed = kubernetesObjects(synthesizedStacks('prod', (name) => WRITTEN.test(name))).filter(
  ({ stack }) => OWNERS.test(stack),
);
const kindOf = ({ stack }: PlacedObject): 'tier' | 'tenant' =>
  OWNERS.exec(stack)?.[1] === 'tier' ? 'tier' : 'tenant';

const groupOf = ({ apiVersion }: SentObject): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
const resourceOf = ({ kind }: SentObject): string =>
  kind.toLowerCase().replace(/y$/, 'ie').replace(/ss$/, 'sse').concat('s');

/** What is made of which kind, and where: several tenants make the same. */
const told = (placement: PlacedObject): string =>
  `${placement.stack} ${placement.object.kind} ${placement.object.metadata.namespace ?? ''}/${placement.object.metadata.name}`;

it('there is something to look at', () => {
  const kinds = [...new Set(placed.map(({ object }) => object.kind))].sort();
  expect(kinds).toEqual([
    'AnalysisTemplate',
    'ConfigMap',
    'EC2NodeClass',
    'HTTPRoute',
    'HTTPRouteFilter',
    'Job',
    'LimitRange',
    'Namespace',
    'NetworkPolicy',
    'NodePool',
    'PodDisruptionBudget',
    'PriorityClass',
    'ResourceQuota',
    'RoleBinding',
    'Rollout',
    'SecurityGroupPolicy',
    'Service',
    'ServiceAccount',
  ]);
});

const allowed = (role: string, verb: string, object: SentObject): boolean =>
  (CLUSTER_ROLES[role] ?? []).some(
    ({ apiGroups = [], resources = [], verbs }) =>
      apiGroups.includes(groupOf(object)) && resources.includes(resourceOf(object)) && verbs.includes(verb),
  );

describe.each(['get', 'create', 'patch'])('roles let deployers %s', (verb) => {
  it('all that their stacks hold', () => {
    const refused = placed.filter(({ object }) => {
      const { namespace } = object.metadata;
      // There an access policy of EKS lets them.
      if (namespace === 'data-migrations') return false;
      const roles = namespace === undefined ? [DEPLOYER_ROLE] : [DEPLOYER_ROLE, NAMESPACE_DEPLOYER_ROLE];
      return !roles.some((role) => allowed(role, verb, object));
    });
    expect(refused.map(told)).toEqual([]);
  });
});

it('roles that their stacks bind are those that they may bind', () => {
  const bindings = placed.filter(({ object }) => object.kind === 'RoleBinding');
  const names = new Set(bindings.map(({ object }) => (object['roleRef'] as { name: string }).name));
  const bind = CLUSTER_ROLES[DEPLOYER_ROLE]?.find(({ verbs }) => verbs.includes('bind'));
  expect([...names].sort()).toEqual([...(bind?.resourceNames ?? [])].sort());
});

const request = (placement: PlacedObject, operation: 'CREATE' | 'UPDATE'): AdmissionRequest => {
  const { object } = placement;
  const namespace = object.kind === 'Namespace' ? object.metadata.name : object.metadata.namespace;
  return {
    operation,
    group: groupOf(object),
    resource: resourceOf(object),
    ...(namespace !== undefined && { namespace }),
    groups: [deployersGroup(kindOf(placement))],
    object,
    ...(operation === 'UPDATE' && { oldObject: object }),
  };
};

describe('admission', () => {
  const [policy] = deployerPolicy;

  it.each(['CREATE', 'UPDATE'] as const)(
    'lets deployers through with all that their stacks hold: %s',
    (operation) => {
      const said = refusals(
        policy,
        placed.map((placement) => request(placement, operation)),
      );
      expect(
        placed.flatMap((placement, index) =>
          (said[index] ?? []).map((text) => `${told(placement)}: ${text}`),
        ),
      ).toEqual([]);
    },
  );

  it('lets rollouts and analyses through as their stacks hold them', () => {
    const releases = placed.filter(({ object }) => groupOf(object) === 'argoproj.io');
    expect(releases).not.toHaveLength(0);
    const said = refusals(
      rolloutPolicy[0],
      releases.map((placement) => request(placement, 'CREATE')),
    );
    expect(said.flat()).toEqual([]);
  });

  it('lets neither through with what the other holds', () => {
    const swapped = placed.map((placement) => ({
      ...request(placement, 'CREATE'),
      groups: [deployersGroup(kindOf(placement) === 'tier' ? 'tenant' : 'tier')],
    }));
    const passed = refusals(policy, swapped).flatMap((said, index) =>
      said.length === 0 ? [placed[index]] : [],
    );
    expect(passed.map((placement) => placement && told(placement))).toEqual([]);
  });
});
