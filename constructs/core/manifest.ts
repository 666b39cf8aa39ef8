import { DefaultTokenResolver, Fn, type IResolvable, StringConcat, Tokenization } from 'cdktf';
import type { IConstruct } from 'constructs';
import { invalid } from './validation';

/**
 * Part of an object's JSON: text that is known now, or the place of a value that Terraform fills in. `value` stands for
 * a whole JSON value of any type, `text` for characters inside a JSON string.
 */
export type Piece = string | { readonly value: string } | { readonly text: string };

export interface SeparatedObjects {
  /** The objects' JSON in pieces, in the order given. Joined, the pieces of one object are one line. */
  readonly manifests: readonly (readonly Piece[])[];
  /** Terraform's values by the names that the pieces use. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Tells what Terraform knows only at apply (a role's ARN, a queue's name) from what is known now. Both kinds may be mixed
 * in one string.
 *
 * @throws ValidationError when a string holds the character U+0000, which no Kubernetes object can
 */
export function separate(scope: IConstruct, objects: readonly unknown[]): SeparatedObjects {
  const marker = new TokenMarker();
  const marked = Tokenization.resolve(objects, { scope, resolver: marker }) as readonly unknown[];
  const printer = new Printer(marker.tokens);
  const manifests = marked.map((object) => joined(printer.print(object)));
  if (printer.stray) throw invalid(scope, 'objects', ['strings must not hold the character U+0000']);
  return { manifests, values: printer.values };
}

/** Replaces each of Terraform's values by its number between two U+0000, which no other text holds. */
class TokenMarker extends DefaultTokenResolver {
  public readonly tokens: IResolvable[] = [];

  public constructor() {
    super(new StringConcat());
  }

  public override resolveToken(token: IResolvable): string {
    return `\0${String(this.tokens.push(token) - 1)}\0`;
  }
}

class Printer {
  public readonly values: Record<string, unknown> = {};
  /** Whether a string held the marker's character though no marker was put there. */
  public stray = false;

  public constructor(private readonly tokens: readonly IResolvable[]) {}

  public print(value: unknown): Piece[] {
    if (typeof value === 'string') return this.printString(value);
    if (Array.isArray(value)) {
      return ['[', ...commaSeparated(value.map((item) => this.print(item))), ']'];
    }
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).map(([key, item]) => [
        ...this.printString(key, true),
        ':',
        ...this.print(item),
      ]);
      return ['{', ...commaSeparated(entries), '}'];
    }
    return [JSON.stringify(value)];
  }

  private printString(value: string, isKey = false): Piece[] {
    // Text and numbers of tokens take turns, text first.
    const parts = value.split(/\0(\d+)\0/);
    const [before, index, after] = parts;
    if (!isKey && parts.length === 3 && before === '' && after === '' && index !== undefined) {
      return [{ value: this.fill(index, (token) => token) }];
    }
    const inside = parts.map((part, position): Piece => {
      // Text inside text: Terraform refuses at plan what has no text, such as a list.
      if (position % 2 === 1) return { text: this.fill(part, (token) => Fn.tostring(token)) };
      this.stray ||= part.includes('\0');
      return jsonString(part).slice(1, -1);
    });
    return ['"', ...inside, '"'];
  }

  private fill(index: string, use: (token: IResolvable) => unknown): string {
    const token = this.tokens[Number(index)];
    this.stray ||= token === undefined || index in this.values;
    this.values[index] = token && use(token);
    return index;
  }
}

function commaSeparated(groups: readonly (readonly Piece[])[]): Piece[] {
  return groups.flatMap((group, position) => (position === 0 ? group : [',', ...group]));
}

/** Joins neighbouring text, and leaves out empty text. */
function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces.filter((candidate) => candidate !== '')) {
    const last = result.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') result[result.length - 1] = last + piece;
    else result.push(piece);
  }
  return result;
}

/**
 * A JSON string that YAML reads alike: YAML takes raw neither control characters nor line separators nor
 * non-characters ("Character Set", YAML 1.1).
 */
function jsonString(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
