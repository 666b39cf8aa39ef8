import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LifecycleError } from '../mistake';
import type { Phase } from '../operation';
import { catchUp } from './catch-up';
import { Git, lastWords } from './git';

export interface PublishProps {
  /** The tenant's file, as an absolute path in a git checkout. Nothing else of the checkout is published. */
  readonly file: string;
  readonly tenantId: string;
  /** Branch that the platform is delivered from. */
  readonly branch: string;
  /** @default 'origin' */
  readonly remote?: string;
  /** Waits between two attempts. @default - the clock */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

/** What has become of the file on the branch. */
export interface Published {
  /** Commit of the branch that holds it, or holds it no more. */
  readonly commit: string;
  /** Whether this call has made that commit, and not an earlier one or a person. */
  readonly isNew: boolean;
}

/** How often somebody else may be faster. */
const ATTEMPTS = 5;

/** Wait before the second attempt, in milliseconds; twice as long before each later one. One of those who push at once always gets through. */
const FIRST_WAIT = 500;

/** What git says when somebody else is at the branch in this very moment. */
const BUSY = /cannot lock ref|unable to create .*\.lock|failed to update ref|failed to lock/i;

/**
 * Puts the tenant's file on the branch, in a commit of its own on top of what is there: never over anything, never by force. The
 * commit is made beside the checkout, so its branch, its index and its files stay as they are, whatever state they are in and
 * wherever this is cut off. A file that is there and says the same is used as it is.
 *
 * Where the checkout is on that branch and behind it, it is brought forward afterwards, if nothing is in the way.
 *
 * @throws LifecycleError when the branch has another file of that name, cannot be reached or refuses the commit, or when
 *   somebody else was faster five times
 */
export const publish = (props: PublishProps): Promise<Published> =>
  Publication.of(props).then((one) => one.put());

/**
 * Takes the tenant's file off the branch, if it still says what it was published with.
 *
 * @throws LifecycleError as {@link publish} does, and when somebody has changed the file since
 */
export const unpublish = (props: PublishProps): Promise<Published> =>
  Publication.of(props).then((one) => one.remove());

/** The phase of an onboarding that does so. */
export const publishPhase = (props: PublishProps): Phase => ({
  name: 'publish',
  title: `puts ${props.tenantId}'s file on branch ${props.branch}`,
  async run(context) {
    const { commit, isNew } = await publish(props);
    context.note(`${props.branch} has it ${isNew ? 'since' : 'already, at'} ${commit.slice(0, 12)}`);
    return { facts: { publishedCommit: commit } };
  },
  async undo(context) {
    const { commit, isNew } = await unpublish(props);
    context.note(
      `${props.branch} ${isNew ? 'has it no more since' : 'does not have it at'} ${commit.slice(0, 12)}`,
    );
  },
});

/** What an attempt came to: published, or somebody else was faster. */
type Attempt = Published | 'again';

class Publication {
  private readonly remote: string;
  /** Where the branch is fetched to: of this tenant alone, so that several can be published from one checkout. */
  private readonly ref: string;

  private constructor(
    private readonly props: PublishProps,
    /** In the checkout's first folder. */
    private readonly git: Git,
    /** The file's path from there, as git writes it. */
    private readonly path: string,
  ) {
    this.remote = props.remote ?? 'origin';
    this.ref = `refs/bulkhead/${props.tenantId}`;
  }

  public static async of(props: PublishProps): Promise<Publication> {
    const { file } = props;
    const { code, stdout: top } = await new Git(dirname(file)).try(['rev-parse', '--show-toplevel']);
    if (code !== 0) {
      throw new LifecycleError(`${file} is in no git checkout, so it cannot be pushed`, [
        'leave --push out, and bring the file to where the platform is delivered from',
      ]);
    }
    const path = relative(realpathSync(top), join(realpathSync(dirname(file)), basename(file)));
    return new Publication(props, new Git(top), path.split(sep).join('/'));
  }

  public async put(): Promise<Published> {
    const blob = await this.blob();
    const published = await this.persist((parent) => this.attemptPut(parent, blob));
    await catchUp(this.git, { path: this.path, branch: this.props.branch, commit: published.commit });
    return published;
  }

  public async remove(): Promise<Published> {
    const blob = existsSync(this.props.file) ? await this.blob() : undefined;
    return this.persist((parent) => this.attemptRemove(parent, blob));
  }

  private async attemptPut(parent: string, blob: string): Promise<Attempt> {
    const there = await this.blobAt(parent);
    if (there === blob) return { commit: parent, isNew: false };
    if (there !== undefined) throw this.another('another file of that name');
    const entry = ['--add', '--cacheinfo', `100644,${blob},${this.path}`];
    return this.push(
      await this.commit(parent, entry, `feat(tenants): onboard ${this.props.tenantId}`),
      parent,
    );
  }

  private async attemptRemove(parent: string, blob: string | undefined): Promise<Attempt> {
    const there = await this.blobAt(parent);
    if (there === undefined) return { commit: parent, isNew: false };
    if (there !== blob) throw this.another('a version of it that somebody has changed since');
    const entry = ['--force-remove', '--', this.path];
    return this.push(
      await this.commit(parent, entry, `revert(tenants): take ${this.props.tenantId} back`),
      parent,
    );
  }

  /** One attempt after another, each on top of the branch as it then is. */
  private async persist(attempt: (parent: string) => Promise<Attempt>): Promise<Published> {
    const { pause = sleep, branch } = this.props;
    try {
      for (let count = 0; count < ATTEMPTS; count += 1) {
        if (count > 0) await pause(FIRST_WAIT * 2 ** (count - 1));
        const result = await attempt(await this.fetch());
        if (result !== 'again') return result;
      }
    } finally {
      await this.git.try(['update-ref', '-d', this.ref]);
    }
    throw new LifecycleError(
      `somebody else pushed to ${branch} ${String(ATTEMPTS)} times while this was pushed; nothing was published`,
      ['run the same command again'],
    );
  }

  /** The newest commit of the branch. */
  private async fetch(): Promise<string> {
    const { branch } = this.props;
    // No refmap: what the checkout knows of its remote is not touched, and is not waited for.
    const args = ['fetch', '--quiet', '--no-tags', '--refmap=', '--no-write-fetch-head', this.remote];
    const { code, stderr } = await this.git.try([...args, `+refs/heads/${branch}:${this.ref}`]);
    if (code === 0) return this.git.run(['rev-parse', '--verify', `${this.ref}^{commit}`]);
    throw new LifecycleError(`branch ${branch} cannot be fetched from ${this.remote}: ${lastWords(stderr)}`, [
      'see that the remote and the branch are right (delivery.branch), and that you may read them',
    ]);
  }

  /** A commit on top of the parent with one entry more or less, made in an index of its own. */
  private async commit(parent: string, entry: readonly string[], message: string): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'bulkhead-publish-'));
    try {
      const index = { GIT_INDEX_FILE: join(folder, 'index') };
      await this.git.run(['read-tree', parent], index);
      await this.git.run(['update-index', ...entry], index);
      const tree = await this.git.run(['write-tree'], index);
      return await this.git.run(
        ['commit-tree', tree, '-p', parent, '-m', message],
        await this.git.committer(),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  private async push(commit: string, parent: string): Promise<Attempt> {
    const { branch } = this.props;
    const { code, stderr } = await this.git.try([
      'push',
      '--quiet',
      this.remote,
      `${commit}:refs/heads/${branch}`,
    ]);
    if (code === 0) return { commit, isNew: true };
    // Whether it arrived all the same, and only the answer was lost, the branch says.
    const tip = await this.fetch();
    if (await this.git.holds(['merge-base', '--is-ancestor', commit, tip])) return { commit, isNew: true };
    if (tip !== parent || BUSY.test(stderr)) return 'again';
    throw new LifecycleError(`${this.remote} refuses a commit on ${branch}: ${lastWords(stderr)}`, [
      `see that you may push to ${branch}, or leave --push out and bring the file there by a pull request`,
    ]);
  }

  private blob(): Promise<string> {
    return this.git.run(['hash-object', '-w', '--', this.props.file]);
  }

  private async blobAt(commit: string): Promise<string | undefined> {
    const found = await this.git.try(['rev-parse', '--verify', '--quiet', `${commit}:${this.path}`]);
    return found.code === 0 ? found.stdout : undefined;
  }

  private another(what: string): LifecycleError {
    return new LifecycleError(`branch ${this.props.branch} has ${what}: ${this.path}`, [
      `git fetch ${this.remote} ${this.props.branch} && git diff FETCH_HEAD -- ${this.path}   shows how they differ`,
    ]);
  }
}
