import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as planModule from '../../stacks/plan';
import { build } from '../../synth/build';

const ROOT = join(__dirname, '../..');

type Change = (planned: readonly planModule.PlannedStack[]) => readonly planModule.PlannedStack[];

let mockChange: Change;
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
  mockChange = change;
  build({ root: ROOT, environment: 'dev', stacks: [], outdir: join(scratch, 'out') });
}

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
  }).toThrow('bootstrap is wrong\ndev1a-cluster is wrong\ndev1a-data-shard-1 is wrong');
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
