import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Block, ProviderName, SchemaKind } from './model';
import { bindingSources, packageVersion } from './package-source';

/** Raise when the derivation or its JSON form changes, so that older cached schemas are left behind. */
const FORMAT = 2;

/** Providers that speak plugin protocol 6 and so may nest attributes; the other two still speak 5. */
const NESTED_ATTRIBUTES: Readonly<Record<ProviderName, boolean>> = {
  aws: false,
  kubernetes: false,
  helm: true,
};

/**
 * Derived schemas of the installed provider packages, kept under `node_modules/.cache` by package version.
 *
 * A schema is some kilobytes and takes about 5 ms to derive; reading it back also saves loading the parser.
 */
export class SchemaStore {
  private readonly folders = new Map<ProviderName, string>();
  private readonly loaded = new Map<string, Promise<Block | undefined>>();

  public constructor(private readonly root: string) {}

  /** The schema of one type, or undefined when the installed package knows no such type. */
  public find(provider: ProviderName, kind: SchemaKind, type: string): Promise<Block | undefined> {
    const key = `${provider}/${kind}/${type}`;
    const found = this.loaded.get(key) ?? this.load(provider, kind, type);
    this.loaded.set(key, found);
    return found;
  }

  private async load(provider: ProviderName, kind: SchemaKind, type: string): Promise<Block | undefined> {
    const file = path.join(this.folder(provider), `${kind}-${type}.json`);
    try {
      return JSON.parse(fs.readFileSync(file, 'utf8')) as Block;
    } catch {
      // Not derived yet, or cut short by a killed process: derive it anew.
    }
    const sources = bindingSources(this.root, provider, kind, type);
    if (sources === undefined) return undefined;
    const { deriveSchema } = await import('./derive');
    const schema = deriveSchema(sources, { kind, nestedAttributes: NESTED_ATTRIBUTES[provider] });
    const draft = `${file}.${String(process.pid)}`;
    fs.writeFileSync(draft, JSON.stringify(schema));
    fs.renameSync(draft, file);
    return schema;
  }

  private folder(provider: ProviderName): string {
    let folder = this.folders.get(provider);
    if (folder === undefined) {
      const version = `${provider}-${packageVersion(this.root, provider)}-${String(FORMAT)}`;
      folder = path.join(this.root, 'node_modules', '.cache', 'bulkhead', 'schemas', version);
      fs.mkdirSync(folder, { recursive: true });
      this.folders.set(provider, folder);
    }
    return folder;
  }
}
