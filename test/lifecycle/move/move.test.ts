import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantItem } from '../../../constructs/registry/tenant-item';
import type { LifecycleEvent } from '../../../lifecycle/events';
import { leftBehind } from '../../../lifecycle/move/left-behind';
import { move, type MoveProps, undoMove } from '../../../lifecycle/move/move';
import { FileRegistry } from '../../../lifecycle/registry/file-registry';
import { databaseVariable, rdsToken, rehearsalDatabases } from '../../../lifecycle/surroundings/databases';
import { loadPlatform } from '../../../config/load';

const AT = '2026-01-01T00:00:00.000Z';
const [ONE, TWO] = [
  { cell: 'use1a', shard: 'data-shard-1' },
  { cell: 'use1a', shard: 'data-shard-2' },
];
const platform = loadPlatform(process.cwd(), 'prod');
const folder = mkdtempSync(join(tmpdir(), 'bulkhead-move-unit-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
let count = 0;

async function world(item: Partial<TenantItem> = {}) {
  const registry = new FileRegistry({ folder: join(folder, String(count++)) });
  await registry.write({
    item: {
      ...{ tenantId: 'acme', tier: 'starter', state: 'active', version: 1, createdAt: AT, updatedAt: AT },
      ...ONE,
      ...item,
    },
    counts: [{ place: ONE, by: 1, limit: 10 }],
  });
  const events: LifecycleEvent[] = [];
  const revoked: string[] = [];
  const props = (request: MoveProps['request'], rest: Partial<MoveProps> = {}): MoveProps => ({
    tenant: 'acme',
    request,
    emit: (event) => events.push(event),
    surroundings: {
      ...{ kind: 'rehearsal', environment: 'prod', registry, platform: () => platform, now: () => 0 },
      databases: rehearsalDatabases({}),
      stacks: {
        has: () => true,
        contract: () => Promise.resolve(undefined),
        synthesize: () => Promise.reject(new Error('none')),
      },
      caller: () => Promise.resolve('ann'),
      tokens: {
        smoke: () => Promise.resolve([]),
        revoke: (tenant) => {
          revoked.push(tenant);
          return Promise.resolve();
        },
      },
    },
    ...rest,
  });
  return { registry, props, events, revoked };
}

describe('a move between tiers that share shards', () => {
  it('is one write, ends old tokens, and is done once', async () => {
    const { registry, props, events, revoked } = await world();
    const item = await move(props({ tier: 'professional' }, { key: 'k1' }));
    expect(item).toMatchObject({
      ...ONE,
      tier: 'professional',
      state: 'active',
      operation: { outcome: 'done', by: 'ann' },
    });
    expect(revoked).toEqual(['acme']);
    expect(events.flatMap((event) => (event.type === 'phase_start' ? [event.phase] : []))).toEqual([
      'switch-row',
    ]);
    expect(await move(props({ tier: 'professional' }, { key: 'k1' }))).toEqual(item);
    expect(await registry.counts([ONE])).toEqual([{ ...ONE, tenants: 1 }]);
  });
});

describe('a move to another place', () => {
  it('reserves room, and gives it back where a database cannot be reached', async () => {
    const { registry, props, events } = await world();
    await expect(move(props({ shard: TWO.shard }))).rejects.toThrow(
      'a rehearsal knows no database of use1a/data-shard-1',
    );
    expect(await registry.get('acme')).toMatchObject({
      state: 'moving',
      moveTo: TWO,
      operation: { phase: 'provision' },
    });
    expect(await registry.counts([ONE, TWO])).toEqual([
      { ...ONE, tenants: 1 },
      { ...TWO, tenants: 1 },
    ]);
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      next: expect.arrayContaining([
        'npx bulkhead tenant move acme --env prod --rehearse   goes on',
        'npx bulkhead tenant move acme --env prod --rehearse --undo   takes it back',
      ]) as unknown,
    });
    await expect(move(props({ shard: 'data-shard-3' }))).rejects.toThrow(
      'acme is being moved to use1a/data-shard-2, tier starter, and not to another place',
    );
    await undoMove(props({}));
    const item = await registry.get('acme');
    expect(item).toMatchObject({ ...ONE, state: 'active', operation: { outcome: 'undone' } });
    expect(item).not.toHaveProperty('moveTo');
    expect(await registry.counts([ONE, TWO])).toEqual([
      { ...ONE, tenants: 1 },
      { ...TWO, tenants: 0 },
    ]);
  });

  it.each<readonly [string, Partial<TenantItem>, MoveProps['request'], string]>([
    [
      'is there already',
      {},
      { shard: 'data-shard-1' },
      'acme is there already: use1a/data-shard-1, tier starter',
    ],
    ['goes nowhere', {}, {}, 'where is acme to be moved?'],
    [
      'is suspended',
      { state: 'suspended' },
      { shard: 'data-shard-2' },
      'only a tenant that is active can be moved',
    ],
    [
      'is under a legal hold',
      { legalHold: { by: 'ann', since: AT } },
      { shard: 'data-shard-2' },
      'may be deleted',
    ],
    ['goes to no shard', {}, { shard: 'data-shard-99' }, 'there is no shard data-shard-99'],
    [
      'goes to another tenant’s database',
      {},
      { tier: 'enterprise', shard: 'tenant-globex' },
      'a database of its own: tenant-acme',
    ],
  ])('is refused when the tenant %s, and nothing is written', async (_, changes, request, message) => {
    const { registry, props } = await world(changes);
    await expect(move(props(request))).rejects.toThrow(message);
    expect(await registry.get('acme')).toMatchObject({ version: 1 });
    await expect(undoMove(props({}))).rejects.toThrow('acme is not being moved, so there is nothing to undo');
  });
});

it('says which slots a move may have left, and whether writes may be refused', () => {
  const facts = { fromCell: 'use1a', fromShard: 'data-shard-1', fromTier: 'starter', copies: 'yes' };
  const item = (place: object): TenantItem =>
    ({
      ...{
        tenantId: 'acme-eu',
        tier: 'starter',
        state: 'moving',
        version: 1,
        createdAt: AT,
        updatedAt: AT,
        ...place,
      },
      operation: { facts: { ...facts, toCell: 'use1a', toShard: 'data-shard-2', toTier: 'starter' } },
    }) as unknown as TenantItem;
  const told = (phase: string, place: object): string => {
    const { exists } = leftBehind(phase, item(place), { environment: 'prod', kind: 'aws' });
    return exists.join('\n');
  };
  expect(told('provision', ONE)).not.toContain('slot');
  expect(told('copy', ONE)).toContain('use1a/data-shard-1 may have the slot bulkhead_out_acme_eu');
  expect(told('freeze', ONE)).toContain('writes of acme-eu may be refused in use1a/data-shard-1');
  expect(told('soak', TWO)).toContain('use1a/data-shard-2 may have the slot bulkhead_back_acme_eu');
  expect(told('soak', TWO)).not.toContain('refused');
});

describe('ways to databases', () => {
  it('signs a token for one user of one host, good for 15 minutes', async () => {
    const token = await rdsToken({
      ...{ host: 'shard.cluster-x.us-east-1.rds.amazonaws.com', user: 'bulkhead_mover', region: 'us-east-1' },
      credentials: () =>
        Promise.resolve({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' }),
      now: new Date(AT),
    });
    const url = new URL(`https://${token}`);
    expect(url.host).toBe('shard.cluster-x.us-east-1.rds.amazonaws.com:5432');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      Action: 'connect',
      DBUser: 'bulkhead_mover',
      'X-Amz-Credential': 'AKIDEXAMPLE/20260101/us-east-1/rds-db/aws4_request',
      'X-Amz-Expires': '900',
      'X-Amz-Security-Token': 'session',
      'X-Amz-SignedHeaders': 'host',
    });
  });

  it('takes those of a rehearsal from variables', async () => {
    const place = { cell: 'dev1a', shard: 'data-shard-1' };
    expect(databaseVariable(place)).toBe('BULKHEAD_DATABASE_DEV1A_DATA_SHARD_1');
    const access = (url: string) =>
      rehearsalDatabases({ [databaseVariable(place)]: url }).access(place, 'mover');
    expect(await access('postgres://127.0.0.1:5433/shard1')).toMatchObject({
      ...{ host: '127.0.0.1', port: 5433, database: 'shard1', user: 'bulkhead_mover' },
    });
    expect(await access('postgres:///shard1?host=/run/pg')).toMatchObject({
      host: '/run/pg',
      database: 'shard1',
    });
    await expect(access('shard1')).rejects.toThrow('must be a URL such as');
  });
});
