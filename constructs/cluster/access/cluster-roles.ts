import type { ClusterRoleV1Rule } from '@cdktf/provider-kubernetes/lib/cluster-role-v1';
import { MIGRATION_ROLE, RELEASE_ROLE } from '../../core/releases';
import { NAMESPACE_DEPLOYER_ROLE, OPERATOR_ROLE } from '../../core/workload-labels';

/** The part of a deployer's rights that no namespace holds. Bound to groups; what it may touch, admission policies say. */
export const DEPLOYER_ROLE = 'bulkhead-deployer';

/** Seeing which owners there are, for whoever releases services. Bound in the whole cluster. */
export const OWNERS_ROLE = 'bulkhead-release-owners';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch', 'delete'];

const rule = (apiGroup: string, resources: string[], verbs: string[]): ClusterRoleV1Rule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});

const RBAC = 'rbac.authorization.k8s.io';

/** Binding these roles and no other: Kubernetes lets nobody bind what he may neither do nor `bind`. */
const BIND: ClusterRoleV1Rule = {
  apiGroups: [RBAC],
  resources: ['clusterroles'],
  verbs: ['bind'],
  resourceNames: [OPERATOR_ROLE, NAMESPACE_DEPLOYER_ROLE, RELEASE_ROLE],
};

/**
 * What operators may do in a namespace that they are bound in: see what runs, end pods, restart and scale. Nothing that
 * would hand them a pod's identity or secrets: no `exec`, no tokens, no secrets, no change of what a pod runs (admission
 * policies refuse that part of `patch`), and no change of what fences the namespace.
 */
const OPERATOR: readonly ClusterRoleV1Rule[] = [
  rule(
    '',
    [
      ...['configmaps', 'endpoints', 'events', 'limitranges', 'persistentvolumeclaims'],
      ...['pods', 'resourcequotas', 'services'],
    ],
    READ,
  ),
  rule('', ['pods/log'], ['get']),
  rule('apps', ['deployments', 'replicasets', 'statefulsets'], READ),
  rule('argoproj.io', ['analysisruns', 'rollouts'], READ),
  rule('autoscaling', ['horizontalpodautoscalers'], READ),
  rule('batch', ['cronjobs', 'jobs'], READ),
  rule('events.k8s.io', ['events'], READ),
  rule('keda.sh', ['scaledobjects'], READ),
  rule('networking.k8s.io', ['networkpolicies'], READ),
  rule('policy', ['poddisruptionbudgets'], READ),
  rule('', ['pods'], ['delete']),
  rule('', ['pods/eviction'], ['create']),
  rule('apps', ['deployments'], ['patch']),
  rule('argoproj.io', ['rollouts'], ['patch']),
  rule('apps', ['deployments/scale'], ['get', 'patch', 'update']),
  rule('argoproj.io', ['rollouts/scale'], ['get', 'patch', 'update']),
];

/**
 * What deploying an owner's namespace takes inside of it. Nothing that runs: pods belong to those who release services, and how
 * releases are tried and judged is written here without saying what runs. What rollouts and analyses may say, an admission
 * policy decides.
 */
const NAMESPACE_DEPLOYER: readonly ClusterRoleV1Rule[] = [
  rule(
    '',
    [
      // Secrets are where Helm keeps the records of its releases.
      ...['configmaps', 'limitranges', 'resourcequotas', 'secrets'],
      ...['serviceaccounts', 'services'],
    ],
    [...READ, ...WRITE],
  ),
  rule('argoproj.io', ['analysistemplates', 'rollouts'], [...READ, ...WRITE]),
  rule('policy', ['poddisruptionbudgets'], [...READ, ...WRITE]),
  // What routes may say, an admission policy decides. Nothing else of these groups: policies are the gateways' own.
  rule('gateway.envoyproxy.io', ['httproutefilters'], [...READ, ...WRITE]),
  rule('gateway.networking.k8s.io', ['httproutes'], [...READ, ...WRITE]),
  rule('networking.k8s.io', ['networkpolicies'], [...READ, ...WRITE]),
  rule(RBAC, ['rolebindings'], [...READ, ...WRITE]),
  rule('vpcresources.k8s.aws', ['securitygrouppolicies'], [...READ, ...WRITE]),
  BIND,
];

/**
 * What deploying owners takes outside of their namespaces, and binding the deployer's own role in a namespace that it has
 * just made. Not deleting a namespace: that takes all of an owner with it, so only an administrator does.
 */
const DEPLOYER: readonly ClusterRoleV1Rule[] = [
  rule('', ['namespaces'], [...READ, 'create', 'update', 'patch']),
  rule('karpenter.k8s.aws', ['ec2nodeclasses'], [...READ, ...WRITE]),
  rule('karpenter.sh', ['nodepools'], [...READ, ...WRITE]),
  rule(RBAC, ['rolebindings'], ['get', 'list', 'create', 'update', 'patch']),
  rule('scheduling.k8s.io', ['priorityclasses'], [...READ, ...WRITE]),
  BIND,
];

/**
 * What releasing a service takes in an owner's namespace: saying what its pods are, and seeing what comes of it. Nothing that
 * says how it is judged, and no pod. Which templates and secrets, and with what in them, an admission policy decides. Secrets
 * are written and not read: a patch that changes nothing would show one, but the policy refuses that of all others.
 */
const RELEASE: readonly ClusterRoleV1Rule[] = [
  rule('', ['podtemplates'], [...READ, 'create', 'patch']),
  rule('', ['configmaps'], ['get']),
  rule('argoproj.io', ['analysisruns', 'rollouts'], READ),
  // To abort, which an admission policy says is all.
  rule('argoproj.io', ['rollouts/status'], ['patch']),
  rule('', ['pods'], READ),
  rule('', ['secrets'], ['create', 'patch']),
];

/** What changing schemas takes where its jobs run. Which jobs and config maps, an admission policy decides. */
const MIGRATION: readonly ClusterRoleV1Rule[] = [
  rule('', ['configmaps'], ['get', 'create', 'patch']),
  rule('batch', ['jobs'], [...READ, 'create']),
  rule('', ['pods'], ['get', 'list']),
];

const OWNERS: readonly ClusterRoleV1Rule[] = [rule('', ['namespaces'], ['get', 'list'])];

/** Rules of the cluster's own roles, by the role's name. */
export const CLUSTER_ROLES: Readonly<Record<string, readonly ClusterRoleV1Rule[]>> = {
  [OPERATOR_ROLE]: OPERATOR,
  [NAMESPACE_DEPLOYER_ROLE]: NAMESPACE_DEPLOYER,
  [DEPLOYER_ROLE]: DEPLOYER,
  [RELEASE_ROLE]: RELEASE,
  [MIGRATION_ROLE]: MIGRATION,
  [OWNERS_ROLE]: OWNERS,
};
