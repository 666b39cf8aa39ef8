import type { Command } from 'commander';
import { inSurroundings, type Open, type TenantFlags, tenantSubcommand } from './common';
import { type InCellFlags, runInCell, withInCell } from './in-cell';
import { tellOutcome } from './outcome';

/** The command `bulkhead tenant revoke`. @param open makes the surroundings. @default - AWS or a rehearsal, as options say */
export const revokeCommand = (open?: Open): Command =>
  withInCell(tenantSubcommand('revoke'))
    .summary('end all tokens of a tenant that are out')
    .description(
      'Ends all tokens of a tenant that are out, within some seconds. Who is served gets new ones: suspend keeps a tenant out.',
    )
    .argument('<id>', 'tenant')
    .action((id: string, flags: TenantFlags & InCellFlags, command: Command) =>
      inSurroundings(
        flags,
        async (context) => {
          if (flags.inCell === true) return runInCell(id, command, context);
          const { revoke } = await import('../../lifecycle/revoke');
          return tellOutcome(await revoke(id, context.surroundings), context);
        },
        open,
      ),
    );
