import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { ConfigError } from '../config/load';
import { didYouMean } from '../config/loader/suggest';
import { ValidationError } from '../constructs/core/validation';
import type { CheckReport } from '../synth/check';
import { explanation, type Format, summary } from './check-report';

interface CheckFlags {
  readonly env: string;
  readonly stacks?: string;
  readonly tenant?: string;
  readonly json?: true;
}

/** Exit codes of `bulkhead check`: all guarantees are kept; one is broken; it could not be checked. */
const EXIT = { kept: 0, broken: 1, unusable: 2 } as const;

/** The command `bulkhead check`. */
export function checkCommand(root: string = process.cwd()): Command {
  return new Command('check')
    .description('synthesize the platform, and print what its guarantees say and who keeps whom apart')
    .option('--env <environment>', 'environment to check', process.env['BULKHEAD_ENV'] ?? 'dev')
    .option('--stacks <globs>', 'only these stacks, for example "use1a-*,registry" (default: all)')
    .option('--tenant <id>', 'explain one dedicated tenant; only its own stack is synthesized')
    .option('--json', 'print everything as JSON')
    .action(async (flags: CheckFlags) => {
      process.exitCode = await run(root, flags);
    });
}

async function run(root: string, flags: CheckFlags): Promise<number> {
  const { env: environment, json } = flags;
  // Loaded here, for it brings the framework along, which no other command needs.
  const { check } = await import('../synth/check');
  const { SelectionError } = await import('../stacks/plan');
  try {
    requireTenant(root, flags);
    const report = check({ root, environment, stacks: patternsOf(flags) });
    process.stdout.write(`${json === true ? asJson(report) : text(report, flags)}\n`);
    return report.verdicts.some(({ outcome }) => outcome === 'broken') ? EXIT.broken : EXIT.kept;
  } catch (error) {
    if (
      ![ConfigError, SelectionError, ValidationError, UnknownTenant].some(
        (mistake) => error instanceof mistake,
      )
    )
      throw error;
    const { message } = error as Error;
    if (json === true) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
    else process.stderr.write(`${message}\n`);
    return EXIT.unusable;
  }
}

/** A tenant is in one cell, whose id (without a hyphen) its file tells: the pattern finds the stack in whichever it is. */
function patternsOf({ stacks, tenant }: CheckFlags): readonly string[] {
  if (tenant !== undefined) return [`+([a-z0-9])-tenant-${tenant}`];
  return (stacks ?? '').split(/[\s,]+(?![^{]*\})/).filter((pattern) => pattern !== '');
}

/**
 * Tells a wrong id better than a pattern of stacks that matches none. Whether there is such an environment, synth says.
 *
 * @throws UnknownTenant with what may have been meant
 */
function requireTenant(root: string, { env, tenant }: CheckFlags): void {
  const folder = join(root, 'config/environments', env, 'tenants');
  if (tenant === undefined || !existsSync(folder)) return;
  const ids = readdirSync(folder).flatMap((file) => /^(.+)\.ya?ml$/.exec(file)?.[1] ?? []);
  if (ids.includes(tenant)) return;
  throw new UnknownTenant(
    `"${tenant}" is no dedicated tenant of ${env} (pooled ones have no stack)${didYouMean(tenant, ids)}`,
  );
}

/** A mistake in the command's options. Its text is for people. */
class UnknownTenant extends Error {
  public override readonly name = 'UnknownTenant';
}

function text(report: CheckReport, { tenant }: CheckFlags): string {
  const format: Format = { colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined };
  return tenant === undefined ? summary(report, format) : explanation(report, format);
}

function asJson({ complete, stacks, verdicts, isolation: { matrix, findings } }: CheckReport): string {
  const rows = matrix.map(({ owner: { stack, kind, id, tier, namespace, place }, cells }) => ({
    ...{ stack, kind, id, tier, cell: place.cell, namespace },
    controls: cells,
  }));
  return JSON.stringify({ complete, stacks, verdicts, isolation: { matrix: rows, findings } }, null, 2);
}
