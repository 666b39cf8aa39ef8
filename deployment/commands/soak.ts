import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { DeploymentError } from '../mistake';
import { lookWithCli, soak } from '../soak';
import { minutesOf, patternsOf } from './common';

/** Exit codes of `bulkhead soak`: all stayed well; an alarm went off; could not start. */
const EXIT = { well: 0, alarm: 1, unusable: 2 } as const;

/** The command `bulkhead soak`. */
export function soakCommand(): Command {
  return new Command('soak')
    .description('watch alarms of CloudWatch for a time, and fail when one goes off')
    .requiredOption('--alarms <names>', 'names of alarms, separated by commas')
    .requiredOption('--region <region>', 'region of the alarms')
    .requiredOption('--minutes <number>', 'how long', minutesOf)
    .option('--may-be-missing', 'an alarm that does not exist is quiet: of a cell that is not there yet')
    .action(async (flags: SoakFlags) => {
      process.exitCode = await run(flags);
    });
}

interface SoakFlags {
  readonly alarms: string;
  readonly region: string;
  readonly minutes: number;
  readonly mayBeMissing?: true;
}

async function run({ alarms, region, minutes, mayBeMissing }: SoakFlags): Promise<number> {
  try {
    const wrong = await soak({
      ...{ alarms: patternsOf(alarms), minutes, mayBeMissing: mayBeMissing === true },
      look: (names) => lookWithCli(names, region),
      wait: async (ms) => {
        await wait(ms);
      },
      say: (text) => process.stdout.write(`${text}\n`),
    });
    if (wrong === undefined) return EXIT.well;
    process.stderr.write(`${wrong}\n`);
    return EXIT.alarm;
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.unusable;
  }
}
