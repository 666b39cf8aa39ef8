import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

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
   the stacks are: bootstrap, registry, dev1a-network, dev1a-cluster, dev1a-addons, dev1a-data, dev1a-data-shard-1, dev1a-cache
   ",
   }
  `);
});

test.each([
  [
    '',
    'bootstrap dev1a-addons dev1a-cache dev1a-cluster dev1a-data dev1a-data-shard-1 dev1a-network registry',
  ],
  ['dev1a-network, registry', 'dev1a-network registry'],
  [' dev1a-{network,cluster}\nregistry,', 'dev1a-cluster dev1a-network registry'],
])('BULKHEAD_STACKS=%j builds %s', async (BULKHEAD_STACKS, stacks) => {
  expect(await run({ BULKHEAD_ENV: '', BULKHEAD_STACKS })).toEqual({ code: 0, stderr: '' });
  expect(readdirSync(join(scratch, 'out/stacks')).sort().join(' ')).toBe(stacks);
});

test('runs at once do not disturb one another', async () => {
  const outdirs = [1, 2, 3].map((number) => join(scratch, String(number)));
  const runs = await Promise.all(outdirs.map((CDKTF_OUTDIR) => run({ CDKTF_OUTDIR, BULKHEAD_ENV: 'dev' })));
  expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
    [0, ''],
  ]);
  const manifests = outdirs.map((outdir) => readFileSync(join(outdir, 'manifest.json'), 'utf8'));
  expect(new Set(manifests).size).toBe(1);
});
