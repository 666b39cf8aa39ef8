import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../../config/load';
import { undoDedicated } from '../../../lifecycle/onboard/dedicated';
import { LifecycleError, Refused } from '../../../lifecycle/mistake';
import { OperationFailed } from '../../../lifecycle/operation';
import type { DedicatedRequest } from '../../../lifecycle/request';
import { type Cut, DedicatedWorld } from './dedicated-world';

const request: DedicatedRequest = {
  id: 'initech',
  tier: 'enterprise',
  name: 'Initech: Remote Support',
  contact: 'oncall@initech.example',
};

let world: DedicatedWorld;
beforeEach(() => {
  world = new DedicatedWorld();
});
afterEach(() => {
  world.remove();
});

test('a tenant gets a row, a file that a person could have written, a stack, its place in the pipelines, and is tried out', async () => {
  const item = await world.onboard({
    ...request,
    nodePool: 'shared',
    maintenanceWindow: { day: 'sun', hourUtc: 2 },
  });
  expect(item).toMatchObject({
    ...{ tenantId: 'initech', tier: 'enterprise', state: 'active', cell: 'dev1a', shard: 'tenant-initech' },
    ...{
      name: 'Initech: Remote Support',
      contact: 'oncall@initech.example',
      scopes: ['api/read', 'api/write'],
    },
    operation: { kind: 'onboard', key: 'onboard-initech', phase: 'smoke', outcome: 'done', by: 'ann' },
  });
  expect(item.rateLimitPerSecond).toBeUndefined();
  expect(world.done).toEqual(['deploy dev1a-tenant-initech', 'deploy delivery', 'smoke initech']);
  expect(world.file('initech')).toMatchInlineSnapshot(`
   "# yaml-language-server: $schema=../../../schema/json/tenant.schema.json
   id: initech
   name: 'Initech: Remote Support'
   tier: enterprise
   cell: dev1a
   contact: oncall@initech.example
   maintenanceWindow:
     day: sun
     hourUtc: 2
   "
  `);
  expect(await world.places('initech')).toBe(1);
});

test('nothing is asked for that a file says already', async () => {
  const before = world.file('globex');
  await world.onboard({ id: 'globex', tier: 'enterprise' });
  expect(world.file('globex')).toBe(before);
});

test('a file that says something else is not written over, and every difference is named', async () => {
  const before = world.file('globex');
  const asked: DedicatedRequest = {
    id: 'globex',
    tier: 'enterprise',
    name: 'Globex',
    contact: 'x@y.example',
  };
  await expect(world.onboard(asked)).rejects.toThrow(Refused);
  await expect(world.onboard(asked)).rejects.toThrow(
    /name: the file says "Globex \(development\)", asked is "Globex"[^]*contact: the file says/,
  );
  expect(world.file('globex')).toBe(before);
  expect(await world.registry.get('globex')).toBeUndefined();
});

describe('nothing is written when', () => {
  const cases: readonly (readonly [string, DedicatedRequest, RegExp])[] = [
    [
      'name and contact are missing',
      { id: 'initech', tier: 'enterprise' },
      /name is missing[^]*contact is missing/,
    ],
    [
      'there is no such cell',
      { ...request, cell: 'dev1b' },
      /cell must be one of platform.yaml \(dev1a\), got dev1b.*dev1a/,
    ],
    [
      'no cell is in the region',
      { ...request, region: 'eu-central-1' },
      /no cell is in eu-central-1; cells are in us-east-1/,
    ],
    [
      'its pods could open more connections than its database takes',
      { ...request, quota: { pods: 400 }, database: { minAcu: 2, maxAcu: 2 } },
      /with initech the platform would not keep what it promises:[^]*connections/,
    ],
    [
      'a size is out of order',
      { ...request, database: { minAcu: 64, maxAcu: 2 } },
      /initech\.yaml:\d+:\d+ {2}database/,
    ],
  ];
  it.each(cases)('%s', async (_, asked, message) => {
    await expect(world.onboard(asked)).rejects.toThrow(message);
    expect(await world.registry.get('initech')).toBeUndefined();
    expect(world.file('initech')).toBeUndefined();
    expect(world.done).toEqual([]);
  });

  it('config expects fewer dedicated tenants', async () => {
    const file = join(world.root, 'config/environments/dev/platform.yaml');
    writeFileSync(
      file,
      (await import('node:fs')).readFileSync(file, 'utf8').replace('enterprise: 10', 'enterprise: 2'),
    );
    await expect(world.onboard(request)).rejects.toThrow(ConfigError);
    await expect(world.onboard(request)).rejects.toThrow(
      'must be at least 3, the number of tenant files, got 2',
    );
    expect(await world.registry.get('initech')).toBeUndefined();
  });
});

describe('cut off', () => {
  const cuts: readonly Cut[] = ['synthesize', 'plan', 'apply', 'applied', 'smoke'];
  it.each(cuts)('at %s, it goes on, and the world is as if nothing had happened', async (cut) => {
    world.cut = cut;
    await expect(world.onboard(request)).rejects.toThrow('the power is gone');
    const item = { ...(await world.onboard(request)), version: 0 };
    const other = new DedicatedWorld();
    const uninterrupted = { ...(await other.onboard(request)), version: 0 };
    expect(item).toEqual(uninterrupted);
    expect(world.done).toEqual(other.done);
    expect(world.file('initech')).toBe(other.file('initech'));
    expect(await world.places('initech')).toBe(1);
    other.remove();
  });

  it('while the row was there and the file was not, it writes the file', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(world.onboard(request, { signal: stop.signal })).rejects.toThrow();
    expect(world.file('initech')).toBeUndefined();
    expect((await world.registry.get('initech'))?.state).toBe('requested');
    await world.onboard(request);
    expect(world.file('initech')).toContain('id: initech');
  });
});

test('asked again, it does nothing twice', async () => {
  const first = await world.onboard(request);
  expect(await world.onboard(request)).toEqual(first);
  expect(world.done).toHaveLength(3);
});

test('an id is given once: another request for it, and another key, are refused', async () => {
  await world.onboard(request);
  await expect(world.onboard({ ...request, contact: 'other@initech.example' })).rejects.toThrow(Refused);
  await expect(world.onboard(request, { key: 'another' })).rejects.toThrow(
    /by another request: key onboard-initech/,
  );
});

test('of two that onboard the same tenant at once one does, and the other says so', async () => {
  const ends = await Promise.allSettled([world.onboard(request), world.onboard(request)]);
  const lost = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []));
  for (const error of lost) expect(error).toBeInstanceOf(Refused);
  for (const { message } of lost)
    expect(message).toMatch(/another run of this onboarding is at work on initech/);
  expect(ends.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
  expect((await world.registry.get('initech'))?.operation?.outcome).toBe('done');
  expect(world.done.filter((line) => line.startsWith('deploy dev1a'))).toHaveLength(1);
  expect(await world.places('initech')).toBe(1);
});

test('a plan that nobody approves is not applied, and what exists and what does not is told', async () => {
  const approve = (): Promise<void> => Promise.reject(new Refused('too risky'));
  await expect(world.onboard(request, { approve })).rejects.toThrow(OperationFailed);
  expect(world.done).toEqual([]);
  expect(world.events.at(-1)).toMatchObject({
    ...{ type: 'failed', phase: 'plan', message: 'too risky' },
    exists: [
      'the row of initech in the registry: state requested, cell dev1a',
      'the file tenants/initech.yaml',
    ],
    missing: [
      'the stack dev1a-tenant-initech: all that initech has for itself',
      'initech in the lists of the release pipelines',
      'tokens for initech (state active)',
      "a call of initech's own machine that its gateway let in",
    ],
    next: [
      'the same command again   goes on at this phase, once the cause is put right',
      'npx bulkhead tenant onboard initech --tier enterprise --env dev --undo   takes it back: nothing is deployed yet',
      'docs/runbooks/onboarding.md   says what may be wrong, phase by phase',
    ],
  });
});

test('pipelines are changed by one at a time, and asked about only where the risk is high', async () => {
  const asked: string[] = [];
  world.risks = { delivery: 'high' };
  await world.registry.lease('delivery', 'somebody else', 2);
  const leasedAt = Date.now();
  await world.onboard(request, {
    approve: async (_, stack) => {
      asked.push(stack);
      if (stack !== 'delivery') return;
      // Whole seconds are kept of when a lease ends.
      expect(Date.now() - leasedAt).toBeGreaterThan(1000);
      expect(await world.registry.lease('delivery', 'the next', 60)).toBe(false);
    },
  });
  expect(asked).toEqual(['dev1a-tenant-initech', 'delivery']);
  expect(await world.registry.lease('delivery', 'the next', 60)).toBe(true);
});

test('--until stops after a phase, and the same without it goes on', async () => {
  const waiting = await world.onboard(request, { until: 'configure' });
  expect(waiting.operation).toMatchObject({ phase: 'plan' });
  expect(waiting.operation?.outcome).toBeUndefined();
  expect(world.events.at(-1)).toMatchObject({ type: 'waiting', phase: 'plan' });
  expect(world.done).toEqual([]);
  expect((await world.onboard(request)).operation?.outcome).toBe('done');
});

describe('taken back', () => {
  it('before anything is deployed, the file goes that was made, and the id can be onboarded again', async () => {
    await world.onboard(request, { until: 'plan' });
    const item = await undoDedicated(world.props(request));
    expect(item).toMatchObject({ state: 'requested', operation: { outcome: 'undone' } });
    expect(item.cell).toBeUndefined();
    expect(world.file('initech')).toBeUndefined();
    expect(await world.places('initech')).toBe(0);
    expect(await world.onboard(request)).toMatchObject({ state: 'active', cell: 'dev1a' });
    expect(await world.places('initech')).toBe(1);
  });

  it('a file that was there before stays', async () => {
    const before = world.file('globex');
    const globex: DedicatedRequest = { id: 'globex', tier: 'enterprise' };
    await world.onboard(globex, { until: 'plan' });
    await undoDedicated(world.props(globex));
    expect(world.file('globex')).toBe(before);
  });

  it('once its stack was begun it is not, and how to take leave of it is said', async () => {
    world.cut = 'apply';
    await expect(world.onboard(request)).rejects.toThrow('the power is gone');
    await expect(undoDedicated(world.props(request))).rejects.toThrow(LifecycleError);
    expect(world.events.at(-1)).toMatchObject({
      next: expect.arrayContaining([
        expect.stringContaining('tenant offboard initech --env dev'),
      ]) as string[],
    });
    expect(world.file('initech')).toBeDefined();
  });
});
