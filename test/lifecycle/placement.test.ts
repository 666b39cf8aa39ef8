import type { Platform } from '../../config/platform';
import { candidateText, placePooled, type PlacementProps } from '../../lifecycle/placement';
import type { Place, Registry } from '../../lifecycle/registry';
import { devPlatform } from '../support/tenant-surroundings';

const dev = devPlatform();

/** Two cells of two shards of ten tenants each. */
const platform: Platform = {
  ...dev,
  load: { ...dev.load, tenants: { starter: 30, professional: 10, enterprise: 2 } },
  cells: ['use1a', 'usw2a'].map((id, index) => {
    const [cell] = dev.cells;
    if (!cell) throw new Error('dev has a cell');
    const shards = { ...cell.data.shards, maxTenantsPerShard: 10 };
    return {
      ...cell,
      id,
      region: index ? 'us-west-2' : 'us-east-1',
      data: { ...cell.data, shards },
    };
  }),
};

/** A registry that only counts: `use1a/1` to its tenants. */
const counting = (tenants: Readonly<Record<string, number>>): Pick<Registry, 'counts'> => ({
  counts: (places: readonly Place[]) =>
    Promise.resolve(
      places.flatMap((place) => {
        const count = tenants[`${place.cell}/${place.shard.replace('data-shard-', '')}`];
        return count === undefined ? [] : [{ ...place, tenants: count }];
      }),
    ),
});

const weighed = async (
  tenants: Readonly<Record<string, number>>,
  request: Partial<PlacementProps['request']> = {},
  more: Partial<PlacementProps> = {},
): Promise<readonly string[]> => {
  const { candidates, place, limit } = await placePooled({
    platform,
    registry: counting(tenants),
    request: { id: 'hooli', tier: 'starter', ...request },
    ...more,
  });
  expect(candidates.filter(({ chosen }) => chosen)).toEqual([{ ...candidates[0], ...place }]);
  return [...candidates.map(candidateText), `limit ${String(limit)}`];
};

test('the cell with most room, and its emptiest shard', async () => {
  expect(await weighed({ 'use1a/1': 2, 'use1a/2': 1, 'usw2a/1': 10, 'usw2a/2': 9 })).toMatchInlineSnapshot(`
   [
     "use1a/data-shard-2 has most room: 9 of 10 places are free",
     "use1a/data-shard-1 has no more room than that: 8 of 10 places are free",
     "usw2a/data-shard-2 has no more room than that: 1 of 10 places are free",
     "usw2a/data-shard-1 is full: 10 of 10 places are taken",
     "limit 10",
   ]
  `);
  expect(await weighed({ 'use1a/1': 9, 'use1a/2': 9 })).toMatchInlineSnapshot(`
   [
     "usw2a/data-shard-1 has most room: 10 of 10 places are free",
     "usw2a/data-shard-2 has no more room than that: 10 of 10 places are free",
     "use1a/data-shard-1 has no more room than that: 1 of 10 places are free",
     "use1a/data-shard-2 has no more room than that: 1 of 10 places are free",
     "limit 10",
   ]
  `);
});

test('what was asked for, if it has room', async () => {
  expect(await weighed({}, { region: 'us-west-2' })).toMatchInlineSnapshot(`
   [
     "usw2a/data-shard-1 has most room: 10 of 10 places are free",
     "usw2a/data-shard-2 has no more room than that: 10 of 10 places are free",
     "use1a is in us-east-1, and us-west-2 was asked for",
     "limit 10",
   ]
  `);
  expect(await weighed({}, { cell: 'usw2a', shard: 'data-shard-2' })).toMatchInlineSnapshot(`
   [
     "usw2a/data-shard-2 was asked for, and has room: 10 of 10 places are free",
     "use1a is not usw2a, which was asked for",
     "limit 10",
   ]
  `);
  await expect(weighed({ 'usw2a/2': 10 }, { cell: 'usw2a', shard: 'data-shard-2' })).rejects
    .toThrowErrorMatchingInlineSnapshot(`
   "there is no place for hooli, tier starter:
     - usw2a/data-shard-2 is full: 10 of 10 places are taken
     - use1a is not usw2a, which was asked for"
  `);
  await expect(weighed({}, { cell: 'usw2' })).rejects.toThrowErrorMatchingInlineSnapshot(
    `"there is no cell usw2; did you mean "usw2a"?  there are: use1a, usw2a"`,
  );
  await expect(
    weighed({}, { cell: 'usw2a', shard: 'data-shard-3' }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `"there is no shard data-shard-3; did you mean "data-shard-1"?  there are: data-shard-1, data-shard-2"`,
  );
});

test('a shard that is not deployed takes nobody, and a deployed one as many as it was made for', async () => {
  const contract: PlacementProps['contract'] = ({ cell, shard }) =>
    Promise.resolve(cell === 'use1a' && shard === 'data-shard-2' ? { maxTenants: '5' } : undefined);
  expect(await weighed({ 'use1a/2': 3 }, {}, { contract })).toMatchInlineSnapshot(`
   [
     "use1a/data-shard-2 is the only one that can be: 2 of 5 places are free",
     "usw2a/data-shard-1 is not deployed: npx bulkhead deploy --env dev --stacks usw2a-data-shard-1",
     "usw2a/data-shard-2 is not deployed: npx bulkhead deploy --env dev --stacks usw2a-data-shard-2",
     "use1a/data-shard-1 is not deployed: npx bulkhead deploy --env dev --stacks use1a-data-shard-1",
     "limit 5",
   ]
  `);
  await expect(weighed({ 'use1a/2': 5 }, { cell: 'use1a' }, { contract })).rejects
    .toThrowErrorMatchingInlineSnapshot(`
   "there is no place for hooli, tier starter:
     - use1a/data-shard-1 is not deployed: npx bulkhead deploy --env dev --stacks use1a-data-shard-1
     - use1a/data-shard-2 is full: 5 of 5 places are taken
     - usw2a is not use1a, which was asked for"
  `);
});

test('a cell without pods of the tier takes nobody of it', async () => {
  const [first, ...others] = platform.cells;
  if (!first) throw new Error('it has a cell');
  const pools = { ...first.data.pools, starter: { maxPods: 0, poolSize: 1 } };
  const closed = { ...platform, cells: [{ ...first, data: { ...first.data, pools } }, ...others] };
  expect(await weighed({ 'usw2a/1': 8, 'usw2a/2': 8 }, {}, { platform: closed })).toMatchInlineSnapshot(`
   [
     "usw2a/data-shard-1 has most room: 2 of 10 places are free",
     "usw2a/data-shard-2 has no more room than that: 2 of 10 places are free",
     "use1a is closed to tier starter: cells.use1a.data.pools.starter.maxPods is 0",
     "limit 10",
   ]
  `);
});

test('promises must hold with one tenant more than there are, whatever config expects', async () => {
  const few = {
    ...platform,
    load: { ...platform.load, tenants: { starter: 1, professional: 1, enterprise: 2 } },
  };
  // One shard a cell is planned for so few; ten fit.
  expect(await weighed({ 'use1a/1': 4, 'usw2a/1': 5 }, {}, { platform: few })).toContain('limit 10');

  const busy = { ...few, load: { ...few.load, peakSessions: 400_000 } };
  await expect(weighed({ 'use1a/1': 4, 'usw2a/1': 5 }, {}, { platform: busy })).rejects.toMatchObject({
    message: expect.stringContaining(
      'with 10 pooled tenants, where load.tenants expects 2, the platform would not keep what it promises:\n  - quota,',
    ) as string,
  });
});
