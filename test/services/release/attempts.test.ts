import fc from 'fast-check';
import {
  type Attempt,
  nextAttempts,
  readAttempts,
  withState,
  writeAttempts,
} from '../../../services/release/attempts';

interface Event {
  readonly release: string;
  readonly template: string;
  readonly isGood: boolean;
  readonly isKilled: boolean;
}
const event: fc.Arbitrary<Event> = fc.record({
  release: fc.constantFrom('r1', 'r2', 'r3'),
  template: fc.constantFrom('a', 'b'),
  isGood: fc.boolean(),
  isKilled: fc.boolean(),
});

/** What Argo Rollouts takes for one and the same. */
const podsOf = ({ release, template, attempt }: Attempt): string =>
  `${release} ${template} ${String(attempt)}`;

// Argo Rollouts makes a version active without trying it out if it has seen it a moment ago.
test('pods that failed, or that nobody has judged, never run again as another attempt', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 10 }), (events) => {
      let attempts: readonly Attempt[] = [];
      const failed = new Set<string>();
      const proven = new Set<string>();
      let hasFailed = false;
      for (const { release, template, isGood, isKilled } of events) {
        const before = attempts.at(-1);
        attempts = readAttempts(
          writeAttempts(nextAttempts({ release, template, attempts, isFirst: false, hasFailed })),
        );
        const current = attempts.at(-1);
        if (!current || failed.has(podsOf(current))) return false;
        const goesOn = before !== undefined && podsOf(before) === podsOf(current);
        if (!goesOn && current.state !== 'proven' && proven.has(podsOf(current))) return false;
        const isProven = current.state === 'proven';
        hasFailed = !isGood && !isProven;
        // A run that is killed writes nothing down; the rollout has failed all the same.
        if (hasFailed) failed.add(podsOf(current));
        if (isGood) proven.add(podsOf(current));
        if (!isKilled) attempts = withState(attempts, hasFailed ? 'failed' : 'proven');
        else if (isGood) failed.delete(podsOf(current));
      }
      return true;
    }),
  );
});

test('what is proven comes back with its own pods, whatever was tried since', () => {
  const one: Attempt = { release: 'r1', template: 'a', attempt: 2, state: 'proven' };
  const two: Attempt = { release: 'r2', template: 'b', attempt: 0, state: 'failed' };
  const next = nextAttempts({
    release: 'r1',
    template: 'a',
    attempts: [one, two],
    isFirst: false,
    hasFailed: true,
  });
  expect(next).toEqual([two, one]);
});

test('another template of a proven release is an attempt of its own', () => {
  const one: Attempt = { release: 'r1', template: 'a', attempt: 0, state: 'proven' };
  const next = nextAttempts({
    release: 'r1',
    template: 'b',
    attempts: [one],
    isFirst: false,
    hasFailed: false,
  });
  expect(next.at(-1)).toEqual({ release: 'r1', template: 'b', attempt: 1, state: 'trying' });
});

test('a run goes on with what is on its way', () => {
  const attempts: Attempt[] = [{ release: 'r1', template: 'a', attempt: 0, state: 'first' }];
  expect(nextAttempts({ release: 'r1', template: 'a', attempts, isFirst: true, hasFailed: false })).toBe(
    attempts,
  );
});

test.each([[undefined], [''], ['{'], ['{}'], ['[{"release":1}]'], ['null']])(
  'an annotation of %p is no attempt',
  (annotation) => {
    expect(readAttempts(annotation)).toEqual([]);
  },
);

test('as many attempts are kept as an annotation should hold', () => {
  const many = Array.from({ length: 40 }, (_, attempt): Attempt => ({
    release: 'r',
    template: 'a',
    attempt,
    state: 'failed',
  }));
  expect(readAttempts(writeAttempts(many)).map(({ attempt }) => attempt)).toEqual([
    28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
  ]);
});
