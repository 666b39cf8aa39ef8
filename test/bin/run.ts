import { spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/**
 * Runs the program as `cdktf` does, in a folder and with these variables.
 *
 * @param folder where it runs; its output is `out` in there, if the variables say nothing else
 */
export async function runSynth(
  folder: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ code: number | null; stderr: string }> {
  const env = { ...process.env, CDKTF_OUTDIR: join(folder, 'out'), ...variables };
  const child = spawn('node', [join(ROOT, 'bin/synth.js')], { cwd: folder, env });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stderr });
    });
  });
}
