import { rolloutPolicy } from '../../../constructs/cluster/access/rollout-policy';
import { one, release } from '../../delivery/service-release-fixture';
import { type AdmissionRequest, refusals } from '../../support/admission';
import type { SentObject } from '../../support/kubernetes-objects';

const [policy, binding] = rolloutPolicy;
const objects = release();

const asked = (object: SentObject, more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  operation: 'CREATE',
  group: 'argoproj.io',
  resource: `${object.kind.toLowerCase()}s`,
  namespace: 'tier-starter',
  groups: ['bulkhead:deployers:tier', 'system:authenticated'],
  object,
  ...more,
});

/** An object of the platform's own, with something else in its specification. */
function changed(
  kind: string,
  name: string,
  change: (spec: SentObject['spec']) => void,
  more: Partial<AdmissionRequest> = {},
): AdmissionRequest {
  const object = structuredClone(one(objects, kind, name));
  change(object['spec']);
  return asked(object, more);
}
const rollout = (fields: object): AdmissionRequest =>
  changed('Rollout', 'api', (spec) => {
    Object.assign(spec as object, fields);
  });
const blueGreen = (fields: object): AdmissionRequest =>
  changed('Rollout', 'api', (spec) => {
    Object.assign(spec.strategy.blueGreen as object, fields);
  });
const provider = (value: object): AdmissionRequest =>
  changed('AnalysisTemplate', 'api-objectives', (spec) => {
    Object.assign(spec.metrics[0] as object, { provider: value });
  });
const prometheus = (fields: object): AdmissionRequest =>
  provider({
    prometheus: { address: 'http://127.0.0.1:9091/workspaces/ws-1', query: 'vector(0)', ...fields },
  });
/** A run of the objectives, as Argo Rollouts makes it of its template. */
const objectivesRun = (authentication: object): SentObject => {
  const object = structuredClone(one(objects, 'AnalysisTemplate', 'api-objectives'));
  for (const metric of object['spec'].metrics as { provider: { prometheus: object } }[])
    Object.assign(metric.provider.prometheus, { authentication });
  return { ...object, kind: 'AnalysisRun', metadata: { name: 'api-2-post' } };
};
const smoke = (
  change: (template: SentObject) => void,
  more: Partial<AdmissionRequest> = {},
): AdmissionRequest =>
  changed(
    'AnalysisTemplate',
    'api-smoke',
    (spec) => {
      change(spec.metrics[0].provider.job.spec.template as SentObject);
    },
    more,
  );
const pod = (fields: object): AdmissionRequest =>
  smoke((template) => Object.assign(template['spec'] as object, fields));
const container = (fields: object): AdmissionRequest =>
  smoke((template) => Object.assign(template['spec'].containers[0] as object, fields));

const other = (kind: string, resource: string, more: Partial<AdmissionRequest> = {}): AdmissionRequest =>
  asked(
    { apiVersion: 'argoproj.io/v1alpha1', kind, metadata: { name: 'x' }, spec: {} },
    { resource, ...more },
  );

const KIND = (resource: string): string =>
  `Of Argo there may be Rollouts, AnalysisTemplates and AnalysisRuns in namespaces of tiers and tenants, and no ${resource}.`;
const FOLLOW = 'Rollouts must follow the PodTemplate of their own name, and have no template themselves.';
const SERVICES =
  'Rollouts must be blue-green, with the Service of their own name as the active one, and <name>-preview as the preview.';
const SELECT =
  'Rollouts must select pods by the label bulkhead/release-name with their own name, and by nothing else.';
const JUDGED = 'Rollouts must be judged before and after promotion, by templates of their own namespace.';
const ARGUMENTS = 'Analyses may have no arguments from secrets, and no templates of the whole cluster.';
const CALLS = 'Analyses may run jobs and ask the metrics at http://127.0.0.1:9091, and call nothing else.';
const JOB =
  'Jobs of analyses must run as the service account default, without its token (automountServiceAccountToken: false), and images public.ecr.aws/docker/library/node only.';
const SECRET = 'Jobs of analyses may hold no secret but smoke-token-*, and that as a volume.';
const LABEL =
  'Pods of analyses must not have the label bulkhead/release-name, by which calls find their pods.';

const TEMPLATE = { metadata: {}, spec: { containers: [{ name: 'x', image: 'x' }] } };

const TABLE: readonly (readonly [string, AdmissionRequest, readonly string[]])[] = [
  ...objects
    .filter(({ apiVersion }) => apiVersion.startsWith('argoproj.io'))
    .map((object) => [`${object.kind} ${object.metadata.name}`, asked(object), []] as const),
  [
    'a rollout that the controller changes',
    asked(one(objects, 'Rollout', 'api'), { operation: 'UPDATE', groups: ['system:serviceaccounts'] }),
    [],
  ],
  [
    'an analysis that the controller begins',
    asked(
      {
        ...one(objects, 'AnalysisTemplate', 'api-smoke'),
        kind: 'AnalysisRun',
        metadata: { name: 'api-1-pre' },
      },
      { groups: ['system:serviceaccounts'] },
    ),
    [],
  ],
  [
    // Its types are structs, which it writes out even if they are empty.
    'an analysis that the controller begins, in the words of its own types',
    asked(objectivesRun({ sigv4: {}, oauth2: {} }), { groups: ['system:serviceaccounts'] }),
    [],
  ],
  [
    'an analysis that shows somebody a secret',
    asked(objectivesRun({ oauth2: { tokenUrl: 'https://elsewhere.example' } }), {
      groups: ['system:serviceaccounts'],
    }),
    [CALLS],
  ],
  ['a rollout with a template of its own', rollout({ template: TEMPLATE, workloadRef: undefined }), [FOLLOW]],
  ['a rollout with a template besides', rollout({ template: TEMPLATE }), [FOLLOW]],
  [
    'a rollout that follows a Deployment',
    rollout({ workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' } }),
    [FOLLOW],
  ],
  [
    'a rollout that follows the template of another',
    rollout({ workloadRef: { apiVersion: 'v1', kind: 'PodTemplate', name: 'worker' } }),
    [FOLLOW],
  ],
  [
    'a rollout without a name',
    asked({ ...one(objects, 'Rollout', 'api'), metadata: {} as never }),
    [FOLLOW, SERVICES, SELECT],
  ],
  ['a canary, which could lead calls anywhere', rollout({ strategy: { canary: {} } }), [SERVICES, JUDGED]],
  ['a rollout that takes the calls of another service', blueGreen({ activeService: 'worker' }), [SERVICES]],
  ['a rollout whose preview takes calls', blueGreen({ previewService: 'api' }), [SERVICES]],
  ['a rollout without a preview', blueGreen({ previewService: undefined }), [SERVICES]],
  ['a rollout of pods of another', rollout({ selector: { matchLabels: { app: 'worker' } } }), [SELECT]],
  [
    'a rollout of many pods',
    rollout({ selector: { matchExpressions: [{ key: 'bulkhead/release-name', operator: 'Exists' }] } }),
    [SELECT],
  ],
  ['a rollout that nobody tries', blueGreen({ prePromotionAnalysis: undefined }), [JUDGED]],
  ['a rollout that nobody judges', blueGreen({ postPromotionAnalysis: { templates: [] } }), [JUDGED]],
  [
    'a rollout that is judged by a template of the cluster',
    blueGreen({ postPromotionAnalysis: { templates: [{ templateName: 'x', clusterScope: true }] } }),
    [JUDGED],
  ],
  ['an analysis that calls an address', provider({ web: { url: 'http://169.254.169.254/' } }), [CALLS]],
  ['an analysis that asks CloudWatch', provider({ cloudWatch: { metricDataQueries: [] } }), [CALLS]],
  ['an analysis by a plugin', provider({ plugin: { x: {} } }), [CALLS]],
  ['an analysis that asks another server', prometheus({ address: 'http://evil.example/' }), [CALLS]],
  [
    'an analysis that asks a server whose name begins alike',
    prometheus({ address: 'http://127.0.0.1:9091.evil.example/' }),
    [CALLS],
  ],
  [
    'an analysis that sends a secret',
    prometheus({ headers: [{ key: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }),
    [CALLS],
  ],
  [
    'an analysis that logs in',
    prometheus({ authentication: { oauth2: { tokenUrl: 'http://evil' } } }),
    [CALLS],
  ],
  [
    'an analysis with a secret as an argument',
    changed(
      'AnalysisTemplate',
      'api-smoke',
      (spec) =>
        void Object.assign(spec as object, {
          args: [{ name: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
        }),
    ),
    [ARGUMENTS],
  ],
  [
    'an analysis that is one of the whole cluster',
    changed(
      'AnalysisTemplate',
      'api-smoke',
      (spec) =>
        void Object.assign(spec as object, { templates: [{ templateName: 'x', clusterScope: true }] }),
    ),
    [ARGUMENTS],
  ],
  ['a smoke test as a service', pod({ serviceAccountName: 'api' }), [JOB]],
  ['a smoke test with a token of Kubernetes', pod({ automountServiceAccountToken: true }), [JOB]],
  ['a smoke test that says nothing of it', pod({ automountServiceAccountToken: undefined }), [JOB]],
  ['a smoke test of another image', container({ image: 'evil:1' }), [JOB]],
  [
    'a smoke test of an image whose name begins alike',
    container({ image: 'public.ecr.aws/docker/library/node-evil:1' }),
    [JOB],
  ],
  [
    'a smoke test of the image in a newer version',
    container({ image: 'public.ecr.aws/docker/library/node:26' }),
    [],
  ],
  [
    'a smoke test with another container first',
    pod({ initContainers: [{ name: 'x', image: 'evil:1' }] }),
    [JOB],
  ],
  [
    'a smoke test with another secret',
    pod({ volumes: [{ name: 's', secret: { secretName: 'db' } }] }),
    [SECRET],
  ],
  [
    'a smoke test with a token of AWS',
    pod({ volumes: [{ name: 's', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] }),
    [SECRET],
  ],
  [
    'a smoke test with a secret as a variable',
    container({
      env: [{ name: 'S', valueFrom: { secretKeyRef: { name: 'smoke-token-api', key: 'token' } } }],
    }),
    [SECRET],
  ],
  [
    'a smoke test that takes calls',
    smoke((template) =>
      Object.assign((template as { metadata: { labels?: object } }).metadata.labels ?? {}, {
        'bulkhead/release-name': 'api',
      }),
    ),
    [LABEL],
  ],
  [
    'an analysis of an administrator',
    { ...provider({ web: { url: 'http://x/' } }), groups: ['system:masters'] },
    [CALLS],
  ],
  ['an experiment', other('Experiment', 'experiments'), [KIND('experiments')]],
  [
    'a template for the whole cluster, whoever makes it',
    other('ClusterAnalysisTemplate', 'clusteranalysistemplates', {
      namespace: undefined as never,
      groups: ['system:masters'],
    }),
    [KIND('clusteranalysistemplates')],
  ],
  ['what is not an owner’s', { ...rollout({ template: TEMPLATE }), namespace: 'argo-rollouts' }, []],
  ['the status of a rollout', { ...rollout({ template: TEMPLATE }), resource: 'rollouts/status' }, []],
  ['a rollout that goes', { ...rollout({ template: TEMPLATE }), operation: 'DELETE' }, []],
];

describe('the policy for rollouts and analyses of tiers and tenants', () => {
  const said = refusals(
    policy,
    TABLE.map(([, request]) => request),
  );

  it.each(TABLE.map(([what, , expected], index) => [what, said[index], expected] as const))(
    'has this for %s: %j',
    (_, actual, expected) => {
      expect(actual).toEqual(expected);
    },
  );

  it('refuses what it cannot decide, tells the audit log, and exempts nobody', () => {
    expect(policy.spec).toMatchObject({ failurePolicy: 'Fail' });
    expect(JSON.stringify(policy.spec?.matchConditions)).not.toContain('userInfo');
    expect(binding.spec).toEqual({ policyName: 'bulkhead-rollouts', validationActions: ['Deny', 'Audit'] });
  });
});
