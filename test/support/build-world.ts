import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { remoteOf, type Source } from '../../constructs/onboarding/build-spec';

export const SOURCE: Source = {
  connectionArn: 'arn:aws:codeconnections:us-east-1:111111111111:connection/3f0c',
  ...{ repository: 'bulkhead/platform', branch: 'main', environment: 'prod' },
};
const TENANTS = 'config/environments/prod/tenants';

/** Tools that the commands of projects need, and are not here. */
export const missingTools: readonly string[] = ['bash', 'git', 'jq', 'xargs'].filter(
  (tool) => spawnSync(tool, ['--version']).status !== 0,
);

export interface Ran {
  readonly status: number | null;
  readonly log: string;
  /** What the command was given. */
  readonly seen: {
    readonly args: readonly string[];
    readonly request?: string;
    readonly tenants: readonly string[];
    readonly profile?: string;
  };
  /** The variable that the project exports. */
  readonly outcome: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A folder as CodeBuild gives one to a project, with a real shell, real git and jq. What stands for something else: a repository on
 * this machine for the remote, `npm` that writes down what it is asked, and a command that writes down what it is given and says
 * what `SAYS` tells it, with the exit code `ENDS`.
 */
export class BuildWorld {
  /** Commit that was deployed. Since then a tenant has come, one has gone, and the program has changed. */
  public readonly commit: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'bulkhead-build-'));

  public constructor() {
    for (const folder of ['bin', 'build', 'home', `origin/${TENANTS}`, 'origin/bin']) {
      mkdirSync(this.file(folder), { recursive: true });
    }
    writeFileSync(
      this.file('home/.gitconfig'),
      `[user]\nname = x\nemail = x@example.com\n[url "${this.file('origin')}"]\ninsteadOf = ${remoteOf(SOURCE)}\n`,
    );
    this.program('npm', `#!/bin/sh\necho "npm $*" >> ${this.file('calls')}\n`);
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', this.file('origin')]);
    this.git('config', 'user.name', 'x');
    this.git('config', 'user.email', 'x@example.com');
    writeFileSync(
      this.file('origin/bin/bulkhead.js'),
      `const fs = require('node:fs');
const at = process.argv.indexOf('--from');
fs.writeFileSync(process.env.SEEN, JSON.stringify({ args: process.argv.slice(2), request: at < 0 ? undefined : fs.readFileSync(process.argv[at + 1], 'utf8'), tenants: fs.readdirSync('${TENANTS}'), profile: process.env.AWS_PROFILE }));
process.stdout.write(process.env.SAYS || '');
process.exitCode = Number(process.env.ENDS || 0);`,
    );
    writeFileSync(this.file('origin', TENANTS, 'acme.yaml'), 'id: acme\n');
    this.git('add', '.');
    this.git('commit', '--quiet', '-m', 'deployed');
    this.commit = this.git('rev-parse', 'HEAD');
    writeFileSync(this.file('origin', TENANTS, 'globex.yaml'), 'id: globex\n');
    this.git('rm', '--quiet', `${TENANTS}/acme.yaml`);
    writeFileSync(this.file('origin/bin/bulkhead.js'), 'throw new Error("not what was deployed")');
    this.git('add', '.');
    this.git('commit', '--quiet', '-m', 'newer');
  }

  public file(...path: readonly string[]): string {
    return join(this.folder, ...path);
  }

  /** A program that the commands find first. */
  public program(name: string, text: string): void {
    writeFileSync(this.file('bin', name), text);
    chmodSync(this.file('bin', name), 0o755);
  }

  /** Runs a project. */
  public run(spec: string, variables: Readonly<Record<string, string>>): Ran {
    const { phases } = JSON.parse(spec) as { phases: { build: { commands: readonly [string] } } };
    const script = `${phases.build.commands[0]}\nprintf '%s' "\${OUTCOME:-}" > ${this.file('outcome')}`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
      cwd: this.file('build'),
      encoding: 'utf8',
      env: {
        PATH: [this.file('bin'), process.env['PATH']].join(delimiter),
        ...{ HOME: this.file('home'), SEEN: this.file('seen') },
        ...variables,
      },
    });
    const read = (name: string): unknown => {
      const text = existsSync(this.file(name)) ? readFileSync(this.file(name), 'utf8') : '';
      return text === '' ? undefined : JSON.parse(text);
    };
    return {
      status,
      log: `${stdout}${stderr}`,
      seen: (read('seen') ?? {}) as Ran['seen'],
      outcome: read('outcome') as Ran['outcome'],
    };
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private git(...args: readonly string[]): string {
    return execFileSync('git', ['-C', this.file('origin'), ...args], { encoding: 'utf8' }).trim();
  }
}
