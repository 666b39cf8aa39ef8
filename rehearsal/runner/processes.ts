import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';

/** What tells a process from another one that was given the same number later. */
export interface ProcessInfo {
  readonly command: string;
  /** When it started, in whatever form the system gives; only ever compared for equality. */
  readonly started: string;
}

/** Looks a process up; undefined when there is none, or it has ended and only awaits its parent's notice. */
export function processInfo(pid: number): ProcessInfo | undefined {
  try {
    return fs.existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
  }
}

function fromProc(pid: number): ProcessInfo | undefined {
  const stat = fs.readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  // The second field is the program's name in brackets and may itself hold spaces; the state follows it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const command = fs
    .readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')
    .replaceAll('\0', ' ')
    .trim();
  return { command, started: fields[19] ?? '' };
}

function fromPs(pid: number): ProcessInfo | undefined {
  const ask = (column: string): string =>
    execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  return ask('stat').startsWith('Z') ? undefined : { command: ask('args'), started: ask('lstart') };
}

/** Sends a signal to a process that may have ended in the meantime. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended: nothing is left to be told.
  }
}
