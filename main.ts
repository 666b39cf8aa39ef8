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
 * Builds the stacks of one environment and checks them.
 *
 * @returns what writes their Terraform configuration
 * @throws ConfigError, SelectionError or ValidationError: a person's mistake, or a promise that the platform
 *   could not keep, told whole by the error's text. Nothing has been written then
 */
export function build({ root, environment, stacks, outdir }: SynthOptions): () => void {
  const platform = loadPlatform(root, environment);
  requireKept(checkGuarantees(platform));
  const planned = planStacks(platform);
  const selected = stacks.length > 0 ? selectStacks(planned, stacks) : planned;

  const made = makeFolder(outdir);
  try {
    const context = { [SELECTIVE]: selected.length < planned.length };
    // Validation is done here, for all stacks before the first is written.
    const app = new App({ outdir, context, skipValidation: true });
    for (const stack of selected) stack.build(app);
    const problems = app.node.findAll().flatMap((construct) => construct.node.validate());
    if (problems.length > 0) throw new ValidationError(problems.join('\n'));
    return () => {
      app.synth();
      removeStacksBut(new Set(planned.map(({ name }) => name)), outdir);
    };
  } catch (error) {
    if (made !== undefined) rmSync(made, { recursive: true });
    throw error;
  }
}

/** Builds the stacks of one environment and writes their Terraform configuration. Throws as {@link build} does. */
export function synthesize(options: SynthOptions): void {
  build(options)();
}

/** Makes a folder, which an app wants to find, and says which of its parents had to be made too. */
function makeFolder(folder: string): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new ValidationError(
      `CDKTF_OUTDIR must be a folder that can be written to: ${(error as Error).message}`,
    );
  }
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

/** An environment variable, where empty means not set. */
function variable(name: string): string | undefined {
  const value = process.env[name]?.trim();
  return value === '' ? undefined : value;
}

/** Patterns in a text, which commas and blanks separate, but not those between the braces of a pattern. */
function patterns(text: string): string[] {
  return text.split(/[\s,]+(?![^{]*\})/).filter((pattern) => pattern !== '');
}

/**
 * Synthesizes as the environment says: `BULKHEAD_ENV` (default `dev`), `BULKHEAD_STACKS` (names or globs, separated by
 * commas or blanks; default all), `CDKTF_OUTDIR` (default `cdktf.out/<environment>`).
 *
 * @param environments names that take the place of `BULKHEAD_ENV`, each written to its own folder. All are built before one
 *   is written
 * @returns the exit code
 */
export function main(environments: readonly string[] = []): number {
  const stacks = patterns(variable('BULKHEAD_STACKS') ?? '');
  const root = process.cwd();
  const target = (environment: string): SynthOptions => ({
    ...{ root, environment, stacks },
    outdir: join('cdktf.out', environment),
  });
  try {
    const named = environments.map(target);
    const asked = target(variable('BULKHEAD_ENV') ?? 'dev');
    const outdir = variable('CDKTF_OUTDIR') ?? asked.outdir;
    const writers = (named.length > 0 ? named : [{ ...asked, outdir }]).map(build);
    for (const write of writers) write();
    return 0;
  } catch (error) {
    if (!MISTAKES.some((mistake) => error instanceof mistake)) throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
