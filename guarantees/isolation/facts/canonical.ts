import { type Expression, type Part, parseExpression, templateParts } from './expression';
import type { Json, JsonObject, TerraformJson } from './json';

/**
 * Texts in which every reference says what it is the same way in all stacks:
 *
 * - `‹use1a-cache:aws_security_group.Group.id›`: an attribute that is known at apply only;
 * - `‹contract /bulkhead/prod/use1a/cache#keyArn›`: a field of a contract that the stack reads;
 * - `‹?use1a-cache:…›`: what this analysis does not understand, such as a condition.
 *
 * An attribute that the stack's JSON itself sets (a role's name) stands there as its value.
 */
export const OPEN = '‹';
export const CLOSE = '›';

/** A reference in a canonical text. */
export interface Reference {
  /** `stack`: an attribute of `stack`'s resource. `contract`: a field. `unknown`: not understood. */
  readonly kind: 'stack' | 'contract' | 'unknown';
  /** Stack, or name of the contract's parameter. */
  readonly of: string;
  /** Address and attribute, or field. */
  readonly what: string;
}

const REFERENCES = /‹(contract |\?)?([^›:#]*)[:#]([^›]*)›/g;

/** All references in a canonical text. */
export function referencesIn(text: string): readonly Reference[] {
  if (!text.includes(OPEN)) return [];
  return [...text.matchAll(REFERENCES)].map(([, sign, of = '', what = '']) => ({
    kind: sign === undefined ? 'stack' : sign === '?' ? 'unknown' : 'contract',
    of,
    what,
  }));
}

/** Writes the reference to a field of a contract. */
export const contractField = (parameter: string, field: string): string =>
  `${OPEN}contract ${parameter}#${field}${CLOSE}`;

/** Terraform address of what a reference names, without the attribute: `aws_kms_key.Key`. */
export const addressOf = ({ what }: Reference): string => /^(data\.)?[\w-]+\.[\w-]+/.exec(what)?.[0] ?? what;

/** Functions that leave the value as it is, as far as names are concerned. */
const TRANSPARENT = new Set([
  'tostring',
  'tolist',
  'toset',
  'tonumber',
  'tobool',
  'nonsensitive',
  'sensitive',
  'flatten',
  'distinct',
  'compact',
  'sort',
]);

/**
 * What leaves an attribute of an own resource its own: the attribute itself, a part of it between separators, and lower
 * case. Other functions (`replace`, `format`) could make another's name of it.
 */
const OWN_ATTRIBUTE = /^(?!data\.)[a-z]+_[a-z0-9_]+(\.[\w-]+)+$/;
const PART_OF = /^element\(split\(\\?"[^"\\]\\?", (.+)\), \d+\)$/;
const LOWER = /^lower\((.+)\)$/;

/** Reads one stack's texts. */
export class Canon {
  /** Addresses that are being looked up, so that two that name each other end. */
  private readonly pending = new Set<string>();

  public constructor(
    private readonly stack: string,
    private readonly json: TerraformJson,
  ) {}

  /** A value with every text in it made canonical. A text that is one expression may become a list or an object. */
  public value(value: unknown): Json {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.value(inner)]));
    }
    return typeof value === 'number' || typeof value === 'boolean' ? value : null;
  }

  private text(text: string): Json {
    if (!text.includes('{')) return text;
    return this.template(templateParts(text));
  }

  private template(parts: readonly Part[]): Json {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined && typeof only !== 'string') {
      return this.expression(parseExpression(only.expression));
    }
    return parts
      .map((part) =>
        typeof part === 'string' ? part : asText(this.expression(parseExpression(part.expression))),
      )
      .join('');
  }

  /** What an expression stands for. */
  public expression(expression: Expression): Json {
    switch (expression.kind) {
      case 'template':
        return this.template(expression.parts);
      case 'constant':
        return expression.value;
      case 'list':
        return expression.items.map((item) => this.expression(item));
      case 'object':
        return Object.fromEntries(expression.entries.map(([key, value]) => [key, this.expression(value)]));
      case 'call':
        return this.call(expression.name, expression.args);
      case 'path':
        return expression.of === undefined
          ? this.path(expression.keys)
          : this.inside(expression.of, expression.keys);
      case 'raw':
        return this.unread(expression.text);
    }
  }

  private call(name: string, args: readonly Expression[]): Json {
    const [first, second] = args;
    if (first !== undefined && args.length === 1 && TRANSPARENT.has(name)) return this.expression(first);
    if (first !== undefined && name === 'jsonencode') return JSON.stringify(this.expression(first));
    if (first !== undefined && name === 'jsondecode') {
      const decoded = parsed(this.expression(first));
      if (decoded !== undefined) return decoded;
    }
    if (name === 'concat') {
      const lists = args.map((arg) => this.expression(arg));
      if (lists.every((list): list is Json[] => Array.isArray(list))) return lists.flat();
    }
    if (first !== undefined && second !== undefined && name === 'join') {
      const [separator, list] = [this.expression(first), this.expression(second)];
      if (typeof separator === 'string' && Array.isArray(list))
        return list.map((item: Json) => asText(item)).join(separator);
    }
    return this.unread(`${name}(${args.map((arg) => this.print(arg)).join(', ')})`);
  }

  /** Keys into what another expression gives: most often a field of a contract. */
  private inside(of: Expression, keys: readonly string[]): Json {
    if (of.kind === 'call' && of.name === 'jsondecode' && of.args[0]?.kind === 'path') {
      const [data, type, name, attribute] = of.args[0].keys;
      const contract =
        data === 'data' && type === 'aws_ssm_parameter' && /^(insecure_)?value$/.test(attribute ?? '');
      if (contract && of.args[0].keys.length === 4) {
        const parameter = this.json.data?.[type]?.[name ?? ''] as { readonly name?: unknown } | undefined;
        const called = this.value(parameter?.name);
        if (typeof called === 'string' && called !== '') return contractField(called, keys.join('.'));
      }
    }
    const value = this.expression(of);
    const found = dig(value, keys);
    return found ?? this.unread(`${this.print(of)}.${keys.join('.')}`);
  }

  private path(keys: readonly string[]): Json {
    const [root = '', type = '', name = ''] = keys;
    const text = keys.join('.');
    if (root === 'local') {
      const set = this.json.locals?.[type];
      const local = this.once(text, () => {
        const value = set === undefined ? undefined : this.value(set);
        return value === undefined || keys.length === 2 ? value : dig(value, keys.slice(2));
      });
      return local ?? this.unread(text);
    }
    const data = root === 'data';
    const section = (data ? this.json.data : this.json.resource)?.[data ? type : root];
    const attributes = section?.[data ? name : type];
    if (attributes === undefined || !(data ? type : root).includes('_')) return this.unread(text);
    const set = this.once(text, () => {
      const found = digRaw(attributes, keys.slice(data ? 3 : 2));
      return found === undefined ? undefined : this.value(found);
    });
    return set ?? (data ? this.unread(text) : `${OPEN}${this.stack}:${text}${CLOSE}`);
  }

  private once<T>(key: string, look: () => T | undefined): T | undefined {
    if (this.pending.has(key)) return undefined;
    this.pending.add(key);
    const found = look();
    this.pending.delete(key);
    return found;
  }

  /** An expression that is known at apply only belongs to the stack if it is an attribute of the stack's own resources. */
  private unread(text: string): string {
    return `${OPEN}${isOwn(text) ? '' : '?'}${this.stack}:${text.replace(/[‹›]/g, '')}${CLOSE}`;
  }

  /** An expression as text again, for people. */
  private print(expression: Expression): string {
    switch (expression.kind) {
      case 'path':
        return [...(expression.of ? [this.print(expression.of)] : []), ...expression.keys].join('.');
      case 'call':
        return `${expression.name}(${expression.args.map((arg) => this.print(arg)).join(', ')})`;
      case 'constant':
        return String(expression.value);
      case 'raw':
        return expression.text;
      case 'template':
        return `"${expression.parts.map((part) => (typeof part === 'string' ? part : `\${${part.expression}}`)).join('')}"`;
      case 'list':
        return `[${expression.items.map((item) => this.print(item)).join(', ')}]`;
      case 'object':
        return `{${expression.entries.map(([key, value]) => `${key} = ${this.print(value)}`).join(', ')}}`;
    }
  }
}

function isOwn(text: string): boolean {
  const inner = (PART_OF.exec(text) ?? LOWER.exec(text))?.[1];
  return inner === undefined ? OWN_ATTRIBUTE.test(text) : isOwn(inner);
}

/** A value inside a text. */
export const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

function parsed(value: Json): Json | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return undefined;
  }
}

function dig(value: Json, keys: readonly string[]): Json | undefined {
  return digRaw(value, keys) as Json | undefined;
}

/** What keys lead to. A block that stands alone is also the first of its list. */
function digRaw(value: unknown, keys: readonly string[]): unknown {
  let inner = value;
  for (const key of keys) {
    if (typeof inner !== 'object' || inner === null) return undefined;
    if (key === '0' && !Array.isArray(inner)) continue;
    inner = (inner as JsonObject)[key];
  }
  return keys.length > 0 ? inner : undefined;
}
