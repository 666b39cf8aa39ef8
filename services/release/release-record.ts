import { releaseName } from '../../constructs/core/releases';
import { type Attempt, isSameAttempt, nextAttempts, nextNumber, withState } from './attempts';
import { iso, MINUTE_MS, pollMs } from './clock';
import type { Context } from './context';
import { Conflict } from './kubernetes';
import { Failure } from './output';
import { hashOf, ofAttempt, type PodSpecTemplate } from './pod-template';
import {
  attemptsOf,
  type Change,
  generationOf,
  isReleased,
  type PodTemplate,
  podTemplateOf,
  releaseOf,
  stableFrom,
  stableOf,
} from './pod-template-record';
import { isFirst, isOnTrial, judge, type Rollout } from './rollout';
import type { DeploySettings } from './settings';
import type { StableVersion } from './stable-version';

/** How often another writer may come between reading and writing. */
const MOST_CONFLICTS = 5;

/** Longest wait for what becomes of another version, in milliseconds: `progressDeadlineSeconds`, after which it is given up. */
const TRIAL_MS = 10 * MINUTE_MS;

/** What a run goes on with. */
export interface Begun {
  readonly attempt: Attempt;
  /** Whether all traffic goes to it already, and it is proven. */
  readonly isDone: boolean;
}

/** What is decided, and what comes of it for the run. The version is this release, if no other is said. */
type Decision<T> = Omit<Change, 'version'> & Partial<Pick<Change, 'version'>> & { readonly result: T };

/**
 * The pod template that a rollout follows, with what became of the last releases. Only this writes it, and only over what it
 * has read.
 */
export class ReleaseRecord {
  /** Name of rollout and pod template. */
  public readonly name: string;
  private readonly hash: string;

  /** @param template pods of the release */
  public constructor(
    private readonly settings: DeploySettings,
    private readonly context: Context,
    private readonly template: PodSpecTemplate,
  ) {
    this.name = releaseName(settings.SERVICE, settings.SLICE);
    this.hash = hashOf(template);
  }

  /**
   * Writes the pod template of the attempt that is to be made, unless it is there. Before that it waits while another version has
   * all traffic and its objectives are looked at. Going back from there, Argo Rollouts would neither try out the stable version
   * nor take it for warm, and leave the traffic where it is until the progress deadline.
   *
   * @throws Failure when there is no rollout that could follow it
   */
  public async begin(): Promise<Begun> {
    await this.trialOfAnother();
    return this.write(async (found) => {
      const rollout = await this.rollout();
      const attempts = this.next(found, rollout);
      const attempt = lastOf(attempts);
      if (!isSame(attempt, found))
        return { attempts, result: { attempt, isDone: false }, stable: stableFrom(found, rollout) };
      const isHealthy = found !== undefined && judge(rollout, generationOf(found)).kind === 'healthy';
      const isDone = attempt.state === 'proven' && isHealthy && isReleased(found);
      return { attempts, result: { attempt, isDone } };
    });
  }

  /** Makes one more attempt at what this run has just released. */
  public again(made: Attempt): Promise<Attempt> {
    return this.write(async (found) => {
      const attempts = this.own(found, made);
      const next: Attempt = { ...made, attempt: nextNumber(attempts, made.release), state: 'trying' };
      const stable = stableFrom(found, await this.rollout());
      return { attempts: [...attempts, next], result: next, stable };
    });
  }

  /** Notes what became of an attempt; of one that is proven, since when. */
  public async end(made: Attempt, state: 'proven' | 'failed'): Promise<void> {
    await this.write((found) =>
      Promise.resolve({
        attempts: withState(this.own(found, made), state),
        result: undefined,
        provenAt: state === 'proven' ? iso(this.context.clock.now()) : undefined,
      }),
    );
  }

  /**
   * Writes the template of what ran before in the place of one that failed.
   *
   * @param stableRS hash of the pods that the rollout would go back to
   * @returns what ran before; nothing if that is not known
   */
  public async restore(made: Attempt, stableRS: string | undefined): Promise<StableVersion | undefined> {
    const stable = stableOf(await this.current(made));
    if (stable?.hash !== stableRS || stable === undefined) return undefined;
    return this.write((found) => {
      const attempts = withState(this.own(found, made), 'failed');
      const attempt = attempts.find((one) => isSameAttempt(one, stable.attempt)) ?? stable.attempt;
      return Promise.resolve({
        attempts: [...attempts.filter((one) => one !== attempt), attempt],
        result: { ...stable, attempt },
        version: { ...stable, release: attempt.release },
      });
    });
  }

  /** Notes since when all traffic goes to what was restored, unless another run has written another, or it never was proven. */
  public async isBack(stable: StableVersion): Promise<void> {
    const { attempt } = stable;
    if (attempt.state !== 'proven' || !isSame(attempt, await this.read())) return;
    await this.write((found) =>
      Promise.resolve({
        attempts: this.own(found, attempt),
        result: undefined,
        provenAt: iso(this.context.clock.now()),
        version: { ...stable, release: attempt.release },
      }),
    );
  }

  /**
   * The pod template, which must still be the one of an attempt.
   *
   * @throws Failure when another run has written another
   */
  public async current(made: Attempt): Promise<PodTemplate> {
    const found = await this.read();
    this.own(found, made);
    if (!found) throw new Error(`pod template ${this.name} is not there, and has attempts`);
    return found;
  }

  /** @throws Failure when there is none */
  public async rollout(): Promise<Rollout> {
    const { OWNER } = this.settings;
    const found = await this.context.kubernetes.get<Rollout>('Rollout', OWNER, this.name);
    if (found) return found;
    throw new Failure(
      `namespace ${OWNER} has no rollout ${this.name}`,
      "deploy the owner's stack, which brings it, then run the step again.",
    );
  }

  /** Has Argo Rollouts lead all traffic to the stable version, as `kubectl argo rollouts abort` does. */
  public abort(): Promise<void> {
    return this.context.kubernetes.setStatus('Rollout', this.settings.OWNER, this.name, { abort: true });
  }

  private async trialOfAnother(): Promise<void> {
    const { clock, output } = this.context;
    let isTold = false;
    for (const until = clock.now() + TRIAL_MS; clock.now() < until;) {
      const found = await this.read();
      const rollout = await this.rollout();
      if (!isOnTrial(rollout) || isSame(lastOf(this.next(found, rollout)), found)) return;
      if (!isTold)
        output.tell(
          `${this.name}: all traffic goes to ${releaseOf(found)}, whose objectives are looked at; waiting for what becomes of ${releaseOf(found)}, at most ten minutes`,
        );
      isTold = true;
      await clock.sleep(pollMs(clock));
    }
  }

  /** Attempts, the last of which is to be made or gone on with. */
  private next(found: PodTemplate | undefined, rollout: Rollout): readonly Attempt[] {
    return nextAttempts({
      release: this.settings.RELEASE,
      template: this.hash,
      attempts: attemptsOf(found),
      isFirst: isFirst(rollout),
      hasFailed: found !== undefined && judge(rollout, generationOf(found)).kind === 'failed',
    });
  }

  private read(): Promise<PodTemplate | undefined> {
    return this.context.kubernetes.get<PodTemplate>('PodTemplate', this.settings.OWNER, this.name);
  }

  /** Attempts, the last of which must be the given one. */
  private own(found: PodTemplate | undefined, made: Attempt): readonly Attempt[] {
    if (isSame(made, found)) return attemptsOf(found);
    throw new Failure(
      `pod template ${this.name} was replaced while ${made.release} was being released: it now says ${releaseOf(found)}`,
      'see which other run released to this owner, and let one end before the other begins.',
    );
  }

  private async write<T>(decide: (found: PodTemplate | undefined) => Promise<Decision<T>>): Promise<T> {
    const { RELEASE, SCHEMA = '', OWNER } = this.settings;
    for (let conflicts = 0; ; conflicts++) {
      const found = await this.read();
      const { result, ...change } = await decide(found);
      const template = ofAttempt(this.template, lastOf(change.attempts).attempt);
      const version = { release: RELEASE, schema: SCHEMA, template };
      try {
        await this.context.kubernetes.apply(
          'PodTemplate',
          OWNER,
          podTemplateOf(this.name, found, { version, ...change }),
        );
        return result;
      } catch (error) {
        // Another run, mostly of the same release: what it wrote may be just what this one wants.
        if (!(error instanceof Conflict) || conflicts >= MOST_CONFLICTS) throw error;
      }
    }
  }
}

/** Whether an attempt is the one that a pod template is of. */
function isSame(attempt: Attempt, found: PodTemplate | undefined): boolean {
  const last = attemptsOf(found).at(-1);
  return last !== undefined && isSameAttempt(last, attempt);
}

function lastOf(attempts: readonly Attempt[]): Attempt {
  const last = attempts.at(-1);
  if (!last) throw new Error('an attempt is always the last one of the list');
  return last;
}
