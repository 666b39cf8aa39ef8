import { readFileSync, readdirSync, type Dirent } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { checkConfig } from './loader/check';
import { parseSource, type Source } from './loader/parse';
import { ConfigError, quote, type Problem } from './loader/problem';
import { didYouMean } from './loader/suggest';
import type { Platform } from './platform';
import { isTenantId } from './schema/tenant-id';

export { ConfigError } from './loader/problem';
export type { Problem } from './loader/problem';

/** Folder of all environments, relative to the project's root. */
export const ENVIRONMENTS_FOLDER = 'config/environments';

/** A file larger than this is not config; reading it could take minutes. */
const MAX_FILE_BYTES = 1024 * 1024;

export interface LoadOptions {
  /**
   * Chooses the tenant files to read and check, by tenant id and the ids of the platform's cells, so that the synth
   * of one stack does not pay for every tenant. The names of all files are checked in any case, and a file whose name
   * is no tenant id is read in any case.
   *
   * @default - all tenant files
   */
  readonly tenants?: (id: string, cells: readonly string[]) => boolean;

  /**
   * Folder that holds the environments, absolute or from the root.
   *
   * @default 'config/environments'
   */
  readonly folder?: string;

  /**
   * A tenant's file that is not written yet, and is checked as if it were. It stands in for one of the same name.
   *
   * @default - none
   */
  readonly draft?: { readonly id: string; readonly text: string };
}

/** Path of a tenant's file below the folder that holds the environments. */
export const tenantFileOf = (environment: string, id: string): string => `${environment}/tenants/${id}.yaml`;

/**
 * Reads `<folder>/<environment>` and checks all of it.
 *
 * @param root - folder of the project, from which messages name files
 * @throws ConfigError with every problem found; nothing of an invalid config is returned
 */
export function loadPlatform(root: string, environment: string, options: LoadOptions = {}): Platform {
  const reader = new Reader(root, options);
  const folder = reader.environmentFolder(environment);
  if (folder === undefined) throw new ConfigError(environment, reader.problems);

  const source = folder.hasPlatformFile ? reader.read(`${folder.path}/platform.yaml`) : undefined;
  const platform = source && parseSource(source);
  const cells = platform?.document?.keys(['cells']) ?? [];
  const selected = folder.tenantNames.filter(
    (id) => !isTenantId(id) || (options.tenants?.(id, cells) ?? true),
  );
  const tenants = selected.flatMap((name) => {
    const tenant = reader.read(`${folder.path}/tenants/${name}.yaml`);
    return tenant === undefined ? [] : [{ name, source: tenant }];
  });

  const checked = checkConfig({ environment, platform, tenants, tenantNames: new Set(folder.tenantNames) });
  const problems = [...reader.problems, ...checked.problems];
  if (checked.platform === undefined || problems.length > 0) throw new ConfigError(environment, problems);
  return checked.platform;
}

interface EnvironmentFolder {
  readonly path: string;
  readonly hasPlatformFile: boolean;
  /** Names of the tenant files, without `.yaml`, sorted. */
  readonly tenantNames: readonly string[];
}

/** The file system's edge: lists and reads, and collects what is wrong with files and folders as such. */
class Reader {
  public readonly problems: Problem[] = [];

  private readonly folder: string;
  private readonly draft: LoadOptions['draft'];

  public constructor(
    private readonly root: string,
    { folder = ENVIRONMENTS_FOLDER, draft }: LoadOptions,
  ) {
    this.folder = relative(root, resolve(root, folder)).split(sep).join('/');
    this.draft = draft;
  }

  /** The environment's folder and what it holds; undefined when there is no such environment. */
  public environmentFolder(environment: string): EnvironmentFolder | undefined {
    const known = this.list(this.folder)
      ?.filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    if (known === undefined) return undefined;
    if (!known.includes(environment)) {
      this.report(
        this.folder,
        `unknown environment ${quote(environment)}${didYouMean(environment, known)}  known: ${known.join(', ') || 'none'}`,
      );
      return undefined;
    }
    const path = `${this.folder}/${environment}`;
    const entries = this.list(path) ?? [];
    const names = entries.map(({ name }) => name);
    for (const name of names.filter((found) => found !== 'platform.yaml' && found !== 'tenants')) {
      this.report(`${path}/${name}`, strayEntry(name, ['platform.yaml', 'tenants']));
    }
    const hasPlatformFile = names.includes('platform.yaml');
    if (!hasPlatformFile) this.report(`${path}/platform.yaml`, 'is missing; every environment needs it');
    return {
      path,
      hasPlatformFile,
      tenantNames: this.withDraft(names.includes('tenants') ? this.tenantNames(`${path}/tenants`) : []),
    };
  }

  /** The text of a file; undefined, and a problem, when it cannot be had. */
  public read(file: string): Source | undefined {
    if (this.draft && file.endsWith(`/tenants/${this.draft.id}.yaml`)) return { file, text: this.draft.text };
    let bytes: Buffer;
    try {
      bytes = readFileSync(join(this.root, file));
    } catch (error) {
      this.report(file, `cannot be read: ${reason(error)}`);
      return undefined;
    }
    if (bytes.length > MAX_FILE_BYTES) {
      this.report(
        file,
        `must be at most ${MAX_FILE_BYTES} bytes, got ${bytes.length}; is this a config file?`,
      );
      return undefined;
    }
    try {
      // Drops a byte order mark, too.
      return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
    } catch {
      this.report(file, 'is not UTF-8 text; save it with the encoding UTF-8');
      return undefined;
    }
  }

  private withDraft(names: readonly string[]): readonly string[] {
    return this.draft ? [...new Set([...names, this.draft.id])].sort() : names;
  }

  private tenantNames(folder: string): string[] {
    return (this.list(folder) ?? []).flatMap(({ name }) => {
      const hidden = HIDDEN.test(name);
      if (!hidden && name.endsWith('.yaml')) return [name.slice(0, -'.yaml'.length)];
      this.report(`${folder}/${name}`, hidden ? HIDDEN_TENANT : strayTenant(name));
      return [];
    });
  }

  /**
   * A folder's entries, sorted by name, without what editors and operating systems leave behind. A hidden file that ends
   * like a config file is kept: somebody may believe that it counts.
   */
  private list(folder: string): Dirent[] | undefined {
    try {
      return readdirSync(join(this.root, folder), { withFileTypes: true })
        .filter((entry) => !isLeftBehind(entry))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      this.report(folder, `cannot be read: ${reason(error)}`);
      return undefined;
    }
  }

  private report(file: string, message: string): void {
    this.problems.push({ file, path: '', message });
  }
}

const HIDDEN_TENANT =
  'is named like a hidden file, which would never be read; rename it to <tenant id>.yaml, or delete it';

function strayTenant(name: string): string {
  const stem = /^(.+)\.ya?ml$/i.exec(name)?.[1];
  return stem === undefined
    ? 'is not a tenant file, <tenant id>.yaml; move it elsewhere or delete it'
    : `must end in .yaml; rename it to ${stem}.yaml`;
}

/** How the names of hidden files, and of some editors' own files, start. */
const HIDDEN = /^[.#]/;

function isLeftBehind(entry: Dirent): boolean {
  const { name } = entry;
  // Emacs locks a file under edit by a link beside it, `.#acme.yaml`, that leads nowhere.
  if (name.startsWith('.#') && entry.isSymbolicLink()) return true;
  return name.endsWith('~') || (HIDDEN.test(name) && !/\.ya?ml$/i.test(name));
}

function strayEntry(name: string, allowed: readonly string[]): string {
  return `is not part of an environment${didYouMean(name, allowed)}  allowed: ${allowed.join(', ')}`;
}

/** Why the operating system refused, in words. */
function reason(error: unknown): string {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason';
  return REASONS[code] ?? code;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied; give yourself read access',
  EISDIR: 'it is a folder; a file is expected',
  ELOOP: 'it is a symbolic link that leads back to itself',
  ENOENT: 'it does not exist; run from the root of the project, and check that symbolic links lead somewhere',
  ENOTDIR: 'it is a file; a folder is expected',
};
