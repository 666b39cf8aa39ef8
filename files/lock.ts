import { randomUUID } from 'node:crypto';
import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

/** How often a lock that another process holds is tried. */
const PAUSE_MS = 20;
const TRIES = 3000;

/**
 * Does what only one process may do at a time, and waits for its turn. One who was killed holds up nobody.
 *
 * The lock is a symbolic link that leads to no file but says who holds it: it is made in one step, so whoever finds it knows
 * whose it is. Nothing in `action` may wait: the lock is this thread's until it returns.
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
  const mine = `${String(process.pid)}.${String(threadId)}.${randomUUID()}`;
  for (let tries = 0; tries < TRIES; tries++) {
    if (made(lock, mine)) return;
    const holder = holderOf(lock);
    if (holder === undefined) continue;
    if (isLeft(holder)) takeAway(lock, holder);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
  const [pid = 'unknown'] = (holderOf(lock) ?? '').split('.');
  throw new Error(`${lock} is held by process ${pid}; delete it if that is none of this project`);
}

/**
 * Takes away what a dead process has left. Of several that want to only one does, while it holds the right to this very lock;
 * otherwise the second would take away the lock that the first has made anew.
 */
function takeAway(lock: string, holder: string): void {
  holding(`${lock}.${holder}`, () => {
    if (holderOf(lock) === holder) rmSync(lock, { force: true });
  });
}

function made(lock: string, holder: string): boolean {
  try {
    symlinkSync(holder, lock);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Who holds a lock; undefined if nobody does any more. */
function holderOf(lock: string): string | undefined {
  try {
    return readlinkSync(lock);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a holder is no more: another process, or one of the past that had this process's id. */
function isLeft(holder: string): boolean {
  const [pid, thread] = holder.split('.').map(Number);
  if (pid === process.pid) return thread === threadId;
  return pid === undefined || !isAlive(pid);
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
