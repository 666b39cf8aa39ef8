import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Comparison } from './differences';
import { FileBuffer } from './file-buffer';

/** Where a stack keeps what is no configuration: programs, charts. */
const FOLDER = 'assets';

/** Paths of a stack's assets from the stack's folder; none if it has none. */
function filesOf(folder: string, path = FOLDER): readonly string[] {
  let entries: readonly Dirent[];
  try {
    entries = readdirSync(`${folder}/${path}`, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const inner = `${path}/${entry.name}`;
    return entry.isDirectory() ? filesOf(folder, inner) : [inner];
  });
}

/** Assets that are on both sides at the same path, and not the same there: their folders, or they themselves. */
export function changedAssets(base: string, head: string): readonly string[] {
  const theirs = new Set(filesOf(head));
  return filesOf(base).filter(
    (path) => theirs.has(path) && !isSameFile(`${base}/${path}`, `${head}/${path}`),
  );
}

/** Whether the assets of two stacks are the same bytes at the same paths. */
export function haveSameAssets(base: string, head: string): boolean {
  const [ours, theirs] = [filesOf(base), filesOf(head)].map((paths) => [...paths].sort());
  return (
    ours !== undefined &&
    ours.length === theirs?.length &&
    ours.every((path, index) => path === theirs[index]) &&
    ours.every((path) => isSameFile(`${base}/${path}`, `${head}/${path}`))
  );
}

const [ONE, OTHER] = [new FileBuffer(), new FileBuffer()];
const isSameFile = (one: string, other: string): boolean => ONE.read(one).equals(OTHER.read(other));

/** `assets/<id of its construct>/<hash of its content>`, as a synth names the folder of an asset. */
const ASSET = /assets\/([\w-]+)\/([0-9A-Fa-f]{16,64})/g;
const HASH = /(?<!sha256:[0-9a-f]{0,63})\b[0-9a-f]{32,64}\b/g;

/** Tells programs by what they are, and not by the hashes in the names of their folders. */
export class Assets {
  private readonly hashes = new Map<string, string>();

  public constructor(
    private readonly base: string,
    private readonly head: string,
  ) {}

  /** Texts that name assets, for {@link Comparison}: the same where the content is, and told by its hash where it is not. */
  public readonly texts: NonNullable<Comparison['texts']> = (before, after) => {
    const [old, now] = [before.match(ASSET), after.match(ASSET)];
    if (!old || !now || masked(before) !== masked(after)) return undefined;
    const pairs = old.map((path, index) => [
      this.hash(this.base, path),
      this.hash(this.head, now[index] ?? ''),
    ]);
    const differing = pairs.find(([one, other]) => one !== other);
    if (!differing) return true;
    return { before: `program ${differing[0] ?? ''}`, after: `program ${differing[1] ?? ''}` };
  };

  /** First digits of a hash of what is in a folder; of one that is not there, of its name. */
  private hash(stack: string, path: string): string {
    const folder = join(stack, path);
    const known = this.hashes.get(folder);
    if (known !== undefined) return known;
    const hash = createHash('sha256');
    const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
    const paths = isFolder ? [...filesOf(stack, path)].sort() : [];
    if (paths.length === 0) hash.update(path);
    for (const file of paths) hash.update(file.slice(path.length)).update(readFileSync(join(stack, file)));
    const digits = hash.digest('hex').slice(0, 8);
    this.hashes.set(folder, digits);
    return digits;
  }
}

const masked = (text: string): string => text.replace(ASSET, 'assets/$1').replace(HASH, '');

/** Whether two texts differ in hashes only, and not in the digest of an image, which says what runs. */
export const isHashOnly = (before: unknown, after: unknown): boolean =>
  typeof before === 'string' &&
  typeof after === 'string' &&
  before !== after &&
  /[0-9a-f]{32}/.test(before) &&
  before.replace(HASH, '#') === after.replace(HASH, '#');
