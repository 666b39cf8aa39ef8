import { setTimeout as pause } from 'node:timers/promises';
import { Testing } from 'cdktf';
import { loadPlatform } from '../../config/load';
import { SELECTIVE } from '../../constructs/core/contract';
import { tenancySql } from '../../constructs/data/sql';
import { tenantLogin } from '../../constructs/tiers/dedicated-tenant';
import type { MoveRequest } from '../../lifecycle/move/goal';
import { advance } from '../../lifecycle/move/sequences';
import { tenantTables } from '../../lifecycle/move/tables';
import type { Place } from '../../lifecycle/registry';
import { TenantStack } from '../../stacks/tenant';
import { MoveWorld, OWN_LIMIT, SOURCE as SHARD, TABLES, type ToldEvent, Writer } from '../support/moving';
import { ADMIN, inTransaction, POOLED_LOGINS, type Row } from '../support/postgres';
import { synthStack } from '../support/synth';

/** One whom config gives a database of its own. */
const TENANT = 'acme';
const OWN: Place = { cell: 'use1a', shard: 'tenant-acme' };
const OTHER_CELL: Place = { cell: 'usw2a', shard: 'data-shard-1' };
const PLACES = [SHARD, OWN, OTHER_CELL];

let world: MoveWorld;
beforeAll(async () => {
  world = await MoveWorld.start([
    { place: SHARD, logins: POOLED_LOGINS },
    // As the tenant's own stack makes them.
    { place: OWN, logins: [tenantLogin(TENANT)] },
    { place: OTHER_CELL, logins: POOLED_LOGINS },
  ]);
  await world.others(world.at(SHARD), ['other-0', 'other-1', 'other-2'], 100);
  await world.others(world.at(OTHER_CELL), ['other-1', 'other-3'], 100);
});
afterAll(() => world.close());

const others = (): Promise<unknown> =>
  Promise.all(PLACES.map((place) => world.fingerprint(world.at(place), `tenant_id <> '${TENANT}'`)));
const rowsAt = (place: Partial<Place>): Promise<unknown> => world.rows(world.at(place), TENANT);

/** Numbers of those notes that a writer was told are committed. */
async function notesAt(place: Place, { committed }: Writer): Promise<unknown> {
  const rows = await world
    .at(place)
    .run(
      ADMIN,
      `SELECT id FROM app.notes WHERE tenant_id = '${TENANT}' AND id = ANY ('{${committed.join()}}') ORDER BY id`,
    );
  return rows.map(({ id }) => id);
}

async function written(by: Writer, more: number): Promise<void> {
  const goal = by.written + more;
  while (by.written < goal) await pause(10);
}

const starts = (phase: string) => (event: ToldEvent) => event.type === 'phase_start' && event.phase === phase;

interface Way {
  readonly name: string;
  readonly request: MoveRequest;
  readonly from: Place;
  readonly to: Place;
  readonly tiers: readonly ['starter' | 'enterprise', 'starter' | 'enterprise'];
  /** Moment of the kill. */
  readonly killed: (event: ToldEvent) => boolean;
  /** Tenants that the registry counts in {@link PLACES}, one who stays in the shard among them: before, and afterwards. */
  readonly counts: readonly [readonly number[], readonly number[]];
}

const WAYS: readonly Way[] = [
  {
    name: 'from a shard to a database of its own',
    request: { tier: 'enterprise' },
    ...{ from: SHARD, to: OWN, tiers: ['starter', 'enterprise'], killed: starts('verify') },
    counts: [
      [2, 0, 0],
      [1, 0, 0],
    ],
  },
  {
    name: 'from a database of its own to a shard',
    request: { tier: 'starter', shard: SHARD.shard },
    ...{ from: OWN, to: SHARD, tiers: ['enterprise', 'starter'], killed: starts('freeze') },
    counts: [
      [1, 1, 0],
      [2, 0, 0],
    ],
  },
  {
    name: 'to another cell',
    request: { cell: OTHER_CELL.cell },
    ...{
      from: SHARD,
      to: OTHER_CELL,
      tiers: ['starter', 'starter'],
      killed: ({ type }) => type === 'revoked',
    },
    counts: [
      [2, 0, 0],
      [1, 0, 1],
    ],
  },
];

describe.each(WAYS)('$name', ({ name, request, from, to, tiers, killed, counts: [before, after] }) => {
  const book = name.replaceAll(' ', '-');
  const registry = () => world.registry(book);
  const process = (order: Partial<Parameters<MoveWorld['process']>[0]>) =>
    world.process({ tenant: TENANT, request: {}, ...order }, book);
  const counted = async (): Promise<readonly number[]> => {
    const counts = await registry().counts(PLACES);
    return PLACES.map(
      (place) => counts.find(({ shard, cell }) => shard === place.shard && cell === place.cell)?.tenants ?? 0,
    );
  };
  let writer: Writer | undefined;
  const write = (seed: number): Writer => (writer = new Writer(world, TENANT, seed, registry()));
  afterEach(() => writer?.stop());
  let untouched: unknown;
  beforeAll(async () => {
    await world.forget(TENANT);
    await world.tenant(TENANT, 200, { registry: book, place: from });
    await world.tenant('stays', 50, { registry: book });
    untouched = await others();
  });
  afterAll(() => world.forget('stays'));

  it('brings back what was written there, though it was killed there', async () => {
    const writing = write(1);
    const first = process({ request, soakMinutes: 5 });
    await first.reach(starts('soak'));
    await written(writing, 5);
    first.kill();
    await first.end();
    await written(writing, 5);
    expect(await registry().get(TENANT)).toMatchObject({ ...to, tier: tiers[1], state: 'active' });
    expect(first.events).toContainEqual({ type: 'revoked', tenant: TENANT, ...from });
    await writing.stop();
    const rows = await rowsAt(to);

    await process({ undo: true }).done();
    expect(writing.failures).toEqual([]);
    expect(await notesAt(from, writing)).toEqual(writing.committed);
    expect(await rowsAt(from)).toEqual(rows);
    expect(await rowsAt(to)).toEqual(TABLES.map(() => []));
    expect(await others()).toEqual(untouched);
    expect(await counted()).toEqual(before);
    expect(await world.leftovers()).toEqual([]);
    const item = await registry().get(TENANT);
    expect(item).toMatchObject({
      ...from,
      tier: tiers[0],
      state: 'active',
      operation: { outcome: 'undone' },
    });
    expect(item).not.toHaveProperty('moveTo');
    expect(item?.rateLimitPerSecond).toBe(from === OWN ? OWN_LIMIT : undefined);
  });

  it('goes on after it was killed, and leaves nothing where it was', async () => {
    const writing = write(2);
    const first = process({ request });
    await first.reach(killed);
    first.kill();
    await first.end();
    await writing.stop();
    // All that was written is in what the registry says is its place.
    const rows = await rowsAt((await registry().get(TENANT)) ?? {});

    await process({}).done();
    expect(writing.failures).toEqual([]);
    expect(await notesAt(to, writing)).toEqual(writing.committed);
    expect(await rowsAt(to)).toEqual(rows);
    expect(await rowsAt(from)).toEqual(TABLES.map(() => []));
    expect(await others()).toEqual(untouched);
    expect(await counted()).toEqual(after);
    expect(await world.leftovers()).toEqual([]);
    const item = await registry().get(TENANT);
    expect(item).toMatchObject({ ...to, tier: tiers[1], state: 'active', operation: { outcome: 'done' } });
    expect(item).not.toHaveProperty('moveTo');
    // No pool has promised what was agreed on for a database of its own.
    expect(item).not.toHaveProperty('rateLimitPerSecond');
    if (to === OWN) await expectServed();
  });
});

it('gives no number twice, though a sequence of the new place has given none and that of the old one only its first', async () => {
  const [old, other] = [SHARD, OTHER_CELL];
  for (const place of [old, other]) {
    await world
      .at(place)
      .run(
        'bulkhead_migrator',
        `BEGIN; CREATE TABLE app.firsts (id bigserial PRIMARY KEY); SELECT tenancy.isolate('app.firsts'); COMMIT`,
      );
  }
  const insert = (place: Place): Promise<Row[]> =>
    inTransaction(world.at(place), 'bulkhead_starter', TENANT, () =>
      world.at(place).run('bulkhead_starter', 'INSERT INTO app.firsts DEFAULT VALUES RETURNING id'),
    );
  const sides = [old, other].map((place) => world.mover(place, TENANT));
  try {
    expect(await insert(old)).toEqual([{ id: 1 }]);
    const [from, to] = sides;
    if (!from || !to) throw new Error('no sides');
    await Promise.all([from.open(), to.open()]);
    await advance(from, to, { from: await tenantTables(from.client), to: await tenantTables(to.client) }, 0);
    expect(await insert(other)).toEqual([{ id: 2 }]);
  } finally {
    await Promise.all(sides.map((side) => side.close()));
    for (const place of [old, other]) await world.at(place).run('bulkhead_migrator', 'DROP TABLE app.firsts');
  }
});

it('is tried with the SQL that the tenant’s own stack applies', () => {
  const platform = loadPlatform(process.cwd(), 'prod');
  const tenant = platform.tenants.find(({ id }) => id === TENANT);
  const cell = platform.cells.find(({ id }) => id === tenant?.cell);
  if (!tenant || !cell) throw new Error(`config has no tenant ${TENANT}`);
  const app = Testing.app({ context: { [SELECTIVE]: true } });
  const stack = synthStack(new TenantStack(app, { platform, cell, tenant }));
  expect(stack.only('kubernetes_config_map_v1', 'Tenancy')['data']).toMatchObject({
    'tenancy.sql': tenancySql([tenantLogin(TENANT)]).script,
  });
});

/** Services of the dedicated tenant log in as nobody does on a shard: what they see of the rows that have come. */
async function expectServed(): Promise<void> {
  const [login, own] = [tenantLogin(TENANT), world.at(OWN)];
  const counting = `SELECT ${TABLES.map((table) => `(SELECT count(*) FROM ${table}) AS "${table}"`).join(', ')}`;
  const seenAs = (tenant: string | undefined, sql = counting): Promise<unknown> =>
    inTransaction(own, login, tenant, () => own.run(login, sql));
  const [all] = await own.run(ADMIN, counting);
  expect(Object.values(all ?? {})).not.toContain(0);
  expect(await seenAs(TENANT)).toEqual([all]);
  expect(await seenAs('globex')).toEqual([Object.fromEntries(TABLES.map((table) => [table, 0]))]);
  await expect(seenAs(undefined)).rejects.toThrow('no tenant is set for this transaction');
  // Numbers go on where those of the shard were.
  await seenAs(
    TENANT,
    `INSERT INTO app.orders (amount) VALUES (1); INSERT INTO app.customers (name) VALUES ('new')`,
  );
}

it('ends tokens of the new place before rows there are deleted, though it had not reached the list of that cell at first', async () => {
  const [book, tenant] = ['list', 'hooli'];
  await world.tenant(tenant, 50, { registry: book });
  const first = world.process({ tenant, request: { cell: OTHER_CELL.cell }, soakMinutes: 5 }, book);
  await first.reach(starts('soak'));
  first.kill();
  await first.end();
  const second = world.process({ tenant, undo: true, revokes: false }, book);
  expect(await second.end()).toBe(1);
  expect(second.events).toContainEqual(
    expect.objectContaining({ type: 'failed', message: 'the cache of usw2a did not take it' }),
  );
  // It is served again already, from where it was.
  expect(await world.registry(book).get(tenant)).toMatchObject({ ...SHARD, state: 'active' });

  const events = await world.process({ tenant, undo: true }, book).done();
  const told = events.map(({ type, phase, cell }) => [type, phase ?? cell].join(' '));
  expect(told).toContain('revoked usw2a');
  expect(told.indexOf('revoked usw2a')).toBeLessThan(told.indexOf('phase_start copy'));
  expect(await world.leftovers()).toEqual([]);
});
