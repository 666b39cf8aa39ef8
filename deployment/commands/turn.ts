import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { runsOf, waitFor } from '../turn';
import { minutesOf } from './common';

interface TurnFlags {
  readonly pipeline: string;
  readonly region: string;
  readonly cell: string;
  readonly changes: string;
  readonly minutes: number;
}

/** The command `turn` of the infrastructure's pipeline: returns once it is the cell's turn. */
export function turnCommand(): Command {
  return new Command('turn')
    .description('wait until it is long enough since any other cell was changed')
    .requiredOption('--pipeline <name>', 'pipeline that changes cells')
    .requiredOption('--region <region>', 'its region')
    .requiredOption('--cell <id>', 'cell that is to be changed')
    .requiredOption('--changes <json>', 'actions that change cells: {"use1a":["use1a-ground","use1a"]}')
    .requiredOption('--minutes <number>', 'how long it must be', minutesOf)
    .action(async ({ pipeline, region, cell, changes, minutes }: TurnFlags) => {
      const actions = JSON.parse(changes) as Readonly<Record<string, readonly string[]>>;
      const runs = await runsOf(pipeline, region);
      const ms = waitFor({ changes: actions, cell, minutes }, runs, Date.now());
      if (ms === 0) return;
      process.stdout.write(
        `another cell was changed less than ${minutes} minutes ago: ${cell} waits ${Math.ceil(ms / 60_000)} minutes\n`,
      );
      await wait(ms);
    });
}
