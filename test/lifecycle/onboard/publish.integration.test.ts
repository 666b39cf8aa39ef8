import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publish, publishPhase, type PublishProps, unpublish } from '../../../lifecycle/onboard/publish';
import type { PhaseContext } from '../../../lifecycle/operation';
import { git, GitWorld, tenantFile } from './git-world';

let world: GitWorld;
beforeEach(() => {
  world = new GitWorld();
});
afterEach(() => {
  world.remove();
});

const PATH = 'config/environments/prod/tenants/acme.yaml';

/** Publishing from a checkout, which waits for nothing. */
const props = (checkout: string, rest: Partial<PublishProps> = {}): PublishProps => ({
  ...{ file: join(checkout, PATH), tenantId: 'acme', branch: 'main', pause: () => Promise.resolve() },
  ...rest,
});

/** What of a checkout must stay as it is. */
const stateOf = (checkout: string): readonly string[] => [
  git(checkout, 'rev-parse', 'HEAD'),
  git(checkout, 'status', '--porcelain=v1', '--branch'),
  git(checkout, 'diff', '--cached'),
  git(checkout, 'diff'),
];

/** A checkout on no branch, as CodeBuild has it. */
function detached(): string {
  const checkout = world.checkout('build');
  git(checkout, 'checkout', '--quiet', '--detach');
  tenantFile(checkout, 'acme');
  return checkout;
}

describe('publishing a tenant’s file', () => {
  it('makes one commit, with this file alone', async () => {
    const checkout = detached();
    const { commit, isNew } = await publish(props(checkout));
    expect(isNew).toBe(true);
    expect(world.subjects()).toEqual(['feat(tenants): onboard acme', 'docs: README.md']);
    expect(world.touchedBy(commit)).toEqual([PATH]);
    expect(git(world.remote, 'show', `main:${PATH}`)).toBe('id: acme');
  });

  it('leaves a dirty checkout on no branch as it is', async () => {
    const checkout = detached();
    writeFileSync(join(checkout, 'README.md'), 'half-written\n');
    writeFileSync(join(checkout, 'staged.txt'), 'staged\n');
    git(checkout, 'add', 'staged.txt');
    const before = stateOf(checkout);
    const { commit } = await publish(props(checkout));
    expect(stateOf(checkout)).toEqual(before);
    expect(world.touchedBy(commit)).toEqual([PATH]);
    expect(git(checkout, 'for-each-ref', 'refs/bulkhead')).toBe('');
  });

  it('goes on top of what others have pushed since', async () => {
    const checkout = detached();
    const other = world.checkout('other');
    writeFileSync(join(other, 'NEWS.md'), 'news\n');
    world.commit(other, 'NEWS.md');
    await publish(props(checkout));
    expect(world.subjects()).toEqual(['feat(tenants): onboard acme', 'docs: NEWS.md', 'docs: README.md']);
  });

  it('is done when the branch says the same already: killed after the push, or brought there by a person', async () => {
    const checkout = detached();
    const first = await publish(props(checkout));
    expect(await publish(props(checkout))).toEqual({ commit: first.commit, isNew: false });
    expect(world.subjects()).toHaveLength(2);
  });

  it('never goes over another file of that name', async () => {
    const checkout = detached();
    const other = world.checkout('other');
    tenantFile(other, 'acme', 'id: acme\nname: another\n');
    world.commit(other, PATH);
    await expect(publish(props(checkout))).rejects.toMatchObject({
      message: `branch main has another file of that name: ${PATH}`,
      next: [`git fetch origin main && git diff FETCH_HEAD -- ${PATH}   shows how they differ`],
    });
    expect(git(world.remote, 'show', `main:${PATH}`)).toContain('another');
  });

  it('is tried again when somebody was faster, and waits longer each time', async () => {
    const checkout = detached();
    const waits: number[] = [];
    let others = 0;
    const faster = (milliseconds: number): Promise<void> => {
      waits.push(milliseconds);
      return Promise.resolve();
    };
    // A hook of the remote pushes before each push of ours is taken, three times.
    hook(`[ "$(cat $GIT_DIR/others 2>/dev/null | wc -l)" -ge 3 ] && exit 0
echo x >> $GIT_DIR/others
unset GIT_QUARANTINE_PATH
git update-ref refs/heads/main $(git commit-tree -p main -m other main^{tree})`);
    others = 3;
    await publish(props(checkout, { pause: faster }));
    expect(waits).toEqual([500, 1000, 2000]);
    expect(world.subjects()).toEqual([
      'feat(tenants): onboard acme',
      ...Array.from({ length: others }, () => 'other'),
      'docs: README.md',
    ]);
  });

  it('gives up after five times, and leaves nothing behind', async () => {
    const checkout = detached();
    hook(`unset GIT_QUARANTINE_PATH
git update-ref refs/heads/main $(git commit-tree -p main -m other main^{tree})`);
    const before = stateOf(checkout);
    await expect(publish(props(checkout))).rejects.toMatchObject({
      message: 'somebody else pushed to main 5 times while this was pushed; nothing was published',
      next: ['run the same command again'],
    });
    expect(stateOf(checkout)).toEqual(before);
    expect(world.subjects()).not.toContain('feat(tenants): onboard acme');
  });

  it('says what the remote says when it refuses', async () => {
    const checkout = detached();
    hook('echo "branch is protected" >&2; exit 1');
    await expect(publish(props(checkout))).rejects.toThrow(/^origin refuses a commit on main: .*protected/s);
  });

  it('says so when the branch is not there, or nothing is a checkout', async () => {
    const checkout = detached();
    await expect(publish(props(checkout, { branch: 'nowhere' }))).rejects.toThrow(
      'branch nowhere cannot be fetched from origin',
    );
    const outside = join(world.folder, 'outside');
    mkdirSync(outside);
    await expect(publish(props(checkout, { file: join(outside, 'acme.yaml') }))).rejects.toThrow(
      'is in no git checkout',
    );
  });

  it('is committed by Bulkhead where git knows nobody', async () => {
    const checkout = detached();
    git(checkout, 'config', '--unset', 'user.name');
    git(checkout, 'config', '--unset', 'user.email');
    const [home, config] = [process.env['HOME'], process.env['XDG_CONFIG_HOME']];
    process.env['HOME'] = process.env['XDG_CONFIG_HOME'] = world.folder;
    try {
      await publish(props(checkout));
    } finally {
      restore('HOME', home);
      restore('XDG_CONFIG_HOME', config);
    }
    expect(git(world.remote, 'log', '-1', '--format=%an <%ae>', 'main')).toBe(
      'Bulkhead <bulkhead@localhost>',
    );
  });
});

describe('a checkout on the branch', () => {
  it('is brought forward, and its next pull has nothing in its way', async () => {
    const checkout = world.checkout('person');
    tenantFile(checkout, 'acme');
    writeFileSync(join(checkout, 'README.md'), 'half-written\n');
    const { commit } = await publish(props(checkout));
    expect(git(checkout, 'rev-parse', 'HEAD')).toBe(commit);
    expect(git(checkout, 'status', '--porcelain')).toBe(' M README.md');
  });

  it('with a change that a newer commit touches too stays as it is', async () => {
    const checkout = world.checkout('person');
    const other = world.checkout('other');
    writeFileSync(join(other, 'README.md'), 'newer\n');
    world.commit(other, 'README.md');
    tenantFile(checkout, 'acme');
    writeFileSync(join(checkout, 'README.md'), 'half-written\n');
    const before = git(checkout, 'rev-parse', 'HEAD');
    await publish(props(checkout));
    expect(git(checkout, 'rev-parse', 'HEAD')).toBe(before);
    expect(git(checkout, 'status', '--porcelain')).toBe(' M README.md\n?? config/');
    expect(readFileSync(join(checkout, 'README.md'), 'utf8')).toBe('half-written\n');
  });

  it('with commits of its own stays as it is, and they are not pushed', async () => {
    const checkout = world.checkout('person');
    writeFileSync(join(checkout, 'own.txt'), 'own\n');
    git(checkout, 'add', 'own.txt');
    git(checkout, 'commit', '--quiet', '-m', 'own');
    tenantFile(checkout, 'acme');
    const before = git(checkout, 'rev-parse', 'HEAD');
    await publish(props(checkout));
    expect(git(checkout, 'rev-parse', 'HEAD')).toBe(before);
    expect(world.subjects()).not.toContain('own');
  });
});

describe('taking it back', () => {
  it('takes the file off the branch, once', async () => {
    const checkout = detached();
    await publish(props(checkout));
    expect(await unpublish(props(checkout))).toMatchObject({ isNew: true });
    expect(await unpublish(props(checkout))).toMatchObject({ isNew: false });
    expect(world.subjects()[0]).toBe('revert(tenants): take acme back');
    expect(git(world.remote, 'ls-tree', '-r', '--name-only', 'main')).toBe('README.md');
  });

  it('leaves a file that somebody has changed since', async () => {
    const checkout = detached();
    await publish(props(checkout));
    const other = world.checkout('other');
    tenantFile(other, 'acme', 'id: acme\nname: corrected\n');
    world.commit(other, PATH);
    await expect(unpublish(props(checkout))).rejects.toThrow('somebody has changed since');
    expect(git(world.remote, 'show', `main:${PATH}`)).toContain('corrected');
  });

  it('has nothing to do where nothing was published', async () => {
    const checkout = detached();
    rmSync(join(checkout, PATH));
    expect(await unpublish(props(checkout))).toMatchObject({ isNew: false });
  });
});

test('the phase remembers the commit, and tells people', async () => {
  const checkout = detached();
  const notes: string[] = [];
  const context = { note: (text: string) => notes.push(text) } as unknown as PhaseContext;
  const phase = publishPhase(props(checkout));
  const { facts } = (await phase.run(context)) ?? {};
  expect(facts).toEqual({ publishedCommit: git(world.remote, 'rev-parse', 'main') });
  await phase.undo?.(context);
  expect(notes.map((text) => text.replace(/[0-9a-f]{12}$/, '…'))).toEqual([
    'main has it since …',
    'main has it no more since …',
  ]);
});

/** A hook of the remote, before it takes a push. */
function hook(script: string): void {
  const file = join(world.remote, 'hooks/pre-receive');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
