import { Command } from 'commander';
import { deployCommand } from './commands/deploy';
import { driftCommand } from './commands/drift';
import { riskCommand } from './commands/risk';
import { soakCommand } from './commands/soak';
import { turnCommand } from './commands/turn';

/**
 * What the infrastructure's pipeline runs where there are credentials: the commands of `bulkhead` that need a synthesized
 * platform and nothing of its sources. It was deployed before the change that it judges, so no change judges itself.
 */
const needsOut = (): undefined => {
  process.stderr.write('--out must name a synthesized platform: nothing is synthesized here\n');
  return undefined;
};

const program = new Command('infrastructure')
  .addCommand(deployCommand(needsOut))
  .addCommand(driftCommand(needsOut))
  .addCommand(riskCommand())
  .addCommand(soakCommand())
  .addCommand(turnCommand());

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
