import type { IRollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { IService } from 'kubernetes-models/v1/Service';
import type { KubernetesObject } from '../../core/chart';
import {
  objectivesTemplate,
  previewName,
  RELEASE_NAME_LABEL,
  releaseName,
  releaseRoute,
  type Slice,
  smokeTemplate,
} from '../../core/releases';
import { WORKLOAD_PORT } from '../../core/workload-port';
import { ROUTE_ARGUMENTS, SMOKE_ARGUMENT } from './analyses';
import type { ReleaseTimes } from './times';

/** A part of an owner that gets releases by itself. */
export interface ReleaseSlice {
  readonly slice: Slice;
  /** Pods while nothing is released. */
  readonly replicas: number;
}

export interface SliceProps extends ReleaseSlice {
  readonly service: string;
  readonly namespace: string;
  readonly times: ReleaseTimes;
}

/** Pod templates, and versions without pods, that one can go back to by hand. */
const HISTORY = 5;

const labelsOf = ({ service, slice }: SliceProps) => ({ [RELEASE_NAME_LABEL]: releaseName(service, slice) });

/** Where the smoke test finds a version that nobody else is led to. */
export const previewUrl = ({
  service,
  slice,
  namespace,
}: Pick<SliceProps, 'service' | 'slice' | 'namespace'>): string =>
  `http://${previewName(service, slice)}.${namespace}.svc.cluster.local:${String(WORKLOAD_PORT)}`;

/** What a slice of an owner's service is: a rollout, the service that routes lead to, the one that none does, and a budget. */
export const sliceObjects = (props: SliceProps): readonly KubernetesObject[] => [
  service(props, releaseName(props.service, props.slice)),
  service(props, previewName(props.service, props.slice)),
  rollout(props),
  disruptionBudget(props),
];

/** Argo Rollouts adds the hash of a version to the selector. Port and target are one: policies of the network go by it. */
const service = (props: SliceProps, name: string): IService & KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: props.namespace },
  spec: {
    type: 'ClusterIP',
    selector: labelsOf(props),
    // "Limit Pod traffic with Kubernetes network policies", Amazon EKS User Guide: the two ports must be the same.
    ports: [{ name: 'http', port: WORKLOAD_PORT, targetPort: WORKLOAD_PORT, protocol: 'TCP' }],
  },
});

/**
 * The rollout says how a version is tried, judged and taken back. What runs, a `PodTemplate` of its name says, which releases write:
 * so no deployment of this changes what runs, and no release how it is judged. Until the first release there is none, and
 * nothing runs.
 *
 * "BlueGreen Deployment Strategy", Argo Rollouts documentation; `PodTemplate` as the referenced workload: `infoByGroupKind` of
 * `rollout/temlateref.go`, Argo Rollouts.
 */
function rollout(props: SliceProps): IRollout & KubernetesObject {
  const { namespace, replicas, times } = props;
  const name = releaseName(props.service, props.slice);
  const argument = (of: string, value: string) => ({ name: of, value });
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name, namespace },
    spec: {
      replicas,
      revisionHistoryLimit: HISTORY,
      progressDeadlineSeconds: times.progressDeadlineSeconds,
      progressDeadlineAbort: true,
      selector: { matchLabels: labelsOf(props) },
      workloadRef: { apiVersion: 'v1', kind: 'PodTemplate', name },
      analysis: { successfulRunHistoryLimit: HISTORY, unsuccessfulRunHistoryLimit: HISTORY },
      strategy: {
        blueGreen: {
          activeService: name,
          previewService: previewName(props.service, props.slice),
          // By the smoke test, and nobody's click.
          autoPromotionEnabled: true,
          // No `previewReplicaCount`: with fewer pods in the preview, Argo Rollouts 1.9 takes no release any more after one that it took
          // back (argoproj/argo-rollouts issue 4728), and a version that is still there would be started anew.
          prePromotionAnalysis: {
            templates: [{ templateName: smokeTemplate(props.service) }],
            args: [argument(SMOKE_ARGUMENT, previewUrl(props))],
          },
          postPromotionAnalysis: {
            templates: [{ templateName: objectivesTemplate(props.service) }],
            args: [
              argument(ROUTE_ARGUMENTS.namespace, namespace),
              argument(ROUTE_ARGUMENTS.route, releaseRoute(props.service, props.slice)),
            ],
          },
          scaleDownDelaySeconds: times.scaleDownDelaySeconds,
          // Releases in quick succession leave no row of old versions behind, for which the quota has no pods.
          scaleDownDelayRevisionLimit: 1,
          abortScaleDownDelaySeconds: times.abortScaleDownDelaySeconds,
        },
      },
    },
  };
}

/**
 * Nodes are emptied pod by pod, of old and new version together; a pod that is not ready holds none up. The budget finds out how
 * many there should be by the ReplicaSets: "Specifying a Disruption Budget for your Application", Kubernetes documentation.
 */
const disruptionBudget = (props: SliceProps): IPodDisruptionBudget & KubernetesObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: releaseName(props.service, props.slice), namespace: props.namespace },
  spec: {
    maxUnavailable: 1,
    selector: { matchLabels: labelsOf(props) },
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
  },
});
