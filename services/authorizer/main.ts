import { collectDefaultMetrics } from 'prom-client';
import { valkeyClient } from '../valkey/client';
import { EnvironmentError } from '../valkey/config';
import { Authorizer } from './authorizer';
import { authorizerConfig } from './config';

/** A line of JSON on standard output. */
function log(event: string, details: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...details })}\n`);
}

async function run(): Promise<void> {
  const config = authorizerConfig(process.env);
  const store = valkeyClient(config.valkey);
  const broken = new Set<string>();
  const authorizer = new Authorizer({
    config,
    store,
    // The first failure and the first success after it are news, what is between is not.
    events: {
      read: ({ kind, entries, seconds }) => {
        if (kind === 'full' || broken.delete('deny-list')) log('deny-list read', { kind, entries, seconds });
        broken.delete('deny-list');
      },
      failed: (what, error) => {
        if (!broken.has(what)) log(`${what} unreadable`, { error: String(error) });
        broken.add(what);
      },
      unreadable: (count) => {
        log('entries not understood', { count });
      },
    },
  });
  collectDefaultMetrics({ register: authorizer.metrics.registry });

  const ports = await authorizer.start();
  log('listening', ports);

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log('stopping', { signal });
    void authorizer.stop().then(() => {
      store.close();
      log('stopped');
      process.exit(0);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

run().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof EnvironmentError ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exit(1);
});
