import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../config/load';
import type * as main from '../main';
import { synthesize, type SynthOptions } from '../main';

const ROOT = join(__dirname, '..');

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bulkhead-main-'));
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
});

/** Synthesizes to a folder below the scratch folder and gives that folder back. */
function synth(to: string, options: Partial<SynthOptions> = {}): string {
  const outdir = join(scratch, to);
  synthesize({ root: ROOT, environment: 'prod', stacks: [], outdir, ...options });
  return outdir;
}

/** Path and content hash of every file below a folder, sorted. */
function contents(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map(
      (file) =>
        `${file.slice(folder.length)} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`,
    )
    .sort();
}

const stacksIn = (outdir: string): string[] => readdirSync(join(outdir, 'stacks')).sort();

/** Terraform addresses of every stack, as Terraform would destroy and recreate them if they were renamed. */
function addresses(outdir: string): string {
  const lines = stacksIn(outdir).flatMap((stack) => {
    const json = JSON.parse(readFileSync(join(outdir, 'stacks', stack, 'cdk.tf.json'), 'utf8')) as {
      readonly resource: Readonly<Record<string, object>>;
    };
    const resources = Object.entries(json.resource).flatMap(([type, named]) =>
      Object.keys(named).map((name) => `  ${type}.${name}`),
    );
    return [stack, ...resources.sort()];
  });
  return lines.join('\n');
}

test.each(['dev', 'prod'])(
  "the addresses of %s's resources change only on purpose: a renamed one is destroyed and recreated",
  (environment) => {
    expect(addresses(synth('out', { environment }))).toMatchSnapshot();
  },
);

test('a second synth writes the same bytes', () => {
  const outdir = synth('out');
  const first = contents(outdir);
  synth('out');
  expect(contents(outdir)).toEqual(first);
});

test('a stack is written the same whether it is built alone or with all others', () => {
  const all = synth('all');
  const alone = synth('one', { stacks: ['use1a-cluster'] });
  expect(stacksIn(alone)).toEqual(['use1a-cluster']);
  expect(contents(join(alone, 'stacks'))).toEqual(
    contents(join(all, 'stacks')).filter((line) => line.startsWith('/use1a-cluster/')),
  );
});

test('stacks that the platform no longer has are removed, those that were not asked for stay', () => {
  const outdir = synth('out', { stacks: ['use1a-network', 'registry'] });
  cpSync(join(outdir, 'stacks/registry'), join(outdir, 'stacks/euw1a-network'), { recursive: true });
  synth('out', { stacks: ['use1a-network'] });
  expect(stacksIn(outdir)).toEqual(['registry', 'use1a-network']);
});

test('nothing is written from an invalid config', () => {
  const root = join(scratch, 'root');
  cpSync(join(ROOT, 'config/environments'), join(root, 'config/environments'), { recursive: true });
  writeFileSync(join(root, 'config/environments/prod/tenants/acme.yaml'), 'id: acme\ncell: nowhere\n');
  expect(() => synth('out', { root })).toThrow(ConfigError);
  expect(existsSync(join(scratch, 'out'))).toBe(false);
});

test('nothing is left behind when a construct refuses what config let pass', () => {
  const refusing = jest.fn(() => {
    throw new Error('refused');
  });
  jest.isolateModules(() => {
    jest.doMock('../stacks/network', () => ({ NetworkStack: refusing }));
    const isolated = jest.requireActual<typeof main>('../main');
    const outdir = join(scratch, 'new/out');
    expect(() => {
      isolated.synthesize({ root: ROOT, environment: 'prod', stacks: [], outdir });
    }).toThrow('refused');
  });
  jest.dontMock('../stacks/network');
  expect(existsSync(join(scratch, 'new'))).toBe(false);
});

test('a folder that cannot be written to is named', () => {
  writeFileSync(join(scratch, 'out'), '');
  expect(() => synth('out')).toThrow(/^CDKTF_OUTDIR must be a folder that can be written to: EEXIST.*out'$/);
});
