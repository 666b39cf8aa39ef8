import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import type { TenantItem } from '../../../constructs/registry/tenant-item';
import type { LifecycleEvent } from '../../../lifecycle/events';
import { offboard } from '../../../lifecycle/offboard/offboard';
import type { Errand } from './child';
import type { FileStacks } from './file-stacks';
import { fileStacks, surroundingsOf, type World } from './world';

/** A dedicated tenant leaves, by processes that are killed: between all steps that the command tells of, and within them. */

const ROOT = resolve(__dirname, '../../..');
const DAY = 86_400_000;
const START = Date.parse('2026-11-26T12:00:00.000Z');
const TENANT = 'globex';
const STACK = `dev1a-tenant-${TENANT}`;
const PLACE = { cell: 'dev1a', shard: `tenant-${TENANT}` };

let folder: string;
let child: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-dedicated-'));
  child = join(ROOT, `node_modules/.cache/bulkhead-dedicated-child-${String(process.pid)}.js`);
  buildSync({
    ...{ entryPoints: [join(__dirname, 'child.ts')], outfile: child, bundle: true },
    // With its packages in one file, half a hundred processes start in half the time.
    ...{ platform: 'node', external: ['pg-native'], logLevel: 'warning' },
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(child);
});

const stacksOf = (world: World): FileStacks => fileStacks(world.folder);

/** A registry with one dedicated tenant, whose stack and pipelines are deployed. */
async function newWorld(): Promise<World> {
  const world: World = {
    ...{ folder: mkdtempSync(join(folder, 'world-')), root: ROOT, caller: 'alice', now: START },
    hasStacks: true,
  };
  const { registry } = surroundingsOf(world);
  await stacksOf(world).deploy(STACK, 'delivery');
  const at = new Date(START).toISOString();
  await registry.write({
    item: {
      ...{ tenantId: TENANT, tier: 'enterprise', state: 'active', ...PLACE },
      ...{ version: 1, createdAt: at, updatedAt: at },
    },
    counts: [{ place: PLACE, by: 1, limit: 1 }],
  });
  return world;
}

/** When nothing has to be held any more. */
const later = (world: World, caller: string): World => ({ ...world, caller, now: START + 31 * DAY });

async function run(world: World, confirms: boolean): Promise<TenantItem> {
  return offboard({
    ...{ surroundings: surroundingsOf(world), tenantId: TENANT, emit: () => undefined },
    agree: () => Promise.resolve(),
    ...(confirms && { confirm: () => Promise.resolve({ id: TENANT }) }),
  });
}

/** A run in a process of its own. @returns its events if it came to its end */
function killed(world: World, errand: Partial<Errand>): readonly LifecycleEvent[] | undefined {
  const all: Errand = { world, tenant: TENANT, ...errand };
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [child, JSON.stringify(all)], {
    ...{ encoding: 'utf8', cwd: ROOT },
  });
  if (signal === 'SIGKILL') return undefined;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return (JSON.parse(stdout) as { readonly events: readonly LifecycleEvent[] }).events;
}

/** Goes on as people would: whoever is asked to confirm does. */
async function toTheEnd(world: World): Promise<TenantItem> {
  const { registry } = surroundingsOf(world);
  const phase = async (): Promise<string> => (await registry.get(TENANT))?.operation?.phase ?? 'suspend';
  if (['suspend', 'export', 'verify', 'hold'].includes(await phase())) await run(world, false);
  for (const by of [later(world, 'alice'), later(world, 'alice'), later(world, 'bob')]) {
    // Her word may have been taken before the process was killed.
    await run(by, (await phase()) === 'confirm').catch(ifConfirmed);
  }
  const item = await registry.get(TENANT);
  if (!item) throw new Error('the item is gone');
  return item;
}

const ifConfirmed = (error: Error): void => {
  if (!error.message.includes('has confirmed at')) throw error;
};

/** All that is left of a tenant in the end. Time stands still, so only versions, hashes and folders differ by themselves. */
async function endOf(world: World, item: TenantItem): Promise<unknown> {
  const text = JSON.stringify({ ...item, version: 0 })
    .replaceAll(world.folder, 'world')
    .replaceAll(/[0-9a-f]{64}/g, 'hash');
  const { operation, ...rest } = JSON.parse(text) as TenantItem;
  const { destroyed, ...record } = JSON.parse(operation?.facts['evidence'] ?? '') as {
    destroyed: { told: readonly string[] };
  };
  const stacks = stacksOf(world);
  const exports = join(world.folder, 'config/exports/dev', TENANT);
  const [count] = await surroundingsOf(world).registry.counts([PLACE]);
  return {
    ...{ item: rest, outcome: operation?.outcome, record, tenants: count?.tenants },
    // Who is told of less destroys less: what was there when it began, the first line says, whoever was cut off.
    destroyed: { ...destroyed, told: destroyed.told[0] },
    exports: readdirSync(exports).flatMap((key) => readdirSync(join(exports, key)).sort()),
    file: existsSync(join(world.folder, `config/environments/dev/tenants/${TENANT}.yaml`)),
    states: [STACK, 'delivery'].map((stack) => stacks.state(stack)),
    log: stacks.log(),
  };
}

test('killed at any event, and run again, it leaves as if nothing had happened', async () => {
  const uninterrupted = await newWorld();
  const expected = await endOf(uninterrupted, await toTheEnd(uninterrupted));
  expect(expected).toMatchObject({
    ...{ item: { state: 'offboarded' }, outcome: 'done', tenants: 0, file: false },
    destroyed: { kind: 'stack', stack: STACK, told: `${STACK}: 3 to destroy` },
    states: [{}, { 'aws_codepipeline.Platform': expect.not.stringContaining(TENANT) as string }],
  });

  const seen: LifecycleEvent[] = [];
  // Alice begins, and bob is the second to confirm; the first nine events of his tell what is over.
  for (const [at, first] of [
    ['suspend', 1],
    ['confirm', 10],
  ] as const) {
    for (let nth = first; ; nth += 1) {
      const world = await newWorld();
      if (at === 'confirm') {
        await run(world, false);
        await run(later(world, 'alice'), true);
      }
      const by = at === 'confirm' ? later(world, 'bob') : world;
      const events = killed(by, { killAtEvent: nth, confirm: at === 'confirm' });
      // It has come to its end before the nth.
      if (events) {
        seen.push(...events);
        break;
      }
      expect({ at, nth, end: await endOf(world, await toTheEnd(world)) }).toEqual({ at, nth, end: expected });
    }
  }
  const begun = new Set(seen.flatMap((event) => (event.type === 'phase_start' ? [event.phase] : [])));
  expect([...begun]).toEqual([
    ...['suspend', 'export', 'verify', 'hold', 'confirm', 'unprotect', 'destroy', 'retire', 'record'],
  ]);
  expect(seen.filter(({ type }) => type === 'note').length).toBeGreaterThan(12);
});
