import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { App, Fn, TerraformStack, TerraformVariable } from 'cdktf';
import fc from 'fast-check';
import { GeneratedChart, type KubernetesObject } from '../../constructs/core/chart';

interface Built {
  readonly release: Readonly<Record<string, unknown>>;
  /** Folder of the chart in the output. */
  readonly folder: string;
  /** The chart's path as the release names it, without the hash. */
  readonly hash: string;
}

const folders: string[] = [];
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chart-test-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const widget = (spec: unknown, name = 'one'): KubernetesObject =>
  ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, spec }) as KubernetesObject;

/** Builds charts in one stack of an app of its own and reads back what was written. */
function build(
  make: (stack: TerraformStack) => Readonly<Record<string, readonly KubernetesObject[]>>,
): Built[] {
  const outdir = temporaryFolder();
  const app = new App({ outdir });
  const stack = new TerraformStack(app, 'test');
  new HelmProvider(stack, 'helm');
  for (const [name, objects] of Object.entries(make(stack))) {
    new GeneratedChart(stack, name, { name, namespace: 'default', objects });
  }
  app.synth();
  const home = join(outdir, 'stacks', 'test');
  const json = JSON.parse(readFileSync(join(home, 'cdk.tf.json'), 'utf8')) as {
    resource: { helm_release: Record<string, Record<string, unknown>> };
  };
  return Object.values(json.resource.helm_release).map((release) => {
    const folder = join(home, String(release['chart']));
    return { release, folder, hash: String(release['chart']).split('/').at(-1) ?? '' };
  });
}

const one = (...objects: readonly KubernetesObject[]): Built => {
  const [built] = build(() => ({ objects }));
  if (!built) throw new Error('nothing was built');
  return built;
};

const pieces = ({ folder }: Built): unknown[][] =>
  JSON.parse(readFileSync(join(folder, 'manifests.json'), 'utf8')) as unknown[][];

/** The objects of a chart that holds no value of Terraform's. */
const objectsIn = (built: Built): unknown[] =>
  pieces(built).map((manifest) => {
    expect(manifest).toHaveLength(1);
    return JSON.parse(String(manifest[0])) as unknown;
  });

const AWKWARD = {
  template: 'hello {{ .Values.name }} and {{- range . }}{{ end -}} }}{{',
  terraform: 'literal ${var.x} and %{ if true } and $${escaped} and trailing ${',
  quotes: `"double" 'single' \`back\` \\ backslash \\" \\u0000`,
  unicode: 'Zürich 東京 🛡️ \u2028 \u2029 \u0085 \ufeff \uffff \u007f',
  lines: 'one\ntwo\r\n\n---\nthree\t\u0000'.replace('\u0000', ''),
  lookalikes: ['<<terraform:0>>', '{"value":"0"}', '${TfToken]', '0', '1e10', '--- # not a document'],
  yaml: [
    'yes',
    'no',
    'null',
    '~',
    '0x10',
    '1_000',
    '2026-11-23',
    '- a',
    ': b',
    '# c',
    '&d',
    '*e',
    '!f',
    '%g',
    '@h',
  ],
  numbers: [0, -1, 1.5, 1e21, 1e-7, 9007199254740991],
  others: [true, false, null, [], {}, ''],
  'key with {{ braces }}: and "quotes"': 1,
};

describe('a generated chart', () => {
  it('holds every object byte for byte, whatever its strings mean to Go templates, Terraform or YAML', () => {
    expect(objectsIn(one(widget(AWKWARD)))).toEqual([widget(AWKWARD)]);
  });

  it('holds any JSON byte for byte', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'));
    const spicy = fc
      .array(fc.oneof(text, fc.constantFrom('${', '}', '{{', '}}', '%{', '"', '\\', '\n', '1e5', '-')))
      .map((parts) => parts.join(''));
    const key = spicy.filter((value) => value !== '__proto__');
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 3 }, spicy, fc.integer(), fc.boolean(), tie('list'), tie('map')),
      list: fc.array(tie('tree'), { maxLength: 3 }),
      map: fc.dictionary(key, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 4 }), (specs) => {
        const objects = specs.map((spec, index) => widget(spec, `w${String(index)}`));
        expect(objectsIn(one(...objects))).toEqual(objects);
      }),
      { numRuns: 60, seed: 2026 },
    );
  });

  it('keeps each object on one line of printable text, so that YAML reads it as JSON does', () => {
    const [manifest] = pieces(one(widget(AWKWARD)));
    expect(manifest?.[0]).toMatch(/^[^\p{Cc}\u2028\u2029\ufeff\uffff]*$/u);
  });

  it('leaves out what is undefined', () => {
    expect(objectsIn(one(widget({ kept: 1, dropped: undefined })))).toEqual([widget({ kept: 1 })]);
  });

  it('prints from the file alone: the template holds nothing of the objects', () => {
    const template = (spec: unknown): string =>
      readFileSync(join(one(widget(spec)).folder, 'templates/manifests.yaml'), 'utf8');
    expect(template('{{ fail "evaluated" }}')).toBe(template('something else'));
  });

  it('reads as a chart by any name Helm allows', () => {
    const [built] = build(() => ({ true: [widget(1)] }));
    expect(JSON.parse(readFileSync(join(built?.folder ?? '', 'Chart.yaml'), 'utf8'))).toEqual({
      apiVersion: 'v2',
      name: 'true',
      version: '1.0.0',
    });
  });
});

describe("Terraform's values", () => {
  const withValues = (spec: (values: Record<string, TerraformVariable>) => unknown): Built => {
    const [built] = build((stack) => {
      const variable = (name: string, type: string): TerraformVariable =>
        new TerraformVariable(stack, name, { type });
      const values = {
        s: variable('s', 'string'),
        l: variable('l', 'list(string)'),
        n: variable('n', 'number'),
      };
      return { objects: [widget(spec(values))] };
    });
    if (!built) throw new Error('nothing was built');
    return built;
  };
  const HEAD = '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"one"},"spec":';

  it.each<[string, (v: Record<string, TerraformVariable>) => unknown, unknown[], string]>([
    ['a string', (v) => v['s']?.stringValue, [HEAD, { value: '0' }, '}'], '"0" = var.s'],
    ['a list', (v) => v['l']?.listValue, [HEAD, { value: '0' }, '}'], '"0" = var.l'],
    ['a number', (v) => v['n']?.numberValue, [HEAD, { value: '0' }, '}'], '"0" = var.n'],
    ['any type', (v): unknown => v['l']?.value, [HEAD, { value: '0' }, '}'], '"0" = var.l'],
    [
      'a function',
      (v) => Fn.upper(v['s']?.stringValue ?? ''),
      [HEAD, { value: '0' }, '}'],
      '"0" = upper(var.s)',
    ],
    [
      'part of a string',
      (v) => `arn:"${String(v['s']?.stringValue)}":\${x}`,
      [`${HEAD}"arn:\\"`, { text: '0' }, '\\":${x}"}'],
      '"0" = tostring(var.s)',
    ],
    [
      'a number in a string',
      (v) => `port ${String(v['n']?.numberValue)}/tcp`,
      [`${HEAD}"port `, { text: '0' }, '/tcp"}'],
      '"0" = tostring(var.n)',
    ],
    [
      'a key',
      (v) => ({ [String(v['s']?.stringValue)]: 1 }),
      [`${HEAD}{"`, { text: '0' }, '":1}}'],
      '"0" = tostring(var.s)',
    ],
  ])('leave a gap where %s stands, filled from the values in its own type', (_, spec, expected, value) => {
    const built = withValues(spec);
    expect(pieces(built)).toEqual([expected]);
    expect(built.release['values']).toEqual([`\${jsonencode({"terraform" = {${value}}})}`]);
  });

  it('are told apart when one string holds several', () => {
    const built = withValues(({ s, n }) => `${String(s?.stringValue)}${String(n?.numberValue)}`);
    expect(pieces(built)).toEqual([[`${HEAD}"`, { text: '0' }, { text: '1' }, '"}']]);
  });

  it('are not passed at all when there are none', () => {
    expect(one(widget(1)).release).not.toHaveProperty('values');
  });

  it('cannot be forged: a string with the marker inside is refused', () => {
    expect(() => withValues(({ s }) => ['\u00000\u0000', s?.stringValue])).toThrow(
      '[test/objects] invalid objects:\n  - strings must not hold the character U+0000',
    );
    expect(() => one(widget('\u0000'))).toThrow('must not hold the character U+0000');
  });
});

describe('the hash in the path of a chart', () => {
  it('changes with any one field, so that a plan shows it', () => {
    const hashes = [
      one(widget({ a: 1, b: 2 })),
      one(widget({ a: 1, b: 3 })),
      one(widget({ a: 1, c: 2 })),
      one(widget({ a: 1, b: '2' })),
      one(widget({ a: 1, b: 2 }, 'two')),
    ].map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(hashes.length);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is the same for the same objects, in another stack and another folder', () => {
    expect(one(widget(AWKWARD)).hash).toBe(one(widget(AWKWARD)).hash);
  });

  it('does not depend on which value Terraform will fill in, for the release shows that', () => {
    const hashOf = (name: string): string | undefined =>
      build((stack) => ({ objects: [widget(new TerraformVariable(stack, name, {}).stringValue)] }))[0]?.hash;
    expect(hashOf('first')).toBe(hashOf('second'));
  });
});

describe('charts of one stack', () => {
  it('live side by side, each with its own objects', () => {
    const built = build(() => ({ first: [widget('a')], second: [widget('b')] }));
    expect(built.map(({ release }) => release['name'])).toEqual(['first', 'second']);
    expect(built.map(objectsIn)).toEqual([[widget('a')], [widget('b')]]);
  });

  it('need no temporary folder', () => {
    const temporary = temporaryFolder();
    const script = `
      import { readdirSync } from 'node:fs';
      import { App, TerraformStack } from 'cdktf';
      import { GeneratedChart } from './constructs/core/chart';
      const stack = new TerraformStack(new App({ outdir: process.env.TMPDIR + '/out' }), 'test');
      const objects = [{ apiVersion: 'v1', kind: 'K', metadata: { name: 'n' } }];
      for (const name of ['a', 'b']) new GeneratedChart(stack, name, { name, namespace: 'default', objects });
      console.log(readdirSync(process.env.TMPDIR).filter((name) => name.startsWith('bulkhead-')).length);
    `;
    const program = join(temporary, 'program.js');
    const bundling = [
      '--bundle',
      '--platform=node',
      '--loader=ts',
      '--log-level=error',
      `--outfile=${program}`,
    ];
    execFileSync('node_modules/.bin/esbuild', bundling, { input: script });
    const env = { ...process.env, TMPDIR: temporary };
    expect(execFileSync(process.execPath, [program], { env, encoding: 'utf8' }).trim()).toBe('0');
    expect(readdirSync(temporary).filter((name) => name.startsWith('bulkhead-'))).toEqual([]);
  });
});

describe('GeneratedChart props', () => {
  it.each(['a', 'a'.repeat(53), 'a-1'])('take the release name %s', (name) => {
    expect(build(() => ({ [name]: [widget(1)] }))[0]?.release['name']).toBe(name);
  });

  it.each(['', 'a'.repeat(54), 'A', 'a-', '-a', '1a', 'a.b'])('refuse the release name "%s"', (name) => {
    const stack = new TerraformStack(new App({ outdir: temporaryFolder() }), 'test');
    const props = { name, namespace: 'default', objects: [widget(1)] };
    expect(() => new GeneratedChart(stack, 'Chart', props)).toThrow(
      `name must be 1 to 53 lowercase letters, digits and hyphens, starting with a letter and not ending with a hyphen, got '${name}'`,
    );
  });

  it('refuse no objects', () => {
    expect(() => one()).toThrow('objects must not be empty');
  });

  it('refuse the same object twice, also where one names the release namespace and one does not', () => {
    const other = { ...widget(2), metadata: { name: 'one', namespace: 'default' } };
    expect(() => one(widget(1), other)).toThrow(
      'objects must differ in kind, namespace and name, got twice: example.com/Widget/default/one',
    );
  });

  it('take objects of one name in two groups or two namespaces', () => {
    const group = { ...widget(1), apiVersion: 'example.org/v1' };
    const namespace = { ...widget(1), metadata: { name: 'one', namespace: 'other' } };
    expect(objectsIn(one(widget(1), group, namespace))).toHaveLength(3);
  });
});
