import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { problemsOfImage } from './image-check';
import { settingsIn } from './settings';

/** Room for all findings of an image, in bytes: a hundred findings are 100 KiB. */
const MOST_OUTPUT = 64 * 1024 * 1024;

const run = promisify(execFile);

async function main(): Promise<number> {
  const problems = await problemsOfImage(settingsIn(process.env), {
    aws: async (...command) => {
      const { stdout } = await run('aws', [...command, '--output', 'json'], { maxBuffer: MOST_OUTPUT });
      return JSON.parse(stdout) as unknown;
    },
    read: (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
    now: () => new Date(),
    sleep: (ms) => setTimeout(ms),
    log: (line) => process.stdout.write(`${line}\n`),
  });
  for (const problem of problems) process.stderr.write(`  - ${problem}\n`);
  return problems.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
