import type { Command } from 'commander';
import { inSurroundings, type Open, type TenantFlags, tenantSubcommand } from './common';
import { tellOutcome } from './outcome';

/** The command `bulkhead tenant resume`. @param open makes the surroundings. @default - AWS or a rehearsal, as options say */
export const resumeCommand = (open?: Open): Command =>
  tenantSubcommand('resume')
    .summary('serve a suspended tenant again')
    .description('Serves a suspended tenant again: it gets tokens from now on.')
    .argument('<id>', 'tenant')
    .action((id: string, flags: TenantFlags) =>
      inSurroundings(
        flags,
        async (context) => {
          const { resume } = await import('../../lifecycle/resume');
          return tellOutcome(await resume(id, context.surroundings), context);
        },
        open,
      ),
    );
