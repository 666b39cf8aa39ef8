import { SMOKE_LABEL } from '../../constructs/core/releases';
import type { KubeObject, Kubernetes } from './kubernetes';
import { quoted } from './output';
import { analysesOf, type Rollout } from './rollout';

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly exitCode?: number; readonly reason?: string; readonly message?: string };
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface Pod extends KubeObject {
  readonly spec?: { readonly containers?: readonly { readonly name: string; readonly image: string }[] };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface AnalysisRun extends KubeObject {
  readonly status?: {
    readonly metricResults?: readonly {
      readonly name: string;
      readonly phase?: string;
      readonly message?: string;
      readonly measurements?: readonly { readonly value?: string; readonly message?: string }[];
    }[];
  };
}

/** Label of pods of a version: `DefaultRolloutUniqueLabelKey`, Argo Rollouts. */
export const POD_HASH_LABEL = 'rollouts-pod-template-hash';

/** Pods that are told of: more of them would say the same. */
const MOST_PODS = 3;

/**
 * What is wrong with a version, as far as Kubernetes knows: analyses, the smoke test's own words, pods that do not start. A
 * line each. What cannot be read is left out: the reason that the rollout gave is known already.
 */
export async function diagnose(
  kubernetes: Kubernetes,
  namespace: string,
  service: string,
  rollout: Rollout,
): Promise<readonly string[]> {
  const hash = rollout.status?.currentPodHash;
  const parts = await Promise.allSettled([
    analysisLines(kubernetes, namespace, rollout),
    smokeLines(kubernetes, namespace, service, rollout),
    hash === undefined
      ? []
      : kubernetes.list<Pod>('Pod', namespace, `${POD_HASH_LABEL}=${hash}`).then((pods) => podLines(pods)),
  ]);
  return parts.flatMap((part) => (part.status === 'fulfilled' ? part.value : []));
}

async function analysisLines(kubernetes: Kubernetes, namespace: string, rollout: Rollout): Promise<string[]> {
  const runs = analysesOf(rollout.status?.blueGreen).filter(
    ({ status }) => status !== undefined && !['Successful', 'Running', 'Pending'].includes(status),
  );
  const lines = runs.map(async ({ what, name, status, message }) => {
    const run = await kubernetes.get<AnalysisRun>('AnalysisRun', namespace, name);
    const results = (run?.status?.metricResults ?? []).filter(({ phase }) => phase !== 'Successful');
    return [
      `${what} ${status ?? ''} (analysis run ${name})${message === undefined ? '' : `: ${quoted(message)}`}`,
      ...results.map(({ name: metric, phase, message: why, measurements = [] }) => {
        const last = measurements.at(-1);
        const seen = [why, last?.message, last?.value && `last value ${last.value}`]
          .filter(Boolean)
          .join('; ');
        return `  metric ${metric} ${phase ?? ''}${seen === '' ? '' : `: ${quoted(seen)}`}`;
      }),
    ];
  });
  return (await Promise.all(lines)).flat();
}

/** The last smoke test of the service, if it failed: pods of other slices' tests have the same label. */
async function smokeLines(
  kubernetes: Kubernetes,
  namespace: string,
  service: string,
  rollout: Rollout,
): Promise<string[]> {
  const run = rollout.status?.blueGreen?.prePromotionAnalysisRunStatus;
  if (run === undefined || run.status === 'Successful') return [];
  const pods = await kubernetes.list<Pod>('Pod', namespace, `${SMOKE_LABEL}=${service}`);
  const [latest] = pods.sort((a, b) =>
    (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''),
  );
  return latest ? terminationLines(latest) : [];
}

/** What containers of a pod that ended said, and those that could not begin. */
export function terminationLines(pod: Pod): string[] {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return statuses.flatMap(({ name, state, lastState }) => {
    const ended = state?.terminated ?? lastState?.terminated;
    if (ended && ended.exitCode !== 0) {
      const why = ended.message ?? ended.reason ?? '';
      return [`pod ${pod.metadata.name}, ${name}: exit ${String(ended.exitCode ?? '')}: ${quoted(why)}`];
    }
    return state?.waiting ? waitingLine(pod, name, state.waiting) : [];
  });
}

function waitingLine(
  pod: Pod,
  name: string,
  { reason = '', message = '' }: NonNullable<ContainerState['waiting']>,
) {
  if (reason === 'ContainerCreating' || reason === 'PodInitializing') return [];
  return [`pod ${pod.metadata.name}, ${name}: ${reason}${message === '' ? '' : `: ${quoted(message)}`}`];
}

/** Pods that are not ready, and why. */
function podLines(pods: readonly Pod[]): string[] {
  return pods
    .filter(({ status }) => status?.containerStatuses?.every(({ ready }) => ready === true) !== true)
    .slice(0, MOST_PODS)
    .flatMap((pod) => {
      const unscheduled = pod.status?.conditions?.find(
        ({ type, status }) => type === 'PodScheduled' && status === 'False',
      );
      const lines = [
        ...(unscheduled
          ? [
              `pod ${pod.metadata.name} has no node: ${quoted(unscheduled.message ?? unscheduled.reason ?? '')}`,
            ]
          : []),
        ...terminationLines(pod),
      ];
      return lines.length > 0
        ? lines
        : [`pod ${pod.metadata.name} is not ready (${pod.status?.phase ?? 'no phase'})`];
    });
}
