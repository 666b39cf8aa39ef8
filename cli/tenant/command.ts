import { Command } from 'commander';
import { listCommand } from './list';
import { moveCommand } from './move';
import { offboardCommand } from './offboard';
import { onboardCommand } from './onboard';
import { recountCommand } from './recount';
import { resumeCommand } from './resume';
import { revokeCommand } from './revoke';
import { showCommand } from './show';
import { suspendCommand } from './suspend';

const HELP = `
Examples:
  npx bulkhead tenant onboard hooli --tier starter --rehearse      on this machine alone
  npx bulkhead tenant onboard initech --tier enterprise --cell use1a --env prod
  npx bulkhead tenant show initech --env prod                      what it has, and how to go on
  npx bulkhead tenant list --state suspended --json | jq .tenantId

Stopped anywhere, Ctrl-C and power cuts too, the same command goes on and does nothing twice.

Exit codes:
  0    done, now or before
  1    failed on the way: it says what is there, and the same command goes on
  2    makes no sense, or could not be begun: nothing was changed
  3    not allowed, or somebody said no: nothing was changed
  4    waits for time to pass or for somebody to agree: the same command goes on
  130  stopped by Ctrl-C: the same command goes on`;

/** The commands `bulkhead tenant …`: each in a file of its own, which loads what it works with when it is called. */
export const tenantCommand = (): Command =>
  new Command('tenant')
    .summary('onboard, look after, move and take leave of tenants')
    .description(
      'Onboard, look after, move and take leave of tenants, from their first day to the last. Every command can be tried out: --rehearse.',
    )
    .helpCommand(false)
    .commandsGroup('Look:')
    .addCommand(showCommand())
    .addCommand(listCommand())
    .commandsGroup('From the first day to the last:')
    .addCommand(onboardCommand())
    .addCommand(moveCommand())
    .addCommand(offboardCommand())
    .commandsGroup('When something is wrong:')
    .addCommand(suspendCommand())
    .addCommand(resumeCommand())
    .addCommand(revokeCommand())
    .addCommand(recountCommand())
    .addHelpText('after', HELP);
