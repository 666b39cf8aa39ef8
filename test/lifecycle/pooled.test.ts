import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refused } from '../../lifecycle/mistake';
import { OperationFailed } from '../../lifecycle/operation';
import { onboardPooled, undoPooled } from '../../lifecycle/onboard/pooled';
import type { Registry } from '../../lifecycle/registry';
import { FileRegistry } from '../../lifecycle/registry/file-registry';
import type { PooledRequest } from '../../lifecycle/request';
import { tenant } from '../support/tenant-items';
import { devPlatform, registryOnly } from '../support/tenant-surroundings';

const PLACE = { cell: 'dev1a', shard: 'data-shard-1' };
const NOW = Date.parse('2026-11-26T12:00:00.000Z');
const request: PooledRequest = { id: 'hooli', tier: 'starter', name: 'Hooli', contact: 'it@hooli.example' };
const platform = devPlatform();

let folder: string;
let registry: Registry;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pooled-'));
  registry = new FileRegistry({ folder });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const world = (more: Parameters<typeof registryOnly>[1] = {}, of: Registry = registry) =>
  registryOnly(of, { platform, now: () => NOW, ...more });
const tenantsThere = async (): Promise<number> => (await registry.counts([PLACE]))[0]?.tenants ?? 0;

const onboard = (surroundings = world(), asked: PooledRequest = request, key?: string) =>
  onboardPooled({ request: asked, surroundings, emit: surroundings.emit, ...(key !== undefined && { key }) });

test('a tenant is a row: with a place, scopes and an operation that has ended', async () => {
  const surroundings = world();
  const item = await onboard(surroundings);
  expect(item).toMatchInlineSnapshot(`
   {
     "cell": "dev1a",
     "contact": "it@hooli.example",
     "createdAt": "2026-11-26T12:00:00.000Z",
     "name": "Hooli",
     "operation": {
       "by": "ann",
       "facts": {
         "request": "{"contact":"it@hooli.example","id":"hooli","name":"Hooli","tier":"starter"}",
         "why": "dev1a/data-shard-1 is the only one that can be: 1,250 of 1,250 places are free",
       },
       "key": "onboard-hooli",
       "kind": "onboard",
       "outcome": "done",
       "phase": "check",
       "startedAt": "2026-11-26T12:00:00.000Z",
       "updatedAt": "2026-11-26T12:00:00.000Z",
     },
     "scopes": [
       "api/read",
       "api/write",
     ],
     "shard": "data-shard-1",
     "state": "active",
     "tenantId": "hooli",
     "tier": "starter",
     "updatedAt": "2026-11-26T12:00:00.000Z",
     "version": 3,
   }
  `);
  expect(await registry.get('hooli')).toEqual(item);
  expect(await tenantsThere()).toBe(1);
  expect(surroundings.events).toMatchInlineSnapshot(`
   [
     {
       "key": "onboard-hooli",
       "kind": "onboard",
       "phases": [
         {
           "name": "place",
           "title": "gives hooli a place",
         },
         {
           "name": "check",
           "title": "checks what tokens of hooli will say",
         },
       ],
       "tenant": "hooli",
       "type": "start",
     },
     {
       "phase": "place",
       "title": "gives hooli a place",
       "type": "phase_start",
     },
     {
       "phase": "place",
       "text": "dev1a/data-shard-1 is the only one that can be: 1,250 of 1,250 places are free",
       "type": "note",
     },
     {
       "phase": "place",
       "seconds": 0,
       "type": "phase_end",
     },
     {
       "phase": "check",
       "title": "checks what tokens of hooli will say",
       "type": "phase_start",
     },
     {
       "phase": "check",
       "text": "tokens: tenant_id hooli, tier starter, cell dev1a, shard data-shard-1, bucket 203, refresh_at 1795695000; scopes api/read api/write",
       "type": "note",
     },
     {
       "phase": "check",
       "seconds": 0,
       "type": "phase_end",
     },
     {
       "outcome": "done",
       "seconds": 0,
       "type": "end",
     },
   ]
  `);
});

test('asked again with the same, everything was done before', async () => {
  const first = await onboard();
  const surroundings = world();
  expect(await onboard(surroundings, { contact: 'it@hooli.example', ...request })).toEqual(first);
  expect(await tenantsThere()).toBe(1);
  expect(surroundings.events).toMatchObject([
    { type: 'start', key: 'onboard-hooli' },
    { type: 'phase_start', phase: 'place' },
    { type: 'phase_end', phase: 'place', skipped: true },
    { type: 'phase_start', phase: 'check' },
    { type: 'phase_end', phase: 'check', skipped: true },
    { type: 'end', outcome: 'done' },
  ]);
});

test('the same id with something else is refused, and both are shown', async () => {
  await onboard();
  const refusal = await onboard(world(), { ...request, tier: 'professional' }).catch(
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(Refused);
  expect((refusal as Error).message).toMatchInlineSnapshot(`
   "hooli is in the registry already, and something else is asked for now:
     there:  {"contact":"it@hooli.example","id":"hooli","name":"Hooli","tier":"starter"}
     asked:  {"contact":"it@hooli.example","id":"hooli","name":"Hooli","tier":"professional"}"
  `);
  await expect(onboard(world(), request, 'sign-up-17')).rejects.toThrow(
    'hooli is in the registry already, by another request: key onboard-hooli, ann, 2026-11-26T12:00:00.000Z; this one has key sign-up-17',
  );
});

test('of a tenant that has moved on, what can be compared is', async () => {
  await registry.write({ item: tenant('moved', { name: 'Moved', cell: 'dev1a', shard: 'data-shard-1' }) });
  const asked = { id: 'moved', tier: 'starter', name: 'Moved' } as const;
  expect(await onboard(world(), asked)).toMatchObject({ tenantId: 'moved', version: 1 });
  const refusal = onboard(world(), { ...asked, name: 'Else', rateLimitPerSecond: 5 });
  await expect(refusal).rejects.toThrowErrorMatchingInlineSnapshot(`
   "moved is in the registry already, and something else is asked for now:
     - name: there "Moved", asked "Else"
     - rateLimitPerSecond: there undefined, asked 5"
  `);
});

test('an id is never given again, and none is a dedicated tenant’s', async () => {
  await registry.write({ item: tenant('gone', { state: 'offboarded' }) });
  await expect(onboard(world(), { id: 'gone', tier: 'starter' })).rejects.toThrow(
    'an id is never given again',
  );
  await expect(onboard(world(), { id: 'acme', tier: 'starter' })).rejects.toThrow(
    'acme is a dedicated tenant: it has a file in config/environments/dev/tenants',
  );
});

test('nothing is written for a tenant who cannot have a place', async () => {
  await expect(onboard(world({ contracts: {} }))).rejects.toThrow('dev1a/data-shard-1 is not deployed');
  expect(await registry.get('hooli')).toBeUndefined();
});

test('cut off after its place was written it goes on, and goes on once', async () => {
  const cut: Registry = Object.assign(Object.create(registry) as Registry, {
    write: (change: Parameters<Registry['write']>[0]) =>
      change.expected === undefined ? registry.write(change) : Promise.reject(new Error('killed')),
  });
  await expect(onboard(world({}, cut))).rejects.toThrow('killed');
  expect(await registry.get('hooli')).toMatchObject({
    state: 'active',
    ...PLACE,
    operation: { phase: 'place' },
  });
  const item = await onboard();
  expect(item).toMatchObject({ operation: { outcome: 'done' } });
  expect(await tenantsThere()).toBe(1);
});

test('a tenant whom the token function would refuse is a failure, which says how to go on', async () => {
  const broken = { ...platform, cells: platform.cells.map((cell) => ({ ...cell })) };
  const surroundings = { ...world(), platform: () => broken };
  await onboard(surroundings);
  const at = await registry.get('hooli');
  if (!at?.operation) throw new Error('it is there');
  // As if the check had not been made, and somebody had suspended the tenant by hand.
  const { outcome, ...operation } = at.operation;
  expect(outcome).toBe('done');
  const item = {
    ...at,
    state: 'suspended',
    operation: { ...operation, phase: 'check' },
    version: at.version + 1,
  } as const;
  await registry.write({ item, expected: at.version });

  const failing = world();
  await expect(onboard(failing)).rejects.toThrow(OperationFailed);
  expect(failing.events.at(-1)).toMatchInlineSnapshot(`
   {
     "exists": [
       "hooli has a place: dev1a/data-shard-1",
     ],
     "message": "hooli would get no token: tenant-state",
     "missing": [
       "nobody knows whether hooli is served",
     ],
     "next": [
       "the same command again   goes on",
       "npx bulkhead tenant onboard hooli --tier starter --undo --env dev --rehearse   takes it back",
     ],
     "phase": "check",
     "type": "failed",
   }
  `);
  await expect(undoPooled({ request, surroundings: failing, emit: failing.emit })).resolves.toMatchObject({
    state: 'requested',
    operation: { outcome: 'undone' },
  });
  expect(await registry.get('hooli')).not.toHaveProperty('cell');
  expect(await tenantsThere()).toBe(0);

  // The id is the tenant's own still.
  await expect(onboard(world())).rejects.toThrow('the onboarding of hooli with key onboard-hooli was undone');
  await expect(onboard(world(), request, 'second')).resolves.toMatchObject({
    state: 'active',
    operation: { key: 'second' },
  });
  expect(await tenantsThere()).toBe(1);
  await expect(undoPooled({ request, surroundings: failing, emit: failing.emit })).rejects.toThrow(
    'the onboarding of hooli has ended, and cannot be undone',
  );
});

test('two at once for one id are one tenant; for different ids they do not disturb each other', async () => {
  const both = await Promise.all([onboard(), onboard()]);
  expect(both.map(({ tenantId }) => tenantId)).toEqual(['hooli', 'hooli']);
  expect(await tenantsThere()).toBe(1);
  const ids = Array.from({ length: 10 }, (_, index) => `t${String(index)}`);
  await Promise.all(ids.map((id) => onboard(world(), { id, tier: 'professional' })));
  expect(await tenantsThere()).toBe(11);
});
