import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** Conditions and updates of DynamoDB, as far as the registry sends them: "Condition and filter expressions" and "Using update expressions", DynamoDB Developer Guide. */

export type Stored = Record<string, AttributeValue>;

export interface Names {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Stored;
}

/** What DynamoDB answers to a request that makes no sense. */
export class Invalid extends Error {}

/** Expressions of one request: each placeholder must be given, and each that is given must be used. */
export class Expressions {
  private readonly used = new Set<string>();

  public constructor(private readonly names: Names) {}

  public holds(text: string | undefined, item: Stored | undefined): boolean {
    if (text === undefined) return true;
    const parser = new Parser(text, this.resolve, item ?? {});
    const result = parser.condition();
    parser.end();
    return result;
  }

  /** `SET #a = …, #b = …` */
  public updated(text: string, key: Stored, item: Stored | undefined): Stored {
    const parser = new Parser(text, this.resolve, item ?? {});
    const changes = parser.set();
    parser.end();
    return { ...key, ...item, ...changes };
  }

  public projected(text: string | undefined, item: Stored): Stored {
    if (text === undefined) return item;
    const wanted = text.split(',').map((name) => this.name(name.trim()));
    return Object.fromEntries(Object.entries(item).filter(([name]) => wanted.includes(name)));
  }

  public end(): void {
    for (const name of Object.keys({
      ...this.names.ExpressionAttributeNames,
      ...this.names.ExpressionAttributeValues,
    })) {
      if (!this.used.has(name)) throw new Invalid(`${name} is unused in expressions`);
    }
  }

  private readonly resolve = (placeholder: string): { path: string } | { value: AttributeValue } => {
    if (placeholder.startsWith('#')) return { path: this.name(placeholder) };
    const value = this.names.ExpressionAttributeValues?.[placeholder];
    if (value === undefined) throw new Invalid(`${placeholder} is not given`);
    this.used.add(placeholder);
    return { value };
  };

  private name(placeholder: string): string {
    const name = this.names.ExpressionAttributeNames?.[placeholder];
    // DynamoDB takes bare names, but for some 570 reserved words that nobody remembers.
    if (name === undefined) throw new Invalid(`${placeholder} is not given`);
    this.used.add(placeholder);
    return name;
  }
}

type Resolve = (placeholder: string) => { path: string } | { value: AttributeValue };

const TOKEN = /\s*([#:]\w+|[A-Za-z_]+|<=|>=|<>|[=<>(),+-])/y;

class Parser {
  private readonly tokens: string[] = [];
  private at = 0;

  public constructor(
    text: string,
    private readonly resolve: Resolve,
    private readonly item: Stored,
  ) {
    TOKEN.lastIndex = 0;
    for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
      this.tokens.push(match[1] ?? '');
      if (TOKEN.lastIndex >= text.trimEnd().length) return;
    }
    throw new Invalid(`syntax error in ${text}`);
  }

  public end(): void {
    if (this.at < this.tokens.length) throw new Invalid(`unexpected ${this.tokens[this.at] ?? ''}`);
  }

  // Both sides are always parsed, so that placeholders of either count as used.
  public condition(): boolean {
    let result = this.conjunction();
    while (this.takes('OR')) result = [this.conjunction(), result].includes(true);
    return result;
  }

  public set(): Stored {
    this.expect('SET');
    const changes: Stored = {};
    do {
      const target = this.resolve(this.next());
      if (!('path' in target)) throw new Invalid('SET needs a path');
      this.expect('=');
      const first = this.operand();
      const sign = this.takes('+') ? 1 : this.takes('-') ? -1 : 0;
      const value = sign === 0 ? first : sum(first, this.operand(), sign);
      if (value === undefined) throw new Invalid('an operand has no value');
      changes[target.path] = value;
    } while (this.takes(','));
    return changes;
  }

  private conjunction(): boolean {
    let result = this.negation();
    while (this.takes('AND')) result = ![this.negation(), result].includes(false);
    return result;
  }

  private negation(): boolean {
    if (this.takes('NOT')) return !this.negation();
    if (this.takes('(')) {
      const result = this.condition();
      this.expect(')');
      return result;
    }
    const name = this.tokens[this.at];
    if (name === 'attribute_exists' || name === 'attribute_not_exists' || name === 'begins_with') {
      this.at += 1;
      this.expect('(');
      const value = this.operand();
      if (name !== 'begins_with') {
        this.expect(')');
        return (value !== undefined) === (name === 'attribute_exists');
      }
      this.expect(',');
      const start = this.operand();
      this.expect(')');
      return value?.S !== undefined && start?.S !== undefined && value.S.startsWith(start.S);
    }
    const left = this.operand();
    const comparator = this.next();
    return compares(left, comparator, this.operand());
  }

  private operand(): AttributeValue | undefined {
    if (this.takes('if_not_exists')) {
      this.expect('(');
      const value = this.operand();
      this.expect(',');
      const otherwise = this.operand();
      this.expect(')');
      return value ?? otherwise;
    }
    const resolved = this.resolve(this.next());
    return 'path' in resolved ? this.item[resolved.path] : resolved.value;
  }

  private next(): string {
    const token = this.tokens[this.at];
    if (token === undefined) throw new Invalid('an expression ends too early');
    this.at += 1;
    return token;
  }

  private takes(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at += 1;
    return true;
  }

  private expect(token: string): void {
    if (!this.takes(token)) throw new Invalid(`expected ${token}, got ${this.tokens[this.at] ?? 'nothing'}`);
  }
}

function sum(
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
  sign: number,
): AttributeValue {
  if (left?.N === undefined || right?.N === undefined) throw new Invalid('an operand is no number');
  return { N: String(Number(left.N) + sign * Number(right.N)) };
}

/** Values of two types, and those that are not there, compare as unequal and in no order. */
function compares(
  left: AttributeValue | undefined,
  comparator: string,
  right: AttributeValue | undefined,
): boolean {
  const [one, other] =
    left?.N !== undefined && right?.N !== undefined ? [Number(left.N), Number(right.N)] : [left?.S, right?.S];
  if (one === undefined || other === undefined) return comparator === '<>';
  switch (comparator) {
    case '=':
      return one === other;
    case '<>':
      return one !== other;
    case '<':
      return one < other;
    case '<=':
      return one <= other;
    case '>':
      return one > other;
    case '>=':
      return one >= other;
    default:
      throw new Invalid(`unknown comparator ${comparator}`);
  }
}
