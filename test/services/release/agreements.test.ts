import type { IRollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout';
import { fillSchemaJob, SCHEMA_STEPS } from '../../../constructs/core/schema-jobs';
import { PIPELINE_VARIABLES } from '../../../constructs/delivery/release-variables';
import { schemaJob } from '../../../constructs/delivery/schema-pod';
import { servicePod } from '../../../constructs/delivery/service-release/pod-template';
import { RELEASE_TIMES } from '../../../constructs/delivery/service-release/times';
import { fillTemplate } from '../../../services/release/pod-template';
import type { Rollout } from '../../../services/release/rollout';
import { settingsIn } from '../../../services/release/settings';
import { imageOf } from './scene';

/** What the program takes from others, as they make it. */

test("the platform's own template becomes pods of a release, with nothing left to fill in", () => {
  const text = JSON.stringify(
    servicePod({
      service: 'api',
      placement: { nodePool: 'starter', priorityClass: 'starter' },
      containers: { cpuMillicores: 100, memoryMiB: 128, memoryLimitMiB: 256, ephemeralLimitMiB: 512 },
      environment: {},
      times: RELEASE_TIMES,
      requestTimeoutSeconds: 30,
    }),
  );
  const release = {
    service: 'api',
    slice: 'canary',
    release: 'v1',
    image: imageOf('v1'),
    schema: '02_email',
  } as const;
  const filled = fillTemplate(text, release);
  expect(JSON.stringify(filled)).not.toMatch(/__[A-Z]+__/);
  expect(filled.spec.containers[0]?.image).toBe(imageOf('v1'));
  expect(filled.metadata).toMatchObject({
    labels: { 'bulkhead/release-name': 'api-canary' },
    annotations: { 'bulkhead/release': 'v1', 'bulkhead/schema': '02_email' },
  });
});

test("a database's own job has the steps whose outcome is looked at", () => {
  const template = JSON.stringify(
    schemaJob({
      ...{
        name: 'schema-shard-1',
        namespace: 'data-migrations',
        region: 'us-east-1',
        host: 'db',
        port: 5432,
      },
      ...{ database: 'app', batchSize: 1000, batchDelayMs: 20, lockTimeoutMs: 500, deadlineSeconds: 600 },
    }),
  );
  const change = {
    phase: 'expand',
    migration: '02_email',
    configMap: 'migrations-0123456789abcdef',
    attempt: '1',
  } as const;
  const job = fillSchemaJob(template, 'shard-1', change);
  expect(JSON.stringify(job)).not.toMatch(/__[A-Z]+__/);
  expect(job.spec.template.spec.initContainers.map(({ name }) => name)).toContain(SCHEMA_STEPS.check);
});

test('a pipeline may set no variable of the project, and all that steps need besides', () => {
  const missing = ['deploy', 'expand', 'soak', 'contract-check', 'contract'].flatMap((STEP) => {
    try {
      settingsIn({ STEP });
      return [];
    } catch (error) {
      return [...(error as Error).message.matchAll(/ - ([A-Z_]+) must be set/g)].map(([, name = '']) => name);
    }
  });
  const projects = [
    'SERVICE',
    'AWS_REGION',
    'CLUSTER_NAME',
    'CLUSTER_ENDPOINT',
    'CLUSTER_CA',
    'SECRET_PATH',
    'TOKEN_ENDPOINT',
  ];
  expect(
    [...new Set(missing)].filter((name) => !(PIPELINE_VARIABLES as readonly string[]).includes(name)).sort(),
  ).toEqual([...projects].sort());
});

test('what is read of a rollout is what Argo Rollouts says of one', () => {
  // Checked by the compiler.
  const statusOf = (status: NonNullable<IRollout['status']>): Rollout['status'] => status;
  expect(statusOf({ phase: 'Healthy' })).toEqual({ phase: 'Healthy' });
});
