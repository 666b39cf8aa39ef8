import { renderMinifiedPolicyDocument } from '../../terraform/policy-document';
import type { Values } from '../plan';
import { isValues } from '../values';
import { encodedJson } from './expression';
import type { StackFile } from './stack-file';

const DOCUMENT = 'data.aws_iam_policy_document.';
const WHOLE = /^\$\{data\.aws_iam_policy_document\.([\w-]+)\.(?:minified_)?json\}$/;
const INSIDE = /data\.aws_iam_policy_document\.([\w-]+)\.(?:minified_)?json/g;

/** IAM policies of a stack's data sources, as the JSON that they stand for. */
export class Documents {
  private readonly rendered = new Map<string, string | undefined>();

  public constructor(private readonly file: StackFile) {}

  /** A value in which every policy that a data source or `jsonencode` makes is the text that a service is given. */
  public resolve(value: unknown): unknown {
    if (typeof value === 'string') return value.includes('${') ? this.resolveText(value) : value;
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (!isValues(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, this.resolve(part)]));
  }

  /** Whether it can be told what a policy's data source makes. */
  public isKnown(address: string): boolean {
    return this.render(address.slice(DOCUMENT.length)) !== undefined;
  }

  private resolveText(text: string): string {
    const name = WHOLE.exec(text)?.[1];
    if (name !== undefined) return this.render(name) ?? text;
    // Inside an expression, so that a change shows, whatever is made of it.
    const inside = text.includes(DOCUMENT)
      ? text.replace(INSIDE, (reference, inner: string) => this.render(inner) ?? reference)
      : text;
    return encodedJson(inside) ?? inside;
  }

  private render(name: string): string | undefined {
    if (this.rendered.has(name)) return this.rendered.get(name);
    // Documents that name each other in a circle end here, as they do in no plan.
    this.rendered.set(name, undefined);
    const config = this.file.element(`${DOCUMENT}${name}`);
    const json = config && this.renderOne(config);
    this.rendered.set(name, json);
    return json;
  }

  private renderOne(config: Values): string | undefined {
    if ('dynamic' in config) return undefined;
    try {
      return renderMinifiedPolicyDocument(this.resolve(config) as Values);
    } catch {
      // A source that only an apply knows, or a sid twice: what it makes, nobody can tell.
      return undefined;
    }
  }
}

/**
 * Addresses whose text is the same on both sides, but that refer to a document which is not, through others or not.
 *
 * @param changed addresses of data sources that differ
 */
export function readersOf(changed: ReadonlySet<string>, file: StackFile): ReadonlySet<string> {
  const readers = new Set<string>();
  const differing = new Set([...changed].filter((address) => address.startsWith(DOCUMENT)));
  if (differing.size === 0) return readers;
  const references = [...file.namesAfter(DOCUMENT)];
  for (let before = -1; before !== differing.size;) {
    before = differing.size;
    for (const [address, names] of references) {
      if (![...names].some((name) => differing.has(`${DOCUMENT}${name}`))) continue;
      if (address.startsWith(DOCUMENT)) differing.add(address);
      else readers.add(address);
    }
  }
  return readers;
}
