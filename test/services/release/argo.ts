import { createHash } from 'node:crypto';
import { RELEASE_ANNOTATIONS, SMOKE_LABEL } from '../../../constructs/core/releases';
import type { Cluster, Status, Thing } from './cluster';

/** What becomes of a release. */
export type Fate = 'good' | 'smoke-fails' | 'objectives-fail' | 'never-ready' | 'inconclusive';

/** How long things take, in seconds. */
const SEEN = 3;
const READY = 8;
const SMOKE = 15;
const OBJECTIVES = 40;

interface Going {
  readonly hash: string;
  since: number;
}

/**
 * Blue-green rollouts as Argo Rollouts does them, as far as releases see it: what is seen when, which analyses there are, what
 * `status` says. A version that waits to be scaled down is taken for good without an analysis, as there; and so is one that
 * was aborted a moment ago.
 */
export class Argo {
  /** What becomes of releases; all others are good. */
  public readonly fates = new Map<string, Fate>();
  /** Smoke tests that were made: release, and whether the token that they found was good. */
  public readonly smoked: { readonly release: string; readonly isTokenGood: boolean }[] = [];
  /** Versions that still have pods. */
  private readonly warm = new Map<string, number>();
  private readonly going = new Map<string, Going>();

  public constructor(
    private readonly cluster: Cluster,
    private readonly isTokenGood: (token: string, now: number) => boolean,
  ) {}

  public copyFrom(other: Argo): void {
    for (const [hash, until] of other.warm) this.warm.set(hash, until);
    for (const [key, going] of other.going) this.going.set(key, { ...going });
  }

  /** @param now in milliseconds since 1970 */
  public tick(now: number): void {
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
    if (seconds < SEEN || (status.abort === true && status.currentPodHash === hash)) return;
    const release = template.template.metadata.annotations[RELEASE_ANNOTATIONS.release] ?? '';
    const next = this.next({ rollout, template, hash, release, seconds, now });
    this.cluster.put('rollouts', namespace, {
      ...rollout,
      status: {
        ...next,
        currentPodHash: hash,
        observedGeneration: String(rollout.metadata.generation),
        workloadObservedGeneration: String(template.metadata.generation),
      },
    });
  }

  private next(at: {
    rollout: Thing;
    template: Thing;
    hash: string;
    release: string;
    seconds: number;
    now: number;
  }): Status {
    const { rollout, hash, release, seconds, now } = at;
    const { stableRS = '' } = rollout.status ?? {};
    const fate = this.fates.get(release) ?? 'good';
    const base = { stableRS, updatedReplicas: 1, availableReplicas: 1 };
    const isReady = seconds >= READY && fate !== 'never-ready';
    this.pods(at, isReady);
    const healthy = { ...base, stableRS: hash, phase: 'Healthy', blueGreen: { activeSelector: hash } };
    if (hash === stableRS) return healthy;
    const old = { activeSelector: stableRS, previewSelector: hash };
    if (!isReady) {
      const message = 'updated replicas are still becoming available';
      return { ...base, availableReplicas: 0, phase: 'Progressing', message, blueGreen: old };
    }
    // No stable version, or one that is still warm: no analysis.
    if (stableRS === '' || (this.warm.get(hash) ?? 0) > now) {
      this.warm.set(stableRS, now + 480_000);
      return healthy;
    }
    const smoke = { name: `${rollout.metadata.name}-${hash}-pre`, status: 'Running' };
    if (seconds < READY + SMOKE)
      return {
        ...base,
        phase: 'Progressing',
        message: 'active service cutover pending',
        blueGreen: { ...old, prePromotionAnalysisRunStatus: smoke },
      };
    const isSmoked = this.smoke(at, smoke.name);
    if (fate === 'inconclusive')
      return {
        ...base,
        phase: 'Paused',
        pauseConditions: [{ reason: 'InconclusiveAnalysisRun' }],
        blueGreen: { ...old, prePromotionAnalysisRunStatus: { ...smoke, status: 'Inconclusive' } },
      };
    if (!isSmoked)
      return this.aborted(base, old, hash, now, {
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
        phase: 'Progressing',
        message: 'waiting for analysis to complete',
        blueGreen: {
          activeSelector: hash,
          prePromotionAnalysisRunStatus: passed,
          postPromotionAnalysisRunStatus: objectives,
        },
      };
    if (fate === 'objectives-fail') {
      this.analysisRun(at, objectives.name, {
        name: 'p95',
        phase: 'Failed',
        measurements: [{ value: '[1.93]' }],
      });
      return this.aborted(base, old, hash, now, {
        prePromotionAnalysisRunStatus: passed,
        postPromotionAnalysisRunStatus: { ...objectives, status: 'Failed' },
      });
    }
    this.warm.set(stableRS, now + 480_000);
    return healthy;
  }

  private aborted(base: Status, old: object, hash: string, now: number, runs: object): Status {
    this.warm.set(hash, now + 120_000);
    return {
      ...base,
      abort: true,
      phase: 'Degraded',
      message: 'RolloutAborted: Rollout aborted update to revision 2',
      blueGreen: { ...old, ...runs },
    };
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
