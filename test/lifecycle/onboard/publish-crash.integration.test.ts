import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildSync } from 'esbuild';
import { git, GitWorld, tenantFile } from './git-world';

/** Publishing in processes of their own: killed anywhere, and several at once. */

let world: GitWorld;
let program: string;
beforeEach(() => {
  world = new GitWorld();
  program = join(world.folder, 'publish.js');
  buildSync({
    stdin: {
      contents: `import { publish } from './lifecycle/onboard/publish';
const [file, tenantId] = process.argv.slice(2);
publish({ file, tenantId, branch: 'main' }).then(({ commit }) => console.log(commit), (error) => { console.error(error.message); process.exitCode = 1; });`,
      resolveDir: process.cwd(),
    },
    ...{ bundle: true, platform: 'node', outfile: program, logLevel: 'error' },
  });
});
afterEach(() => {
  world.remove();
});

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs it to its end. @param path folder before all others in which programs are looked for */
function run(file: string, id: string, path?: string): Promise<Ended> {
  const env = { ...process.env, ...(path && { PATH: [path, process.env['PATH']].join(delimiter) }) };
  const child = spawn(process.execPath, [program, file, id], { env });
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  return new Promise((resolve) =>
    child.on('close', (code) => {
      resolve({ code, stderr });
    }),
  );
}

/** A git that kills whoever calls it for the nth time: before it does anything, or after it has done it. */
function killer(nth: number, when: 'before' | 'after'): string {
  const folder = join(world.folder, `killer-${String(nth)}-${when}`);
  mkdirSync(folder);
  const real = git(world.folder, '--exec-path');
  const script = `#!/bin/sh
echo x >> ${folder}/calls
COUNT=$(wc -l < ${folder}/calls)
[ ${when} = before ] && [ $COUNT -eq ${String(nth)} ] && { kill -9 $PPID; exit 1; }
${real}/git "$@"
CODE=$?
[ ${when} = after ] && [ $COUNT -eq ${String(nth)} ] && kill -9 $PPID
exit $CODE
`;
  writeFileSync(join(folder, 'git'), script);
  chmodSync(join(folder, 'git'), 0o755);
  return folder;
}

test.each(['before', 'after'] as const)(
  'killed %s any call of git, the same again ends with one commit and a checkout as without it',
  async (when) => {
    let died = 0;
    for (let nth = 1; ; nth += 1) {
      const id = `acme-${String(nth)}`;
      const checkout = world.checkout(`${when}-${String(nth)}`);
      const file = tenantFile(checkout, id);
      const path = killer(nth, when);
      const first = await run(file, id, path);
      if (first.code === 0) break;
      expect(first.code).toBeNull();
      died += 1;
      expect(await run(file, id)).toEqual({ code: 0, stderr: '' });
      const own = world.subjects().filter((subject) => subject === `feat(tenants): onboard ${id}`);
      expect(own).toHaveLength(1);
      expect([nth, git(checkout, 'status', '--porcelain', '--branch')]).toEqual([
        nth,
        '## main...origin/main',
      ]);
      expect(existsSync(join(path, 'calls')) && readFileSync(join(path, 'calls'), 'utf8')).toHaveLength(
        2 * nth,
      );
    }
    // As many calls as publishing makes.
    expect(died).toBeGreaterThan(12);
  },
);

test('eight at once, two in each of four checkouts, get on the branch one after the other', async () => {
  const ids = Array.from({ length: 8 }, (_, index) => `tenant-${String(index)}`);
  const checkouts = [0, 1, 2, 3].map((index) => world.checkout(`at-once-${String(index)}`));
  const ended = await Promise.all(
    ids.map((id, index) => run(tenantFile(checkouts[index % checkouts.length] ?? '', id), id)),
  );
  const through = ended.filter(({ code }) => code === 0).length;
  // Whoever was unlucky five times runs the same again.
  for (const [index, { code }] of ended.entries()) {
    if (code !== 0)
      await run(tenantFile(checkouts[index % checkouts.length] ?? '', ids[index] ?? ''), ids[index] ?? '');
  }
  expect(through).toBeGreaterThanOrEqual(4);
  expect([...world.subjects()].sort()).toEqual(
    [...ids.map((id) => `feat(tenants): onboard ${id}`), 'docs: README.md'].sort(),
  );
});
