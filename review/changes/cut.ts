/** Where a part of a file is, or its text if it is in none. */
export type Part = string | { readonly from: number; readonly to: number };

export interface Parts {
  /** By Terraform's address. */
  readonly elements: ReadonlyMap<string, Part>;
  /** By name, without `resource` and `data`. */
  readonly sections: ReadonlyMap<string, Part>;
}

const KINDS: Readonly<Record<string, string>> = { resource: '', data: 'data.' };
const code = (char: string): number => char.charCodeAt(0);
const [LINE, BLANK, QUOTE, COMMA, COLON] = [code('\n'), code(' '), code('"'), code(','), code(':')];
const OPENING: readonly (number | undefined)[] = [code('{'), code('[')];

/** What closes what was opened by a character in a line of so many blanks. */
const CLOSING: ReadonlyMap<string, Buffer> = new Map(
  [2, 6].flatMap((indent) =>
    ['{}', '[]'].map(([open = '', close = '']) => [
      `${String(indent)}${String(open.charCodeAt(0))}`,
      Buffer.from(`\n${' '.repeat(indent)}${close}`),
    ]),
  ),
);

/**
 * Cuts a file as a synth writes it, two blanks a level: what begins a line after two, four or six blanks is a section, a type or
 * a name, for no string holds a line break. So the end of each part is found without a look at what is in it.
 *
 * @returns undefined of any other text
 */
export function cutBytes(bytes: Buffer): Parts | undefined {
  if (!bytes.subarray(0, 5).equals(Buffer.from('{\n  "'))) return undefined;
  return new Cutter(bytes).parts();
}

class Cutter {
  private readonly elements = new Map<string, Part>();
  private readonly sections = new Map<string, Part>();

  public constructor(private readonly bytes: Buffer) {}

  public parts(): Parts | undefined {
    const end = this.lines(2, 2, (name, from) => {
      const kind = KINDS[name];
      if (kind === undefined) return this.plain(2, name, from, this.sections);
      if (!this.opens(from)) return this.nothing(from);
      return this.lines(this.lineAfter(from), 4, (type, at) =>
        this.opens(at)
          ? this.lines(this.lineAfter(at), 6, (id, value) =>
              this.plain(6, `${kind}${type}.${id}`, value, this.elements),
            )
          : this.nothing(at),
      );
    });
    return end === undefined ? undefined : { elements: this.elements, sections: this.sections };
  }

  /**
   * Reads lines that name something, up to the one that closes what they are in.
   *
   * @param each is told a name and where its value begins, and tells where the next line begins
   * @returns where the line after the closing one begins; undefined if the lines are not as they should be
   */
  private lines(
    start: number,
    indent: number,
    each: (name: string, from: number) => number | undefined,
  ): number | undefined {
    const { bytes } = this;
    let at = start;
    for (;;) {
      let blanks = 0;
      while (bytes[at + blanks] === BLANK) blanks++;
      if (blanks === indent - 2 && bytes[at + blanks] !== QUOTE) return this.lineAfter(at);
      if (blanks !== indent || bytes[at + indent] !== QUOTE) return undefined;
      const quote = bytes.indexOf(QUOTE, at + indent + 1);
      if (quote < 0 || bytes[quote + 1] !== COLON || bytes[quote + 2] !== BLANK) return undefined;
      const name = bytes.toString('latin1', at + indent + 1, quote);
      // What has to be decoded is no name that a synth gives.
      if (!/^[\w./-]*$/.test(name)) return undefined;
      const next = each(name, quote + 3);
      if (next === undefined) return undefined;
      at = next;
    }
  }

  /** Keeps a value that begins at a place, in a line of so many blanks. */
  private plain(indent: number, name: string, from: number, into: Map<string, Part>): number | undefined {
    let to = this.lineAfter(from) - 1;
    if (this.opens(from)) {
      const closing = CLOSING.get(`${String(indent)}${String(this.bytes[from])}`);
      const at = closing ? this.bytes.indexOf(closing, to) : -1;
      if (at < 0) return undefined;
      to = at + indent + 2;
    } else if (this.bytes[to - 1] === COMMA) {
      into.set(name, { from, to: to - 1 });
      return to + 1;
    }
    into.set(name, { from, to });
    return this.lineAfter(to);
  }

  /** The next line, if there is nothing in what begins at a place. */
  private nothing(from: number): number | undefined {
    return this.bytes.toString('latin1', from, from + 2) === '{}' ? this.lineAfter(from) : undefined;
  }

  /** Whether what begins at a place goes on in the next lines. */
  private opens(from: number): boolean {
    return OPENING.includes(this.bytes[from]) && this.bytes[from + 1] === LINE;
  }

  private lineAfter(at: number): number {
    const line = this.bytes.indexOf(LINE, at);
    return line < 0 ? this.bytes.length + 1 : line + 1;
  }
}
