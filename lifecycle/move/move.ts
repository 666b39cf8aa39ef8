import type { TenantItem } from '../../constructs/registry/tenant-item';
import { begin } from '../begin';
import { commandLine } from '../command-line';
import type { Emit } from '../events';
import { Refused } from '../mistake';
import { type OperationProps, type Phase, perform, undo } from '../operation';
import type { Surroundings } from '../surroundings';
import { readFacts, writeFacts } from './facts';
import { goalOf, type MoveGoal, type MoveRequest, same, told } from './goal';
import { leftBehind } from './left-behind';
import { Mover } from './mover';
import { MOVE_PHASES } from './names';
import { movePhases } from './phases';

export interface MoveProps {
  readonly tenant: string;
  readonly request: MoveRequest;
  /** Idempotency key. @default - that of the move that goes on, or a new one */
  readonly key?: string;
  /** How long the old place follows the new one before its rows are deleted. @default 60 */
  readonly soakMinutes?: number;
  /** Longest time that the tenant's writes may be refused, in seconds. @default 30 */
  readonly freezeSeconds?: number;
  readonly surroundings: Pick<
    Surroundings,
    'registry' | 'platform' | 'stacks' | 'databases' | 'tokens' | 'caller' | 'now' | 'kind' | 'environment'
  >;
  readonly emit: Emit;
  /** Stops it at the next place where that does no harm. @default - nobody stops it */
  readonly signal?: AbortSignal;
  /** Asks a person before anything is written. @default - nobody is asked */
  readonly confirm?: (goal: MoveGoal) => Promise<void>;
}

const SOAK_MINUTES = 60;
const FREEZE_SECONDS = 30;

/**
 * Moves a tenant, or goes on with it. Without rows to move it is one write in the registry.
 *
 * @returns the tenant's item: the move has ended, or waits
 * @throws Refused when the tenant cannot be moved, or is on its way elsewhere; LifecycleError when there is no such place;
 *   OperationFailed when a phase failed: the same call goes on
 */
export async function move(props: MoveProps): Promise<TenantItem> {
  const { tenant, surroundings, request } = props;
  const item = await known(props);
  const { operation } = item;
  if (operation?.kind === 'move' && (operation.outcome === undefined || operation.key === props.key)) {
    requireSameGoal(item, props);
    if (operation.outcome !== undefined) return item;
    return run(props, item, perform);
  }
  const goal = await goalOf(item, request, surroundings);
  await props.confirm?.(goal);
  const { to, copies } = goal;
  const begun = await begin(item, {
    ...{
      surroundings,
      kind: 'move',
      key: props.key ?? `move-${tenant}-${String(item.version + 1)}`,
    },
    by: await surroundings.caller(),
    phase: copies ? MOVE_PHASES[0] : SWITCH_ROW,
    facts: {
      ...writeFacts(goal, {
        soakMinutes: props.soakMinutes ?? SOAK_MINUTES,
        freezeSeconds: props.freezeSeconds ?? FREEZE_SECONDS,
      }),
      why: goal.why.join('\n'),
    },
    now: surroundings.now(),
    ...(copies && {
      attributes: { state: 'moving', moveTo: { cell: to.cell, shard: to.shard } },
      counts: goal.counts,
    }),
  });
  return run(props, begun, perform);
}

/**
 * Takes a move back as far as it has come, up to the deletion in the old place: what was written in the new place comes along.
 *
 * @throws Refused when there is nothing that goes on
 */
export async function undoMove(props: MoveProps): Promise<TenantItem> {
  const item = await known(props);
  if (item.operation?.kind !== 'move' || item.operation.outcome !== undefined) {
    throw new Refused(`${props.tenant} is not being moved, so there is nothing to undo`, [
      `${commandLine(`move ${props.tenant} --shard …`, props.surroundings)}   moves it back, like to any other place`,
    ]);
  }
  return run(props, item, undo);
}

async function known({ tenant, surroundings }: MoveProps): Promise<TenantItem> {
  const item = await surroundings.registry.get(tenant);
  if (!item)
    throw new Refused(`there is no tenant ${tenant}`, [`${commandLine('list', surroundings)}   names all`]);
  return item;
}

/** Who goes on may say the place again, but no other one. */
function requireSameGoal(
  item: TenantItem,
  { request: { tier, shard, cell }, surroundings }: MoveProps,
): void {
  const { to } = readFacts(item);
  const isSame =
    [tier ?? to.tier, shard ?? to.shard, cell ?? to.cell].join() === [to.tier, to.shard, to.cell].join();
  if (isSame) return;
  const command = commandLine(`move ${item.tenantId}`, surroundings);
  throw new Refused(`${item.tenantId} is being moved to ${told(to)}, and not to another place`, [
    `${command}   goes on`,
    `${command} --undo   takes it back`,
  ]);
}

/** Limits may be changed on the way, by whoever is at work: another process would be thrown out by a change of the item. */
async function allowed(
  { surroundings, soakMinutes, freezeSeconds }: MoveProps,
  item: TenantItem,
  mover: Mover,
): Promise<TenantItem> {
  const { operation } = item;
  const changes = {
    ...(soakMinutes !== undefined && { soakMinutes: String(soakMinutes) }),
    ...(freezeSeconds !== undefined && { freezeSeconds: String(freezeSeconds) }),
  };
  const isNew = Object.entries(changes).some(([name, value]) => operation?.facts[name] !== value);
  if (!operation || !isNew) return item;
  await mover.open();
  return surroundings.registry.write({
    item: {
      ...item,
      operation: { ...operation, facts: { ...operation.facts, ...changes } },
      version: item.version + 1,
      updatedAt: new Date(surroundings.now()).toISOString(),
    },
    expected: item.version,
  });
}

async function run(
  props: MoveProps,
  begun: TenantItem,
  work: (props: OperationProps, item: TenantItem) => Promise<TenantItem>,
): Promise<TenantItem> {
  const { surroundings, emit, signal } = props;
  const { from, to, copies } = readFacts(begun);
  const mover = new Mover(surroundings.databases, begun.tenantId, from, to);
  try {
    const item = copies ? await allowed(props, begun, mover) : begun;
    const facts = readFacts(item);
    const phases = copies
      ? movePhases({ surroundings, mover, move: facts, ...(signal && { signal }) })
      : [row(item.tenantId, facts, surroundings)];
    return await work(
      {
        ...{ registry: surroundings.registry, kind: 'move', phases, emit },
        now: () => surroundings.now(),
        ...(signal && { signal }),
        onFailure: (phase, now) => leftBehind(phase, now, surroundings),
      },
      item,
    );
  } finally {
    await mover.close();
  }
}

const SWITCH_ROW = 'switch-row';

/** A move between tiers that share shards: pools and limits follow the token, which follows the row. */
const row = (
  tenant: string,
  { from, to }: ReturnType<typeof readFacts>,
  { tokens }: Pick<Surroundings, 'tokens'>,
): Phase => ({
  name: SWITCH_ROW,
  title: `makes it tier ${to.tier}; its rows stay where they are`,
  run: async ({ item, change, note }) => {
    if (item.tier !== to.tier) await change({ ...to });
    await tokens.revoke(tenant, to);
    note('tokens of before are good for nothing any more: new ones name the new tier');
    return undefined;
  },
  undo: async ({ item, change }) => {
    if (item.tier !== from.tier) await change({ ...from });
    if (same(from, to)) await tokens.revoke(tenant, from);
  },
});
