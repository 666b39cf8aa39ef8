import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'cdktf';
import { TokenMap } from 'cdktf/lib/tokens/private/token-map';
import { loadPlatform } from '../../config/load';
import { type PlannedStack, planStacks } from '../../stacks/plan';
import { help, type Outcome, recordsOf, takeShare, type Work } from '../../synth/share';
import { filesIn } from '../support/files';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bulkhead-share-'));
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
});

const platform = loadPlatform(join(__dirname, '../..'), 'dev');
// Some that are soon built: what is asked here is the same for all.
const planned = planStacks(platform).filter(({ name }) =>
  /^(bootstrap|registry|dev1a-(network|cluster|data|data-shard-1|cache))$/.test(name),
);

const workIn = (folder: string): Work => ({
  platform,
  stacks: planned.map(({ name }) => name),
  folders: { staging: mkdtempSync(join(scratch, folder)), outdir: join(scratch, 'out') },
  taken: new SharedArrayBuffer(4),
});

/** Builds with two threads that take turns, after `own` stacks by the first; what is sent between them is copied. */
function together(work: Work, own: number): readonly Outcome[] {
  const mine = takeShare(planned.slice(0, own), work);
  // The turn that found nothing left is given back.
  Atomics.store(new Int32Array(work.taken), 0, own);
  const { taken, ...data } = work;
  return [...structuredClone(help({ ...structuredClone(data), taken })), ...mine];
}

test('two threads write and record what one does', () => {
  const [one, two] = [workIn('one'), workIn('two')];
  const alone = recordsOf(takeShare(planned, one));
  expect(recordsOf(together(two, 3))).toEqual(alone);
  expect(filesIn(two.folders.staging)).toEqual(filesIn(one.folders.staging));
});

const breaking = (message: string): PlannedStack => ({
  name: message,
  build: () => {
    throw new Error(message);
  },
});

test('a bug ends the work, and the first in the order of the plan is told', () => {
  const work = workIn('bug');
  const outcomes = takeShare([breaking('first'), breaking('second')], work);
  expect(outcomes.map(({ index }) => index)).toEqual([0]);
  expect(takeShare([breaking('first'), breaking('second')], work)).toEqual([]);
  const second = { index: 1, result: { bug: new Error('second') } };
  expect(() => recordsOf([second, ...outcomes])).toThrow('first');
});

test('no token of a stack is kept once it is written', () => {
  takeShare(planned.slice(0, 3), workIn('tokens'));
  const tokens = TokenMap.instance() as unknown as Readonly<Record<string, Map<unknown, unknown>>>;
  expect([tokens['stringTokenMap']?.size, tokens['numberTokenMap']?.size]).toEqual([0, 0]);
});
