import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { synthesize } from '../../main';
import type { Helper, Work } from '../../synth/share';
import { planSynth } from '../../synth/plan';
import { recordsOf, takeShare } from '../../synth/share';
import { filesIn } from '../support/files';
import { synthesized } from '../support/synthesized';

const ROOT = join(__dirname, '../..');

// A bundle is made first, on a machine that others use too.
jest.setTimeout(60_000);

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bulkhead-bundle-'));
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
});

/** Runs the program from its bundle for one stack, and says where the bundle is. */
function bundlePath(): string {
  const outdir = join(scratch, 'bundled');
  const env = { ...process.env, BULKHEAD_ENV: 'dev', BULKHEAD_STACKS: 'registry', CDKTF_OUTDIR: outdir };
  const { status, stderr } = spawnSync('node', [join(ROOT, 'bin/synth.js')], { env, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const cache = join(ROOT, 'node_modules/.cache/bulkhead');
  const { bundle } = JSON.parse(readFileSync(join(cache, 'main.json'), 'utf8')) as {
    readonly bundle: string;
  };
  return join(cache, bundle);
}

test("the bundle writes what the sources and the framework's own modules write, to the byte", () => {
  synthesize({ root: ROOT, environment: 'dev', stacks: [], outdir: join(scratch, 'sources') });
  expect(filesIn(synthesized({ environment: 'dev' }))).toEqual(filesIn(join(scratch, 'sources')));
});

test('a second thread writes and records what the first would have', async () => {
  const { platform, selected } = planSynth({ root: ROOT, environment: 'dev', stacks: [] });
  const work = (name: string): Work => {
    const staging = join(scratch, name);
    mkdirSync(staging);
    return {
      platform,
      stacks: selected.map((stack) => stack.name),
      folders: { staging, outdir: join(scratch, 'out') },
      taken: new SharedArrayBuffer(4),
    };
  };
  const { helpWith } = jest.requireActual<{
    readonly helpWith: (bundle: string, ...args: Parameters<Helper>) => ReturnType<Helper>;
  }>('../../bin/helper.js');
  const theirs = await helpWith(bundlePath(), work('theirs'));
  const own = takeShare(selected, work('own'));
  expect(recordsOf(theirs)).toEqual(recordsOf(own));
  expect(filesIn(join(scratch, 'theirs'))).toEqual(filesIn(join(scratch, 'own')));
});

test('a module of the framework that is another one than was replaced is not replaced', async () => {
  const module = join(scratch, 'node_modules/json-stable-stringify/index.js');
  mkdirSync(dirname(module), { recursive: true });
  writeFileSync(module, 'module.exports = () => "another one";');
  writeFileSync(join(scratch, 'entry.ts'), "import stringify from 'json-stable-stringify'; stringify();");
  const { bundle } = jest.requireActual<{ readonly bundle: (options: object) => Promise<unknown> }>(
    '../../bin/bundle.js',
  );
  const options = { root: scratch, entry: 'entry.ts', outdir: scratch, packages: 'bundle' };
  await expect(bundle(options)).rejects.toThrow(
    /json-stable-stringify\/index\.js is another one now: compare it with its replacement, then note \w{16} here/,
  );
});
