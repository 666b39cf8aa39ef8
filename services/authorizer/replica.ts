import { KEEP_SECONDS, type Revocable, REVOCABLE, type Revocation } from './deny-list';

interface Held {
  readonly notBefore: number;
  /** When it is let go, by the monotonic clock, in milliseconds. */
  readonly until: number;
}

const KEEP_MS = KEEP_SECONDS * 1000;

/**
 * The deny-list in this process. It only learns: what the cache no longer has, after a failover say, is still denied until
 * no token can be left that it is about. No clock of a day is read, so a wrong one lets nothing through.
 */
export class Replica {
  private readonly held: Readonly<Record<Revocable, Map<string, Held>>> = {
    token: new Map(),
    'sign-in': new Map(),
    user: new Map(),
    tenant: new Map(),
  };
  private count = 0;
  private full = false;
  private missed = false;
  private asOf: number | undefined;

  /** @param maxEntries most revocations that are held */
  public constructor(private readonly maxEntries: number) {}

  /** Number of revocations held. */
  public get size(): number {
    return this.count;
  }

  /** Number of revocations of a kind. */
  public sizeOf(kind: Revocable): number {
    return this.held[kind].size;
  }

  /** Whether there are revocations that it had no room for. */
  public get overflowing(): boolean {
    return this.full;
  }

  /** Whether the whole deny-list has been read once. */
  public get ready(): boolean {
    return this.asOf !== undefined;
  }

  /** Time since the deny-list was as it is here, in milliseconds; infinite before it was read. */
  public age(now: number): number {
    return this.asOf === undefined ? Infinity : now - this.asOf;
  }

  /**
   * Notes that all that was in the deny-list at `time` is here.
   *
   * @param time when the reading began, by the monotonic clock, in milliseconds
   */
  public isAsOf(time: number): void {
    this.asOf = time;
  }

  /** Time up to which tokens are dead, in seconds since 1970; -1 if nothing is revoked. */
  public notBefore(kind: Revocable, id: string): number {
    return this.held[kind].get(id)?.notBefore ?? -1;
  }

  /**
   * Takes a revocation in, unless it says no more than what is held, or there is no room.
   *
   * @param now the monotonic clock, in milliseconds
   */
  public add({ kind, id, notBefore }: Revocation, now: number): void {
    const map = this.held[kind];
    const before = map.get(id);
    if (before !== undefined && before.notBefore >= notBefore) return;
    if (before === undefined) {
      if (this.count >= this.maxEntries) {
        this.missed = true;
        this.full = true;
        return;
      }
      this.count++;
    } else {
      // To the end: the order of a map is the order in which its entries are let go.
      map.delete(id);
    }
    map.set(id, { notBefore, until: now + KEEP_MS });
  }

  /** Lets go what no token can be left of. */
  public sweep(now: number): void {
    for (const kind of REVOCABLE) {
      const map = this.held[kind];
      for (const [id, { until }] of map) {
        if (until > now) break;
        map.delete(id);
        this.count--;
      }
    }
  }

  /** Says that the whole deny-list will be read. */
  public beginFullRead(): void {
    this.missed = false;
  }

  /** Says that the whole deny-list was read: what there was no room for before may have found some. */
  public endFullRead(): void {
    this.full = this.missed;
  }
}
