import { ApiServer } from './api-server';
import { Scene } from './scene';

/** Where traffic goes when Argo Rollouts does what one does not expect of it: see ./argo.ts. */

const server = new ApiServer();
let scene: Scene;
/** Where r1 runs. */
let released: Scene;
beforeAll(async () => {
  await server.start();
  released = new Scene(server);
  await released.release('r1');
});
afterAll(() => server.stop());
beforeEach(() => {
  scene = released.copy();
});

const failed = ({ text }: { text: string }): string =>
  text.slice(text.indexOf('FAILED'), text.lastIndexOf('\n')).replace(/[0-9a-f]{10}/g, '<hash>');
const attempts = (): string[] =>
  (JSON.parse(scene.annotations()['bulkhead/attempts'] ?? '[]') as { release: string; state: string }[]).map(
    ({ release, state }) => `${release} ${state}`,
  );
const smokes = (release: string): number => scene.argo.smoked.filter((one) => one.release === release).length;
const objectivesRun = (): boolean =>
  scene.cluster.get('rollouts', 'tier-starter', 'api').status?.blueGreen?.postPromotionAnalysisRunStatus
    ?.status === 'Running';
/** Begins a release and lets its run be killed once all traffic goes to it and its objectives are looked at. */
async function killedInAnalysis(release: string): Promise<void> {
  scene.fault = () => (objectivesRun() ? { status: 418 } : undefined);
  expect((await scene.run(scene.deployment(release))).ok).toBe(false);
  scene.fault = () => undefined;
  expect(scene.active()).toBe(release);
}

describe('where nothing took traffic yet', () => {
  beforeEach(async () => {
    scene = new Scene(server);
    scene.argo.fates.set('r1', 'never-ready');
    const ended = await scene.run(scene.deployment('r1', { DEADLINE_MINUTES: '2' }));
    expect(ended.ok).toBe(false);
    const { stableRS, blueGreen } = scene.cluster.get('rollouts', 'tier-starter', 'api').status ?? {};
    expect([stableRS === undefined, blueGreen?.activeSelector]).toEqual([false, '']);
  });

  test('the next release is a first one, and is tried out once more', async () => {
    const ended = await scene.release('r2');
    expect(ended.text).toContain('runs for the first time');
    expect([scene.active(), smokes('r2')]).toEqual(['r2', 1]);
    expect(attempts()).toEqual(['r1 first', 'r2 first', 'r2 proven']);
  });

  test('a failure does not say that a version before has the traffic', async () => {
    scene.argo.fates.set('r2', 'never-ready');
    scene.onTick = () => {
      const rollout = scene.cluster.get('rollouts', 'tier-starter', 'api');
      if (scene.annotations()['bulkhead/release'] !== 'r2') return;
      scene.cluster.put('rollouts', 'tier-starter', {
        ...rollout,
        status: { ...rollout.status, abort: true, phase: 'Degraded' },
      });
    };
    const ended = await scene.run(scene.deployment('r2'));
    expect(failed(ended)).toContain('; nothing else runs here yet');
  });
});

describe('a version that is taken back while pods of it are not ready', () => {
  beforeEach(() => {
    scene.argo.fates.set('r2', 'crashes');
  });
  /** Releases r2, and sees that there are pods for the traffic all the time. */
  const release = (more: Readonly<Record<string, string>> = {}) => {
    const onTick = scene.onTick;
    scene.onTick = (now) => {
      onTick(now);
      expect(scene.active()).toBeDefined();
    };
    return scene.run(scene.deployment('r2', more));
  };

  test('leaves the traffic to the one before, whose template is written again', async () => {
    const ended = await release();
    expect(scene.active()).toBe('r1');
    expect(attempts()).toEqual(['r1 first', 'r2 failed', 'r1 proven']);
    expect(scene.annotations()).toMatchObject({
      'bulkhead/release': 'r1',
      'bulkhead/released-at': new Date(scene.now).toISOString(),
    });
    expect(scene.cluster.aborts).toBe(1);
    expect(failed(ended)).toMatchInlineSnapshot(`
     "FAILED: ring starter, cell use1a, owner tier-starter, slice main, release r2
       what happened: api of tier-starter does not get r2: RolloutAborted: Rollout aborted update to revision 2; pods of it were not ready, and Argo Rollouts then leaves all traffic with them. So the pod template says r1 again, and all traffic goes to that
         objectives Failed (analysis run api-<hash>-post)
           metric p95 Failed: last value [1.93]
         pod api-<hash>-0, api: ImagePullBackOff: Back-off pulling image
       what to do: correct the release and release it again; if it was no fault of the release, run the step again: it makes another attempt."
    `);
  });

  test('is left alone if Argo Rollouts leads the traffic back within a minute', async () => {
    let since = 0;
    scene.onTick = (now) => {
      if (scene.cluster.get('rollouts', 'tier-starter', 'api').status?.abort === true && since === 0)
        since = now;
      if (since > 0 && now > since + 40_000) scene.argo.fates.set('r2', 'objectives-fail');
    };
    const ended = await release();
    expect(failed(ended)).toContain('all traffic goes to the version before');
    expect(attempts()).toEqual(['r1 first', 'r1 proven', 'r2 failed']);
    expect([scene.active(), scene.annotations()['bulkhead/release']]).toEqual(['r1', 'r2']);
  });

  test('is judged by its run to the end, though its own deadline passes', async () => {
    await release({ DEADLINE_MINUTES: '2' });
    expect(scene.active()).toBe('r1');
  });

  test('makes another attempt when it is released again, and the one before is found running', async () => {
    await release();
    const before = await scene.release('r1');
    expect(before.summary).toMatchObject({ changed: false, seconds: 0 });
    scene.argo.fates.clear();
    const again = await scene.release('r2');
    expect([again.summary.attempt, smokes('r2')]).toEqual([2, 2]);
    expect([scene.active(), attempts().at(-1)]).toEqual(['r2', 'r2 proven']);
  });

  test('goes back to what was stable, if the last run was killed before it wrote that down', async () => {
    scene.argo.fates.clear();
    await killedInAnalysis('r2');
    scene.tick(60_000);
    scene.argo.fates.set('r3', 'crashes');
    const ended = await scene.run(scene.deployment('r3'));
    expect([ended.ok, scene.active(), scene.annotations()['bulkhead/release']]).toEqual([false, 'r2', 'r2']);
    expect((await scene.release('r2')).summary.changed).toBe(true);
    expect(attempts().at(-1)).toBe('r2 proven');
  });

  test('that is the first goes back to itself as it was, and then is tried out anew', async () => {
    scene = new Scene(server);
    scene.argo.fates.set('r1', 'crashes');
    // Argo Rollouts makes it active before it crashes.
    scene.onTick = () => {
      if (smokes('r1') === 0) scene.argo.fates.delete('r1');
      else scene.argo.fates.set('r1', 'crashes');
      if (attempts().at(-1) === 'r1 first' && smokes('r1') > 0) scene.argo.fates.delete('r1');
    };
    const ended = await scene.run(scene.deployment('r1'));
    expect([ended.ok, scene.active(), attempts()]).toEqual([false, 'r1', ['r1 failed', 'r1 first']]);
    scene.onTick = () => undefined;
    scene.argo.fates.clear();
    await scene.release('r1');
    expect([attempts(), smokes('r1')]).toEqual([['r1 failed', 'r1 first', 'r1 proven'], 2]);
  });

  test('says so, and who has the traffic, where that does not come back', async () => {
    scene.onTick = () => {
      if (scene.annotations()['bulkhead/release'] === 'r1') scene.argo.fates.set('r1', 'never-ready');
    };
    const ended = await scene.run(scene.deployment('r2'));
    expect(failed(ended)).toContain('traffic still goes to r2');
    expect(failed(ended)).toContain('kubectl argo rollouts get rollout api -n tier-starter');
    expect(scene.annotations()['bulkhead/released-at']).toBeUndefined();
  });

  test('says so where it is not known what ran before', async () => {
    scene.onTick = () => {
      const template = scene.cluster.find('podtemplates', 'tier-starter', 'api');
      const { 'bulkhead/stable': stable, ...annotations } = template?.metadata.annotations ?? {};
      if (template && stable !== undefined)
        scene.cluster.put('podtemplates', 'tier-starter', {
          ...template,
          metadata: { ...template.metadata, annotations },
        });
    };
    const ended = await scene.run(scene.deployment('r2'));
    expect(failed(ended)).toContain('traffic still goes to the new version');
    expect(failed(ended)).toContain('release what was there before at once');
    expect(attempts().at(-1)).toBe('r2 failed');
  });
});

describe('while a version has all traffic and its objectives are looked at', () => {
  test('going back to the one before waits for what comes of it', async () => {
    await killedInAnalysis('r2');
    const ended = await scene.release('r1');
    expect(ended.text).toContain('waiting for what becomes of r2');
    expect([scene.active(), smokes('r1'), attempts().at(-1)]).toEqual(['r1', 0, 'r1 proven']);
    expect(ended.summary.seconds).toBeLessThan(120);
  });

  test('going back to the one before finds it running, if the other fails', async () => {
    scene.argo.fates.set('r2', 'objectives-fail');
    await killedInAnalysis('r2');
    await scene.release('r1');
    expect([scene.active(), smokes('r1'), attempts().at(-1)]).toEqual(['r1', 0, 'r1 proven']);
  });

  test('another release waits too, and a second run of the same does not', async () => {
    await killedInAnalysis('r2');
    const begun = scene;
    scene = begun.copy();
    expect((await scene.release('r3')).text).toContain('waiting for what becomes of r2');
    expect(scene.active()).toBe('r3');
    scene = begun.copy();
    expect((await scene.release('r2')).text).not.toContain('waiting for what becomes of r2');
  });

  test('nobody waits for more than ten minutes, and an abort that leads to a release is none of it', async () => {
    await killedInAnalysis('r2');
    // As if the analysis never ended.
    scene.onTick = () => {
      if (scene.annotations()['bulkhead/release'] === 'r2') scene.argo.restart('tier-starter/api', 30);
    };
    const begun = scene.now;
    const ended = await scene.release('r1');
    expect(scene.now - begun).toBeGreaterThan(20 * 60_000);
    expect(ended.text).toContain('api: Progressing: active service cutover pending');
    expect(scene.cluster.get('rollouts', 'tier-starter', 'api').status?.abort).toBe(true);
    expect([scene.active(), attempts().at(-1)]).toEqual(['r1', 'r1 proven']);
    expect(scene.annotations()['bulkhead/released-at']).toBe(new Date(scene.now).toISOString());
  });
});

test('going back from a release that is good waits until the one before has the traffic', async () => {
  await scene.release('r2');
  const ended = await scene.release('r1');
  expect([ended.summary.changed, scene.active(), smokes('r1')]).toEqual([true, 'r1', 0]);
  expect(scene.annotations()['bulkhead/released-at']).toBe(new Date(scene.now).toISOString());
});

test('a run that was killed after going back is gone on with, and since when is written down', async () => {
  await scene.release('r2');
  let writes = 0;
  scene.fault = ({ method, path }) =>
    method === 'PATCH' && path.includes('podtemplates') && ++writes === 2 ? { status: 418 } : undefined;
  expect((await scene.run(scene.deployment('r1'))).ok).toBe(false);
  scene.fault = () => undefined;
  expect(scene.annotations()['bulkhead/released-at']).toBeUndefined();
  await scene.release('r1');
  expect(scene.annotations()['bulkhead/released-at']).toBeDefined();
});
