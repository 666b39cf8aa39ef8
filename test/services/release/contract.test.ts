import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiServer } from './api-server';
import { Scene } from './scene';

const server = new ApiServer();
const NO_PODS = { metadata: { annotations: {} }, spec: {} };
const DAY_MS = 86_400_000;
const NEED = { SCHEMA: '02_email', DATABASES: '["shard-1"]' };
/** Where the release before needs 01_first, and r2 needs 02_email, in tier and tenant. */
let released: Scene;
let scene: Scene;
let exportsFile: string;

beforeAll(async () => {
  await server.start();
  released = new Scene(server);
  const template = released.cluster.get('configmaps', 'tier-starter', 'release-api');
  released.cluster.put('configmaps', 'tenant-acme', template);
  released.addRollout('api', 'tenant-acme');
  released.addDatabases('shard-1', 'tenant-acme');
  for (const database of ['shard-1', 'tenant-acme']) state(database, released);
  for (const owner of ['tier-starter', 'tenant-acme'])
    await released.release('r2', { ...NEED, OWNER: owner });
});
afterAll(() => server.stop());
beforeEach(() => {
  scene = released.copy();
  exportsFile = join(mkdtempSync(join(tmpdir(), 'exports-')), 'exports.sh');
});

function state(database: string, of: Scene, more: Record<string, string> = {}): void {
  const data = {
    migration: '02_email',
    phase: 'expanded',
    previous: '01_first',
    at: '2026-11-01T00:00:00.000Z',
    release: 'r2',
    configMap: 'migrations-2',
    jobs: '1',
  };
  of.cluster.put('configmaps', 'data-migrations', {
    metadata: { name: `schema-state-${database}` },
    data: { ...data, ...more },
  });
}

const settings = (step: string) =>
  scene.environment({
    STEP: step,
    DATABASES: '["shard-1","tenant-acme"]',
    CONTRACT_AFTER_DAYS: '7',
    EXPORTS_FILE: exportsFile,
  });
const check = () => scene.run(settings('contract-check'));
const contract = () => scene.run(settings('contract'));
const later = (days: number) => {
  scene.now += days * DAY_MS;
};

describe('a contract', () => {
  test.each([
    [6.9, 'wait'],
    [7.1, 'yes'],
  ])('%d days after the last release to need the schema: %s', async (days, answer) => {
    later(days);
    const { summary, ok } = await check();
    expect(ok).toBe(true);
    expect(summary).toMatchObject({ contract: answer });
    expect((await contract()).ok).toBe(answer === 'yes');
    expect(scene.jobs.begun.length > 0).toBe(answer === 'yes');
  });

  test('leaves its answer to the shell, with reasons that it cannot take for commands', async () => {
    scene.cluster.put('rollouts', 'tenant-acme', { metadata: { name: 'api-canary' }, spec: { replicas: 1 } });
    scene.cluster.put('podtemplates', 'tenant-acme', {
      metadata: {
        name: 'api-canary',
        annotations: { 'bulkhead/release': "it's $(id)", 'bulkhead/schema': '' },
      },
      template: NO_PODS,
    });
    await check();
    const told = execFileSync('sh', [
      '-c',
      `. ${exportsFile}; printf '%s|%s' "$CONTRACT" "$CONTRACT_REASON"`,
    ]).toString();
    expect(told).toMatch(/^wait\|/);
    expect(told).toContain("runs it's $(id), which needs no known schema");
  });

  test('removes the old side from each database, and then there is nothing to do', async () => {
    later(8);
    expect((await contract()).summary).toMatchObject({ ok: true, changed: 2 });
    expect(scene.jobs.begun).toEqual(['shard-1 contract 02_email', 'tenant-acme contract 02_email']);
    expect(scene.schema('shard-1')).toMatchObject({
      migration: '02_email',
      phase: 'contracted',
      previous: '',
      release: 'r2',
    });
    expect(scene.cluster.all('jobs')[0]?.metadata.annotations['migrations']).toBe('migrations-2');
    expect((await check()).summary).toMatchObject({ contract: 'none' });
    expect(readFileSync(exportsFile, 'utf8')).toContain("export CONTRACT='none'");
    expect((await contract()).summary).toMatchObject({ ok: true, changed: 0 });
  });

  test('that was killed is finished, even if a release would no longer allow it', async () => {
    later(8);
    scene.fault = ({ method, path }) =>
      method === 'POST' && path.endsWith('/jobs') ? { status: 418 } : undefined;
    expect((await contract()).ok).toBe(false);
    scene.fault = () => undefined;
    later(-8);
    await contract();
    expect(scene.schema('shard-1')).toMatchObject({ phase: 'contracted' });
  });

  test('that fails is gone on with by the next run', async () => {
    later(8);
    scene.jobs.fates.set('shard-1 contract', [{ step: 'pgroll', exit: 1, message: 'lock timeout' }]);
    const ended = await contract();
    expect(ended.text).toContain('shard-1: contract of 02_email failed');
    expect(ended.text).toContain('not begun: tenant-acme');
    // The copying between the versions has ended before pgroll began.
    expect(ended.text).toContain('Those of before may not see any more what these write');
    expect(ended.text).not.toContain('releases that run go on');
    expect((await contract()).ok).toBe(true);
    expect(scene.schema('tenant-acme')).toMatchObject({ phase: 'contracted' });
  });
});

describe('a contract waits', () => {
  const reasons = async (): Promise<string> => {
    later(8);
    const { summary } = await check();
    expect(summary.contract).toBe('wait');
    const ended = await contract();
    expect(ended.ok).toBe(false);
    expect(scene.jobs.begun).toEqual([]);
    return summary.reasons?.join('\n') ?? '';
  };

  test('for an owner who never got a release', async () => {
    scene.addRollout('api', 'tenant-new');
    expect(await reasons()).toBe('tenant-new in use1a runs no release that is known');
  });

  test('for one that is no longer in the config, but runs', async () => {
    const template = scene.cluster.get('podtemplates', 'tenant-acme', 'api');
    scene.cluster.put('podtemplates', 'tenant-acme', {
      ...template,
      metadata: {
        ...template.metadata,
        annotations: { 'bulkhead/release': 'r1', 'bulkhead/schema': '01_first' },
      },
    });
    expect(await reasons()).toBe('tenant-acme in use1a runs r1, which needs 01_first and not 02_email');
  });

  test('while a release is on its way, or was aborted', async () => {
    scene.argo.fates.set('r3', 'smoke-fails');
    await scene.run(scene.deployment('r3', NEED));
    expect(await reasons()).toBe('tier-starter in use1a has not finished its change to r3');
  });

  test('for another service that needs a migration', async () => {
    scene.addRollout('worker', 'tenant-acme');
    scene.cluster.put('podtemplates', 'tenant-acme', {
      metadata: { name: 'worker', annotations: { 'bulkhead/release': 'w1', 'bulkhead/schema': '01_first' } },
      template: NO_PODS,
    });
    expect(await reasons()).toBe(
      'tenant-acme, worker in use1a runs w1, which needs 01_first and not 02_email',
    );
  });

  test('and for no other service that needs none', async () => {
    scene.addRollout('worker', 'tenant-acme');
    later(8);
    expect((await check()).summary.contract).toBe('yes');
  });

  test('while an expansion runs', async () => {
    const running = JSON.stringify({
      phase: 'expand',
      migration: '02_email',
      configMap: 'm',
      release: 'r2',
      at: '2026-11-02',
    });
    state('tenant-acme', scene, { migration: '01_first', phase: 'contracted', running });
    later(8);
    expect((await check()).summary).toMatchObject({
      contract: 'wait',
      reasons: ['tenant-acme: expand of 02_email was begun by r2 at 2026-11-02 and has not ended'],
    });
  });
});
