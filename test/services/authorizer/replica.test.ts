import { KEEP_SECONDS } from '../../../services/authorizer/deny-list';
import { Replica } from '../../../services/authorizer/replica';

const KEEP_MS = KEEP_SECONDS * 1000;

describe('the replica of the deny-list', () => {
  it('knows nothing at first', () => {
    const replica = new Replica(10);
    expect([replica.ready, replica.age(5), replica.size]).toEqual([false, Infinity, 0]);
    expect(replica.notBefore('user', 'ada')).toBe(-1);
  });

  it('keeps the latest time, in whatever order revocations come', () => {
    const replica = new Replica(10);
    for (const notBefore of [5, 9, 7]) replica.add({ kind: 'user', id: 'ada', notBefore }, 0);
    expect([replica.notBefore('user', 'ada'), replica.size]).toEqual([9, 1]);
  });

  it('lets a revocation go when no token can be left of it, and not before', () => {
    const replica = new Replica(10);
    replica.add({ kind: 'user', id: 'ada', notBefore: 1 }, 0);
    replica.add({ kind: 'tenant', id: 'acme', notBefore: 1 }, 1000);
    replica.sweep(KEEP_MS - 1);
    expect(replica.size).toBe(2);
    replica.sweep(KEEP_MS);
    expect([replica.size, replica.notBefore('tenant', 'acme')]).toEqual([1, 1]);
    replica.sweep(KEEP_MS + 1000);
    expect(replica.size).toBe(0);
  });

  it('is not made to keep a revocation longer by reading it again', () => {
    const replica = new Replica(10);
    replica.add({ kind: 'user', id: 'ada', notBefore: 1 }, 0);
    replica.add({ kind: 'user', id: 'ada', notBefore: 1 }, KEEP_MS - 1);
    replica.sweep(KEEP_MS);
    expect(replica.size).toBe(0);
  });

  it('keeps one that was revoked again from then on, and lets others go meanwhile', () => {
    const replica = new Replica(10);
    replica.add({ kind: 'user', id: 'ada', notBefore: 1 }, 0);
    replica.add({ kind: 'user', id: 'bob', notBefore: 1 }, 1);
    replica.add({ kind: 'user', id: 'ada', notBefore: 2 }, 500);
    replica.sweep(KEEP_MS + 1);
    expect([replica.notBefore('user', 'ada'), replica.notBefore('user', 'bob')]).toEqual([2, -1]);
  });

  it('says so when it has no room, until all was read and had some', () => {
    const replica = new Replica(2);
    const read = (...ids: readonly string[]): void => {
      replica.beginFullRead();
      for (const id of ids) replica.add({ kind: 'user', id, notBefore: 1 }, 0);
      replica.endFullRead();
    };
    read('a', 'b');
    expect(replica.overflowing).toBe(false);
    read('a', 'b', 'c');
    expect([replica.overflowing, replica.size]).toEqual([true, 2]);
    replica.beginFullRead();
    expect(replica.overflowing).toBe(true);
    replica.sweep(KEEP_MS);
    read('c');
    expect([replica.overflowing, replica.size]).toEqual([false, 1]);
  });
});
