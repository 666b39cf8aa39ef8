import type { Values } from '../plan';
import { TreeError } from '../tree';
import { isValues } from '../values';
import { cutBytes, type Part, type Parts } from './cut';

/**
 * The parts of a `cdk.tf.json`: each resource and data source, and every other section. What is the same bytes on both sides is
 * never decoded, let alone parsed. Bytes are looked at where they were read to: a stack's file is good until the next is read.
 */
export class StackFile {
  private constructor(
    private readonly bytes: Buffer,
    private readonly parts: Parts,
  ) {}

  /** A stack that is not there. */
  public static readonly NONE = new StackFile(Buffer.alloc(0), { elements: new Map(), sections: new Map() });

  /**
   * @param file path for the error
   * @throws TreeError when the bytes are no JSON
   */
  public static of(bytes: Buffer, file: string): StackFile {
    return new StackFile(bytes, cutBytes(bytes) ?? parse(bytes, file));
  }

  /** Addresses of all resources and data sources as Terraform has them: `aws_x.y`, `data.aws_x.y`. */
  public addresses(): Iterable<string> {
    return this.parts.elements.keys();
  }

  public get size(): number {
    return this.parts.elements.size;
  }

  public has(address: string): boolean {
    return this.parts.elements.has(address);
  }

  /** Text of a resource or data source. */
  public text(address: string): string | undefined {
    const part = this.parts.elements.get(address);
    return part === undefined ? undefined : this.textOf(part);
  }

  /** Arguments of a resource or data source. */
  public element(address: string): Values | undefined {
    const text = this.text(address);
    if (text === undefined) return undefined;
    const value: unknown = JSON.parse(text);
    const only: unknown = Array.isArray(value) ? (value as unknown[])[0] : value;
    return isValues(only) ? only : {};
  }

  /** Whether a resource or data source is written the same here and there; not if it is on one side only. */
  public isSame(address: string, other: StackFile): boolean {
    const [ours, theirs] = [this.parts.elements.get(address), other.parts.elements.get(address)];
    if (ours === undefined || theirs === undefined) return false;
    if (typeof ours === 'string' || typeof theirs === 'string')
      return this.textOf(ours) === other.textOf(theirs);
    return (
      ours.to - ours.from === theirs.to - theirs.from &&
      this.bytes.compare(other.bytes, theirs.from, theirs.to, ours.from, ours.to) === 0
    );
  }

  /** Names of all other sections: `provider`, `terraform`, `moved`. */
  public sections(): Iterable<string> {
    return this.parts.sections.keys();
  }

  /** Value of another section; undefined if there is none. */
  public section(name: string): unknown {
    const part = this.parts.sections.get(name);
    return part === undefined ? undefined : JSON.parse(this.textOf(part));
  }

  /** Addresses of resources and data sources that have a text in them. */
  public search(text: string): ReadonlySet<string> {
    return new Set([...this.places(text)].map(([address]) => address));
  }

  /** Names that follow a text, by the address of what they are in: of `data.aws_x.`, the ids of all that it refers to. */
  public namesAfter(text: string): ReadonlyMap<string, ReadonlySet<string>> {
    const found = new Map<string, Set<string>>();
    for (const [address, rest] of this.places(text)) {
      const names = found.get(address) ?? new Set();
      found.set(address, names.add(/^[\w-]*/.exec(rest)?.[0] ?? ''));
    }
    return found;
  }

  /** Every place of a text, each with what follows it. */
  private *places(text: string): Iterable<readonly [address: string, rest: string]> {
    for (const [address, part] of this.parts.elements) {
      const inside = typeof part === 'string' ? Buffer.from(part) : this.bytes.subarray(part.from, part.to);
      for (let at = inside.indexOf(text); at >= 0; at = inside.indexOf(text, at + 1)) {
        yield [address, inside.toString('latin1', at + text.length, at + text.length + LONGEST_ID)];
      }
    }
  }

  /** The same in which everything has the address that it is given, wherever it is named. */
  public renamed(names: ReadonlyMap<string, string>): StackFile {
    if (names.size === 0) return this;
    const longestFirst = [...names.keys()].sort((a, b) => b.length - a.length);
    const anywhere = new RegExp(`(?<![\\w.-])(?:${longestFirst.map(escaped).join('|')})(?![\\w-])`, 'g');
    const elements = [...this.parts.elements].map(([address, part]): [string, Part] => {
      const text = this.textOf(part);
      const now = text.replace(anywhere, (name) => names.get(name) ?? name);
      return [names.get(address) ?? address, now === text ? part : now];
    });
    return new StackFile(this.bytes, { ...this.parts, elements: new Map(elements) });
  }

  private textOf(part: Part): string {
    return typeof part === 'string' ? part : this.bytes.toString('utf8', part.from, part.to);
  }
}

/** More characters than an id of a construct has: the framework cuts longer ones. */
const LONGEST_ID = 300;

const escaped = (name: string): string => name.replace(/[.]/g, '\\.');

/** Parts of a file that is written in another way than a synth writes it. */
function parse(bytes: Buffer, file: string): Parts {
  let whole: unknown;
  try {
    whole = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new TreeError(`${file} is no JSON (${(error as Error).message}): synthesize the platform again`);
  }
  const elements = new Map<string, Part>();
  const sections = new Map<string, Part>();
  for (const [name, content] of Object.entries(isValues(whole) ? whole : {})) {
    if (name !== 'resource' && name !== 'data') sections.set(name, JSON.stringify(content));
    else {
      for (const [type, named] of Object.entries(isValues(content) ? content : {})) {
        for (const [id, value] of Object.entries(isValues(named) ? named : {})) {
          elements.set(`${name === 'data' ? 'data.' : ''}${type}.${id}`, JSON.stringify(value));
        }
      }
    }
  }
  return { elements, sections };
}
