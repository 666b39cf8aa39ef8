import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigError } from '../config/load';
import type * as main from '../main';
import { main as program, synthesize, type SynthOptions } from '../main';
import { filesIn } from './support/files';
import { synthesized } from './support/synthesized';

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

/** A first synth of an environment, below the scratch folder. */
function copyOf(environment: string): string {
  const outdir = join(scratch, 'out');
  cpSync(synthesized({ environment }), outdir, { recursive: true });
  return outdir;
}

/** Whether a file is a stack's, and not the manifest, which lists what was asked for. */
const isOfStack = (line: string): boolean => line.startsWith('/stacks/');

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
    expect(addresses(synthesized({ environment }))).toMatchSnapshot();
  },
);

test('a second synth writes the same bytes', () => {
  const outdir = copyOf('dev');
  const first = filesIn(outdir);
  // All of them, from the sources: test/bin/bundle.integration.test.ts.
  const stacks = ['registry', 'delivery', 'dev1a-delivery', 'dev1a-t*'];
  synth('out', { environment: 'dev', stacks });
  expect(filesIn(outdir).filter(isOfStack)).toEqual(first.filter(isOfStack));
});

test('a stack is written the same whether it is built alone or with all others', () => {
  const together = synthesized({ environment: 'dev' });
  const all = filesIn(join(together, 'stacks'));
  for (const name of stacksIn(together)) {
    const alone = synth(name, { environment: 'dev', stacks: [name] });
    expect(stacksIn(alone)).toEqual([name]);
    expect(filesIn(join(alone, 'stacks'))).toEqual(all.filter((line) => line.startsWith(`/${name}/`)));
  }
});

test('local state is where it will be found from the published folder', () => {
  const outdir = synth('out', { environment: 'dev', stacks: ['registry'] });
  const folder = join(outdir, 'stacks/registry');
  const json = JSON.parse(readFileSync(join(folder, 'cdk.tf.json'), 'utf8')) as {
    readonly terraform: { readonly backend: { readonly local: { readonly path: string } } };
  };
  expect(resolve(folder, json.terraform.backend.local.path)).toBe(
    resolve('.terraform-state/dev/registry.tfstate'),
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

test('what was synthesized before stays as it was when a guarantee is broken', () => {
  const outdir = copyOf('dev');
  const before = filesIn(outdir);
  const verdicts = [
    { guarantee: 'isolation', subject: 'acme reaches globex', outcome: 'broken', evidence: 'so' },
  ];
  jest.isolateModules(() => {
    jest.doMock('../guarantees/isolation', () => ({ isolation: () => ({ verdicts }) }));
    const isolated = jest.requireActual<typeof main>('../main');
    expect(() => {
      isolated.synthesize({ root: ROOT, environment: 'dev', stacks: ['registry'], outdir });
    }).toThrow('1 guarantee is broken:\n  - isolation, acme reaches globex: so');
  });
  jest.dontMock('../guarantees/isolation');
  expect(filesIn(outdir)).toEqual(before);
  expect(readdirSync(outdir).sort()).toEqual(['guarantees.json', 'manifest.json', 'stacks']);
});

test('of several environments none is written unless all are right', async () => {
  const root = join(scratch, 'root');
  cpSync(join(ROOT, 'config/environments'), join(root, 'config/environments'), { recursive: true });
  // One stack of each, for what they hold makes no difference here.
  process.env['BULKHEAD_STACKS'] = 'registry';
  const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const home = process.cwd();
  process.chdir(root);
  try {
    const broken = 'config/environments/prod/platform.yaml';
    const right = readFileSync(broken);
    writeFileSync(broken, 'name: nowhere\n');
    expect(await program(['dev', 'prod'])).toBe(1);
    expect(existsSync('cdktf.out')).toBe(false);
    expect(stderr).toHaveBeenCalledWith(expect.stringContaining('config of "prod" is invalid'));

    writeFileSync(broken, right);
    expect(await program(['dev', 'prod'])).toBe(0);
    expect(readdirSync('cdktf.out').sort()).toEqual(['dev', 'prod']);
  } finally {
    process.chdir(home);
    delete process.env['BULKHEAD_STACKS'];
    stderr.mockRestore();
  }
}, 60_000);

test('a folder that cannot be written to is named', () => {
  writeFileSync(join(scratch, 'out'), '');
  expect(() => synth('out')).toThrow(/^CDKTF_OUTDIR must be a folder that can be written to: EEXIST.*out'$/);
});
