import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ProviderName, SchemaKind } from './model';

const SOURCE_MAP = 'sourceMappingURL=data:application/json;base64,';

/** Installed version of the package that holds a provider's bindings. */
export function packageVersion(root: string, provider: ProviderName): string {
  const manifest: unknown = JSON.parse(
    fs.readFileSync(path.join(packageFolder(root, provider), 'package.json'), 'utf8'),
  );
  return (manifest as { readonly version: string }).version;
}

/** Folder of the bindings for one type: `aws_sqs_queue` lives in `lib/sqs-queue`, its data source in `lib/data-aws-sqs-queue`. */
export function bindingsFolder(root: string, provider: ProviderName, kind: SchemaKind, type: string): string {
  const base = type.slice(provider.length + 1).replaceAll('_', '-');
  const folder = kind === 'provider' ? 'provider' : kind === 'data' ? `data-${provider}-${base}` : base;
  return path.join(packageFolder(root, provider), 'lib', folder);
}

/**
 * TypeScript sources of one type's bindings, as the package carries them inside its source maps. The compiled
 * files alone would not do: compilation drops the comment of every attribute that has no initial value.
 *
 * @returns undefined when the package knows no such type.
 * @throws Error when a module carries no source map.
 */
export function bindingSources(
  root: string,
  provider: ProviderName,
  kind: SchemaKind,
  type: string,
): readonly string[] | undefined {
  const folder = bindingsFolder(root, provider, kind, type);
  if (!fs.existsSync(path.join(folder, 'index.js'))) return undefined;
  const shards = path.join(folder, 'index-structs');
  const files = [
    path.join(folder, 'index.js'),
    ...(fs.existsSync(shards)
      ? fs
          .readdirSync(shards)
          .filter((name) => /^structs\d+\.js$/.test(name))
          .map((name) => path.join(shards, name))
      : []),
  ];
  return files.flatMap(embeddedSources);
}

function embeddedSources(file: string): readonly string[] {
  const text = fs.readFileSync(file, 'utf8');
  const start = text.lastIndexOf(SOURCE_MAP);
  if (start < 0) throw new Error(`${file} carries no source map to read the provider's schema from`);
  const json = Buffer.from(text.slice(start + SOURCE_MAP.length).trim(), 'base64').toString('utf8');
  return (JSON.parse(json) as { readonly sourcesContent: readonly string[] }).sourcesContent;
}

function packageFolder(root: string, provider: ProviderName): string {
  return path.join(root, 'node_modules', '@cdktf', `provider-${provider}`);
}
