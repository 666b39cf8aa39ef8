import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { runInNewContext } from 'node:vm';
import { App, TerraformStack } from 'cdktf';
import { unzipSync } from 'fflate';
import { Program } from '../../constructs/core/program';
import { bundleOf } from '../../constructs/core/program-bundle';

const folders: string[] = [];
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'program-test-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A project with packages, and a program of two files. */
function project(greeting = 'hello'): string {
  const root = temporaryFolder();
  mkdirSync(join(root, 'services'));
  mkdirSync(join(root, 'node_modules'));
  for (const name of ['esbuild', '@esbuild', 'fflate', '@aws-sdk', '@smithy']) {
    symlinkSync(resolve('node_modules', name), join(root, 'node_modules', name));
  }
  for (const name of ['package.json', 'package-lock.json']) cpSync(name, join(root, name));
  writeFileSync(
    join(root, 'services/program.ts'),
    "import { greeting } from './greeting';\nexport const handler = (name: string): string => `${greeting}, ${name}`;\n",
  );
  writeFileSync(join(root, 'services/greeting.ts'), `export const greeting: string = '${greeting}';\n`);
  return root;
}

const entry = 'services/program.ts';

const run = (code: Uint8Array): string => {
  const module = { exports: {} as { handler: (name: string) => string } };
  runInNewContext(Buffer.from(code).toString(), { module, exports: module.exports });
  return module.exports.handler('Ada');
};

const cached = (root: string): string[] => {
  const folder = join(root, 'node_modules/.cache/bulkhead/programs');
  return readdirSync(folder).map((name) => join(folder, name));
};
const recordsOf = (root: string): string[] => cached(root).filter((file) => file.endsWith('.json'));

/** The bundle as a new process sees it: with nothing in memory. */
function inNewProcess(work: (fresh: typeof bundleOf) => void): void {
  jest.isolateModules(() => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- isolateModules works on these alone
    work((require('../../constructs/core/program-bundle') as { bundleOf: typeof bundleOf }).bundleOf);
  });
}

describe('a bundle', () => {
  test('is the program with all that it imports', () => {
    expect(run(bundleOf({ entry, format: 'file', root: project() }))).toBe('hello, Ada');
  });

  test('as an archive holds that program as index.js, readable for everybody', () => {
    const archive = bundleOf({ entry, format: 'zip', root: project() });
    const files = unzipSync(archive);
    expect(Object.keys(files)).toEqual(['index.js']);
    expect(run(files['index.js'] ?? new Uint8Array())).toBe('hello, Ada');
    // The entry in the archive's directory: what made it, and the file's mode ("APPNOTE", 4.3.12).
    const directory = archive.subarray(archive.indexOf('PK\x01\x02', 0, 'latin1'));
    expect(directory.readUInt8(5)).toBe(3);
    expect((directory.readUInt32LE(38) >>> 16).toString(8)).toBe('644');
  });

  test.each(['zip', 'file'] as const)('as %s is the same wherever and whenever it is made', (format) => {
    const [first, second] = [project(), project()];
    utimesSync(join(second, entry), 1, 1);
    const built = [first, second].map((root) => bundleOf({ entry, format, root }));
    expect(built[0]?.equals(built[1] ?? Buffer.of())).toBe(true);
    const elsewhere = { ...process.env, TZ: 'Pacific/Auckland' };
    const script = `
      require('esbuild').buildSync({ entryPoints: ['constructs/core/program-bundle.ts'], bundle: true, platform: 'node', outfile: process.argv[1] });
      const { bundleOf } = require(process.argv[1]);
      process.stdout.write(bundleOf({ entry: '${entry}', format: '${format}', root: process.argv[2] }).toString('base64'));`;
    const tool = join(temporaryFolder(), 'tool.js');
    const other = execFileSync(process.execPath, ['-e', script, tool, project()], { env: elsewhere });
    expect(other.toString()).toBe(built[0]?.toString('base64'));
  });

  test('names no place on the machine that made it', () => {
    const root = project();
    const text = bundleOf({ entry, format: 'file', root }).toString();
    expect(text).not.toContain(root);
    expect(text).not.toContain('program-test');
  });

  test('leaves the SDK out of archives alone', () => {
    const root = project();
    writeFileSync(
      join(root, entry),
      "import * as sdk from '@aws-sdk/client-dynamodb';\nexport const handler = () => sdk;\n",
    );
    const code = Buffer.from(
      unzipSync(bundleOf({ entry, format: 'zip', root }))['index.js'] ?? [],
    ).toString();
    expect(code).toContain('require("@aws-sdk/client-dynamodb")');
    const whole = bundleOf({ entry, format: 'file', root }).toString();
    expect(whole.length).toBeGreaterThan(100_000);
  });

  test('does not heed what a folder above the project says of TypeScript', () => {
    const root = project();
    const plain = bundleOf({ entry, format: 'file', root });
    const other = project();
    writeFileSync(
      join(other, 'tsconfig.json'),
      '{ "compilerOptions": { "alwaysStrict": true, "target": "es5" } }',
    );
    expect(bundleOf({ entry, format: 'file', root: other }).equals(plain)).toBe(true);
  });

  test('of a program with a mistake fails with file and line', () => {
    const root = project();
    writeFileSync(join(root, 'services/greeting.ts'), 'export const greeting = ;\n');
    expect(() => bundleOf({ entry, format: 'file', root })).toThrow(
      'services/greeting.ts:1:24: ERROR: Unexpected ";"',
    );
    expect(() => bundleOf({ entry: 'services/none.ts', format: 'file', root })).toThrow('services/none.ts');
  });
});

describe('the cache', () => {
  test('spares a second process the bundling', () => {
    const root = project();
    const built = bundleOf({ entry, format: 'zip', root });
    const [record = ''] = recordsOf(root);
    utimesSync(record, 1, 1);
    inNewProcess((fresh) => {
      expect(fresh({ entry, format: 'zip', root }).equals(built)).toBe(true);
    });
    expect(statSync(record).mtimeMs).toBe(1000);
  });

  test('is of no use once a source says something else', () => {
    const root = project();
    bundleOf({ entry, format: 'file', root });
    const { mtime, atime } = statSync(join(root, 'services/greeting.ts'));
    writeFileSync(join(root, 'services/greeting.ts'), "export const greeting: string = 'hallo';\n");
    utimesSync(join(root, 'services/greeting.ts'), atime, mtime);
    inNewProcess((fresh) => {
      expect(run(fresh({ entry, format: 'file', root }))).toBe('hallo, Ada');
    });
  });

  test('is of no use once packages are others, which the lock file tells', () => {
    const root = project();
    const file = join(root, 'node_modules/greeter/index.js');
    mkdirSync(dirname(file));
    writeFileSync(file, "exports.greeting = 'hello';\n");
    writeFileSync(join(root, 'services/greeting.ts'), "export { greeting } from 'greeter';\n");
    bundleOf({ entry, format: 'file', root });
    writeFileSync(file, "exports.greeting = 'hallo';\n");
    writeFileSync(join(root, 'package-lock.json'), '{}');
    inNewProcess((fresh) => {
      expect(run(fresh({ entry, format: 'file', root }))).toBe('hallo, Ada');
    });
  });

  test('that somebody has changed is built anew', () => {
    const root = project();
    const built = bundleOf({ entry, format: 'file', root });
    for (const file of cached(root).filter((file) => !file.endsWith('.json')))
      writeFileSync(file, 'something else');
    inNewProcess((fresh) => {
      expect(fresh({ entry, format: 'file', root }).equals(built)).toBe(true);
    });
  });

  test('that is no record at all is built anew', () => {
    const root = project();
    const built = bundleOf({ entry, format: 'file', root });
    for (const file of recordsOf(root)) writeFileSync(file, '{"recipe"');
    inNewProcess((fresh) => {
      expect(fresh({ entry, format: 'file', root }).equals(built)).toBe(true);
    });
  });
});

describe('a Program', () => {
  const real = 'services/token-claims/handler.ts';

  test.each(['zip', 'file'] as const)(
    'lies as %s in the output of its stack, in a folder named by its content',
    (format) => {
      const outdir = temporaryFolder();
      const app = new App({ outdir });
      const stack = new TerraformStack(app, 'test');
      const program = new Program(stack, 'Program', { entry: real, format });
      app.synth();
      const content = readFileSync(join(outdir, 'stacks/test', program.path));
      const digest = createHash('sha256').update(content);
      expect(program.hash).toBe(digest.copy().digest('hex'));
      expect(program.base64Sha256).toBe(digest.digest('base64'));
      expect(program.bytes).toBe(content.length);
      expect(program.path).toMatch(/^\.\/assets\/Program\w*\/[0-9a-f]{32}\/(program\.zip|index\.js)$/);
      expect(program.path).toContain(program.hash.slice(0, 32));
    },
  );
});
