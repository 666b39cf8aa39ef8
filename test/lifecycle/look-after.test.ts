import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TENANT_STATES, type TenantItem, type TenantState } from '../../constructs/registry/tenant-item';
import { list } from '../../lifecycle/list';
import { LifecycleError, Refused } from '../../lifecycle/mistake';
import { recount } from '../../lifecycle/recount';
import type { Registry } from '../../lifecycle/registry';
import { FileRegistry } from '../../lifecycle/registry/file-registry';
import { resume } from '../../lifecycle/resume';
import { revoke } from '../../lifecycle/revoke';
import { show } from '../../lifecycle/show';
import { suspend } from '../../lifecycle/suspend';
import { tenant } from '../support/tenant-items';
import { devPlatform, registryOnly } from '../support/tenant-surroundings';

const PLACE = { cell: 'dev1a', shard: 'data-shard-1' };
const NOW = Date.parse('2026-11-26T13:00:00.000Z');
const platform = devPlatform();

let folder: string;
let registry: Registry;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'look-after-'));
  registry = new FileRegistry({ folder });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Surroundings whose tokens are revoked, or cannot be. */
function world({
  unreachable = false,
  contracts = {},
}: { unreachable?: boolean; contracts?: Record<string, Record<string, string>> } = {}) {
  const revoked: string[] = [];
  return {
    ...registryOnly(registry, { platform, contracts, now: () => NOW }),
    environment: 'dev',
    configFolder: 'config/environments',
    revoked,
    tokens: {
      smoke: () => Promise.reject(new Error('nobody asks')),
      revoke: (tenantId: string, { cell }: { readonly cell: string }) => {
        if (unreachable)
          return Promise.reject(new LifecycleError('the cache is not reachable', ['from a pod']));
        revoked.push(`${cell}: ${tenantId}`);
        return Promise.resolve();
      },
    },
  };
}

const there = (more: Partial<TenantItem> = {}): Promise<TenantItem> =>
  registry.write({ item: tenant('hooli', { ...PLACE, ...more }) });

describe('suspend and resume', () => {
  test('a suspended tenant gets no tokens, and those that are out end', async () => {
    await there();
    const surroundings = world();
    const { item, done, failed } = await suspend('hooli', surroundings);
    expect(item).toMatchObject({ state: 'suspended', version: 2, updatedAt: '2026-11-26T13:00:00.000Z' });
    expect([done.length, failed, surroundings.revoked]).toEqual([2, undefined, ['dev1a: hooli']]);

    // Again it changes nothing, and revokes once more: the first time may have been cut off.
    const again = await suspend('hooli', surroundings);
    expect(again.item).toEqual(item);
    expect(surroundings.revoked).toHaveLength(2);
    expect((await resume('hooli', surroundings)).item).toMatchObject({ state: 'active', version: 3 });
    expect((await resume('hooli', surroundings)).done).toEqual(['hooli was active before']);
  });

  test('what was not done is said, with how to do it', async () => {
    await there({ tier: 'enterprise' });
    const { item, notDone, failed } = await suspend('hooli', world({ unreachable: true }));
    expect(item.state).toBe('suspended');
    expect(notDone).toMatchInlineSnapshot(`
     [
       "tokens that are out stay good until they expire, at most 60 minutes: npx bulkhead tenant revoke hooli --env dev",
       "its data and its place are as they were: npx bulkhead tenant offboard hooli --env dev takes leave of it",
       "its pods, nodes and database go on, and cost what they cost: they serve nobody",
       "npx bulkhead tenant resume hooli --env dev serves it again",
     ]
    `);
    expect(failed).toEqual({
      message: 'tokens of hooli are not revoked: the cache is not reachable',
      next: ['from a pod'],
    });
  });

  test.each(Object.keys(TENANT_STATES) as TenantState[])('of a tenant who is %s', async (state) => {
    await there({ state });
    const attempt = async (what: typeof suspend | typeof resume): Promise<string> => {
      try {
        return (await what('hooli', world())).item.state;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const allowed = TENANT_STATES[state];
        expect(error.message).toContain(`after ${state} comes ${allowed.join(', ') || 'nothing'}`);
        return 'refused';
      }
    };
    const isEither = state === 'active' || state === 'suspended';
    expect(await attempt(suspend)).toBe(isEither ? 'suspended' : 'refused');
    expect(await attempt(resume)).toBe(isEither ? 'active' : 'refused');
    if (!isEither) expect((await registry.get('hooli'))?.state).toBe(state);
  });

  test('somebody else’s change in between is kept', async () => {
    await there();
    const racing: Registry = Object.assign(Object.create(registry) as Registry, {
      get: async (id: string) => {
        const read = await registry.get(id);
        if (read?.version === 1) {
          await registry.write({ item: { ...read, name: 'Hooli', version: 2 }, expected: 1 });
        }
        return read;
      },
    });
    const { item } = await suspend('hooli', { ...world(), registry: racing });
    expect(item).toMatchObject({ state: 'suspended', name: 'Hooli', version: 3 });
  });

  test('nobody is a mistake, not a tenant', async () => {
    await expect(suspend('nobody', world())).rejects.toThrow('there is no tenant nobody in the registry');
    await expect(revoke('nobody', world())).rejects.toThrow(LifecycleError);
  });
});

test('revoke ends tokens and says that there will be new ones', async () => {
  await there();
  const surroundings = world();
  expect(await revoke('hooli', surroundings)).toMatchObject({
    item: { state: 'active', version: 1 },
    notDone: [
      'hooli is active, and gets new tokens at once: npx bulkhead tenant suspend hooli --env dev keeps it out',
    ],
  });
  expect(surroundings.revoked).toEqual(['dev1a: hooli']);
  await registry.write({ item: tenant('nowhere', { state: 'requested' }) });
  expect((await revoke('nowhere', surroundings)).done).toEqual([
    'nowhere has no place, and so no tokens are out',
  ]);
});

describe('show', () => {
  test('a pooled tenant: its place, limits, and an operation that goes on', async () => {
    const at = '2026-11-26T12:00:00.000Z';
    const operation = {
      kind: 'onboard',
      key: 'k1',
      phase: 'check',
      by: 'ann',
      startedAt: at,
      updatedAt: at,
    } as const;
    await registry.write({
      item: tenant('hooli', {
        ...PLACE,
        operation: { ...operation, facts: { request: '{"id":"hooli","tier":"starter"}' } },
      }),
      counts: [{ place: PLACE, by: 1 }],
    });
    expect(await show('hooli', world())).toMatchObject({
      place: { ...PLACE, tenants: 1, limit: 1250 },
      rateLimit: { perSecond: 10, from: 'tier starter' },
      goesOn: [
        'npx bulkhead tenant onboard hooli --tier starter --key k1 --env dev   goes on',
        'npx bulkhead tenant onboard hooli --tier starter --key k1 --undo --env dev   takes back what can be',
      ],
      unknown: [],
      disagreements: [],
    });
  });

  test('a dedicated tenant: its file, what its stack has published, and where they disagree', async () => {
    await registry.write({
      item: tenant('acme', {
        tier: 'enterprise',
        cell: 'dev2b',
        shard: 'tenant-acme',
        rateLimitPerSecond: 7,
      }),
    });
    const contracts = { 'dev2b/tenant-acme': { hostname: 'acme.example' } };
    expect(await show('acme', world({ contracts }))).toMatchObject({
      file: 'config/environments/dev/tenants/acme.yaml',
      contract: { hostname: 'acme.example' },
      disagreements: [
        'is in cell dev2b in the registry, and in dev1a in its file',
        'may call 7 times a second by the registry, and 500 times by its file',
      ],
    });
    expect((await show('acme', world())).unknown).toEqual(['what dev2b-tenant-acme has: it is not deployed']);
  });

  test('a tenant that has left its own database: its file says nothing of its tokens, and may go once it cannot go back', async () => {
    const at = '2026-11-26T12:00:00.000Z';
    const operation = {
      kind: 'move',
      key: 'k1',
      phase: 'soak',
      by: 'ann',
      startedAt: at,
      updatedAt: at,
    } as const;
    const facts = { fromCell: 'dev1a', fromShard: 'tenant-acme', fromTier: 'enterprise', copies: 'yes' };
    const soaking = tenant('acme', {
      ...PLACE,
      operation: {
        ...operation,
        facts: { ...facts, toCell: PLACE.cell, toShard: PLACE.shard, toTier: 'starter' },
      },
    });
    await registry.write({ item: soaking });
    expect(await show('acme', world())).toMatchObject({
      rateLimit: { perSecond: 10, from: 'tier starter' },
      disagreements: [],
    });
    await registry.write({
      item: { ...soaking, operation: { ...operation, facts, outcome: 'done' }, version: 2 },
      expected: 1,
    });
    expect((await show('acme', world())).disagreements).toEqual([
      'has a file, as dedicated tenants do, and is starter in the registry',
    ]);
  });

  test('a file without a row, a row without a file, and neither', async () => {
    expect((await show('globex', world())).disagreements).toEqual([
      'has a file, and the registry does not know it: it gets no tokens until it is onboarded',
    ]);
    await registry.write({
      item: tenant('lost', { tier: 'enterprise', cell: 'dev1a', shard: 'tenant-lost' }),
    });
    expect((await show('lost', world())).disagreements).toEqual([
      expect.stringContaining('is active in the registry, and has no file: its stack is left as it is'),
    ]);
    await expect(show('nobody', world())).rejects.toThrow(
      'neither the registry nor a file knows a tenant nobody',
    );
  });
});

test('list: those that match, then files that the registry does not know', async () => {
  await there();
  await registry.write({ item: tenant('acme', { tier: 'enterprise', cell: 'dev1a', shard: 'tenant-acme' }) });
  await registry.write({ item: tenant('smoke-starter-dev1a', PLACE) });
  const ids = async (filter = {}, synthetic = false): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { tenantId, disagreements } of list({ filter, synthetic }, world())) {
      found.push(disagreements.length > 0 ? `${tenantId}!` : tenantId);
    }
    return found.sort();
  };
  expect(await ids()).toEqual(['acme', 'globex!', 'hooli']);
  expect(await ids({}, true)).toEqual(['acme', 'globex!', 'hooli', 'smoke-starter-dev1a']);
  expect(await ids({ tier: 'enterprise', cell: 'dev1a' })).toEqual(['acme', 'globex!']);
  expect(await ids({ state: 'active' })).toEqual(['acme', 'hooli']);
  expect(await ids({ cell: 'use1a' })).toEqual([]);
});

test('recount corrects counts of items that were written without counting', async () => {
  await there();
  await registry.write({ item: tenant('second', PLACE), counts: [{ place: PLACE, by: 1 }] });
  await registry.write({ item: tenant('smoke-starter-dev1a', PLACE) });
  expect(await recount(world())).toEqual([{ ...PLACE, before: 1, after: 2 }]);
  expect(await recount(world())).toEqual([]);
  const at = '2026-11-26T12:00:00.000Z';
  const operation = {
    kind: 'move',
    key: 'k',
    phase: 'copy',
    by: 'ann',
    facts: {},
    startedAt: at,
    updatedAt: at,
  } as const;
  await registry.write({ item: tenant('mover', { ...PLACE, state: 'moving', operation }) });
  await expect(recount(world())).rejects.toThrow(
    'mover is being moved, and counts in two places until that ends',
  );
});
