import { createHash } from 'node:crypto';
import { RELEASE_ANNOTATIONS, SMOKE_LABEL } from '../../../constructs/core/releases';
import type { Cluster, Status, Thing } from './cluster';

/** What becomes of a release. `crashes`: its pods end again and again some time after they took all traffic. */
export type Fate = 'good' | 'smoke-fails' | 'objectives-fail' | 'never-ready' | 'inconclusive' | 'crashes';

/** How long things take, in seconds. */
const SEEN = 3;
const READY = 8;
const SMOKE = 15;
const OBJECTIVES = 40;
const CRASH = 10;
/** `progressDeadlineSeconds`, `scaleDownDelaySeconds` and `abortScaleDownDelaySeconds` of the rollouts. */
const PROGRESS_DEADLINE = 600;
const SCALE_DOWN_DELAY = 480;
const ABORT_SCALE_DOWN_DELAY = 120;

interface Going {
  readonly hash: string;
  since: number;
}

/** What is looked at. */
interface At {
  readonly rollout: Thing;
  readonly template: Thing;
  /** Of the pods that the template makes. */
  readonly hash: string;
  readonly release: string;
  /** Since the template says this. */
  readonly seconds: number;
  readonly now: number;
}

/**
 * Blue-green rollouts as Argo Rollouts does them, as far as releases see it: what is seen when, which analyses there are, what
 * `status` says. Of what surprises:
 *
 * - The first version is stable as soon as it is seen, long before it takes traffic: "shouldFullPromote", rollout/sync.go.
 * - While nothing takes traffic there is no analysis: "skipPrePromotionAnalysisRun", rollout/analysis.go.
 * - A version that waits to be scaled down is taken for good without an analysis, and so is one that was aborted a moment
 *   ago: "isBlueGreenFastTracked", rollout/bluegreen.go.
 * - The stable version is none of these. When the template becomes it again while another has the traffic, that stays until
 *   the progress deadline aborts: "completedPrePromotionAnalysis", rollout/pause.go, for there is no analysis to complete.
 * - Nothing is switched while pods of the template are not all ready, not even after an abort: "reconcileActiveService",
 *   rollout/service.go. They are scaled down all the same.
 */
export class Argo {
  /** What becomes of releases; all others are good. */
  public readonly fates = new Map<string, Fate>();
  /** Smoke tests that were made: release, and whether the token that they found was good. */
  public readonly smoked: { readonly release: string; readonly isTokenGood: boolean }[] = [];
  /** Versions that still have pods. */
  private readonly warm = new Map<string, number>();
  private readonly going = new Map<string, Going>();
  private now = 0;

  public constructor(
    private readonly cluster: Cluster,
    private readonly isTokenGood: (token: string, now: number) => boolean,
  ) {}

  public copyFrom(other: Argo): void {
    for (const [hash, until] of other.warm) this.warm.set(hash, until);
    for (const [key, going] of other.going) this.going.set(key, { ...going });
  }

  /** As if a rollout had seen its template only this many seconds ago. @param key `tier-starter/api` */
  public restart(key: string, seconds: number): void {
    const going = this.going.get(key);
    if (going) going.since = Math.max(going.since, this.now - seconds * 1000);
  }

  /** @param now in milliseconds since 1970 */
  public tick(now: number): void {
    this.now = now;
    for (const rollout of this.cluster.all('rollouts')) {
      const { namespace, name } = rollout.metadata;
      const template = this.cluster.find('podtemplates', namespace, name);
      if (template) this.move(rollout, template, now);
    }
  }

  private move(rollout: Thing, template: Thing, now: number): void {
    const { namespace, name } = rollout.metadata;
    const key = `${namespace}/${name}`;
    const hash = createHash('sha256').update(JSON.stringify(template.template)).digest('hex').slice(0, 10);
    let going = this.going.get(key);
    if (going?.hash !== hash) {
      going = { hash, since: now };
      this.going.set(key, going);
    }
    const seconds = (now - going.since) / 1000;
    const { status = {} } = rollout;
    if (seconds < SEEN) return;
    const release = template.template.metadata.annotations[RELEASE_ANNOTATIONS.release] ?? '';
    const at = { rollout, template, hash, release, seconds, now };
    const isAborted = status.abort === true && status.currentPodHash === hash;
    this.cluster.put('rollouts', namespace, {
      ...rollout,
      status: {
        ...(isAborted ? this.afterAbort(at, status) : this.next(at)),
        currentPodHash: hash,
        observedGeneration: String(rollout.metadata.generation),
        workloadObservedGeneration: String(template.metadata.generation),
      },
    });
  }

  private next(at: At): Status {
    const { rollout, hash, release, seconds, now } = at;
    const { stableRS: known = '', blueGreen } = rollout.status ?? {};
    const active = blueGreen?.activeSelector ?? '';
    const stableRS = known === '' ? hash : known;
    const fate = this.fates.get(release) ?? 'good';
    const base = { stableRS, updatedReplicas: 1, availableReplicas: 1 };
    const isReady = this.isReady(at);
    this.pods(at, isReady);
    const healthy = { ...base, stableRS: hash, phase: 'Healthy', blueGreen: { activeSelector: hash } };
    if (hash === stableRS && hash === active) return healthy;
    const old = { activeSelector: active };
    if (!isReady && active !== hash) {
      const message = 'updated replicas are still becoming available';
      return { ...base, availableReplicas: 0, phase: 'Progressing', message, blueGreen: old };
    }
    // Nothing takes traffic yet, or this one is still warm: no analysis.
    if (active === '' || (this.warm.get(hash) ?? 0) > now) {
      this.warm.set(active, now + SCALE_DOWN_DELAY * 1000);
      return healthy;
    }
    const pending = { ...base, phase: 'Progressing', message: 'active service cutover pending' };
    if (hash === stableRS)
      return seconds < PROGRESS_DEADLINE
        ? { ...pending, blueGreen: old }
        : {
            ...base,
            abort: true,
            phase: 'Degraded',
            message: `ProgressDeadlineExceeded: ReplicaSet "api-${hash}" has timed out progressing.`,
            blueGreen: { activeSelector: hash },
          };
    const smoke = { name: `${rollout.metadata.name}-${hash}-pre`, status: 'Running' };
    if (seconds < READY + SMOKE)
      return { ...pending, blueGreen: { ...old, prePromotionAnalysisRunStatus: smoke } };
    const isSmoked = this.smoke(at, smoke.name);
    if (fate === 'inconclusive')
      return {
        ...base,
        phase: 'Paused',
        pauseConditions: [{ reason: 'InconclusiveAnalysisRun' }],
        blueGreen: { ...old, prePromotionAnalysisRunStatus: { ...smoke, status: 'Inconclusive' } },
      };
    if (!isSmoked)
      return this.aborted(at, base, {
        prePromotionAnalysisRunStatus: {
          ...smoke,
          status: 'Failed',
          message: 'Metric "smoke" assessed Failed due to failed (1) > failureLimit (0)',
        },
      });
    const passed = { ...smoke, status: 'Successful' };
    const objectives = { name: `${rollout.metadata.name}-${hash}-post`, status: 'Running' };
    if (seconds < READY + SMOKE + OBJECTIVES)
      return {
        ...base,
        availableReplicas: isReady ? 1 : 0,
        phase: 'Progressing',
        message: 'waiting for analysis to complete',
        blueGreen: {
          activeSelector: hash,
          prePromotionAnalysisRunStatus: passed,
          postPromotionAnalysisRunStatus: objectives,
        },
      };
    if (fate === 'objectives-fail' || fate === 'crashes') {
      this.analysisRun(at, objectives.name, {
        name: 'p95',
        phase: 'Failed',
        measurements: [{ value: '[1.93]' }],
      });
      return this.aborted(at, base, {
        prePromotionAnalysisRunStatus: passed,
        postPromotionAnalysisRunStatus: { ...objectives, status: 'Failed' },
      });
    }
    this.warm.set(stableRS, now + SCALE_DOWN_DELAY * 1000);
    return healthy;
  }

  private isReady({ release, seconds }: At): boolean {
    const fate = this.fates.get(release);
    return (
      seconds >= READY && fate !== 'never-ready' && !(fate === 'crashes' && seconds >= READY + SMOKE + CRASH)
    );
  }

  private aborted(at: At, base: Status, runs: object): Status {
    this.warm.set(at.hash, at.now + ABORT_SCALE_DOWN_DELAY * 1000);
    return this.afterAbort(at, {
      ...base,
      abort: true,
      phase: 'Degraded',
      message: 'RolloutAborted: Rollout aborted update to revision 2',
      blueGreen: { ...at.rollout.status?.blueGreen, ...runs },
    });
  }

  /** Back to the stable version, if pods of the template are ready; pods of that go in any case. */
  private afterAbort(at: At, status: Status): Status {
    const { hash, now, rollout } = at;
    const isReady = this.isReady(at);
    const { stableRS = '' } = status;
    if (hash === stableRS) {
      if (!isReady) return status;
      return {
        ...status,
        availableReplicas: 1,
        phase: 'Degraded',
        message: 'RolloutAborted: Rollout aborted update to revision 3',
        blueGreen: { ...status.blueGreen, activeSelector: stableRS },
      };
    }
    const { namespace, name } = rollout.metadata;
    if ((this.warm.get(hash) ?? 0) <= now) this.cluster.remove('pods', namespace, `${name}-${hash}-0`);
    if (!isReady) return { ...status, availableReplicas: 0 };
    return { ...status, blueGreen: { ...status.blueGreen, activeSelector: stableRS } };
  }

  /** Makes the smoke test once. @returns whether it passed */
  private smoke(
    { rollout, release, now }: { rollout: Thing; template: Thing; release: string; now: number },
    run: string,
  ): boolean {
    const { namespace } = rollout.metadata;
    const name = `${run}-pod`;
    const before = this.cluster.find('pods', namespace, name);
    if (before) return before.status?.containerStatuses?.[0]?.state?.terminated?.exitCode === 0;
    const secret = this.cluster.find('secrets', namespace, 'smoke-token-api');
    const token = Buffer.from(secret?.data['token'] ?? '', 'base64').toString();
    const isTokenGood = this.isTokenGood(token, now);
    this.smoked.push({ release, isTokenGood });
    const isGood = isTokenGood && this.fates.get(release) !== 'smoke-fails';
    const message = isGood
      ? 'smoke test passed: 1 of 1'
      : `smoke test failed: 1 of 1\nGET /health must answer 200, got ${isTokenGood ? 503 : 401}`;
    this.cluster.put('pods', namespace, {
      metadata: { name, labels: { [SMOKE_LABEL]: 'api' }, creationTimestamp: new Date(now).toISOString() },
      status: {
        containerStatuses: [{ name: 'smoke', state: { terminated: { exitCode: isGood ? 0 : 1, message } } }],
      },
    });
    if (!isGood)
      this.analysisRun({ rollout }, run, { name: 'smoke', phase: 'Failed', message: 'job failed' });
    return isGood;
  }

  private analysisRun({ rollout }: { rollout: Thing }, name: string, result: object): void {
    this.cluster.put('analysisruns', rollout.metadata.namespace, {
      metadata: { name },
      status: { metricResults: [result] },
    });
  }

  private pods(
    { rollout, template, hash }: { rollout: Thing; template: Thing; hash: string },
    ready: boolean,
  ): void {
    const { namespace, name } = rollout.metadata;
    const { metadata, spec } = template.template;
    const waiting = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } };
    this.cluster.put('pods', namespace, {
      metadata: {
        name: `${name}-${hash}-0`,
        annotations: metadata.annotations,
        labels: { ...metadata.labels, 'rollouts-pod-template-hash': hash },
      },
      spec,
      status: {
        phase: ready ? 'Running' : 'Pending',
        containerStatuses: [{ name: 'api', ready, state: ready ? {} : waiting }],
      },
    });
  }
}
