import { operatorPolicy } from '../../../constructs/cluster/access/operator-policy';
import { type AdmissionRequest, refusals } from '../../support/admission';

const [policy] = operatorPolicy;

const CONTAINER = { name: 'api', image: 'api:1', resources: { limits: { memory: '512Mi' } } };
const deployment = (spec: object = {}, template: object = {}): object => ({
  metadata: { name: 'api' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'api' } },
    strategy: { type: 'RollingUpdate' },
    template: {
      metadata: { labels: { app: 'api' }, annotations: { note: 'kept' } },
      spec: { serviceAccountName: 'api', containers: [CONTAINER] },
      ...template,
    },
    ...spec,
  },
});
const template = (metadata: object): object => ({ metadata: { labels: { app: 'api' }, ...metadata } });
const pods = (spec: object): object => ({
  spec: { serviceAccountName: 'api', containers: [CONTAINER], ...spec },
});

const change = (object: object, request: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  operation: 'UPDATE',
  group: 'apps',
  resource: 'deployments',
  namespace: 'tier-starter',
  groups: ['bulkhead:operators:starter', 'system:authenticated'],
  oldObject: deployment(),
  object,
  ...request,
});

const SPEC = 'Operators may change replicas, pause and restart, and nothing else of a spec.';
const TEMPLATE =
  'Operators may change nothing of a pod template but the annotation kubectl.kubernetes.io/restartedAt, by which pods restart.';
const RESTART = { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' };

const rollout = (spec: object): object => ({ metadata: { name: 'api' }, spec });
const ofRollout = (before: object, after: object): AdmissionRequest =>
  change(rollout(after), { group: 'argoproj.io', resource: 'rollouts', oldObject: rollout(before) });
const CANARY = { strategy: { canary: { steps: [{ setWeight: 10 }] } }, workloadRef: { name: 'api' } };

const TABLE: readonly (readonly [string, AdmissionRequest, readonly string[]])[] = [
  ['change nothing', change(deployment()), []],
  ['scale', change(deployment({ replicas: 5 })), []],
  ['pause', change(deployment({ paused: true })), []],
  ['restart', change(deployment({}, template({ annotations: { note: 'kept', ...RESTART } }))), []],
  [
    'restart again',
    change(deployment({}, template({ annotations: { note: 'kept', ...RESTART } })), {
      oldObject: deployment(
        {},
        template({ annotations: { note: 'kept', 'kubectl.kubernetes.io/restartedAt': 'x' } }),
      ),
    }),
    [],
  ],
  [
    'restart what has no annotations',
    change(deployment({}, template({ annotations: RESTART })), { oldObject: deployment({}, template({})) }),
    [],
  ],
  [
    'change the image',
    change(deployment({}, pods({ containers: [{ ...CONTAINER, image: 'other' }] }))),
    [TEMPLATE],
  ],
  [
    'change the command',
    change(deployment({}, pods({ containers: [{ ...CONTAINER, command: ['sh'] }] }))),
    [TEMPLATE],
  ],
  ['add a container', change(deployment({}, pods({ containers: [CONTAINER, CONTAINER] }))), [TEMPLATE]],
  [
    'add a volume',
    change(deployment({}, pods({ volumes: [{ name: 's', secret: { secretName: 's' } }] }))),
    [TEMPLATE],
  ],
  ['change the identity', change(deployment({}, pods({ serviceAccountName: 'default' }))), [TEMPLATE]],
  [
    'change a label of pods',
    change(
      deployment(
        {},
        { ...template({}), metadata: { labels: { app: 'other' }, annotations: { note: 'kept' } } },
      ),
    ),
    [TEMPLATE],
  ],
  [
    'add an annotation to pods',
    change(deployment({}, template({ annotations: { note: 'kept', other: 'x' } }))),
    [TEMPLATE],
  ],
  ['take an annotation from pods', change(deployment({}, template({}))), [TEMPLATE]],
  ['change the strategy', change(deployment({ strategy: { type: 'Recreate' } })), [SPEC]],
  ['add a field', change(deployment({ minReadySeconds: 5 })), [SPEC]],
  [
    'take a field away',
    change({
      ...deployment(),
      spec: { replicas: 2, template: (deployment() as { spec: { template: object } }).spec.template },
    }),
    [SPEC],
  ],
  ['restart a rollout', ofRollout(CANARY, { ...CANARY, restartAt: 'now' }), []],
  ['skip steps of a rollout', ofRollout(CANARY, { ...CANARY, strategy: { canary: { steps: [] } } }), [SPEC]],
  ['point a rollout elsewhere', ofRollout(CANARY, { ...CANARY, workloadRef: { name: 'other' } }), [SPEC]],
];

describe('operators', () => {
  const said = refusals(
    policy,
    TABLE.map(([, request]) => request),
  );

  it.each(TABLE.map(([what, , expected], index) => [what, said[index], expected] as const))(
    'who %s are told: %j',
    (_, actual, expected) => {
      expect(actual).toEqual(expected);
    },
  );

  it('are looked at alone: whoever deploys services changes what he likes', () => {
    const changed = deployment({}, pods({ containers: [] }));
    expect(
      refusals(policy, [change(changed, { groups: ['system:masters'] }), change(changed, { groups: [] })]),
    ).toEqual([[], []]);
  });
});
