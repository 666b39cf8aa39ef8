import * as fc from 'fast-check';
import { widenings } from '../../review/policy';
import { isAllowed, isHit, type Request, type TestStatement } from './iam-evaluator';

/** Everything that a request may be, so small that all can be tried, and so varied that every difference shows in one. */
const ACTIONS = ['a:Get', 'a:Gx', 'a:Gxxx', 'a:Put', 'a:z', 'a:zzz', 'b:X', 'b:Y', 'c:q'];
const RESOURCES = ['r/1', 'r/2', 'r/12', 'q', 'z'];
const PRINCIPALS: readonly Request['principal'][] = [
  { kind: 'AWS', name: 'three' },
  { kind: 'AWS', name: 'one' },
  { kind: 'AWS', name: 'two' },
  { kind: 'Service', name: 's' },
  { kind: 'Service', name: 't' },
];

type Contexts = readonly Request['context'][];

const requestsWith = (contexts: Contexts): readonly Request[] =>
  ACTIONS.flatMap((action) =>
    RESOURCES.flatMap((resource) =>
      PRINCIPALS.flatMap((principal) =>
        contexts.map((context) => ({ action, resource, principal, context })),
      ),
    ),
  );

const some = (texts: readonly string[]) =>
  fc.uniqueArray(fc.constantFrom(...texts), { minLength: 1, maxLength: 3 });
const actions = some(['a:*', 'a:G*', 'A:get', 'a:Get', 'a:Put', 'b:X', 'B:*', '*', 'a:???']);
const resources = some(['*', 'r/*', 'r/1', 'r/?', 'q']);
const principals: fc.Arbitrary<'*' | Readonly<Record<string, readonly string[]>>> = fc.oneof(
  fc.constant('*' as const),
  fc.constantFrom(
    { AWS: ['*'] },
    { AWS: ['one'] },
    { AWS: ['one', 'two'] },
    { Service: ['s'] },
    { AWS: ['two'], Service: ['s', 't'] },
  ),
);
const named: fc.Arbitrary<Readonly<Record<string, readonly string[]>>> = fc.constantFrom<
  Readonly<Record<string, readonly string[]>>
>({ AWS: ['one'] }, { Service: ['s'] }, { AWS: ['one'], Service: ['s'] });
const condition = (operators: readonly string[], key: string, values: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...operators), some(values))
    .map(([operator, chosen]) => ({ [operator]: { [key]: chosen } }));
const OF_ONE_VALUE = ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike'];

/** Conditions on one key, and requests in which every difference of them shows. */
const FAMILIES = [
  {
    condition: fc.oneof(
      condition(
        [
          ...OF_ONE_VALUE,
          'StringEqualsIfExists',
          'StringLikeIfExists',
          'StringEqualsIgnoreCase',
          'StringNotEqualsIgnoreCase',
        ],
        'k',
        ['x', 'y', 'x*', '?'],
      ),
      condition(['Null'], 'k', ['true', 'false']),
    ),
    requests: requestsWith([
      {},
      ...['x', 'X', 'x*', 'xx', 'y', 'Y', 'z', '?', 'zz', 'X*'].map((k) => ({ k })),
    ]),
  },
  {
    condition: condition(
      [
        'NumericEquals',
        'NumericNotEquals',
        'NumericLessThan',
        'NumericLessThanEquals',
        'NumericGreaterThan',
        'NumericGreaterThanEqualsIfExists',
      ],
      'n',
      ['3', '7'],
    ),
    requests: requestsWith([{}, ...['1', '3', '5', '7', '9'].map((n) => ({ n }))]),
  },
  {
    condition: condition(['IpAddress', 'NotIpAddress'], 'ip', ['10.0.0.0/8', '10.0.0.0/16', '0.0.0.0/0']),
    requests: requestsWith([{}, ...['10.0.0.1', '10.1.0.1', '11.0.0.1', '::1'].map((ip) => ({ ip }))]),
  },
  {
    condition: condition(
      [
        'ForAnyValue:StringEquals',
        'ForAllValues:StringEquals',
        'ForAnyValue:StringNotEquals',
        'ForAllValues:StringNotEquals',
      ],
      'm',
      ['x', 'y'],
    ),
    requests: requestsWith([
      {},
      ...[['x'], ['y'], ['z'], ['x', 'y'], ['x', 'z'], ['y', 'z'], ['x', 'y', 'z']].map((m) => ({ m })),
    ]),
  },
] as const;

const statementWith = (
  asked: fc.Arbitrary<TestStatement['Condition'] & object>,
): fc.Arbitrary<TestStatement> =>
  fc
    .record({
      effect: fc.constantFrom('Allow' as const, 'Allow' as const, 'Deny' as const),
      action: fc.tuple(fc.constantFrom('Action', 'Action', 'Action', 'NotAction'), actions),
      resource: fc.tuple(fc.constantFrom('Resource', 'Resource', 'Resource', 'NotResource'), resources),
      principal: fc.oneof({ weight: 4, arbitrary: principals }, { weight: 1, arbitrary: named }),
      isNotPrincipal: fc.boolean(),
      conditions: fc.option(asked, { nil: undefined }),
    })
    .map(({ effect, action, resource, principal, isNotPrincipal, conditions }) => ({
      Effect: effect,
      [action[0]]: action[1],
      [resource[0]]: resource[1],
      ...(isNotPrincipal && principal !== '*' && principal['AWS']?.includes('*') !== true && effect === 'Deny'
        ? { NotPrincipal: principal }
        : { Principal: principal }),
      ...(conditions !== undefined && { Condition: conditions }),
    }));
const policyWith = (one: fc.Arbitrary<TestStatement>) => fc.array(one, { minLength: 1, maxLength: 4 });
const statement = fc.oneof(...FAMILIES.map(({ condition: asked }) => statementWith(asked)));
const policy = policyWith(statement);

const familyOf = (family: number): (typeof FAMILIES)[number] => FAMILIES[family] ?? FAMILIES[0];

/** Two policies whose conditions are on the same key, and the requests that tell them apart. */
const twoPolicies = fc.integer({ min: 0, max: FAMILIES.length - 1 }).chain((family) => {
  const one = policyWith(statementWith(familyOf(family).condition));
  return fc.record({ before: one, after: one, family: fc.constant(family) });
});

const text = (statements: readonly unknown[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const compared = (before: readonly unknown[], after: readonly unknown[]): readonly string[] =>
  widenings(text(before), text(after));

/** Enough to be quick every time, and other ones every time. */
const RUNS = { numRuns: Number(process.env['RUNS'] ?? 40) };

it('finds a widening exactly where a request shows one, of any two policies', () => {
  fc.assert(
    fc.property(twoPolicies, ({ before, after, family }) => {
      const isWider = familyOf(family).requests.some(
        (request) =>
          (isAllowed(after, request) && !isHit(before, 'Allow', request)) ||
          (isHit(before, 'Deny', request) && !isHit(after, 'Deny', request)),
      );
      expect(compared(before, after).length > 0).toBe(isWider);
    }),
    RUNS,
  );
});

it('never misses a request that is allowed now and was not before', () => {
  fc.assert(
    fc.property(twoPolicies, ({ before, after: more, family }) => {
      const after = [...before.slice(1), ...more];
      const shows = familyOf(family).requests.some(
        (request) => isAllowed(after, request) && !isAllowed(before, request),
      );
      if (shows) expect(compared(before, after)).not.toEqual([]);
    }),
    RUNS,
  );
});

/** Something that nobody's policy has. */
const NEW = { Action: ['new:Action'], Resource: ['new'], Principal: { AWS: ['three'] } };

/** Ways to widen a statement that are wider whatever it says. */
const WIDENINGS: Readonly<Record<string, (before: TestStatement) => TestStatement>> = {
  'another action': (one) => ({ ...one, Action: [...(one.Action ?? []), ...NEW.Action] }),
  'another resource': (one) => ({ ...one, Resource: [...(one.Resource ?? []), ...NEW.Resource] }),
  'another principal': (one) => ({ ...one, Principal: { AWS: ['one', ...NEW.Principal.AWS] } }),
  'all actions': (one) => ({ ...one, Action: ['*'] }),
  'all resources': (one) => ({ ...one, Resource: ['*'] }),
  everybody: (one) => ({ ...one, Principal: '*' }),
  'no condition': (one) => ({ ...one, Condition: {} }),
  'a condition only if there is such a key': (one) => ({
    ...one,
    Condition: { StringEqualsIfExists: { k: ['x'] } },
  }),
  'a pattern in a condition': (one) => ({ ...one, Condition: { StringLike: { k: ['x*'] } } }),
  'another value in a condition': (one) => ({ ...one, Condition: { StringEquals: { k: ['x', 'w'] } } }),
};

it.each(Object.entries(WIDENINGS))('finds %s in whichever policy it is planted', (_, widen) => {
  const narrow: TestStatement = {
    Effect: 'Allow',
    Action: ['own:Action'],
    Resource: ['own'],
    Principal: { AWS: ['one'] },
    Condition: { StringEquals: { k: ['x'] } },
  };
  const others = policy.map((statements) =>
    statements
      .filter((one) => one.Action?.includes('*') !== true && one.NotAction === undefined)
      .map((one) => ({ ...one, Effect: 'Allow' as const })),
  );
  fc.assert(
    fc.property(others, fc.nat(4), (statements, place) => {
      const rest = statements;
      const at = Math.min(place, rest.length);
      const planted = (one: TestStatement): readonly TestStatement[] => [
        ...rest.slice(0, at),
        one,
        ...rest.slice(at),
      ];
      const [before, after] = [planted(narrow), planted(widen(narrow))];
      expect(compared(before, after)).not.toEqual([]);
      expect(compared(after, before)).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

it('finds every statement that refuses and is dropped, unless another one refuses the same', () => {
  const refusing: TestStatement = { Effect: 'Deny', Action: ['own:*'], Resource: ['*'], Principal: '*' };
  fc.assert(
    fc.property(policy, (statements) => {
      const allowing = statements.filter(({ Effect }) => Effect === 'Allow');
      expect(compared([...allowing, refusing], allowing)).not.toEqual([]);
      expect(compared(allowing, [...allowing, refusing])).toEqual([]);
      expect(compared([refusing, refusing], [refusing])).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

/** The same policy, written in another way. */
function rewritten(statements: readonly TestStatement[], seed: number): readonly Record<string, unknown>[] {
  const split = statements.flatMap((one, index): readonly Record<string, unknown>[] => {
    const cut = (key: 'Action' | 'Resource'): readonly Record<string, unknown>[] =>
      (one[key] ?? []).map((value) => ({ ...one, [key]: value }));
    const asked = Object.entries(one.Condition ?? {});
    const [operator, keys] = asked[0] ?? [];
    const [key, values] = Object.entries(keys ?? {})[0] ?? [];
    // Alternatives of a condition that says what may be are alternatives of statements.
    const isPositive = operator !== undefined && !/Not|ForAll|Null/.test(operator);
    switch ((seed + index) % 5) {
      case 0:
        return cut('Action').length > 0 ? cut('Action') : [{ ...one }];
      case 1:
        return cut('Resource').length > 0 ? cut('Resource') : [{ ...one }];
      case 2:
        return [
          {
            ...one,
            Sid: `s${String(index)}`,
            ...(one.Action && { Action: one.Action.map((name) => name.toUpperCase()) }),
          },
        ];
      case 3:
        return isPositive && key !== undefined && values
          ? values.map((value) => ({ ...one, Condition: { [operator]: { [key.toUpperCase()]: value } } }))
          : [{ ...one }];
      default:
        return [{ ...one, ...(one.Principal === '*' && { Principal: { AWS: '*' } }) }, { ...one }];
    }
  });
  const turned = [...split.slice(seed % (split.length + 1)), ...split.slice(0, seed % (split.length + 1))];
  return seed % 2 === 0 ? turned.reverse() : turned;
}

it('finds nothing in another way to write the same', () => {
  fc.assert(
    fc.property(policy, fc.nat(), (statements, seed) => {
      const other = rewritten(statements, seed);
      expect(compared(statements, other)).toEqual([]);
      expect(compared(other, statements)).toEqual([]);
    }),
    RUNS,
  );
});

it('calls nothing that is less a widening', () => {
  fc.assert(
    fc.property(policy, statement, fc.nat(), (statements, extra, seed) => {
      const refusing = { ...extra, Effect: 'Deny' as const };
      const asked = { ...extra.Condition, Bool: { 'aws:SecureTransport': ['true'] } };
      const at = seed % statements.length;
      const less = statements.flatMap((one, index) => {
        if (index !== at || one.Effect === 'Deny') return [one];
        return seed % 2 === 0
          ? []
          : [{ ...one, Condition: { ...one.Condition, ...asked, ...one.Condition } }];
      });
      expect(compared(statements, [...less, refusing])).toEqual([]);
    }),
    RUNS,
  );
});
