import { escapeIdentifier, escapeLiteral } from 'pg';
import { LifecycleError } from '../mistake';
import { MOVER, patiently, type Side } from './side';
import { type MovedTable, WATCH } from './tables';

/** The tenant's row in `tenancy.moves` of one side: constructs/data/sql/010-moves.sql. */
export interface MoveRecord {
  readonly operation: string;
  readonly side: 'source' | 'target';
  readonly frozen: boolean;
  /** Place in the peer's write-ahead log up to which its changes are here: `0/16B3748`; null before its rows are. */
  readonly applied: string | null;
}

/** How long a change of tables may keep a move waiting, in milliseconds. */
const SCHEMA_MS = 60_000;
/** The same for a lock on one table, which readers do not hold. */
const TABLE_MS = 60_000;

export async function readRecord({ client, tenant }: Side): Promise<MoveRecord | undefined> {
  const { rows } = await client.query<MoveRecord>(
    'SELECT operation, side, frozen, applied::text AS applied FROM tenancy.moves WHERE tenant_id = $1',
    [tenant],
  );
  return rows[0];
}

/**
 * Notes the move in a database. From then on no table changes there.
 *
 * @throws LifecycleError when a change of tables does not end, or the tenant has another move there
 */
export async function beginRecord(
  side: Side,
  operation: string,
  role: MoveRecord['side'],
  peer: string,
): Promise<void> {
  const known = await readRecord(side);
  if (known?.operation === operation) return;
  if (known) {
    throw new LifecycleError(
      `${side.name} has a move of ${side.tenant} with the key ${known.operation}, which the registry says has ended`,
      ['docs/runbooks/moving.md, "What an earlier move has left"'],
    );
  }
  const { client, tenant } = side;
  await patiently(SCHEMA_MS, `a change of tables of ${side.name} did not end`, () =>
    transaction(side, async () => {
      await client.query('SELECT pg_advisory_xact_lock(tenancy.move_lock(), 0)');
      await client.query(
        // Nobody writes at the target before it is the tenant's place.
        `INSERT INTO tenancy.moves (tenant_id, operation, side, peer, frozen, mover) VALUES ($1, $2, $3, $4, $3 = 'target', $5)`,
        [tenant, operation, role, peer, MOVER],
      );
    }),
  );
}

/** Notes up to which place of the peer's log all is here. */
export async function setApplied({ client, tenant }: Side, lsn: string): Promise<void> {
  await client.query('UPDATE tenancy.moves SET applied = $2 WHERE tenant_id = $1', [tenant, lsn]);
}

/** Puts the triggers on all tables that see the tenant's writes. One table at a time: nobody waits for more than one. */
export async function watch(side: Side, tables: readonly MovedTable[]): Promise<void> {
  const { client, tenant } = side;
  const id = escapeLiteral(tenant);
  for (const { name } of tables) {
    await patiently(TABLE_MS, `${name} of ${side.name} could not be locked`, () =>
      transaction(side, async () => {
        await client.query(
          `CREATE OR REPLACE TRIGGER ${escapeIdentifier(`${WATCH}new_${tenant}`)} BEFORE INSERT OR UPDATE ON ${name}
             FOR EACH ROW WHEN (NEW.tenant_id = ${id}) EXECUTE FUNCTION tenancy.watch_move(${id});
           CREATE OR REPLACE TRIGGER ${escapeIdentifier(`${WATCH}old_${tenant}`)} BEFORE UPDATE OR DELETE ON ${name}
             FOR EACH ROW WHEN (OLD.tenant_id = ${id}) EXECUTE FUNCTION tenancy.watch_move(${id})`,
        );
      }),
    );
  }
}

/** Takes the move away again: triggers first, for they insist on the row. */
export async function endRecord(side: Side, tables: readonly MovedTable[]): Promise<void> {
  const { client, tenant } = side;
  for (const { name } of tables) {
    await patiently(TABLE_MS, `${name} of ${side.name} could not be locked`, () =>
      transaction(side, async () => {
        for (const kind of ['new', 'old'])
          await client.query(
            `DROP TRIGGER IF EXISTS ${escapeIdentifier(`${WATCH}${kind}_${tenant}`)} ON ${name}`,
          );
      }),
    );
  }
  await client.query('DELETE FROM tenancy.moves WHERE tenant_id = $1', [tenant]);
}

/**
 * Refuses the tenant's writes from here on. When it returns, every transaction that has written is committed or gone.
 *
 * @param milliseconds for which transactions of the tenant may keep it waiting; half a second of each second its writers wait too
 */
export async function freeze(side: Side, milliseconds: number): Promise<void> {
  const { client, tenant } = side;
  await patiently(milliseconds, `a transaction of ${tenant} that writes in ${side.name} did not end`, () =>
    transaction(side, async () => {
      await client.query('SELECT pg_advisory_xact_lock(tenancy.move_lock(), hashtext($1))', [tenant]);
      await setFrozen(side, true);
    }),
  );
}

/** Lets the tenant write again. */
export const thaw = (side: Side): Promise<void> => setFrozen(side, false);

async function setFrozen({ client, tenant }: Side, frozen: boolean): Promise<void> {
  await client.query('UPDATE tenancy.moves SET frozen = $2 WHERE tenant_id = $1 AND frozen <> $2', [
    tenant,
    frozen,
  ]);
}

/** Work in one transaction of the side's session, on locks that others wait behind: for no longer than the role may hold them up. */
export async function transaction(side: Side, work: () => Promise<void>): Promise<void> {
  const { client } = side;
  await client.query('BEGIN');
  try {
    await client.query('SET LOCAL lock_timeout TO DEFAULT');
    // What a move does to tables is no migration.
    await client.query(`SELECT set_config('pgroll.no_inferred_migrations', 'TRUE', true)`);
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
