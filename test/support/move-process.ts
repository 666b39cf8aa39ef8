// A move in a process of its own, for tests that kill it.
import { loadPlatform } from '../../config/load';
import { LifecycleError } from '../../lifecycle/mistake';
import { move, undoMove, type MoveProps } from '../../lifecycle/move/move';
import { FileRegistry } from '../../lifecycle/registry/file-registry';
import { rehearsalDatabases } from '../../lifecycle/surroundings/databases';

/** What the parent says. */
export interface MoveOrder extends Pick<
  MoveProps,
  'tenant' | 'request' | 'key' | 'soakMinutes' | 'freezeSeconds'
> {
  readonly registry: string;
  readonly undo: boolean;
  /** Whether tokens can be revoked. @default true */
  readonly revokes?: boolean;
}

async function main(): Promise<void> {
  const { registry, undo, revokes = true, ...order } = JSON.parse(process.argv[2] ?? '{}') as MoveOrder;
  const stop = new AbortController();
  process.on('SIGINT', () => {
    stop.abort();
  });
  const emit = (event: object): void => {
    process.stdout.write(`${JSON.stringify(event)}\n`);
  };
  try {
    await (undo ? undoMove : move)({
      ...order,
      emit,
      signal: stop.signal,
      surroundings: {
        kind: 'rehearsal',
        environment: 'prod',
        registry: new FileRegistry({ folder: registry }),
        databases: rehearsalDatabases(process.env),
        platform: () => loadPlatform(process.cwd(), 'prod'),
        stacks: {
          has: () => true,
          contract: () => Promise.resolve(undefined),
          synthesize: () => Promise.reject(new Error('none')),
        },
        tokens: {
          smoke: () => Promise.resolve([]),
          revoke: (tenant, { cell, shard }) => {
            if (!revokes) return Promise.reject(new LifecycleError(`the cache of ${cell} did not take it`));
            emit({ type: 'revoked', tenant, cell, shard });
            return Promise.resolve();
          },
        },
        caller: () => Promise.resolve('test'),
        now: () => Date.now(),
      },
    });
  } catch (error) {
    emit({ type: 'error', message: (error as Error).message, stack: (error as Error).stack });
    process.exitCode = 1;
  }
}

void main();
