import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isolation, type IsolationReport } from '../../../guarantees/isolation';
import { factsOf, type StackFacts, type TerraformJson } from '../../../guarantees/isolation/facts';
import { synthesize } from '../../../main';

const ROOT = join(__dirname, '../../..');

// Terraform's JSON has no fixed shape, and leaks are planted deep in it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Loose = any;

/** A synthesized platform on disk, and what its stacks say. */
export class SynthesizedPlatform {
  public readonly facts: ReadonlyMap<string, StackFacts>;
  private readonly folder = mkdtempSync(join(tmpdir(), 'bulkhead-isolation-'));

  /**
   * @param tenants ids of tenants that are there besides those of the sources, each set up like acme
   * @param settings lines that are added to acme's own file
   */
  public constructor(environment: string, tenants: readonly string[] = [], settings = '') {
    const root = join(this.folder, 'root');
    cpSync(join(ROOT, 'config/environments'), join(root, 'config/environments'), { recursive: true });
    const folder = join(root, 'config/environments', environment, 'tenants');
    const acme = tenants.length > 0 ? readFileSync(join(folder, 'acme.yaml'), 'utf8') : '';
    if (tenants.length > 0) {
      const file = join(folder, '../platform.yaml');
      const count = readdirSync(folder).length + tenants.length;
      writeFileSync(file, readFileSync(file, 'utf8').replace(/(?<=^ +enterprise: )\d+/m, String(count)));
    }
    for (const id of tenants) writeFileSync(join(folder, `${id}.yaml`), acme.replaceAll(/\bacme\b/g, id));
    if (settings !== '') appendFileSync(join(folder, 'acme.yaml'), settings);
    synthesize({ root, environment, stacks: [], outdir: join(this.folder, 'out') });
    const names = readdirSync(join(this.folder, 'out/stacks')).sort();
    this.facts = new Map(
      names.map((name) => [name, factsOf({ name, json: this.json(name), folder: this.stackFolder(name) })]),
    );
  }

  public stackFolder(name: string): string {
    return join(this.folder, 'out/stacks', name);
  }

  public json(name: string): TerraformJson {
    return JSON.parse(readFileSync(join(this.stackFolder(name), 'cdk.tf.json'), 'utf8')) as TerraformJson;
  }

  public scratch(): Scratch {
    return new Scratch(this);
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true });
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
