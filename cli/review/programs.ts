import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Variables that say what is synthesized and where. A review decides that itself. */
const OURS: readonly string[] = ['BULKHEAD_STACKS', 'BULKHEAD_CONFIG', 'SYNTH_HCL_OUTPUT'];

/**
 * Synthesizes an environment with the program of a project.
 *
 * @param options.folder of the project
 * @param options.outdir from that folder
 * @returns what it said, if it failed
 */
export async function synthIn(options: {
  readonly folder: string;
  readonly environment: string;
  readonly outdir: string;
  readonly signal: AbortSignal;
}): Promise<{ readonly problem?: string }> {
  const { folder, environment, outdir, signal } = options;
  const inherited = Object.entries(process.env).filter(([name]) => !OURS.includes(name));
  const env = { ...Object.fromEntries(inherited), BULKHEAD_ENV: environment, CDKTF_OUTDIR: outdir };
  const problem = await run(process.execPath, [join(folder, 'bin/synth.js')], { cwd: folder, env, signal });
  return problem === undefined ? {} : { problem };
}

/**
 * Installs a project's packages, from npm's own cache where they are in it.
 *
 * @returns what npm said, if it failed
 */
export const installIn = (folder: string, signal: AbortSignal): Promise<string | undefined> =>
  run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: process.env,
    signal,
  });

/** Runs a program to its end. What it says is given back if it fails, and otherwise of no interest. */
async function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<string | undefined> {
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const hear = (text: Buffer): void => {
      said += text.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', (error) => {
      if (options.signal.aborted) reject(error);
      else resolve(error.message);
    });
    child.once('close', (code) => {
      resolve(code === 0 ? undefined : said.trim() || `it ended with code ${String(code)}`);
    });
  });
}
