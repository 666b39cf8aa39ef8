import { at, type Json, listOf, textsOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Finding } from '../finding';
import { EVERYBODY, finder, type Rule } from './rule';

/** Verbs on resources of groups: `pods/log of apps`. The core group has no name. */
type Rights = Readonly<Record<string, string>>;

const READ = 'get list watch';
const ALL = `${READ} create update patch delete`;
const RBAC = 'rbac.authorization.k8s.io';

/**
 * The most that the cluster's own roles may allow. Written out here a second time: who widens a role must say so in a
 * guarantee too. None has `exec`, tokens, or a wildcard; secrets are where Helm keeps a deployer's records.
 */
const MOST: Readonly<Record<string, Rights>> = {
  'bulkhead-operator': {
    ...each(
      '',
      'configmaps endpoints events limitranges persistentvolumeclaims resourcequotas services',
      READ,
    ),
    ...each('', 'pods', `${READ} delete`),
    ...each('', 'pods/log', 'get'),
    ...each('', 'pods/eviction', 'create'),
    ...each('apps', 'replicasets statefulsets', READ),
    ...each('apps', 'deployments', `${READ} patch`),
    ...each('apps', 'deployments/scale', 'get patch update'),
    ...each('argoproj.io', 'analysisruns', READ),
    ...each('argoproj.io', 'rollouts', `${READ} patch`),
    ...each('argoproj.io', 'rollouts/scale', 'get patch update'),
    ...each('autoscaling', 'horizontalpodautoscalers', READ),
    ...each('batch', 'cronjobs jobs', READ),
    ...each('events.k8s.io', 'events', READ),
    ...each('keda.sh', 'scaledobjects', READ),
    ...each('networking.k8s.io', 'networkpolicies', READ),
    ...each('policy', 'poddisruptionbudgets', READ),
  },
  'bulkhead-namespace-deployer': {
    ...each('', 'configmaps limitranges resourcequotas secrets serviceaccounts services', ALL),
    ...each('argoproj.io', 'analysistemplates rollouts', ALL),
    ...each('gateway.envoyproxy.io', 'httproutefilters', ALL),
    ...each('gateway.networking.k8s.io', 'httproutes', ALL),
    ...each('networking.k8s.io', 'networkpolicies', ALL),
    ...each('policy', 'poddisruptionbudgets', ALL),
    ...each(RBAC, 'rolebindings', ALL),
    ...each('vpcresources.k8s.aws', 'securitygrouppolicies', ALL),
  },
  // No pod, no rollout and no analysis: what judges a release is not the release's. Secrets are written and not read. Of a rollout's
  // status the policy `bulkhead-releases` admits an abort alone.
  'bulkhead-release': {
    ...each('', 'podtemplates', `${READ} create patch`),
    ...each('', 'configmaps', 'get'),
    ...each('', 'pods', READ),
    ...each('', 'secrets', 'create patch'),
    ...each('argoproj.io', 'analysisruns rollouts', READ),
    ...each('argoproj.io', 'rollouts/status', 'patch'),
  },
  'bulkhead-release-owners': each('', 'namespaces', 'get list'),
  'bulkhead-migration': {
    ...each('', 'configmaps', 'get create patch'),
    ...each('', 'pods', 'get list'),
    ...each('batch', 'jobs', `${READ} create`),
  },
  'bulkhead-deployer': {
    ...each('', 'namespaces', `${READ} create update patch`),
    ...each('karpenter.k8s.aws', 'ec2nodeclasses', ALL),
    ...each('karpenter.sh', 'nodepools', ALL),
    ...each(RBAC, 'rolebindings', 'get list create update patch'),
    ...each('scheduling.k8s.io', 'priorityclasses', ALL),
  },
};

/** The roles that `bind` may be about. */
const BOUND = ['bulkhead-operator', 'bulkhead-namespace-deployer', 'bulkhead-release'];

function each(group: string, resources: string, verbs: string): Rights {
  return Object.fromEntries(resources.split(' ').map((resource) => [`${resource} of ${group}`, verbs]));
}

/** What the roles allow that operators and deployers are bound to; and roles that widen others by a label. */
export const clusterRoles: Rule = ({ stack }) => {
  const found = finder('rbac', stack);
  return (stack.kinds.get('ClusterRole') ?? []).flatMap((role): readonly Finding[] => {
    const most = MOST[role.name];
    const adds = Object.keys(role.labels).find((label) => label.startsWith(`${RBAC}/aggregate-to-`));
    return [
      ...(adds === undefined
        ? []
        : [
            found(
              role,
              EVERYBODY,
              `cluster role ${role.name} adds what it allows to another role (${adds})`,
              'Bind a role of its own where it is needed',
            ),
          ]),
      ...(most === undefined
        ? []
        : excess(role, most).map((right) =>
            found(
              role,
              EVERYBODY,
              `cluster role ${role.name} allows ${right}`,
              'Take it away, or add it to guarantees/isolation/references/cluster-roles.ts if it reaches nobody else',
            ),
          )),
    ];
  });
};

/** What a role allows beyond the most. */
function excess({ body }: KubernetesFact, most: Rights): readonly string[] {
  const beyond = listOf(body['rules']).flatMap((rule) =>
    isBinding(rule)
      ? []
      : textsOf(at(rule, 'apiGroups')).flatMap((group) =>
          textsOf(at(rule, 'resources')).flatMap((resource) => {
            const allowed = (most[`${resource} of ${group}`] ?? '').split(' ');
            return textsOf(at(rule, 'verbs'))
              .filter((verb) => !allowed.includes(verb))
              .map((verb) => `${verb} on ${resource} of ${group === '' ? 'the core group' : group}`);
          }),
        ),
  );
  const others = [
    ...(listOf(body['aggregationRule']).length > 0 ? ['what other roles do (aggregationRule)'] : []),
    ...listOf(body['rules']).flatMap((rule) => textsOf(at(rule, 'nonResourceUrls'))),
  ];
  return [...beyond, ...others];
}

/** Whether a rule lets bind the roles of namespaces, and no others. */
const isBinding = (rule: Json): boolean => {
  const names = textsOf(at(rule, 'resourceNames'));
  return (
    textsOf(at(rule, 'apiGroups')).join() === RBAC &&
    textsOf(at(rule, 'resources')).join() === 'clusterroles' &&
    textsOf(at(rule, 'verbs')).join() === 'bind' &&
    names.length > 0 &&
    names.every((name) => BOUND.includes(name))
  );
};
