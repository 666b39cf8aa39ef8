import { Command } from 'commander';
import { checkCommand } from './check';
import { manifestsCommand } from './manifests';
import { rehearseCommand } from './rehearse';

const program = new Command('bulkhead')
  .description('tools for a Bulkhead platform')
  .addCommand(checkCommand())
  .addCommand(manifestsCommand())
  .addCommand(rehearseCommand());

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
