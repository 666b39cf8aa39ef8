import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { TenantItem } from '../../constructs/registry/tenant-item';
import { LifecycleError } from '../../lifecycle/mistake';
import { PlaceFull, type Registry, type TenantFilter, VersionConflict } from '../../lifecycle/registry';
import { DynamoRegistry } from '../../lifecycle/registry/dynamo-registry';
import { FileRegistry } from '../../lifecycle/registry/file-registry';
import { DynamoServer } from '../support/dynamodb/server';
import { place, tenant } from '../support/tenant-items';

interface Kind {
  readonly name: string;
  /** A registry without tenants, and others that look at the same. */
  readonly make: () => Promise<{ readonly open: () => Registry; readonly close: () => Promise<void> }>;
}

let now = Date.parse('2026-11-26T12:00:00.000Z');

const KINDS: readonly Kind[] = [
  {
    name: 'a folder',
    make: () => {
      const folder = mkdtempSync(join(tmpdir(), 'registry-'));
      return Promise.resolve({
        open: () => new FileRegistry({ folder: join(folder, 'registry'), now: () => now }),
        close: () => {
          rmSync(folder, { recursive: true });
          return Promise.resolve();
        },
      });
    },
  },
  {
    name: 'DynamoDB',
    make: async () => {
      const server = await DynamoServer.start('tenants', 3);
      const client = server.client();
      return {
        open: () =>
          new DynamoRegistry({ client, table: 'tenants', now: () => now, pause: () => Promise.resolve() }),
        close: async () => {
          client.destroy();
          await server.stop();
        },
      };
    },
  },
];

const listed = async (registry: Registry, filter?: TenantFilter): Promise<readonly string[]> => {
  const ids: string[] = [];
  for await (const { tenantId } of registry.list(filter)) ids.push(tenantId);
  return ids.sort();
};

const [ONE, TWO] = [place('1'), place('2')];

describe.each(KINDS)('in $name', ({ make }) => {
  let world: Awaited<ReturnType<Kind['make']>>;
  let registry: Registry;

  beforeAll(async () => {
    world = await make();
    registry = world.open();
  });
  afterAll(() => world.close());

  const count = async ({ cell, shard } = ONE): Promise<number | undefined> =>
    (await registry.counts([{ cell, shard }]))[0]?.tenants;

  test('nobody is there at first', async () => {
    expect(await registry.get('acme')).toBeUndefined();
    expect(await listed(registry)).toEqual([]);
    expect(await registry.counts([ONE])).toEqual([]);
  });

  test('an item is read as it was written, attributes of newer versions with it', async () => {
    const item = { ...tenant('acme', { name: 'Acme', rateLimitPerSecond: 20 }), later: { x: [1, 'two'] } };
    expect(await registry.write({ item })).toEqual(item);
    expect(await world.open().get('acme')).toEqual(item);
  });

  test('of two that begin an item one is refused, and of two that change the same version', async () => {
    const first = tenant('twice');
    await registry.write({ item: first });
    await expect(registry.write({ item: { ...first, name: 'other' } })).rejects.toThrow(VersionConflict);

    const second: TenantItem = { ...first, version: 2, state: 'suspended' };
    await registry.write({ item: second, expected: 1 });
    await expect(
      registry.write({ item: { ...first, version: 2, state: 'moving' }, expected: 1 }),
    ).rejects.toThrow('tenant twice was changed by somebody else: it is no longer version 1');
    expect(await registry.get('twice')).toEqual(second);
  });

  test('a tenant who is not there is not changed', async () => {
    const item = { ...tenant('nobody'), version: 2 };
    await expect(registry.write({ item, expected: 1 })).rejects.toThrow(VersionConflict);
    expect(await registry.get('nobody')).toBeUndefined();
  });

  test('counts change with the item or not at all', async () => {
    const place = { cell: 'full', shard: 'data-shard-1' };
    const limit = 2;
    for (const id of ['f1', 'f2']) {
      await registry.write({ item: tenant(id, place), counts: [{ place, by: 1, limit }] });
    }
    const third = { item: tenant('f3', place), counts: [{ place, by: 1, limit }] } as const;
    await expect(registry.write(third)).rejects.toThrow(PlaceFull);
    expect(await registry.get('f3')).toBeUndefined();
    // Who is there already is told so, full or not.
    await expect(
      registry.write({ ...third, item: tenant('f1', { ...place, name: 'other' }) }),
    ).rejects.toThrow(VersionConflict);
    expect(await count(place)).toBe(2);

    const left: TenantItem = { ...tenant('f1'), version: 2 };
    await registry.write({ item: left, expected: 1, counts: [{ place, by: -1 }] });
    expect(await count(place)).toBe(1);
    await registry.write(third);
    expect(await count(place)).toBe(2);
  });

  test('a place that takes nobody takes nobody', async () => {
    const place = { cell: 'none', shard: 'data-shard-1' };
    await expect(
      registry.write({ item: tenant('early', place), counts: [{ place, by: 1, limit: 0 }] }),
    ).rejects.toThrow('none/data-shard-1 has no room for one more tenant');
    expect(await registry.counts([place])).toEqual([]);
  });

  test('a tenant moves from one count to the other in one step', async () => {
    await registry.write({ item: tenant('mover', ONE), counts: [{ place: ONE, by: 1 }] });
    const item: TenantItem = { ...tenant('mover', TWO), version: 2 };
    const counts = [
      { place: ONE, by: -1 },
      { place: TWO, by: 1, limit: 5 },
    ] as const;
    await registry.write({ item, expected: 1, counts });
    expect(await registry.counts([ONE, TWO, place('3')])).toEqual([
      { ...ONE, tenants: 0 },
      { ...TWO, tenants: 1 },
    ]);
    // Somewhere else and back is nothing.
    const back = [...counts, { place: ONE, by: 1 }, { place: TWO, by: -1 }] as const;
    await registry.write({ item: { ...item, version: 3 }, expected: 2, counts: back });
    expect(await count(TWO)).toBe(1);
  });

  test('nobody leaves a place that counts nobody, and what to do is said', async () => {
    const place = { cell: 'empty', shard: 'data-shard-1' };
    const leaving = { item: tenant('ghost'), counts: [{ place, by: -1 }] } as const;
    const refusal = await registry.write(leaving).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(LifecycleError);
    expect(refusal).toMatchObject({
      message: expect.stringContaining('counts no tenant in empty/data-shard-1') as string,
      next: [expect.stringContaining('npx bulkhead tenant recount')],
    });
    expect(await registry.get('ghost')).toBeUndefined();
  });

  test('lists those that match, and neither places nor leases', async () => {
    await registry.lease('delivery', 'somebody', 60);
    for (const [index, shard] of ['1', '1', '2', '2', '2', '3', '1'].entries()) {
      await registry.write({
        item: tenant(`l${String(index)}`, {
          ...{ cell: 'listed', shard: `data-shard-${shard}` },
          tier: index % 2 ? 'professional' : 'starter',
          state: index < 5 ? 'active' : 'suspended',
        }),
      });
    }
    expect(await listed(registry, { cell: 'listed' })).toEqual(['l0', 'l1', 'l2', 'l3', 'l4', 'l5', 'l6']);
    expect(await listed(registry, { cell: 'listed', shard: 'data-shard-1' })).toEqual(['l0', 'l1', 'l6']);
    expect(await listed(registry, { cell: 'listed', state: 'suspended' })).toEqual(['l5', 'l6']);
    expect(await listed(registry, { cell: 'listed', tier: 'professional', shard: 'data-shard-2' })).toEqual([
      'l3',
    ]);
    expect(await listed(registry, { cell: 'nowhere' })).toEqual([]);
    const all = await listed(registry);
    expect(all).toEqual(expect.arrayContaining(['acme', 'l0', 'l6', 'mover']));
    expect(all.filter((id) => id.includes('#') || id === 'delivery')).toEqual([]);
  });

  test('a count is corrected unless somebody has counted meanwhile', async () => {
    const place = { cell: 'uncounted', shard: 'data-shard-1' };
    expect(await registry.recount(place, 3, 1)).toBe(false);
    expect(await registry.recount(place, 3, undefined)).toBe(true);
    expect(await registry.recount(place, 9, undefined)).toBe(false);
    expect(await registry.recount(place, 4, 3)).toBe(true);
    expect(await count(place)).toBe(4);
  });

  test('a lease is one holder’s until it ends or is given back', async () => {
    expect(await registry.lease('stack', 'ann', 60)).toBe(true);
    expect(await registry.lease('stack', 'bob', 60)).toBe(false);
    expect(await registry.lease('stack', 'ann', 60)).toBe(true);
    await registry.release('stack', 'bob');
    expect(await registry.lease('stack', 'bob', 60)).toBe(false);
    await registry.release('stack', 'ann');
    expect(await registry.lease('stack', 'bob', 60)).toBe(true);
    now += 60_000;
    expect(await registry.lease('stack', 'ann', 60)).toBe(true);
    await registry.release('nothing', 'ann');
  });

  test('two writers never lose a change, and counts are the number of tenants there', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.nat(2), { minLength: 2, maxLength: 4 }),
        async (scheduler, steps) => {
          run += 1;
          const cell = `r${String(run)}`;
          const places = ['1', '2', '3'].map((id) => ({ cell, shard: `data-shard-${id}` }));
          const id = `${cell}-t`;
          await registry.write({ item: tenant(id) });
          let changes = 0;
          // Each moves the tenant about, from whatever it has read.
          const writer = async (name: string): Promise<void> => {
            const own = world.open();
            for (const [at, step] of steps.entries()) {
              await scheduler.schedule(Promise.resolve(), `${name} reads`);
              const read = await own.get(id);
              await scheduler.schedule(Promise.resolve(), `${name} writes`);
              const to = places[step] ?? ONE;
              if (!read) throw new Error('it is there');
              const from =
                read.cell !== undefined && read.shard !== undefined
                  ? { cell: read.cell, shard: read.shard }
                  : undefined;
              const item = { ...read, ...to, name: `${name} ${String(at)}`, version: read.version + 1 };
              const counts = [
                ...(from ? [{ place: from, by: -1 as const }] : []),
                { place: to, by: 1 as const, limit: 1 },
              ];
              try {
                await own.write({ item, expected: read.version, counts });
                changes += 1;
              } catch (error) {
                if (!(error instanceof VersionConflict)) throw error;
              }
            }
          };
          const both = Promise.all([writer('ann'), writer('bob')]);
          await scheduler.waitFor(both);
          const last = await registry.get(id);
          expect(last?.version).toBe(1 + changes);
          const counts = await registry.counts(places);
          expect(counts.filter(({ tenants }) => tenants > 0)).toEqual(
            changes === 0 ? [] : [{ cell: last?.cell, shard: last?.shard, tenants: 1 }],
          );
        },
      ),
      { numRuns: 5 },
    );
  });
});
