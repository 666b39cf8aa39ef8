import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { REVOCABLE } from './deny-list';
import type { Decision } from './decide';
import type { Reader, ReaderEvents } from './reader';
import type { Replica } from './replica';

const PREFIX = 'bulkhead_authorizer_';

/** Upper bounds of the time that a check takes, in seconds. */
const CHECK_BUCKETS = [0.000_02, 0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.05];

/** What an authorizer tells Prometheus. */
export class Metrics {
  public readonly registry = new Registry();
  private readonly allowed: { inc(): void };
  private readonly refused: Counter<'reason'>;
  private readonly seconds: Histogram;
  private readonly reads: Counter<'kind'>;
  private readonly readSeconds: Histogram<'kind'>;
  private readonly failures: Counter<'what'>;
  private readonly unreadable: Counter;

  public constructor() {
    const registers = [this.registry];
    const checks = new Counter({
      name: `${PREFIX}allowed_total`,
      help: 'Checks that let a call go on.',
      registers,
    });
    this.allowed = checks;
    this.refused = new Counter({
      name: `${PREFIX}refused_total`,
      help: 'Checks that refused a call, by the code that its caller sees.',
      labelNames: ['reason'],
      registers,
    });
    this.seconds = new Histogram({
      name: `${PREFIX}check_seconds`,
      help: 'Time that deciding and writing an answer takes.',
      buckets: CHECK_BUCKETS,
      registers,
    });
    this.reads = new Counter({
      name: `${PREFIX}reads_total`,
      help: 'Readings of the deny-list that ended well: full, of what is new, or of all of it again.',
      labelNames: ['kind'],
      registers,
    });
    this.readSeconds = new Histogram({
      name: `${PREFIX}read_seconds`,
      help: 'Time that a reading of the deny-list takes.',
      labelNames: ['kind'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
      registers,
    });
    this.failures = new Counter({
      name: `${PREFIX}read_failures_total`,
      help: 'Readings of the cache that failed.',
      labelNames: ['what'],
      registers,
    });
    this.unreadable = new Counter({
      name: `${PREFIX}unreadable_entries_total`,
      help: 'Entries of the deny-list, each time they are read, that do not say what is revoked.',
      registers,
    });
  }

  /** Counts a check that took so long. */
  public checked(decision: Decision, seconds: number): void {
    if (decision.allowed) this.allowed.inc();
    else this.refused.inc({ reason: decision.refusal });
    this.seconds.observe(seconds);
  }

  public readonly readerEvents: ReaderEvents = {
    read: ({ kind, seconds }) => {
      this.reads.inc({ kind });
      this.readSeconds.observe({ kind }, seconds);
    },
    failed: (what) => {
      this.failures.inc({ what });
    },
    unreadable: (count) => {
      this.unreadable.inc(count);
    },
  };

  /** Shows what is known of the cache, as it is when somebody looks. */
  public watch(replica: Replica, reader: Reader, now: () => number): void {
    const registers = [this.registry];
    new Gauge({
      name: `${PREFIX}deny_list_age_seconds`,
      help: 'Time since the deny-list was as it is held here; infinite before it was read.',
      registers,
      collect() {
        this.set(replica.age(now()) / 1000);
      },
    });
    new Gauge({
      name: `${PREFIX}deny_list_entries`,
      help: 'Revocations that are held.',
      labelNames: ['kind'],
      registers,
      collect() {
        for (const kind of REVOCABLE) this.set({ kind }, replica.sizeOf(kind));
      },
    });
    new Gauge({
      name: `${PREFIX}deny_list_overflowing`,
      help: 'Whether there are more revocations than are held: then all calls are refused.',
      registers,
      collect() {
        this.set(replica.overflowing ? 1 : 0);
      },
    });
    new Gauge({
      name: `${PREFIX}shed_level`,
      help: 'Level of load at which tiers are shed.',
      registers,
      collect() {
        this.set(reader.shedLevel(now()));
      },
    });
  }
}
