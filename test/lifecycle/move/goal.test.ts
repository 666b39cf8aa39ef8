import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPlatform } from '../../../config/load';
import type { Platform, Tenant } from '../../../config/platform';
import type { TenantItem } from '../../../constructs/registry/tenant-item';
import { disagreements } from '../../../lifecycle/disagreements';
import { type LifecycleError, Refused } from '../../../lifecycle/mistake';
import { goalOf, type MoveGoal, type MoveRequest } from '../../../lifecycle/move/goal';
import { FileRegistry } from '../../../lifecycle/registry/file-registry';

const AT = '2026-01-01T00:00:00.000Z';
const SHARD = { cell: 'use1a', shard: 'data-shard-1' };
const OWN = { cell: 'use1a', shard: 'tenant-acme' };
const prod = loadPlatform(process.cwd(), 'prod');
const folder = mkdtempSync(join(tmpdir(), 'bulkhead-goal-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
let count = 0;

/** Acme, in a shard: config has a file of it, as it must before it can become dedicated. */
const POOLED: TenantItem = {
  ...{ tenantId: 'acme', tier: 'starter', state: 'active', version: 1, createdAt: AT, updatedAt: AT },
  ...SHARD,
};
const DEDICATED: TenantItem = { ...POOLED, tier: 'enterprise', ...OWN };

interface World {
  readonly platform?: Platform;
  /** Whether it happens on AWS, and what stacks have published there. @default - in a rehearsal */
  readonly published?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Tenants of shards of `use1a`, by number. @default - one in the first */
  readonly tenants?: readonly number[];
}

async function goal(
  item: TenantItem,
  request: MoveRequest,
  { platform = prod, published, tenants = [1] }: World = {},
): Promise<MoveGoal> {
  const registry = new FileRegistry({ folder: join(folder, String(count++)) });
  for (const [at, held] of tenants.entries())
    await registry.recount({ cell: 'use1a', shard: `data-shard-${String(at + 1)}` }, held, undefined);
  return goalOf(item, request, {
    ...{ kind: published ? 'aws' : 'rehearsal', environment: 'prod', registry, platform: () => platform },
    stacks: {
      has: () => true,
      contract: ({ cell, stack }) => Promise.resolve(published?.[`${cell ?? ''}-${stack}`]),
      synthesize: () => Promise.reject(new Error('none')),
    },
  });
}

const mistake = (asked: Promise<MoveGoal>): Promise<LifecycleError> =>
  asked.then(
    () => {
      throw new Error('it was allowed');
    },
    (error: unknown) => error as LifecycleError,
  );

const withFile = (changes: Partial<Tenant>): Platform => ({
  ...prod,
  tenants: prod.tenants.map((tenant) => (tenant.id === 'acme' ? { ...tenant, ...changes } : tenant)),
});

describe('to a database of its own', () => {
  it('takes nothing of anybody and counts in no place, and its item is what its file says', async () => {
    const platform = withFile({ rateLimitPerSecond: 4000 });
    const { to, copies, counts, why } = await goal(
      { ...POOLED, rateLimitPerSecond: 5 },
      { tier: 'enterprise' },
      { platform, published: { 'use1a-tenant-acme': { tenant: 'acme' } } },
    );
    expect({ to, copies, counts }).toEqual({
      ...{ to: { ...OWN, tier: 'enterprise', rateLimitPerSecond: 4000 }, copies: true, counts: [] },
    });
    expect(why).toContain(
      `from the switch on, calls go to acme.use1a.${prod.dns.domain} and no longer to shared.use1a.${prod.dns.domain}`,
    );
    const file = platform.tenants.find(({ id }) => id === 'acme');
    expect(disagreements({ ...POOLED, ...to } as TenantItem, file)).toEqual([]);
  });

  it('has no limit of its own where its file names none', async () => {
    const { to } = await goal({ ...POOLED, rateLimitPerSecond: 5 }, { tier: 'enterprise' });
    expect(to.rateLimitPerSecond).toBeUndefined();
  });

  it('says what must be there before: its file, in this cell, and its stack', async () => {
    const deploys = [
      'npx bulkhead deploy --env prod --stacks use1a-tenant-acme',
      'release the services to it, so that its database has the schema; then run this command again',
    ];
    expect(await mistake(goal(POOLED, { tier: 'enterprise' }, { published: {} }))).toMatchObject({
      message: 'use1a-tenant-acme is not deployed: there is no database to move acme to',
      next: deploys,
    });
    const platform = { ...prod, tenants: [] };
    expect(await mistake(goal(POOLED, { tier: 'enterprise' }, { platform }))).toMatchObject({
      message: 'acme has no file, so no database of its own is built that it could be moved to',
      next: [
        'write config/environments/prod/tenants/acme.yaml with tier enterprise and cell use1a, and commit it',
        ...deploys,
      ],
    });
    expect(await mistake(goal(POOLED, { tier: 'enterprise', cell: 'usw2a' }))).toMatchObject({
      message: 'the file of acme says cell use1a: in usw2a no database of its own is built',
      next: expect.arrayContaining(['or move it to where its file says: --cell use1a']) as unknown,
    });
  });

  it('is refused while its file says that it is leaving, for its data would not be protected', async () => {
    const platform = withFile({ lifecycle: 'offboarding' });
    const asked = await mistake(goal(POOLED, { tier: 'enterprise' }, { platform }));
    expect(asked).toBeInstanceOf(Refused);
    expect(asked.message).toContain('acme.yaml says lifecycle: offboarding');
  });
});

describe('from a database of its own', () => {
  it('takes the shard with most room, without the calls per second that no pool bears, and says who stays outside', async () => {
    const { to, counts, why } = await goal(
      { ...DEDICATED, rateLimitPerSecond: 4000 },
      { tier: 'professional' },
      { tenants: [1250, 900, ...Array<number>(8).fill(1000)] },
    );
    const place = { cell: 'use1a', shard: 'data-shard-2' };
    expect(to).toEqual({ ...place, tier: 'professional', rateLimitPerSecond: undefined });
    expect(counts).toEqual([{ place, by: 1, limit: 1250 }]);
    expect(why).toContain(
      "machines of acme and its own identity provider get no tokens in tier professional: its people must be users of the cell's pool before",
    );
  });

  it('finds no place where every shard of the cell is full', async () => {
    const full = { tenants: Array<number>(10).fill(1250) };
    await expect(goal(DEDICATED, { tier: 'starter' }, full)).rejects.toThrow(
      'there is no place for acme, tier starter:\n  - use1a/data-shard-1 is full: 1,250 of 1,250 places are taken',
    );
    await expect(goal(DEDICATED, { tier: 'starter', shard: 'data-shard-2' }, full)).rejects.toThrow(
      'is full',
    );
  });
});

describe('within its shard', () => {
  it.each<readonly [string, MoveRequest]>([
    ['cell', { cell: 'use1a' }],
    ['shard', { shard: 'data-shard-1' }],
    ['cell and shard', SHARD],
  ])('who names its own %s stays where it is', async (_, place) => {
    await expect(goal(POOLED, place)).rejects.toThrow(
      'acme is there already: use1a/data-shard-1, tier starter',
    );
    // Also where nobody else would be taken.
    const { to, copies } = await goal(POOLED, { ...place, tier: 'professional' }, { tenants: [1250] });
    expect({ to, copies }).toMatchObject({ to: { ...SHARD, tier: 'professional' }, copies: false });
  });

  it('does not become a tier that its cell is closed to', async () => {
    const cells = prod.cells.map((cell) => ({
      ...cell,
      data: {
        ...cell.data,
        pools: { ...cell.data.pools, professional: { ...cell.data.pools.professional, maxPods: 0 } },
      },
    }));
    await expect(goal(POOLED, { tier: 'professional' }, { platform: { ...prod, cells } })).rejects.toThrow(
      'use1a is closed to tier professional',
    );
  });
});

it('says to another cell where tokens come from, and where calls go', async () => {
  const { to, why } = await goal(POOLED, { cell: 'usw2a' });
  expect(to).toMatchObject({ cell: 'usw2a', shard: 'data-shard-1', tier: 'starter' });
  const { domain } = prod.dns;
  expect(why.slice(-2)).toEqual([
    `from the switch on, calls go to shared.usw2a.${domain} and no longer to shared.use1a.${domain}`,
    "from then on tokens come from usw2a: its people must be users of that cell's pool before",
  ]);
});

it('is refused where the shard counts nobody, who could then not be counted out at the end', async () => {
  const asked = await mistake(goal(POOLED, { shard: 'data-shard-2' }, { tenants: [] }));
  expect(asked).toBeInstanceOf(Refused);
  expect(asked.next).toEqual([
    'npx bulkhead tenant recount --env prod --rehearse   counts anew; then run this command again',
  ]);
});

it('leaves the tenants alone by which the platform tries out releases', async () => {
  await expect(
    goal({ ...POOLED, tenantId: 'smoke-starter-use1a' }, { shard: 'data-shard-2' }),
  ).rejects.toThrow("smoke-starter-use1a is the platform's own");
});
