import type { StackPair } from '../stack-pair';
import { TreeError } from '../tree';
import { haveSameAssets } from './assets';
import { FileBuffer } from './file-buffer';
import { type Reviewed, reviewStack } from './stack';
import { StackFile } from './stack-file';

/** Reads pairs of stacks, one after the other into the same memory. */
export class PairReader {
  private readonly buffers = { base: new FileBuffer(), head: new FileBuffer() };

  /**
   * What came of one stack; undefined if it is the same bytes on both sides.
   *
   * @throws TreeError when one cannot be read
   */
  public review(pair: StackPair): Reviewed | undefined {
    const [base, head] = [this.read('base', pair), this.read('head', pair)];
    if (base && head?.equals(base) === true && isSame(pair)) return undefined;
    return reviewStack(pair, {
      base: base ? StackFile.of(base, pair.base?.file ?? '') : StackFile.NONE,
      head: head ? StackFile.of(head, pair.head?.file ?? '') : StackFile.NONE,
    });
  }

  private read(side: 'base' | 'head', pair: StackPair): Buffer | undefined {
    const file = pair[side]?.file;
    if (file === undefined) return undefined;
    try {
      return this.buffers[side].read(file);
    } catch {
      throw new TreeError(
        `${file} cannot be read, though a manifest.json names it: synthesize the platform again`,
      );
    }
  }
}

const isSame = ({ base, head }: StackPair): boolean =>
  base !== undefined && head !== undefined && haveSameAssets(base.folder, head.folder);
