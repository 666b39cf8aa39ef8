import { workloadPolicy } from '../../../constructs/cluster/access/workload-policy';
import { type AdmissionRequest, refusals } from '../../support/admission';

const [policy] = workloadPolicy;

const LABELS = { 'bulkhead/node-pool': 'tier-starter', 'bulkhead/priority-class': 'tier-starter' };
const SPEC = { nodeSelector: { 'node-pool': 'tier-starter' } };
const OWN = { key: 'node-pool', operator: 'Equal', value: 'tier-starter', effect: 'NoSchedule' };
const NOT_READY = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' };

const pod = (spec: object, request: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  operation: 'CREATE',
  group: '',
  resource: 'pods',
  namespace: 'tier-starter',
  groups: ['system:serviceaccounts', 'system:authenticated'],
  object: { metadata: { name: 'api-1' }, spec },
  labels: LABELS,
  ...request,
});

const POOL = 'Pods of namespace tier-starter must have the nodeSelector node-pool: tier-starter.';
const TAINT =
  'Pods of namespace tier-starter must tolerate no taint node-pool but tier-starter, and name the key of every toleration.';
const PRIORITY = 'Pods of namespace tier-starter must have the priority class tier-starter, or none.';
const NODE = 'Pods must not name their node.';

/** What a pod is, the request, and what it is told. */
const TABLE: readonly (readonly [string, AdmissionRequest, readonly string[]])[] = [
  ['that asks for its pool', pod(SPEC), []],
  [
    'that tolerates its pool and what the cluster adds',
    pod({ ...SPEC, tolerations: [OWN, NOT_READY], priorityClassName: 'tier-starter' }),
    [],
  ],
  [
    'that tolerates its pool in short',
    pod({ ...SPEC, tolerations: [{ key: 'node-pool', value: 'tier-starter' }] }),
    [],
  ],
  ['that asks for no pool', pod({}), [POOL]],
  ['that asks for another pool', pod({ nodeSelector: { 'node-pool': 'tenant-acme' } }), [POOL]],
  [
    'that asks for a pool whose name begins like its own',
    pod({ nodeSelector: { 'node-pool': 'tier-starter-2' } }),
    [POOL],
  ],
  ['that tolerates everything', pod({ ...SPEC, tolerations: [{ operator: 'Exists' }] }), [TAINT]],
  [
    'that tolerates everything, with an empty key',
    pod({ ...SPEC, tolerations: [{ key: '', operator: 'Exists' }] }),
    [TAINT],
  ],
  [
    'that tolerates every pool',
    pod({ ...SPEC, tolerations: [OWN, { key: 'node-pool', operator: 'Exists' }] }),
    [TAINT],
  ],
  ['that tolerates another pool', pod({ ...SPEC, tolerations: [{ ...OWN, value: 'tenant-acme' }] }), [TAINT]],
  ['that tolerates the pool without a name', pod({ ...SPEC, tolerations: [{ key: 'node-pool' }] }), [TAINT]],
  ['of another priority', pod({ ...SPEC, priorityClassName: 'tier-enterprise' }), [PRIORITY]],
  ['of the highest priority', pod({ ...SPEC, priorityClassName: 'system-node-critical' }), [PRIORITY]],
  ['that names its node', pod({ ...SPEC, nodeName: 'ip-10-0-0-1' }), [NODE]],
  ['that runs', pod({ ...SPEC, nodeName: 'ip-10-0-0-1' }, { operation: 'UPDATE' }), []],
  [
    'that runs, and is given a toleration of another pool',
    pod({ ...SPEC, tolerations: [{ ...OWN, value: 'tenant-acme' }] }, { operation: 'UPDATE' }),
    [TAINT],
  ],
  ['of an administrator', pod({}, { groups: ['system:masters'] }), [POOL]],
  ['of a user without groups', pod({}, { groups: [] }), [POOL]],
  [
    'in a namespace with an empty label',
    pod({ nodeSelector: { 'node-pool': '' } }, { labels: { ...LABELS, 'bulkhead/node-pool': '' } }),
    ['Pods of namespace tier-starter must have the nodeSelector node-pool: .'],
  ],
  [
    'in a namespace without a priority class',
    pod({ ...SPEC, priorityClassName: 'tier-starter' }, { labels: { 'bulkhead/node-pool': 'tier-starter' } }),
    ['Pods of namespace tier-starter must have the priority class , or none.'],
  ],
  [
    'of the cluster, elsewhere',
    pod({ tolerations: [{ operator: 'Exists' }] }, { namespace: 'kube-system', labels: {} }),
    [],
  ],
  ['that goes', { ...pod(SPEC), operation: 'DELETE' }, []],
];

describe('the policy for pods of tiers and tenants', () => {
  const said = refusals(
    policy,
    TABLE.map(([, request]) => request),
  );

  it.each(TABLE.map(([what, , expected], index) => [what, said[index], expected] as const))(
    'has this for a pod %s: %j',
    (_, actual, expected) => {
      expect(actual).toEqual(expected);
    },
  );

  it('refuses what it cannot decide, tells the audit log, and exempts nobody', () => {
    expect(policy.spec).toMatchObject({ failurePolicy: 'Fail' });
    expect(policy.spec?.matchConditions).toBeUndefined();
    expect(workloadPolicy[1].spec).toEqual({
      policyName: policy.metadata.name,
      validationActions: ['Deny', 'Audit'],
    });
  });
});
