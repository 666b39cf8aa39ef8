import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, holding } from '../../files/lock';
import { writeWhole } from '../../files/write';
import { LifecycleError } from '../mistake';

/** A file below the folder, by the names that lead there, and what it shall hold. */
export interface FileChange {
  readonly path: readonly string[];
  readonly content: object;
}

const LOCK = '.lock';
/** Changes that are decided, of which any part may be made. */
const JOURNAL = 'journal.json';
const DRAFT = '.draft';

/**
 * A folder of JSON files, several of which change together or not at all, wherever the process that changes them is killed:
 * what is to be is first written to one file, whoever finds that file makes the changes in it, once more if need be, and then
 * it goes. One process at a time.
 */
export class JournaledFolder {
  public constructor(private readonly folder: string) {}

  /** What a file holds, all decided changes made; undefined if there is none. @throws LifecycleError when it is no JSON */
  public read(...path: readonly string[]): unknown {
    // While there is a journal, files may be half of one change and half of another.
    if (existsSync(this.path(JOURNAL))) this.alone(() => undefined);
    return this.parsed(path);
  }

  /** Files' path, for people. */
  public path(...path: readonly string[]): string {
    return join(this.folder, ...path);
  }

  /**
   * Reads and decides, alone, and makes the changes that come of it.
   *
   * @param decide reads by the function that it is given; what it throws changes nothing
   */
  public change<T>(
    decide: (read: (...path: readonly string[]) => unknown) => {
      readonly changes: readonly FileChange[];
      readonly result: T;
    },
  ): T {
    return this.alone(() => {
      const { changes, result } = decide((...path) => this.parsed(path));
      // One file alone changes in one step anyway.
      if (changes.length > 1) {
        this.write({ path: [JOURNAL], content: changes });
        this.finish(changes);
      } else
        changes.forEach((change) => {
          this.write(change);
        });
      return result;
    });
  }

  private alone<T>(action: () => T): T {
    const lock = this.path(LOCK);
    const locked = (): T =>
      holding(lock, () => {
        const left = this.parsed([JOURNAL]) as readonly FileChange[] | undefined;
        if (left !== undefined) this.finish(left);
        return action();
      });
    try {
      return locked();
    } catch (error) {
      // The first change of all makes the folder.
      if (codeOf(error) !== 'ENOENT' || existsSync(this.folder)) throw error;
      mkdirSync(this.folder, { recursive: true });
      return locked();
    }
  }

  private finish(changes: readonly FileChange[]): void {
    for (const change of changes) this.write(change);
    rmSync(this.path(JOURNAL));
  }

  private write({ path, content }: FileChange): void {
    writeWhole(this.path(...path), `${JSON.stringify(content, null, 2)}\n`, this.path(DRAFT));
  }

  private parsed(path: readonly string[]): unknown {
    const file = this.path(...path);
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new LifecycleError(`${file} is no JSON: ${(error as Error).message}`, [
        'put it right by hand: nothing was changed',
      ]);
    }
  }
}
