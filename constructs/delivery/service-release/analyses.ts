import type { IAnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { KubernetesObject } from '../../core/chart';
import { NODE_IMAGE } from '../../core/node-image';
import { PROGRAM_FILE, PROGRAM_FOLDER, PROGRAM_USER } from '../../core/program-config-map';
import { objectivesTemplate, SMOKE_LABEL, smokeTemplate, smokeTokenName } from '../../core/releases';
import { RESTRICTED_CONTAINER } from '../../core/system-pods';
import { type MetricsSource, objectiveMetrics, type Objectives } from '../analysis-queries';
import { placed, type PodPlacement, variables } from './pod-template';
import type { ReleaseTimes } from './times';

export type AnalysisTemplate = IAnalysisTemplate & KubernetesObject;

/** A call that the smoke test makes, and how it must be answered. */
export interface SmokeCheck {
  /** Path, such as `/health`. */
  readonly path: string;
  /** Status of HTTP. */
  readonly status: number;
}

export interface SmokeProps {
  readonly service: string;
  readonly namespace: string;
  readonly placement: PodPlacement;
  readonly checks: readonly SmokeCheck[];
  /** Config map of the program. */
  readonly program: string;
  readonly times: ReleaseTimes;
}

/** Arguments of the analyses, which rollouts give. Argo Rollouts puts them where the names stand in braces. */
export const SMOKE_ARGUMENT = 'preview';
export const ROUTE_ARGUMENTS = { namespace: 'namespace', route: 'route' } as const;
const given = (argument: string): string => `{{args.${argument}}}`;

const TOKEN_FOLDER = '/token';

/** Seconds that a finished test stays to be looked at. Its log is in CloudWatch for longer. */
const KEPT_SECONDS = 3600;

/** The program's heap, in MiB, of the container's memory. */
const MEMORY = { heap: 96, limit: 128 } as const;

/**
 * Calls a new version before anybody else does. A job of the namespace, and no more: it runs as the account `default`, which has no
 * role in AWS and no right in Kubernetes, and holds nothing but the token of a synthetic tenant.
 *
 * Argo Rollouts makes the job and takes its outcome: "Job Metrics", Argo Rollouts documentation.
 */
export const smokeAnalysis = (props: SmokeProps): AnalysisTemplate => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: smokeTemplate(props.service), namespace: props.namespace },
  spec: {
    args: [{ name: SMOKE_ARGUMENT }],
    metrics: [
      {
        // Part of the job's name, beside a UID and a number; a label has 63 characters.
        name: 'smoke',
        // Once: what failed has failed. A job that could not even be made is an error, and tried again.
        count: 1,
        failureLimit: 0,
        provider: {
          job: {
            spec: {
              backoffLimit: 0,
              // A node that goes is no fault of the version: the test is made once more.
              podFailurePolicy: {
                rules: [
                  { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
                ],
              },
              activeDeadlineSeconds: props.times.smokeDeadlineSeconds,
              ttlSecondsAfterFinished: KEPT_SECONDS,
              template: {
                metadata: {
                  labels: { [SMOKE_LABEL]: props.service },
                  annotations: { 'karpenter.sh/do-not-disrupt': 'true' },
                },
                spec: smokePod(props),
              },
            },
          },
        },
      },
    ],
  },
});

const smokePod = ({ service, placement, checks, program }: SmokeProps): IPodSpec => ({
  serviceAccountName: 'default',
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  restartPolicy: 'Never',
  ...placed(placement),
  securityContext: {
    runAsNonRoot: true,
    runAsUser: PROGRAM_USER,
    runAsGroup: PROGRAM_USER,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  containers: [
    {
      name: 'smoke',
      image: NODE_IMAGE,
      imagePullPolicy: 'IfNotPresent',
      command: ['node'],
      args: [`--max-old-space-size=${String(MEMORY.heap)}`, PROGRAM_FILE],
      env: variables({
        PREVIEW_URL: given(SMOKE_ARGUMENT),
        CHECKS: JSON.stringify(checks),
        TOKEN_FILE: `${TOKEN_FOLDER}/token`,
      }),
      resources: {
        requests: { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '16Mi' },
        limits: { memory: `${String(MEMORY.limit)}Mi`, 'ephemeral-storage': '64Mi' },
      },
      securityContext: { ...RESTRICTED_CONTAINER, capabilities: { drop: ['ALL'] } },
      volumeMounts: [
        { name: 'program', mountPath: PROGRAM_FOLDER, readOnly: true },
        { name: 'token', mountPath: TOKEN_FOLDER, readOnly: true },
      ],
    },
  ],
  volumes: [
    { name: 'program', configMap: { name: program } },
    // The release writes it before it writes the pods' template.
    { name: 'token', secret: { secretName: smokeTokenName(service) } },
  ],
});

export interface ObjectivesProps {
  readonly service: string;
  readonly namespace: string;
  readonly metrics: MetricsSource;
  readonly objectives: Objectives;
}

/** Judges a version by the calls that it answers, once it takes them all: one template for all slices of a service. */
export const objectivesAnalysis = (props: ObjectivesProps): AnalysisTemplate => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: objectivesTemplate(props.service), namespace: props.namespace },
  spec: {
    args: Object.values(ROUTE_ARGUMENTS).map((name) => ({ name })),
    metrics: objectiveMetrics(
      props.metrics,
      { namespace: given(ROUTE_ARGUMENTS.namespace), route: given(ROUTE_ARGUMENTS.route) },
      props.objectives,
    ),
  },
});
