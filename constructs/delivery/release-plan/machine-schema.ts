import { mayContract, type ReleaseObservation, rolloutKey } from '../../core/contract-gate';
import { reachedBy } from './parts';
import {
  databaseKey,
  databasesOf,
  type DeliveryState,
  type EventOf,
  isOver,
  isWaiting,
  neededBy,
  offers,
  type Release,
  usersOf,
} from './state';
import type { ReleasePlan, Step } from './types';

/**
 * Why a release may not start, if so: one migration at a time, and none skipped or undone. Whatever runs must find its
 * schema in every database.
 */
export function schemaAgainst(plan: ReleasePlan, state: DeliveryState, release: Release): string | undefined {
  const needed = neededBy(release);
  const needs = `${release.id} needs ${needed ?? 'no migration'}`;
  if (!plan.target.schema)
    return needed === undefined ? undefined : `${needs}, and ${plan.target.service} may bring none`;
  for (const key of databasesOf(plan)) {
    const { completed, expanded } = state.databases[key] ?? {};
    if (offers(state.databases[key], needed)) continue;
    if (expanded !== undefined)
      return `${needs}, and ${key} still has ${expanded} expanded: contract it first`;
    if (needed === undefined || release.migrations.at(-2) !== completed)
      return `${needs}, which does not follow ${completed ?? 'an empty schema'} in ${key}`;
  }
  return undefined;
}

/** The state once a step has expanded its databases; those that offer the schema already stay as they are. */
export function expandedBy(state: DeliveryState, step: Step, schema: string | undefined): DeliveryState {
  if (step.kind !== 'expand' || schema === undefined) return state;
  const keys = step.databases.map((database) => databaseKey(step.cell, database));
  const changed = keys.filter((key) => !offers(state.databases[key], schema));
  const expanded = changed.map((key) => [key, { ...state.databases[key], expanded: schema }] as const);
  return { ...state, databases: { ...state.databases, ...Object.fromEntries(expanded) } };
}

/** The state without the old side of a database's schema, or why it must stay. */
export function contracted(
  plan: ReleasePlan,
  state: DeliveryState,
  { cell, database, at }: EventOf<'contracted'>,
): DeliveryState | string {
  const key = databaseKey(cell, database);
  const { expanded } = state.databases[key] ?? {};
  if (expanded === undefined || !plan.contract) return `${key} has nothing to contract`;
  const busy = busyWith(state, expanded);
  if (busy !== undefined) return busy;
  const { allowed, reasons } = mayContract(observationsOf(plan, state), {
    migration: expanded,
    now: new Date(at),
    afterDays: plan.contract.afterDays,
    expected: plan.contract.checks.flatMap(({ rollouts }) => rollouts),
  });
  if (!allowed) return reasons.join('; ');
  return { ...state, databases: { ...state.databases, [key]: { completed: expanded } } };
}

/** The state without an expansion that nothing uses, or who uses it. */
export function withdrawn(
  plan: ReleasePlan,
  state: DeliveryState,
  { cell, database }: EventOf<'withdrawn'>,
): DeliveryState | string {
  const key = databaseKey(cell, database);
  const { completed, expanded } = state.databases[key] ?? {};
  if (expanded === undefined) return `${key} has nothing to withdraw`;
  const { execution } = state;
  if (execution && !isOver(execution.status))
    return `${execution.release.id} is on its way (${execution.status})`;
  const users = usersOf(plan, key)
    .map(rolloutKey)
    .filter((user) => state.rollouts[user]?.schema === expanded);
  if (users.length > 0) return `${users.join(', ')} needs ${expanded}`;
  return { ...state, databases: { ...state.databases, [key]: completed === undefined ? {} : { completed } } };
}

/** A release that is being judged could go back to one before; one that waits could need the old schema. */
function busyWith({ execution }: DeliveryState, migration: string): string | undefined {
  if (!execution || isOver(execution.status)) return undefined;
  if (isWaiting(execution.status) && neededBy(execution.release) === migration) return undefined;
  return `${execution.release.id} is on its way (${execution.status})`;
}

const observationsOf = (
  { target }: ReleasePlan,
  { rollouts }: DeliveryState,
): readonly ReleaseObservation[] =>
  reachedBy(target).map(({ cell, owner, slice }) => ({
    ...{ cell, owner, slice },
    ...rollouts[rolloutKey({ cell, owner, slice })],
  }));
