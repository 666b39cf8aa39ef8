import { rolloutKey } from '../../core/contract-gate';
import { contracted, expandedBy, schemaAgainst, withdrawn } from './machine-schema';
import {
  databaseKey,
  type DeliveryState,
  type EventOf,
  type Execution,
  isOver,
  isWaiting,
  neededBy,
  offers,
  type Release,
  type ReleaseEvent,
  type ReleaseStatus,
  type Running,
  type StepState,
} from './state';
import { type ReleasePlan, type Step, STEP_KINDS, stepsOf, type Wave, wavesOf } from './types';

/** What became of an event: the state after it, and why it was refused, in which case nothing changed. */
export interface Transition {
  readonly state: DeliveryState;
  readonly refused?: string;
}

/**
 * What a release does and what it must not, over a plan. Pure: the pipeline, the rollouts and the programs do this, each its
 * part, and tests hold them against it.
 *
 * - A step that fails never keeps the release. The other steps of its wave finish, and then all of the wave goes back. Waves
 *   before it keep the release: they have soaked, and going back where all is well is a risk too.
 * - A person may abort at any time. What takes traffic and is still judged goes back, and so does the rest of its wave.
 * - Resuming begins the stopped wave again, its window and its gate too. Nothing before it is touched.
 * - A release that waits is superseded by a newer one, which begins with the first ring. One in a wave is not.
 */
export class ReleaseMachine {
  private readonly waves: readonly Wave[];

  public constructor(private readonly plan: ReleasePlan) {
    this.waves = wavesOf(plan);
  }

  public next(state: DeliveryState, event: ReleaseEvent): Transition {
    const result = this.after(state, event);
    return typeof result === 'string' ? { state, refused: result } : { state: result };
  }

  /** The state after an event, or why it is refused. */
  private after(state: DeliveryState, event: ReleaseEvent): DeliveryState | string {
    switch (event.type) {
      case 'started':
        return this.started(state, event);
      case 'superseded':
        return this.superseded(state, event);
      case 'contracted':
        return contracted(this.plan, state, event);
      case 'withdrawn':
        return withdrawn(this.plan, state, event);
      default:
        return state.execution ? this.during(state, state.execution, event) : 'no release is on its way';
    }
  }

  private during(
    state: DeliveryState,
    execution: Execution,
    event: Exclude<ReleaseEvent, EventOf<'started' | 'superseded' | 'contracted' | 'withdrawn'>>,
  ): DeliveryState | string {
    const { status } = execution;
    switch (event.type) {
      case 'window-opened':
        if (status !== 'waiting-for-window') return `a release that is ${status} waits for no window`;
        return on(state, { ...execution, status: 'waiting-for-gate' });
      case 'gate-open':
        if (status !== 'waiting-for-gate') return `a release that is ${status} waits for no gate`;
        return this.begun(state, execution);
      case 'gate-closed':
        if (status !== 'waiting-for-gate') return `a release that is ${status} waits for no gate`;
        return on(state, { ...execution, status: 'stopped', reason: 'an error budget burns' });
      case 'rolled-back':
        if (status !== 'going-back') return `a release that is ${status} does not go back`;
        return on(restored(state, execution), { ...execution, status: 'stopped' });
      case 'aborted':
        return this.aborted(state, execution);
      case 'resumed':
        if (status !== 'stopped') return `a release that is ${status} cannot be resumed`;
        return (
          schemaAgainst(this.plan, state, execution.release) ??
          this.entered(state, execution.release, execution.wave)
        );
      default:
        return this.stepped(state, execution, event);
    }
  }

  private started(state: DeliveryState, { release }: EventOf<'started'>): DeliveryState | string {
    const { execution } = state;
    if (execution && !isOver(execution.status))
      return `${execution.release.id} is on its way (${execution.status})`;
    return schemaAgainst(this.plan, state, release) ?? this.entered(ended(state), release, 0);
  }

  private superseded(state: DeliveryState, { release }: EventOf<'superseded'>): DeliveryState | string {
    const { execution } = state;
    if (!execution || !isWaiting(execution.status)) return 'no release waits, so none can be superseded';
    const refused = schemaAgainst(this.plan, state, release);
    if (refused !== undefined) return refused;
    return this.entered(ended(on(state, { ...execution, status: 'superseded' })), release, 0);
  }

  private entered(state: DeliveryState, release: Release, index: number): DeliveryState {
    const wave = this.waves[index];
    const status: ReleaseStatus =
      wave === undefined ? 'finished' : wave.window ? 'waiting-for-window' : 'waiting-for-gate';
    return { ...state, execution: { release, status, wave: index, steps: {}, before: {} } };
  }

  /** The wave begins. A database that is ready from an earlier try stays as it is. */
  private begun(state: DeliveryState, execution: Execution): DeliveryState {
    const wave = this.waveOf(execution);
    const needed = neededBy(execution.release);
    const stateOf = (step: Step): StepState =>
      step.kind === 'expand' &&
      step.databases.every((database) => offers(state.databases[databaseKey(step.cell, database)], needed))
        ? 'done'
        : 'pending';
    return on(state, {
      ...execution,
      status: 'running',
      steps: Object.fromEntries(wave.steps.map((step) => [step.name, stateOf(step)])),
      before: Object.fromEntries(
        stepsOf(wave, 'deploy').map((step) => [rolloutKey(step), state.rollouts[rolloutKey(step)]]),
      ),
    });
  }

  private aborted(state: DeliveryState, execution: Execution): DeliveryState | string {
    const { status } = execution;
    const reason = 'a person aborted it';
    if (isWaiting(status)) return on(state, { ...execution, status: 'stopped', reason });
    if (status !== 'running') return `a release that is ${status} cannot be aborted`;
    const judged = stepsOf(this.waveOf(execution), 'deploy').filter(
      ({ name }) => execution.steps[name] === 'in-traffic',
    );
    const steps = Object.fromEntries(
      Object.entries(execution.steps).map(([name, now]) => [
        name,
        now === 'done' ? now : ('failed' as const),
      ]),
    );
    const back = judged.reduce(
      (before, step) => withRunning(before, rolloutKey(step), execution.before[rolloutKey(step)]),
      state,
    );
    return this.settled(back, { ...execution, steps, reason });
  }

  /** Something was found out about a step. */
  private stepped(
    state: DeliveryState,
    execution: Execution,
    event: EventOf<
      | ('expanded' | 'expand-failed' | 'smoke-passed' | 'smoke-failed')
      | ('analysis-passed' | 'analysis-failed' | 'soak-passed' | 'soak-failed')
    >,
  ): DeliveryState | string {
    const { status, steps, release } = execution;
    if (status !== 'running') return `a release that is ${status} has no steps under way`;
    const wave = this.waveOf(execution);
    const step = wave.steps.find(({ name }) => name === event.step);
    if (!step) return `wave ${wave.name} has no step ${event.step}`;
    const { kind, from } = EXPECTED[event.type];
    if (step.kind !== kind)
      return `${step.name} is a step of kind ${step.kind}, to which no ${event.type} happens`;
    const now = steps[step.name];
    if (now !== from) return `step ${step.name} is ${now ?? 'unknown'}`;
    if (!this.isTurnOf(execution, kind)) return `step ${step.name} must wait for the steps before it`;

    const became = (to: StepState, reason?: string): Execution => ({
      ...execution,
      steps: { ...steps, [step.name]: to },
      ...(reason !== undefined && { reason: execution.reason ?? `${step.name} of ${wave.name}: ${reason}` }),
    });
    const rollout = step.kind === 'deploy' ? rolloutKey(step) : '';
    const needed = neededBy(release);
    switch (event.type) {
      case 'expanded':
        return this.settled(expandedBy(state, step, needed), became('done'));
      case 'smoke-passed': {
        const running = { release: release.id, ...(needed !== undefined && { schema: needed }) };
        return on(withRunning(state, rollout, running), became('in-traffic'));
      }
      case 'analysis-passed': {
        const before = execution.before[rollout];
        const since = before?.schema === needed ? (before?.since ?? event.at) : event.at;
        const running = { release: release.id, ...(needed !== undefined && { schema: needed }), since };
        return this.settled(withRunning(state, rollout, running), became('done'));
      }
      case 'analysis-failed':
        return this.settled(
          withRunning(state, rollout, execution.before[rollout]),
          became('failed', 'the objectives were not met'),
        );
      case 'soak-passed':
        return this.settled(state, became('done'));
      case 'expand-failed':
        return this.settled(state, became('failed', 'the schema could not be expanded'));
      case 'smoke-failed':
        return this.settled(state, became('failed', 'the smoke test failed'));
      case 'soak-failed':
        return this.settled(state, became('failed', 'an error budget burned'));
    }
  }

  /** Steps of a kind run once all of the kinds before are done. */
  private isTurnOf({ steps, wave }: Execution, kind: Step['kind']): boolean {
    const before = STEP_KINDS.slice(0, STEP_KINDS.indexOf(kind));
    return (this.waves[wave]?.steps ?? [])
      .filter((step) => before.includes(step.kind))
      .every(({ name }) => steps[name] === 'done');
  }

  /** What follows once a step has ended: the next wave, the way back, or the steps that are still under way. */
  private settled(state: DeliveryState, execution: Execution): DeliveryState {
    const wave = this.waveOf(execution);
    const kind = STEP_KINDS.find((one) =>
      stepsOf(wave, one).some(({ name }) => execution.steps[name] !== 'done'),
    );
    if (kind === undefined) return this.entered(state, execution.release, execution.wave + 1);
    const states = stepsOf(wave, kind).map(({ name }) => execution.steps[name]);
    const isUnderWay = states.some((one) => one === 'pending' || one === 'in-traffic');
    if (isUnderWay || !states.includes('failed')) return on(state, execution);
    const changed = stepsOf(wave, 'deploy').some(({ name }) => execution.steps[name] === 'done');
    return on(state, { ...execution, status: changed ? 'going-back' : 'stopped' });
  }

  private waveOf({ wave }: Execution): Wave {
    const found = this.waves[wave];
    if (!found) throw new Error(`the plan has no wave ${wave}`);
    return found;
  }
}

/** To which kind of step something happens, and how far the step must be. */
const EXPECTED = {
  expanded: { kind: 'expand', from: 'pending' },
  'expand-failed': { kind: 'expand', from: 'pending' },
  'smoke-passed': { kind: 'deploy', from: 'pending' },
  'smoke-failed': { kind: 'deploy', from: 'pending' },
  'analysis-passed': { kind: 'deploy', from: 'in-traffic' },
  'analysis-failed': { kind: 'deploy', from: 'in-traffic' },
  'soak-passed': { kind: 'soak', from: 'pending' },
  'soak-failed': { kind: 'soak', from: 'pending' },
} as const satisfies Readonly<Record<string, { kind: Step['kind']; from: StepState }>>;

const on = (state: DeliveryState, execution: Execution): DeliveryState => ({ ...state, execution });

/** The state without its release, which is over. */
function ended({ execution, ...state }: DeliveryState): DeliveryState {
  if (!execution) return state;
  return { ...state, ended: [...state.ended, { release: execution.release.id, status: execution.status }] };
}

function withRunning(state: DeliveryState, key: string, running: Running | undefined): DeliveryState {
  const rollouts = new Map(Object.entries(state.rollouts));
  if (running === undefined) rollouts.delete(key);
  else rollouts.set(key, running);
  return { ...state, rollouts: Object.fromEntries(rollouts) };
}

/** All rollouts of the wave as they were before it. */
const restored = (state: DeliveryState, { before }: Execution): DeliveryState =>
  Object.entries(before).reduce((result, [key, running]) => withRunning(result, key, running), state);
