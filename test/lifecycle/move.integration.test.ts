import { setTimeout as pause } from 'node:timers/promises';
import { MoveWorld, SOURCE, TARGET, type ToldEvent, Writer } from '../support/moving';
import { ADMIN } from '../support/postgres';

let world: MoveWorld;
beforeAll(async () => {
  world = await MoveWorld.start();
});
afterAll(() => world.close());
const running: Writer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((writer) => writer.stop()));
});
const write = (...props: ConstructorParameters<typeof Writer>): Writer => {
  const writer = new Writer(...props);
  running.push(writer);
  return writer;
};

/** Several at once, but not more than a small machine bears. */
async function atOnce<T>(most: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const next = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: most }, next));
}

const OTHERS = Array.from({ length: 50 }, (_, at) => `other-${String(at)}`);
const starts = (phase: string) => (event: ToldEvent) => event.type === 'phase_start' && event.phase === phase;
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Where everything is as if nothing had happened. */
async function expectUntouched(tenant: string, before: unknown): Promise<void> {
  expect(await world.rows(world.source, tenant)).toEqual(before);
  expect(await world.fingerprint(world.target, `tenant_id = '${tenant}'`)).toEqual([]);
  expect(await world.registry('registry').get(tenant)).toMatchObject({
    ...SOURCE,
    ...{ state: 'active', tier: 'starter', operation: { outcome: 'undone' } },
  });
}

describe('while everybody writes', () => {
  it('loses nothing, doubles nothing, touches nobody else, and stops writes for a moment only', async () => {
    await world.tenant('acme', 20_000);
    await world.others(world.source, OTHERS, 100);
    await world.others(world.target, OTHERS.slice(0, 10), 100);
    const registry = world.registry('registry');
    const quiet = `tenant_id NOT IN ('acme', 'other-0', 'other-1')`;
    const fingerprints = async (): Promise<unknown> => [
      await world.fingerprint(world.source, quiet),
      await world.fingerprint(world.target, quiet),
    ];
    const before = await fingerprints();
    const writers = [1, 2].map((seed) => write(world, 'acme', seed, registry));
    const others = [3, 4].map((seed) => write(world, `other-${String(seed - 3)}`, seed, undefined));

    const refused: number[] = [];
    for (const { shard } of [TARGET, SOURCE, TARGET]) {
      for (const writer of writers) writer.longestRefused = 0;
      await world.process({ tenant: 'acme', request: { shard } }).done();
      refused.push(Math.max(...writers.map(({ longestRefused }) => longestRefused)));
    }
    for (const writer of [...writers, ...others]) await writer.stop();

    process.stdout.write(
      `writes refused for ${refused.join(', ')} ms, median ${String(median(refused))} ms; ` +
        `${String(writers.reduce((sum, { written }) => sum + written, 0))} transactions of the tenant, ` +
        `${String(others.reduce((sum, { written }) => sum + written, 0))} of others\n`,
    );
    expect([...writers, ...others].flatMap(({ failures }) => failures)).toEqual([]);
    const notes = await world.target.run(
      ADMIN,
      `SELECT id FROM app.notes WHERE tenant_id = 'acme' AND id >= 1000000 ORDER BY id`,
    );
    expect(notes.map(({ id }) => id)).toEqual(
      writers.flatMap(({ committed }) => committed).sort((a, b) => a - b),
    );
    expect(
      await world.target.run(
        ADMIN,
        `SELECT count(*) - count(DISTINCT details->>'mine') AS doubled FROM app.orders WHERE tenant_id = 'acme' AND details ? 'mine'`,
      ),
    ).toEqual([{ doubled: 0 }]);
    expect(await fingerprints()).toEqual(before);
    expect(await world.fingerprint(world.source, `tenant_id = 'acme'`)).toEqual([]);
    expect(await world.leftovers()).toEqual([]);
    expect(await registry.get('acme')).toMatchObject({
      ...TARGET,
      state: 'active',
      operation: { outcome: 'done' },
    });
    expect(await registry.counts([SOURCE, TARGET])).toEqual([
      { ...SOURCE, tenants: 0 },
      { ...TARGET, tenants: 1 },
    ]);
  });
});

/** Tenants that the registry counts on either side. */
async function counted(): Promise<{ readonly source: number; readonly target: number }> {
  const counts = await world.registry('registry').counts([SOURCE, TARGET]);
  const at = (shard: string): number => counts.find((place) => place.shard === shard)?.tenants ?? 0;
  return { source: at(SOURCE.shard), target: at(TARGET.shard) };
}

/** Moments at which a process is killed, by what it tells. */
const KILLS: readonly (readonly [string, (event: ToldEvent) => boolean])[] = [
  ...['provision', 'copy', 'verify', 'freeze', 'switch', 'soak', 'retire'].map(
    (phase) => [`${phase}-start`, starts(phase)] as const,
  ),
  ['copy-midst', ({ type, text }) => type === 'note' && text?.endsWith('rows copied') === true],
  ['copied', ({ type, text }) => type === 'note' && text?.includes('rows copied as of') === true],
  ['switched', ({ type }) => type === 'revoked'],
  ['retire-midst', ({ type, text }) => type === 'note' && text?.includes('deleted') === true],
];

describe('killed anywhere', () => {
  it('comes to the same end when it is begun again, several tenants at once', async () => {
    const counts = await counted();
    await atOnce(3, KILLS, async ([name, moment]) => {
      const tenant = `kill-${name}`;
      await world.tenant(tenant, 200);
      const before = await world.rows(world.source, tenant);
      const first = world.process({ tenant });
      await first.reach(moment);
      // A little later each time, so that different instructions are cut off.
      await pause(Math.random() * 40);
      first.kill();
      await first.end();
      await world.process({ tenant, request: {} }).done();
      expect(await world.rows(world.target, tenant)).toEqual(before);
      expect(await world.fingerprint(world.source, `tenant_id = '${tenant}'`)).toEqual([]);
      expect(await world.registry('registry').get(tenant)).toMatchObject({
        ...TARGET,
        ...{ state: 'active', operation: { outcome: 'done' } },
      });
    });
    expect(await world.leftovers()).toEqual([]);
    const after = await counted();
    expect([after.source - counts.source, after.target - counts.target]).toEqual([0, KILLS.length]);
  });

  it('is taken back from every phase before the last', async () => {
    const moments = KILLS.filter(([name]) => !name.startsWith('retire'));
    const counts = await counted();
    await atOnce(3, moments, async ([name, moment]) => {
      const tenant = `undo-${name}`;
      await world.tenant(tenant, 200);
      const before = await world.rows(world.source, tenant);
      const first = world.process({ tenant, soakMinutes: 5 });
      await first.reach(moment);
      first.kill();
      await first.end();
      await world.process({ tenant, undo: true }).done();
      await expectUntouched(tenant, before);
    });
    expect(await world.leftovers()).toEqual([]);
    const after = await counted();
    expect([after.source - counts.source, after.target - counts.target]).toEqual([moments.length, 0]);
  });
});

describe('in the new place, before the old one is emptied', () => {
  it('keeps what was written there when it is taken back, also while no process ran', async () => {
    await world.tenant('hooli', 500);
    const registry = world.registry('registry');
    const writer = write(world, 'hooli', 7, registry);
    const first = world.process({ tenant: 'hooli', soakMinutes: 5 });
    await first.reach(starts('soak'));
    const atSwitch = writer.written;
    while (writer.written < atSwitch + 20) await pause(20);

    const second = world.process({ tenant: 'hooli', request: {} });
    expect(await second.end()).toBe(1);
    expect(second.events.at(-1)?.message).toMatch(/^hooli is being moved by another process: \S+ \d+$/);

    first.kill('SIGINT');
    expect(await first.end()).toBe(0);
    expect(first.events.at(-1)).toMatchObject({ type: 'waiting', phase: 'soak' });
    const atStop = writer.written;
    while (writer.written < atStop + 20) await pause(20);

    await world.process({ tenant: 'hooli', undo: true }).done();
    const atUndo = writer.written;
    while (writer.written < atUndo + 5) await pause(20);
    await writer.stop();
    expect(writer.failures).toEqual([]);
    const notes = await world.source.run(
      ADMIN,
      `SELECT id FROM app.notes WHERE tenant_id = 'hooli' AND id >= 1000000 ORDER BY id`,
    );
    expect(notes.map(({ id }) => id)).toEqual(writer.committed);
    await expectUntouched('hooli', await world.rows(world.source, 'hooli'));
    expect(await world.leftovers()).toEqual([]);
  });
});

describe('what must not go on', () => {
  it('finds every kind of difference, names the rows, and can be taken back', async () => {
    await world.tenant('initech', 200);
    const before = await world.rows(world.source, 'initech');
    const first = world.process({ tenant: 'initech' });
    await first.reach(starts('verify'));
    first.kill();
    await first.end();
    await world.target.run(
      ADMIN,
      `SET session_replication_role = replica;
       UPDATE app.notes SET body = body || ' ' WHERE tenant_id = 'initech' AND id = 3;
       DELETE FROM app.notes WHERE tenant_id = 'initech' AND id = 5;
       INSERT INTO app.notes (tenant_id, id) VALUES ('initech', 99);
       UPDATE app.events SET note = NULL WHERE tenant_id = 'initech' AND seq = 7;
       RESET session_replication_role`,
    );
    const second = world.process({ tenant: 'initech' });
    expect(await second.end()).toBe(1);
    const failed = second.events.find(({ type }) => type === 'failed');
    expect(failed?.phase).toBe('verify');
    expect(failed?.message?.split('\n').sort()).toEqual(
      [
        'the rows of initech are not the same on both sides:',
        'app.notes: 20 rows in use1a/data-shard-1, 20 in use1a/data-shard-2',
        '  (initech,3) is not the same',
        '  (initech,5) is missing',
        '  (initech,99) is too much',
        'app.events: 20 rows in use1a/data-shard-1, 20 in use1a/data-shard-2',
        '  (initech,"2025-12-31 23:01:10+00",7) is not the same',
      ].sort(),
    );
    await world.process({ tenant: 'initech', undo: true }).done();
    await expectUntouched('initech', before);
  });

  it('refuses tables that it could not follow, all of them by name, before anything is written', async () => {
    await world.tenant('umbrella', 50);
    await world.source.run(
      'bulkhead_migrator',
      `BEGIN; CREATE TABLE app.plain (a int); SELECT tenancy.isolate('app.plain');
       CREATE TABLE app.hidden (id int PRIMARY KEY); SELECT tenancy.isolate('app.hidden'); ALTER TABLE app.hidden REPLICA IDENTITY NOTHING; COMMIT`,
    );
    await world.target.run(ADMIN, 'REVOKE SET ON PARAMETER session_replication_role FROM bulkhead_mover');
    const refused = world.process({ tenant: 'umbrella' });
    expect(await refused.end()).toBe(1);
    const message = refused.events.find(({ type }) => type === 'failed')?.message ?? '';
    for (const reason of [
      'app.plain has no primary key',
      'the replica identity of app.hidden lacks tenant_id',
      'app.hidden is in use1a/data-shard-1 only',
      'trigger touch of app.notes would run again',
      'rows of app.notes refer to each other',
    ])
      expect(message).toContain(reason);
    await world.process({ tenant: 'umbrella', undo: true }).done();

    await world.source.run('bulkhead_migrator', 'DROP TABLE app.plain, app.hidden');
    await world.target.run(ADMIN, 'GRANT SET ON PARAMETER session_replication_role TO bulkhead_mover');
    expect(await world.leftovers()).toEqual([]);
  });
});
