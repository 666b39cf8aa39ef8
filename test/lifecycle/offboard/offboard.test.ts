import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TenantItem } from '../../../constructs/registry/tenant-item';
import type { LifecycleEvent } from '../../../lifecycle/events';
import { shortened, type Evidence } from '../../../lifecycle/offboard/evidence';
import { setLegalHold } from '../../../lifecycle/offboard/legal-hold';
import { offboard, type OffboardProps } from '../../../lifecycle/offboard/offboard';
import { PLACE, surroundingsOf, type World } from './world';

const START = Date.parse('2026-11-26T12:00:00.000Z');
const DAY = 86_400_000;

let folder: string;
let world: World;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-leaving-'));
  world = { folder, root: resolve(__dirname, '../../..'), caller: 'alice', now: START };
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const put = (change: Partial<TenantItem> = {}): Promise<TenantItem> =>
  surroundingsOf(world).registry.write({
    item: {
      ...{ tenantId: 'acme', tier: 'starter', state: 'active', ...PLACE, version: 1 },
      ...{ createdAt: new Date(START).toISOString(), updatedAt: new Date(START).toISOString() },
      ...change,
    },
    counts: [{ place: PLACE, by: 1, limit: 9 }],
  });

async function leave(
  wishes: Partial<OffboardProps> = {},
  of: World = world,
): Promise<{ item: TenantItem; events: readonly LifecycleEvent[] }> {
  const events: LifecycleEvent[] = [];
  const item = await offboard({
    ...{ surroundings: surroundingsOf(of), tenantId: 'acme', emit: (event) => events.push(event) },
    agree: () => Promise.resolve(),
    ...wishes,
  });
  return { item, events };
}
const yes = { confirm: () => Promise.resolve({ id: 'acme' }) };

describe('an offboarding', () => {
  it('asks before it suspends anybody', async () => {
    const before = await put();
    const asked: string[] = [];
    const agree = (question: string): Promise<never> => {
      asked.push(question);
      return Promise.reject(new Error('no'));
    };
    await expect(leave({ agree, exportTo: '/srv/exports' })).rejects.toThrow('no');
    expect(asked).toEqual(['Suspend acme at once and export its data to /srv/exports']);
    expect(await surroundingsOf(world).registry.get('acme')).toEqual(before);
  });

  it.each([
    ['is being moved', { state: 'moving' }, /acme is moving: it cannot leave now/],
    [
      'is being onboarded',
      {
        state: 'requested',
        operation: {
          ...{ kind: 'onboard', key: 'onboard-acme', phase: 'deploy', by: 'carol', facts: {} },
          ...{ startedAt: '2026-11-26T11:00:00.000Z', updatedAt: '2026-11-26T11:00:00.000Z' },
        },
      },
      /acme: an operation has not ended: onboard onboard-acme, in phase deploy/,
    ],
  ] as const satisfies readonly (readonly [string, Partial<TenantItem>, RegExp])[])(
    'is refused of a tenant that %s',
    async (_, change, message) => {
      await put(change);
      await expect(leave()).rejects.toThrow(message);
    },
  );

  it('is refused of nobody, with who there is', async () => {
    await expect(leave()).rejects.toThrow('acme is no tenant of the registry');
  });

  it('is one, however often it is begun, and says what contradicts it', async () => {
    await put();
    const { item } = await leave();
    expect((await leave()).item.operation?.key).toBe(item.operation?.key);
    await expect(leave({ key: 'other' })).rejects.toThrow(/has the key offboard-acme-20261126t120000z/);
    await expect(leave({ exportTo: '/elsewhere' })).rejects.toThrow(/exports to .*exports since it began/);
    await expect(leave({ exportAgain: true })).rejects.toThrow(
      /--export-again is for an export that is being confirmed/,
    );
  });

  it('is not undone when there is none, nor after anything was destroyed', async () => {
    await put();
    await expect(leave({ isUndo: true })).rejects.toThrow(
      'no offboarding of acme goes on, so there is none to undo',
    );
    await expect(leave(yes)).rejects.toThrow('nothing of acme is there to confirm: no offboarding goes on');
    await leave();
    const later = { ...world, now: START + 30 * DAY };
    await leave(yes, later);
    const bob = await leave(yes, { ...later, caller: 'bob' });
    expect(bob.item).toMatchObject({ state: 'offboarded', operation: { outcome: 'done' } });
    await expect(leave({ isUndo: true })).rejects.toThrow('there is none to undo');
    expect((await leave()).item).toEqual(bob.item);
  });

  it.each(['active', 'suspended'] as const)('brings back a tenant as what it was: %s', async (state) => {
    await put({ state });
    expect((await leave()).item.state).toBe('offboarding');
    expect((await leave({ isUndo: true })).item).toMatchObject({ state, ...PLACE });
  });

  it('need not be held in a rehearsal, and must be elsewhere', async () => {
    await put();
    expect((await leave({ skipHold: true })).item.operation?.phase).toBe('confirm');
    const surroundings = { ...surroundingsOf(world), kind: 'aws' as const };
    await expect(leave({ surroundings, skipHold: true })).rejects.toThrow('--skip-hold is for rehearsals');
  });

  it('forgets a confirmation after a day', async () => {
    await put();
    await leave();
    const later = { ...world, now: START + 30 * DAY };
    await leave(yes, later);
    const { item, events } = await leave(yes, { ...later, caller: 'bob', now: later.now + DAY });
    expect(item.operation?.phase).toBe('confirm');
    expect(events.at(-1)).toMatchObject({
      type: 'waiting',
      text: expect.stringMatching(/^bob has confirmed/) as string,
    });
  });

  it('says on failure what is there, what is not, and how to go on and back', async () => {
    await put();
    writeFileSync(join(folder, 'file'), '');
    const events: LifecycleEvent[] = [];
    const exportTo = join(folder, 'file');
    await expect(leave({ exportTo, emit: (event) => events.push(event) })).rejects.toThrow(/ENOTDIR/);
    const failed = events.find(({ type }) => type === 'failed');
    expect({ ...failed, message: '' }).toMatchInlineSnapshot(`
     {
       "exists": [
         "no token of the tenant is taken or given",
         "all data of the tenant in dev1a/data-shard-1: nothing was deleted",
       ],
       "message": "",
       "missing": [
         "the export",
         "proof that the export is what is in the database",
         "the time is over that the data had to stay",
         "two people have confirmed",
         "what belonged to the tenant is destroyed",
         "the record of how it left",
       ],
       "next": [
         "npx bulkhead tenant offboard acme --env dev --rehearse   goes on from here",
         "npx bulkhead tenant offboard acme --undo --env dev --rehearse   brings the tenant back",
       ],
       "phase": "export",
       "type": "failed",
     }
    `);
  });

  it('keeps a legal hold through all of it', async () => {
    await put();
    expect(await setLegalHold(surroundingsOf(world), 'acme', true)).toMatchObject({ isChanged: true });
    expect(await setLegalHold(surroundingsOf(world), 'acme', true)).toMatchObject({ isChanged: false });
    await leave();
    await expect(leave(yes, { ...world, now: START + 31 * DAY })).rejects.toThrow(
      /acme is under a legal hold/,
    );
    const { item } = await leave({ isUndo: true });
    expect(item).toMatchObject({ state: 'active', legalHold: { by: 'alice' } });
    expect((await setLegalHold(surroundingsOf(world), 'acme', false)).item).not.toHaveProperty('legalHold');
  });
});

describe('the record in the item', () => {
  const record = (tables: number): Evidence => ({
    ...{
      format: 'bulkhead-offboarding/1',
      tenant: 'acme',
      tier: 'starter',
      environment: 'dev',
      operation: 'k',
    },
    begun: { by: 'alice', at: '', stateBefore: 'active' },
    export: {
      ...{ where: '/x', manifest: 'm', takenAt: '', verifiedAt: '', rows: 1 },
      tables: Array.from({ length: tables }, (_, at) => ({
        table: `app.t${at}`,
        rows: 1,
        sha256: 'a'.repeat(64),
      })),
    },
    ...{ hold: { days: 30, until: '' }, confirmed: [], endedAt: '' },
    destroyed: {
      kind: 'rows',
      tables: Object.fromEntries(Array.from({ length: tables }, (_, at) => [`app.t${at}`, 1])),
      left: 0,
    },
  });

  it('is whole while it is small, and says how many where it would list too much', () => {
    expect(JSON.parse(shortened(record(5)))).toEqual(record(5));
    const short = shortened(record(500));
    expect(Buffer.byteLength(short)).toBeLessThan(1024);
    expect(JSON.parse(short)).toMatchObject({
      ...{ shortened: true, export: { tables: 500 }, destroyed: { kind: 'rows', tables: 500, left: 0 } },
    });
  });
});
