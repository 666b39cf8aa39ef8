import { LifecycleError } from '../mistake';
import type { Phase, PhaseContext } from '../operation';
import { readManifest } from './export/verify';
import { type Leaving, belongingsOf } from './leaving';
import { deleteRows } from './rows/delete';

/** What was destroyed, for the record. */
export type Destroyed =
  | { readonly kind: 'rows'; readonly tables: Readonly<Record<string, number>>; readonly left: 0 }
  | { readonly kind: 'stack'; readonly stack: string; readonly told: readonly string[] }
  | { readonly kind: 'nothing' };

/**
 * Takes the tenant out of its place in the registry, once. The item stays, so that nobody else is ever given the id.
 */
export async function leavePlace(leaving: Leaving, context: PhaseContext): Promise<void> {
  if (context.item.cell === undefined) return;
  const place = leaving.placed(context);
  // A database of one tenant is counted only if whoever onboarded it has.
  const [count] = await leaving.surroundings.registry.counts([place]);
  const isCounted = belongingsOf(place) === 'rows' || (count?.tenants ?? 0) > 0;
  await context.change({ cell: undefined, shard: undefined }, isCounted ? [{ place, by: -1 }] : undefined);
}

/** Deletes the rows of a pooled tenant. */
export const destroyRowsPhase = (leaving: Leaving): Phase => ({
  name: 'destroy',
  title: 'deletes its rows',
  isFinal: true,
  async run(context) {
    const place = leaving.place(context);
    if (!place) return { facts: destroyed({ kind: 'nothing' }) };
    const { tenantId } = leaving;
    const hash = leaving.facts(context).manifest ?? '';
    const { tables } = await readManifest(await leaving.store(context), hash);
    const rows = leaving.rowsAt(context);
    if (rows) {
      await leaving.inDatabase(rows, (client) =>
        deleteRows({
          client,
          tenant: tenantId,
          mayGoOn: () => leaving.refuseLegalHold(),
          note: (text) => {
            context.note(text);
          },
        }),
      );
    } else if (tables.length > 0) {
      throw new LifecycleError(
        `the database that ${tenantId}'s rows were exported from is not there any more`,
      );
    }
    await leavePlace(leaving, context);
    context.note(`no row of ${tenantId} is left in ${place.cell}/${place.shard}`);
    // As many as were exported: that was what was there when it was confirmed, whichever run has deleted them.
    const deleted = Object.fromEntries(tables.map((table) => [table.table, table.rows]));
    return { facts: destroyed({ kind: 'rows', tables: deleted, left: 0 }) };
  },
});

export const destroyed = (what: Destroyed): { readonly destroyed: string } => ({
  destroyed: JSON.stringify(what),
});
