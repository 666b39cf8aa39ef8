import { spawnSync } from 'node:child_process';
import * as path from 'node:path';

/**
 * Synthesizes an environment the way `cdktf` does, so that what is rehearsed or deployed is what is in the sources.
 *
 * @param stacks names or globs, separated by commas. @default - what `BULKHEAD_STACKS` says, else all
 */
export function synthesized(root: string, environment: string, stacks?: string): boolean {
  const program = path.join(root, 'bin', 'synth.js');
  const env = { ...process.env, ...(stacks !== undefined && { BULKHEAD_STACKS: stacks }) };
  return spawnSync(process.execPath, [program, environment], { stdio: ['ignore', 2, 2], env }).status === 0;
}
