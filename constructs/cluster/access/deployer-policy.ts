import { MIGRATION_NAMESPACE, TENANCY_PREFIX } from '../../core/migrations';
import { schemaName } from '../../core/releases';
import { deployersGroup, NODE_POOL_KEY, WORKLOAD_LABELS } from '../../core/workload-labels';
import { admissionPolicy, inGroup } from './admission-policy';

/** How the groups of deployers begin; what follows is `tier` or `tenant`, with which all that they own begins. */
const GROUP = deployersGroup('tier').replace(/tier$/, '');

/** Jobs that apply the platform's SQL to tenants' databases run beside those of shards, which hold other passwords. */
const TENANCY = `${TENANCY_PREFIX}tenant-`;

/** What jobs of schema changes are told of a tenant's database, and whom they run as. Releases start them, and no deployer. */
const SCHEMA = schemaName('tenant-');

const is = (group: string, resource: string): string =>
  `request.resource.group == '${group}' && request.resource.resource == '${resource}' && object != null`;

/**
 * Keeps deployers to what is theirs. Their roles reach every namespace, for RBAC knows neither patterns of names nor
 * namespaces that do not exist yet; this policy is what tells tiers from tenants, and both from the rest of the cluster.
 */
export const deployerPolicy = admissionPolicy({
  name: 'bulkhead-deployers',
  match: {
    resourceRules: [
      // Subresources too: whatever a later role may allow by mistake.
      { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] },
    ],
    // Asking who one is and what one may do is a request to create something, and changes nothing.
    excludeResourceRules: ['authentication.k8s.io', 'authorization.k8s.io'].map((group) => ({
      apiGroups: [group],
      apiVersions: ['*'],
      operations: ['*'],
      resources: ['*'],
    })),
  },
  whom: inGroup(GROUP),
  variables: {
    kinds: `['tier', 'tenant'].filter(k, ('${GROUP}' + k) in request.userInfo.groups)`,
    // Objects know their names even where a request has none, as when many are deleted at once.
    name: "oldObject != null ? oldObject.metadata.name : has(object.metadata) && has(object.metadata.name) ? object.metadata.name : ''",
    namespaceName: "has(request.namespace) ? request.namespace : ''",
    // A namespace is a thing by its own name.
    place: `variables.namespaceName == '' || request.resource.group == '' && request.resource.resource == 'namespaces' ? variables.name : variables.namespaceName`,
    migration: [
      `variables.namespaceName == '${MIGRATION_NAMESPACE}' && 'tenant' in variables.kinds`,
      '!has(request.subResource)',
      `(variables.name.startsWith('${TENANCY}') && request.resource.resource in ['configmaps', 'jobs', 'serviceaccounts'] || variables.name.startsWith('${SCHEMA}') && request.resource.resource in ['configmaps', 'serviceaccounts'])`,
    ].join(' && '),
    pool: `object == null ? '' : object.?metadata.?labels[?'${WORKLOAD_LABELS.nodePool}'].orValue('')`,
  },
  validations: [
    {
      expression: "variables.migration || variables.kinds.exists(k, variables.place.startsWith(k + '-'))",
      message:
        'Deployers of tiers may touch only what is named or in a namespace tier-*, of tenants tenant-*.',
      messageExpression:
        "'Deployers of ' + variables.kinds[0] + ' stacks may touch only what is named or in a namespace ' + variables.kinds[0] + '-*, got ' + request.resource.resource + ' ' + variables.place + '.'",
    },
    {
      // Or the job would have another database's password.
      expression: `!(variables.migration && ${is('batch', 'jobs')}) || object.spec.template.spec.?serviceAccountName.orValue('').startsWith('${TENANCY}')`,
      message: `Jobs of tenants in ${MIGRATION_NAMESPACE} must run as a service account ${TENANCY}*.`,
    },
    {
      expression: `!(${is('', 'namespaces')}) || object.?metadata.?labels[?'pod-security.kubernetes.io/enforce'].orValue('') == 'restricted'`,
      message:
        'Namespaces of tiers and tenants must have the label pod-security.kubernetes.io/enforce: restricted.',
    },
    {
      // Nobody's pods on nodes of controllers, nor a tier's on a tenant's.
      expression: `!(${is('', 'namespaces')}) || variables.pool == variables.name || 'tenant' in variables.kinds && variables.pool.startsWith('tier-')`,
      message: `The label ${WORKLOAD_LABELS.nodePool} of a namespace must be its own name, or for a tenant tier-*.`,
    },
    {
      // Without these, nodes of this pool would take pods of another, or one pool's nodes be of another's class.
      expression: [
        `!(${is('karpenter.sh', 'nodepools')}) || object.spec.template.?metadata.?labels[?'${NODE_POOL_KEY}'].orValue('') == variables.name`,
        `object.spec.template.spec.?taints.orValue([]).exists(t, t.key == '${NODE_POOL_KEY}' && t.?value.orValue('') == variables.name && t.effect == 'NoSchedule')`,
        'object.spec.template.spec.nodeClassRef.name == variables.name',
      ].join(' && '),
      message: `Nodes of a pool must have the pool's name as label and taint ${NODE_POOL_KEY}, effect NoSchedule, and a node class of that name.`,
    },
    {
      expression: `!(${is('scheduling.k8s.io', 'priorityclasses')}) || !object.?globalDefault.orValue(false)`,
      message: 'A priority class of a tier or tenant must not be the default of the cluster.',
    },
  ],
});
