import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamEntry, Valkey } from '../valkey/client';
import type { ShedLevel } from './catalogue';
import { fromFields, readDenyList } from './deny-list';
import type { Replica } from './replica';
import { readShedLevel } from './shed-level';

/**
 * Pages of the whole deny-list that are read again with each reading of what is new: some percent of this process's time,
 * and all of half a million revocations within five minutes.
 */
const PAGES_AGAIN = 40;

/** What readers tell of. */
export interface ReaderEvents {
  /** A reading of the deny-list ended. */
  read(outcome: {
    readonly kind: 'full' | 'new' | 'again';
    readonly entries: number;
    readonly seconds: number;
  }): void;
  /** Something could not be read. */
  failed(what: 'deny-list' | 'shed-level', error: unknown): void;
  /** Entries that cannot be understood. */
  unreadable(count: number): void;
}

export interface ReaderProps {
  readonly store: Pick<Valkey, 'get' | 'xRange'>;
  readonly replica: Replica;
  readonly pollMs: number;
  readonly fullReadMs: number;
  /** How long a shed level is kept that cannot be read anew, in milliseconds. */
  readonly maxAgeMs: number;
  readonly events: ReaderEvents;
}

/** Keeps a replica of the deny-list, and the shed level, as the cache has them. */
export class Reader {
  private readonly stopped = new AbortController();
  private running: Promise<void> | undefined;
  private lastId: string | undefined;
  private fullAt = -Infinity;
  /** The reading of the whole deny-list that is under way besides. */
  private again:
    | { readonly pages: ReturnType<typeof readDenyList>; readonly began: number; readonly entries: number }
    | undefined;
  private shed: { readonly level: ShedLevel; readonly at: number } = { level: 0, at: -Infinity };

  public constructor(private readonly props: ReaderProps) {}

  /** Reads until {@link stop}. */
  public start(): void {
    this.running ??= this.run();
  }

  public async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  /** The shed level, or 0 when it has not been read for too long. */
  public shedLevel(now: number): ShedLevel {
    return now - this.shed.at <= this.props.maxAgeMs ? this.shed.level : 0;
  }

  /** Reads once what is new. Never fails: who asks the replica for its age knows. */
  public async poll(): Promise<void> {
    await Promise.all([this.pollDenyList(), this.pollShedLevel()]);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      const began = performance.now();
      await this.poll();
      const rest = Math.max(0, this.props.pollMs - (performance.now() - began));
      await sleep(rest, undefined, { signal }).catch(() => undefined);
    }
  }

  private async pollShedLevel(): Promise<void> {
    const { store, events } = this.props;
    try {
      const at = performance.now();
      this.shed = { level: await readShedLevel(store), at };
    } catch (error) {
      events.failed('shed-level', error);
    }
  }

  private async pollDenyList(): Promise<void> {
    const { replica, events } = this.props;
    const began = performance.now();
    try {
      // A stream that has the last entry known has all before it, and what is new comes after. One that has it no more is
      // another one: of a server that was made the first before it had all, or that lost everything.
      if (!replica.ready || !(await this.readNew())) await this.readAll();
      replica.isAsOf(began);
      await this.readAgain(began);
    } catch (error) {
      this.again = undefined;
      events.failed('deny-list', error);
    } finally {
      replica.sweep(performance.now());
    }
  }

  /** @returns whether the last entry known before is still there, and the first of those that were read */
  private async readNew(): Promise<boolean> {
    const began = performance.now();
    const knownId = this.lastId;
    let known: boolean | undefined;
    let entries = 0;
    for await (const page of readDenyList(this.props.store, knownId ?? '-')) {
      known ??= knownId === undefined || page[0]?.id === knownId;
      if (!known) return false;
      entries += this.take(page);
      this.lastId = page.at(-1)?.id ?? this.lastId;
    }
    this.props.events.read({ kind: 'new', entries, seconds: secondsSince(began) });
    return true;
  }

  private async readAll(): Promise<void> {
    const { store, replica, events } = this.props;
    const began = performance.now();
    let entries = 0;
    let lastId: string | undefined;
    replica.beginFullRead();
    for await (const page of readDenyList(store, '-')) {
      entries += this.take(page);
      lastId = page.at(-1)?.id ?? lastId;
    }
    replica.endFullRead();
    this.lastId = lastId;
    this.again = undefined;
    this.fullAt = began;
    events.read({ kind: 'full', entries, seconds: secondsSince(began) });
  }

  /** Reads the next part of the whole deny-list: what a reading of what is new could have missed is found by and by. */
  private async readAgain(now: number): Promise<void> {
    const { store, replica, fullReadMs, events } = this.props;
    if (!this.again && now - this.fullAt >= fullReadMs) {
      this.again = { pages: readDenyList(store, '-'), began: now, entries: 0 };
      this.fullAt = now;
      replica.beginFullRead();
    }
    for (let count = 0; this.again && count < PAGES_AGAIN; count++) {
      const { pages, began, entries } = this.again;
      const { done, value } = await pages.next();
      if (!done) {
        this.again = { pages, began, entries: entries + this.take(value) };
        continue;
      }
      replica.endFullRead();
      this.again = undefined;
      events.read({ kind: 'again', entries, seconds: secondsSince(began) });
    }
  }

  /** @returns how many entries there were */
  private take(page: readonly StreamEntry[]): number {
    const { replica, events } = this.props;
    const now = performance.now();
    let unreadable = 0;
    for (const { fields } of page) {
      const revocation = fromFields(fields);
      if (revocation) replica.add(revocation, now);
      else unreadable++;
    }
    if (unreadable > 0) events.unreadable(unreadable);
    return page.length;
  }
}

const secondsSince = (began: number): number => (performance.now() - began) / 1000;
