import { setTimeout as pause } from 'node:timers/promises';
import { commandLine } from '../command-line';
import { LifecycleError } from '../mistake';
import type { Phase, PhaseContext, PhaseResult } from '../operation';
import type { Surroundings } from '../surroundings';
import { copyRows } from './copy';
import type { MoveFacts } from './facts';
import { isPooled, same, told } from './goal';
import type { Mover, OpenMove } from './mover';
import { beginRecord, endRecord, freeze, readRecord, setApplied, thaw, watch } from './record';
import { removeRows, tablesWithRows } from './remove';
import { createSlot, dropReplication, ensureSlot } from './replication';
import { advance, AHEAD } from './sequences';
import { codeOf, Unreachable } from './side';

export interface MovePhasesProps {
  readonly surroundings: Pick<Surroundings, 'registry' | 'tokens' | 'now' | 'environment' | 'kind'>;
  readonly mover: Mover;
  readonly move: MoveFacts;
  readonly signal?: AbortSignal;
}

/** How long catching up may take before writes are stopped, in milliseconds. */
const CATCH_UP_MS = 3_600_000;
/** How often a soak looks whether all is well, in milliseconds. */
const LOOK_MS = 500;

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1);

/** The phases of a move that copies rows. */
export function movePhases(props: MovePhasesProps): readonly Phase[] {
  return [
    provision(props),
    copy(props),
    verify(props),
    freezing(props),
    switching(props),
    soak(props),
    retire(props),
  ].map(guarded);
}

/** What a database says no to is a mistake or a fault of the world, not of this program. */
function guarded(phase: Phase): Phase {
  const guard =
    <T>(work: (context: PhaseContext) => Promise<T>) =>
    async (context: PhaseContext): Promise<T> => {
      try {
        return await work(context);
      } catch (error) {
        const isDatabase =
          codeOf(error) !== undefined || (error as Error).message.includes('Connection terminated');
        if (error instanceof LifecycleError || !isDatabase) throw error;
        throw new LifecycleError((error as Error).message, [], { cause: error });
      }
    };
  return {
    ...phase,
    run: guard((context) => phase.run(context)),
    ...(phase.undo && { undo: guard((context) => phase.undo?.(context) ?? Promise.resolve()) }),
  };
}

const provision = ({ mover, move }: MovePhasesProps): Phase => ({
  name: 'provision',
  title: `looks whether ${move.to.cell}/${move.to.shard} can take the rows`,
  run: async ({ item, note }) => {
    await mover.assertFit();
    const { source, target, tables } = await mover.open();
    const key = item.operation?.key ?? '';
    if ((await readRecord(target))?.operation !== key) {
      const left = await tablesWithRows(target, tables.target);
      if (left.length > 0) {
        throw new LifecycleError(
          `${target.name} holds rows of ${item.tenantId} already, which no move has put there: ${left.join(', ')}`,
          ['docs/runbooks/moving.md, "What an earlier move has left"'],
        );
      }
    }
    await beginRecord(source, key, 'source', target.name);
    await beginRecord(target, key, 'target', source.name);
    note(
      `${String(tables.source.length)} tables, the same on both sides; until the move ends, none of them can be changed`,
    );
    return undefined;
  },
  undo: async ({ item, facts, change, note }) => {
    await takeRecordsBack(mover, note);
    const isCounted = isPooled(move.to) && facts['returned'] === undefined;
    await change(
      { ...(item.state === 'moving' && { state: 'active' }), moveTo: undefined },
      isCounted ? [{ place: move.to, by: -1 }] : [],
      { returned: 'yes' },
    );
  },
});

/** A database that cannot be reached must not keep a tenant in a move that never began for that very reason. */
async function takeRecordsBack(mover: Mover, note: (text: string) => void): Promise<void> {
  try {
    const { source, target, tables } = await mover.open();
    await endRecord(source, tables.source);
    await endRecord(target, tables.target);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    note(
      `${error.message}\nif tables there cannot be changed later, see docs/runbooks/moving.md, "What an earlier move has left"`,
    );
  }
}

const copy = ({ mover }: MovePhasesProps): Phase => ({
  name: 'copy',
  title: 'copies the rows, and follows what is written meanwhile',
  run: async ({ note }) => {
    await mover.assertFit();
    const open = await mover.open();
    const { source, target, tables, out } = open;
    await watch(source, tables.source);
    await watch(target, tables.target);
    if ((await readRecord(target))?.applied == null) await firstCopy(open, note);
    await out.follow();
    await out.drain(CATCH_UP_MS);
    return undefined;
  },
  undo: async ({ item, note }) => {
    const { source, target, tables, out, back } = await mover.open();
    if (same({ cell: item.cell ?? '', shard: item.shard ?? '' }, target.place))
      throw new Error(`${item.tenantId} is in ${target.name}: its rows stay`);
    await out.drop();
    await back.drop();
    await removeRows(target, tables.target, note);
    await endRecord(source, tables.source);
    await endRecord(target, tables.target);
  },
});

/** From the beginning: the moment that an earlier try has copied from went with the process. */
async function firstCopy(
  { source, target, tables, out }: OpenMove,
  tell: (text: string) => void,
): Promise<void> {
  await dropReplication(source, out.name);
  await removeRows(target, tables.target, tell);
  await out.publish();
  const waits = setTimeout(() => {
    tell(`waiting for transactions that were open in ${source.name} when it began`);
  }, 5000);
  const moment = await createSlot(source, out.name, true).finally(() => {
    clearTimeout(waits);
  });
  const rows = await copyRows(source, target, { tables: tables.source, moment, tell });
  await setApplied(target, moment.lsn);
  tell(
    `${String(rows)} rows copied as of ${moment.lsn}; slot ${out.name} of ${source.name} keeps what comes after`,
  );
}

const verify = ({ mover, surroundings }: MovePhasesProps): Phase => ({
  name: 'verify',
  title: 'compares every row of both sides at one moment',
  run: async ({ note }): Promise<PhaseResult> => {
    await mover.assertFit();
    const { source, target, tables, out, back } = await mover.open();
    await out.follow();
    await out.drain(CATCH_UP_MS);
    const startedAt = surroundings.now();
    const rows = await out.compareAtOneMoment();
    const took = surroundings.now() - startedAt;
    note(`${String(rows)} rows are the same, by checksums`);
    // All that can be done before writes are stopped: so that this is short.
    await advance(source, target, { from: tables.source, to: tables.target }, AHEAD);
    await back.publish();
    await ensureSlot(target, back.name);
    return { facts: { verifyMilliseconds: String(Math.round(took)) } };
  },
  undo: async () => {
    await (await mover.open()).back.drop();
  },
});

const freezing = ({ mover, move, surroundings, signal }: MovePhasesProps): Phase => ({
  name: 'freeze',
  title: 'stops the writes of the tenant in the old place',
  run: async ({ facts, note }) => {
    const { source, out } = await mover.open();
    const takes = Number(facts['verifyMilliseconds'] ?? 0) / 1000;
    if (takes > move.freezeSeconds) {
      throw new LifecycleError(
        `comparing all rows takes ${takes.toFixed(1)} s, and writes would be refused that long; allowed are ${String(move.freezeSeconds)} s`,
        [
          `${commandLine(`move ${source.tenant} --freeze-limit ${String(Math.ceil(takes * 1.5))}`, surroundings)}   allows it, at a quiet time`,
        ],
      );
    }
    await out.follow();
    await out.drain(CATCH_UP_MS);
    if (signal?.aborted === true) return undefined;
    await freeze(source, move.freezeSeconds * 1000);
    mover.frozen = source;
    mover.frozenAt = surroundings.now();
    note(`writes in ${source.name} are refused from now on (SQLSTATE 55P03); reads go on`);
    return undefined;
  },
  undo: async () => {
    const { source } = await mover.open();
    await thaw(source);
    mover.frozen = undefined;
  },
});

const switching = ({ mover, move, surroundings }: MovePhasesProps): Phase => ({
  name: 'switch',
  title: `makes ${told(move.to)} its place`,
  run: async ({ item, note, change }) => {
    const { source, target, out } = await mover.open();
    if (!same(item as typeof move.to, move.to)) {
      await becomeEqual(mover, move);
      await change({ ...move.to, state: 'active', moveTo: undefined }, [], { switched: 'yes' });
    }
    // Stays frozen: tokens of before still lead here.
    mover.frozen = undefined;
    await thaw(target);
    if (mover.frozenAt > 0)
      note(
        `writes were refused for ${seconds(surroundings.now() - mover.frozenAt)} s; from now on they go to ${target.name}`,
      );
    await surroundings.tokens.revoke(item.tenantId, source.place);
    note('tokens of before are good for nothing any more: new ones name the new place');
    await out.drop();
    return { facts: { switchedAt: new Date(surroundings.now()).toISOString() } };
  },
  undo: async ({ item, facts, note, change }) => {
    const { source, target, tables, back } = await mover.open();
    const isThere = same(item as typeof move.to, move.to);
    if (isThere) {
      await back.follow();
      await back.drain(CATCH_UP_MS);
      await freeze(target, move.freezeSeconds * 1000);
      mover.frozen = target;
      mover.frozenAt = surroundings.now();
      await back.drain(move.freezeSeconds * 1000);
      await back.stop();
      const rows = await back.compareStill();
      await advance(target, source, { from: tables.target, to: tables.source }, 0);
      await change({ ...move.from });
      mover.frozen = undefined;
      await thaw(source);
      note(
        `${String(rows)} rows are the same; writes were refused for ${seconds(surroundings.now() - mover.frozenAt)} s`,
      );
    }
    // Also after a try that got no further: with such a token, rows could be written where they are deleted next.
    if (isThere || facts['switched'] === 'yes') await surroundings.tokens.revoke(item.tenantId, target.place);
    await back.drop();
  },
});

/** Everything that must be true before the registry says the new place, with writes stopped in the old one. */
async function becomeEqual(mover: Mover, { freezeSeconds }: MoveFacts): Promise<void> {
  const { source, target, tables, out, back } = await mover.open();
  if (mover.frozen !== source) {
    await out.follow();
    await out.drain(CATCH_UP_MS);
    await freeze(source, freezeSeconds * 1000);
    mover.frozen = source;
    mover.frozenAt = Date.now();
  }
  await out.drain(freezeSeconds * 1000);
  await out.stop();
  await out.compareStill();
  await advance(source, target, { from: tables.source, to: tables.target }, 0);
  await ensureSlot(target, back.name);
  // What the new place has got from the old one is not sent back: the way back begins after it.
  const { rows } = await target.client.query<{ lsn: string }>(
    `SELECT pg_logical_emit_message(true, 'bulkhead-move', 'the way back begins')::text AS lsn`,
  );
  await setApplied(source, rows[0]?.lsn ?? '');
}

const soak = ({ mover, move, surroundings, signal }: MovePhasesProps): Phase => ({
  name: 'soak',
  title: `keeps the old place current for ${String(move.soakMinutes)} minutes`,
  run: async ({ item, facts, note }) => {
    const { source, target, back } = await mover.open();
    await back.follow();
    const command = commandLine(`move ${item.tenantId}`, surroundings);
    const until = Date.parse(facts['switchedAt'] ?? '') + move.soakMinutes * 60_000;
    note(`what is written in ${target.name} goes to ${source.name} too: undo loses nothing`);
    while (surroundings.now() < until) {
      if (signal?.aborted === true) {
        return {
          waits: {
            text: `slot ${back.name} of ${target.name} keeps what is written meanwhile`,
            until: new Date(until).toISOString(),
            next: [`${command}   goes on`, `${command} --undo   goes back, and loses nothing`],
          },
        };
      }
      back.assertAlive();
      await pause(Math.min(LOOK_MS, Math.max(1, until - surroundings.now())));
    }
    await back.drain(CATCH_UP_MS);
    return undefined;
  },
});

const retire = ({ mover, move, surroundings }: MovePhasesProps): Phase => ({
  name: 'retire',
  title: `deletes the rows in ${move.from.cell}/${move.from.shard}`,
  isFinal: true,
  run: async ({ item, facts, note, change }) => {
    const { source, target, tables, out, back } = await mover.open();
    if (same(item as typeof move.from, move.from))
      throw new Error(`${item.tenantId} is in ${source.name}: its rows stay`);
    await back.drop();
    await out.drop();
    const rows = await removeRows(source, tables.source, note);
    await endRecord(source, tables.source);
    await endRecord(target, tables.target);
    note(`${String(rows)} rows deleted in ${source.name}; none is left`);
    const [count] = await surroundings.registry.counts([move.from]);
    const isCounted = isPooled(move.from) || (count?.tenants ?? 0) > 0;
    if (isCounted && facts['released'] === undefined)
      await change({}, [{ place: move.from, by: -1 }], { released: 'yes' });
    if (!isPooled(move.from)) {
      note(
        `the stack ${move.from.cell}-${move.from.shard} stays, and costs what it costs: docs/runbooks/offboarding.md, "By hand", tells how it goes`,
      );
    }
    return undefined;
  },
});
