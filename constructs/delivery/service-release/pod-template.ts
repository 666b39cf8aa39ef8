import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import { PLACEHOLDERS, RELEASE_ANNOTATIONS, RELEASE_NAME_LABEL } from '../../core/releases';
import { RESTRICTED_CONTAINER } from '../../core/system-pods';
import { NODE_POOL_KEY, type WorkloadPlacement } from '../../core/workload-labels';
import { WORKLOAD_PORT } from '../../core/workload-port';
import { gracePeriodSeconds, type ReleaseTimes } from './times';

/** Where the pods of an owner run, as admission demands it. */
export type PodPlacement = Pick<WorkloadPlacement, 'nodePool' | 'priorityClass'>;

/** What a container asks for, and where it ends: the tier's `containers`. */
export interface PodSizes {
  readonly cpuMillicores: number;
  readonly memoryMiB: number;
  readonly memoryLimitMiB: number;
  readonly ephemeralLimitMiB: number;
}

export interface ServicePodProps {
  readonly service: string;
  readonly placement: PodPlacement;
  readonly containers: PodSizes;
  /** What the service is told, besides what every service is: see {@link OWN_VARIABLES}. */
  readonly environment: Readonly<Record<string, string>>;
  readonly times: ReleaseTimes;
  /** Longest that a call may take, in seconds: the gateways' own limit. */
  readonly requestTimeoutSeconds: number;
}

/** What every service is told by its template. */
export const OWN_VARIABLES = ['SERVICE', 'PORT', 'RELEASE', 'DATABASE_SCHEMA'] as const;

/** User and group of the process. An image needs no user of its own, and its files must be readable to all. */
const USER = 10_001;

/** What tells that a service can answer. It must not ask databases: a slow one would take all pods from the calls at once. */
export const HEALTH_PATH = '/health';

const HEALTH = { httpGet: { path: HEALTH_PATH, port: WORKLOAD_PORT } };

/** Name of the volume that is the only place to write to, lost with the pod. */
const SCRATCH = 'scratch';

/** Where a pod runs, in its specification's words. */
export const placed = ({
  nodePool,
  priorityClass,
}: PodPlacement): Pick<IPodSpec, 'nodeSelector' | 'tolerations' | 'priorityClassName'> => ({
  nodeSelector: { [NODE_POOL_KEY]: nodePool },
  tolerations: [{ key: NODE_POOL_KEY, operator: 'Equal', value: nodePool, effect: 'NoSchedule' }],
  priorityClassName: priorityClass,
});

/** Variables in the form of a container. */
export const variables = (environment: Readonly<Record<string, string>>) =>
  Object.entries(environment).map(([name, value]) => ({ name, value }));

/**
 * What pods of a service are, but for what only a release knows: placeholders stand for it. The release writes this, filled
 * in, as the `PodTemplate` that a slice's rollout follows.
 */
export const servicePod = (props: ServicePodProps): IPodTemplateSpec => ({
  metadata: {
    labels: { 'app.kubernetes.io/name': props.service, [RELEASE_NAME_LABEL]: PLACEHOLDERS.name },
    annotations: {
      [RELEASE_ANNOTATIONS.release]: PLACEHOLDERS.release,
      [RELEASE_ANNOTATIONS.schema]: PLACEHOLDERS.schema,
    },
  },
  spec: {
    serviceAccountName: props.service,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...placed(props.placement),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map(
      (topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        // A zone without room must not hold a release up.
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { [RELEASE_NAME_LABEL]: PLACEHOLDERS.name } },
        // Each version by itself: Argo Rollouts puts its hash on the pods.
        matchLabelKeys: ['rollouts-pod-template-hash'],
      }),
    ),
    terminationGracePeriodSeconds: gracePeriodSeconds(props),
    containers: [container(props)],
    volumes: [
      {
        name: SCRATCH,
        emptyDir: { sizeLimit: `${String(Math.ceil(props.containers.ephemeralLimitMiB / 2))}Mi` },
      },
    ],
  },
});

const container = ({ service, containers, environment, times }: ServicePodProps): IContainer => ({
  name: service,
  image: PLACEHOLDERS.image,
  imagePullPolicy: 'IfNotPresent',
  ports: [{ name: 'http', containerPort: WORKLOAD_PORT, protocol: 'TCP' }],
  env: variables({
    SERVICE: service,
    PORT: String(WORKLOAD_PORT),
    RELEASE: PLACEHOLDERS.release,
    DATABASE_SCHEMA: PLACEHOLDERS.views,
    ...environment,
  }),
  resources: {
    requests: {
      cpu: `${String(containers.cpuMillicores)}m`,
      memory: `${String(containers.memoryMiB)}Mi`,
      'ephemeral-storage': `${String(Math.ceil(containers.ephemeralLimitMiB / 4))}Mi`,
    },
    // Of CPU the namespace's limit for containers: nodes are the owner's own.
    limits: {
      memory: `${String(containers.memoryLimitMiB)}Mi`,
      'ephemeral-storage': `${String(containers.ephemeralLimitMiB)}Mi`,
    },
  },
  // A minute to start; then out of the calls after 15 seconds without an answer.
  startupProbe: { ...HEALTH, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 30 },
  readinessProbe: { ...HEALTH, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 },
  // Only what no longer takes connections is started again: a restart helps nothing that waits for a database.
  livenessProbe: {
    tcpSocket: { port: WORKLOAD_PORT },
    periodSeconds: 10,
    timeoutSeconds: 2,
    failureThreshold: 6,
  },
  // The kubelet sleeps, so the image needs no shell: "Container Lifecycle Hooks", Kubernetes documentation.
  lifecycle: { preStop: { sleep: { seconds: times.preStopSeconds } } },
  securityContext: { ...RESTRICTED_CONTAINER, capabilities: { drop: ['ALL'] } },
  volumeMounts: [{ name: SCRATCH, mountPath: '/tmp' }],
});
