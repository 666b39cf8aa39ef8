import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesIn } from '../support/files';
import { synthesized } from '../support/synthesized';

const ROOT = join(__dirname, '../..');

// A bundle is made first, on a machine that others use too.
jest.setTimeout(60_000);

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bulkhead-bin-'));
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
});

/** Runs the program as `cdktf` does, with these variables. */
async function run(
  variables: Readonly<Record<string, string>>,
): Promise<{ code: number | null; stderr: string }> {
  const env = { ...process.env, CDKTF_OUTDIR: join(scratch, 'out'), ...variables };
  const child = spawn('node', [join(ROOT, 'bin/synth.js')], { cwd: scratch, env });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stderr });
    });
  });
}

test('an unknown environment ends with the known ones, a failing exit code and no stack trace', async () => {
  expect(await run({ BULKHEAD_ENV: 'pord' })).toMatchInlineSnapshot(`
   {
     "code": 1,
     "stderr": "config of "pord" is invalid: 1 problem

   config/environments
       unknown environment "pord"; did you mean "prod"?  known: dev, prod
   ",
   }
  `);
});

test('an unknown stack ends with the nearest one, a failing exit code and no stack trace', async () => {
  expect(await run({ BULKHEAD_ENV: 'dev', BULKHEAD_STACKS: 'dev1a-netwrok' })).toMatchInlineSnapshot(`
   {
     "code": 1,
     "stderr": "no such stacks:
     - "dev1a-netwrok" matches no stack; did you mean "dev1a-network"?
   the stacks are: bootstrap, registry, delivery, onboarding, dev1a-network, dev1a-cluster, dev1a-delivery, dev1a-addons, dev1a-data, dev1a-data-shard-1, dev1a-cache, dev1a-identity, dev1a-gateway, dev1a-tier-starter, dev1a-tier-professional, dev1a-tier-enterprise, dev1a-tenant-acme, dev1a-tenant-globex
   ",
   }
  `);
});

test.each([
  [
    '',
    'bootstrap delivery dev1a-addons dev1a-cache dev1a-cluster dev1a-data dev1a-data-shard-1 dev1a-delivery dev1a-gateway dev1a-identity dev1a-network dev1a-tenant-acme dev1a-tenant-globex dev1a-tier-enterprise dev1a-tier-professional dev1a-tier-starter onboarding registry',
  ],
  ['dev1a-network, registry', 'dev1a-network registry'],
  ['*-tenant-acme', 'dev1a-tenant-acme'],
  [' dev1a-{network,cluster}\nregistry,', 'dev1a-cluster dev1a-network registry'],
])('BULKHEAD_STACKS=%j builds %s', async (BULKHEAD_STACKS, stacks) => {
  expect(await run({ BULKHEAD_ENV: '', BULKHEAD_STACKS })).toEqual({ code: 0, stderr: '' });
  expect(readdirSync(join(scratch, 'out/stacks')).sort().join(' ')).toBe(stacks);
});

test('runs at once do not disturb one another', async () => {
  const outdirs = [1, 2, 3].map((number) => join(scratch, String(number)));
  const asked = { BULKHEAD_ENV: 'dev', BULKHEAD_STACKS: 'registry,dev1a-t*' };
  const runs = await Promise.all(outdirs.map((CDKTF_OUTDIR) => run({ CDKTF_OUTDIR, ...asked })));
  expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
    [0, ''],
  ]);
  const manifests = outdirs.map((outdir) => readFileSync(join(outdir, 'manifest.json'), 'utf8'));
  expect(new Set(manifests).size).toBe(1);
});

test('runs at once into one folder leave what one of them would have', async () => {
  const outdir = join(scratch, 'out');
  cpSync(synthesized({ environment: 'dev' }), outdir, { recursive: true });
  const alone = filesIn(join(outdir, 'stacks'));
  const asked = ['registry,dev1a-{network,data,cache}', 'dev1a-t*', 'registry,dev1a-{network,data,cache}'];
  const runs = await Promise.all(
    asked.map((BULKHEAD_STACKS) => run({ BULKHEAD_ENV: 'dev', BULKHEAD_STACKS })),
  );
  expect(runs).toEqual(asked.map(() => ({ code: 0, stderr: '' })));
  // The manifest is that of the last one, who may have been asked for less.
  expect(filesIn(join(outdir, 'stacks'))).toEqual(alone);
  expect(readdirSync(outdir).sort()).toEqual(['guarantees.json', 'manifest.json', 'stacks']);
});

test('a stack that the platform no longer has is named when it is removed, with what becomes of it', async () => {
  await run({ BULKHEAD_ENV: 'dev', BULKHEAD_STACKS: 'registry' });
  for (const gone of ['dev1a-tenant-umbrella', 'dev1a-search']) mkdirSync(join(scratch, 'out/stacks', gone));
  expect(await run({ BULKHEAD_ENV: 'dev', BULKHEAD_STACKS: 'registry' })).toMatchInlineSnapshot(`
   {
     "code": 0,
     "stderr": "removed dev1a-search from the output: the platform no longer has it. What it deployed is still there, untouched
   removed dev1a-tenant-umbrella from the output: the platform no longer has it. What it deployed is still there, untouched; to take a tenant off, read docs/runbooks/offboarding.md
   ",
   }
  `);
  expect(readdirSync(join(scratch, 'out/stacks'))).toEqual(['registry']);
});
