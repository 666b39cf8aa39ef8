import { Construct, RootConstruct } from 'constructs';
import { outside, type Rule, validateProps } from '../../constructs/core/validation';

interface Props {
  readonly id: string;
  readonly size: number;
}

const RULES: readonly Rule<Props>[] = [
  {
    fails: ({ id }) => !/^[a-z]+$/.test(id),
    message: ({ id }) => `id must be lowercase letters, got '${id}'`,
  },
  {
    fails: ({ size }) => outside(size, 1, 256),
    message: ({ size }) => `size must be between 1 and 256, got ${size}`,
  },
];

const scope = new Construct(new RootConstruct(), 'Database');

test('every broken rule is reported at once, under the path of the construct', () => {
  expect(() => {
    validateProps(scope, 'Database props', { id: 'Acme!', size: 0 }, RULES);
  }).toThrowErrorMatchingInlineSnapshot(`
   "[Database] invalid Database props:
     - id must be lowercase letters, got 'Acme!'
     - size must be between 1 and 256, got 0"
  `);
});

test('props that keep every rule pass', () => {
  expect(() => {
    validateProps(scope, 'Database props', { id: 'acme', size: 256 }, RULES);
  }).not.toThrow();
});

test.each([
  [0, true],
  [1, false],
  [256, false],
  [257, true],
  [Number.NaN, true],
])('outside(%d, 1, 256) is %s', (value, expected) => {
  expect(outside(value, 1, 256)).toBe(expected);
});
