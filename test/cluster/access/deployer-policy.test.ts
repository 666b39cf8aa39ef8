import { deployerPolicy } from '../../../constructs/cluster/access/deployer-policy';
import { type AdmissionRequest, refusals } from '../../support/admission';

const [policy] = deployerPolicy;

type Kind = 'tier' | 'tenant';
const of = (kind: Kind): readonly string[] => [`bulkhead:deployers:${kind}`, 'system:authenticated'];

const inside = (
  kind: Kind,
  namespace: string,
  resource: string,
  object: object = {},
  more: Partial<AdmissionRequest> = {},
): AdmissionRequest => {
  const [group = '', ...rest] = resource.includes(':') ? resource.split(':') : ['', resource];
  return {
    operation: 'CREATE',
    group,
    resource: rest.join(':'),
    namespace,
    groups: of(kind),
    object: { metadata: { name: 'thing', namespace }, ...object },
    ...more,
  };
};

const above = (
  kind: Kind,
  resource: string,
  name: string,
  object: object = {},
  more: Partial<AdmissionRequest> = {},
): AdmissionRequest => {
  const [group = '', plain = ''] = resource.includes(':') ? resource.split(':') : ['', resource];
  return {
    operation: 'CREATE',
    group,
    resource: plain,
    groups: of(kind),
    object: { metadata: { name }, ...object },
    ...more,
  };
};

/** A namespace as its request shows it: its own name is also the request's namespace. */
const namespace = (
  kind: Kind,
  name: string,
  labels: Record<string, string> = {},
  more: Partial<AdmissionRequest> = {},
): AdmissionRequest => ({
  ...above(kind, 'namespaces', name),
  namespace: name,
  object: {
    metadata: {
      name,
      labels: { 'pod-security.kubernetes.io/enforce': 'restricted', 'bulkhead/node-pool': name, ...labels },
    },
  },
  ...more,
});

const pool = (
  name: string,
  { label = name, taint = name, nodeClass = name, effect = 'NoSchedule' } = {},
): object => ({
  spec: {
    template: {
      metadata: { labels: { 'node-pool': label } },
      spec: {
        nodeClassRef: { name: nodeClass },
        taints: [{ key: 'node-pool', value: taint, effect }],
      },
    },
  },
});

const job = (name: string, serviceAccountName?: string): object => ({
  metadata: { name, namespace: 'data-migrations' },
  spec: { template: { spec: { ...(serviceAccountName !== undefined && { serviceAccountName }) } } },
});

const own = (kind: Kind, what: string): string =>
  `Deployers of ${kind} stacks may touch only what is named or in a namespace ${kind}-*, got ${what}.`;
const RESTRICTED =
  'Namespaces of tiers and tenants must have the label pod-security.kubernetes.io/enforce: restricted.';
const POOL = 'The label bulkhead/node-pool of a namespace must be its own name, or for a tenant tier-*.';
const NODES =
  "Nodes of a pool must have the pool's name as label and taint node-pool, effect NoSchedule, and a node class of that name.";
const JOB = 'Jobs of tenants in data-migrations must run as a service account tenancy-tenant-*.';

const TENANCY = 'tenancy-tenant-acme';
const SCHEMA = 'schema-tenant-acme';
const MIGRATIONS = 'data-migrations';

const TABLE: readonly (readonly [string, AdmissionRequest, readonly string[]])[] = [
  // Namespaces.
  ['makes its namespace', namespace('tenant', 'tenant-acme'), []],
  [
    'makes its namespace on nodes of a tier',
    namespace('tenant', 'tenant-acme', { 'bulkhead/node-pool': 'tier-enterprise' }),
    [],
  ],
  ['makes a tier', namespace('tier', 'tier-starter'), []],
  [
    "makes a tenant's namespace as a deployer of tiers",
    namespace('tier', 'tenant-acme'),
    [own('tier', 'namespaces tenant-acme')],
  ],
  [
    "makes a tier's namespace as a deployer of tenants",
    namespace('tenant', 'tier-starter'),
    [own('tenant', 'namespaces tier-starter')],
  ],
  [
    'changes kube-system',
    namespace('tenant', 'kube-system', { 'bulkhead/node-pool': 'tier-x' }, { operation: 'UPDATE' }),
    [own('tenant', 'namespaces kube-system')],
  ],
  [
    'makes a namespace whose name only begins alike',
    namespace('tenant', 'tenants', { 'bulkhead/node-pool': 'tier-x' }),
    [own('tenant', 'namespaces tenants')],
  ],
  [
    'lowers pod security',
    namespace(
      'tenant',
      'tenant-acme',
      { 'pod-security.kubernetes.io/enforce': 'privileged' },
      { operation: 'UPDATE' },
    ),
    [RESTRICTED],
  ],
  [
    'leaves out all labels',
    namespace('tenant', 'tenant-acme', {}, { object: { metadata: { name: 'tenant-acme' } } }),
    [RESTRICTED, POOL],
  ],
  [
    "moves a tenant to another's nodes",
    namespace('tenant', 'tenant-acme', { 'bulkhead/node-pool': 'tenant-acme-eu' }),
    [POOL],
  ],
  [
    'moves a tenant to the nodes of controllers',
    namespace('tenant', 'tenant-acme', { 'bulkhead/node-pool': 'system' }),
    [POOL],
  ],
  [
    "moves a tier to another's nodes",
    namespace('tier', 'tier-starter', { 'bulkhead/node-pool': 'tier-professional' }),
    [POOL],
  ],
  [
    'deletes a namespace of another kind',
    namespace('tier', 'tenant-acme', {}, {
      operation: 'DELETE',
      object: undefined,
      oldObject: { metadata: { name: 'tenant-acme' } },
    } as never),
    [own('tier', 'namespaces tenant-acme')],
  ],

  // In namespaces.
  ['writes in a namespace of its own kind', inside('tenant', 'tenant-acme', 'secrets'), []],
  [
    'binds in a namespace of its own kind',
    inside('tier', 'tier-starter', 'rbac.authorization.k8s.io:rolebindings'),
    [],
  ],
  [
    'binds in kube-system',
    inside('tier', 'kube-system', 'rbac.authorization.k8s.io:rolebindings'),
    [own('tier', 'rolebindings kube-system')],
  ],
  [
    "binds in a tenant's namespace as a deployer of tiers",
    inside('tier', 'tenant-acme', 'rbac.authorization.k8s.io:rolebindings'),
    [own('tier', 'rolebindings tenant-acme')],
  ],
  [
    'names a thing elsewhere like its own',
    inside('tenant', 'kube-system', 'secrets', { metadata: { name: 'tenant-acme' } }),
    [own('tenant', 'secrets kube-system')],
  ],
  [
    'deletes elsewhere',
    inside(
      'tenant',
      'kube-system',
      'secrets',
      {},
      { operation: 'DELETE', object: null, oldObject: { metadata: { name: 's' } } },
    ),
    [own('tenant', 'secrets kube-system')],
  ],
  [
    'takes a token elsewhere',
    inside('tenant', 'kube-system', 'serviceaccounts/token'),
    [own('tenant', 'serviceaccounts kube-system')],
  ],
  [
    'enters a pod elsewhere',
    inside('tenant', 'keda', 'pods/exec', {}, { operation: 'CONNECT', object: { kind: 'PodExecOptions' } }),
    [own('tenant', 'pods keda')],
  ],

  // Of the cluster.
  ['makes a pool', above('tier', 'karpenter.sh:nodepools', 'tier-starter', pool('tier-starter')), []],
  [
    'makes a pool of a tenant',
    above('tenant', 'karpenter.sh:nodepools', 'tenant-acme', pool('tenant-acme')),
    [],
  ],
  [
    'changes the general pool',
    above('tier', 'karpenter.sh:nodepools', 'general', pool('general'), {
      operation: 'UPDATE',
      oldObject: { metadata: { name: 'general' } },
    }),
    [own('tier', 'nodepools general')],
  ],
  [
    "gives a pool's nodes another pool's label",
    above('tenant', 'karpenter.sh:nodepools', 'tenant-acme', pool('tenant-acme', { label: 'tier-starter' })),
    [NODES],
  ],
  [
    "gives a pool's nodes another pool's taint",
    above('tenant', 'karpenter.sh:nodepools', 'tenant-acme', pool('tenant-acme', { taint: 'tier-starter' })),
    [NODES],
  ],
  [
    'gives a taint that is only a wish',
    above(
      'tenant',
      'karpenter.sh:nodepools',
      'tenant-acme',
      pool('tenant-acme', { effect: 'PreferNoSchedule' }),
    ),
    [NODES],
  ],
  [
    "takes another pool's node class",
    above('tenant', 'karpenter.sh:nodepools', 'tenant-acme', pool('tenant-acme', { nodeClass: 'default' })),
    [NODES],
  ],
  [
    'makes a pool without taints',
    above('tenant', 'karpenter.sh:nodepools', 'tenant-acme', {
      spec: {
        template: {
          metadata: { labels: { 'node-pool': 'tenant-acme' } },
          spec: { nodeClassRef: { name: 'tenant-acme' } },
        },
      },
    }),
    [NODES],
  ],
  ['makes a node class', above('tenant', 'karpenter.k8s.aws:ec2nodeclasses', 'tenant-acme'), []],
  [
    'makes a priority class',
    above('tier', 'scheduling.k8s.io:priorityclasses', 'tier-starter', { value: 1000, globalDefault: false }),
    [],
  ],
  [
    'makes a priority class for everybody',
    above('tier', 'scheduling.k8s.io:priorityclasses', 'tier-starter', { globalDefault: true }),
    ['A priority class of a tier or tenant must not be the default of the cluster.'],
  ],
  [
    'makes a cluster role',
    above('tier', 'rbac.authorization.k8s.io:clusterroles', 'admin'),
    [own('tier', 'clusterroles admin')],
  ],
  [
    'makes a thing without a name yet',
    above('tier', 'rbac.authorization.k8s.io:clusterrolebindings', '', {
      metadata: { generateName: 'tier-' },
    }),
    [own('tier', 'clusterrolebindings ')],
  ],
  ['asks what it may do', above('tier', 'authorization.k8s.io:selfsubjectaccessreviews', ''), []],

  // Jobs of databases.
  [
    'says what changes the schema of a tenant’s database',
    inside('tenant', MIGRATIONS, 'configmaps', { metadata: { name: SCHEMA } }),
    [],
  ],
  [
    'makes the account that changes it',
    inside('tenant', MIGRATIONS, 'serviceaccounts', { metadata: { name: SCHEMA } }),
    [],
  ],
  [
    'changes it itself',
    inside('tenant', MIGRATIONS, 'batch:jobs', job(`${SCHEMA}-0123`, SCHEMA)),
    [own('tenant', 'jobs data-migrations')],
  ],
  [
    'changes it as a job of the platform’s SQL',
    inside('tenant', MIGRATIONS, 'batch:jobs', job(`${TENANCY}-0123`, SCHEMA)),
    [JOB],
  ],
  [
    'says what changes the schema of a shard',
    inside('tenant', MIGRATIONS, 'configmaps', { metadata: { name: 'schema-shard-1' } }),
    [own('tenant', 'configmaps data-migrations')],
  ],
  [
    'says how far a database is',
    inside('tenant', MIGRATIONS, 'configmaps', { metadata: { name: 'schema-state-tenant-acme' } }),
    [own('tenant', 'configmaps data-migrations')],
  ],
  ["makes a tenant's job", inside('tenant', MIGRATIONS, 'batch:jobs', job(`${TENANCY}-0123`, TENANCY)), []],
  [
    "makes that job's service account",
    inside('tenant', MIGRATIONS, 'serviceaccounts', { metadata: { name: TENANCY } }),
    [],
  ],
  [
    "deletes that job's SQL",
    inside(
      'tenant',
      MIGRATIONS,
      'configmaps',
      {},
      { operation: 'DELETE', object: null, oldObject: { metadata: { name: `${TENANCY}-0123` } } },
    ),
    [],
  ],
  [
    'runs a job as that of a shard',
    inside('tenant', MIGRATIONS, 'batch:jobs', job(`${TENANCY}-0123`, 'tenancy-shard-1')),
    [JOB],
  ],
  [
    'runs a job as nobody in particular',
    inside('tenant', MIGRATIONS, 'batch:jobs', job(`${TENANCY}-0123`)),
    [JOB],
  ],
  [
    "changes a shard's job",
    inside('tenant', MIGRATIONS, 'batch:jobs', job('tenancy-shard-1-0123', TENANCY)),
    [own('tenant', 'jobs data-migrations')],
  ],
  [
    'starts a pod there',
    inside('tenant', MIGRATIONS, 'pods', { metadata: { name: TENANCY } }),
    [own('tenant', 'pods data-migrations')],
  ],
  [
    "takes a token of that job's service account",
    inside('tenant', MIGRATIONS, 'serviceaccounts/token', { metadata: { name: TENANCY } }),
    [own('tenant', 'serviceaccounts data-migrations')],
  ],
  [
    'makes a job there as a deployer of tiers',
    inside('tier', MIGRATIONS, 'batch:jobs', job(`${TENANCY}-0123`, TENANCY)),
    [own('tier', 'jobs data-migrations')],
  ],
];

describe('the policy for deployers of tiers and tenants', () => {
  const said = refusals(
    policy,
    TABLE.map(([, request]) => request),
  );

  it.each(TABLE.map(([what, , expected], index) => [what, said[index], expected] as const))(
    'tells one who %s: %j',
    (_, actual, expected) => {
      expect(actual).toEqual(expected);
    },
  );

  it('leaves everybody else alone, even users without groups', () => {
    const request = inside('tenant', 'kube-system', 'secrets');
    const others = [['system:masters'], ['bulkhead:operators:starter'], []];
    expect(
      refusals(
        policy,
        others.map((groups) => ({ ...request, groups })),
      ),
    ).toEqual([[], [], []]);
  });

  it('refuses a deployer of something that it does not know', () => {
    const request = { ...inside('tenant', 'tenant-acme', 'secrets'), groups: ['bulkhead:deployers:other'] };
    expect(refusals(policy, [request])).not.toEqual([[]]);
  });
});
