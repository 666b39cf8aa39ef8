import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reviewCommand } from '../../cli/review';
import { isAlive } from '../../files/lock';
import { KEY, run, temporary } from '../support/review-command';

afterEach(() => {
  process.exitCode = undefined;
});

describe('bulkhead review of revisions', () => {
  const git = (root: string, ...args: readonly string[]): string =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();

  /** A project whose synth writes one stack of a tenant, with a key as `key.json` says. */
  function project(): string {
    const root = temporary();
    git(root, 'init', '-b', 'main');
    mkdirSync(join(root, 'bin'));
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'bin/synth.js'), SYNTH);
    writeFileSync(join(root, '.gitignore'), 'node_modules/\n.review/\n');
    for (const place of ['package-lock.json', 'node_modules/.package-lock.json'])
      writeFileSync(join(root, place), '{"packages":{}}');
    commit(root, KEY);
    return root;
  }

  function commit(root: string, key: object): string {
    writeFileSync(join(root, 'key.json'), JSON.stringify(key));
    git(root, 'add', '-A');
    git(root, 'commit', '-m', 'a change');
    return git(root, 'rev-parse', 'HEAD');
  }

  // As `output` above, and told how often it was run.
  const SYNTH = `
    const fs = require('node:fs');
    const path = require('node:path');
    const root = path.join(__dirname, '..');
    const key = JSON.parse(fs.readFileSync(path.join(root, 'key.json'), 'utf8'));
    if (key.slow) { fs.writeFileSync(path.join(root, 'node_modules.pid'), String(process.pid)); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300000); }
    if (key.broken) { console.error('platform.yaml:1:1 cannot be'); process.exit(1); }
    fs.appendFileSync(path.join(root.replace(/.\\.review.*/, ''), 'node_modules/runs'), 'x');
    const folder = path.resolve(root, process.env.CDKTF_OUTDIR);
    const stack = 'use1a-tenant-acme';
    const workingDirectory = 'stacks/' + stack;
    const synthesizedStackPath = workingDirectory + '/cdk.tf.json';
    fs.mkdirSync(path.join(folder, workingDirectory), { recursive: true });
    fs.writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify({ stacks: { [stack]: { name: stack, synthesizedStackPath, workingDirectory } } }));
    const tags = { environment: process.env.BULKHEAD_ENV, cell: 'use1a', tier: 'enterprise', tenant: 'acme' };
    const text = { provider: { aws: [{ default_tags: [{ tags }] }] }, resource: { aws_kms_key: { Key: key } }, terraform: {} };
    fs.writeFileSync(path.join(folder, synthesizedStackPath), JSON.stringify(text, null, 2));
  `;
  const runs = (root: string): number => readFileSync(join(root, 'node_modules/runs'), 'utf8').length;

  it('compares a revision with the working tree as it is, and leaves no trace but its cache', async () => {
    const root = project();
    writeFileSync(join(root, 'key.json'), JSON.stringify({ ...KEY, lifecycle: {} }));
    const { out, err, code } = await run('review', root, 'HEAD');
    expect(code).toBe(20);
    expect(out).toMatch(/^dev: HEAD \(\w{9}\) → the working tree\n/);
    expect(err).toMatch(/synthesizing dev of HEAD \(\w{9}\); kept in \.review for the next time\n/);
    expect(readdirSync(join(root, '.review'))).toEqual(['commits']);
    expect(git(root, 'status', '--short')).toBe('M key.json');
    expect(git(root, 'worktree', 'list').split('\n')).toHaveLength(1);
  });

  it('synthesizes a commit once, whatever it is called', async () => {
    const root = project();
    const old = git(root, 'rev-parse', 'HEAD');
    const head = commit(root, { ...KEY, enable_key_rotation: false });
    expect((await run('review', root, 'HEAD~1', 'main')).code).not.toBe(0);
    expect(runs(root)).toBe(2);
    const again = await run('review', root, old, head);
    expect([runs(root), again.err]).toEqual([2, '']);
    expect(again.out).toContain(`dev: ${old.slice(0, 60)} → `);
  });

  it('trusts nothing that an interrupted review has left', async () => {
    const root = project();
    const head = git(root, 'rev-parse', 'HEAD');
    // Of a process that is no more, and a folder of a commit that nobody finished.
    mkdirSync(join(root, '.review/draft-999999999-abc'), { recursive: true });
    mkdirSync(join(root, '.review/commits', head, 'dev'), { recursive: true });
    const { code, out } = await run('review', root, 'HEAD', 'HEAD');
    expect([code, out.includes('Nothing changes: 1 stack')]).toEqual([0, true]);
    expect(readdirSync(join(root, '.review'))).toEqual(['commits']);
  });

  it('stops what it began when it is interrupted', async () => {
    const root = project();
    writeFileSync(join(root, '.gitignore'), 'node_modules/\nnode_modules.pid\n.review/\n');
    writeFileSync(join(root, 'key.json'), JSON.stringify({ slow: true }));
    const pid = join(root, 'node_modules.pid');
    const running = run('review', root, 'HEAD');
    while (!existsSync(pid) || readFileSync(pid, 'utf8') === '')
      await new Promise((resolve) => setTimeout(resolve, 50));
    process.emit('SIGINT');
    expect((await running).code).toBe(130);
    expect(readdirSync(join(root, '.review')).filter((name) => name !== 'commits')).toEqual([]);
    const synth = Number(readFileSync(pid, 'utf8'));
    while (isAlive(synth)) await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it('can be run twice at once', async () => {
    const root = project();
    commit(root, { ...KEY, description: 'other' });
    const spies = [jest.spyOn(process.stdout, 'write'), jest.spyOn(process.stderr, 'write')];
    for (const spy of spies) spy.mockReturnValue(true);
    await Promise.all(
      [1, 2].map(() => reviewCommand({ root }).parseAsync(['HEAD~1', 'HEAD'], { from: 'user' })),
    );
    for (const spy of spies) spy.mockRestore();
    expect(process.exitCode).toBe(0);
    expect(readdirSync(join(root, '.review'))).toEqual(['commits']);
    expect(readdirSync(join(root, '.review/commits'))).toHaveLength(2);
  });

  it('compares with where a branch left, if asked to', async () => {
    const root = project();
    git(root, 'checkout', '-q', '-b', 'feature');
    commit(root, { ...KEY, description: 'mine' });
    git(root, 'checkout', '-q', 'main');
    commit(root, { ...KEY, deletion_window_in_days: 7 });
    const theirs = 'deletion_window_in_days: 7 → 30';
    expect((await run('review', root, 'main', 'feature', '--all')).out).toContain(theirs);
    const { out } = await run('review', root, 'main', 'feature', '--all', '--merge-base');
    expect(out).not.toContain('deletion_window_in_days');
    expect(out).toMatch(/^dev: where it left main \(\w{9}\) → feature/);
  });

  it('says what the synth of a revision said, of both sides at once', async () => {
    const root = project();
    commit(root, { broken: true });
    const { err, code } = await run('review', root, 'HEAD', 'HEAD~0', '--env', 'prod');
    expect(code).toBe(2);
    expect(
      err
        .replaceAll(/\w{9}(?=\))/g, '…')
        .split('\n')
        .slice(-5),
    ).toEqual([
      'HEAD (…) does not synthesize prod:',
      '  platform.yaml:1:1 cannot be',
      'HEAD~0 (…) does not synthesize prod:',
      '  platform.yaml:1:1 cannot be',
      '',
    ]);
    expect(readdirSync(join(root, '.review'))).toEqual([]);
  });

  it('says of an unknown revision what may have been meant', async () => {
    const root = project();
    git(root, 'branch', 'release-2026');
    const { err, code } = await run('review', root, 'relaese-2026');
    expect([code, err]).toEqual([
      2,
      `"relaese-2026" is neither a revision of this repository nor a folder with a manifest.json; did you mean "release-2026"?\n  allowed: a branch, a tag, a commit, HEAD~3, or an output folder such as cdktf.out/prod\n`,
    ]);
  });

  it('says when a revision cannot be synthesized at all, or there is no repository', async () => {
    const root = project();
    git(root, 'rm', '-q', 'bin/synth.js');
    git(root, 'commit', '-q', '-m', 'none');
    expect((await run('review', root, 'HEAD', 'HEAD~1')).err).toContain(
      'cannot be synthesized: it has no bin/synth.js',
    );
    const elsewhere = temporary();
    expect((await run('review', elsewhere, 'main')).err).toContain(
      `"main" is no folder with a manifest.json, and ${elsewhere} is no git repository`,
    );
  });

  it('works in a part of a repository', async () => {
    const whole = temporary();
    const part = join(whole, 'infra/bulkhead');
    cpSync(project(), part, {
      recursive: true,
      filter: (path) => !path.includes('.git/') && !path.endsWith('.git'),
    });
    git(whole, 'init', '-b', 'main');
    git(whole, 'add', '-A');
    git(whole, 'commit', '-m', 'all');
    expect(await run('review', part, 'HEAD')).toMatchObject({ code: 0 });
  });
});
