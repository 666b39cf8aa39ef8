/**
 * The part of JSONata that our state machines use: paths with filters and positions, functions, operators, objects, lists and
 * choices. What it does not know it refuses, so that an expression which a test cannot follow is not written.
 * Source: https://docs.jsonata.org, and "Transforming data with JSONata", AWS Step Functions Developer Guide, for `$parse`.
 */

type Value = unknown;
type Scope = Readonly<Record<string, Value>>;
type Node = (scope: Scope, context: Value) => Value;

const TOKEN =
  /\s*(?:(?<text>'[^']*'|"[^"]*")|(?<number>\d+(?:\.\d+)?)|(?<name>\$?[A-Za-z_]\w*|\$)|(?<operator><=|>=|!=|[=<>&?:.,()[\]{}])|(?<slash>\/))/y;

interface Token {
  readonly kind: 'text' | 'number' | 'name' | 'operator' | 'regex' | 'end';
  readonly text: string;
}

/** The value of an expression. @throws Error when it is none, or one that this does not know */
export function evaluate(expression: string, scope: Scope): Value {
  const parser = new Parser(expression);
  const node = parser.choice();
  parser.expect('end');
  return node(scope, undefined);
}

const isObject = (value: Value): value is Record<string, Value> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const truth = (value: Value): boolean =>
  Array.isArray(value) ? value.some(truth) : isObject(value) ? Object.keys(value).length > 0 : Boolean(value);

const text = (value: Value): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** A step of a path: through a list, the values of all its members; of one there is no list. */
function step(value: Value, name: string): Value {
  if (!Array.isArray(value)) return isObject(value) ? value[name] : undefined;
  const found = value.map((one) => step(one, name)).filter((one) => one !== undefined);
  return found.length > 1 ? found.flat() : found[0];
}

const FUNCTIONS: Readonly<Record<string, (...values: Value[]) => Value>> = {
  $contains: (value, pattern) =>
    value === undefined ? undefined : (pattern as RegExp).test(must(value, 'string') as string),
  $exists: (value) => value !== undefined,
  $length: (value) => (value === undefined ? undefined : Array.from(must(value, 'string') as string).length),
  $parse: (value) => JSON.parse(must(value, 'string') as string) as Value,
  $string: (value) => (value === undefined ? undefined : text(value)),
  $type: (value) =>
    value === undefined ? undefined : value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value,
};

function must(value: Value, type: string): Value {
  if (typeof value === type) return value;
  throw new Error(`a function was given ${JSON.stringify(value)} instead of a ${type}`);
}

/** What both sides of a comparison must be; of nothing nothing comes. */
function compare(
  left: Value,
  right: Value,
  compared: (a: number | string, b: number | string) => boolean,
): Value {
  if (left === undefined || right === undefined) return undefined;
  if (typeof left !== typeof right || !['number', 'string'].includes(typeof left)) {
    throw new Error(`${JSON.stringify(left)} and ${JSON.stringify(right)} cannot be compared`);
  }
  return compared(left as number, right as number);
}

const same = (left: Value, right: Value): boolean =>
  left !== undefined && right !== undefined && JSON.stringify(left) === JSON.stringify(right);

const BINARY: readonly Readonly<Record<string, (left: Value, right: Value) => Value>>[] = [
  {
    '=': same,
    '!=': (left, right) => !same(left, right),
    '<': (left, right) => compare(left, right, (a, b) => a < b),
    '<=': (left, right) => compare(left, right, (a, b) => a <= b),
    '>': (left, right) => compare(left, right, (a, b) => a > b),
    '>=': (left, right) => compare(left, right, (a, b) => a >= b),
    in: (left, right) => (Array.isArray(right) ? right.some((one) => same(left, one)) : same(left, right)),
  },
  { '&': (left, right) => text(left) + text(right) },
];

class Parser {
  private at = 0;
  private token: Token;

  public constructor(private readonly source: string) {
    this.token = this.next();
  }

  public choice(): Node {
    const condition = this.binary(0);
    if (!this.takes('?')) return condition;
    const yes = this.choice();
    const no = this.takes(':') ? this.choice() : () => undefined;
    return (scope, context) => (truth(condition(scope, context)) ? yes : no)(scope, context);
  }

  public expect(kind: Token['kind'], wanted?: string): Token {
    const { token } = this;
    if (token.kind !== kind || (wanted !== undefined && token.text !== wanted)) {
      throw new Error(`expected ${wanted ?? kind} before "${this.source.slice(this.at)}" in ${this.source}`);
    }
    if (kind !== 'end') this.token = this.next();
    return token;
  }

  private binary(level: number): Node {
    const operators = BINARY[level];
    if (!operators) return this.path();
    let left = this.binary(level + 1);
    for (let apply = operators[this.token.text]; apply; apply = operators[this.token.text]) {
      if (!['operator', 'name'].includes(this.token.kind)) break;
      this.token = this.next();
      const [from, right, does] = [left, this.binary(level + 1), apply];
      left = (scope, context) => does(from(scope, context), right(scope, context));
    }
    return left;
  }

  private path(): Node {
    let node = this.primary();
    for (;;) {
      if (this.takes('.')) {
        const [from, { text: name }] = [node, this.expect('name')];
        node = (scope, context) => step(from(scope, context), name);
      } else if (this.takes('[')) {
        const [from, filter] = [node, this.choice()];
        this.expect('operator', ']');
        node = (scope, context) => filtered(from(scope, context), filter, scope);
      } else {
        return node;
      }
    }
  }

  private primary(): Node {
    const { kind, text: word } = this.token;
    if (kind === 'text' || kind === 'number') {
      this.token = this.next();
      const value = kind === 'number' ? Number(word) : word.slice(1, -1);
      return () => value;
    }
    if (kind === 'regex') {
      this.token = this.next();
      const pattern = new RegExp(word);
      return () => pattern;
    }
    if (this.takes('(')) {
      const inner = this.choice();
      this.expect('operator', ')');
      return inner;
    }
    if (this.takes('[')) return this.list();
    if (this.takes('{')) return this.object();
    return this.named(this.expect('name').text);
  }

  private named(name: string): Node {
    if (name === 'true' || name === 'false') return () => name === 'true';
    if (!name.startsWith('$')) return (_, context) => step(context, name);
    if (!this.takes('(')) return (scope) => variable(scope, name.slice(1));
    const does = FUNCTIONS[name];
    if (!does) throw new Error(`unknown function ${name} in ${this.source}`);
    const values = this.separated(')', () => this.choice());
    return (scope, context) => does(...values.map((value) => value(scope, context)));
  }

  private list(): Node {
    const members = this.separated(']', () => this.choice());
    return (scope, context) =>
      members.map((member) => member(scope, context)).filter((member) => member !== undefined);
  }

  private object(): Node {
    const members = this.separated('}', () => {
      const key = this.choice();
      this.expect('operator', ':');
      return [key, this.choice()] as const;
    });
    return (scope, context) =>
      Object.fromEntries(
        members
          .map(([key, value]) => [text(key(scope, context)), value(scope, context)] as const)
          .filter(([, value]) => value !== undefined),
      );
  }

  private separated<T>(end: string, one: () => T): readonly T[] {
    const all: T[] = [];
    if (this.takes(end)) return all;
    do {
      all.push(one());
    } while (this.takes(','));
    this.expect('operator', end);
    return all;
  }

  private takes(operator: string): boolean {
    if (this.token.kind !== 'operator' || this.token.text !== operator) return false;
    this.token = this.next();
    return true;
  }

  private next(): Token {
    TOKEN.lastIndex = this.at;
    if (this.source.slice(this.at).trim() === '') return { kind: 'end', text: '' };
    const groups: Readonly<Record<string, string | undefined>> | undefined = TOKEN.exec(this.source)?.groups;
    if (!groups) throw new Error(`cannot read "${this.source.slice(this.at)}" in ${this.source}`);
    this.at = TOKEN.lastIndex;
    if (groups['slash'] !== undefined) return this.regex();
    const [kind = 'end', found = ''] = Object.entries(groups).find(([, group]) => group !== undefined) ?? [];
    return { kind: kind as Token['kind'], text: found };
  }

  /** There is no division here. */
  private regex(): Token {
    const end = this.source.indexOf('/', this.at);
    if (end < 0) throw new Error(`no end of the pattern in ${this.source}`);
    const pattern = this.source.slice(this.at, end);
    this.at = end + 1;
    return { kind: 'regex', text: pattern };
  }
}

/** Step Functions refuses a variable that nothing was assigned to. */
function variable(scope: Scope, name: string): Value {
  if (name in scope) return scope[name];
  throw new Error(`nothing was assigned to $${name}`);
}

/** A position, or what members of a list must be. */
function filtered(value: Value, filter: Node, scope: Scope): Value {
  if (value === undefined) return undefined;
  const members: readonly Value[] = Array.isArray(value) ? value : [value];
  const position = members.length > 0 ? filter(scope, members[0]) : undefined;
  if (typeof position === 'number') return members[position];
  const found = members.filter((member) => truth(filter(scope, member)));
  return found.length > 1 ? found : found[0];
}
