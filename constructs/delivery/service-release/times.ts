import { SCALE_DOWN_DELAY_SECONDS } from '../../core/releases';
import type { Rule } from '../../core/validation';
import { ANALYSIS_SECONDS } from '../analysis-queries';

/** How long the parts of a release take or wait, in seconds. */
export interface ReleaseTimes {
  /** Most that the smoke test may take, waiting for a node and the image included: a minute until it is answered, 20 calls of 10 s. */
  readonly smokeDeadlineSeconds: number;
  /**
   * How long pods of the old version stay once the analysis of the new one has passed: a way back without a start, and time for
   * what is open to end. Longer than that analysis, though the version before is not ended while it runs.
   */
  readonly scaleDownDelaySeconds: number;
  /** How long pods of a version that was taken back stay: time for the calls that they still answer. Not 0, which is for ever. */
  readonly abortScaleDownDelaySeconds: number;
  /**
   * After how long without a pod becoming ready a release is taken back. Longer than each analysis, while which no pod does
   * anything new: `progressDeadlineSeconds`, "Rollout Specification", Argo Rollouts documentation.
   */
  readonly progressDeadlineSeconds: number;
  /**
   * How long a pod that is told to end goes on as before. Meanwhile Envoy Gateway's control plane hears of it and takes its
   * address from every proxy, which is a matter of a second or two; a pod that ended first would be called in vain.
   */
  readonly preStopSeconds: number;
}

export const RELEASE_TIMES: ReleaseTimes = {
  smokeDeadlineSeconds: 420,
  scaleDownDelaySeconds: SCALE_DOWN_DELAY_SECONDS,
  abortScaleDownDelaySeconds: 120,
  progressDeadlineSeconds: 600,
  preStopSeconds: 15,
};

interface Timed {
  readonly times: ReleaseTimes;
  /** Longest that a call may take, in seconds. */
  readonly requestTimeoutSeconds: number;
}

/** Time to close what is left after the longest call, in seconds. */
const CLOSING_SECONDS = 5;

/** Longest that a pod may take to end: it waits, then its last calls end, then it closes. In seconds. */
export const gracePeriodSeconds = ({ times, requestTimeoutSeconds }: Timed): number =>
  times.preStopSeconds + requestTimeoutSeconds + CLOSING_SECONDS;

export const TIME_RULES: readonly Rule<Timed>[] = [
  ...(Object.keys(RELEASE_TIMES) as (keyof ReleaseTimes)[]).map((key): Rule<Timed> => ({
    fails: ({ times }) => !Number.isSafeInteger(times[key]) || times[key] < 1,
    message: ({ times }) => `times.${key} must be a whole number of seconds, at least 1, got ${times[key]}`,
  })),
  {
    fails: ({ times }) => times.scaleDownDelaySeconds <= ANALYSIS_SECONDS,
    message: ({ times }) =>
      `times.scaleDownDelaySeconds must be longer than the analysis after the promotion, ${ANALYSIS_SECONDS} s, got ${times.scaleDownDelaySeconds}`,
  },
  {
    fails: ({ times }) =>
      times.progressDeadlineSeconds <= Math.max(ANALYSIS_SECONDS, times.smokeDeadlineSeconds),
    message: ({ times }) =>
      `times.progressDeadlineSeconds must be longer than smoke test and analysis, ${Math.max(ANALYSIS_SECONDS, times.smokeDeadlineSeconds)} s, got ${times.progressDeadlineSeconds}`,
  },
  {
    fails: ({ times, requestTimeoutSeconds }) => times.abortScaleDownDelaySeconds < requestTimeoutSeconds,
    message: ({ times, requestTimeoutSeconds }) =>
      `times.abortScaleDownDelaySeconds must be at least the longest call, ${requestTimeoutSeconds} s, got ${times.abortScaleDownDelaySeconds}`,
  },
];
