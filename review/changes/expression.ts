/**
 * What Terraform's `jsonencode(…)` makes of literals, as JSON: values that only an apply knows stay as they are written,
 * `${aws_x.y.arn}`.
 *
 * @param text `${jsonencode({"a" = [1, aws_x.y.arn]})}`
 * @returns undefined of any other text
 */
export function encodedJson(text: string): string | undefined {
  const inner = /^\$\{jsonencode\((.*)\)\}$/s.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const reader = new Reader(inner);
  try {
    const value = reader.value();
    return reader.isAtEnd() ? JSON.stringify(value) : undefined;
  } catch {
    return undefined;
  }
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const WORDS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

/** Source: "Expressions" of "Syntax Configuration", Terraform. Whatever is no literal is kept as the text that it is. */
class Reader {
  private at = 0;

  public constructor(private readonly text: string) {}

  public isAtEnd(): boolean {
    return this.next() === '';
  }

  public value(): unknown {
    const char = this.next();
    const start = this.at;
    const literal =
      char === '{' ? this.object() : char === '[' ? this.list() : char === '"' ? this.string() : NONE;
    // What goes on behind a literal is an expression: `"a" == b`.
    if (literal !== NONE && /^$|[,}\])]/.test(this.next())) return literal;
    this.at = start;
    return this.expression();
  }

  private object(): unknown {
    const entries: [string, unknown][] = [];
    this.at++;
    while (this.next() !== '}') {
      const key = this.next() === '"' ? this.string() : this.word();
      if (!/[=:]/.test(this.next())) throw new SyntaxError('no object');
      this.at++;
      entries.push([key, this.value()]);
      if (this.next() === ',') this.at++;
    }
    this.at++;
    return Object.fromEntries(entries);
  }

  private list(): unknown {
    const items: unknown[] = [];
    this.at++;
    while (this.next() !== ']') {
      items.push(this.value());
      if (this.next() === ',') this.at++;
    }
    this.at++;
    return items;
  }

  private string(): string {
    const end = endOfString(this.text, this.at);
    const inside = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return inside.replace(/\\(["\\nrt])/g, (_, char: string) => ESCAPES[char] ?? char);
  }

  private word(): string {
    const word = /^[\w-]+/.exec(this.text.slice(this.at))?.[0];
    if (word === undefined) throw new SyntaxError('no word');
    this.at += word.length;
    return word;
  }

  private expression(): unknown {
    const start = this.at;
    const open: string[] = [];
    while (this.at < this.text.length) {
      const char = this.text.charAt(this.at);
      if (open.length === 0 && /[,}\])\n]/.test(char)) break;
      if (char === '"') this.at = endOfString(this.text, this.at);
      else if (CLOSING[char] !== undefined) open.push(CLOSING[char]);
      else if (char === open.at(-1)) open.pop();
      this.at++;
    }
    const text = this.text.slice(start, this.at).trim();
    if (text === '') throw new SyntaxError('no expression');
    if (text in WORDS) return WORDS[text];
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : `\${${text}}`;
  }

  /** The next character that is no blank. */
  private next(): string {
    while (/\s/.test(this.text.charAt(this.at))) this.at++;
    return this.text.charAt(this.at);
  }
}

const NONE = Symbol('no literal');
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Where a string ends that begins at a place. It may hold expressions, and they strings. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') at++;
    else if (char === '"') return at;
    else if (text.startsWith('${', at) && text.charAt(at - 1) !== '$') at = endOfExpression(text, at + 2);
  }
  throw new SyntaxError('a string without end');
}

function endOfExpression(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') at = endOfString(text, at);
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return at;
  }
  throw new SyntaxError('an expression without end');
}
