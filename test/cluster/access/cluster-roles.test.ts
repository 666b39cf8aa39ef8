import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { CLUSTER_ROLES } from '../../../constructs/cluster/access/cluster-roles';
import { WorkloadAccess } from '../../../constructs/cluster/access/workload-access';
import { synth, type Synthesized } from '../../support/synth';

const stack = synth((scope) => {
  new KubernetesProvider(scope, 'kubernetes', {});
  new HelmProvider(scope, 'helm', {});
  new WorkloadAccess(scope, 'Access', {
    zoneName: 'use1a.bulkhead.example',
    imagePrefix: '111111111111.dkr.ecr.us-east-1.amazonaws.com/bulkhead/prod/',
    schemaImages: ['pgroll:1'],
  });
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
const [OPERATOR, NAMESPACE, DEPLOYER, RELEASE, MIGRATION, OWNERS] = [
  'bulkhead-operator',
  'bulkhead-namespace-deployer',
  'bulkhead-deployer',
  'bulkhead-release',
  'bulkhead-migration',
  'bulkhead-release-owners',
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
  [
    RELEASE,
    [
      ['get', ':podtemplates'],
      ['create', ':podtemplates'],
      ['patch', ':podtemplates'],
      ['get', ':configmaps'],
      ['watch', 'argoproj.io:rollouts'],
      ['list', 'argoproj.io:analysisruns'],
      ['list', ':pods'],
      ['create', ':secrets'],
      ['patch', ':secrets'],
      ['patch', 'argoproj.io:rollouts/status'],
    ],
    [
      ['delete', ':podtemplates'],
      ['deletecollection', ':podtemplates'],
      ['list', ':configmaps'],
      ['patch', ':configmaps'],
      ['patch', 'argoproj.io:rollouts'],
      ['update', 'argoproj.io:rollouts/status'],
      ['patch', 'argoproj.io:analysisruns'],
      ['create', 'argoproj.io:analysistemplates'],
      ['get', ':secrets'],
      ['list', ':secrets'],
      ['watch', ':secrets'],
      ['update', ':secrets'],
      ['delete', ':secrets'],
      ['create', ':pods'],
      ['delete', ':pods'],
      ['create', ':pods/exec'],
      ['get', ':pods/log'],
      ['create', ':serviceaccounts/token'],
      ['create', `${RBAC}:rolebindings`],
      ['create', 'batch:jobs'],
      ['list', ':namespaces'],
    ],
  ],
  [
    MIGRATION,
    [
      ['get', ':configmaps'],
      ['create', ':configmaps'],
      ['patch', ':configmaps'],
      ['create', 'batch:jobs'],
      ['watch', 'batch:jobs'],
      ['list', ':pods'],
    ],
    [
      ['delete', 'batch:jobs'],
      ['delete', ':configmaps'],
      ['list', ':configmaps'],
      ['patch', 'batch:jobs'],
      ['get', ':secrets'],
      ['create', ':pods'],
      ['create', ':pods/exec'],
      ['create', ':serviceaccounts'],
      ['create', ':serviceaccounts/token'],
    ],
  ],
  [
    OWNERS,
    [['list', ':namespaces']],
    [
      ['patch', ':namespaces'],
      ['list', ':podtemplates'],
      ['list', 'argoproj.io:rollouts'],
      ['list', ':secrets'],
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
  it.each([NAMESPACE, DEPLOYER])('is for %s, and of the three roles of namespaces only', (role) => {
    const bind = (name: string): boolean => may(role, 'bind', `${RBAC}:clusterroles`, name);
    expect([OPERATOR, NAMESPACE, RELEASE].map(bind)).toEqual([true, true, true]);
    const others = [DEPLOYER, MIGRATION, OWNERS, 'cluster-admin', 'admin', 'edit', 'view'];
    expect(others.map(bind)).toEqual(others.map(() => false));
    // A rule without names would be of all roles.
    expect(may(role, 'bind', `${RBAC}:clusterroles`)).toBe(false);
  });

  it.each([OPERATOR, RELEASE, MIGRATION])('is not for %s', (role) => {
    expect(may(role, 'bind', `${RBAC}:clusterroles`, role)).toBe(false);
  });

  it('is done once for the whole cluster, for deployers of tiers and tenants', () => {
    expect(stack.only('kubernetes_cluster_role_binding_v1', 'Deployers')).toMatchObject({
      role_ref: { kind: 'ClusterRole', name: DEPLOYER },
      subject: [
        { kind: 'Group', name: 'bulkhead:deployers:tier' },
        { kind: 'Group', name: 'bulkhead:deployers:tenant' },
      ],
    });
  });

  it('is done once for the whole cluster, for releases, who see which owners there are', () => {
    expect(stack.only('kubernetes_cluster_role_binding_v1', 'Owners')).toMatchObject({
      role_ref: { kind: 'ClusterRole', name: OWNERS },
      subject: [{ kind: 'Group', name: 'bulkhead:releases' }],
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
