import { Command } from 'commander';
import { ConfigError, loadPlatform } from '../config/load';
import { ValidationError } from '../constructs/core/validation';
import { planText } from './plan-text';

interface PlanFlags {
  readonly env: string;
  readonly service?: string;
  readonly json?: true;
}

/** Exit codes of `bulkhead plan`: printed; nothing could be printed. */
const EXIT = { printed: 0, unusable: 2 } as const;

/** The command `bulkhead plan`. */
export function planCommand(root: string = process.cwd()): Command {
  return new Command('plan')
    .description('print how a release reaches everybody: rings, waves, steps, gates and windows')
    .option('--env <environment>', 'environment', process.env['BULKHEAD_ENV'] ?? 'dev')
    .option('--service <service>', 'only releases of this service (default: all)')
    .option('--json', 'print the plans as JSON')
    .action(async (flags: PlanFlags) => {
      process.exitCode = await run(root, flags);
    });
}

async function run(root: string, { env, service, json }: PlanFlags): Promise<number> {
  // Loaded here, for no other command needs it.
  const { releasePlanOf, releasePlansOf } = await import('../stacks/release-plan');
  try {
    const platform = loadPlatform(root, env);
    const plans = service === undefined ? releasePlansOf(platform) : [releasePlanOf(platform, service)];
    const text = json === true ? JSON.stringify(plans, null, 2) : plans.map(planText).join('\n\n');
    process.stdout.write(`${text}\n`);
    return EXIT.printed;
  } catch (error) {
    if (![ConfigError, ValidationError].some((mistake) => error instanceof mistake)) throw error;
    const { message } = error as Error;
    if (json === true) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
    else process.stderr.write(`${message}\n`);
    return EXIT.unusable;
  }
}
