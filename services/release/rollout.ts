import type { KubeObject } from './kubernetes';

interface AnalysisStatus {
  readonly name: string;
  readonly status?: string;
  readonly message?: string;
}

/** A Rollout of Argo, as far as this program looks. "Rollout specification" and `RolloutStatus`, Argo Rollouts. */
export interface Rollout extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly phase?: string;
    readonly message?: string;
    readonly abort?: boolean;
    readonly observedGeneration?: string;
    readonly workloadObservedGeneration?: string;
    readonly currentPodHash?: string;
    readonly stableRS?: string;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly pauseConditions?: readonly { readonly reason: string }[];
    readonly blueGreen?: {
      readonly activeSelector?: string;
      readonly prePromotionAnalysisRunStatus?: AnalysisStatus;
      readonly postPromotionAnalysisRunStatus?: AnalysisStatus;
    };
  };
}

export type Verdict =
  /** The rollout has not looked at the pod template yet. */
  | { readonly kind: 'unseen' }
  | { readonly kind: 'progressing' }
  /** All traffic goes to the pods of the template, and what was to be proven is. */
  | { readonly kind: 'healthy' }
  /** It will not go on by itself. */
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * What a rollout makes of a generation of its pod template.
 *
 * As `GetRolloutPhase` of utils/rollout/rolloututil.go, Argo Rollouts: the phase counts once generation and workload
 * generation are observed. Blue-green is Healthy only after the analysis behind the promotion. The generation of a pod
 * template counts changes of what is in its template alone.
 */
export function judge(rollout: Rollout, templateGeneration: number): Verdict {
  const { metadata, spec, status = {} } = rollout;
  const { phase, message = '', abort, observedGeneration, workloadObservedGeneration, blueGreen } = status;
  const isSeen =
    workloadObservedGeneration === String(templateGeneration) &&
    observedGeneration === String(metadata.generation ?? 0);
  if (!isSeen) return { kind: 'unseen' };
  const hash = status.currentPodHash;
  const isActive =
    hash !== undefined && hash !== '' && status.stableRS === hash && blueGreen?.activeSelector === hash;
  // What was given up led here: the template became that of the stable version while another had the traffic.
  if (abort === true && isActive)
    return { kind: (status.availableReplicas ?? 0) >= (spec?.replicas ?? 1) ? 'healthy' : 'progressing' };
  if (abort === true || phase === 'Degraded')
    return { kind: 'failed', reason: message === '' ? 'the rollout was aborted' : message };
  // Nobody but a person can say what an analysis that is neither good nor bad means.
  if (isInconclusive(rollout))
    return { kind: 'failed', reason: 'an analysis was inconclusive, and the rollout waits for a person' };
  return phase === 'Healthy' && isActive ? { kind: 'healthy' } : { kind: 'progressing' };
}

/**
 * Whether nothing of this rollout ever took traffic. Argo Rollouts calls the first version stable as soon as it sees it, long before
 * its pods are ready ("shouldFullPromote", rollout/sync.go), and analyses nothing while no version is active
 * ("skipPrePromotionAnalysisRun", rollout/analysis.go).
 */
export const isFirst = ({ status }: Rollout): boolean =>
  (status?.stableRS ?? '') === '' || (status?.blueGreen?.activeSelector ?? '') === '';

/** Whether the current version has all traffic and is not stable yet. */
const isPromoted = ({ status: { stableRS, currentPodHash, blueGreen } = {} }: Rollout): boolean =>
  (stableRS ?? '') !== '' && blueGreen?.activeSelector === currentPodHash && stableRS !== currentPodHash;

/** Whether an analysis of the version that has all traffic goes on, at whose end it is stable or taken back. */
export const isOnTrial = (rollout: Rollout): boolean =>
  isPromoted(rollout) && rollout.status?.abort !== true && !isInconclusive(rollout);

/** Whether the rollout has given up on a version that has all traffic still. */
export const isStranded = (rollout: Rollout): boolean =>
  isPromoted(rollout) && rollout.status?.abort === true;

const isInconclusive = ({ status }: Rollout): boolean =>
  status?.pauseConditions?.some(({ reason }) => reason === 'InconclusiveAnalysisRun') === true;

/** Where a rollout stands, in a line. */
export function progressOf({ spec, status = {} }: Rollout, verdict: Verdict): string {
  if (verdict.kind === 'unseen') return 'waiting for Argo Rollouts to see the new pod template';
  const { phase = 'no phase yet', message, updatedReplicas = 0, availableReplicas = 0, blueGreen } = status;
  const wanted = spec?.replicas ?? 1;
  const isActive = blueGreen?.activeSelector === status.currentPodHash;
  return [
    `${phase}${message === undefined || message === '' ? '' : `: ${message}`}`,
    `${String(updatedReplicas)} of ${String(wanted)} new pods made, ${String(availableReplicas)} pods available`,
    isActive ? 'new version takes traffic' : 'old version takes traffic',
    ...analysesOf(status.blueGreen).map(
      ({ what, status: state = 'Pending', message: why }) =>
        `${what} ${state}${why === undefined || why === '' ? '' : ` (${why})`}`,
    ),
  ].join('; ');
}

/** Analyses that a rollout has begun for what is on its way. */
export const analysesOf = (blueGreen: NonNullable<Rollout['status']>['blueGreen']) =>
  [
    { what: 'smoke test', ...blueGreen?.prePromotionAnalysisRunStatus },
    { what: 'objectives', ...blueGreen?.postPromotionAnalysisRunStatus },
  ].filter((one): one is { what: string } & AnalysisStatus => one.name !== undefined);
