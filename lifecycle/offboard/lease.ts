import { setTimeout as sleep } from 'node:timers/promises';
import { LifecycleError } from '../mistake';
import type { Registry } from '../registry';

/** Seconds after which a lease is anybody's: as long as it takes to be sure that its holder is gone. */
const SECONDS = 120;
/** How long to wait for somebody else, in milliseconds. */
const PATIENCE = 10 * 60_000;

/**
 * Works while nobody else does.
 *
 * @param holder the same for whoever goes on with the same work after it was cut off: it has the lease still
 * @throws LifecycleError when somebody else has it for ten minutes
 */
export async function whileHeld<T>(
  registry: Registry,
  name: string,
  holder: string,
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = Date.now();
  while (!(await registry.lease(name, holder, SECONDS))) {
    if (Date.now() - startedAt > PATIENCE) {
      throw new LifecycleError(`somebody else is at work on ${name} for ten minutes`, [
        'run the same command again when that is over',
      ]);
    }
    await sleep(1000);
  }
  // What cannot be renewed is lost, which Terraform's own lock of the state then has to make good.
  const renewal = setInterval(
    () => {
      registry.lease(name, holder, SECONDS).catch(() => undefined);
    },
    (SECONDS * 1000) / 4,
  );
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    await registry.release(name, holder);
  }
}
