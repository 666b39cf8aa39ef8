import {
  databaseKey,
  type DeliveryState,
  type ExpandStep,
  initialState,
  planRelease,
  type Release,
  type ReleaseEvent,
  ReleaseMachine,
  stepsOf,
  wavesOf,
} from '../../constructs/delivery/release-plan';
import { target } from './plan-fixture';

const plan = planRelease(target());
const machine = new ReleaseMachine(plan);
const waves = wavesOf(plan);

const M1 = '01-tickets';
const M2 = '02-priority';
const M3 = '03-due';
const OLD: Release = { id: 'r1', migrations: [M1] };
const NEW: Release = { id: 'r2', migrations: [M1, M2] };
const START = '2026-01-01T00:00:00.000Z';
const day = (days: number): string => new Date(Date.parse(START) + days * 86_400_000).toISOString();

/** Everything runs the old release since the start. */
const before = initialState(plan, { release: OLD, at: START });

/** An event without its time, which is the first day unless it says otherwise. */
type Told = ReleaseEvent extends infer E
  ? E extends ReleaseEvent
    ? Omit<E, 'at'> & { at?: string }
    : never
  : never;

/** The state after events, none of which is refused. */
function after(state: DeliveryState, ...events: readonly Told[]): DeliveryState {
  return events.reduce((now, event) => {
    const { state: next, refused } = machine.next(now, { at: day(1), ...event });
    if (refused !== undefined) throw new Error(`${event.type} was refused: ${refused}`);
    return next;
  }, state);
}

/** Why an event is refused; the state stays as it is. */
function refusal(state: DeliveryState, event: Told): string | undefined {
  const result = machine.next(state, { at: day(1), ...event });
  if (result.refused !== undefined) expect(result.state).toBe(state);
  return result.refused;
}

const entering = (index: number): Told[] =>
  waves[index]?.window ? [{ type: 'window-opened' }, { type: 'gate-open' }] : [{ type: 'gate-open' }];

const steps = (index: number, kind: 'expand' | 'deploy' | 'soak'): readonly string[] =>
  stepsOf(waves[index] ?? { steps: [] }, kind).map(({ name }) => name);

/** All that happens in a wave that goes well, up to its soak. */
const promoting = (index: number): Told[] => [
  ...entering(index),
  ...steps(index, 'expand').map((step): Told => ({ type: 'expanded', step })),
  ...steps(index, 'deploy').flatMap((step): Told[] => [
    { type: 'smoke-passed', step },
    { type: 'analysis-passed', step },
  ]),
];

const passing = (index: number): Told[] => [
  ...promoting(index),
  ...steps(index, 'soak').map((step): Told => ({ type: 'soak-passed', step })),
];

const passingTo = (end: number): Told[] => Array.from({ length: end }, (_, index) => passing(index)).flat();
const indexOf = (name: string): number => waves.findIndex((wave) => wave.name === name);
const started: Told = { type: 'started', release: NEW };
const released = after(before, started, ...passingTo(waves.length));

/** Rollouts by the release that they run. */
const running = ({ rollouts }: DeliveryState, release: string): readonly string[] =>
  Object.entries(rollouts)
    .filter(([, one]) => one.release === release)
    .map(([key]) => key);

describe('a release', () => {
  it('that passes everywhere reaches everybody, ring by ring', () => {
    expect(released.execution?.status).toBe('finished');
    expect(running(released, 'r1')).toEqual([]);
    expect(released.rollouts['use1a/tenant-acme/main']).toEqual({ release: 'r2', schema: M2, since: day(1) });
    // The old side is still there.
    expect(new Set(Object.values(released.databases).map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ completed: M1, expanded: M2 })]),
    );
  });

  it('has reached the rings before, and no other, while it is in one', () => {
    const halfway = after(before, started, ...passingTo(indexOf('starter-use1a')));
    expect(running(halfway, 'r2')).toEqual([
      'use1a/tier-starter/internal',
      'usw2a/tier-starter/internal',
      'use1a/tier-starter/canary',
      'usw2a/tier-starter/canary',
    ]);
  });

  it('waits for the window, and then for the gate', () => {
    const waiting = after(before, started, ...passingTo(indexOf('enterprise-sun-08-4h-1')));
    expect(waiting.execution?.status).toBe('waiting-for-window');
    expect(refusal(waiting, { type: 'gate-open' })).toBe(
      'a release that is waiting-for-window waits for no gate',
    );
    expect(after(waiting, { type: 'window-opened' }).execution?.status).toBe('waiting-for-gate');
  });

  it('does not begin a wave while an error budget burns, and can be resumed later', () => {
    const closed = after(before, started, { type: 'gate-closed' });
    expect(closed.execution).toMatchObject({ status: 'stopped', wave: 0, reason: 'an error budget burns' });
    expect(after(closed, { type: 'resumed' }, ...passingTo(waves.length)).execution?.status).toBe('finished');
  });

  it('takes no step before its turn', () => {
    const begun = after(before, started, { type: 'gate-open' });
    expect(refusal(begun, { type: 'smoke-passed', step: 'deploy-use1a' })).toBe(
      'step deploy-use1a must wait for the steps before it',
    );
    expect(refusal(begun, { type: 'soak-passed', step: 'soak-use1a' })).toBe(
      'step soak-use1a must wait for the steps before it',
    );
    expect(refusal(begun, { type: 'expanded', step: 'deploy-use1a' })).toBe(
      'deploy-use1a is a step of kind deploy, to which no expanded happens',
    );
    expect(refusal(begun, { type: 'expanded', step: 'expand-usw2a' })).toBe(
      'wave internal-use1a has no step expand-usw2a',
    );
    const expanded = after(begun, { type: 'expanded', step: 'expand-use1a' });
    expect(refusal(expanded, { type: 'analysis-passed', step: 'deploy-use1a' })).toBe(
      'step deploy-use1a is pending',
    );
  });

  it('does not start while another is on its way', () => {
    expect(refusal(after(before, started), started)).toBe('r2 is on its way (waiting-for-gate)');
    expect(refusal(before, { type: 'gate-open' })).toBe('no release is on its way');
  });
});

describe('a failure', () => {
  it('of the schema change deploys nothing', () => {
    const failed = after(
      before,
      started,
      { type: 'gate-open' },
      { type: 'expand-failed', step: 'expand-use1a' },
    );
    expect(failed.execution).toMatchObject({
      status: 'stopped',
      reason: 'expand-use1a of internal-use1a: the schema could not be expanded',
    });
    expect(failed.rollouts).toEqual(before.rollouts);
  });

  it('of the smoke test switches nothing', () => {
    const index = indexOf('canary-usw2a');
    const ready = after(before, started, ...passingTo(index), ...entering(index));
    const failed = after(ready, { type: 'smoke-failed', step: 'deploy-usw2a' });
    expect(failed.execution).toMatchObject({ status: 'stopped', wave: index });
    expect(failed.rollouts).toEqual(ready.rollouts);
  });

  it('of the objectives takes traffic back, and leaves the waves before as they are', () => {
    const index = indexOf('starter-usw2a');
    const ready = after(before, started, ...passingTo(index), ...entering(index));
    const judged = after(ready, { type: 'smoke-passed', step: 'deploy-usw2a' });
    expect(judged.rollouts['usw2a/tier-starter/main']).toEqual({ release: 'r2', schema: M2 });
    const failed = after(judged, { type: 'analysis-failed', step: 'deploy-usw2a' });
    expect(failed.execution).toMatchObject({
      status: 'stopped',
      reason: 'deploy-usw2a of starter-usw2a: the objectives were not met',
    });
    expect(failed.rollouts).toEqual(ready.rollouts);
    expect(running(failed, 'r2')).toContain('use1a/tier-starter/main');
  });

  it('of one step lets the others of its wave end, and then takes all of it back', () => {
    const index = indexOf('enterprise-anytime-1');
    const expanded = steps(index, 'expand').map((step): Told => ({ type: 'expanded', step }));
    const ready = after(before, started, ...passingTo(index), ...entering(index), ...expanded);
    const one = after(ready, { type: 'smoke-failed', step: 'deploy-tenant-acme' });
    expect(one.execution?.status).toBe('running');
    const both = after(
      one,
      { type: 'smoke-passed', step: 'deploy-tenant-globex' },
      { type: 'analysis-passed', step: 'deploy-tenant-globex' },
    );
    expect(both.execution?.status).toBe('going-back');
    expect(running(both, 'r2')).toContain('usw2a/tenant-globex/main');
    const back = after(both, { type: 'rolled-back' });
    expect(back.execution).toMatchObject({
      status: 'stopped',
      reason: 'deploy-tenant-acme of enterprise-anytime-1: the smoke test failed',
    });
    expect(back.rollouts).toEqual(ready.rollouts);
  });

  it('while it soaks takes the wave back', () => {
    const index = indexOf('professional-use1a');
    const soaking = after(before, started, ...passingTo(index), ...promoting(index));
    const failed = after(soaking, { type: 'soak-failed', step: 'soak-use1a' });
    expect(failed.execution?.status).toBe('going-back');
    expect(after(failed, { type: 'rolled-back' }).rollouts['use1a/tier-professional/main']?.release).toBe(
      'r1',
    );
  });

  it('of the first release ever leaves nothing behind in its wave', () => {
    const failed = after(
      ...([initialState(plan), { type: 'started', release: OLD }, { type: 'gate-open' }] as const),
      { type: 'expanded', step: 'expand-use1a' },
      { type: 'smoke-passed', step: 'deploy-use1a' },
      { type: 'analysis-failed', step: 'deploy-use1a' },
    );
    expect(failed.rollouts).toEqual({});
  });
});

describe('a person', () => {
  const RING_3 = indexOf('starter-use1a');

  it('aborts in ring 3: what is judged goes back, rings 1 and 2 keep the release', () => {
    const judged = after(before, started, ...passingTo(RING_3), ...entering(RING_3), {
      type: 'smoke-passed',
      step: 'deploy-use1a',
    });
    const aborted = after(judged, { type: 'aborted' });
    expect(aborted.execution).toMatchObject({
      status: 'stopped',
      wave: RING_3,
      reason: 'a person aborted it',
    });
    expect(running(aborted, 'r2')).toHaveLength(4);
    expect(aborted.rollouts['use1a/tier-starter/main']?.release).toBe('r1');
  });

  it('aborts while ring 3 soaks: all of the wave goes back', () => {
    const aborted = after(before, started, ...passingTo(RING_3), ...promoting(RING_3), { type: 'aborted' });
    expect(aborted.execution?.status).toBe('going-back');
    expect(refusal(aborted, { type: 'aborted' })).toBe('a release that is going-back cannot be aborted');
    expect(running(after(aborted, { type: 'rolled-back' }), 'r2')).toHaveLength(4);
  });

  it('aborts what waits', () => {
    expect(after(before, started, { type: 'aborted' }).execution).toMatchObject({
      status: 'stopped',
      wave: 0,
    });
  });

  it('resumes: the stopped wave begins again, and nothing is done twice', () => {
    const stopped = after(before, started, ...passingTo(RING_3), ...entering(RING_3), {
      type: 'smoke-failed',
      step: 'deploy-use1a',
    });
    const resumed = after(stopped, { type: 'resumed' });
    expect(resumed.execution).toMatchObject({ status: 'waiting-for-gate', wave: RING_3 });
    expect(resumed.rollouts).toEqual(stopped.rollouts);
    const rest = waves.slice(RING_3).flatMap((_, index) => passing(RING_3 + index));
    expect(after(resumed, ...rest).execution?.status).toBe('finished');
    expect(refusal(released, { type: 'resumed' })).toBe('a release that is finished cannot be resumed');
  });

  it('resumes: a database that is ready stays as it is', () => {
    const stopped = after(
      ...([before, started, { type: 'gate-open' }, { type: 'expanded', step: 'expand-use1a' }] as const),
      { type: 'smoke-failed', step: 'deploy-use1a' },
      ...([{ type: 'resumed' }, { type: 'gate-open' }] as const),
    );
    expect(stopped.execution?.steps['expand-use1a']).toBe('done');
    expect(refusal(stopped, { type: 'expanded', step: 'expand-use1a' })).toBe('step expand-use1a is done');
  });

  it('resumes into a window only', () => {
    const index = indexOf('enterprise-sun-08-4h-1');
    const stopped = after(
      before,
      started,
      ...passingTo(index),
      { type: 'window-opened' },
      { type: 'gate-closed' },
    );
    expect(after(stopped, { type: 'resumed' }).execution?.status).toBe('waiting-for-window');
  });
});

describe('a newer release', () => {
  const FIX: Release = { id: 'r3', migrations: NEW.migrations };
  const index = indexOf('enterprise-sun-08-4h-1');
  const waiting = after(before, started, ...passingTo(index));

  it('supersedes one that waits for a window, and goes through all rings itself', () => {
    const superseded = after(waiting, { type: 'superseded', release: FIX });
    expect(superseded.execution).toMatchObject({ release: FIX, status: 'waiting-for-gate', wave: 0 });
    expect(superseded.ended).toEqual([{ release: 'r2', status: 'superseded' }]);
    const finished = after(superseded, ...withoutExpansions(passingTo(index)), ...passing(index));
    expect(finished.execution?.status).toBe('finished');
    expect(running(finished, 'r3')).toHaveLength(Object.keys(finished.rollouts).length);
  });

  it('does not supersede one in a wave, nor one that has ended', () => {
    const inWave = after(before, started, { type: 'gate-open' });
    expect(refusal(inWave, { type: 'superseded', release: FIX })).toContain('no release waits');
    expect(refusal(released, { type: 'superseded', release: FIX })).toContain('no release waits');
  });

  it('starts where one has stopped', () => {
    const stopped = after(before, started, { type: 'gate-closed' }, { type: 'started', release: FIX });
    expect(stopped.ended).toEqual([{ release: 'r2', status: 'stopped' }]);
    expect(stopped.execution?.release).toBe(FIX);
  });
});

/** Databases are ready already. */
const withoutExpansions = (events: readonly Told[]): Told[] =>
  events.filter((event) => event.type !== 'expanded' || !/shard|use1a|usw2a/.test(event.step));

describe('a schema', () => {
  const contract = (database: string, days: number): Told => ({
    type: 'contracted',
    cell: 'use1a',
    database,
    at: day(days),
  });
  const NEXT: Release = { id: 'r4', migrations: [M1, M2, M3] };
  const all: readonly Told[] = (plan.contract?.waves ?? []).flatMap(({ steps: of }) =>
    of.flatMap(({ cell, databases }) =>
      databases.map((database): Told => ({ type: 'contracted', cell, database, at: day(8) })),
    ),
  );

  it('is not contracted before its days are over', () => {
    expect(refusal(released, contract('shard-1', 7.9))).toContain(
      `tier-starter in use1a, slice internal needs ${M2} only since ${day(1)}; 7 days are over at ${day(8)}`,
    );
    expect(after(released, contract('shard-1', 8)).databases['use1a/shard-1']).toEqual({ completed: M2 });
  });

  it('is not contracted while a ring is without the release', () => {
    const waiting = after(before, started, ...passingTo(waves.length - 1), { type: 'aborted' });
    expect(refusal(waiting, contract('shard-1', 90))).toBe(
      `tenant-initech in usw2a runs r1, which needs ${M1} and not ${M2}`,
    );
  });

  it('is not contracted while a release could go back', () => {
    const judged = after(
      released,
      { type: 'started', release: { ...NEW, id: 'r3' }, at: day(30) },
      { type: 'gate-open' },
    );
    expect(refusal(judged, contract('shard-1', 30))).toBe('r3 is on its way (running)');
    const waiting = after(released, { type: 'started', release: OLD, at: day(30) });
    expect(refusal(waiting, contract('shard-1', 30))).toBe('r1 is on its way (waiting-for-gate)');
  });

  it('counts its days from the first release that needed it, not the last', () => {
    const FIX: Release = { ...NEW, id: 'r3' };
    const again = after(
      released,
      { type: 'started', release: FIX },
      ...[...waves.keys()].flatMap((index) =>
        passing(index)
          .filter(({ type }) => type !== 'expanded')
          .map((event): Told => ({ ...event, at: day(5) })),
      ),
    );
    expect(running(again, 'r3')).toHaveLength(11);
    expect(refusal(again, contract('shard-1', 8))).toBeUndefined();
  });

  it('is not changed again before that, and is after', () => {
    expect(refusal(released, { type: 'started', release: NEXT })).toBe(
      `r4 needs ${M3}, and use1a/shard-1 still has ${M2} expanded: contract it first`,
    );
    expect(refusal(after(released, ...all.slice(1)), { type: 'started', release: NEXT })).toContain(
      'use1a/shard-1',
    );
    expect(after(released, ...all, { type: 'started', release: NEXT }).execution?.status).toBe(
      'waiting-for-gate',
    );
  });

  it('has no migration skipped', () => {
    expect(refusal(before, { type: 'started', release: NEXT })).toBe(
      `r4 needs ${M3}, which does not follow ${M1} in use1a/shard-1`,
    );
  });

  it('lets a release of the old schema start while it is expanded, and none after', () => {
    expect(refusal(released, { type: 'started', release: OLD })).toBeUndefined();
    expect(refusal(after(released, ...all), { type: 'started', release: OLD })).toBe(
      `r1 needs ${M1}, which does not follow ${M2} in use1a/shard-1`,
    );
  });

  it('is withdrawn only where nothing needs it', () => {
    const failed = after(
      ...([before, started, { type: 'gate-open' }, { type: 'expanded', step: 'expand-use1a' }] as const),
      { type: 'smoke-failed', step: 'deploy-use1a' },
    );
    const withdrawn = after(
      failed,
      ...shardsOf(0).map(([cell, database]): Told => ({ type: 'withdrawn', cell, database })),
    );
    expect(withdrawn.databases).toEqual(before.databases);
    expect(refusal(released, { type: 'withdrawn', cell: 'use1a', database: 'tenant-acme' })).toBe(
      `use1a/tenant-acme/main needs ${M2}`,
    );
    expect(refusal(before, { type: 'withdrawn', cell: 'use1a', database: 'shard-1' })).toBe(
      'use1a/shard-1 has nothing to withdraw',
    );
  });

  it('is not there for a service without migrations', () => {
    const none = planRelease(target({ schema: false }));
    const other = new ReleaseMachine(none);
    const state = initialState(none, { release: { id: 'r1', migrations: [] }, at: START });
    const { refused } = other.next(state, { type: 'started', release: NEW, at: START });
    expect(refused).toBe(`r2 needs ${M2}, and api may bring none`);
    expect(
      other.next(state, { type: 'contracted', cell: 'use1a', database: 'shard-1', at: START }).refused,
    ).toBe('use1a/shard-1 has nothing to contract');
  });
});

const shardsOf = (index: number): readonly (readonly [string, string])[] =>
  stepsOf(waves[index] ?? { steps: [] }, 'expand').flatMap(({ cell, databases }: ExpandStep) =>
    databases.map((database) => [cell, database] as const),
  );

it('names databases by cell', () => {
  expect(Object.keys(before.databases)).toContain(databaseKey('use1a', 'shard-1'));
});
