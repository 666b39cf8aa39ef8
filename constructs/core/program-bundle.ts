import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import type * as Esbuild from 'esbuild';
import type * as Fflate from 'fflate';

/** What a program becomes: an archive for Lambda with `index.js` in it, or that file alone. */
export type ProgramFormat = 'zip' | 'file';

export interface ProgramSource {
  /** The program's first file, from the root: `services/token-claims/handler.ts`. */
  readonly entry: string;
  readonly format: ProgramFormat;
  /** Folder of the project. @default - the working directory, which is the project's root in every synth */
  readonly root?: string;
}

/** How programs are bundled. A new number makes every cached bundle stale. */
const RECIPE = 3;

/** Where bundles are kept from one run to the next, from the root. */
const CACHE = 'node_modules/.cache/bulkhead/programs';

/** What tells whether a cached bundle still is what its sources would give. */
interface CacheRecord {
  readonly recipe: number;
  /** SHA-256 of each file of ours that went into it, and of the lock file, which stands for all that are not ours. */
  readonly sources: Readonly<Record<string, string>>;
  /** Name of the file with the bundle, in the same folder. */
  readonly bundle: string;
}

/** A file of ours in a bundle: its path from the root, and how long it was when it was read. */
interface Source {
  readonly file: string;
  readonly bytes: number;
}

/** What tells which versions of packages there are. */
const LOCK_FILE = 'package-lock.json';

const bundled = new Map<string, Buffer>();

/**
 * A program and all it imports, in one minified CommonJS file: the same bytes on every machine. Sources are read once a
 * process; a later process bundles again only if one of them has another content.
 *
 * @throws Error naming file, line and column when a source cannot be read or is no program
 */
export function bundleOf({ entry, format, root = process.cwd() }: ProgramSource): Buffer {
  const key = [resolve(root, entry), format].join(' ');
  const content = bundled.get(key) ?? cachedOrBuilt({ entry, format, root });
  bundled.set(key, content);
  return content;
}

function cachedOrBuilt(source: Required<ProgramSource>): Buffer {
  const { entry, format, root } = source;
  const folder = join(root, CACHE);
  const record = join(folder, `${sha256(`${entry} ${format}`).slice(0, 16)}.json`);
  const cached = fromCache(root, folder, record);
  if (cached) return cached;
  const { code, sources } = build(source);
  const content = Buffer.from(format === 'zip' ? zip(code, root) : code);
  keep(content, sources, { root, folder, record });
  return content;
}

/** Leaves a bundle to later runs, in the place of the last one. */
function keep(
  content: Buffer,
  sources: readonly Source[],
  { root, folder, record }: { readonly root: string; readonly folder: string; readonly record: string },
): void {
  // A source saved while it was being read would look bundled: leave it to the next run.
  if (!sources.every(({ file, bytes }) => read(join(root, file))?.length === bytes)) return;
  const bundle = sha256(content);
  const last = readJson(record) as Partial<CacheRecord> | undefined;
  writeAtomically(join(folder, bundle), content);
  const hashes = Object.fromEntries(
    [...sources.map(({ file }) => file), LOCK_FILE].sort().map((file) => [file, hashOf(root, file)]),
  );
  writeAtomically(record, JSON.stringify({ recipe: RECIPE, sources: hashes, bundle } satisfies CacheRecord));
  if (last?.bundle && last.bundle !== bundle) rmSync(join(folder, last.bundle), { force: true });
}

function fromCache(root: string, folder: string, record: string): Buffer | undefined {
  const last = readJson(record) as Partial<CacheRecord> | undefined;
  if (last?.recipe !== RECIPE || !last.sources || !last.bundle) return undefined;
  const { sources, bundle } = last;
  if (!Object.entries(sources).every(([file, hash]) => hashOf(root, file) === hash)) return undefined;
  const content = read(join(folder, bundle));
  // Named by its content: what another process or a person has done to it shows.
  return content && sha256(content) === bundle ? content : undefined;
}

/** Loaded when a program must be built only: they cost more to load than most stacks do to synthesize. */
function tools(root: string): { esbuild: typeof Esbuild; fflate: typeof Fflate } {
  const load = createRequire(join(root, 'package.json'));
  return { esbuild: load('esbuild') as typeof Esbuild, fflate: load('fflate') as typeof Fflate };
}

function build({ entry, format, root }: Required<ProgramSource>): { code: Uint8Array; sources: Source[] } {
  const { metafile, outputFiles } = tools(root).esbuild.buildSync({
    absWorkingDir: root,
    entryPoints: [entry],
    // Never written: the place that comments and maps would be relative to.
    outdir: root,
    bundle: true,
    platform: 'node',
    target: 'node22',
    // Packages in two forms are taken as modules, of which only what is used goes into the program: a fifth of its size.
    mainFields: ['module', 'main'],
    format: 'cjs',
    minify: true,
    // Lambda's runtime has the SDK's clients, and patches them. Of their parts it promises nothing.
    external: format === 'zip' ? ['@aws-sdk/client-*', '@aws-sdk/lib-*'] : [],
    // What a folder above the project says of its own programs must not count.
    tsconfigRaw: {},
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const [output] = outputFiles;
  if (!output) throw new Error(`${entry} gives no program`);
  const sources = Object.entries(metafile.inputs).filter(([file]) => !/(^|\/)node_modules\//.test(file));
  return { code: output.contents, sources: sources.map(([file, { bytes }]) => ({ file, bytes })) };
}

/** An archive of `index.js` that says nothing of when and where it was made. */
function zip(code: Uint8Array, root: string): Uint8Array {
  // In JavaScript, for the same bytes of every Node version. Local time, for that is what archives hold.
  const mtime = new Date(1980, 0, 1, 12);
  // Made on Unix (3), readable for all: Lambda runs programs as another user than their owner.
  return tools(root).fflate.zipSync({ 'index.js': [code, { level: 9, mtime, os: 3, attrs: 0o644 << 16 }] });
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function hashOf(root: string, file: string): string {
  const content = read(join(root, file));
  return content ? sha256(content) : '';
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Two runs at once, or two threads of one, each see a whole file. */
function writeAtomically(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${String(process.pid)}-${String(threadId)}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}
