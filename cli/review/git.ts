import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { didYouMean } from '../../config/loader/suggest';
import { ReviewMistake } from './mistake';

const execute = promisify(execFile);

/** Bytes of what git may print: the names of some hundred thousand branches. */
const MAX_OUTPUT = 64 * 1024 * 1024;

/**
 * Runs git in a folder.
 *
 * @returns what it printed, without the last line break
 * @throws Error as `execFile` does, with `stderr`
 */
async function git(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await execute('git', ['-C', folder, ...args], {
    maxBuffer: MAX_OUTPUT,
    env: { ...process.env, LC_ALL: 'C', ...env },
  });
  return stdout.trimEnd();
}

/**
 * The commit that a name means.
 *
 * @param root folder of the project
 * @throws ReviewMistake when there is no git, no repository or no such commit in it
 */
export async function commitOf(root: string, revision: string): Promise<string> {
  await requireRepository(root, revision);
  const found = revision.startsWith('-') ? undefined : await resolve(root, revision);
  if (found !== undefined) return found;
  const names = (await git(root, ['for-each-ref', '--format=%(refname:short)'])).split('\n');
  const shallow = (await git(root, ['rev-parse', '--is-shallow-repository'])) === 'true';
  throw new ReviewMistake(
    [
      `"${revision}" is neither a revision of this repository nor a folder with a manifest.json${didYouMean(revision, names)}`,
      `  allowed: a branch, a tag, a commit, HEAD~3, or an output folder such as cdktf.out/prod`,
      ...(shallow
        ? ['  this clone has a part of the history only: git fetch --unshallow brings the rest']
        : []),
    ].join('\n'),
  );
}

/**
 * Where two revisions parted.
 *
 * @throws ReviewMistake when they have nothing in common
 */
export async function mergeBaseOf(root: string, one: string, other: string): Promise<string> {
  try {
    return await git(root, ['merge-base', one, other]);
  } catch {
    throw new ReviewMistake(
      `${short(one)} and ${short(other)} have no commit in common here; in a clone with a part of the history, git fetch --unshallow brings the rest`,
    );
  }
}

/** A commit as people read it. */
export const short = (commit: string): string => commit.slice(0, 9);

async function resolve(root: string, revision: string): Promise<string | undefined> {
  try {
    return await git(root, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
  } catch {
    return undefined;
  }
}

async function requireRepository(root: string, revision: string): Promise<void> {
  try {
    await git(root, ['rev-parse', '--git-dir']);
  } catch (error) {
    const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
    if (code === 'ENOENT')
      throw new ReviewMistake(
        `"${revision}" is no folder with a manifest.json, and there is no git here to ask for a revision of that name: install git`,
      );
    throw new ReviewMistake(
      `"${revision}" is no folder with a manifest.json, and ${root} is no git repository that could be asked for a revision of that name\n  git: ${(stderr ?? '').trim()}`,
    );
  }
}

/**
 * Writes the project's files of a commit. The repository is not told: no branch, no worktree and no index of its own changes.
 *
 * @param root folder of the project, which may be a part of its repository
 * @param folder made anew
 */
export async function checkOut(root: string, commit: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const [top = root, prefix = ''] = (
    await git(root, ['rev-parse', '--show-toplevel', '--show-prefix'])
  ).split('\n');
  const index = join(folder, '.index');
  const env = { GIT_INDEX_FILE: index };
  await git(top, ['read-tree', `${commit}:${prefix}`], env);
  await git(top, ['checkout-index', '--all', '--quiet', `--prefix=${folder}/`], env);
  rmSync(index, { force: true });
}
