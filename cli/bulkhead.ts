import * as path from 'node:path';
import { Command } from 'commander';
import { deployCommand } from '../deployment/commands/deploy';
import { driftCommand } from '../deployment/commands/drift';
import { riskCommand } from '../deployment/commands/risk';
import { soakCommand } from '../deployment/commands/soak';
import { checkCommand } from './check';
import { manifestsCommand } from './manifests';
import { migrationsCommand } from './migrations/command';
import { planCommand } from './plan';
import { rehearseCommand } from './rehearse';
import { synthesized } from './synthesized';

const synthesize = (environment: string, stacks?: string): string | undefined =>
  synthesized(process.cwd(), environment, stacks)
    ? path.join(process.cwd(), 'cdktf.out', environment)
    : undefined;

const program = new Command('bulkhead')
  .description('tools for a Bulkhead platform')
  .addCommand(checkCommand())
  .addCommand(deployCommand(synthesize))
  .addCommand(driftCommand(synthesize))
  .addCommand(manifestsCommand())
  .addCommand(migrationsCommand())
  .addCommand(planCommand())
  .addCommand(rehearseCommand())
  .addCommand(riskCommand())
  .addCommand(soakCommand());

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
