import fc from 'fast-check';
import {
  databaseKey,
  type DeliveryState,
  initialState,
  offers,
  planRelease,
  reachedBy,
  type Release,
  type ReleaseEvent,
  ReleaseMachine,
  rolloutKey,
  stepsOf,
  wavesOf,
} from '../../constructs/delivery/release-plan';
import { target } from './plan-fixture';

/** Small, so that releases come to their end often: four rings, one cell, a tenant with a window. */
const plan = planRelease(
  target({
    cells: [{ id: 'use1a', shards: ['shard-1'] }],
    tiers: ['starter', 'enterprise'],
    tenants: [
      { id: 'acme', cell: 'use1a' },
      { id: 'globex', cell: 'use1a', maintenanceWindow: { day: 'sun', hourUtc: 8, hours: 4 } },
    ],
  }),
);
const machine = new ReleaseMachine(plan);
const waves = wavesOf(plan);
const reached = reachedBy(plan.target);
const DAYS = plan.contract?.afterDays ?? 0;

const HISTORY = ['01', '02', '03', '04'];
/** A history, with two releases of the same schema, and one that has taken another turn. */
const RELEASES: readonly Release[] = [
  ...[1, 2, 2, 3, 4].map((count, index) => ({ id: `r${index}`, migrations: HISTORY.slice(0, count) })),
  { id: 'fork', migrations: ['01', '02-other'] },
];
const FIRST: Release = { id: 'first', migrations: HISTORY.slice(0, 1) };
const DAY_MS = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');
const timeOf = (days: number): string => new Date(START + days * DAY_MS).toISOString();

type Event = ReleaseEvent extends infer E ? (E extends ReleaseEvent ? Omit<E, 'at'> : never) : never;

/** Everything that could be told of this plan, whether it fits or not. */
const EVENTS: readonly Event[] = [
  ...RELEASES.flatMap((release): Event[] => [
    { type: 'started', release },
    { type: 'superseded', release },
  ]),
  ...(['window-opened', 'gate-open', 'gate-closed', 'aborted', 'rolled-back', 'resumed'] as const).map(
    (type): Event => ({ type }),
  ),
  ...[...new Set(waves.flatMap(({ steps }) => steps.map(({ name }) => name)))].flatMap((step) =>
    (
      [
        ...(['expanded', 'expand-failed', 'smoke-passed', 'smoke-failed'] as const),
        ...(['analysis-passed', 'analysis-failed', 'soak-passed', 'soak-failed'] as const),
      ] as const
    ).map((type): Event => ({ type, step })),
  ),
  ...['shard-1', 'tenant-acme', 'tenant-globex'].flatMap((database): Event[] => [
    { type: 'contracted', cell: 'use1a', database },
    { type: 'withdrawn', cell: 'use1a', database },
  ]),
];

/** Events that keep a release from going on, by type, so that none is seldom: rarer than the others, or few would get far. */
const ROUGH = [
  ...(['aborted', 'gate-closed', 'expand-failed', 'withdrawn'] as const),
  ...(['smoke-failed', 'superseded', 'analysis-failed', 'soak-failed'] as const),
];
const rough = ROUGH.map((type) => EVENTS.filter((event) => event.type === type));
const smooth = EVENTS.filter(({ type }) => !ROUGH.some((one) => one === type));

interface Choice {
  /** Where to begin to look for an event that fits. */
  readonly pick: number;
  readonly isRough: boolean;
  /** Days that pass before. */
  readonly days: number;
}

const once = (weight: number, seldom: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.oneof({ weight: weight - 1, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: seldom });

const choices = fc.array(
  fc.record<Choice>({
    pick: fc.nat(10_000),
    isRough: once(8, fc.constant(1)).map(Boolean),
    days: once(10, fc.integer({ min: 1, max: 9 })),
  }),
  { minLength: 40, maxLength: 120 },
);

interface Seen {
  readonly before: DeliveryState;
  readonly state: DeliveryState;
  readonly event: ReleaseEvent;
}

/** The first event that fits, looked for in an order that differs with `pick`. */
function taken(state: DeliveryState, { pick, isRough }: Choice, at: string): Seen | undefined {
  const groups = isRough ? [...turned(rough, pick), smooth] : [smooth];
  for (const events of groups.map((group) => turned(group, pick)))
    for (const event of events.map((one) => ({ ...one, at }))) {
      const result = machine.next(state, event);
      if (result.refused === undefined) return { before: state, state: result.state, event };
      if (result.state !== state) throw new Error(`${event.type} was refused, and changed something`);
    }
  return undefined;
}

/** All of them in another order. A prime step, so that none is the usual successor of those that do not fit. */
const turned = <T>(all: readonly T[], by: number): readonly T[] =>
  all.flatMap((_, index) => all.slice((by + index * 37) % all.length).slice(0, 1));

/** A promise, told each event that was taken: why it is broken, or nothing. */
type Promised = (seen: Seen) => string | false | undefined;

const deployOf = ({ execution }: DeliveryState, name: string) =>
  stepsOf(waves[execution?.wave ?? -1] ?? { steps: [] }, 'deploy').find((step) => step.name === name);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const PROMISES: Readonly<Record<string, () => Promised>> = {
  'every database offers the schema of everything that uses it':
    () =>
    ({ state }) =>
      reached
        .flatMap(({ cell, databases, ...rollout }) => {
          const schema = state.rollouts[rolloutKey({ cell, ...rollout })]?.schema;
          return databases.filter((one) => !offers(state.databases[databaseKey(cell, one)], schema));
        })
        .join(),

  'no owner runs a release that has not passed its smoke test there': () => {
    const passed = new Set(reached.map((one) => `${rolloutKey(one)} ${FIRST.id}`));
    return ({ before, state, event }) => {
      const step = event.type === 'smoke-passed' ? deployOf(before, event.step) : undefined;
      if (step) passed.add(`${rolloutKey(step)} ${before.execution?.release.id ?? ''}`);
      return Object.entries(state.rollouts).find(
        ([key, { release }]) => !passed.has(`${key} ${release}`),
      )?.[0];
    };
  },

  'a smoke test that fails switches nothing':
    () =>
    ({ before, state, event }) =>
      event.type === 'smoke-failed' && !same(before.rollouts, state.rollouts) && event.step,

  'a step that does not meet its objectives runs what it ran before':
    () =>
    ({ before, state, event }) => {
      const step = event.type === 'analysis-failed' ? deployOf(before, event.step) : undefined;
      const key = step && rolloutKey(step);
      return key !== undefined && !same(state.rollouts[key], before.execution?.before[key]) && key;
    },

  'no wave begins before those before it have soaked': () => {
    let soaked = new Set<string>();
    return ({ before, event }) => {
      if (event.type === 'started' || event.type === 'superseded') soaked = new Set();
      const index = before.execution?.wave ?? 0;
      if (event.type === 'soak-passed') soaked.add(`${index} ${event.step}`);
      if (event.type !== 'gate-open') return false;
      return waves
        .slice(0, index)
        .flatMap((wave, at) => stepsOf(wave, 'soak').map(({ name }) => `${at} ${name}`))
        .find((one) => !soaked.has(one));
    };
  },

  'a release changes its own wave only':
    () =>
    ({ before, state }) => {
      const own = stepsOf(waves[before.execution?.wave ?? -1] ?? { steps: [] }, 'deploy').map(rolloutKey);
      const changed = Object.keys(state.rollouts).filter(
        (key) => state.rollouts[key] !== before.rollouts[key],
      );
      return changed.find((key) => !own.includes(key));
    },

  'a tenant gets a release in its window only': () => {
    let isOpen = false;
    return ({ before, state, event }) => {
      if (event.type === 'window-opened') isOpen = true;
      const isEarly = event.type === 'smoke-passed' && waves[before.execution?.wave ?? -1]?.window && !isOpen;
      if (state.execution?.status === 'waiting-for-window') isOpen = false;
      return isEarly === true && event.type;
    };
  },

  'no schema is contracted while anything runs another, or has run this one for too short':
    () =>
    ({ before, event }) => {
      if (event.type !== 'contracted') return false;
      const { expanded } = before.databases[databaseKey(event.cell, event.database)] ?? {};
      return Object.entries(before.rollouts).find(
        ([, { schema, since }]) =>
          schema !== expanded ||
          since === undefined ||
          Date.parse(event.at) - Date.parse(since) < DAYS * DAY_MS,
      )?.[0];
    },

  'one migration is expanded at a time':
    () =>
    ({ state }) => {
      const expanded = new Set(Object.values(state.databases).flatMap((one) => one.expanded ?? []));
      return expanded.size > 1 && [...expanded].join();
    },

  'a wave that stops runs what it ran before':
    () =>
    ({ before, state }) => {
      const was = before.execution?.status;
      if (state.execution?.status !== 'stopped' || (was !== 'running' && was !== 'going-back')) return false;
      const ran = Object.entries(before.execution?.before ?? {});
      return ran.find(([key, running]) => !same(state.rollouts[key], running))?.[0];
    },
};

/** What must have happened, or promises are kept for want of cases. */
const CASES = [
  ...['finished', 'stopped', 'going-back', 'resumed', 'superseded', 'contracted', 'withdrawn', 'aborted'],
  ...['smoke-failed', 'analysis-failed', 'soak-failed', 'gate-closed', 'window-opened'],
  ...['rolled-back'],
];

it('keeps every promise, whatever happens to releases', () => {
  const counts: Record<string, number> = {};
  const count = (what = ''): void => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  fc.assert(
    fc.property(choices, (chosen) => {
      const promises = Object.entries(PROMISES).map(([name, make]) => [name, make()] as const);
      let state = initialState(plan, { release: FIRST, at: timeOf(0) });
      let day = 0;
      for (const choice of chosen) {
        day += choice.days;
        const seen = taken(state, choice, timeOf(day));
        if (!seen) continue;
        state = seen.state;
        count(seen.event.type);
        if (seen.state.execution?.status !== seen.before.execution?.status)
          count(seen.state.execution?.status);
        for (const [name, isBroken] of promises) {
          const why = isBroken(seen);
          if (why) throw new Error(`not so: ${name} (${why})`);
        }
      }
    }),
    { numRuns: 50, seed: 20261126 },
  );
  expect(CASES.filter((what) => counts[what] === undefined)).toEqual([]);
});
