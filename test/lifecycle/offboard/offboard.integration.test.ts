import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { Client } from 'pg';
import type { TenantItem } from '../../../constructs/registry/tenant-item';
import type { LifecycleEvent } from '../../../lifecycle/events';
import { setLegalHold } from '../../../lifecycle/offboard/legal-hold';
import { offboard } from '../../../lifecycle/offboard/offboard';
import { ADMIN, install, type InstalledServer, startInstalled } from '../../support/postgres';
import type { Errand } from './child';
import { SHOP, SHOP_TABLES, shopRows } from './shop';
import { PLACE, surroundingsOf, type World } from './world';

const ROOT = resolve(__dirname, '../../..');
const DAY = 86_400_000;
const START = Date.parse('2026-11-26T12:00:00.000Z');
const OTHERS = Array.from({ length: 50 }, (_, at) => `t${at + 1}`);

let server: InstalledServer;
let folder: string;
let child: string;

beforeAll(async () => {
  server = await startInstalled();
  await install(server);
  await server.run('bulkhead_migrator', SHOP_TABLES);
  for (const tenant of OTHERS) await server.run('bulkhead_migrator', shopRows(tenant, 200));
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-offboard-'));
  child = join(ROOT, `node_modules/.cache/bulkhead-offboard-child-${String(process.pid)}.js`);
  buildSync({
    ...{ entryPoints: [join(__dirname, 'child.ts')], outfile: child, bundle: true },
    ...{ platform: 'node', packages: 'external', logLevel: 'warning' },
  });
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(child, { force: true });
  await server.close();
});

let worlds = 0;

/** A registry with one tenant of a shard that has 50 others, and its rows in the database. */
async function worldOf(tenant: string, size = 2000): Promise<World> {
  worlds += 1;
  const world: World = {
    ...{ folder: join(folder, `world-${String(worlds)}`), root: ROOT, host: server.host },
    ...{ caller: 'alice', now: START },
  };
  await server.run('bulkhead_migrator', shopRows(tenant, size));
  const at = new Date(START).toISOString();
  await surroundingsOf(world).registry.write({
    item: {
      ...{ tenantId: tenant, tier: 'starter', state: 'active', name: 'A Customer', ...PLACE },
      ...{ version: 1, createdAt: at, updatedAt: at },
    },
    counts: [{ place: PLACE, by: 1, limit: 51 }],
  });
  return world;
}

interface Run {
  readonly item: TenantItem;
  readonly events: readonly LifecycleEvent[];
  readonly waits: string | undefined;
}

async function run(
  world: World,
  tenant: string,
  wishes: { confirm?: string; manifest?: string; isUndo?: boolean; exportAgain?: boolean } = {},
): Promise<Run> {
  const { confirm, manifest, ...rest } = wishes;
  const events: LifecycleEvent[] = [];
  const item = await offboard({
    ...{
      surroundings: surroundingsOf(world),
      tenantId: tenant,
      emit: (event) => events.push(event),
      ...rest,
    },
    agree: () => Promise.resolve(),
    ...(confirm !== undefined && {
      confirm: () => Promise.resolve({ id: confirm, ...(manifest !== undefined && { manifest }) }),
    }),
  });
  const waits = events.flatMap((event) => (event.type === 'waiting' ? [event.text] : []))[0];
  return { item, events, waits };
}

const spawn = (
  errand: Errand,
): { readonly status: number | null; readonly signal: string | null; readonly out: string } => {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [child, JSON.stringify(errand)], {
    encoding: 'utf8',
    cwd: ROOT,
  });
  if (status !== 0 && signal === null) throw new Error(stderr);
  return { status, signal, out: stdout };
};

/** What is in the database of a tenant, or of all but one. */
async function rowsOf(where: string): Promise<unknown> {
  const parts = SHOP.map(
    (name) =>
      `SELECT '${name}' AS name, count(*)::int AS rows, coalesce(sum(hashtextextended(t::text || ctid::text, 0)), 0)::text AS sum FROM app.${name} t WHERE ${where}`,
  );
  return server.run('bulkhead_migrator', parts.join(' UNION ALL '));
}
const of = (tenant: string): Promise<unknown> => rowsOf(`tenant_id = '${tenant}'`);
const ofOthers = (): Promise<unknown> => rowsOf(`tenant_id IN (${OTHERS.map((id) => `'${id}'`).join(', ')})`);
const NONE = SHOP.map((name) => ({ name, rows: 0, sum: '0' }));

const exportOf = (world: World, { item }: Run): string =>
  join(world.folder, 'config/exports/dev', item.tenantId, item.operation?.key ?? '');

/** What is left in the end, without what differs by run: numbers of a sequence are in the files. */
const settled = ({ operation, ...item }: TenantItem): unknown => ({
  ...item,
  version: 0,
  outcome: operation?.outcome,
  evidence: JSON.parse(
    (operation?.facts['evidence'] ?? 'null')
      .replaceAll(/world-\d+/g, 'world')
      .replaceAll(/[0-9a-f]{64}/g, 'hash'),
  ) as unknown,
});

describe('a pooled tenant among fifty others', () => {
  it('leaves: exported, verified, held, confirmed by two, deleted, recorded; nobody else notices', async () => {
    const world = await worldOf('acme', 20_000);
    const others = await ofOthers();
    const before = await of('acme');

    const held = await run(world, 'acme');
    expect(held.waits).toMatch(/the data stays where it is for 30 days/);
    expect(held.item).toMatchObject({ state: 'offboarding', operation: { phase: 'hold' } });
    expect(await of('acme')).toEqual(before);

    const early = await run({ ...world, now: START + 30 * DAY - 1 }, 'acme', { confirm: 'acme' });
    expect(early.waits).toMatch(/nobody can confirm its deletion before/);
    expect(early.item.operation?.facts['confirmations']).toBeUndefined();

    const later = { ...world, now: START + 30 * DAY };
    expect((await run(later, 'acme')).waits).toMatch(/nobody has confirmed: 2 different people must/);
    const first = await run(later, 'acme', { confirm: 'acme' });
    expect(first.waits).toMatch(/^alice has confirmed at .*; a second person must/);
    await expect(run(later, 'acme', { confirm: 'acme' })).rejects.toThrow(
      /alice has confirmed at .* already: 2 different people must/,
    );
    expect(await of('acme')).toEqual(before);

    const bob = { ...later, caller: 'bob', now: later.now + DAY / 2 };
    await expect(run(bob, 'acme', { confirm: 'acne' })).rejects.toThrow('acne is not acme: not confirmed');
    await expect(run(bob, 'acme', { confirm: 'acme', manifest: 'f'.repeat(64) })).rejects.toThrow(
      /what is confirmed is the export f{64}, and what there is is/,
    );
    const started = Date.now();
    const last = await run(bob, 'acme', { confirm: 'acme' });
    expect(last.item).toMatchObject({
      tenantId: 'acme',
      state: 'offboarded',
      operation: { outcome: 'done' },
    });
    expect(last.item).not.toHaveProperty('cell');
    expect(await of('acme')).toEqual(NONE);
    expect(await ofOthers()).toEqual(others);
    process.stdout.write(`deleted and recorded in ${String(Date.now() - started)} ms\n`);

    const [count] = await surroundingsOf(world).registry.counts([PLACE]);
    expect(count?.tenants).toBe(0);
    const record = JSON.parse(readFileSync(join(exportOf(world, last), 'evidence.json'), 'utf8')) as unknown;
    expect(JSON.parse(last.item.operation?.facts['evidence'] ?? '')).toEqual(record);
    expect(record).toMatchObject({
      begun: { by: 'alice', stateBefore: 'active' },
      hold: { days: 30 },
      confirmed: [{ by: 'alice' }, { by: 'bob' }],
      destroyed: {
        kind: 'rows',
        left: 0,
        tables: { 'app.lines': 20_000, 'app.orders': 2000, 'app.couples': 3 },
      },
    });
  });

  it('has an export that another database takes, row by row the same', async () => {
    const world = await worldOf('exported');
    const place = exportOf(world, await run(world, 'exported'));
    await server.run(ADMIN, 'CREATE DATABASE another');
    const other = new Client({ host: server.host, user: ADMIN, database: 'another' });
    await other.connect();
    const plain = SHOP_TABLES.replaceAll(
      /SELECT tenancy\.isolate\('(app\.\w+)'\);/g,
      'ALTER TABLE $1 ADD tenant_id text;',
    ).replaceAll(/ALTER TABLE \S+ ADD FOREIGN KEY[^;]*;|CREATE TRIGGER[^;]*;/g, '');
    await other.query(`CREATE SCHEMA app; ${plain}`);
    const files = readdirSync(join(place, 'tables'));
    expect(files.sort()).toEqual(SHOP.map((name) => `${name}.csv.gz`).sort());
    for (const file of files) {
      const copy = `COPY app.${file.replace('.csv.gz', '')} FROM STDIN WITH (FORMAT csv, HEADER MATCH)`;
      const args = ['-X', '-v', 'ON_ERROR_STOP=1', '-h', server.host, '-U', ADMIN, 'another', '-c', copy];
      execFileSync('psql', args, { input: gunzipSync(readFileSync(join(place, 'tables', file))) });
    }
    for (const name of SHOP) {
      const text = `SELECT to_jsonb(t)::text AS row FROM app.${name} t WHERE tenant_id = 'exported' ORDER BY 1`;
      const rows = await server.run('bulkhead_migrator', text);
      expect((await other.query(text)).rows).toEqual(rows);
      expect(rows.length).toBeGreaterThanOrEqual(name === 'audit' ? 0 : 3);
    }
    await other.end();
  });

  it('comes back as it was until something is deleted', async () => {
    const world = await worldOf('back');
    const before = await of('back');
    await run(world, 'back');
    const later = { ...world, now: START + 31 * DAY };
    await run(later, 'back', { confirm: 'back' });
    const undone = await run(later, 'back', { isUndo: true });
    expect(undone.item).toMatchObject({ state: 'active', cell: 'dev1a', operation: { outcome: 'undone' } });
    expect(await of('back')).toEqual(before);
    // A new one begins from the start: nobody's word is left of the old one.
    const again = await run(later, 'back');
    expect(again.item.operation).toMatchObject({
      phase: 'hold',
      facts: { heldUntil: '2027-01-26T12:00:00.000Z' },
    });
    expect(again.item.operation?.facts['confirmations']).toBeUndefined();
  });

  it('is not destroyed under a legal hold', async () => {
    const world = await worldOf('kept');
    await run(world, 'kept');
    const later = { ...world, now: START + 31 * DAY };
    await run(later, 'kept', { confirm: 'kept' });
    const bob = { ...later, caller: 'bob' };
    await setLegalHold(surroundingsOf(bob), 'kept', true);
    await expect(run(bob, 'kept', { confirm: 'kept' })).rejects.toThrow(
      /kept is under a legal hold since .*, by bob/,
    );
    await setLegalHold(surroundingsOf(bob), 'kept', false);
    expect((await run(bob, 'kept', { confirm: 'kept' })).item.state).toBe('offboarded');
  });

  it('is not destroyed when a file of the export is damaged, or a row has changed, until it is exported again', async () => {
    const world = await worldOf('damaged');
    const held = await run(world, 'damaged');
    const file = join(exportOf(world, held), 'tables/orders.csv.gz');
    const later = { ...world, now: START + 31 * DAY };
    const whole = readFileSync(file);
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(damaged.readUInt8(damaged.length >> 1) ^ 1, damaged.length >> 1);
    for (const [bytes, finding] of [
      [damaged, /the export is damaged: tables\/orders.csv.gz/],
      [
        whole.subarray(0, -100),
        /the export is damaged: tables\/orders.csv.gz cannot be read: unexpected end of file/,
      ],
    ] as const) {
      writeFileSync(file, bytes);
      await expect(run(later, 'damaged', { confirm: 'damaged' })).rejects.toThrow(finding);
    }
    writeFileSync(file, whole);
    await server.run(
      'bulkhead_migrator',
      `UPDATE app.lines SET note = 'new' WHERE tenant_id = 'damaged' AND id = 1`,
    );
    await expect(run(later, 'damaged', { confirm: 'damaged' })).rejects.toThrow(
      'the database is not what was exported: app.lines has other rows than those that were exported. Nothing was deleted',
    );
    const old = held.item.operation?.facts['manifest'] ?? '';
    const again = await run(later, 'damaged', { exportAgain: true });
    expect(again.waits).toBe('it was exported again, so nobody has confirmed this export yet');
    await expect(run(later, 'damaged', { confirm: 'damaged', manifest: old })).rejects.toThrow(
      /what is confirmed is the export/,
    );
    await run(later, 'damaged', {
      confirm: 'damaged',
      manifest: again.item.operation?.facts['manifest'] ?? '',
    });
    expect((await run({ ...later, caller: 'bob' }, 'damaged', { confirm: 'damaged' })).item.state).toBe(
      'offboarded',
    );
  });
});

describe('kill -9', () => {
  /** Goes on until nothing waits for anybody, at once and thirty days later. */
  async function toTheEnd(world: World, tenant: string): Promise<TenantItem> {
    await run(world, tenant);
    const later = { ...world, now: START + 31 * DAY };
    const { item } = await run(later, tenant, { confirm: tenant });
    if (item.operation?.outcome !== undefined) return item;
    return (await run({ ...later, caller: 'bob' }, tenant, { confirm: tenant })).item;
  }

  const before = ['suspend', 'export', 'verify', 'hold'].map((phase) => ({
    type: 'phase_start' as const,
    phase,
  }));
  const after = [
    { type: 'phase_start' as const, phase: 'confirm' },
    { type: 'phase_end' as const, phase: 'confirm' },
    { type: 'phase_start' as const, phase: 'destroy' },
    { type: 'note' as const, phase: 'destroy', text: 'app.lines' },
    { type: 'note' as const, phase: 'destroy', text: 'app.customers' },
    { type: 'note' as const, phase: 'destroy', text: 'no row of' },
    { type: 'phase_start' as const, phase: 'record' },
    { type: 'note' as const, phase: 'record' },
  ];

  it('at every boundary, and in the midst of phases, leads to the same end', async () => {
    const ordinary = await worldOf('killed', 300);
    const others = await ofOthers();
    const expected = settled(await toTheEnd(ordinary, 'killed'));
    for (const killAt of [...before, { type: 'note' as const, phase: 'export' }, ...after]) {
      const world = await worldOf('killed', 300);
      const later = { ...world, now: START + 31 * DAY };
      const errand = { world, tenant: 'killed' };
      if (before.some(({ phase }) => phase === killAt.phase)) {
        expect({ killAt, ...spawn({ ...errand, killAt }) }).toMatchObject({ signal: 'SIGKILL' });
      } else {
        await run(world, 'killed');
        await run(later, 'killed', { confirm: 'killed' });
        const bob = { ...later, caller: 'bob' };
        expect({ killAt, ...spawn({ ...errand, world: bob, confirm: true, killAt }) }).toMatchObject({
          signal: 'SIGKILL',
        });
        if (killAt.phase === 'confirm') {
          expect(await run(bob, 'killed', { confirm: 'killed' })).toMatchObject({
            item: { state: 'offboarded' },
          });
        } else {
          expect(await run(bob, 'killed')).toMatchObject({ item: { state: 'offboarded' } });
        }
      }
      const item = await surroundingsOf(world).registry.get('killed');
      const end = item?.state === 'offboarded' ? item : await toTheEnd(world, 'killed');
      expect({ killAt, end: settled(end) }).toEqual({ killAt, end: expected });
      expect(await of('killed')).toEqual(NONE);
    }
    expect(await ofOthers()).toEqual(others);
  });

  it('between two transactions of one table leaves a part of its rows, and the rest goes with the next run', async () => {
    const world = await worldOf('partly');
    expect(spawn({ world, tenant: 'partly', deleteBy: 100 }).signal).toBe('SIGKILL');
    const [{ rows } = { rows: 0 }] = (await server.run(
      'bulkhead_migrator',
      `SELECT count(*)::int AS rows FROM app.lines WHERE tenant_id = 'partly'`,
    )) as { rows: number }[];
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(2000);
    expect(await toTheEnd(world, 'partly')).toMatchObject({ state: 'offboarded' });
    expect(await of('partly')).toEqual(NONE);
  });
});
