/** Part of a Terraform template: text as it stands, or an expression between `${` and `}`. */
export type Part = string | { readonly expression: string };

/** A Terraform expression, as much of it as CDKTF writes. Whatever else there is stays `raw`, and nobody trusts it. */
export type Expression =
  | { readonly kind: 'template'; readonly parts: readonly Part[] }
  | { readonly kind: 'constant'; readonly value: number | boolean | null }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Expression])[] }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  /** Names joined by dots: `aws_kms_key.Key.arn`, or keys into another expression. */
  | { readonly kind: 'path'; readonly of?: Expression; readonly keys: readonly string[] }
  | { readonly kind: 'raw'; readonly text: string };

/** Splits a template. `$${` is how Terraform writes a plain `${`. */
export function templateParts(text: string): readonly Part[] {
  const parts: Part[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    const sign = nextSign(text, at);
    literal += text.slice(at, sign);
    at = sign;
    if (text.startsWith('$${', at) || text.startsWith('%%{', at)) {
      literal += text.slice(at + 1, at + 3);
      at += 3;
    } else if (text.startsWith('${', at) || text.startsWith('%{', at)) {
      const end = closing(text, at + 2);
      if (literal !== '') parts.push(literal);
      literal = '';
      const inside = text.slice(at + 2, end);
      // A directive, such as `%{ if … }`, is no value: kept apart by a sign that no expression begins with.
      parts.push({ expression: text[at] === '%' ? `%${inside}` : inside.trim() });
      at = end + 1;
    } else literal += text[at++] ?? '';
  }
  if (literal !== '') parts.push(literal);
  return parts;
}

/** Where the next character stands that may mean something. All before it is text. */
function nextSign(text: string, from: number): number {
  const dollar = text.indexOf('$', from);
  const percent = text.indexOf('%', from);
  const ends = [dollar, percent].filter((at) => at >= 0);
  return Math.min(text.length, ...ends);
}

/** Where the brace closes that opened before `from`: braces inside nested texts do not count. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at);
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return at;
  }
  return text.length;
}

/** Where the string closes that opens at `open`. Templates in it may hold strings of their own. */
function endOfString(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
    else if (text.startsWith('$${', at)) at += 2;
    else if (text.startsWith('${', at)) at = closing(text, at + 2);
  }
  return text.length;
}

/** Reads an expression. What is more than values, names and calls comes back `raw`. */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text);
  const expression = parser.expression();
  return expression !== undefined && parser.ended() ? expression : { kind: 'raw', text };
}

class Parser {
  private at = 0;

  public constructor(private readonly text: string) {}

  public ended(): boolean {
    this.blanks();
    return this.at >= this.text.length;
  }

  public expression(): Expression | undefined {
    this.blanks();
    const start = this.primary();
    if (start === undefined) return undefined;
    const keys = this.keys();
    if (keys === undefined) return undefined;
    if (keys.length === 0) return start;
    if (start.kind === 'path' && start.of === undefined)
      return { kind: 'path', keys: [...start.keys, ...keys] };
    return { kind: 'path', of: start, keys };
  }

  private primary(): Expression | undefined {
    const char = this.text[this.at];
    if (char === '"') return this.string();
    if (char === '[') return this.list();
    if (char === '{') return this.object();
    const number = this.take(/-?\d+(\.\d+)?/y);
    if (number !== undefined) return { kind: 'constant', value: Number(number) };
    const name = this.take(/[A-Za-z_][\w-]*/y);
    if (name === undefined) return undefined;
    if (this.text[this.at] === '(') {
      const args = this.sequence('(', ')');
      return args && { kind: 'call', name, args };
    }
    if (name === 'true' || name === 'false') return { kind: 'constant', value: name === 'true' };
    if (name === 'null') return { kind: 'constant', value: null };
    return { kind: 'path', keys: [name] };
  }

  /** What follows a value: `.name`, `[0]`, `["name"]`. */
  private keys(): string[] | undefined {
    const keys: string[] = [];
    for (;;) {
      const name = this.take(/\.([A-Za-z_][\w-]*|\d+)/y);
      if (name !== undefined) keys.push(name.slice(1));
      else {
        const index = this.take(/\[\s*(\d+|"[^"$\\]*")\s*\]/y);
        if (index !== undefined) keys.push(index.slice(1, -1).trim().replaceAll('"', ''));
        else return this.text[this.at] === '[' ? undefined : keys;
      }
    }
  }

  private string(): Expression {
    const end = endOfString(this.text, this.at);
    const inside = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    const parts = templateParts(inside).map((part) =>
      typeof part === 'string'
        ? part.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, escape: string) => unescape(escape))
        : part,
    );
    return { kind: 'template', parts };
  }

  private list(): Expression | undefined {
    const items = this.sequence('[', ']');
    return items && { kind: 'list', items };
  }

  private sequence(open: string, close: string): Expression[] | undefined {
    if (this.text[this.at] !== open) return undefined;
    this.at++;
    const items: Expression[] = [];
    for (;;) {
      this.blanks();
      if (this.text[this.at] === close) {
        this.at++;
        return items;
      }
      const item = this.expression();
      if (item === undefined || !this.separated(close)) return undefined;
      items.push(item);
    }
  }

  private object(): Expression | undefined {
    this.at++;
    const entries: (readonly [string, Expression])[] = [];
    for (;;) {
      this.blanks();
      if (this.text[this.at] === '}') {
        this.at++;
        return { kind: 'object', entries };
      }
      const key = this.take(/"(?:[^"\\$]|\\.)*"|[A-Za-z_][\w-]*/y);
      this.blanks();
      if (key === undefined || this.take(/[=:]/y) === undefined) return undefined;
      const value = this.expression();
      if (value === undefined || !this.separated('}')) return undefined;
      entries.push([key.startsWith('"') ? (JSON.parse(key) as string) : key, value]);
    }
  }

  /** Passes a comma, unless the sequence closes here. */
  private separated(close: string): boolean {
    this.blanks();
    return this.text[this.at] === close || this.take(/,/y) !== undefined;
  }

  private blanks(): void {
    this.take(/\s+/y);
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

const unescape = (escape: string): string =>
  escape.length > 1 ? String.fromCharCode(Number.parseInt(escape.slice(1), 16)) : (ESCAPES[escape] ?? escape);
