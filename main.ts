import { join } from 'node:path';
import { ConfigError } from './config/load';
import { ValidationError } from './constructs/core/validation';
import { SelectionError } from './stacks/plan';
import { build, buildWith, type Built } from './synth/build';
import type { SynthOptions } from './synth/plan';
import type { Helper } from './synth/share';

export type { SynthOptions } from './synth/plan';
export { help } from './synth/share';

/** Builds the stacks of one environment and writes their Terraform configuration. Throws as {@link build} does. */
export function synthesize(options: SynthOptions): void {
  build(options).publish();
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

/** Builds all, or leaves no trace of any. */
async function buildAll(targets: readonly SynthOptions[], helper?: Helper): Promise<readonly Built[]> {
  const built: Built[] = [];
  try {
    for (const target of targets) built.push(helper ? await buildWith(helper, target) : build(target));
    return built;
  } catch (error) {
    for (const { discard } of built) discard();
    throw error;
  }
}

/** A removed stack is no order to destroy anything: nobody deploys it any more, and it goes on costing money. */
function tellRemoved(stacks: readonly string[]): void {
  for (const stack of stacks) {
    const runbook = stack.includes('-tenant-')
      ? '; to take a tenant off, read docs/runbooks/offboarding.md'
      : '';
    process.stderr.write(
      `removed ${stack} from the output: the platform no longer has it. What it deployed is still there, untouched${runbook}\n`,
    );
  }
}

/**
 * Synthesizes as the environment says: `BULKHEAD_ENV` (default `dev`), `BULKHEAD_STACKS` (names or globs, separated by
 * commas or blanks; default all), `CDKTF_OUTDIR` (default `cdktf.out/<environment>`), `BULKHEAD_CONFIG` (folder that holds the
 * environments; default `config/environments`).
 *
 * @param environments names that take the place of `BULKHEAD_ENV`, each written to its own folder. All are built before one
 *   is written
 * @param helper builds stacks in another thread. @default - all are built in this one
 * @returns the exit code
 */
export async function main(environments: readonly string[] = [], helper?: Helper): Promise<number> {
  const stacks = patterns(variable('BULKHEAD_STACKS') ?? '');
  const root = process.cwd();
  const config = variable('BULKHEAD_CONFIG');
  const target = (environment: string): SynthOptions => ({
    ...{ root, environment, stacks, ...(config !== undefined && { config }) },
    outdir: join('cdktf.out', environment),
  });
  try {
    const named = environments.map(target);
    const asked = target(variable('BULKHEAD_ENV') ?? 'dev');
    const outdir = variable('CDKTF_OUTDIR') ?? asked.outdir;
    const all = await buildAll(named.length > 0 ? named : [{ ...asked, outdir }], helper);
    for (const { publish } of all) tellRemoved(publish());
    return 0;
  } catch (error) {
    if (!MISTAKES.some((mistake) => error instanceof mistake)) throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

if (require.main === module) {
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
