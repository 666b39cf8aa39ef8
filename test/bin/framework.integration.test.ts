import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import 'cdktf';
import { TokenMap } from 'cdktf/lib/tokens/private/token-map';
import * as original from '../support/framework-probe';

type Framework = typeof original;

interface Bundler {
  readonly bundle: (
    options: Readonly<Record<'root' | 'entry' | 'outdir' | 'packages', string>>,
  ) => Promise<{ readonly code: Uint8Array }>;
}

const ROOT = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'bulkhead-framework-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let bundled: Framework;
beforeAll(async () => {
  const { bundle } = jest.requireActual<Bundler>('../../bin/bundle.js');
  const entry = 'test/support/framework-probe.ts';
  const { code } = await bundle({ root: ROOT, entry, outdir: folder, packages: 'bundle' });
  writeFileSync(join(folder, 'framework.js'), code);
  bundled = jest.requireActual<Framework>(join(folder, 'framework.js'));
}, 60_000);

/** Makes a value with tokens of either framework. */
type Recipe = (framework: Framework) => unknown;

const ODD_TEXTS = [
  ...[
    '',
    '*',
    '"',
    '${',
    '}',
    '${aws_vpc.main.id}',
    '$${x}',
    '%{ if true }',
    'line\nbreak',
    '1e5',
    'e+289',
    '-1.5e+290',
  ],
  ...[
    '${TfToken[TOKEN.999999]}',
    '#{TfToken[TOKEN.999999]}',
    '&{TfToken[TOKEN.999999]}',
    'TfToken[',
    '9'.repeat(300),
  ],
  ...['String Map Token Value', 'Any Map Token Value', '__proto__', 'resolve', 'constructor'],
];
const ODD_NUMBERS = [0, -1, 0.5, NaN, Infinity, -Infinity, -123456789, 1e199, -1.8881545897087e289, 5e-324];

const text = fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ maxLength: 8 }));
const number = fc.oneof(fc.constantFrom(...ODD_NUMBERS), fc.double(), fc.integer());

const recipes = fc.letrec<{ value: Recipe; token: Recipe }>((tie) => {
  const value = tie('value');
  const token = tie('token');
  const several = fc.array(value, { maxLength: 3 });
  const plain = fc.oneof(text, number, fc.boolean(), fc.constantFrom(null, undefined, new Date(0))).map(
    (constant): Recipe =>
      () =>
        constant,
  );
  return {
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      plain,
      token,
      several.map(
        (items): Recipe =>
          (f) =>
            items.map((make) => make(f)),
      ),
      fc
        .array(
          fc.tuple(
            fc.oneof(
              text.map(
                (key): Recipe =>
                  () =>
                    key,
              ),
              token,
            ),
            value,
          ),
          { maxLength: 3 },
        )
        .map(
          (pairs): Recipe =>
            (f) =>
              Object.fromEntries(pairs.map(([key, make]) => [String(key(f)), make(f)])),
        ),
      fc
        .array(
          fc.oneof(
            text.map(
              (part): Recipe =>
                () =>
                  part,
            ),
            token,
          ),
          { maxLength: 4 },
        )
        .map(
          (parts): Recipe =>
            (f) =>
              parts.map((make) => String(make(f))).join(''),
        ),
    ),
    token: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      value.map(
        (make): Recipe =>
          (f) =>
            f.Token.asString(make(f)),
      ),
      value.map(
        (make): Recipe =>
          (f) =>
            f.Token.asNumber(make(f)),
      ),
      value.map(
        (make): Recipe =>
          (f) =>
            f.Token.asList(make(f)),
      ),
      value.map(
        (make): Recipe =>
          (f) =>
            f.Token.asNumberList(make(f)),
      ),
      value.map(
        (make): Recipe =>
          (f) =>
            f.Token.asStringMap(make(f)),
      ),
      value.map(
        (make): Recipe =>
          (f) =>
            f.Token.asNumberMap(make(f)),
      ),
      value.map(
        (make): Recipe =>
          (f) =>
            f.Token.asAnyMap(make(f)),
      ),
      value.map(
        (make): Recipe =>
          (f) =>
            f.Token.asAny(make(f)),
      ),
      value.map(
        (make): Recipe =>
          (f) =>
            f.Lazy.anyValue({ produce: () => make(f) }),
      ),
      value.map(
        (make): Recipe =>
          (f) =>
            f.Fn.jsonencode(make(f)),
      ),
      several.map(
        (items): Recipe =>
          (f) =>
            f.Fn.join(',', items.map((make) => make(f)) as string[]),
      ),
      fc.tuple(value, text).map(
        ([make, name]): Recipe =>
          (f) =>
            f.propertyAccess(make(f), [name]),
      ),
      fc.tuple(value, value).map(
        ([yes, no]): Recipe =>
          (f) =>
            f.conditional(true, yes(f), no(f)),
      ),
    ),
  };
});

/** What becomes of a value, or what is said of it. */
function outcome(framework: Framework, make: Recipe): unknown {
  const { App, DefaultTokenResolver, StringConcat, TerraformStack, Tokenization } = framework;
  // Both keep their tokens in one place, and number them: the same for both.
  Object.assign(TokenMap.instance(), { tokenCounter: 0 });
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  try {
    const scope = new TerraformStack(new App({ outdir: join(folder, 'out') }), 'stack');
    const resolver = new DefaultTokenResolver(new StringConcat());
    return {
      resolved: Tokenization.resolve(make(framework), { scope, resolver }),
      warnings: warn.mock.calls.length,
    };
  } catch (error) {
    // A bundle does not say where a token was made.
    const [message = ''] = (error as Error).message.split('\nObject creation stack');
    return {
      message: message.replace(/\.+$/, ''),
      warnings: warn.mock.calls.length,
    };
  } finally {
    warn.mockRestore();
  }
}

test('a bundle resolves every value as the framework does, and refuses what it refuses', () => {
  fc.assert(
    fc.property(recipes.value, (make) => {
      expect(outcome(bundled, make)).toEqual(outcome(original, make));
    }),
    { numRuns: 1000 },
  );
}, 60_000);

test.each<[string, Recipe]>([
  [
    'a circle',
    () => {
      const circle: Record<string, unknown> = {};
      circle['again'] = circle;
      return circle;
    },
  ],
  ['a construct', ({ App }) => new App({ outdir: join(folder, 'out') })],
  ['a function, deep inside', () => ({ a: [{ b: () => 1 }] })],
])('%s is refused in the same words', (_, make) => {
  const said = outcome(original, make);
  expect(said).toHaveProperty('message');
  expect(outcome(bundled, make)).toEqual(said);
});

describe('JSON', () => {
  type Stringify = (value: unknown, options: { readonly space: number }) => string | undefined;
  const ours = jest.requireActual<Stringify>('../../bin/framework/stringify.js');
  const ofFramework = createRequire(createRequire(__filename).resolve('cdktf'));
  const theirs = ofFramework('json-stable-stringify') as Stringify;

  const written = (stringify: Stringify, value: unknown): unknown => {
    try {
      return stringify(value, { space: 2 });
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('is written the same, to the byte', () => {
    const anything = fc.anything({
      withDate: true,
      withNullPrototype: true,
      withSparseArray: true,
      withMap: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        expect(written(ours, value)).toBe(written(theirs, value));
      }),
      { numRuns: 2000 },
    );
  });

  test('is refused for a circle, and not for a value that stands twice', () => {
    const shared = { a: 1 };
    const circle: Record<string, unknown> = { shared, again: shared };
    expect(written(ours, circle)).toBe(written(theirs, circle));
    circle['self'] = [circle];
    expect(written(ours, circle)).toBe('Converting circular structure to JSON');
    expect(written(theirs, circle)).toBe('Converting circular structure to JSON');
  });
});
