import { escapeLiteral } from 'pg';
import { patiently, type Side } from './side';
import { transaction } from './record';
import type { MovedTable } from './tables';

const PATIENCE_MS = 60_000;

/** Numbers that a sequence is put ahead of the other side's, while that still counts: so nothing is left to do when writes wait. */
export const AHEAD = 100_000;

interface SequenceState {
  /** The number that was given last; of a sequence that has given none, the one before its first. */
  readonly last: string;
  readonly increment: string;
  readonly most: string;
}

async function stateOf({ client }: Side, sequence: string): Promise<SequenceState> {
  const { rows } = await client.query<SequenceState>(
    `SELECT (s.last_value - CASE WHEN s.is_called THEN 0 ELSE p.seqincrement END)::text AS last, p.seqincrement::text AS increment,
       CASE WHEN p.seqincrement > 0 THEN p.seqmax ELSE p.seqmin END::text AS most
     FROM ${sequence} s, pg_sequence p WHERE p.seqrelid = ${escapeLiteral(sequence)}::regclass`,
  );
  if (!rows[0]) throw new Error(`${sequence} has no state`);
  return rows[0];
}

/**
 * Puts the sequences of one side past those of the other, so that numbers the tenant got there are never given again here. They
 * never go back: others use them too.
 *
 * @param ahead numbers to leave between
 * @returns names of those that were behind
 */
export async function advance(
  from: Side,
  to: Side,
  tables: { readonly from: readonly MovedTable[]; readonly to: readonly MovedTable[] },
  ahead: number,
): Promise<readonly string[]> {
  const moved: string[] = [];
  for (const table of tables.from) {
    for (const { column, sequence } of table.sequences) {
      const other = tables.to
        .find(({ name }) => name === table.name)
        ?.sequences.find((each) => each.column === column)?.sequence;
      if (other === undefined) continue;
      const [there, here] = [await stateOf(from, sequence), await stateOf(to, other)];
      const up = BigInt(here.increment) > 0n;
      if (up ? BigInt(here.last) >= BigInt(there.last) : BigInt(here.last) <= BigInt(there.last)) continue;
      const wanted = BigInt(there.last) + BigInt(here.increment) * BigInt(ahead);
      const most = BigInt(here.most);
      const goal = (up ? wanted > most : wanted < most) ? BigInt(there.last) : wanted;
      await patiently(PATIENCE_MS, `${other} of ${to.name} could not be locked`, () =>
        raise(to, other, here.increment, goal),
      );
      moved.push(other);
    }
  }
  return moved;
}

/** In one transaction that keeps others from the sequence: a number that it had given in between would be given twice. */
const raise = (side: Side, sequence: string, increment: string, goal: bigint): Promise<void> =>
  transaction(side, async () => {
    // Changes nothing, and takes the lock that nextval() waits for: "ALTER SEQUENCE", PostgreSQL documentation.
    await side.client.query(`ALTER SEQUENCE ${sequence} INCREMENT BY ${increment}`);
    const best = BigInt(increment) > 0n ? 'greatest' : 'least';
    await side.client.query(
      `SELECT setval(${escapeLiteral(sequence)}::regclass, ${best}(last_value, ${String(goal)}::bigint), true) FROM ${sequence}`,
    );
  });
