import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleOf } from '../../../constructs/core/program-bundle';
import { ApiServer } from './api-server';
import { CREDENTIALS, type Ended, Scene } from './scene';

/** The program as CodeBuild runs it: one file, in a process of its own, with a clock that goes faster. */

const server = new ApiServer();
const folder = mkdtempSync(join(tmpdir(), 'release-program-'));
const program = join(folder, 'index.js');
const hurry = join(folder, 'hurry.js');
const bundle = bundleOf({ entry: 'services/release/main.ts', format: 'file' });
const SPEED = 200;

let scene: Scene;
let time: NodeJS.Timeout;
beforeAll(async () => {
  await server.start();
  writeFileSync(program, bundle);
  writeFileSync(
    hurry,
    `const wait = setTimeout; globalThis.setTimeout = (f, ms, ...more) => wait(f, ms / ${String(SPEED)}, ...more);`,
  );
});
afterAll(() => server.stop());
beforeEach(() => {
  scene = new Scene(server);
  scene.checksTokens = false;
  let last = Date.now();
  time = setInterval(() => {
    const now = Date.now();
    scene.tick((now - last) * SPEED);
    last = now;
  }, 5);
});
afterEach(() => {
  clearInterval(time);
});

interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended & { readonly code: number | null }>;
}

function start(environment: Readonly<Record<string, string>>): Running {
  const child = spawn(process.execPath, ['--require', hurry, program], {
    cwd: folder,
    env: {
      ...environment,
      NODE_EXTRA_CA_CERTS: server.caFile,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const ended = new Promise<Ended & { code: number | null }>((resolve) => {
    child.on('exit', (code) => {
      const lines = out.trim().split('\n');
      resolve({ ...scene.ended(code === 0, code === null ? [...lines, '{}'] : lines), code });
    });
  });
  return { process: child, ended };
}

test('releases, ends with 0 and has its result in the last line', async () => {
  const { code, summary } = await start(scene.deployment('r1')).ended;
  expect([code, summary.changed, scene.active()]).toEqual([0, true, 'r1']);
});

test('killed in the midst and run again, leads to the same end', async () => {
  const first = start(scene.deployment('r1'));
  const isTrying = () =>
    scene.cluster.get('rollouts', 'tier-starter', 'api').status?.blueGreen?.prePromotionAnalysisRunStatus !==
    undefined;
  while (!isTrying()) await new Promise((resolve) => setTimeout(resolve, 5));
  first.process.kill('SIGKILL');
  expect((await first.ended).code).toBeNull();
  expect(scene.annotations()['bulkhead/released-at']).toBeUndefined();
  const { code, text } = await start(scene.deployment('r1')).ended;
  expect([code, scene.active()]).toEqual([0, 'r1']);
  expect(text).not.toContain('for the first time');
  expect(scene.argo.smoked).toHaveLength(1);
  expect(scene.annotations()['bulkhead/released-at']).toBeDefined();
});

test('ends with 1 and all that is wrong when it was told nonsense', async () => {
  const { code, text } = await start({ STEP: 'deploy', SERVICE: 'api', OWNER: 'default' }).ended;
  expect(code).toBe(1);
  expect(text).toContain('FAILED: nothing was begun');
  expect(text).toContain(
    "OWNER must be an owner's namespace, such as tier-starter or tenant-acme, got 'default'",
  );
  expect(text).toContain('IMAGE must be set');
});

test('ends with 1 without credentials', async () => {
  const { process: child, ended } = start({
    ...scene.deployment('r1'),
    AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/',
  });
  const { code } = await ended;
  expect([code, child.killed]).toEqual([1, false]);
});

test('is small, for it is downloaded in each step', () => {
  expect(bundle.length).toBeLessThan(150_000);
});
