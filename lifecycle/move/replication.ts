import { Client, escapeIdentifier } from 'pg';
import { LifecycleError } from '../mistake';
import { patiently, type Side } from './side';
import { transaction } from './record';
import { createPublication } from './statements';
import type { MovedTable } from './tables';

/** How long the server may take to notice that whoever read a slot is gone, in milliseconds: `wal_sender_timeout` and some. */
const SLOT_FREE_MS = 90_000;
const TABLE_MS = 60_000;

/** A moment of a database that other sessions can look at, and its place in the write-ahead log. */
export interface Moment {
  /** All that was committed before is in it, and nothing else. */
  readonly lsn: string;
  readonly snapshot: string;
  /** Lets go of it. Sessions that look at it already go on. */
  release(): Promise<void>;
}

export async function ensurePublication(
  side: Side,
  name: string,
  tables: readonly MovedTable[],
): Promise<void> {
  const { rows } = await side.client.query<{ there: boolean }>(
    'SELECT EXISTS (SELECT FROM pg_publication WHERE pubname = $1) AS there',
    [name],
  );
  if (rows[0]?.there === true) return;
  await patiently(TABLE_MS, `tables of ${side.name} could not be published`, () =>
    transaction(side, async () => {
      await side.client.query(createPublication(name, tables, side.tenant));
    }),
  );
}

/** What is known of a slot, for people and for decisions; undefined if there is none. */
export async function slotState({ client }: Side, name: string): Promise<SlotState | undefined> {
  const { rows } = await client.query<SlotState>(
    `SELECT active, coalesce(wal_status, '') AS "walStatus", pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) AS "holdsBack"
     FROM pg_replication_slots WHERE slot_name = $1`,
    [name],
  );
  return rows[0];
}

export interface SlotState {
  readonly active: boolean;
  /** `lost` when the server has thrown away what the slot needs: `max_slot_wal_keep_size`. */
  readonly walStatus: string;
  /** Write-ahead log that the server keeps for it: `16 MB`. */
  readonly holdsBack: string;
}

/** @throws LifecycleError when the slot is gone, or what it needs is */
export async function assertSlot(side: Side, name: string): Promise<void> {
  const state = await slotState(side, name);
  if (state && state.walStatus !== 'lost') return;
  throw new LifecycleError(
    state
      ? `${side.name} has thrown away what slot ${name} needs: more was written than max_slot_wal_keep_size allows`
      : `${side.name} has no replication slot ${name}: somebody has dropped it`,
    ['what was written since cannot be followed any more: docs/runbooks/moving.md, "A slot is lost"'],
  );
}

export async function dropReplication(side: Side, name: string): Promise<void> {
  await patiently(SLOT_FREE_MS, `slot ${name} of ${side.name} is still being read`, async () => {
    await side.client.query(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1',
      [name],
    );
  });
  await patiently(TABLE_MS, `publication ${name} of ${side.name} could not be dropped`, () =>
    transaction(side, async () => {
      await side.client.query(`DROP PUBLICATION IF EXISTS ${escapeIdentifier(name)}`);
    }),
  );
}

/**
 * Makes a slot, and shows the moment from which on it follows. It waits for all transactions that write.
 *
 * @param lasting whether it stays. A temporary one goes with the moment
 */
export async function createSlot(side: Side, name: string, lasting: boolean): Promise<Moment> {
  const config = { ...(await side.replication()), replication: 'database' };
  const client = new Client(config);
  client.on('error', () => undefined);
  await client.connect();
  try {
    // Nobody waits for it: a transaction that stays open is seen by this process only.
    await client.query('SET lock_timeout = 0');
    const { rows } = await client.query<{ consistent_point: string; snapshot_name: string }>(
      `CREATE_REPLICATION_SLOT ${escapeIdentifier(name)}${lasting ? '' : ' TEMPORARY'} LOGICAL pgoutput (SNAPSHOT 'export')`,
    );
    const [made] = rows;
    if (!made) throw new Error(`no slot was made`);
    return {
      lsn: made.consistent_point,
      snapshot: made.snapshot_name,
      release: () => client.end().catch(() => undefined),
    };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new LifecycleError(`${side.name} made no replication slot: ${(error as Error).message}`, [
      'check wal_level (Aurora: rds.logical_replication = 1 and a restart), max_replication_slots, and that bulkhead_mover may replicate: docs/runbooks/moving.md, "Before the first move"',
    ]);
  }
}

/** Makes a slot without a moment, in a database whose rows of the tenant nobody writes. */
export async function ensureSlot(side: Side, name: string): Promise<void> {
  if (await slotState(side, name)) return;
  const moment = await createSlot(side, name, true);
  await moment.release();
}
