import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { CLUSTER_ROLES } from '../../../constructs/cluster/access/cluster-roles';
import { WorkloadAccess } from '../../../constructs/cluster/access/workload-access';
import { synth, type Synthesized } from '../../support/synth';

const stack = synth((scope) => {
  new KubernetesProvider(scope, 'kubernetes', {});
  new HelmProvider(scope, 'helm', {});
  new WorkloadAccess(scope, 'Access', { zoneName: 'use1a.bulkhead.example' });
});

/** Whether a role allows a verb on `group/resource`, and if it is told, on an object of that name. */
function may(role: string, verb: string, what: string, name?: string): boolean {
  const [group, ...resource] = what.split(':');
  const rules = CLUSTER_ROLES[role] ?? [];
  return rules.some(
    ({ apiGroups = [], resources = [], verbs, resourceNames }) =>
      apiGroups.includes(group ?? '') &&
      resources.includes(resource.join(':')) &&
      verbs.includes(verb) &&
      (resourceNames === undefined || (name !== undefined && resourceNames.includes(name))),
  );
}

const RBAC = 'rbac.authorization.k8s.io';
const [OPERATOR, NAMESPACE, DEPLOYER] = [
  'bulkhead-operator',
  'bulkhead-namespace-deployer',
  'bulkhead-deployer',
];

describe.each([
  [
    OPERATOR,
    [
      ['get', ':pods/log'],
      ['watch', ':events'],
      ['list', 'apps:deployments'],
      ['get', 'networking.k8s.io:networkpolicies'],
      ['get', 'keda.sh:scaledobjects'],
      ['delete', ':pods'],
      ['create', ':pods/eviction'],
      ['patch', 'apps:deployments/scale'],
      ['patch', 'argoproj.io:rollouts'],
    ],
    [
      ['get', ':secrets'],
      ['list', ':secrets'],
      ['create', ':pods'],
      ['create', ':pods/exec'],
      ['get', ':pods/exec'],
      ['create', ':pods/attach'],
      ['create', ':pods/portforward'],
      ['create', ':serviceaccounts/token'],
      ['get', ':pods/proxy'],
      ['patch', ':pods'],
      ['patch', ':pods/ephemeralcontainers'],
      ['create', 'apps:deployments'],
      ['delete', 'apps:deployments'],
      ['patch', 'apps:statefulsets'],
      ['create', 'batch:jobs'],
      ['patch', 'networking.k8s.io:networkpolicies'],
      ['patch', ':resourcequotas'],
      ['create', `${RBAC}:rolebindings`],
      ['patch', 'vpcresources.k8s.aws:securitygrouppolicies'],
      ['get', ':namespaces'],
      ['patch', ':namespaces'],
    ],
  ],
  [
    NAMESPACE,
    [
      ['create', ':resourcequotas'],
      ['patch', ':limitranges'],
      ['delete', 'networking.k8s.io:networkpolicies'],
      ['create', ':serviceaccounts'],
      ['create', ':secrets'],
      ['create', 'vpcresources.k8s.aws:securitygrouppolicies'],
      ['create', `${RBAC}:rolebindings`],
    ],
    [
      ['create', ':pods'],
      ['create', ':serviceaccounts/token'],
      ['create', ':pods/exec'],
      ['create', 'apps:deployments'],
      ['create', 'batch:jobs'],
      ['create', `${RBAC}:roles`],
      ['escalate', `${RBAC}:clusterroles`],
      ['impersonate', ':groups'],
      ['delete', ':namespaces'],
    ],
  ],
  [
    DEPLOYER,
    [
      ['create', ':namespaces'],
      ['patch', ':namespaces'],
      ['create', `${RBAC}:rolebindings`],
      ['patch', 'karpenter.sh:nodepools'],
      ['delete', 'karpenter.k8s.aws:ec2nodeclasses'],
      ['create', 'scheduling.k8s.io:priorityclasses'],
    ],
    [
      ['delete', ':namespaces'],
      ['delete', `${RBAC}:rolebindings`],
      ['create', `${RBAC}:clusterrolebindings`],
      ['create', `${RBAC}:clusterroles`],
      ['get', ':secrets'],
      ['create', ':pods'],
      ['create', 'admissionregistration.k8s.io:validatingadmissionpolicies'],
      ['deletecollection', 'karpenter.sh:nodepools'],
      ['delete', ':nodes'],
      ['impersonate', ':users'],
    ],
  ],
] as [string, [string, string][], [string, string][]][])('%s', (role, allowed, refused) => {
  it.each(allowed)('may %s %s', (verb, what) => {
    expect(may(role, verb, what)).toBe(true);
  });

  it.each(refused)('may not %s %s', (verb, what) => {
    expect(may(role, verb, what)).toBe(false);
  });

  it('has no wildcard', () => {
    expect(JSON.stringify(CLUSTER_ROLES[role])).not.toContain('*');
  });
});

describe('binding', () => {
  it.each([NAMESPACE, DEPLOYER])('is for %s, and of the two roles of namespaces only', (role) => {
    const bind = (name: string): boolean => may(role, 'bind', `${RBAC}:clusterroles`, name);
    expect([OPERATOR, NAMESPACE].map(bind)).toEqual([true, true]);
    expect([DEPLOYER, 'cluster-admin', 'admin', 'edit', 'view'].map(bind)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    // A rule without names would be of all roles.
    expect(may(role, 'bind', `${RBAC}:clusterroles`)).toBe(false);
  });

  it('is not for operators', () => {
    expect(may(OPERATOR, 'bind', `${RBAC}:clusterroles`, OPERATOR)).toBe(false);
  });

  it('is done once for the whole cluster, for deployers of tiers and tenants', () => {
    expect(stack.only('kubernetes_cluster_role_binding_v1')).toMatchObject({
      role_ref: { kind: 'ClusterRole', name: DEPLOYER },
      subject: [
        { kind: 'Group', name: 'bulkhead:deployers:tier' },
        { kind: 'Group', name: 'bulkhead:deployers:tenant' },
      ],
    });
  });

  it('and roles come after the policies that limit them', () => {
    const policies = stack.only('helm_release').address;
    const rights = ['kubernetes_cluster_role_v1', 'kubernetes_cluster_role_binding_v1'].flatMap(
      (type): readonly Synthesized[] => stack.resources(type),
    );
    expect(rights.map(({ depends_on: waits }) => waits as unknown)).toEqual(rights.map(() => [policies]));
  });
});
