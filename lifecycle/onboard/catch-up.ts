import type { Git } from './git';

interface Target {
  /** The published file, from the checkout's first folder. */
  readonly path: string;
  readonly branch: string;
  /** Commit of the branch that has the file. */
  readonly commit: string;
}

/**
 * Brings a checkout that is on the branch forward to a commit, as `git pull` would if the published file, which git does not know
 * yet, were not in its way. Does nothing where the checkout is on another branch or none, has commits of its own, or has changes
 * that a newer commit touches too: it then stays as it is, and its next pull is its owner's.
 *
 * @param git in the checkout's first folder
 */
export async function catchUp(git: Git, { path, branch, commit }: Target): Promise<void> {
  const head = await git.try(['symbolic-ref', '--quiet', 'HEAD']);
  if (head.stdout !== `refs/heads/${branch}`) return;
  if (!(await git.holds(['merge-base', '--is-ancestor', 'HEAD', commit]))) return;
  const wasKnown = await git.holds(['ls-files', '--error-unmatch', '--', path]);
  if (!wasKnown && !(await git.holds(['add', '--', path]))) return;
  if (await git.holds(['merge', '--ff-only', '--quiet', commit])) return;
  if (!wasKnown) await git.try(['rm', '--cached', '--quiet', '--', path]);
}
