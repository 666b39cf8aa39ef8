import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATION_NAME } from '../../constructs/core/schema-jobs';
import { MIGRATION_NAMESPACE } from '../../constructs/core/migrations';
import type { KubeObject, Kubernetes } from './kubernetes';
import { Failure } from './output';

/** Migrations of a release, as pgroll takes them: a file each, in the order of their names. */
export interface Migrations {
  /** Names, without extensions, in order. */
  readonly names: readonly string[];
  /** Content by file name. */
  readonly files: Readonly<Record<string, string>>;
  /** Name of the config map with just these files. */
  readonly configMap: string;
}

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Formats of pgroll's migrations: "Writing up and down migrations" and `MigrationFormat`, pgroll. */
const FILE = /^(.+)\.(json|ya?ml)$/;

/** What a config map can hold is 1 MiB: "ConfigMaps", Kubernetes documentation. The rest is its metadata. */
const MAX_BYTES = 1_048_576 - 8192;

/**
 * Reads a folder of migrations.
 *
 * @param last name that the last of them must have
 * @throws Failure with all that is wrong
 */
export function readMigrations(folder: string, last: string): Migrations {
  const files = Object.fromEntries(
    listOf(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
  const names = Object.keys(files).map((file) => FILE.exec(file)?.[1] ?? file);
  const bytes = Object.entries(files).reduce((sum, entry) => sum + Buffer.byteLength(entry.join('')), 0);
  const problems = [
    ...(names.length === 0 ? [`${folder} must hold migrations (.json, .yaml), got none`] : []),
    ...names
      .filter((name) => !MIGRATION_NAME.test(name))
      .map((name) => `${name} must be named by 1-40 lowercase letters, digits and underscores`),
    ...(new Set(names).size < names.length ? ['two files must not be one migration in two formats'] : []),
    ...(names.length > 0 && names.at(-1) !== last
      ? [`the last migration must be ${last}, as the release says, got ${names.at(-1) ?? ''}`]
      : []),
    ...(bytes > MAX_BYTES
      ? [`all migrations together must have at most ${String(MAX_BYTES)} bytes, got ${String(bytes)}`]
      : []),
  ];
  if (problems.length > 0) {
    throw new Failure(
      ['the migrations of the release are not what they must be:', ...problems].join('\n'),
      'correct them in the repository of the service, and release again. Nothing was changed.',
    );
  }
  const hash = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  return { names, files, configMap: `migrations-${hash}` };
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => FILE.test(file))
      .sort();
  } catch {
    // Told with everything else that is wrong.
    return [];
  }
}

/**
 * Puts migrations where jobs find them. What is there never changes, and is found by its content.
 *
 * @throws Failure when there is something else under that name
 */
export async function publishMigrations(
  kubernetes: Kubernetes,
  { configMap, files }: Migrations,
): Promise<void> {
  await kubernetes.create('ConfigMap', MIGRATION_NAMESPACE, {
    metadata: { name: configMap },
    ...{ immutable: true, data: files },
  });
  const found = await kubernetes.get<ConfigMap>('ConfigMap', MIGRATION_NAMESPACE, configMap);
  const data = found?.data ?? {};
  const isSame =
    Object.keys(data).length === Object.keys(files).length &&
    Object.entries(files).every(([file, content]) => data[file] === content);
  if (isSame) return;
  throw new Failure(
    `config map ${MIGRATION_NAMESPACE}/${configMap} must hold the migrations of the release, and holds others`,
    'find out who made it: its name is that of its content. Remove it, then run the step again.',
  );
}
