import type { Values } from '../plan';
import { block } from '../values';
import { changedAssets, Assets } from './assets';
import { chartObjects, type ChartObjects } from './chart';
import { Documents, readersOf } from './documents';
import { type Element, readElement } from './element';
import { blocksOf, declaredMoves, type Moves } from './moves';
import type { StackFile } from './stack-file';

/** Something of both sides. */
export interface Sides<T> {
  readonly base: T;
  readonly head: T;
}

/** A stack on both sides, read as far as the two differ. */
export class StackSides {
  /** What has moved because the configuration says so: by new address, the old one. Base is read as if it always had the new ones. */
  public readonly moves: Moves;
  public readonly base: StackFile;
  public readonly head: StackFile;
  public readonly assets: Assets;
  private readonly documents: Sides<Documents>;
  private readonly folders: Sides<string>;

  public constructor(folders: Sides<string>, files: Sides<StackFile>) {
    this.head = files.head;
    this.moves = declaredMoves(files.base, files.head);
    this.base = files.base.renamed(new Map([...this.moves].map(([to, from]) => [from, to])));
    this.documents = { base: new Documents(this.base), head: new Documents(this.head) };
    this.folders = folders;
    this.assets = new Assets(folders.base, folders.head);
  }

  /** Addresses of which the two may differ: their texts do, or something that they refer to. Sorted. */
  public suspects(): readonly string[] {
    const { base, head } = this;
    const found = new Set<string>(this.moves.keys());
    for (const address of head.addresses()) if (!head.isSame(address, base)) found.add(address);
    for (const address of base.addresses()) if (!head.has(address)) found.add(address);
    for (const address of readersOf(found, head)) found.add(address);
    for (const address of this.usersOf(changedAssets(this.folders.base, this.folders.head)))
      found.add(address);
    return [...found].sort();
  }

  public before(address: string): Element | undefined {
    const config = this.base.element(address);
    return config && readElement(address, config, this.documents.base);
  }

  public after(address: string): Element | undefined {
    const config = this.head.element(address);
    return config && readElement(address, config, this.documents.head);
  }

  /** Whether it is written the same on both sides, so that what differs is what it refers to. */
  public isSameText(address: string): boolean {
    return this.head.isSame(address, this.base);
  }

  /** Whether it can be told what a policy's data source makes on both sides. */
  public isKnown(address: string): boolean {
    return this.documents.base.isKnown(address) && this.documents.head.isKnown(address);
  }

  /** Objects of a release on both sides; undefined unless both can be told. */
  public charts(
    before: Element | undefined,
    after: Element | undefined,
  ): { readonly before: ChartObjects; readonly after: ChartObjects } | undefined {
    const [old, now] = [
      chartObjects(this.folders.base, before?.values),
      chartObjects(this.folders.head, after?.values),
    ];
    return old && now ? { before: old, after: now } : undefined;
  }

  /** Addresses that take over what is there already: `import` blocks. */
  public imported(): ReadonlySet<string> {
    return new Set(addresses(blocksOf(this.head, 'import'), 'to'));
  }

  /** Addresses that Terraform is to let be: `removed` blocks that destroy nothing. */
  public forgotten(): ReadonlySet<string> {
    const kept = blocksOf(this.head, 'removed').filter(
      ({ lifecycle }) => block(lifecycle)['destroy'] === false,
    );
    return new Set(addresses(kept, 'from'));
  }

  private usersOf(assets: readonly string[]): readonly string[] {
    const folders = new Set(assets.map((path) => path.split('/').slice(0, 3).join('/')));
    return [...folders].flatMap((folder) => [...this.head.search(folder)]);
  }
}

const addresses = (found: readonly Values[], name: string): readonly string[] =>
  found.flatMap(({ [name]: address }) => (typeof address === 'string' ? [address] : []));
