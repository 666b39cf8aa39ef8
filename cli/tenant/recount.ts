import type { Command } from 'commander';
import { EXIT, inSurroundings, type Open, type TenantFlags, tenantSubcommand } from './common';

/** The command `bulkhead tenant recount`. @param open makes the surroundings. @default - AWS or a rehearsal, as options say */
export const recountCommand = (open?: Open): Command =>
  tenantSubcommand('recount')
    .summary('count the tenants of every shard anew')
    .description(
      'Counts the tenants of every shard by looking at each, and corrects counts that are wrong: of rows that were written by hand, or before places were counted.',
    )
    .action((flags: TenantFlags) =>
      inSurroundings(
        flags,
        async ({ surroundings, result }) => {
          const { recount } = await import('../../lifecycle/recount');
          const corrected = await recount(surroundings);
          result({ type: 'outcome', corrected }, () =>
            corrected.length === 0
              ? 'Every count was right.'
              : corrected
                  .map(
                    ({ cell, shard, before, after }) =>
                      `${cell}/${shard} holds ${String(after)} tenants, not ${before === undefined ? 'an unknown number' : String(before)}`,
                  )
                  .join('\n'),
          );
          return EXIT.done;
        },
        open,
      ),
    );
