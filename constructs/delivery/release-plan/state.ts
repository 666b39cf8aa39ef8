import { type RolloutRef, rolloutKey } from '../../core/contract-gate';
import { reachedBy } from './parts';
import type { ReleasePlan } from './types';

/** What the machine of a release knows: what runs, what databases hold, and how far the release is. */

export interface Release {
  readonly id: string;
  /** Every migration that it brings, the oldest first; the last is the schema that it needs. */
  readonly migrations: readonly string[];
}

/** What takes a rollout's traffic. */
export interface Running {
  readonly release: string;
  readonly schema?: string;
  /** Since when all its traffic goes to releases of this schema, in ISO 8601. Not there while it is being judged. */
  readonly since?: string;
}

/** Versions of the schema that a database offers: the last whole one and, beside it, at most one that is expanded. */
export interface DatabaseState {
  readonly completed?: string;
  readonly expanded?: string;
}

/** How far a step of the wave is. */
export type StepState = 'pending' | 'in-traffic' | 'done' | 'failed';

export type ReleaseStatus =
  | 'waiting-for-window'
  | 'waiting-for-gate'
  | 'running'
  | 'going-back'
  | 'stopped'
  | 'superseded'
  | 'finished';

/** A release on its way. */
export interface Execution {
  readonly release: Release;
  readonly status: ReleaseStatus;
  /** Index of the wave that it is in, or was when it ended. */
  readonly wave: number;
  /** Steps of that wave by name. */
  readonly steps: Readonly<Record<string, StepState>>;
  /** What rollouts of that wave ran before it, by key. */
  readonly before: Readonly<Record<string, Running | undefined>>;
  /** Why it stopped. */
  readonly reason?: string;
}

export interface DeliveryState {
  /** By key of rollout. One that has never had a release is not there. */
  readonly rollouts: Readonly<Record<string, Running>>;
  /** By `<cell>/<database>`. */
  readonly databases: Readonly<Record<string, DatabaseState>>;
  /** The release on its way, or the last one. */
  readonly execution?: Execution;
  /** Releases that ended before it. */
  readonly ended: readonly { readonly release: string; readonly status: ReleaseStatus }[];
}

/** What can happen, by type: what it is about. */
interface EventParts {
  readonly started: { readonly release: Release };
  /** A newer release overtakes one that waits. */
  readonly superseded: { readonly release: Release };
  readonly 'window-opened': object;
  readonly 'gate-open': object;
  readonly 'gate-closed': object;
  readonly expanded: { readonly step: string };
  readonly 'expand-failed': { readonly step: string };
  readonly 'smoke-passed': { readonly step: string };
  readonly 'smoke-failed': { readonly step: string };
  readonly 'analysis-passed': { readonly step: string };
  readonly 'analysis-failed': { readonly step: string };
  readonly 'soak-passed': { readonly step: string };
  readonly 'soak-failed': { readonly step: string };
  /** By a person. */
  readonly aborted: object;
  /** All of the wave runs what it ran before. */
  readonly 'rolled-back': object;
  readonly resumed: object;
  /** The old side of a database's schema is to go. */
  readonly contracted: { readonly cell: string; readonly database: string };
  /** A person undoes an expansion that nothing uses. */
  readonly withdrawn: { readonly cell: string; readonly database: string };
}

type Happening<T extends keyof EventParts> = {
  readonly type: T;
  /** When, in ISO 8601. */
  readonly at: string;
} & EventParts[T];

export type ReleaseEvent = { [T in keyof EventParts]: Happening<T> }[keyof EventParts];
export type EventOf<T extends ReleaseEvent['type']> = Extract<ReleaseEvent, { type: T }>;

/** The state before any release, or with one that runs everywhere since `at`. */
export function initialState(
  plan: ReleasePlan,
  running?: { readonly release: Release; readonly at: string },
): DeliveryState {
  const reached = reachedBy(plan.target);
  const schema = running && neededBy(running.release);
  return {
    rollouts: running
      ? Object.fromEntries(
          reached.map((one) => [
            rolloutKey(one),
            { release: running.release.id, since: running.at, ...(schema !== undefined && { schema }) },
          ]),
        )
      : {},
    databases: Object.fromEntries(
      databasesOf(plan).map((key) => [key, schema === undefined ? {} : { completed: schema }]),
    ),
    ended: [],
  };
}

/** The schema that a release needs. */
export const neededBy = ({ migrations }: Release): string | undefined => migrations.at(-1);

export const databaseKey = (cell: string, database: string): string => `${cell}/${database}`;

/** Databases that releases of a plan change; none if the service brings no migrations. */
export const databasesOf = ({ target }: ReleasePlan): readonly string[] =>
  target.schema
    ? [
        ...new Set(
          reachedBy(target).flatMap(({ cell, databases }) => databases.map((one) => databaseKey(cell, one))),
        ),
      ]
    : [];

/** Rollouts that use a database. */
export const usersOf = ({ target }: ReleasePlan, key: string): readonly RolloutRef[] =>
  reachedBy(target).filter(({ cell, databases }) => databases.some((one) => databaseKey(cell, one) === key));

export const isOver = (status: ReleaseStatus): boolean =>
  status === 'stopped' || status === 'superseded' || status === 'finished';

export const isWaiting = (status: ReleaseStatus): boolean =>
  status === 'waiting-for-window' || status === 'waiting-for-gate';

/** Whether a release of a schema can work with a database. */
export const offers = (database: DatabaseState | undefined, schema: string | undefined): boolean =>
  schema === database?.completed || (schema !== undefined && schema === database?.expanded);
