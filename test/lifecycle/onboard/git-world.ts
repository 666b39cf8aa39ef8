import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A bare repository with a branch `main`, and checkouts of it, on this machine. */
export class GitWorld {
  public readonly folder = mkdtempSync(join(tmpdir(), 'bulkhead-git-'));
  public readonly remote = join(this.folder, 'remote.git');

  public constructor() {
    git(this.folder, 'init', '--quiet', '--bare', '--initial-branch=main', this.remote);
    const first = this.checkout('first');
    writeFileSync(join(first, 'README.md'), 'a platform\n');
    this.commit(first, 'README.md');
  }

  /** A new checkout, on branch `main` once there is one. */
  public checkout(name: string): string {
    const folder = join(this.folder, name);
    git(this.folder, 'clone', '--quiet', this.remote, folder);
    // Of the first checkout, which is one of nothing.
    git(folder, 'checkout', '--quiet', '-B', 'main');
    git(folder, 'config', 'user.name', name);
    git(folder, 'config', 'user.email', `${name}@example.com`);
    return folder;
  }

  /** Commits a file and pushes. */
  public commit(checkout: string, file: string): void {
    git(checkout, 'add', '--', file);
    git(checkout, 'commit', '--quiet', '-m', `docs: ${file}`);
    git(checkout, 'push', '--quiet', 'origin', 'HEAD:main');
  }

  /** Subjects of the branch's commits, the newest first. */
  public subjects(): readonly string[] {
    return git(this.remote, 'log', '--format=%s', 'main').split('\n');
  }

  /** Files that a commit of the branch touches. */
  public touchedBy(commit: string): readonly string[] {
    return git(this.remote, 'show', '--format=', '--name-only', commit).split('\n');
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What git prints. */
export const git = (folder: string, ...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();

/** Writes the file of a tenant into a checkout, and says where. */
export function tenantFile(checkout: string, id: string, text = `id: ${id}\n`): string {
  const folder = join(checkout, 'config/environments/prod/tenants');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${id}.yaml`);
  writeFileSync(file, text);
  return file;
}
