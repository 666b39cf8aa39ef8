import { releasePolicy } from '../../../constructs/cluster/access/release-policy';
import { fillTemplate } from '../../../services/release/pod-template';
import { one, release } from '../../delivery/service-release-fixture';
import { type AdmissionRequest, refusals } from '../../support/admission';
import type { SentObject } from '../../support/kubernetes-objects';

const PREFIX = '111111111111.dkr.ecr.us-east-1.amazonaws.com/bulkhead/prod/';
const DIGEST = `@sha256:${'0'.repeat(64)}`;
const [policy, binding] = releasePolicy(PREFIX);

/** A pod template's own template, which these tests write into. */
interface Pods {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  spec: Record<string, unknown> & { containers: object[] };
}

const objects = release();
const groupsOf = (...services: readonly string[]): readonly string[] => [
  'system:authenticated',
  'bulkhead:releases',
  ...services.map((service) => `bulkhead:releases:${service}`),
];

/** The pod template that the release program writes of the platform's own. */
const written = (slice: 'internal' | 'canary' | 'main' = 'main'): SentObject => {
  const name = slice === 'main' ? 'api' : `api-${slice}`;
  return {
    apiVersion: 'v1',
    kind: 'PodTemplate',
    metadata: { name, namespace: 'tier-starter' },
    template: fillTemplate(String(one(objects, 'ConfigMap', 'release-api')['data'].template), {
      ...{ service: 'api', slice, release: '42', image: `${PREFIX}api${DIGEST}`, schema: '0007' },
    }),
  };
};

const asked = (object: SentObject | null, more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  operation: 'CREATE',
  group: '',
  resource: 'podtemplates',
  namespace: 'tier-starter',
  groups: groupsOf('api'),
  object,
  ...more,
});

/** The template of slice `main`, with something else about its pods. */
function template(change: (pods: Pods) => void, more: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const object = structuredClone(written());
  change(object['template'] as Pods);
  return asked(object, more);
}
const spec = (fields: object): AdmissionRequest => template((pods) => Object.assign(pods.spec, fields));
const container = (fields: object): AdmissionRequest =>
  template((pods) => Object.assign(pods.spec.containers[0] ?? {}, fields));
const image = (value: string): AdmissionRequest => container({ image: value });
const labels = (value: object): AdmissionRequest =>
  template((pods) => {
    pods.metadata.labels = value as Record<string, string>;
  });
const named = (name: string, groups = groupsOf('api')): AdmissionRequest =>
  asked({ ...written(), metadata: { name } }, { groups });

const secret = (name: string, more: object = {}, request: Partial<AdmissionRequest> = {}): AdmissionRequest =>
  asked({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'Opaque', ...more } as SentObject, {
    resource: 'secrets',
    ...request,
  });

const WHAT = (what: string): string =>
  `Releases may make and change pod templates and the token of their smoke test in namespaces tier-* and tenant-*, not ${what}.`;
const NAME =
  'Pod templates must have the name of a slice of a service that the release is of, such as api-canary.';
const ACCOUNT = 'Pods of a release must run as the service account of their own service.';
const IMAGE = `Pods of a release must have one container and no other, with an image ${PREFIX}<service> of their own service by its digest.`;
const HOLDS =
  'Pods of a release must have volumes of kind emptyDir only, and no secrets or config maps, in variables neither.';
const HOST =
  'Pods of a release must not be given a token of Kubernetes (automountServiceAccountToken: false), nor share anything of their host.';
const LABELS =
  'Pods of a release must have the label bulkhead/release-name with the name of their template, may have app.kubernetes.io/name with that of their service, and no others.';
const ANNOTATIONS = 'Pods of a release must have annotations bulkhead/* only.';
const SECRET = 'Secrets of a release must be called smoke-token-<service> and of type Opaque.';

const ABORT = 'Releases may abort rollouts of their own service, and change nothing else of their status.';

/** A rollout whose status somebody changes. */
const status = (change: object, more: Partial<AdmissionRequest> = {}, name = 'api'): AdmissionRequest => {
  const before = { currentPodHash: 'a', stableRS: 'b', blueGreen: { activeSelector: 'a' } };
  const rollout = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name } };
  return asked({ ...rollout, status: { ...before, ...change } } as SentObject, {
    ...{ operation: 'UPDATE', group: 'argoproj.io', resource: 'rollouts/status' },
    oldObject: { ...rollout, status: before },
    ...more,
  });
};

const OTHER = { name: 'other', image: `${PREFIX}worker${DIGEST}` };

const TABLE: readonly (readonly [string, AdmissionRequest, readonly string[]])[] = [
  ['writes the template of the tier', asked(written()), []],
  ['writes that of the canary', asked(written('canary')), []],
  ['writes that of the internal tenants', asked(written('internal')), []],
  ['changes it', asked(written(), { operation: 'UPDATE', oldObject: written() }), []],
  ['writes that of a tenant', asked(written(), { namespace: 'tenant-acme' }), []],
  ['aborts a rollout', status({ abort: true }), []],
  ['aborts that of a slice', status({ abort: true }, {}, 'api-canary'), []],
  ["aborts another service's", status({ abort: true }, {}, 'worker'), [ABORT]],
  ['promotes a rollout', status({ promoteFull: true }), [ABORT]],
  ['promotes a rollout and aborts it', status({ abort: true, promoteFull: true }), [ABORT]],
  ['says which version is stable', status({ abort: true, stableRS: 'a' }), [ABORT]],
  ['takes back an abort', status({ abort: false }), [ABORT]],
  ['forgets a part of the status', status({ abort: true, blueGreen: undefined }), [ABORT]],
  [
    'aborts a rollout elsewhere',
    status({ abort: true }, { namespace: 'keda' }),
    [WHAT('UPDATE rollouts in keda')],
  ],
  ['releases another service besides', asked(written(), { groups: groupsOf('worker', 'api') }), []],
  ['releases another service', asked(written(), { groups: groupsOf('worker') }), [NAME, ACCOUNT]],
  ['releases no service at all', asked(written(), { groups: groupsOf() }), [NAME, ACCOUNT]],
  [
    'releases a service whose name begins alike',
    asked(written(), { groups: groupsOf('api-2') }),
    [NAME, ACCOUNT],
  ],
  [
    'deletes a template',
    asked(null, { operation: 'DELETE', oldObject: written() }),
    [WHAT('DELETE podtemplates in tier-starter')],
  ],
  ['writes one elsewhere', asked(written(), { namespace: 'keda' }), [WHAT('CREATE podtemplates in keda')]],
  [
    'writes one in a namespace whose name only begins alike',
    asked(written(), { namespace: 'tenants' }),
    [WHAT('CREATE podtemplates in tenants')],
  ],
  ['names it after another service', named('worker'), [NAME, ACCOUNT, LABELS]],
  ['names it after another of his services', named('worker', groupsOf('api', 'worker')), [ACCOUNT, LABELS]],
  ['names it after no slice', named('api-preview'), [NAME, ACCOUNT, LABELS]],
  [
    'leaves the name to the server',
    asked({ ...written(), metadata: { generateName: 'api' } } as never),
    [NAME, ACCOUNT, LABELS],
  ],
  ['runs as another service', spec({ serviceAccountName: 'worker' }), [ACCOUNT, IMAGE, LABELS]],
  ['runs as default', spec({ serviceAccountName: 'default' }), [ACCOUNT, IMAGE, LABELS]],
  ['runs as nobody in particular', spec({ serviceAccountName: undefined }), [ACCOUNT, IMAGE, LABELS]],
  ["runs another service's image", image(`${PREFIX}worker${DIGEST}`), [IMAGE]],
  ['runs an image of a repository whose name begins alike', image(`${PREFIX}api-2${DIGEST}`), [IMAGE]],
  ['runs an image by its tag', image(`${PREFIX}api:latest`), [IMAGE]],
  [
    'runs an image by its tag, with what looks like a digest',
    image(`${PREFIX}api@sha256:${'0'.repeat(63)}`),
    [IMAGE],
  ],
  ['runs an image by more than its digest', image(`${PREFIX}api${DIGEST}0`), [IMAGE]],
  ['runs an image of a stranger', image(`docker.io/library/api${DIGEST}`), [IMAGE]],
  [
    'runs an image of another environment',
    image(`111111111111.dkr.ecr.us-east-1.amazonaws.com/bulkhead/dev/api${DIGEST}`),
    [IMAGE],
  ],
  ["runs another's image beside its own", template((pods) => pods.spec.containers.push(OTHER)), [IMAGE]],
  [
    'runs its own image twice',
    template((pods) => pods.spec.containers.push({ ...OTHER, image: `${PREFIX}api${DIGEST}` })),
    [IMAGE],
  ],
  ["runs another's image first", spec({ initContainers: [OTHER] }), [IMAGE]],
  ["runs another's image for a moment", spec({ ephemeralContainers: [OTHER] }), [IMAGE]],
  ['runs nothing', spec({ containers: [] }), [IMAGE]],
  [
    "mounts a secret, which may be another's",
    spec({ volumes: [{ name: 's', secret: { secretName: 's' } }] }),
    [HOLDS],
  ],
  [
    "mounts a token of Kubernetes by another's name",
    spec({ volumes: [{ name: 's', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] }),
    [HOLDS],
  ],
  ['mounts a config map', spec({ volumes: [{ name: 's', configMap: { name: 'release-worker' } }] }), [HOLDS]],
  ['mounts the host', spec({ volumes: [{ name: 's', hostPath: { path: '/' } }] }), [HOLDS]],
  ['mounts a claim', spec({ volumes: [{ name: 's', persistentVolumeClaim: { claimName: 'c' } }] }), [HOLDS]],
  [
    'reads a secret into a variable',
    container({ env: [{ name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }),
    [HOLDS],
  ],
  ['reads all of a secret into variables', container({ envFrom: [{ secretRef: { name: 's' } }] }), [HOLDS]],
  ['pulls with a secret', spec({ imagePullSecrets: [{ name: 's' }] }), [HOLDS]],
  ['takes a token of Kubernetes', spec({ automountServiceAccountToken: true }), [HOST]],
  ['says nothing of a token, which is to take it', spec({ automountServiceAccountToken: undefined }), [HOST]],
  ["uses the host's network", spec({ hostNetwork: true }), [HOST]],
  ["sees the host's processes", spec({ hostPID: true }), [HOST]],
  [
    'takes calls of another slice',
    labels({ 'app.kubernetes.io/name': 'api', 'bulkhead/release-name': 'api-canary' }),
    [LABELS],
  ],
  ['takes calls of another service', labels({ 'bulkhead/release-name': 'worker' }), [LABELS]],
  [
    'has a label that a Service could select',
    labels({ 'bulkhead/release-name': 'api', app: 'worker' }),
    [LABELS],
  ],
  ['passes for a smoke test', labels({ 'bulkhead/release-name': 'api', 'bulkhead/smoke': 'api' }), [LABELS]],
  ['has no label by which it is found', labels({ 'app.kubernetes.io/name': 'api' }), [LABELS]],
  ['has only that label', labels({ 'bulkhead/release-name': 'api' }), []],
  [
    'has an annotation that others read',
    template((pods) => Object.assign(pods.metadata.annotations, { 'prometheus.io/scrape': 'true' })),
    [ANNOTATIONS],
  ],
  [
    'has no pods at all',
    asked({ apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'api' } } as SentObject),
    [ACCOUNT, IMAGE, HOST, LABELS],
  ],

  ['writes the token of its smoke test', secret('smoke-token-api'), []],
  [
    'renews it',
    secret(
      'smoke-token-api',
      {},
      { operation: 'UPDATE', oldObject: { metadata: { name: 'smoke-token-api' } } },
    ),
    [],
  ],
  ["writes another's", secret('smoke-token-worker'), [SECRET]],
  ['writes one of no service', secret('smoke-token-'), [SECRET]],
  [
    'patches another secret with nothing, to see it',
    secret('db', {}, { operation: 'UPDATE', oldObject: { metadata: { name: 'db' } } }),
    [SECRET],
  ],
  [
    'has a token of an account put into it',
    secret('smoke-token-api', { type: 'kubernetes.io/service-account-token' }),
    [SECRET],
  ],
  [
    'writes it elsewhere',
    secret('smoke-token-api', {}, { namespace: 'kube-system' }),
    [WHAT('CREATE secrets in kube-system')],
  ],
  ['makes a pod', asked(written(), { resource: 'pods' }), [WHAT('CREATE pods in tier-starter')]],
  [
    'changes how it is judged',
    asked(written(), { group: 'argoproj.io', resource: 'analysistemplates', operation: 'UPDATE' }),
    [WHAT('UPDATE analysistemplates in tier-starter')],
  ],
  [
    'enters a pod',
    asked(null, { resource: 'pods/exec', operation: 'CONNECT' }),
    [WHAT('CONNECT pods in tier-starter')],
  ],
  [
    'asks for a token of an account',
    asked(written(), { resource: 'serviceaccounts/token' }),
    [WHAT('CREATE serviceaccounts in tier-starter')],
  ],
  [
    'makes a thing of the cluster',
    {
      ...asked(written(), { resource: 'clusterrolebindings', group: 'rbac.authorization.k8s.io' }),
      namespace: undefined as never,
    },
    [WHAT('CREATE clusterrolebindings in ')],
  ],
  [
    'changes schemas without being of those who may',
    asked(written(), { group: 'batch', resource: 'jobs', namespace: 'data-migrations' }),
    [WHAT('CREATE jobs in data-migrations')],
  ],
  [
    'changes schemas, which another policy is about',
    asked(written(), {
      ...{ group: 'batch', resource: 'jobs', namespace: 'data-migrations' },
      groups: [...groupsOf('api'), 'bulkhead:migrations'],
    }),
    [],
  ],
  [
    'asks what he may do',
    asked(written(), { group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' }),
    [],
  ],
];

describe('whoever releases api', () => {
  const said = refusals(
    policy,
    TABLE.map(([, request]) => request),
  );

  it.each(TABLE.map(([what, , expected], index) => [what, said[index], expected] as const))(
    'and %s is told: %j',
    (_, actual, expected) => {
      expect(actual).toEqual(expected);
    },
  );

  it('is looked at alone', () => {
    const bad = image('stranger');
    expect(
      refusals(policy, [
        { ...bad, groups: ['system:masters'] },
        { ...bad, groups: [] },
        { ...bad, groups: ['bulkhead:operators:starter'] },
      ]),
    ).toEqual([[], [], []]);
  });

  it('is refused what cannot be decided, and the audit log is told', () => {
    expect(policy.spec).toMatchObject({ failurePolicy: 'Fail' });
    expect(binding.spec).toEqual({ policyName: 'bulkhead-releases', validationActions: ['Deny', 'Audit'] });
  });
});
