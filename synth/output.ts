import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  type Dirent,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ValidationError } from '../constructs/core/validation';
import { GUARANTEES_FILE } from '../guarantees/published';
import { codeOf, holding, isAlive } from '../files/lock';

/** Start of the name of the folder, inside the output folder, that a process writes to first. Its id follows. */
const STAGING = '.synth-';

/** File that only one process at a time has, inside the output folder. */
const LOCK = '.publishing';

/**
 * A folder of output that changes only when all that is to be in it has been written and checked.
 *
 * A synth writes to a folder of its own inside, and what is right at the end gets to its place by renames: a reader, or
 * another synth at the same time, finds each file whole, and each stack with the charts that it names. Two synths get there
 * one after the other. Files that are not of a synth, such as `.terraform`, stay.
 */
export class Output {
  /** Folder to write to: `manifest.json`, `guarantees.json`, `stacks/<name>/cdk.tf.json`, `stacks/<name>/assets/<id>/<hash>`. */
  public readonly staging: string;

  private readonly made: string | undefined;
  private retired = 0;

  /**
   * @param folder made if it is not there
   * @throws ValidationError when nothing can be written to the folder
   */
  public constructor(private readonly folder: string) {
    try {
      this.made = mkdirSync(folder, { recursive: true });
      removeAbandoned(folder);
      this.staging = mkdtempSync(join(folder, `${STAGING}${process.pid}-`));
    } catch (error) {
      throw new ValidationError(
        `CDKTF_OUTDIR must be a folder that can be written to: ${(error as Error).message}`,
      );
    }
  }

  /**
   * Puts what was written in its place, and removes stacks.
   *
   * @throws Error when another process is at the same for a minute
   * @param keeps whether a stack that was not written now stays
   * @returns names of the stacks that were removed, sorted
   */
  public publish(keeps: (stack: string) => boolean): readonly string[] {
    return holding(join(this.folder, LOCK), () => this.publishAll(keeps));
  }

  private publishAll(keeps: (stack: string) => boolean): readonly string[] {
    const from = join(this.staging, 'stacks');
    const to = join(this.folder, 'stacks');
    mkdirSync(to, { recursive: true });
    // What is said of the stacks that were here, is not of those that come.
    this.retire(join(this.folder, GUARANTEES_FILE));
    const written = new Set(entries(from).map(({ name }) => name));
    for (const name of written) this.publishStack(join(from, name), join(to, name));
    renameSync(join(this.staging, 'manifest.json'), join(this.folder, 'manifest.json'));
    const said = join(this.staging, GUARANTEES_FILE);
    if (existsSync(said)) renameSync(said, join(this.folder, GUARANTEES_FILE));
    // Last, so that no manifest names a stack that is not there.
    const removed = entries(to)
      .map(({ name }) => name)
      .filter((name) => !written.has(name) && !keeps(name) && this.retire(join(to, name)));
    rmSync(this.staging, { recursive: true });
    return removed.sort();
  }

  /** Leaves the folder as it was before, and removes it if it was made for this synth. */
  public discard(): void {
    rmSync(this.staging, { recursive: true, force: true });
    if (this.made === undefined) return;
    const first = resolve(this.made);
    let folder = resolve(this.folder);
    while (folder.length >= first.length && removeIfEmpty(folder)) folder = dirname(folder);
  }

  /** A new stack in one step; of an existing one first the assets, then what names them, then old assets go. */
  private publishStack(from: string, to: string): void {
    if (moved(from, to)) return;
    const files = entries(from).filter(({ name }) => name !== ASSETS);
    const old = this.merge(join(from, ASSETS), join(to, ASSETS));
    for (const { name } of files) renameSync(join(from, name), join(to, name));
    for (const path of old) this.retire(path);
    if (old.length > 0) removeIfEmpty(join(to, ASSETS));
    removeIfEmpty(from);
  }

  /**
   * Moves what a folder holds into another one.
   *
   * @returns what else is in the other one
   */
  private merge(from: string, to: string): readonly string[] {
    const coming = entries(from);
    const names = new Set(coming.map(({ name }) => name));
    const present = entries(to);
    const old = present.filter(({ name }) => !names.has(name));
    const folders = new Set(present.filter((entry) => entry.isDirectory()).map(({ name }) => name));
    const deeper = coming.flatMap((entry) => {
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (entry.isDirectory() && folders.has(entry.name)) return this.merge(source, target);
      while (!moved(source, target)) {
        if (entry.isDirectory() && isFolder(target)) return this.merge(source, target);
        this.retire(target);
      }
      return [];
    });
    removeIfEmpty(from);
    return [...old.map(({ name }) => join(to, name)), ...deeper];
  }

  /** Takes a file or folder away in one step. False when another process did so first. */
  private retire(path: string): boolean {
    try {
      renameSync(path, join(this.staging, `retired-${String(this.retired++)}`));
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }
}

const ASSETS = 'assets';

/** What a process that was killed has left behind. */
function removeAbandoned(folder: string): void {
  for (const { name } of entries(folder).filter((entry) => entry.name.startsWith(STAGING))) {
    const pid = Number.parseInt(name.slice(STAGING.length), 10);
    if (!isAlive(pid)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Renames a file or folder; false when something is in the way that the operating system would not replace. */
function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (IN_THE_WAY.has(codeOf(error))) return false;
    throw error;
  }
}

/** A folder onto one that holds something, a file onto a folder, a folder onto a file. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST', 'EISDIR', 'ENOTDIR']);

/** What is in a folder; nothing if it is not there. */
function entries(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return [];
    throw error;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
