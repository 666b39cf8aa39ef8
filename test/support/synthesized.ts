import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStack, type WrittenStack } from './read-stack';

const ROOT = join(__dirname, '../..');

/** What is synthesized. */
export interface Sources {
  readonly environment: string;
  /** Ids of tenants that are there besides those of the sources, each set up like acme. @default - none */
  readonly tenants?: readonly string[];
  /** Lines that are added to acme's own file. @default - none */
  readonly settings?: string;
  /** Names or globs of the stacks to synthesize. @default - all */
  readonly stacks?: readonly string[];
}

// Loads the bundle that `bin/synth.js` runs: a tenth of the time that a test takes to load the sources.
const PROGRAM = `
  const [options] = process.argv.slice(1);
  require('./bin/run').run('main.ts', { packages: 'bundle' }, ({ synthesize }) => synthesize(JSON.parse(options)));
`;

/**
 * The output of a synth that all suites of a test run share, for each sources there are: the first that asks makes it, and
 * the others wait. Nobody may change what is in it.
 *
 * @returns its folder, as deep in the run's temporary folder as `<mkdtemp>/out` is, for paths of local state tell how deep
 * @throws Error with what the synth says is wrong
 */
export function synthesized(sources: Sources): string {
  const name = createHash('sha256').update(JSON.stringify(sources)).digest('hex').slice(0, 12);
  const folder = join(tmpdir(), `synthesized-${sources.environment}-${name}`);
  const outdir = join(folder, 'out');
  for (;;) {
    if (existsSync(outdir)) return outdir;
    const lock = `${folder}.lock`;
    if (taken(lock)) {
      try {
        if (!existsSync(outdir)) make(sources, folder, outdir);
      } finally {
        rmSync(lock);
      }
    } else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
}

/** Takes a lock, unless somebody who is still there has it. */
function taken(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isAlive(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isAlive(lock: string): boolean {
  try {
    const pid = readFileSync(lock, 'utf8');
    // Written a moment after it is made.
    return pid === '' || process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}

function make(
  { environment, tenants = [], settings = '', stacks = [] }: Sources,
  folder: string,
  outdir: string,
): void {
  const root = join(folder, 'root');
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(ROOT, 'config/environments'), join(root, 'config/environments'), { recursive: true });
  addTenants(join(root, 'config/environments', environment), tenants);
  if (settings !== '')
    appendFileSync(join(root, 'config/environments', environment, 'tenants/acme.yaml'), settings);
  // Written beside its place, as deep, and put there when it is whole.
  const draft = join(folder, 'draft');
  mkdirSync(folder, { recursive: true });
  const options = JSON.stringify({ root, environment, stacks, outdir: draft });
  execFileSync(process.execPath, ['-e', PROGRAM, options], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  renameSync(draft, outdir);
}

/** Adds tenants like acme to an environment, and to the number of them that it is planned for. */
function addTenants(environment: string, ids: readonly string[]): void {
  if (ids.length === 0) return;
  const [folder, file] = [join(environment, 'tenants'), join(environment, 'platform.yaml')];
  const acme = readFileSync(join(folder, 'acme.yaml'), 'utf8');
  const count = readdirSync(folder).length + ids.length;
  writeFileSync(file, readFileSync(file, 'utf8').replace(/(?<=^ +enterprise: )\d+/m, String(count)));
  for (const id of ids) writeFileSync(join(folder, `${id}.yaml`), acme.replaceAll(/\bacme\b/g, id));
}

/** Stacks of an environment as its sources are, read from what {@link synthesized} gives. */
export function synthesizedStacks(
  environment: string,
  wanted: (name: string) => boolean = () => true,
): readonly WrittenStack[] {
  const outdir = synthesized({ environment });
  const { stacks } = JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8')) as {
    readonly stacks: Readonly<Record<string, object>>;
  };
  return Object.keys(stacks)
    .filter(wanted)
    .map((name) => readStack(name, outdir));
}
