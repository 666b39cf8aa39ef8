import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isolation, type IsolationReport } from '../../../guarantees/isolation';
import { factsOf, type StackFacts, type TerraformJson } from '../../../guarantees/isolation/facts';
import { type Sources, synthesized } from '../../support/synthesized';

// Terraform's JSON has no fixed shape, and leaks are planted deep in it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Loose = any;

/** A synthesized platform on disk, which other suites look at too, and what its stacks say. */
export class SynthesizedPlatform {
  public readonly facts: ReadonlyMap<string, StackFacts>;
  private readonly outdir: string;

  public constructor(sources: Sources) {
    this.outdir = synthesized(sources);
    const names = readdirSync(join(this.outdir, 'stacks')).sort();
    this.facts = new Map(
      names.map((name) => [name, factsOf({ name, json: this.json(name), folder: this.stackFolder(name) })]),
    );
  }

  public stackFolder(name: string): string {
    return join(this.outdir, 'stacks', name);
  }

  public json(name: string): TerraformJson {
    return JSON.parse(readFileSync(join(this.stackFolder(name), 'cdk.tf.json'), 'utf8')) as TerraformJson;
  }

  public scratch(): Scratch {
    return new Scratch(this);
  }
}

/** A copy of a platform to plant leaks in. Only the stacks that are touched are read anew. */
export class Scratch {
  private readonly touched = new Map<string, Loose>();
  private readonly folders = new Map<string, string>();

  public constructor(private readonly platform: SynthesizedPlatform) {}

  /** A stack's JSON, to be changed. */
  public json(stack: string): Loose {
    const json: Loose = this.touched.get(stack) ?? this.platform.json(stack);
    this.touched.set(stack, json);
    return json;
  }

  /** The one resource of a type whose construct path contains `within`, to be changed. */
  public resource(stack: string, type: string, within = ''): Loose {
    return this.element('resource', stack, type, within)[1];
  }

  /** Its Terraform address. */
  public address(stack: string, type: string, within = ''): string {
    return `${type}.${this.element('resource', stack, type, within)[0]}`;
  }

  /** Takes the resource away. */
  public remove(stack: string, type: string, within = ''): void {
    const [label] = this.element('resource', stack, type, within);
    Reflect.deleteProperty(this.json(stack).resource[type] as object, label);
  }

  /** Statements of the one policy document whose construct path contains `within`, to be changed. */
  public statements(stack: string, within: string): Loose {
    return this.element('data', stack, 'aws_iam_policy_document', within)[1].statement;
  }

  /** Adds a resource. */
  public add(stack: string, type: string, attributes: object, label = 'Planted'): void {
    const resources = this.json(stack).resource;
    resources[type] = { ...resources[type], [label]: attributes };
  }

  /** Adds a data source. */
  public addData(stack: string, type: string, label: string, attributes: object): void {
    const sources = this.json(stack).data;
    sources[type] = { ...sources[type], [label]: attributes };
  }

  /** Changes the JSON of the objects of a kind in a stack's generated charts: text with Terraform's values as pieces. */
  public manifests(stack: string, kind: string, change: (pieces: string) => string): void {
    this.json(stack);
    const folder = this.folders.get(stack) ?? mkdtempSync(join(tmpdir(), 'bulkhead-leak-'));
    this.folders.set(stack, folder);
    cpSync(join(this.platform.stackFolder(stack), 'assets'), join(folder, 'assets'), { recursive: true });
    let changed = 0;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.name !== 'manifests.json') continue;
      const file = join(entry.parentPath, entry.name);
      const objects = JSON.parse(readFileSync(file, 'utf8')) as readonly unknown[];
      const written = objects.map((object) => {
        const text = JSON.stringify(object);
        if (!text.includes(`\\"kind\\":\\"${kind}\\"`)) return object;
        const next = change(text);
        changed += next === text ? 0 : 1;
        return JSON.parse(next) as unknown;
      });
      writeFileSync(file, JSON.stringify(written));
    }
    if (changed === 0) throw new Error(`nothing changed in objects of kind ${kind} of ${stack}`);
  }

  /** Changes the one object of a kind and name in a stack's generated charts. Terraform's values are texts in it, as `@0@`. */
  public object(stack: string, kind: string, name: string, change: (object: Loose) => void): void {
    this.manifests(stack, kind, (text) => {
      const pieces = JSON.parse(text) as readonly (string | object)[];
      const parts = pieces.map((piece, index) =>
        typeof piece === 'string' ? piece : 'value' in piece ? `"@${index}@"` : `@${index}@`,
      );
      const object: Loose = JSON.parse(parts.join(''));
      if (object.kind !== kind || object.metadata.name !== name) return text;
      change(object);
      const written = JSON.stringify(object).split(/("@\d+@"|@\d+@)/);
      return JSON.stringify(
        written.map((part) => {
          const index = /^"?@(\d+)@"?$/.exec(part)?.[1];
          return index === undefined ? part : pieces[Number(index)];
        }),
      );
    });
  }

  /** Adds an object by a resource of the Kubernetes provider. */
  public addObject(stack: string, manifest: object): void {
    this.add(stack, 'kubernetes_manifest', { manifest });
  }

  /** What isolation says of the platform as it is now. */
  public report(complete = true): IsolationReport {
    const facts = new Map(this.platform.facts);
    for (const [name, json] of this.touched) {
      const folder = this.folders.get(name) ?? this.platform.stackFolder(name);
      facts.set(name, factsOf({ name, json: json as TerraformJson, folder }));
    }
    for (const folder of this.folders.values()) rmSync(folder, { recursive: true });
    return isolation([...facts.values()], { complete });
  }

  private element(
    section: 'resource' | 'data',
    stack: string,
    type: string,
    within: string,
  ): [string, Loose] {
    const all: Record<string, Loose> = this.json(stack)[section][type] ?? {};
    const found = Object.entries(all).filter(([, attributes]) =>
      String(attributes['//']?.metadata.path ?? 'Planted').includes(within),
    );
    const [first] = found;
    if (found.length !== 1 || !first) {
      throw new Error(
        `expected one ${type} within '${within}' in ${stack}, found ${found.length}: ${Object.keys(all).join(', ')}`,
      );
    }
    return first;
  }
}

/** Makes the folder of a stack for tests that write one by hand. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-stack-'));
  mkdirSync(folder, { recursive: true });
  return folder;
}
