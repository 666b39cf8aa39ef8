import * as fs from 'node:fs';
import * as path from 'node:path';
import { Command } from 'commander';
import { deploy } from '../deploy';
import { driftOf, driftText } from '../drift';
import { DeploymentError } from '../mistake';
import { interruptible, patternsOf, type Synthesize, tellMistake, wholeNumber } from './common';

interface DriftFlags {
  readonly env: string;
  readonly out?: string;
  readonly stacks?: string;
  readonly work?: string;
  readonly parallel: number;
  readonly readOnly?: true;
  readonly message?: string;
  readonly json?: true;
}

/** Exit codes of `bulkhead drift`: all is as deployed; something is not; could not start; a stack could not be looked at. */
const EXIT = { none: 0, drifted: 20, unusable: 2, unseen: 1 } as const;

/** The command `bulkhead drift`. */
export function driftCommand(synthesize: Synthesize): Command {
  return new Command('drift')
    .description('say which resources are not what was deployed; changes nothing and locks nothing')
    .option('--env <environment>', 'environment to look at', process.env['BULKHEAD_ENV'] ?? 'dev')
    .option(
      '--out <folder>',
      'the platform as it was deployed (default: synthesizes cdktf.out/<environment>)',
    )
    .option('--stacks <globs>', 'only these stacks (default: all but bootstrap)')
    .option('--parallel <number>', 'most stacks at one time', wholeNumber, 4)
    .option('--read-only', 'go as the roles that only read')
    .option('--work <folder>', 'folder for plans and providers (default: .deployment/<environment>)')
    .option('--message <file>', 'write what was found for a person, if anything was')
    .option('--json', 'print everything as JSON')
    .action(async (flags: DriftFlags) => {
      process.exitCode = await run(flags, synthesize);
    });
}

async function run(flags: DriftFlags, synthesize: Synthesize): Promise<number> {
  const json = flags.json === true;
  try {
    const out = flags.out ?? synthesize(flags.env, flags.stacks);
    if (out === undefined) return EXIT.unusable;
    const { stacks } = await interruptible((signal) =>
      deploy(
        {
          out: path.resolve(out),
          stacks: patternsOf(flags.stacks),
          work: path.resolve(flags.work ?? path.join('.deployment', flags.env)),
          together: '*',
          parallel: flags.parallel,
          as: flags.readOnly === true ? 'plan' : 'deploy',
          planOnly: true,
          approved: { allowRisk: 'none', reviewed: new Set() },
        },
        () => undefined,
        signal,
      ),
    );
    const drift = driftOf(stacks);
    process.stdout.write(`${json ? JSON.stringify(drift, null, 2) : driftText(drift)}\n`);
    const isFound = drift.drifted.length > 0 || drift.unseen.length > 0;
    if (isFound && flags.message !== undefined) fs.writeFileSync(flags.message, `${driftText(drift)}\n`);
    if (drift.drifted.length > 0) return EXIT.drifted;
    return drift.unseen.length > 0 ? EXIT.unseen : EXIT.none;
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    tellMistake(error, json);
    return EXIT.unusable;
  }
}
