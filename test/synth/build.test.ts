import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as planModule from '../../stacks/plan';
import type { SynthOptions } from '../../synth/plan';
import { build, buildWith } from '../../synth/build';
import { help, type Helper } from '../../synth/share';
import { filesIn } from '../support/files';

const ROOT = join(__dirname, '../..');

type Change = (planned: readonly planModule.PlannedStack[]) => readonly planModule.PlannedStack[];

/** Stacks that are soon built: what is asked here is the same for all. */
const mockLight: Change = (planned) =>
  planned.filter(({ name }) =>
    /^(bootstrap|registry|dev1a-(network|cluster|delivery|data|cache))$/.test(name),
  );

let mockChange: Change = mockLight;
jest.mock('../../stacks/plan', () => {
  const plan = jest.requireActual<typeof planModule>('../../stacks/plan');
  return {
    ...plan,
    planStacks: (...args: Parameters<typeof plan.planStacks>) => mockChange(plan.planStacks(...args)),
  };
});

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bulkhead-build-'));
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
});

/** Builds dev from another plan than the platform's own. */
function buildPlan(change: Change): void {
  mockChange = (planned) => change(mockLight(planned));
  try {
    build(optionsFor('out'));
  } finally {
    mockChange = mockLight;
  }
}

const optionsFor = (folder: string): SynthOptions => ({
  ...{ root: ROOT, environment: 'dev', stacks: [] },
  outdir: join(scratch, folder),
});

const refused = (stack: planModule.PlannedStack, message: string): planModule.PlannedStack => ({
  ...stack,
  build: (app) => {
    const built = stack.build(app);
    built.node.addValidation({ validate: () => [message] });
    return built;
  },
});

test('everything that is wrong with any stack is told at once, and nothing is left behind', () => {
  expect(() => {
    buildPlan((planned) =>
      planned.map((stack, index) => (index % 3 === 0 ? refused(stack, `${stack.name} is wrong`) : stack)),
    );
  }).toThrow('bootstrap is wrong\ndev1a-cluster is wrong');
  expect(existsSync(join(scratch, 'out'))).toBe(false);
});

test('a contract that no stack of the platform publishes is found', () => {
  expect(() => {
    buildPlan((planned) => planned.filter(({ name }) => name !== 'dev1a-network'));
  }).toThrow(
    '[dev1a-cluster] reads contract /bulkhead/dev/dev1a/network, which no stack publishes; expected one named dev1a-network',
  );
});

test('a stack that is built twice is refused, for it gives every name twice', () => {
  expect(() => {
    buildPlan((planned) => [...planned, ...planned.filter(({ name }) => name === 'dev1a-cache')]);
  }).toThrow("elasticacheReplicationGroup name 'bulkhead-dev-dev1a-cache' is already taken by dev1a-cache/");
});

describe('with help', () => {
  // Stands for a thread: it takes what is left of the work before the first thread takes any.
  const takesHalf: Helper = (work) => {
    const half = { ...work, stacks: work.stacks.slice(0, 4) };
    const outcomes = help(half);
    Atomics.store(new Int32Array(work.taken), 0, half.stacks.length);
    return Promise.resolve(structuredClone(outcomes));
  };

  test('the output is what it is without', async () => {
    build(optionsFor('alone')).publish();
    (await buildWith(takesHalf, optionsFor('together'), 1)).publish();
    expect(filesIn(join(scratch, 'together'))).toEqual(filesIn(join(scratch, 'alone')));
  });

  test('nobody is asked for it where there is little to do', async () => {
    const helper = jest.fn<ReturnType<Helper>, Parameters<Helper>>();
    const { discard } = await buildWith(helper, { ...optionsFor('out'), stacks: ['registry'] });
    discard();
    expect(helper).not.toHaveBeenCalled();
  });

  test('a helper that fails leaves nothing behind', async () => {
    const failing: Helper = () => Promise.reject(new Error('no memory left'));
    const options = { ...optionsFor('out'), stacks: ['registry'] };
    await expect(buildWith(failing, options, 1)).rejects.toThrow('no memory left');
    expect(existsSync(join(scratch, 'out'))).toBe(false);
  });
});
