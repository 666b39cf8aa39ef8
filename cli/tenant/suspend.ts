import type { Command } from 'commander';
import { inSurroundings, type Open, type TenantFlags, tenantSubcommand } from './common';
import { type InCellFlags, runInCell, withInCell } from './in-cell';
import { tellOutcome } from './outcome';

/** The command `bulkhead tenant suspend`. @param open makes the surroundings. @default - AWS or a rehearsal, as options say */
export const suspendCommand = (open?: Open): Command =>
  withInCell(tenantSubcommand('suspend'))
    .summary('give a tenant no tokens, and end those that are out')
    .description(
      'Gives a tenant no tokens from now on, and revokes those that are out. Its data and its place stay.',
    )
    .argument('<id>', 'tenant')
    .action((id: string, flags: TenantFlags & InCellFlags, command: Command) =>
      inSurroundings(
        flags,
        async (context) => {
          if (flags.inCell === true) return runInCell(id, command, context);
          const { suspend } = await import('../../lifecycle/suspend');
          return tellOutcome(await suspend(id, context.surroundings), context);
        },
        open,
      ),
    );
