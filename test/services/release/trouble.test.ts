import { setTimeout } from 'node:timers/promises';
import { ApiServer, type Request } from './api-server';
import { Scene } from './scene';

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

const isWrite = ({ method, path }: Request): boolean => method === 'PATCH' && path.includes('podtemplates');
/** What is left in the end, whatever happened on the way. */
const end = () => ({ active: scene.active(), attempts: scene.annotations()['bulkhead/attempts'] });

describe('a release goes through', () => {
  let usual: ReturnType<typeof end>;
  beforeAll(async () => {
    scene = released.copy();
    await scene.release('r2');
    usual = end();
  });

  test.each([
    ['errors of the server', { status: 500, body: { message: 'etcdserver: leader changed' } }],
    ['too many requests', { status: 429, headers: { 'retry-after': '2' } }],
    ['a load balancer in its way', { status: 503 }],
    ['connections that end', 'reset' as const],
  ])('with %s at every third call', async (_, reply) => {
    scene.fault = (__, number) => (number % 3 === 0 ? reply : undefined);
    const ended = await scene.release('r2');
    expect(end()).toEqual(usual);
    expect(ended.text).toContain('does not answer');
  });

  test('when the API is away for some minutes, and its operator reads that it waits', async () => {
    const away = scene.now + 20_000;
    scene.fault = () => (scene.now > away && scene.now < away + 200_000 ? 'reset' : undefined);
    const ended = await scene.release('r2');
    expect(end()).toEqual(usual);
    expect(ended.text).toMatch(
      /the API of the cluster does not answer \(GET localhost:\d+\/\S+: .*\); trying again/,
    );
  });

  test('when a written answer is lost: what was written is not taken for the work of another', async () => {
    let isLost = false;
    scene.fault = (request) => {
      if (isLost || !isWrite(request)) return undefined;
      isLost = true;
      scene.cluster.answer(request);
      return 'reset';
    };
    await scene.release('r2');
    expect(end()).toEqual(usual);
  });

  test('when a token is refused once', async () => {
    scene.fault = (_, number) => (number === 9 ? { status: 401 } : undefined);
    await scene.release('r2');
    expect(end()).toEqual(usual);
  });

  // Each writing call, lost before or after it was done.
  test.each([1, 2, 3].flatMap((write) => [[write, 'before'] as const, [write, 'after'] as const]))(
    'in a second run, when the first was killed %s. time it wrote, %s it was done',
    async (write, when) => {
      let writes = 0;
      let isKilled = false;
      scene.fault = (request) => {
        if (!isKilled && request.method === 'PATCH' && ++writes === write) {
          isKilled = true;
          if (when === 'after') scene.cluster.answer(request);
        }
        return isKilled ? { status: 418 } : undefined;
      };
      expect((await scene.run(scene.deployment('r2'))).ok).toBe(false);
      expect(isKilled).toBe(true);
      scene.fault = () => undefined;
      await scene.release('r2');
      expect(end()).toEqual(usual);
      expect(scene.argo.smoked.filter(({ release }) => release === 'r2')).toHaveLength(1);
    },
  );

  test('in two runs at the same time, once', async () => {
    const [one, two] = await Promise.all([scene.release('r2'), scene.release('r2')]);
    expect([one.ok, two.ok]).toEqual([true, true]);
    expect(end()).toEqual(usual);
    expect(scene.argo.smoked.filter(({ release }) => release === 'r2')).toHaveLength(1);
  });
});

test('of two releases at the same time the one that was replaced says so', async () => {
  let other: Promise<{ ok: boolean }> | undefined;
  // The first run sleeps until the second has written: which of two is faster is not the question here.
  const sleepsUntilReplaced = {
    ...scene.clock,
    sleep: async (ms: number) => {
      other ??= scene.run(scene.deployment('r3'));
      while (scene.annotations()['bulkhead/release'] !== 'r3') await setTimeout(1);
      scene.tick(ms);
    },
  };
  const ended = await scene.run(scene.deployment('r2'), sleepsUntilReplaced);
  expect(ended.ok).toBe(false);
  expect(ended.text).toContain('pod template api was replaced while r2 was being released: it now says r3');
  expect(await other).toMatchObject({ ok: true });
  expect(scene.active()).toBe('r3');
});

test('an API that stays away ends the step, which can be run again', async () => {
  scene.fault = ({ path }) =>
    path.includes('rollouts') ? { status: 500, body: { message: 'etcd is gone' } } : undefined;
  const ended = await scene.run(scene.deployment('r2'));
  expect(ended.ok).toBe(false);
  expect(ended.text).toContain('Kubernetes refused to get Rollout tier-starter/api: etcd is gone (500)');
  expect(scene.now).toBeLessThan(Date.parse('2026-11-26T03:20:00Z'));
});

test.each([
  [401, 'Unauthorized', 'has an access entry'],
  [403, 'podtemplates "api" is forbidden: ValidatingAdmissionPolicy bulkhead-releases', 'read the reason'],
])('a refusal (%i) is told with its reason, and is not tried again', async (status, message, next) => {
  scene.fault = (request) => (isWrite(request) ? { status, body: { message } } : undefined);
  const ended = await scene.run(scene.deployment('r2'));
  expect(ended.text).toContain(message);
  expect(ended.text).toContain(next);
  expect(scene.requests.filter(isWrite).length).toBeLessThanOrEqual(2);
});

describe('the token of the smoke test', () => {
  test('is renewed at half of its life, while pods take long to start', async () => {
    scene.argo.fates.set('r2', 'never-ready');
    const begun = scene.now;
    scene.onTick = (now) => {
      if (now > begun + 20 * 60_000) scene.argo.fates.clear();
    };
    await scene.release('r2');
    expect(scene.argo.smoked.at(-1)).toEqual({ release: 'r2', isTokenGood: true });
    const issued = scene.requests.filter(({ path }) => path === '/oauth2/token').length;
    expect(issued).toBeGreaterThanOrEqual(4);
    expect(issued).toBeLessThanOrEqual(6);
  });

  test('that is not given ends the step before anything is released', async () => {
    scene.fault = ({ path }) =>
      path === '/oauth2/token' ? { status: 400, body: { error: 'invalid_client' } } : undefined;
    const ended = await scene.run(scene.deployment('r2'));
    expect(ended.text).toContain('gave smoke-starter-use1a no token: invalid_client');
    expect(scene.requests.filter(isWrite)).toEqual([]);
  });

  test('that cannot be renewed is told of, and the release goes on', async () => {
    let isOver = false;
    scene.argo.fates.set('r2', 'never-ready');
    const begun = scene.now;
    scene.onTick = (now) => {
      isOver = true;
      if (now > begun + 6 * 60_000) scene.argo.fates.clear();
    };
    scene.fault = ({ path }) =>
      isOver && path === '/oauth2/token' ? { status: 400, body: { error: 'too_busy' } } : undefined;
    const ended = await scene.release('r2');
    expect(ended.text).toContain('the token of the smoke test could not be renewed');
  });

  test('stays unsaid, whatever others repeat of it', async () => {
    const repeat = ({ headers }: Request) => ({
      status: 403,
      body: { message: `no: ${headers.authorization ?? ''}`, __type: 'Denied' },
    });
    for (const path of ['/oauth2/token', 'podtemplates', 'secrets']) {
      scene.fault = (request) => (request.path.includes(path) ? repeat(request) : undefined);
      expect((await scene.run(scene.deployment('r2'))).ok).toBe(false);
    }
    scene.fault = (request) => (request.headers['x-amz-target'] === undefined ? undefined : repeat(request));
    expect((await scene.run(scene.deployment('r2'))).text).toContain(
      'secretsmanager.GetSecretValue was refused: Denied',
    );
  });
});
