import { ApiServer } from './api-server';
import { imageOf, Scene } from './scene';

const server = new ApiServer();
let scene: Scene;
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  scene = new Scene(server);
});

/** What a run says at its end, without the line for machines. */
const failed = ({ text }: { text: string }): string =>
  text.slice(text.indexOf('FAILED'), text.lastIndexOf('\n')).replace(/[0-9a-f]{10}/g, '<hash>');

describe('a release', () => {
  test('is tried out, takes all traffic, and is written down with the time', async () => {
    await scene.release('r1');
    const ended = await scene.release('r2');
    expect(ended.summary).toMatchObject({
      step: 'deploy',
      ok: true,
      ring: 'starter',
      cell: 'use1a',
      owner: 'tier-starter',
      slice: 'main',
      rollout: 'api',
      release: 'r2',
      changed: true,
    });
    expect(scene.active()).toBe('r2');
    expect(scene.annotations()).toMatchObject({
      'bulkhead/release': 'r2',
      'bulkhead/released-at': new Date(scene.now).toISOString(),
    });
    expect(ended.text).toMatch(/api: Progressing.*old version takes traffic; smoke test Running\n/);
    expect(ended.text).toMatch(
      /api: Progressing.*new version takes traffic; smoke test Successful; objectives Running\n/,
    );
  });

  test('is what the template says, with image, release, schema and name filled in', async () => {
    scene.addRollout('api-canary');
    await scene.release('r1', { SLICE: 'canary' });
    expect(scene.cluster.get('podtemplates', 'tier-starter', 'api-canary').template).toEqual({
      metadata: {
        labels: { 'bulkhead/release-name': 'api-canary' },
        annotations: { 'bulkhead/release': 'r1', 'bulkhead/schema': '', 'bulkhead/attempt': '1' },
      },
      spec: {
        serviceAccountName: 'api',
        containers: [{ name: 'api', image: imageOf('r1'), env: [{ name: 'RELEASE', value: 'r1' }] }],
      },
    });
    expect(scene.active('api')).toBeUndefined();
  });

  test('is done at once where it runs already', async () => {
    await scene.release('r1');
    const [before, at] = [scene.annotations(), scene.now];
    const ended = await scene.release('r1');
    expect(ended.summary).toMatchObject({ changed: false, seconds: 0 });
    expect(ended.text).toContain('api of tier-starter runs r1 already');
    expect(scene.annotations()).toEqual(before);
    expect(scene.now).toBe(at);
  });

  test('goes twice where nothing ran before, for Argo Rollouts tries out no first version', async () => {
    const ended = await scene.release('r1');
    expect(ended.text).toContain('runs for the first time, which Argo Rollouts does without a smoke test');
    expect(scene.argo.smoked).toEqual([{ release: 'r1', isTokenGood: true }]);
  });

  test('that is the first and fails its smoke test ends the step, though nothing else is there to run', async () => {
    scene.argo.fates.set('r1', 'smoke-fails');
    const ended = await scene.run(scene.deployment('r1'));
    expect(ended.ok).toBe(false);
    expect(scene.annotations()['bulkhead/released-at']).toBeUndefined();
  });

  test('is tried out as the synthetic tenant of its tier', async () => {
    scene.cluster.put(
      'configmaps',
      'tenant-acme',
      scene.cluster.get('configmaps', 'tier-starter', 'release-api'),
    );
    scene.addRollout('api', 'tenant-acme');
    const ended = await scene.release('r1', { OWNER: 'tenant-acme', RING: 'enterprise' });
    expect(ended.text).toContain('token of smoke-enterprise-use1a written');
  });

  test('of the same schema keeps the time since when that is needed, of another begins it', async () => {
    const schema = { SCHEMA: '01_first', DATABASES: '["shard-1"]' };
    const state = (migration: string) => ({
      metadata: { name: 'schema-state-shard-1' },
      data: { migration, phase: 'contracted' },
    });
    scene.cluster.put('configmaps', 'data-migrations', state('01_first'));
    await scene.release('r1', schema);
    const since = scene.annotations()['bulkhead/schema-since'];
    await scene.release('r2', schema);
    expect(scene.annotations()['bulkhead/schema-since']).toBe(since);
    expect(scene.annotations()['bulkhead/released-at']).not.toBe(since);
    scene.cluster.put('configmaps', 'data-migrations', state('02_next'));
    await scene.release('r3', { ...schema, SCHEMA: '02_next' });
    expect(scene.annotations()['bulkhead/schema-since']).toBe(scene.annotations()['bulkhead/released-at']);
  });
});

describe('a release that fails', () => {
  let released: Scene;
  beforeAll(async () => {
    released = new Scene(server);
    await released.release('r1');
  });
  beforeEach(() => {
    scene = released.copy();
  });

  test('its smoke test takes no traffic, and the step says what the test said', async () => {
    scene.argo.fates.set('r2', 'smoke-fails');
    const ended = await scene.run(scene.deployment('r2'));
    expect(ended).toMatchObject({ ok: false, summary: { ok: false, release: 'r2' } });
    expect(scene.active()).toBe('r1');
    expect(failed(ended)).toMatchInlineSnapshot(`
     "FAILED: ring starter, cell use1a, owner tier-starter, slice main, release r2
       what happened: api of tier-starter does not get r2: RolloutAborted: Rollout aborted update to revision 2; all traffic goes to the version before
         smoke test Failed (analysis run api-<hash>-pre): Metric "smoke" assessed Failed due to failed (1) > failureLimit (0)
           metric smoke Failed: job failed
         pod api-<hash>-pre-pod, smoke: exit 1: smoke test failed: 1 of 1; GET /health must answer 200, got 503
       what to do: correct the release and release it again. Pods of r2 that still run are removed by Argo Rollouts; if it was no fault of the release, run the step again: it makes another attempt."
    `);
  });

  test('its objectives is taken back, with the metric that was not good enough', async () => {
    scene.argo.fates.set('r2', 'objectives-fail');
    const ended = await scene.run(scene.deployment('r2'));
    expect(ended.ok).toBe(false);
    expect(scene.active()).toBe('r1');
    expect(failed(ended)).toMatchInlineSnapshot(`
     "FAILED: ring starter, cell use1a, owner tier-starter, slice main, release r2
       what happened: api of tier-starter does not get r2: RolloutAborted: Rollout aborted update to revision 2; all traffic goes to the version before
         objectives Failed (analysis run api-<hash>-post)
           metric p95 Failed: last value [1.93]
       what to do: correct the release and release it again. Pods of r2 that still run are removed by Argo Rollouts; if it was no fault of the release, run the step again: it makes another attempt."
    `);
  });

  test('to start says which pods do not, and that Argo Rollouts goes on without the run', async () => {
    scene.argo.fates.set('r2', 'never-ready');
    const ended = await scene.run(scene.deployment('r2', { DEADLINE_MINUTES: '5' }));
    expect(ended.ok).toBe(false);
    expect(failed(ended)).toMatchInlineSnapshot(`
     "FAILED: ring starter, cell use1a, owner tier-starter, slice main, release r2
       what happened: api of tier-starter has not got r2 by 2026-11-26T03:06:24.600Z: Progressing: updated replicas are still becoming available; 1 of 1 new pods made, 0 pods available; old version takes traffic
         pod api-<hash>-0, api: ImagePullBackOff: Back-off pulling image
       what to do: Argo Rollouts goes on without this run. Run the step again to wait for longer, or release what was there before."
    `);
  });

  test('to be judged waits for nobody', async () => {
    scene.argo.fates.set('r2', 'inconclusive');
    const ended = await scene.run(scene.deployment('r2'));
    expect(failed(ended)).toContain('an analysis was inconclusive, and the rollout waits for a person');
  });

  test('and the one before comes back at once, without pods of its own', async () => {
    scene.argo.fates.set('r2', 'smoke-fails');
    await scene.run(scene.deployment('r2'));
    const tried = scene.argo.smoked.length;
    const ended = await scene.release('r1');
    expect(scene.active()).toBe('r1');
    expect(scene.argo.smoked).toHaveLength(tried);
    expect(ended.summary.seconds).toBeLessThan(30);
  });

  // Argo Rollouts would make pods active that it has seen, as long as they wait to be scaled down.
  test.each(['at once', 'after the one before came back'])(
    'is tried out again when it is released again, %s',
    async (when) => {
      scene.argo.fates.set('r2', 'smoke-fails');
      await scene.run(scene.deployment('r2'));
      if (when !== 'at once') await scene.release('r1');
      const again = await scene.run(scene.deployment('r2'));
      expect(again.ok).toBe(false);
      expect(again.text).toContain('is to run r2, attempt 2');
      expect(scene.active()).toBe('r1');
      expect(scene.argo.smoked.filter(({ release }) => release === 'r2')).toHaveLength(2);
      scene.argo.fates.clear();
      expect((await scene.release('r2')).summary.attempt).toBe(3);
      expect(scene.active()).toBe('r2');
    },
  );
});

describe('before anything is written, a release is refused', () => {
  const writes = () =>
    scene.requests.filter(({ method, path }) => method === 'PATCH' && path.includes('podtemplates'));
  afterEach(() => {
    expect(writes()).toEqual([]);
  });

  test('where the infrastructure has not said what pods are', async () => {
    scene.cluster.remove('configmaps', 'tier-starter', 'release-api');
    expect(failed(await scene.run(scene.deployment('r1')))).toMatchInlineSnapshot(`
     "FAILED: ring starter, cell use1a, owner tier-starter, slice main, release r1
       what happened: namespace tier-starter has no config map release-api with key template, which says what pods of api are
       what to do: deploy the owner's stack, which brings it; if the tier does not run the service, release it to other owners."
    `);
  });

  test('where there is no rollout', async () => {
    const ended = await scene.run(scene.deployment('r1', { SLICE: 'internal' }));
    expect(failed(ended)).toContain('namespace tier-starter has no rollout api-internal');
  });

  test.each([
    ['no JSON', '{', 'must hold JSON'],
    ['no containers', '{"spec":{}}', 'must hold a pod template with containers'],
    [
      'another image',
      '{"spec":{"containers":[{"name":"api","image":"nginx"}]}}',
      'must have a container whose image is __IMAGE__',
    ],
  ])('where the template has %s', async (_, template, reason) => {
    scene.cluster.put('configmaps', 'tier-starter', {
      metadata: { name: 'release-api' },
      data: { template },
    });
    expect(failed(await scene.run(scene.deployment('r1')))).toContain(reason);
  });

  const schema = { SCHEMA: '02_email', DATABASES: '["shard-1","shard-2"]' };
  const state = (database: string, data: Record<string, string>) =>
    scene.cluster.put('configmaps', 'data-migrations', {
      metadata: { name: `schema-state-${database}` },
      data: { at: '2026-11-01T00:00:00.000Z', release: 'r9', ...data },
    });

  test('where a database does not have its schema yet, each by name', async () => {
    state('shard-1', { migration: '01_first', phase: 'contracted' });
    expect(failed(await scene.run(scene.deployment('r1', schema)))).toMatchInlineSnapshot(`
     "FAILED: ring starter, cell use1a, owner tier-starter, slice main, release r1, databases shard-1 shard-2
       what happened: r1 needs migration 02_email:
         shard-1 is at 01_first, and does not have 02_email yet
         shard-2 has no migration yet, and the release needs 02_email
       what to do: if the migration is not there yet, let the expand step of this release end first. If it is gone, this release cannot come back: release a newer one that repairs what made you go back."
    `);
  });

  test('where a database has lost its schema: it cannot come back', async () => {
    state('shard-1', { migration: '02_email', phase: 'contracted' });
    state('shard-2', { migration: '03_drop', previous: '', phase: 'contracted' });
    const text = failed(await scene.run(scene.deployment('r1', schema)));
    expect(text).toContain(
      'shard-2 no longer has 02_email: 03_drop replaced it (contracted at 2026-11-01T00:00:00.000Z by r9)',
    );
    expect(text).not.toContain('  shard-1');
  });
});

test('a release can come back until the contract, and while it runs no more', async () => {
  const data = { migration: '03_drop', previous: '02_email', phase: 'expanded', at: '', release: 'r9' };
  const put = (more: object = {}) =>
    scene.cluster.put('configmaps', 'data-migrations', {
      metadata: { name: 'schema-state-shard-1' },
      data: { ...data, ...more },
    });
  put();
  await scene.release('r1', { SCHEMA: '02_email', DATABASES: '["shard-1"]' });
  put({ running: JSON.stringify({ phase: 'contract', migration: '03_drop', at: 'now' }) });
  const ended = await scene.run(scene.deployment('r2', { SCHEMA: '02_email', DATABASES: '["shard-1"]' }));
  expect(ended.text).toContain('shard-1 no longer has 02_email');
});
