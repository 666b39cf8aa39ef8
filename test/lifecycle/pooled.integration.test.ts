import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import type { TenantItem } from '../../constructs/registry/tenant-item';
import { onboardPooled } from '../../lifecycle/onboard/pooled';
import type { Registry } from '../../lifecycle/registry';
import { DynamoRegistry } from '../../lifecycle/registry/dynamo-registry';
import { FileRegistry } from '../../lifecycle/registry/file-registry';
import { DynamoServer } from '../support/dynamodb/server';
import { devPlatform, registryOnly } from '../support/tenant-surroundings';

const PLACE = { cell: 'dev1a', shard: 'data-shard-1' };
const HOOK = resolve('test/support/kill-at-write.js');

/** A program of ours in one file, beside the packages that it loads. */
function bundled(entry: string): string {
  const outfile = resolve(
    'node_modules/.cache/bulkhead-tests',
    `${String(process.pid)}-${entry.replace(/\W/g, '-')}.js`,
  );
  const options = {
    bundle: true,
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
    outfile,
  } as const;
  buildSync({ entryPoints: [`${entry}.ts`], ...options });
  return outfile;
}

let program: string;
let folder: string;
beforeAll(() => {
  program = bundled('test/support/onboard-pooled-program');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pooled-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
afterAll(() => {
  rmSync(program);
});

const ids = (count: number, prefix = 't'): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index)}`);

/** Items without times, by id, and how many tenants are counted. */
async function worldOf(registry: Registry): Promise<{ items: readonly object[]; tenants: number }> {
  const items: TenantItem[] = [];
  for await (const item of registry.list()) items.push(item);
  const timeless: unknown = JSON.parse(
    JSON.stringify(items.sort((one, other) => (one.tenantId < other.tenantId ? -1 : 1))),
    (key, value: unknown) => (/At$|^why$/.test(key) ? undefined : value),
  );
  return { items: timeless as readonly object[], tenants: (await registry.counts([PLACE]))[0]?.tenants ?? 0 };
}

/** What an uninterrupted run leaves. */
async function uninterrupted(names: readonly string[]): ReturnType<typeof worldOf> {
  const other = join(folder, 'uninterrupted');
  expect(spawnSync(process.execPath, [program, other, ...names]).status).toBe(0);
  return worldOf(new FileRegistry({ folder: other }));
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;

const REGISTRIES: readonly {
  readonly name: string;
  readonly open: () => Promise<{ readonly registry: Registry; readonly close: () => Promise<void> }>;
}[] = [
  {
    name: 'a folder',
    open: () => Promise.resolve({ registry: new FileRegistry({ folder }), close: () => Promise.resolve() }),
  },
  {
    name: 'DynamoDB',
    open: async () => {
      const server = await DynamoServer.start();
      const client = server.client();
      return {
        registry: new DynamoRegistry({ client, table: 'tenants' }),
        close: async () => {
          client.destroy();
          await server.stop();
        },
      };
    },
  },
];

test.each(REGISTRIES)('500 in a row take the same time each, in $name', async ({ name, open }) => {
  const { registry, close } = await open();
  const surroundings = registryOnly(registry, { platform: devPlatform() });
  const onboard = (id: string): Promise<TenantItem> =>
    onboardPooled({ request: { id, tier: 'starter' }, surroundings, emit: () => undefined });
  // The first ones compile and connect.
  for (const id of ids(20, 'warm')) await onboard(id);
  const times: number[] = [];
  for (const id of ids(500)) {
    const before = performance.now();
    await onboard(id);
    times.push(performance.now() - before);
  }
  const [first, last] = [median(times.slice(0, 50)), median(times.slice(-50))];
  process.stderr.write(
    `${name}: median of the first 50 ${first.toFixed(2)} ms, of the last 50 ${last.toFixed(2)} ms\n`,
  );
  expect((await registry.counts([PLACE]))[0]?.tenants).toBe(520);
  expect(last).toBeLessThan(1.5 * first + 0.5);
  await close();
});

test('killed at every change of a file, it goes on to the same world', async () => {
  const expected = await uninterrupted(['t0']);
  let at = 1;
  for (; ; at++) {
    const world = join(folder, String(at));
    const env = { ...process.env, KILL_AT: String(at) };
    const { signal } = spawnSync(process.execPath, ['-r', HOOK, program, world, 't0'], { env });
    // Once nothing is left to kill at, all is done.
    if (signal === null) break;
    expect(signal).toBe('SIGKILL');
    const registry = new FileRegistry({ folder: world });
    const surroundings = registryOnly(registry, { platform: devPlatform() });
    const request = { id: 't0', tier: 'starter', name: 'Tenant t0' } as const;
    await onboardPooled({ request, surroundings, emit: () => undefined });
    expect({ at, ...(await worldOf(registry)) }).toEqual({ at, ...expected });
  }
  process.stderr.write(`killed at ${String(at - 1)} points\n`);
  expect(at).toBeGreaterThan(30);
});

test('thirty, killed again and again at random, are the thirty of an uninterrupted run', async () => {
  const names = ids(30);
  const expected = await uninterrupted(names);
  const world = join(folder, 'world');
  let kills = 0;
  for (let status: number | null = null; status !== 0;) {
    const child = spawn(process.execPath, [program, world, ...names], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const timer = setTimeout(() => child.kill('SIGKILL'), kills < 12 ? Math.random() * 40 : 60_000);
    [status] = (await once(child, 'exit')) as [number | null];
    clearTimeout(timer);
    if (status === null) kills += 1;
  }
  process.stderr.write(`killed ${String(kills)} times\n`);
  expect(await worldOf(new FileRegistry({ folder: world }))).toEqual(expected);
});

const exits = (children: readonly ChildProcess[]): Promise<readonly unknown[]> =>
  Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as unknown));

test('four at once for the same tenants, or each for others, do not disturb each other', async () => {
  const names = ids(25);
  const expected = await uninterrupted(names);
  const same = join(folder, 'same');
  const run = (world: string, whom: readonly string[]): ChildProcess =>
    spawn(process.execPath, [program, world, ...whom], { stdio: ['ignore', 'ignore', 'inherit'] });
  expect(await exits(ids(4).map(() => run(same, names)))).toEqual([0, 0, 0, 0]);
  expect(await worldOf(new FileRegistry({ folder: same }))).toEqual(expected);

  const others = join(folder, 'others');
  expect(await exits(ids(4).map((prefix) => run(others, ids(25, `${prefix}-`))))).toEqual([0, 0, 0, 0]);
  const { items, tenants } = await worldOf(new FileRegistry({ folder: others }));
  expect([items.length, tenants]).toEqual([100, 100]);
});

test('the command does the same', () => {
  const cli = bundled('cli/bulkhead');
  mkdirSync(join(folder, 'config'));
  cpSync('config/environments', join(folder, 'config/environments'), { recursive: true });
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, [cli, 'tenant', ...args, '--rehearse', '--env', 'dev'], {
      cwd: folder,
      encoding: 'utf8',
    });
  for (const id of ids(3)) {
    const { status, stdout, stderr } = run('onboard', id, '--tier', 'starter', '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type?: string });
    expect(lines.map(({ type }) => type).filter(Boolean)).toEqual([
      ...['start', 'phase_start', 'note', 'phase_end'],
      ...['phase_start', 'note', 'phase_end', 'end'],
    ]);
  }
  expect(run('onboard', 't1', '--tier', 'starter').status).toBe(0);
  expect(run('onboard', 't1', '--tier', 'professional')).toMatchObject({
    status: 3,
    stdout: '',
    stderr: expect.stringContaining('something else is asked for now') as string,
  });
  const listed = run('list', '--tier', 'starter', '--json').stdout.trim().split('\n');
  expect(listed.map((line) => (JSON.parse(line) as TenantItem).tenantId).sort()).toEqual(ids(3));
  rmSync(cli);
});
