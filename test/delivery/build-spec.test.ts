import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { agreeSpec, buildSpec, scanSpec } from '../../constructs/delivery/build-spec';

/** The commands themselves, run by the shell that CodeBuild runs them in; `aws` and `docker` are played. */

const DIGEST = `sha256:${'a'.repeat(64)}`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bulkhead-build-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const write = (file: string, content: string, mode = 0o644): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), content, { mode });
};

interface Spec {
  readonly env: { readonly 'exported-variables'?: readonly string[] };
  readonly phases: { readonly build: { readonly commands: readonly string[] } };
  readonly artifacts?: { readonly 'base-directory': string; readonly files: readonly string[] };
}

/** Runs the commands of a spec in the folder `source`, and gives what it exports. */
function run(
  spec: string,
  variables: Readonly<Record<string, string>>,
): { code: number | null; output: string; exported: Record<string, string | undefined> } {
  const { env, phases } = JSON.parse(spec) as Spec;
  const names = env['exported-variables'] ?? [];
  const tell = names.map((name) => `printf '%s=%s\\n' ${name} "$(printenv ${name})" >> "$TOLD"`);
  const told = join(root, 'told');
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', [...phases.build.commands, ...tell].join('\n')],
    {
      cwd: join(root, 'source'),
      env: {
        PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`,
        HOME: root,
        TOLD: told,
        ROOT: root,
        ...variables,
      },
      encoding: 'utf8',
    },
  );
  const lines = existsSync(told) ? readFileSync(told, 'utf8').trim().split('\n') : [];
  const exported = Object.fromEntries(
    lines.map((line) => line.split('=', 2) as [string, string | undefined]),
  );
  return { code: status, output: stdout + stderr, exported };
}

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    cwd: join(root, 'source'),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: root },
  }).trim();

describe('a build', () => {
  const BUILD = { REGISTRY: '1.dkr.ecr.us-east-1.amazonaws.com', REPOSITORY: 'bulkhead/prod/api' };
  const docker = (): string[] =>
    existsSync(join(root, 'docker.log'))
      ? readFileSync(join(root, 'docker.log'), 'utf8').trim().split('\n')
      : [];

  beforeEach(() => {
    // The image is there once it was pushed.
    write(
      'bin/aws',
      `#!/bin/sh\ncase "$*" in *get-login-password*) echo password;; *describe-images*) if [ -f "$ROOT/pushed" ]; then echo ${DIGEST}; else echo ImageNotFoundException >&2; exit 254; fi;; esac\n`,
      0o755,
    );
    write(
      'bin/docker',
      '#!/bin/sh\necho "$1" >> "$ROOT/docker.log"\nif [ "$1" = login ]; then cat > /dev/null; fi\nif [ "$1" = push ]; then touch "$ROOT/pushed"; fi\n',
      0o755,
    );
    write('source/Dockerfile', 'FROM scratch\n');
    write('source/migrations/0001_first.json', '{}');
    write('source/migrations/0002_add-email.json', '{}');
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'first');
  });

  it('pushes the image of a commit, and hands on its digest, its name and the last migration', () => {
    const { code, exported } = run(buildSpec({ schema: true }), BUILD);
    expect(code).toBe(0);
    expect(exported).toEqual({
      IMAGE: DIGEST,
      RELEASE: git('rev-parse', '--short=12', 'HEAD'),
      SCHEMA: '0002_add-email',
    });
    expect(docker()).toEqual(['login', 'build', 'push']);
    expect(readdirSync(join(root, 'source/out')).sort()).toEqual(['migrations', 'release.json']);
  });

  it('is called by its tag if it has one, without what names may not have', () => {
    git('tag', 'releases/v1.2.3');
    expect(run(buildSpec({ schema: false }), BUILD).exported).toEqual({
      IMAGE: DIGEST,
      RELEASE: 'releases-v1.2.3',
    });
  });

  it('is not made twice', () => {
    write('pushed', '');
    const { code, exported } = run(buildSpec({ schema: false }), BUILD);
    expect([code, exported['IMAGE'], docker()]).toEqual([0, DIGEST, []]);
  });

  it('hands the accepted findings on to whoever checks the image', () => {
    write('source/.bulkhead/waivers.json', '[]');
    run(buildSpec({ schema: false }), BUILD);
    expect(readFileSync(join(root, 'source/out/waivers.json'), 'utf8')).toBe('[]');
  });

  it('fails when Docker does', () => {
    write('bin/docker', '#!/bin/sh\nexit 3\n', 0o755);
    expect(run(buildSpec({ schema: false }), BUILD).code).not.toBe(0);
  });

  it('fails when a service that owns the schema has no migration', () => {
    rmSync(join(root, 'source/migrations'), { recursive: true });
    mkdirSync(join(root, 'source/migrations'));
    const { code, output } = run(buildSpec({ schema: true }), BUILD);
    expect(code).toBe(1);
    expect(output).toContain('migrations/ is empty');
  });

  it('hands on what is in one folder, and no source', () => {
    expect((JSON.parse(buildSpec({ schema: true })) as Spec).artifacts).toEqual({
      'base-directory': 'out',
      files: ['**/*'],
    });
  });
});

describe('a scan', () => {
  const PROGRAM = 'console.log("checked")';

  beforeEach(() => {
    write('source/release.json', '{}');
    write('program.js', PROGRAM);
    write('bin/aws', '#!/bin/sh\necho "$4" > "$ROOT/fetched"\ncp "$ROOT/program.js" "$5"\n', 0o755);
  });

  it('runs the program that was deployed', () => {
    const PROGRAM_SHA256 = createHash('sha256').update(PROGRAM).digest('hex');
    const { code, output } = run(scanSpec(), { ARTIFACTS: 'bucket', PROGRAM_SHA256 });
    expect([code, output.trim()]).toEqual([0, 'checked']);
    expect(readFileSync(join(root, 'fetched'), 'utf8').trim()).toBe(
      `s3://bucket/programs/${PROGRAM_SHA256}/index.js`,
    );
  });

  it('runs no other', () => {
    const { code, output } = run(scanSpec(), { ARTIFACTS: 'bucket', PROGRAM_SHA256: '0'.repeat(64) });
    expect(code).toBe(1);
    expect(output).toContain('the program is not the one that was deployed');
    expect(output).not.toContain('checked');
  });
});

describe('cells agree', () => {
  beforeEach(() => {
    mkdirSync(join(root, 'source'));
  });

  it.each([
    ['yes', 'yes'],
    ['yes,yes,yes', 'yes'],
    ['yes,wait', 'wait'],
    ['wait', 'wait'],
    ['yes,', 'wait'],
    ['', 'wait'],
    ['yesyes', 'wait'],
  ])('answers %j are %s', (ANSWERS, answer) => {
    const { code, exported } = run(agreeSpec(), { ANSWERS });
    expect([code, exported]).toEqual([0, { CONTRACT: answer }]);
  });
});

it('nothing in any of them is an expression of Terraform', () => {
  for (const spec of [buildSpec({ schema: true }), buildSpec({ schema: false }), scanSpec(), agreeSpec()])
    expect(spec).not.toMatch(/[$%]\{/);
});
