import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesIn } from '../support/files';
import { synthesized } from '../support/synthesized';
import { runSynth } from './run';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bulkhead-bin-'));
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
});

const run = (variables: Readonly<Record<string, string>>): ReturnType<typeof runSynth> =>
  runSynth(scratch, variables);

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
