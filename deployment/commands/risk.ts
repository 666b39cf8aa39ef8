import * as fs from 'node:fs';
import * as path from 'node:path';
import { Command } from 'commander';
import type { TerraformPlan } from '../../review/plan';
import { planRisk } from '../../review/plan-risk';
import { riskOf, riskText } from '../../review/risk-report';

/** Exit codes of `bulkhead risk`: nothing to look at; worth a look; to be approved; a file is no plan. */
const EXIT = { none: 0, low: 10, high: 20, unusable: 2 } as const;

/** The command `bulkhead risk`. */
export function riskCommand(): Command {
  return new Command('risk')
    .description(
      'say what in Terraform plans may hurt: data, access, network, protection (exit code 0, 10, 20: none, low, high)',
    )
    .argument(
      '<plan.json...>',
      'what `terraform show -json <plan>` prints, a file each, named after its stack',
    )
    .option('--json', 'print everything as JSON')
    .action((files: readonly string[], flags: { readonly json?: true }) => {
      process.exitCode = run(files, flags.json === true);
    });
}

function run(files: readonly string[], json: boolean): number {
  const problems: string[] = [];
  const stacks = files.flatMap((file) => {
    try {
      const plan = JSON.parse(fs.readFileSync(file, 'utf8')) as TerraformPlan & {
        readonly format_version?: string;
      };
      if (plan.format_version === undefined) throw new Error('no format_version');
      return [planRisk(path.basename(file).replace(/(\.tfplan|\.plan)?\.json$/, ''), plan)];
    } catch (error) {
      problems.push(`${file} is no plan in JSON (terraform show -json): ${(error as Error).message}`);
      return [];
    }
  });
  if (problems.length > 0) {
    if (json) process.stdout.write(`${JSON.stringify({ error: problems.join('\n') })}\n`);
    else process.stderr.write(`${problems.join('\n')}\n`);
    return EXIT.unusable;
  }
  const risk = riskOf(stacks);
  process.stdout.write(`${json ? JSON.stringify({ risk, stacks }, null, 2) : riskText(stacks)}\n`);
  return EXIT[risk];
}
