import type { WrittenStack } from './written-stacks';

/** `jsondecode(data.aws_ssm_parameter.Contract-cluster.insecure_value).name`: a field of another stack's contract. */
const CONTRACT_FIELD = /^jsondecode\(data\.aws_ssm_parameter\.([\w-]+)\.insecure_value\)\.(\w+)$/;

/**
 * What Terraform's expressions will be, as far as the stacks themselves tell: text that some contract carries is followed to
 * the stack that publishes it. Of anything else it is known what it is of: `use1a-cluster:aws_security_group.Pods.id`.
 */
export class References {
  /** Fields of contracts by the parameter's name: the publishing stack, and an expression each. */
  private readonly contracts = new Map<
    string,
    readonly [publisher: string, fields: ReadonlyMap<string, string>]
  >();
  /** Names of the parameters that a stack reads, by stack and data source. */
  private readonly sources = new Map<string, string>();

  public constructor(stacks: readonly WrittenStack[]) {
    for (const { name, stack } of stacks) {
      for (const parameter of stack.resources('aws_ssm_parameter')) {
        const [, document = ''] =
          /^\$\{jsonencode\((.*)\)\}$/s.exec(String(parameter['insecure_value'])) ?? [];
        if (document !== '') this.contracts.set(String(parameter['name']), [name, objectFields(document)]);
      }
      for (const source of stack.data('aws_ssm_parameter')) {
        const label = source.address.replace(/^.*?\./, '');
        this.sources.set(`${name}:${label}`, String(source['name']));
      }
    }
  }

  /**
   * A text of a stack's configuration with its expressions replaced: by what they will be, or by what `unknown` makes of the
   * name of what they are of.
   */
  public text(stack: string, text: string, unknown: (reference: string) => string = (name) => name): string {
    let result = '';
    let at = 0;
    while (at < text.length) {
      if (text.startsWith('$${', at)) {
        result += '${';
        at += 3;
      } else if (text.startsWith('${', at)) {
        const end = closing(text, at + 1);
        result += this.value(stack, text.slice(at + 2, end), unknown);
        at = end + 1;
      } else result += text[at++] ?? '';
    }
    return result;
  }

  /** What an expression will be, without the `${}` around it. */
  public value(stack: string, expression: string, unknown: (reference: string) => string): string {
    const trimmed = expression.trim();
    if (/^"[^"]*"$/.test(trimmed)) return this.text(stack, JSON.parse(trimmed) as string, unknown);
    const [, inner] = /^tostring\((.*)\)$/s.exec(trimmed) ?? [];
    if (inner !== undefined) return this.value(stack, inner, unknown);
    const [, source = '', field = ''] = CONTRACT_FIELD.exec(trimmed) ?? [];
    if (field === '') return unknown(`${stack}:${trimmed}`);
    const parameter = this.sources.get(`${stack}:${source}`) ?? source;
    const [publisher, fields] = this.contracts.get(parameter) ?? [];
    // Its publisher is not among the stacks.
    if (publisher === undefined || fields === undefined) return unknown(`${parameter}.${field}`);
    const published = fields.get(field);
    if (published === undefined) throw new Error(`${stack} reads ${field}, which ${parameter} does not hold`);
    return this.value(publisher, published, unknown);
  }
}

/** Fields of an object in Terraform's language, `{"a" = 1, "b" = f("x")}`, each with its expression. */
export function objectFields(text: string): ReadonlyMap<string, string> {
  const inside = text.trim().slice(1, -1);
  const fields = new Map<string, string>();
  let start = 0;
  while (start < inside.length) {
    const end = separator(inside, start);
    const [, name = '', expression = ''] = /^\s*"([^"]+)" = (.*)$/s.exec(inside.slice(start, end)) ?? [];
    if (name === '') throw new Error(`no field of an object: ${inside.slice(start, end)}`);
    fields.set(name, expression);
    start = end + 1;
  }
  return fields;
}

/** Position of the next comma that is in no bracket and no string, or the end. */
function separator(text: string, start: number): number {
  let at = start;
  while (at < text.length && text[at] !== ',') {
    if (text[at] === '"') at = stringEnd(text, at);
    else if ('([{'.includes(text[at] ?? '')) at = closing(text, at);
    at += 1;
  }
  return at;
}

/** Position of the bracket that closes the one at `open`. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"') at = stringEnd(text, at);
    else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character) && --depth === 0) return at;
  }
  throw new Error(`no end of: ${text.slice(open, open + 60)}`);
}

/** Position of the quote that ends the string at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
