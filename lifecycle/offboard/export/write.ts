import { createHash, type Hash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import type { ExportStore } from '../store/store';
import { fixPrinting, rowsOf, rowSum } from './checksum';
import { CopyOut } from './copy-out';
import { type ExportedTable, MANIFEST, type Manifest, serialize } from './manifest';
import { type Table, tenantTables } from './tables';

/** What an export is about. */
export type Subject = Pick<
  Manifest,
  'tenant' | 'name' | 'tier' | 'platform' | 'environment' | 'place' | 'operation'
>;

export interface ExportProps {
  readonly subject: Subject;
  readonly store: ExportStore;
  /** Session of a role that may read every row, in no transaction; to be ended after a failure. Undefined if the tenant has no place. */
  readonly client: Client | undefined;
  /** Whether the database is the tenant's own: then all rows are its, whatever they say. */
  readonly isWhole: boolean;
  readonly now: number;
  readonly note: (text: string) => void;
}

/**
 * Exports a tenant's rows: a file a table, all of one snapshot, and a manifest. Memory does not grow with the tenant.
 *
 * @returns the manifest and its hash
 */
export async function writeExport(props: ExportProps): Promise<{ manifest: Manifest; hash: string }> {
  const { subject, store, client, now } = props;
  await store.check();
  const taken = client ? await inSnapshot(client, () => copyTables(props, client)) : NOTHING;
  const total = (of: 'rows' | 'bytes'): number => taken.tables.reduce((sum, table) => sum + table[of], 0);
  const manifest: Manifest = {
    format: 'bulkhead-tenant-export/1',
    ...subject,
    takenAt: new Date(now).toISOString(),
    ...taken,
    rows: total('rows'),
    bytes: total('bytes'),
  };
  const { text, hash } = serialize(manifest);
  await store.put(MANIFEST, Readable.from([Buffer.from(text)]));
  return { manifest, hash };
}

type Taken = Pick<Manifest, 'snapshot' | 'server' | 'migration' | 'tables'>;

const NOTHING: Taken = { migration: null, tables: [] };

async function inSnapshot<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await fixPrinting(client);
  // Between two tables the session is idle while a store finishes a file. The role's 30 seconds are for the forgotten.
  await client.query(`SET idle_in_transaction_session_timeout = '15min'`);
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  // After a failure the rest of a table may still be on its way: then the session is good for nothing but its end.
  const result = await work();
  await client.query('COMMIT');
  return result;
}

async function copyTables({ subject, store, isWhole, note }: ExportProps, client: Client): Promise<Taken> {
  const tables = await tenantTables(client);
  const about = await aboutSnapshot(client);
  const exported: ExportedTable[] = [];
  for (const [at, table] of tables.entries()) {
    const written = await copyTable(client, table, isWhole ? undefined : subject.tenant, store);
    exported.push(written);
    note(`${at + 1}/${tables.length} ${table.name}: ${written.rows} rows, ${written.bytes} bytes`);
  }
  return { ...about, tables: exported };
}

async function copyTable(
  client: Client,
  table: Table,
  tenant: string | undefined,
  store: ExportStore,
): Promise<ExportedTable> {
  const file = `tables/${encodeURIComponent(table.shortName)}.csv.gz`;
  const columns = table.columns.map(({ name }) => escapeIdentifier(name)).join(', ');
  const copy = new CopyOut(
    `COPY (SELECT ${columns} ${rowsOf(table, tenant)}) TO STDOUT WITH (FORMAT csv, HEADER)`,
  );
  const [plain, packed] = [new Meter(), new Meter()];
  client.query(copy);
  // Both ends must be waited for: a failure of the one is told by the other, too.
  await Promise.all([
    pipeline(copy, plain, createGzip({ level: 6 }), packed, { end: true }),
    store.put(file, packed),
  ]);
  const { rows, checksum } = await rowSum(client, table, tenant);
  return {
    ...{ table: table.name, file, rows: copy.rows ?? rows, checksum },
    ...{ bytes: packed.bytes, unpackedBytes: plain.bytes, sha256: packed.sha256 },
    columns: [...table.columns],
    primaryKey: [...table.primaryKey],
  };
}

/** Counts and hashes what goes through. */
class Meter extends Transform {
  public bytes = 0;
  private readonly hash: Hash = createHash('sha256');

  public get sha256(): string {
    return this.hash.copy().digest('hex');
  }

  public override _transform(
    chunk: Buffer,
    _: BufferEncoding,
    done: (error: null, data: Buffer) => void,
  ): void {
    this.bytes += chunk.length;
    this.hash.update(chunk);
    done(null, chunk);
  }
}

async function aboutSnapshot(client: Client): Promise<Omit<Taken, 'tables'>> {
  const { rows } = await client.query<{ id: string; server: string; hasPgroll: boolean }>(
    `SELECT pg_current_snapshot()::text AS id, current_setting('server_version') AS server,
       to_regclass('pgroll.migrations') IS NOT NULL AS "hasPgroll"`,
  );
  const [{ id, server, hasPgroll } = { id: '', server: '', hasPgroll: false }] = rows;
  return {
    snapshot: { id, lsn: await logPosition(client) },
    server,
    migration: hasPgroll ? await lastMigration(client) : null,
  };
}

/** Null where the engine does not tell: Aurora has no log of its own kind, unless logical replication is on. */
async function logPosition(client: Client): Promise<string | null> {
  await client.query('SAVEPOINT position');
  try {
    const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
    return rows[0]?.lsn ?? null;
  } catch {
    return null;
  } finally {
    await client.query('ROLLBACK TO SAVEPOINT position');
  }
}

/** The migration of schema app that no other one follows, and that is done. */
async function lastMigration(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT m.name FROM pgroll.migrations m WHERE m.schema = 'app' AND m.done
       AND NOT EXISTS (SELECT FROM pgroll.migrations c WHERE c.schema = 'app' AND c.done AND c.parent = m.name)`,
  );
  return rows[0]?.name ?? null;
}
