import * as fs from 'node:fs';
import * as path from 'node:path';
import picomatch from 'picomatch';
import type { Platform } from '../../../config/platform';
import type { RehearsalEvent, StackResult } from '../../../rehearsal/runner/events';
import { readPlatform } from '../../../rehearsal/runner/platform';
import { Session } from '../../../rehearsal/runner/session';
import { RehearsalError } from '../../../rehearsal/runner/terraform';
import { layoutOf } from '../../../rehearsal/runner/workspace';
import { LifecycleError } from '../../mistake';
import type { Stacks, SynthesizedStacks, Tell } from '../../surroundings';
import { synthesize } from '../synth';
import { contractIn } from './deployed';
import { RehearsedStacks } from './rehearsed-stacks';

export interface RehearsalPlace {
  /** Folder of the project. */
  readonly root: string;
  readonly environment: string;
  /** Folder of the rehearsal. */
  readonly folder: string;
  /** Folder that holds the environments. */
  readonly configFolder: string;
  readonly platform: () => Platform;
  /** Resource to fail, as `<stack>:<address>`. @default - none */
  readonly fail?: string;
  /** Wait before every change of a resource, in milliseconds. @default 0 */
  readonly latencyMs?: number;
  /** Aborted when the person at the keyboard wants to stop. */
  readonly signal?: AbortSignal;
}

/** How long the world stays this operation's after a stack is done, in milliseconds. Shorter than anybody waits for a lease. */
const LINGER_MS = 500;

const silent: Tell = () => undefined;

/** Stacks in a rehearsed world: synthesized as always, applied by real Terraform to stand-ins. */
export class RehearsalStacks implements Stacks {
  private session: Promise<Session> | undefined;
  private tell: Tell = silent;
  /** Stacks that are asked for, of which more is told than of what they stand on. */
  private asked: (stack: string) => boolean = () => false;
  private leaving: NodeJS.Timeout | undefined;
  private closing: Promise<void> = Promise.resolve();
  private isGood = true;

  public constructor(private readonly place: RehearsalPlace) {}

  public async synthesize(patterns: readonly string[], tell: Tell = silent): Promise<SynthesizedStacks> {
    this.tell = tell;
    this.asked = picomatch([...patterns]);
    const out = path.join(this.place.folder, 'out', patterns.join('+').replace(/[^\w+-]+/g, '_'));
    const ground = this.groundOf(patterns);
    // Both take a while, and neither needs the other.
    clearTimeout(this.leaving);
    const session = this.session ?? this.open();
    this.session = session;
    session.catch(() => undefined);
    try {
      await synthesize({ ...this.place, out, patterns: [...patterns, ...ground] });
    } catch (error) {
      await this.close();
      throw error;
    }
    const all = readPlatform(out);
    return new RehearsedStacks({
      patterns,
      all,
      session: () => session,
      // Only now is it known that more is needed.
      more: async () => {
        await synthesize({
          ...this.place,
          out,
          patterns: [...patterns, ...this.cellsOf(patterns).map(others)],
        });
        return readPlatform(out);
      },
      tell: (next) => {
        this.tell = next;
      },
      ended: (isGood) => {
        this.leave(isGood);
      },
      ...(this.place.fail !== undefined && { fail: this.place.fail }),
    });
  }

  public has(stack: string): boolean {
    return fs.existsSync(layoutOf(this.place.folder).stateFile(stack));
  }

  public contract({
    cell,
    stack,
  }: {
    readonly cell?: string;
    readonly stack: string;
  }): ReturnType<Stacks['contract']> {
    const name = [...(cell === undefined ? [] : [cell]), stack].join('-');
    return Promise.resolve(contractIn(layoutOf(this.place.folder), name));
  }

  /** Ends what was started. */
  public close(): Promise<void> {
    clearTimeout(this.leaving);
    const { session } = this;
    this.session = undefined;
    if (session) this.closing = this.closing.then(() => this.end(session));
    return this.closing;
  }

  private async end(session: Promise<Session>): Promise<void> {
    const opened = await session.catch(() => undefined);
    // What another has left unfinished is not finished by this.
    await opened?.close(this.isGood && opened.before !== 'unfinished');
  }

  /** The world is others' soon, but not at once: an operation often goes on with another stack. */
  private leave(isGood: boolean): void {
    this.isGood &&= isGood;
    this.leaving = setTimeout(() => {
      void this.close();
    }, LINGER_MS);
  }

  private async open(): Promise<Session> {
    await this.closing;
    const { root, environment, folder, latencyMs, signal } = this.place;
    const opened = Session.open({
      ...{ root, environment, folder },
      ...(latencyMs !== undefined && { latencyMs }),
      onWait: (text) => {
        this.tell(text);
      },
      emit: (event) => {
        const text = textOf(event, this.asked);
        if (text !== undefined) this.tell(text);
      },
    }).catch((error: unknown) => {
      throw asLifecycleError(error);
    });
    // Whoever needs the session is told; whoever does not, needs not know.
    opened.catch(() => {
      this.session = undefined;
    });
    const session = await opened;
    signal?.addEventListener('abort', () => {
      session.interrupt();
    });
    return session;
  }

  /** What is synthesized besides, where a cell has never been rehearsed: what a dedicated tenant stands on, at least. */
  private groundOf(patterns: readonly string[]): readonly string[] {
    const states = path.join(this.place.folder, 'state');
    const present = fs.existsSync(states) ? fs.readdirSync(states) : [];
    return this.cellsOf(patterns)
      .filter((cell) => !present.some((file) => file.startsWith(`${cell}-`)))
      .map((cell) => `${cell}-!(${NOT_BELOW})`);
  }

  /** Cells of stacks that are named. */
  private cellsOf(patterns: readonly string[]): readonly string[] {
    const ids = this.place.platform().cells.map(({ id }) => id);
    return ids.filter((id) => patterns.some((pattern) => pattern.startsWith(`${id}-`)));
  }
}

/** Stacks that no dedicated tenant stands on. Should one come to, it is synthesized when it is missed. */
const NOT_BELOW = 'tenant-*|data-shard-*|delivery|tier-starter|tier-professional';

const others = (cell: string): string => `${cell}-!(tenant-*)`;

/** Mistakes of the rehearsal in the words that commands of tenants tell. */
const asLifecycleError = (error: unknown): unknown =>
  error instanceof RehearsalError ? new LifecycleError(error.message) : error;

/** What is worth a line while stacks are worked on. */
function textOf(event: RehearsalEvent, isAsked: (stack: string) => boolean): string | undefined {
  switch (event.type) {
    case 'stack_end':
      return `${event.stack} ${event.status}: ${counts(event)}, ${event.seconds.toFixed(1)} s`;
    case 'replace':
      return `${event.stack}: ${event.address} will be REPLACED`;
    case 'note':
      return `${event.stack}: ${event.text}`;
    case 'resource':
      return isAsked(event.stack) ? progress(event) : undefined;
    default:
      return undefined;
  }
}

const counts = ({ created, changed, destroyed }: StackResult): string =>
  `${String(created)} created, ${String(changed)} changed, ${String(destroyed)} destroyed`;

/** Every how many resources a line is told: a stack of a tenant has some 70. */
const EVERY = 20;

const progress = ({
  stack,
  address,
  done,
  total,
}: Extract<RehearsalEvent, { type: 'resource' }>): string | undefined =>
  done % EVERY === 1 ? `${stack}: ${String(done)} of ${String(total)} done, ${address} last` : undefined;
