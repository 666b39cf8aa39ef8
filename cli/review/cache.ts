import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf, isAlive } from '../../files/lock';

/** Folder of what reviews keep, from the project's root. Deleting it costs time and nothing else. */
export const FOLDER = '.review';

/** Start of the name of a folder that a process works in. Its id follows. */
const DRAFT = 'draft-';

/** Commits whose output is kept. */
const KEPT = 12;

/** An output that was used in the last hour is never removed: somebody may be reading it. */
const IN_USE_MS = 3_600_000;

/**
 * What reviews keep between runs: `commits/<commit>/<environment>`, each the whole output of a synth. It gets there by one
 * rename when it is whole, so that what an interrupted review leaves behind is never taken for one.
 */
export class ReviewCache {
  private readonly folder: string;
  private readonly drafts = new Set<string>();

  /** @param root folder of the project */
  public constructor(root: string) {
    this.folder = join(root, FOLDER);
  }

  /** A new folder that only this process writes to, as deep below the root as an output folder is. */
  public draft(): string {
    mkdirSync(this.folder, { recursive: true });
    this.removeAbandoned();
    const folder = mkdtempSync(join(this.folder, `${DRAFT}${process.pid}-`));
    this.drafts.add(folder);
    return folder;
  }

  /** Removes all that {@link draft} made. */
  public discard(): void {
    for (const folder of this.drafts) rmSync(folder, { recursive: true, force: true });
    this.drafts.clear();
  }

  /** Where the output of a commit is, if it is there. */
  public find(commit: string, environment: string): string | undefined {
    const folder = this.placeOf(commit, environment);
    if (statSync(join(folder, 'manifest.json'), { throwIfNoEntry: false }) === undefined) return undefined;
    const now = new Date();
    utimesSync(dirname(folder), now, now);
    return folder;
  }

  /**
   * Keeps the output of a commit.
   *
   * @param output folder of it, which is moved
   * @returns where it is now
   */
  public keep(commit: string, environment: string, output: string): string {
    const folder = this.placeOf(commit, environment);
    mkdirSync(dirname(folder), { recursive: true });
    try {
      renameSync(output, folder);
    } catch (error) {
      // Another review of the same commit was faster. Its output is the same.
      if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error;
    }
    this.removeOld();
    return folder;
  }

  private placeOf(commit: string, environment: string): string {
    return join(this.folder, 'commits', commit, environment);
  }

  private removeAbandoned(): void {
    for (const name of readdirSync(this.folder)) {
      if (!name.startsWith(DRAFT)) continue;
      const pid = Number.parseInt(name.slice(DRAFT.length), 10);
      if (!isAlive(pid)) rmSync(join(this.folder, name), { recursive: true, force: true });
    }
  }

  private removeOld(): void {
    const commits = join(this.folder, 'commits');
    const byUse = readdirSync(commits)
      .map((name) => ({
        path: join(commits, name),
        used: statSync(join(commits, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
      }))
      .sort((a, b) => b.used - a.used);
    for (const { path, used } of byUse.slice(KEPT))
      if (used < Date.now() - IN_USE_MS) rmSync(path, { recursive: true, force: true });
  }
}
