import type { LifecycleEvent } from '../../../lifecycle/events';
import { LifecycleError } from '../../../lifecycle/mistake';
import { offboard } from '../../../lifecycle/offboard/offboard';
import { deleteRows } from '../../../lifecycle/offboard/rows/delete';
import { PLACE, surroundingsOf, type World } from './world';

/** What a process of a test is asked to do. */
export interface Errand {
  readonly world: World;
  readonly tenant: string;
  readonly confirm?: boolean;
  readonly isUndo?: boolean;
  /** Ends the process, as `kill -9` does, when an event says this. @default - it lives */
  readonly killAt?: { readonly type: LifecycleEvent['type']; readonly phase: string; readonly text?: string };
  /** The same at the nth event, whatever it says. @default - it lives */
  readonly killAtEvent?: number;
  /** Only deletes rows, in transactions of so many, and ends the process after the third. */
  readonly deleteBy?: number;
}

const kill = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

async function main({
  world,
  tenant,
  confirm,
  isUndo,
  killAt,
  killAtEvent,
  deleteBy,
}: Errand): Promise<void> {
  const surroundings = surroundingsOf(world);
  const events: LifecycleEvent[] = [];
  const emit = (event: LifecycleEvent): void => {
    events.push(event);
    if (events.length === killAtEvent) kill();
    if (killAt?.type !== event.type || !('phase' in event) || event.phase !== killAt.phase) return;
    if (killAt.text === undefined || ('text' in event && event.text.includes(killAt.text))) kill();
  };
  try {
    if (deleteBy !== undefined) {
      const client = await surroundings.databases.connect(PLACE, 'migrator');
      let batches = 0;
      await deleteRows({
        ...{ client, tenant, batch: deleteBy },
        mayGoOn: () => Promise.resolve(),
        note: () => undefined,
        afterBatch: () => {
          batches += 1;
          if (batches === 3) kill();
        },
      });
    }
    const item = await offboard({
      ...{ surroundings, tenantId: tenant, emit, isUndo: isUndo ?? false },
      agree: () => Promise.resolve(),
      ...(confirm === true && { confirm: () => Promise.resolve({ id: tenant }) }),
    });
    process.stdout.write(JSON.stringify({ item, events }));
  } catch (error) {
    if (!(error instanceof LifecycleError)) throw error;
    process.stdout.write(JSON.stringify({ error: error.message, next: error.next, events }));
  }
}

void main(JSON.parse(process.argv[2] ?? '') as Errand);
