import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadPlatform } from '../../../config/load';
import type { Platform } from '../../../config/platform';
import { FileRegistry } from '../../../lifecycle/registry/file-registry';
import type { Surroundings } from '../../../lifecycle/surroundings';
import { databaseVariable, rehearsalDatabases } from '../../../lifecycle/surroundings/databases';
import { FileStacks } from './file-stacks';

/** What a process is told of the world it works in. */
export interface World {
  /** Folder of registry, config and exports. */
  readonly folder: string;
  /** Folder of the project. */
  readonly root: string;
  /** Folder of the socket of the shard's server. @default - there is none, and so there are no rows */
  readonly host?: string;
  readonly caller: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether there are stacks, kept in files. @default false */
  readonly hasStacks?: boolean;
}

/** Shard of all tenants here. */
export const PLACE = { cell: 'dev1a', shard: 'data-shard-1' };

/** Config as it is in the project, which no test here changes. */
let platform: Platform | undefined;

/** A world's stacks, if it has any. */
export const fileStacks = (folder: string): FileStacks =>
  new FileStacks(folder, join(folder, 'config/environments/dev/tenants'));

/** Surroundings with a real registry and a real database. No stack is touched where only rows leave. */
export function surroundingsOf({ folder, root, host, caller, now, hasStacks }: World): Surroundings {
  const none = (): never => {
    throw new Error('no stack is touched when rows leave');
  };
  const configFolder = join(folder, 'config/environments');
  if (!existsSync(configFolder)) {
    mkdirSync(folder, { recursive: true });
    cpSync(join(root, 'config/environments/dev'), join(configFolder, 'dev'), { recursive: true });
  }
  process.env[databaseVariable(PLACE)] = host === undefined ? '' : `postgres:///postgres?host=${host}`;
  return {
    ...{ kind: 'rehearsal', environment: 'dev', root, configFolder },
    registry: new FileRegistry({ folder: join(folder, 'registry') }),
    stacks: hasStacks === true ? fileStacks(folder) : { has: () => true, synthesize: none, contract: none },
    databases: rehearsalDatabases(process.env),
    tokens: { smoke: none, revoke: () => Promise.resolve() },
    now: () => now,
    caller: () => Promise.resolve(caller),
    platform: () => (platform ??= loadPlatform(folder, 'dev')),
    close: () => Promise.resolve(),
  };
}
