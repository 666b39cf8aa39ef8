import * as fs from 'node:fs';
import * as path from 'node:path';
import { Command, Option } from 'commander';
import { type Risk, RISKS } from '../../review/finding';
import { riskLine } from '../../review/risk-report';
import { readReviewed } from '../approved';
import { deploy, type DeployResult, riskOfResults } from '../deploy';
import { DeploymentError } from '../mistake';
import { humanReporter, jsonReporter } from '../progress';
import { interruptible, patternsOf, type Synthesize, tellMistake, wholeNumber, writeReport } from './common';

interface DeployFlags {
  readonly env: string;
  readonly out?: string;
  readonly stacks?: string;
  readonly work?: string;
  readonly together?: string;
  readonly parallel: number;
  readonly planOnly?: true;
  readonly refresh: boolean;
  readonly readOnly?: true;
  readonly allowRisk: Risk;
  readonly reviewed?: string;
  readonly report?: string;
  readonly export?: string;
  readonly json?: true;
}

/** Exit codes of `bulkhead deploy`: all is as it should be; a stack failed; could not start; refused; interrupted. */
const EXIT = { ok: 0, failed: 1, unusable: 2, refused: 3, interrupted: 130 } as const;

/** Longest line that is exported: CodePipeline takes 1,000 characters where the line goes ("Quotas in AWS CodePipeline"). */
const LINE = 900;

/** The command `bulkhead deploy`. */
export function deployCommand(synthesize: Synthesize): Command {
  return new Command('deploy')
    .description(
      'plan, judge and apply stacks with Terraform, one after the other; run again, it goes on where it stopped',
    )
    .option('--env <environment>', 'environment to deploy', process.env['BULKHEAD_ENV'] ?? 'dev')
    .option(
      '--out <folder>',
      'a platform that is synthesized already (default: synthesizes cdktf.out/<environment>)',
    )
    .option(
      '--stacks <globs>',
      'only these stacks, for example "use1a-network,use1a-tenant-*" (default: all but bootstrap)',
    )
    .option('--plan-only', 'plan and judge every stack, change nothing')
    .addOption(
      new Option('--allow-risk <level>', 'highest risk that is applied without a review')
        .choices(RISKS)
        .default('low'),
    )
    .option(
      '--reviewed <report>',
      'a report of --plan-only --report: what is in it may be applied whatever its risk',
    )
    .option('--together <glob>', 'stacks that need not wait for one another, for example "*-tenant-*"')
    .option('--parallel <number>', 'most of those at one time', wholeNumber, 1)
    .option('--no-refresh', 'trust the state instead of looking at what is there')
    .option('--read-only', 'go as the roles that only read (with --plan-only)')
    .option('--work <folder>', 'folder for plans and providers (default: .deployment/<environment>)')
    .option('--report <file>', 'write what was planned as JSON')
    .option('--export <folder>', 'write RISK and SUMMARY, a file each, for a pipeline')
    .option('--json', 'print events as lines of JSON')
    .action(async (flags: DeployFlags) => {
      process.exitCode = await run(flags, synthesize);
    });
}

async function run(flags: DeployFlags, synthesize: Synthesize): Promise<number> {
  const json = flags.json === true;
  try {
    if (flags.readOnly === true && flags.planOnly !== true) {
      throw new DeploymentError('--read-only goes with --plan-only: roles that only read apply nothing');
    }
    const reviewed = flags.reviewed === undefined ? new Set<string>() : readReviewed(flags.reviewed);
    const out = flags.out ?? synthesize(flags.env, flags.stacks);
    if (out === undefined) return EXIT.unusable;
    const result = await interruptible((signal) =>
      deploy(
        {
          out: path.resolve(out),
          stacks: patternsOf(flags.stacks),
          work: path.resolve(flags.work ?? path.join('.deployment', flags.env)),
          ...(flags.together !== undefined && { together: flags.together }),
          parallel: flags.parallel,
          as: flags.readOnly === true ? 'plan' : 'deploy',
          planOnly: flags.planOnly === true,
          refresh: flags.refresh,
          approved: { allowRisk: flags.allowRisk, reviewed },
        },
        (json ? jsonReporter : humanReporter)(process.stdout),
        signal,
      ),
    );
    if (flags.report !== undefined) writeReport(flags.report, result.stacks);
    if (flags.export !== undefined) exportVariables(flags.export, result);
    return codeOf(result);
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    tellMistake(error, json);
    return EXIT.unusable;
  }
}

function codeOf({ ok, interrupted, stacks }: DeployResult): number {
  if (interrupted) return EXIT.interrupted;
  if (ok) return EXIT.ok;
  return stacks.some(({ status }) => status === 'failed') ? EXIT.failed : EXIT.refused;
}

function exportVariables(folder: string, { stacks }: DeployResult): void {
  fs.mkdirSync(folder, { recursive: true });
  const risks = stacks.flatMap(({ risk }) => risk ?? []);
  fs.writeFileSync(path.join(folder, 'RISK'), riskOfResults(stacks));
  // A pipeline puts the line into commands and JSON: characters that end either are left out.
  fs.writeFileSync(
    path.join(folder, 'SUMMARY'),
    riskLine(risks, LINE).replace(/[^\w .,:;()[\]/*@=+~|%-]/g, ' '),
  );
}
