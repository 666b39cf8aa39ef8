import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { PGlite as PGliteDatabase } from '@electric-sql/pglite';
import { Client, types } from 'pg';

import { tenancySql } from '../../constructs/data/sql';

// Aggregates such as count(*) come back as bigint: numbers are enough for tests.
types.setTypeParser(types.builtins.INT8, Number);

/** Put here by ./pglite-environment. */
declare const PGlite: typeof PGliteDatabase;

export type Row = Record<string, unknown>;

/** A PostgreSQL under test. Every role has one session that lives as long as the server, as behind a pooler. */
export interface Server {
  readonly name: string;
  /** Runs one or more statements in the session of `role`, and gives the rows of the last one. */
  run(role: string, sql: string): Promise<Row[]>;
  /** Runs one statement with parameters in the session of `role`. */
  query(role: string, sql: string, values: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** A server of this machine, which takes any number of sessions. */
export interface InstalledServer extends Server {
  /** Folder of its socket, which clients take for a host. */
  readonly host: string;
  /** A session of its own, which the caller ends. */
  connect(role: string): Promise<Client>;
  /** What the server has written to its log. */
  log(): string;
}

/** The superuser of both servers. */
export const ADMIN = 'postgres';

/** The files of a database in which nothing has happened yet, for all suites of a test run: to make them takes five seconds. */
const EMPTY = join(tmpdir(), 'pglite-empty.tar');

async function freshDatabase(): Promise<PGliteDatabase> {
  const parsers = { [types.builtins.INT8]: Number };
  const known = existsSync(EMPTY);
  const loadDataDir = known ? new Blob([readFileSync(EMPTY)]) : undefined;
  const database = new PGlite({ parsers, ...(loadDataDir && { loadDataDir }) });
  await database.waitReady;
  if (!known) {
    const files = await database.dumpDataDir('none');
    // Another suite may do the same at the same time.
    const draft = `${EMPTY}.${String(process.pid)}`;
    writeFileSync(draft, new Uint8Array(await files.arrayBuffer()));
    renameSync(draft, EMPTY);
  }
  return database;
}

/** PostgreSQL compiled to WebAssembly, in this process: one session that takes each role in turn. */
export async function startEmbedded(): Promise<Server> {
  const database = await freshDatabase();
  let current = ADMIN;
  const become = async (role: string): Promise<void> => {
    if (role === current) return;
    await database.exec(`SET SESSION AUTHORIZATION ${role}`);
    current = role;
  };
  return {
    name: 'embedded',
    run: async (role, sql) => {
      await become(role);
      return (await database.exec(sql)).at(-1)?.rows ?? [];
    },
    query: async (role, sql, values) => {
      await become(role);
      return (await database.query<Row>(sql, [...values])).rows;
    },
    close: () => database.close(),
  };
}

const HINT = 'install PostgreSQL 15 or newer (Debian: apt-get install postgresql)';

function findTool(tool: string): string {
  const places = [
    ...(process.env['PATH'] ?? '').split(':'),
    ...[18, 17, 16, 15].map((v) => `/usr/lib/postgresql/${v}/bin`),
  ];
  const found = places.map((place) => join(place, tool)).find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`${tool} was not found on the PATH or in /usr/lib/postgresql: ${HINT}`);
  return found;
}

/**
 * A PostgreSQL server of this machine, with its data in a temporary folder, reached by a Unix socket only.
 *
 * @param settings beside the defaults: `wal_level=logical`
 */
export async function startInstalled(settings: readonly string[] = []): Promise<InstalledServer> {
  const [initdb, pgCtl] = [findTool('initdb'), findTool('pg_ctl')];
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-pg-'));
  const data = join(folder, 'data');
  const asServerUser = (tool: string, args: readonly string[]): void => {
    // PostgreSQL refuses to run as root, so root lends the folder to an unprivileged user.
    const root = process.getuid?.() === 0;
    const [command, rest] = root ? ['runuser', ['-u', 'nobody', '--', tool, ...args]] : [tool, args];
    execFileSync(command, rest, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  };
  if (process.getuid?.() === 0) {
    const id = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
    chownSync(folder, id('-u'), id('-g'));
  }
  chmodSync(folder, 0o755);
  asServerUser(initdb, [
    '-D',
    data,
    '-U',
    ADMIN,
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ]);
  asServerUser(pgCtl, [
    '-D',
    data,
    '-w',
    '-l',
    join(folder, 'log'),
    'start',
    '-o',
    [`listen_addresses=''`, `unix_socket_directories=${folder}`, 'fsync=off', ...settings]
      .map((setting) => `-c ${setting}`)
      .join(' '),
  ]);

  const clients = new Map<string, Promise<Client>>();
  const connect = async (role: string): Promise<Client> => {
    const fresh = new Client({ host: folder, user: role, database: 'postgres' });
    await fresh.connect();
    return fresh;
  };
  const client = (role: string): Promise<Client> => {
    const known = clients.get(role);
    if (known !== undefined) return known;
    const opened = connect(role);
    clients.set(role, opened);
    return opened;
  };
  await client(ADMIN);
  return {
    name: 'installed',
    host: folder,
    connect,
    log: () => readFileSync(join(folder, 'log'), 'utf8'),
    run: async (role, sql) => {
      const result: unknown = await (await client(role)).query(sql);
      const last = (Array.isArray(result) ? result.at(-1) : result) as { rows?: Row[] } | undefined;
      return last?.rows ?? [];
    },
    query: async (role, sql, values) => (await (await client(role)).query<Row>(sql, [...values])).rows,
    close: async () => {
      for (const opened of clients.values()) await (await opened).end();
      asServerUser(pgCtl, ['-D', data, '-m', 'immediate', 'stop']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Logins of a shard: of the services of each tier that shares it. */
export const POOLED_LOGINS = ['bulkhead_starter', 'bulkhead_professional'] as const;

/** Gives the server row-level security as the platform ships it. */
export async function install(server: Server, logins: readonly string[] = POOLED_LOGINS): Promise<void> {
  await server.run(ADMIN, tenancySql(logins).script);
}

/** Runs statements in one transaction of `tenant` (none if undefined), as an application does; rolls back on error. */
export async function inTransaction<T>(
  server: Server,
  role: string,
  tenant: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  await server.run(role, 'BEGIN');
  try {
    if (tenant !== undefined)
      await server.query(role, `SELECT set_config('app.tenant_id', $1, true)`, [tenant]);
    const result = await work();
    await server.run(role, 'COMMIT');
    return result;
  } catch (error) {
    await server.run(role, 'ROLLBACK');
    throw error;
  }
}
