import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TenantItem } from '../../../constructs/registry/tenant-item';
import type { LifecycleEvent } from '../../../lifecycle/events';
import { offboard } from '../../../lifecycle/offboard/offboard';
import { rehearsalSurroundings } from '../../../lifecycle/surroundings/rehearsal';
import type { Surroundings } from '../../../lifecycle/surroundings';

const ROOT = resolve(__dirname, '../../..');
const STACK = 'dev1a-tenant-globex';
/** What unprotecting changes. */
const DATABASE = 'aws_rds_cluster.Tenant_Database_Aurora_Cluster_FFF3F880';
const PLACE = { cell: 'dev1a', shard: 'tenant-globex' };

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-leaving-'));
const opened: Surroundings[] = [];
const as = (name: string, fail?: string): Surroundings => {
  const surroundings = rehearsalSurroundings({
    ...{ root: ROOT, environment: 'dev', folder, as: name },
    ...(fail !== undefined && { fail }),
  });
  opened.push(surroundings);
  return surroundings;
};

afterAll(async () => {
  for (const surroundings of opened) await surroundings.close();
  rmSync(folder, { recursive: true, force: true });
});

interface State {
  readonly resources: readonly { readonly mode: string; readonly type: string }[];
}
const stateOf = (stack: string): State =>
  JSON.parse(readFileSync(join(folder, 'state', `${stack}.tfstate`), 'utf8')) as State;
const statesOfOthers = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(folder, 'state'))
      .filter((file) => file.endsWith('.tfstate') && !file.startsWith(STACK) && !file.startsWith('delivery'))
      .map((file) => [file, readFileSync(join(folder, 'state', file), 'utf8')]),
  );

async function leave(
  name: string,
  wishes: { readonly confirm?: true; readonly isUndo?: true; readonly fail?: string } = {},
): Promise<{ item: TenantItem; events: LifecycleEvent[] }> {
  const surroundings = as(name, wishes.fail);
  const events: LifecycleEvent[] = [];
  const item = await offboard({
    ...{ surroundings, tenantId: 'globex', emit: (event) => events.push(event) },
    agree: () => Promise.resolve(),
    isUndo: wishes.isUndo ?? false,
    ...(wishes.confirm && { confirm: () => Promise.resolve({ id: 'globex' }) }),
  });
  await surroundings.close();
  return { item, events };
}

describe('a dedicated tenant, in a rehearsed world with real Terraform', () => {
  const file = join(folder, 'config/dev/tenants/globex.yaml');

  beforeAll(async () => {
    const surroundings = as('alice');
    const stacks = await surroundings.stacks.synthesize([STACK, 'dev1a-tenant-acme', 'delivery']);
    await stacks.plan();
    await stacks.apply(() => undefined);
    const at = new Date().toISOString();
    await surroundings.registry.write({
      item: {
        ...{ tenantId: 'globex', tier: 'enterprise', state: 'active', ...PLACE },
        ...{ version: 1, createdAt: at, updatedAt: at },
      },
      counts: [{ place: PLACE, by: 1, limit: 1 }],
    });
    await surroundings.close();
    // Time is another test's.
    appendFileSync(join(folder, 'config/dev/platform.yaml'), 'offboarding: { holdDays: 0 }\n');
  });

  it('is left as it is, with a sentence, when its file is gone', async () => {
    const text = readFileSync(file);
    const before = stateOf(STACK);
    rmSync(file);
    await expect(leave('alice')).rejects.toThrow(
      /globex.yaml is gone, and globex is active in dev1a\/tenant-globex: nothing was deleted/,
    );
    expect(stateOf(STACK)).toEqual(before);
    appendFileSync(file, text);
  });

  it('stays, protected as before, when it is brought back after its protection was to be taken away', async () => {
    const text = readFileSync(file, 'utf8');
    await leave('alice');
    await leave('alice', { confirm: true });
    await expect(leave('bob', { confirm: true, fail: `${STACK}:${DATABASE}` })).rejects.toThrow(
      `${STACK} failed`,
    );
    expect(readFileSync(file, 'utf8')).toBe(`${text}lifecycle: offboarding\n`);
    const { item } = await leave('alice', { isUndo: true });
    expect(item).toMatchObject({ state: 'active', ...PLACE, operation: { outcome: 'undone' } });
    expect(readFileSync(file, 'utf8')).toBe(text);
    const surroundings = as('alice');
    const { text: plan } = await (await surroundings.stacks.synthesize([STACK])).plan();
    await surroundings.close();
    expect(plan).toBe(`${STACK}: nothing to do`);
  });

  it('leaves when two people agree: its stack is destroyed, and nothing of anybody else is touched', async () => {
    const others = statesOfOthers();
    const text = readFileSync(file, 'utf8');
    const protectedBefore = stateOf(STACK).resources.length;
    expect((await leave('alice')).item.operation).toMatchObject({ phase: 'confirm' });
    expect((await leave('alice', { confirm: true })).item.operation).toMatchObject({ phase: 'confirm' });
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(stateOf(STACK).resources).toHaveLength(protectedBefore);

    const { item, events } = await leave('bob', { confirm: true });
    expect(item).toMatchObject({ state: 'offboarded', operation: { outcome: 'done' } });
    expect(item).not.toHaveProperty('cell');
    expect(stateOf(STACK).resources.filter(({ mode }) => mode === 'managed')).toEqual([]);
    expect(existsSync(file)).toBe(false);
    expect(statesOfOthers()).toEqual(others);
    const record = JSON.parse(item.operation?.facts['evidence'] ?? '') as Record<string, unknown>;
    expect(record).toMatchObject({
      confirmed: [{ by: 'alice' }, { by: 'bob' }],
      destroyed: { kind: 'stack', stack: STACK },
    });
    expect(JSON.stringify(record['destroyed'])).toMatch(/destroyed: 0 created, 0 changed, \d+ destroyed/);
    process.stdout.write(
      `${events.flatMap((event) => (event.type === 'phase_end' ? [`${event.phase} ${event.seconds.toFixed(1)} s`] : [])).join(', ')}\n`,
    );
  });

  it('leaves nothing to do for those who stay', async () => {
    const surroundings = as('alice');
    const [count] = await surroundings.registry.counts([PLACE]);
    expect(count?.tenants).toBe(0);
    const stacks = await surroundings.stacks.synthesize(['dev1a-tenant-acme', 'dev1a-gateway', 'delivery']);
    const { text } = await stacks.plan();
    expect(text.split('\n').sort()).toEqual(
      ['delivery', 'dev1a-gateway', 'dev1a-tenant-acme'].map((stack) => `${stack}: nothing to do`),
    );
  });
});
