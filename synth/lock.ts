import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/** How often a lock that another process holds is tried. */
const PAUSE_MS = 20;
const TRIES = 3000;

/**
 * Does what only one process may do at a time, and waits for its turn. The lock is a file that holds the process's id, so
 * that one who was killed holds up nobody.
 *
 * @throws Error when its turn does not come within a minute
 */
export function holding<T>(lock: string, action: () => T): T {
  take(lock);
  try {
    return action();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): void {
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const holder = holderOf(lock);
    if (holder !== undefined && (holder === process.pid || !isAlive(holder))) rmSync(lock, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
  throw new Error(`${lock} is held by process ${holderOf(lock) ?? 'unknown'}; delete it if that is no synth`);
}

/** Id of the process that holds a lock; undefined while it is being written or taken away. */
function holderOf(lock: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(lock, 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
}

/** Whether there is a process of this id. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** The operating system's code of an error, such as `ENOENT`; empty if it has none. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';
