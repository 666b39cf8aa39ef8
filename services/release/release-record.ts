import { RELEASE_ANNOTATIONS, releaseName } from '../../constructs/core/releases';
import { type Attempt, nextAttempts, readAttempts, withState, writeAttempts } from './attempts';
import { iso } from './clock';
import type { Context } from './context';
import { Conflict, type KubeObject } from './kubernetes';
import { Failure } from './output';
import { hashOf, ofAttempt, type PodSpecTemplate } from './pod-template';
import { isFirst, judge, type Rollout } from './rollout';
import type { DeploySettings } from './settings';

export interface PodTemplate extends KubeObject {
  readonly template: PodSpecTemplate;
}

/** How often another writer may come between reading and writing. */
const MOST_CONFLICTS = 5;

/** What a run goes on with. */
export interface Begun {
  readonly attempt: Attempt;
  /** Whether all traffic goes to it already, and it is proven. */
  readonly isDone: boolean;
}

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
   * Writes the pod template of the attempt that is to be made, unless it is there.
   *
   * @throws Failure when there is no rollout that could follow it
   */
  public begin(): Promise<Begun> {
    return this.write(async (found) => {
      const rollout = await this.rollout();
      const verdict = found && judge(rollout, generationOf(found));
      const attempts = nextAttempts({
        release: this.settings.RELEASE,
        template: this.hash,
        attempts: attemptsOf(found),
        isFirst: isFirst(rollout),
        hasFailed: verdict?.kind === 'failed',
      });
      const attempt = lastOf(attempts);
      return {
        attempts,
        result: { attempt, isDone: attempt.state === 'proven' && verdict?.kind === 'healthy' },
      };
    });
  }

  /** Makes one more attempt at what this run has just released. */
  public again(made: Attempt): Promise<Attempt> {
    return this.write((found) => {
      const attempts = this.own(found, made);
      const next: Attempt = { ...made, attempt: made.attempt + 1, state: 'trying' };
      return Promise.resolve({ attempts: [...attempts, next], result: next });
    });
  }

  /** Notes what became of an attempt; of one that is proven, since when. */
  public async end(made: Attempt, state: 'proven' | 'failed'): Promise<void> {
    await this.write((found) =>
      Promise.resolve({
        attempts: withState(this.own(found, made), state),
        result: undefined,
        ...(state === 'proven' && { provenAt: iso(this.context.clock.now()) }),
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

  private read(): Promise<PodTemplate | undefined> {
    return this.context.kubernetes.get<PodTemplate>('PodTemplate', this.settings.OWNER, this.name);
  }

  /** Attempts, the last of which must be the given one. */
  private own(found: PodTemplate | undefined, made: Attempt): readonly Attempt[] {
    const attempts = attemptsOf(found);
    const last = attempts.at(-1);
    if (last?.release === made.release && last.template === made.template && last.attempt === made.attempt)
      return attempts;
    throw new Failure(
      `pod template ${this.name} was replaced while ${made.release} was being released: it now says ${found?.metadata.annotations?.[RELEASE_ANNOTATIONS.release] ?? 'nothing'}`,
      'see which other run released to this owner, and let one end before the other begins.',
    );
  }

  private async write<T>(
    decide: (
      found: PodTemplate | undefined,
    ) => Promise<{ readonly attempts: readonly Attempt[]; readonly result: T; readonly provenAt?: string }>,
  ): Promise<T> {
    for (let conflicts = 0; ; conflicts++) {
      const found = await this.read();
      const { attempts, result, provenAt } = await decide(found);
      try {
        await this.context.kubernetes.apply(
          'PodTemplate',
          this.settings.OWNER,
          this.object(found, attempts, provenAt),
        );
        return result;
      } catch (error) {
        // Another run, mostly of the same release: what it wrote may be just what this one wants.
        if (!(error instanceof Conflict) || conflicts >= MOST_CONFLICTS) throw error;
      }
    }
  }

  private object(
    found: PodTemplate | undefined,
    attempts: readonly Attempt[],
    provenAt: string | undefined,
  ): PodTemplate {
    const { RELEASE, SCHEMA = '' } = this.settings;
    const before = found?.metadata.annotations ?? {};
    const kept = (annotation: string, isSame: boolean): Readonly<Record<string, string>> => {
      const value = (isSame ? before[annotation] : undefined) ?? provenAt;
      return value === undefined ? {} : { [annotation]: value };
    };
    return {
      metadata: {
        name: this.name,
        ...(found?.metadata.resourceVersion !== undefined && {
          resourceVersion: found.metadata.resourceVersion,
        }),
        annotations: {
          [RELEASE_ANNOTATIONS.release]: RELEASE,
          [RELEASE_ANNOTATIONS.schema]: SCHEMA,
          ...kept(RELEASE_ANNOTATIONS.releasedAt, before[RELEASE_ANNOTATIONS.release] === RELEASE),
          ...kept(RELEASE_ANNOTATIONS.schemaSince, before[RELEASE_ANNOTATIONS.schema] === SCHEMA),
          [RELEASE_ANNOTATIONS.attempts]: writeAttempts(attempts),
        },
      },
      template: ofAttempt(this.template, lastOf(attempts).attempt),
    };
  }
}

/** Generation of a pod template, which counts changes of its template alone: `podTemplateStrategy`, Kubernetes. */
export const generationOf = ({ metadata }: PodTemplate): number => metadata.generation ?? 0;

const attemptsOf = (found: PodTemplate | undefined): readonly Attempt[] =>
  readAttempts(found?.metadata.annotations?.[RELEASE_ANNOTATIONS.attempts]);

function lastOf(attempts: readonly Attempt[]): Attempt {
  const last = attempts.at(-1);
  if (!last) throw new Error('an attempt is always the last one of the list');
  return last;
}
