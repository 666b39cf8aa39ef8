import { type PlannedStack, selectStacks } from '../../stacks/plan';

const planned: readonly PlannedStack[] = ['bootstrap', 'use1a-network', 'use1a-cluster', 'usw2a-network'].map(
  (name) => ({
    name,
    build: (): never => {
      throw new Error('built');
    },
  }),
);
const names = (patterns: readonly string[]): string[] =>
  selectStacks(planned, patterns).map(({ name }) => name);

test('a name selects one stack', () => {
  expect(names(['use1a-network'])).toEqual(['use1a-network']);
});

test("globs select many, in the plan's order and each once", () => {
  expect(names(['*-network', 'use1a-*'])).toEqual(['use1a-network', 'use1a-cluster', 'usw2a-network']);
});

test('every pattern that matches nothing is named, with the nearest stack and all that there are', () => {
  expect(() => selectStacks(planned, ['use1a-netwrok', 'use1a-network', 'euw1*']))
    .toThrowErrorMatchingInlineSnapshot(`
   "no such stacks:
     - "use1a-netwrok" matches no stack; did you mean "use1a-network"?
     - "euw1*" matches no stack
   the stacks are: bootstrap, use1a-network, use1a-cluster, usw2a-network"
  `);
});
