import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { LifecycleError } from '../mistake';

export interface SynthProps {
  /** Folder of the project. */
  readonly root: string;
  readonly environment: string;
  /** Folder that holds the environments. */
  readonly configFolder: string;
  /** Folder to write to. */
  readonly out: string;
  /** Names or globs of stacks. */
  readonly patterns: readonly string[];
}

/**
 * Synthesizes stacks in a process of its own, by the program that `cdktf` runs too: it has a bundle and compiled code of its own,
 * and is quicker than loading the framework here.
 *
 * @throws LifecycleError with what synth says
 */
export async function synthesize({
  root,
  environment,
  configFolder,
  out,
  patterns,
}: SynthProps): Promise<void> {
  const child = spawn(process.execPath, [path.join(root, 'bin', 'synth.js')], {
    cwd: root,
    env: {
      ...process.env,
      BULKHEAD_ENV: environment,
      BULKHEAD_CONFIG: configFolder,
      BULKHEAD_STACKS: patterns.join(','),
      CDKTF_OUTDIR: out,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  throw new LifecycleError(
    `${patterns.join(', ')} cannot be synthesized:\n${Buffer.concat(said).toString('utf8').trim()}`,
  );
}
