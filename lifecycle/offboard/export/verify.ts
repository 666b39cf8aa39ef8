import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Client } from 'pg';
import { LifecycleError } from '../../mistake';
import { type ExportStore, textOf } from '../store/store';
import { fixPrinting, RowSummer, rowSum } from './checksum';
import { type CsvRecord, CsvError, CsvReader } from './csv';
import { type ExportedTable, MANIFEST, type Manifest, parseManifest } from './manifest';
import { type Column, tenantTables } from './tables';

/**
 * Reads an export back from where it was put, in whole: every byte, and every row in every file.
 *
 * @param hash of the manifest, as it was written
 * @returns the manifest, and what is wrong; nothing if all is as it was written
 * @throws LifecycleError when there is no manifest, or another one
 */
export async function readBack(
  store: ExportStore,
  hash: string,
): Promise<{ readonly manifest: Manifest; readonly problems: readonly string[] }> {
  const manifest = await readManifest(store, hash);
  const problems: string[] = [];
  for (const table of manifest.tables) problems.push(...(await readTable(store, table)));
  return { manifest, problems };
}

/** @throws LifecycleError when there is none, or not the one with this hash */
export const readManifest = async (store: ExportStore, hash: string): Promise<Manifest> =>
  parseManifest(await textOf(await store.get(MANIFEST)), hash, `${store.where}/${MANIFEST}`);

async function readTable(store: ExportStore, table: ExportedTable): Promise<readonly string[]> {
  const hash = createHash('sha256');
  const found = new TableReader(table);
  let bytes = 0;
  try {
    await pipeline(
      await store.get(table.file),
      async function* meter(source: AsyncIterable<Buffer>) {
        for await (const piece of source) {
          bytes += piece.length;
          hash.update(piece);
          yield piece;
        }
      },
      createGunzip(),
      async (source: AsyncIterable<Buffer>) => {
        for await (const piece of source) found.read(piece);
        found.end();
      },
    );
  } catch (error) {
    // What zlib, the reader and the store say of a damaged file: all else is no finding.
    if (!(error instanceof CsvError || error instanceof LifecycleError || isOfPacking(error))) throw error;
    return [`${table.file} cannot be read: ${error.message}`];
  }
  return [
    ...differs(table.file, 'bytes', bytes, table.bytes),
    ...differs(table.file, 'SHA-256', hash.digest('hex'), table.sha256),
    ...differs(table.file, 'rows', found.sum.rows, table.rows),
    ...differs(table.file, 'checksum of its rows', found.sum.checksum, table.checksum),
  ];
}

/** zlib's codes: "Error codes and their meaning", zlib manual. */
const isOfPacking = (error: unknown): error is NodeJS.ErrnoException =>
  (error as NodeJS.ErrnoException).code?.startsWith('Z_') === true;

const differs = (file: string, what: string, found: string | number, wanted: string | number): string[] =>
  found === wanted ? [] : [`${file}: ${what} ${found}, expected ${wanted}`];

/** Sums up the records of a table's file, whose first one names the columns. */
class TableReader {
  private readonly csv = new CsvReader();
  private readonly summer = new RowSummer();
  private isNamed = false;

  public constructor(private readonly table: ExportedTable) {}

  public get sum(): RowSummer['result'] {
    return this.summer.result;
  }

  public read(piece: Buffer): void {
    this.take(this.csv.read(piece));
  }

  public end(): void {
    this.take(this.csv.end());
    if (!this.isNamed) throw new CsvError('it does not even name its columns');
  }

  private take(records: readonly CsvRecord[]): void {
    const { columns } = this.table;
    for (const record of records) {
      if (record.length !== columns.length) {
        throw new CsvError(`a record has ${record.length} fields, expected ${columns.length}`);
      }
      if (this.isNamed) this.summer.add(record);
      else if (record.every((name, at) => name === columns[at]?.name)) this.isNamed = true;
      else throw new CsvError(`its columns are ${record.join(', ')}`);
    }
  }
}

const isSame = (a: Column, b: Column): boolean => a.name === b.name && a.type === b.type;

/**
 * What the database has that the export has not, or the other way round.
 *
 * @param isWhole whether the database is the tenant's own
 * @returns differences; none if the export is what is there
 */
export async function compareWithDatabase(
  client: Client,
  manifest: Manifest,
  isWhole: boolean,
): Promise<readonly string[]> {
  await fixPrinting(client);
  const tables = await tenantTables(client);
  const exported = new Map(manifest.tables.map((table) => [table.table, table]));
  const gone = manifest.tables.filter(({ table }) => tables.every(({ name }) => name !== table));
  const problems = gone.map(({ table }) => `${table} is no longer there`);
  for (const table of tables) {
    const known = exported.get(table.name);
    const lost =
      known?.columns.filter((column) => !table.columns.some((other) => isSame(column, other))) ?? [];
    if (lost.length > 0) {
      problems.push(
        `${table.name} has no longer: ${lost.map(({ name, type }) => `${name} ${type}`).join(', ')}`,
      );
      continue;
    }
    // Of the exported columns: those that a migration has added since have nothing that the tenant has put there.
    const columns = known?.columns ?? table.columns;
    const there = await rowSum(client, { ...table, columns }, isWhole ? undefined : manifest.tenant);
    if (!known) {
      if (there.rows > 0) problems.push(`${table.name} has ${there.rows} rows, and was not exported`);
    } else if (there.rows !== known.rows) {
      problems.push(`${table.name} has ${there.rows} rows, exported were ${known.rows}`);
    } else if (there.checksum !== known.checksum) {
      problems.push(`${table.name} has other rows than those that were exported`);
    }
  }
  return problems;
}
