import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdktf';
import { ConfigError, loadPlatform } from './config/load';
import { SELECTIVE } from './constructs/core/contract';
import { ValidationError } from './constructs/core/validation';
import { checkGuarantees } from './guarantees';
import { requireKept } from './guarantees/guarantee';
import { planStacks, selectStacks, SelectionError } from './stacks/plan';

export interface SynthOptions {
  /** Folder that holds `config/`. */
  readonly root: string;
  /** Name of a folder in `config/environments`. */
  readonly environment: string;
  /** Names or globs of the stacks to build; empty for all. */
  readonly stacks: readonly string[];
  /** Folder to write to. */
  readonly outdir: string;
}

/**
 * Builds the stacks of one environment and writes their Terraform configuration. Writes nothing when anything is wrong.
 *
 * @throws ConfigError, SelectionError or ValidationError (a broken guarantee, too): a person's mistake, told whole by the
 * error's text
 */
export function synthesize({ root, environment, stacks, outdir }: SynthOptions): void {
  const platform = loadPlatform(root, environment);
  requireKept(checkGuarantees(platform));
  const planned = planStacks(platform);
  const selected = stacks.length > 0 ? selectStacks(planned, stacks) : planned;

  mkdirSync(outdir, { recursive: true });
  const context = { [SELECTIVE]: selected.length < planned.length };
  // Validation is done here, for all stacks before the first is written.
  const app = new App({ outdir, context, skipValidation: true });
  for (const stack of selected) stack.build(app);
  const problems = app.node.findAll().flatMap((construct) => construct.node.validate());
  if (problems.length > 0) throw new ValidationError(problems.join('\n'));
  app.synth();
  removeStacksBut(new Set(planned.map(({ name }) => name)), outdir);
}

/** Stacks that the platform no longer has must not stay where a reviewer or a deployment finds them. */
function removeStacksBut(names: ReadonlySet<string>, outdir: string): void {
  const folder = join(outdir, 'stacks');
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((found) => !names.has(found))) {
    rmSync(join(folder, name), { recursive: true });
  }
}

const MISTAKES = [ConfigError, SelectionError, ValidationError];

/**
 * Synthesizes as the environment says: `BULKHEAD_ENV` (default `dev`), `BULKHEAD_STACKS` (names or globs, separated by
 * commas; default all), `CDKTF_OUTDIR` (default `cdktf.out/<environment>`).
 *
 * @param environments names that take the place of `BULKHEAD_ENV`, each written to its own folder
 * @returns the exit code
 */
export function main(environments: readonly string[] = []): number {
  const { BULKHEAD_ENV, BULKHEAD_STACKS, CDKTF_OUTDIR } = process.env;
  const stacks = (BULKHEAD_STACKS ?? '').split(',').map((name) => name.trim());
  const wanted = environments.length > 0 ? environments : [BULKHEAD_ENV ?? 'dev'];
  try {
    for (const environment of wanted) {
      const own = environments.length === 0 ? CDKTF_OUTDIR : undefined;
      synthesize({
        root: process.cwd(),
        environment,
        stacks: stacks.filter((name) => name !== ''),
        outdir: own ?? join('cdktf.out', environment),
      });
    }
    return 0;
  } catch (error) {
    if (!MISTAKES.some((mistake) => error instanceof mistake)) throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
