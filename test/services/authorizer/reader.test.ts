import { PAGE, revoke, type Revocation } from '../../../services/authorizer/deny-list';
import { Reader, type ReaderProps } from '../../../services/authorizer/reader';
import { Replica } from '../../../services/authorizer/replica';
import { MemoryStore } from './fixture';

interface Told {
  readonly reads: string[];
  readonly failures: string[];
  unreadable: number;
}

function setUp(changes: Partial<ReaderProps> = {}) {
  const store = new MemoryStore();
  const replica = new Replica(10_000);
  const told: Told = { reads: [], failures: [], unreadable: 0 };
  const reader = new Reader({
    store,
    replica,
    pollMs: 1000,
    fullReadMs: 300_000,
    maxAgeMs: 60_000,
    events: {
      read: ({ kind, entries }) => told.reads.push(`${kind} ${entries}`),
      failed: (what) => told.failures.push(what),
      unreadable: (count) => {
        told.unreadable += count;
      },
    },
    ...changes,
  });
  const user = (id: string): Promise<string> =>
    revoke(store, { kind: 'user', id, notBefore: 1 } satisfies Revocation, store.clock);
  const knows = (id: string): boolean => replica.notBefore('user', id) > 0;
  return { store, replica, reader, told, user, knows };
}

describe('the reader of the deny-list', () => {
  it('reads all at first, and then what is new, from the last entry known on', async () => {
    const { store, reader, told, user, knows } = setUp();
    await user('a');
    store.clock += 60_000;
    await user('b');
    await reader.poll();
    expect([told.reads, knows('a'), knows('b')]).toEqual([['full 2'], true, true]);
    const last = store.entries.at(-1)?.id;
    store.clock += 5_000;
    await user('c');
    await reader.poll();
    expect([told.reads.at(-1), knows('c'), store.reads.at(-1)]).toEqual(['new 2', true, last]);
  });

  it('is not ready while the cache is away, and is with the first reading of all', async () => {
    const { store, replica, reader, told } = setUp();
    store.away = true;
    await reader.poll();
    expect([replica.ready, told.failures]).toEqual([false, ['deny-list', 'shed-level']]);
    store.away = false;
    await reader.poll();
    expect([replica.ready, told.reads]).toEqual([true, ['full 0']]);
  });

  it('counts the age from the beginning of a reading that ended well', async () => {
    const { store, replica, reader } = setUp();
    const before = performance.now();
    await reader.poll();
    expect(replica.age(before)).toBeLessThanOrEqual(0);
    const age = replica.age(performance.now());
    store.away = true;
    await reader.poll();
    expect(replica.age(performance.now())).toBeGreaterThan(age);
  });

  it('is not ready when it could read a part of the list only', async () => {
    const { store, replica, reader } = setUp();
    store.fill(PAGE + 1);
    const xRange = store.xRange.bind(store);
    let pages = 0;
    store.xRange = (...words) => {
      store.away = pages++ > 0;
      return xRange(...words);
    };
    await reader.poll();
    expect([replica.size, replica.ready]).toEqual([PAGE, false]);
  });

  it('keeps what it knows when the cache comes back empty, and learns what is new there', async () => {
    const { store, reader, user, knows, told } = setUp();
    await user('before');
    await reader.poll();
    store.entries = [];
    // The new server's clock is an hour behind.
    store.clock -= 3_600_000;
    await user('after');
    await reader.poll();
    expect([knows('before'), knows('after')]).toEqual([true, true]);
    expect(told.reads.slice(1)).toEqual(['full 1']);
    store.clock += 1000;
    await user('later');
    await reader.poll();
    expect([knows('later'), told.reads.at(-1)]).toEqual([true, 'new 2']);
  });

  it('learns what a server wrote that had not got the last entries', async () => {
    const { store, reader, user, knows } = setUp();
    await user('a');
    store.clock += 1000;
    await user('lost');
    await reader.poll();
    store.entries.pop();
    store.clock -= 500;
    await user('b');
    await reader.poll();
    expect([knows('a'), knows('lost'), knows('b')]).toEqual([true, true, true]);
  });

  it('reads all again from time to time, a part with each reading, and what is new meanwhile', async () => {
    const { store, reader, told, user, knows } = setUp({ fullReadMs: 0 });
    const count = 45 * PAGE;
    store.fill(count);
    store.clock += 60_000;
    await reader.poll();
    expect(told.reads).toEqual([`full ${count}`]);
    // An entry that no reading of what is new can find.
    store.entries.unshift({ id: '1000-0', fields: { kind: 'user', id: 'early', not_before: '1' } });
    await reader.poll();
    await user('new');
    await reader.poll();
    expect(told.reads.filter((read) => !read.startsWith('new'))).toEqual([
      `full ${count}`,
      `again ${count + 2}`,
    ]);
    await reader.poll();
    await reader.poll();
    expect([knows('early'), knows('new')]).toEqual([true, true]);
  });

  it('begins again with reading all when the cache was away meanwhile', async () => {
    const { store, reader, told } = setUp({ fullReadMs: 0 });
    store.fill(50 * PAGE);
    await reader.poll();
    store.away = true;
    await reader.poll();
    store.away = false;
    await reader.poll();
    await reader.poll();
    expect(told.reads.at(-1)).toBe(`again ${50 * PAGE}`);
  });

  it('goes on after entries that it does not understand', async () => {
    const { store, reader, user, knows, told } = setUp();
    await user('a');
    store.entries.push({ id: `${store.clock + 1}-0`, fields: { kind: 'planet', id: 'x' } });
    store.clock += 2;
    await user('b');
    await reader.poll();
    expect([told.unreadable, knows('a'), knows('b')]).toEqual([1, true, true]);
  });

  it('reads until it is stopped, and stops at once', async () => {
    const { reader, told } = setUp({ pollMs: 10 });
    reader.start();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await reader.stop();
    const count = told.reads.length;
    expect(count).toBeGreaterThan(2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told.reads).toHaveLength(count);
  });
});

describe('the reader of the shed level', () => {
  it.each<[string | undefined, number]>([
    ['0', 0],
    ['1', 1],
    ['2', 2],
    [undefined, 0],
    ['3', 0],
    ['-1', 0],
    ['two', 0],
    ['', 0],
  ])('takes %j for %i', async (text, level) => {
    const { store, reader } = setUp();
    store.level = text;
    await reader.poll();
    expect(reader.shedLevel(performance.now())).toBe(level);
  });

  it('keeps the level while the cache is away, but not for ever', async () => {
    const { store, reader } = setUp();
    store.level = '2';
    await reader.poll();
    store.away = true;
    await reader.poll();
    expect(reader.shedLevel(performance.now())).toBe(2);
    expect(reader.shedLevel(performance.now() + 61_000)).toBe(0);
  });

  it('does not hold up the deny-list', async () => {
    const { store, replica, reader, told } = setUp();
    store.get = () => Promise.reject(new Error('NOPERM'));
    await reader.poll();
    expect([replica.ready, told.failures]).toEqual([true, ['shed-level']]);
  });
});
