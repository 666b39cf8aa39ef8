import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as readline from 'node:readline';
import { layoutOf } from '../../../rehearsal/runner/workspace';

const PROJECT = resolve('.');

/** A folder that is a project as far as a rehearsal looks at it: all but config and what is written are the project's own. */
export function scratchProject(): string {
  const root = mkdtempSync(join(tmpdir(), 'onboarding-'));
  for (const name of ['bin', 'node_modules', 'rehearsal', 'constructs'])
    symlinkSync(join(PROJECT, name), join(root, name));
  mkdirSync(join(root, 'config'));
  cpSync(join(PROJECT, 'config/environments'), join(root, 'config/environments'), { recursive: true });
  return root;
}

/** A project with the same rehearsed world. */
export function copyOf(project: string): string {
  const root = scratchProject();
  cpSync(join(project, '.rehearsal'), join(root, '.rehearsal'), { recursive: true, verbatimSymlinks: true });
  return root;
}

export const removeProject = (root: string): void => {
  rmSync(root, { recursive: true, force: true });
};

export interface Line {
  readonly type?: string;
  readonly phase?: string;
  readonly text?: string;
  readonly message?: string;
  readonly next?: readonly string[];
  readonly [key: string]: unknown;
}

export interface Onboarded {
  readonly code: number | null;
  readonly lines: readonly Line[];
  readonly stderr: string;
}

/**
 * Runs `bulkhead tenant onboard … --rehearse --json`.
 *
 * @param killAt the whole tree of processes is killed when this says so of a line
 */
export async function onboard(
  cli: string,
  root: string,
  args: readonly string[],
  killAt: (line: Line) => boolean = () => false,
): Promise<Onboarded> {
  const child = spawn(
    process.execPath,
    [cli, 'tenant', 'onboard', ...args, '--rehearse', '--json', '--as', 'ann'],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const lines: Line[] = [];
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  readline.createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    if (killAt(line)) killTree(child);
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, lines, stderr };
}

/** Kills a process and all that it has started, as a power cut would. */
function killTree({ pid = 0 }: ChildProcess): void {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
          return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const];
        } catch {
          return [];
        }
      }),
  );
  const tree = new Set([pid]);
  for (const one of tree) for (const [other, parent] of parents) if (parent === one) tree.add(other);
  for (const one of tree) {
    try {
      process.kill(one, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

/** What an onboarding has left: the registry's row, the file, and the world, without times and numbers of changes. */
export function leftBy(root: string, id: string): object {
  const folder = join(root, '.rehearsal/dev');
  const registry = readdirSync(join(folder, 'registry'), { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() &&
        ['tenants', 'places'].some((part) => entry.parentPath.includes(`/registry/${part}`)),
    )
    .map(
      (entry) =>
        [entry.name, withoutTimes(readFileSync(join(entry.parentPath, entry.name), 'utf8'))] as const,
    );
  return {
    registry: Object.fromEntries(registry.sort(([a], [b]) => (a < b ? -1 : 1))),
    file: readFileSync(join(folder, 'config/dev/tenants', `${id}.yaml`), 'utf8'),
    world: worldOf(root),
  };
}

const withoutTimes = (text: string): unknown =>
  JSON.parse(text, (key, value: unknown) =>
    ['version', 'createdAt', 'updatedAt', 'startedAt', 'deployBegun'].includes(key) ? undefined : value,
  );

/** Objects of the simulated world: how many of each type each stack has. */
export function worldOf(root: string): Readonly<Record<string, number>> {
  const objects = new Map<string, string>();
  for (const line of readFileSync(layoutOf(join(root, '.rehearsal/dev')).worldFile, 'utf8').split('\n')) {
    if (line === '') continue;
    const entry = JSON.parse(line) as { put?: { uid: string; type: string; stack: string }; remove?: string };
    if (entry.put) objects.set(entry.put.uid, `${entry.put.stack} ${entry.put.type}`);
    if (entry.remove !== undefined) objects.delete(entry.remove);
  }
  const counts: Record<string, number> = {};
  for (const name of [...objects.values()].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
