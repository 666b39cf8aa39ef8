import {
  previewName,
  RELEASE_NAME_LABEL,
  releaseName,
  SLICES,
  SMOKE_LABEL,
} from '../../constructs/core/releases';
import { NODE_IMAGE } from '../../constructs/core/node-image';
import { ANALYSIS_SECONDS } from '../../constructs/delivery/analysis-queries';
import type { SentObject } from '../support/kubernetes-objects';
import { schemaProblems } from '../support/kubernetes-schemas';
import { restrictedProblems } from '../support/pod-security';
import { filledTemplate, one, release } from './service-release-fixture';

const objects = release();
const names = SLICES.map((slice) => releaseName('api', slice));
const rollout = (name: string): SentObject => one(objects, 'Rollout', name)['spec'] as SentObject;

describe('what a service needs to be released', () => {
  it('is for each slice a rollout, two services and a budget, and for all what pods are and what judges them', () => {
    expect(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort()).toEqual([
      'AnalysisTemplate/api-objectives',
      'AnalysisTemplate/api-smoke',
      'ConfigMap/release-api',
      ...names.map((name) => `PodDisruptionBudget/${name}`).sort(),
      ...names.map((name) => `Rollout/${name}`).sort(),
      ...names.flatMap((name) => [`Service/${name}`, `Service/${name}-preview`]).sort(),
    ]);
    expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['tier-starter']));
  });

  it('is accepted by the schemas of its kinds, the pods of a release too', () => {
    expect(schemaProblems([...objects, ...names.map((name) => filledTemplate(objects, name))])).toEqual([]);
  });

  it('names no image but that of the smoke test: what runs, releases say', () => {
    const images = [...JSON.stringify(objects).matchAll(/image\\*":\\*"([^"\\]+)/g)].map(
      ([, image]) => image,
    );
    expect(images.sort()).toEqual(['__IMAGE__', NODE_IMAGE]);
  });
});

describe('a rollout', () => {
  it.each(names)(
    '%s follows the pod template of its name, and no other service’s or slice’s pods',
    (name) => {
      expect(rollout(name)['workloadRef']).toEqual({ apiVersion: 'v1', kind: 'PodTemplate', name });
      expect(rollout(name)['template']).toBeUndefined();
      const selector = { [RELEASE_NAME_LABEL]: name };
      expect(rollout(name)['selector']).toEqual({ matchLabels: selector });
      for (const service of [name, `${name}-preview`])
        expect(one(objects, 'Service', service)['spec'].selector).toEqual(selector);
      expect(one(objects, 'PodDisruptionBudget', name)['spec'].selector.matchLabels).toEqual(selector);
      expect(filledTemplate(objects, name)['template'].metadata.labels).toMatchObject(selector);
    },
  );

  it('has the pods of its slice, all of which are there before it takes calls', () => {
    expect(names.map((name) => rollout(name)['replicas'] as number)).toEqual([1, 2, 4]);
    for (const name of names) {
      expect(rollout(name)['strategy'].blueGreen).toMatchObject({
        activeService: name,
        previewService: `${name}-preview`,
        autoPromotionEnabled: true,
      });
      expect(rollout(name)['strategy'].blueGreen).not.toHaveProperty('previewReplicaCount');
    }
  });

  it('is promoted by a smoke test at its own preview, and judged by the calls of its own route', () => {
    const { prePromotionAnalysis, postPromotionAnalysis } = rollout('api-canary')['strategy'].blueGreen;
    expect(prePromotionAnalysis).toEqual({
      templates: [{ templateName: 'api-smoke' }],
      args: [{ name: 'preview', value: 'http://api-canary-preview.tier-starter.svc.cluster.local:8080' }],
    });
    expect(postPromotionAnalysis).toEqual({
      templates: [{ templateName: 'api-objectives' }],
      args: [
        { name: 'namespace', value: 'tier-starter' },
        { name: 'route', value: 'service-api-canary' },
      ],
    });
  });

  it('gives each analysis the arguments that it asks for, and each argument that is used is asked for', () => {
    for (const [template, analysis] of [
      ['api-smoke', 'prePromotionAnalysis'],
      ['api-objectives', 'postPromotionAnalysis'],
    ] as const) {
      const spec = one(objects, 'AnalysisTemplate', template)['spec'];
      const asked = (spec.args as { name: string }[]).map(({ name }) => name).sort();
      const given = rollout('api')['strategy'].blueGreen[analysis].args as { name: string }[];
      expect(given.map(({ name }) => name).sort()).toEqual(asked);
      const used = [...JSON.stringify(spec.metrics).matchAll(/\{\{args\.([\w-]+)\}\}/g)].map(
        ([, name]) => name,
      );
      expect([...new Set(used)].sort()).toEqual(asked);
    }
  });

  it('keeps the old version for longer than the new one is judged, and only the last', () => {
    const { blueGreen } = rollout('api')['strategy'];
    expect(blueGreen.scaleDownDelaySeconds).toBeGreaterThan(ANALYSIS_SECONDS + 60);
    expect(blueGreen.scaleDownDelayRevisionLimit).toBe(1);
    expect(blueGreen.abortScaleDownDelaySeconds).toBeGreaterThanOrEqual(30);
    expect(rollout('api')).toMatchObject({ progressDeadlineAbort: true, progressDeadlineSeconds: 600 });
  });

  it('is over with the old version before the least soak has passed, so that slices need pods one after the other', () => {
    const leastSoak = 5 * 60;
    const { scaleDownDelaySeconds } = rollout('api')['strategy'].blueGreen as Record<string, number>;
    const { terminationGracePeriodSeconds } = filledTemplate(objects, 'api')['template'].spec as Record<
      string,
      number
    >;
    expect((scaleDownDelaySeconds ?? 0) + (terminationGracePeriodSeconds ?? 0)).toBeLessThan(
      ANALYSIS_SECONDS + leastSoak,
    );
  });
});

describe('pods of a service', () => {
  const pod = filledTemplate(objects, 'api')['template'].spec as SentObject;
  const [container] = pod['containers'];

  it('are admitted by the strictest standard, on the nodes and at the rank of their namespace', () => {
    expect(restrictedProblems(pod)).toEqual([]);
    expect(pod).toMatchObject({
      serviceAccountName: 'api',
      automountServiceAccountToken: false,
      nodeSelector: { 'node-pool': 'tier-starter' },
      tolerations: [{ key: 'node-pool', operator: 'Equal', value: 'tier-starter', effect: 'NoSchedule' }],
      priorityClassName: 'tier-starter',
    });
  });

  it('write nowhere but to /tmp, within the space that they may use', () => {
    expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
    expect(container.volumeMounts).toEqual([{ name: 'scratch', mountPath: '/tmp' }]);
    expect(pod['volumes']).toEqual([{ name: 'scratch', emptyDir: { sizeLimit: '256Mi' } }]);
  });

  it('are spread over zones and nodes, each version by itself, and wait for none', () => {
    const spread = pod['topologySpreadConstraints'] as SentObject[];
    expect(spread.map(({ topologyKey }) => topologyKey as string)).toEqual([
      'topology.kubernetes.io/zone',
      'kubernetes.io/hostname',
    ]);
    for (const constraint of spread) {
      expect(constraint).toMatchObject({
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { [RELEASE_NAME_LABEL]: 'api' } },
        matchLabelKeys: ['rollouts-pod-template-hash'],
      });
    }
  });

  it('go on until proxies know, then end their calls, and have time for the longest', () => {
    expect(container.lifecycle.preStop).toEqual({ sleep: { seconds: 15 } });
    expect(pod['terminationGracePeriodSeconds']).toBe(15 + 30 + 5);
    const patient = release({ requestTimeoutSeconds: 90 });
    expect(filledTemplate(patient, 'api')['template'].spec.terminationGracePeriodSeconds).toBe(15 + 90 + 5);
  });

  it('are told which release they are and which schema theirs is', () => {
    expect(container.env).toEqual([
      { name: 'SERVICE', value: 'api' },
      { name: 'PORT', value: '8080' },
      { name: 'RELEASE', value: '42' },
      { name: 'DATABASE_SCHEMA', value: 'app_0007' },
      { name: 'TIER', value: 'starter' },
      { name: 'CELL', value: 'use1a' },
    ]);
    expect(filledTemplate(objects, 'api')['template'].metadata.annotations).toEqual({
      'bulkhead/release': '42',
      'bulkhead/schema': '0007',
    });
  });

  it('ask for what a container of the tier gets, and end at its limit', () => {
    expect(container.resources).toEqual({
      requests: { cpu: '100m', memory: '128Mi', 'ephemeral-storage': '128Mi' },
      limits: { memory: '512Mi', 'ephemeral-storage': '512Mi' },
    });
  });
});

describe('the smoke test', () => {
  const [metric] = one(objects, 'AnalysisTemplate', 'api-smoke')['spec'].metrics;
  const { template, ...job } = metric.provider.job.spec;
  const pod = template.spec as SentObject;

  it('is one try of a job that ends', () => {
    expect(metric).toMatchObject({ count: 1, failureLimit: 0 });
    expect(job).toEqual({
      backoffLimit: 0,
      // But for a pod whose node went.
      podFailurePolicy: {
        rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
      },
      activeDeadlineSeconds: 420,
      ttlSecondsAfterFinished: 3600,
    });
    expect(pod['restartPolicy']).toBe('Never');
  });

  it('runs as an account that may do nothing, with the token of a synthetic tenant and no other', () => {
    expect(pod).toMatchObject({ serviceAccountName: 'default', automountServiceAccountToken: false });
    expect(pod['volumes']).toEqual([
      { name: 'program', configMap: { name: 'smoke-0123456789ab' } },
      { name: 'token', secret: { secretName: 'smoke-token-api' } },
    ]);
    expect(restrictedProblems(pod)).toEqual([]);
  });

  it('has the label by which network policies know it, and runs where the namespace’s pods do', () => {
    expect(template.metadata.labels).toEqual({ [SMOKE_LABEL]: 'api' });
    expect(pod).toMatchObject({
      nodeSelector: { 'node-pool': 'tier-starter' },
      priorityClassName: 'tier-starter',
    });
  });

  it('is not selected by any service, rollout or budget', () => {
    const selectors = objects.flatMap(({ spec }) =>
      Object.keys((spec?.selector?.matchLabels ?? spec?.selector ?? {}) as object),
    );
    expect(new Set(selectors)).toEqual(new Set([RELEASE_NAME_LABEL]));
    expect(template.metadata.labels).not.toHaveProperty([RELEASE_NAME_LABEL]);
  });
});

it('a preview has a name that no service of another name has', () => {
  expect(SLICES.map((slice) => previewName('api', slice))).toEqual([
    'api-internal-preview',
    'api-canary-preview',
    'api-preview',
  ]);
});
