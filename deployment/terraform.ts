import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Engine, Running, TerraformMessage } from '../rehearsal/runner/terraform';

/** How often what Terraform says is looked at, in milliseconds. */
const EVERY_MS = 100;

/**
 * Runs one Terraform command, and hands on every message that it prints.
 *
 * It prints into a file, and not to this process: a Terraform whose reader is killed would die of its next line, with
 * resources made that its state does not know. So it goes on to its end, and whoever comes next waits for its lock.
 *
 * @param onMessage called for each line of JSON; other lines (from `init`, or a crash) come as one error
 */
export function runToFile(
  engine: Engine,
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  onMessage: (message: TerraformMessage) => void,
): Running {
  const file = path.join(folder, `${args[0] ?? 'terraform'}.log`);
  const log = fs.openSync(file, 'w');
  const child = spawn(engine.binary, [...args], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', log, log],
    // A process group of its own: an interrupt typed at the terminal comes once, from here. Two of them would make
    // Terraform give up its state.
    detached: true,
  });
  fs.closeSync(log);
  const stray: string[] = [];
  const follow = follower(file, (line) => {
    const message = parse(line);
    if (message) onMessage(message);
    else stray.push(line);
  });
  const timer = setInterval(follow, EVERY_MS);
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      stray.push(error.message);
      clearInterval(timer);
      resolve(1);
    });
    child.once('close', (code) => {
      clearInterval(timer);
      follow();
      const text = stray
        .join('\n')
        .replace(/^[╷│╵]\s?/gm, '')
        .trim();
      if (code !== 0 && text !== '') {
        const summary = `${engine.name} ${args[0] ?? ''} failed`;
        onMessage({ type: 'diagnostic', diagnostic: { severity: 'error', summary, detail: text } });
      }
      resolve(code ?? 1);
    });
  });
  return { process: child, ended };
}

/** Hands on each whole line that has come into a file since the last call. */
function follower(file: string, onLine: (line: string) => void): () => void {
  const decoder = new StringDecoder('utf8');
  const chunk = Buffer.alloc(1 << 16);
  let at = 0;
  let rest = '';
  return () => {
    const from = fs.openSync(file, 'r');
    for (let read = fs.readSync(from, chunk, 0, chunk.length, at); read > 0;) {
      at += read;
      const lines = (rest + decoder.write(chunk.subarray(0, read))).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
      read = fs.readSync(from, chunk, 0, chunk.length, at);
    }
    fs.closeSync(from);
  };
}

function parse(line: string): TerraformMessage | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as TerraformMessage;
  } catch {
    return undefined;
  }
}
