import { isMap, isScalar, isSeq, type Document, type LineCounter, type Node, type Pair } from 'yaml';
import * as z from 'zod/mini';
import { formatPath, type Path, type Problem } from './problem';

/** Where a piece of data stands in its file; line and column count from 1. */
interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What the syntax tree holds at a path, or at the longest part of the path that exists. */
interface Finding {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
  /** Whether the whole path exists. */
  readonly complete: boolean;
}

/** A YAML file's data, together with where each value stands in the file. */
export class ConfigDocument {
  /** Plain data, unchecked. */
  public readonly data: unknown;

  private readonly root: Node | undefined;

  /**
   * @param tree - a tree that the loader has found free of errors, aliases and tags
   * @param duplicates - keys given more than once, so that nobody knows which of their values is meant
   */
  public constructor(
    public readonly file: string,
    tree: Document.Parsed,
    private readonly lines: LineCounter,
    private readonly duplicates: readonly Path[],
  ) {
    this.data = tree.toJS();
    this.root = tree.contents ?? undefined;
  }

  /** A problem at the value of `path`; at its key when there is no value or when the key is what is wrong. */
  public problem(path: Path, message: string, part: 'key' | 'value' = 'value'): Problem {
    return { ...this.position(path, part), path: formatPath(path), message };
  }

  /** Where the value of `path` stands, as `file:line:column`. */
  public where(path: Path): string {
    const { file, line, column } = this.position(path, 'value');
    return `${file}:${line}:${column}`;
  }

  /** The value at `path` if it is valid by itself, whatever is wrong elsewhere in the file. */
  public read<T extends z.core.$ZodType>(path: Path, schema: T): z.output<T> | undefined {
    const result = z.safeParse(schema, this.at(path));
    return result.success ? result.data : undefined;
  }

  /** Whether the value at `path` belongs to a key given more than once, so that it is not worth checking. */
  public isAmbiguous(path: Path): boolean {
    return this.duplicates.some((duplicate) => duplicate.every((part, index) => part === path[index]));
  }

  /** The value at `path`, unchecked; undefined when there is none, or more than one. */
  public at(path: Path): unknown {
    if (this.isAmbiguous(path)) return undefined;
    return path.reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? (value as Readonly<Record<string | number, unknown>>)[part]
          : undefined,
      this.data,
    );
  }

  /** The keys of the mapping at `path`; none when there is no mapping. */
  public keys(path: Path): readonly string[] {
    const value = this.at(path);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  }

  /** How the file writes the scalar at `path`: `1.30` where the data has the number 1.3. */
  public writtenAs(path: Path): string | undefined {
    const { value, complete } = this.find(path);
    return complete && isScalar(value) ? value.source : undefined;
  }

  private position(path: Path, part: 'key' | 'value'): Position {
    const { key, value, complete } = this.find(path);
    const empty = isScalar(value) && value.value === null;
    const node = complete && part === 'value' && !empty ? value : (key ?? value);
    const { line, col } = this.lines.linePos(node?.range?.[0] ?? 0);
    return { file: this.file, line, column: col };
  }

  private find(path: Path): Finding {
    let finding: Finding = { key: undefined, value: this.root, complete: true };
    for (const part of path) {
      const next = child(finding.value, part);
      if (next === undefined) return { ...finding, complete: false };
      finding = next;
    }
    return finding;
  }
}

function child(node: Node | undefined, part: string | number): Finding | undefined {
  if (isMap<Node, Node | null>(node)) {
    // The last of equal keys, as in the data.
    const pair = node.items.findLast((item) => keyText(item) === String(part));
    return pair && { key: pair.key, value: pair.value ?? undefined, complete: true };
  }
  if (isSeq<Node>(node) && typeof part === 'number') {
    const item = node.items[part];
    return item && { key: item, value: item, complete: true };
  }
  return undefined;
}

/** A mapping entry's key as the data spells it. */
export function keyText({ key }: Pair<Node, Node | null>): string {
  return isScalar<string | number | boolean | null>(key) ? String(key.value ?? '') : '';
}
