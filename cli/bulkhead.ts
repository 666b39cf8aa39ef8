import * as path from 'node:path';
import { Command } from 'commander';
import { deployCommand } from '../deployment/commands/deploy';
import { driftCommand } from '../deployment/commands/drift';
import { riskCommand } from '../deployment/commands/risk';
import { soakCommand } from '../deployment/commands/soak';
import type { Helper } from '../review/share';
import { checkCommand } from './check';
import { diagramCommand } from './diagram';
import { manifestsCommand } from './manifests';
import { migrationsCommand } from './migrations/command';
import { planCommand } from './plan';
import { rehearseCommand } from './rehearse';
import { reviewCommand } from './review';
import { synthesized } from './synthesized';
import { tenantCommand } from './tenant/command';

export { help } from '../review/share';

const synthesize = (environment: string, stacks?: string): string | undefined =>
  synthesized(process.cwd(), environment, stacks)
    ? path.join(process.cwd(), 'cdktf.out', environment)
    : undefined;

const HELP = `
Examples:
  npx bulkhead rehearse                                            the whole platform, on this machine alone
  npx bulkhead tenant onboard globex --tier enterprise --rehearse  a tenant's first day, on this machine alone
  npx bulkhead review main                                         what your change does, and to whom

BULKHEAD_ENV names the environment where --env is left out. Every command has its own --help.
Exit codes: 0 all is well, 1 it is not, 2 the command could not be used as it was, 3 refused, 130 stopped by Ctrl-C.`;

const program = (helper?: Helper): Command =>
  new Command('bulkhead')
    .description('Tools for a Bulkhead platform.')
    .helpCommand(false)
    .commandsGroup('Tenants:')
    .addCommand(tenantCommand())
    .commandsGroup('Before a change:')
    .addCommand(
      checkCommand().summary('what the guarantees of the synthesized platform say, and who keeps whom apart'),
    )
    .addCommand(
      reviewCommand({ ...(helper && { helper }) }).summary(
        'what a change does to tenants, data and access (exit code 0, 10, 20: risk none, low, high)',
      ),
    )
    .addCommand(diagramCommand().summary('the platform as a picture: cells, stacks, tiers, tenants'))
    .addCommand(
      rehearseCommand().summary(
        'deploy everything to stand-ins of AWS, Kubernetes and Helm, with real Terraform',
      ),
    )
    .commandsGroup('Infrastructure:')
    .addCommand(
      deployCommand(synthesize).summary(
        'plan, judge and apply stacks; run again, it goes on where it stopped',
      ),
    )
    .addCommand(driftCommand(synthesize).summary('resources that are not what was deployed; changes nothing'))
    .addCommand(
      riskCommand().summary('what in Terraform plans may hurt (exit code 0, 10, 20: none, low, high)'),
    )
    .addCommand(soakCommand().summary('watch alarms for a time, and fail when one goes off'))
    .commandsGroup('Releases of services:')
    .addCommand(planCommand().summary('how a release reaches everybody: rings, waves, steps, gates, windows'))
    .addCommand(migrationsCommand().summary('check the migrations of a service'))
    .addCommand(manifestsCommand().summary('the Kubernetes objects of stacks, as YAML'))
    .addHelpText('after', HELP);

/**
 * Runs the command that the arguments name.
 *
 * @param helper does a part of what is much in another thread. @default - all is done in this one
 */
export async function main(helper?: Helper): Promise<void> {
  // Who reads only the beginning, as head does, has had enough: what is being done goes on.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    await program(helper).parseAsync();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  }
}

if (require.main === module) void main();
