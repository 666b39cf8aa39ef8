import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { LifecycleError } from '../../mistake';

/** Name of the manifest in the folder of an export. It is written last: an export without one is none. */
export const MANIFEST = 'manifest.json';

const count = z.int().check(z.gte(0));
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));

const columnSchema = z.strictObject({
  name: z.string(),
  type: z.string(),
  nullable: z.boolean(),
});

const tableSchema = z.strictObject({
  /** As SQL names it: `app.orders`. */
  table: z.string(),
  /** `tables/orders.csv.gz` */
  file: z.string(),
  rows: count,
  /** See `RowSum`. */
  checksum: z.string(),
  /** Bytes of the file, and of what it unpacks to. */
  bytes: count,
  unpackedBytes: count,
  /** SHA-256 of the file, in hex. */
  sha256,
  columns: z.array(columnSchema),
  primaryKey: z.array(z.string()),
});

const manifestSchema = z.strictObject({
  format: z.literal('bulkhead-tenant-export/1'),
  tenant: z.string(),
  /** Name of the customer. */
  name: z.optional(z.string()),
  tier: z.string(),
  platform: z.string(),
  environment: z.string(),
  /** Where the rows were; absent of a tenant that never had a place. */
  place: z.optional(z.strictObject({ cell: z.string(), shard: z.string() })),
  /** Key of the operation that made it. */
  operation: z.string(),
  takenAt: z.string(),
  /** One snapshot for all tables. `lsn` is the end of the write-ahead log just after it was taken, where the server says it. */
  snapshot: z.optional(z.strictObject({ id: z.string(), lsn: z.nullable(z.string()) })),
  /** Version of PostgreSQL, and the last migration of schema app. */
  server: z.optional(z.string()),
  migration: z.nullable(z.string()),
  rows: count,
  bytes: count,
  tables: z.array(tableSchema),
});

/** What an export holds: its files and what must be in them. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ExportedTable = z.infer<typeof tableSchema>;

/** The manifest's text, as it is kept, and its hash: whoever confirms a deletion confirms this one. */
export function serialize(manifest: Manifest): { readonly text: string; readonly hash: string } {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  return { text, hash: hashOf(text) };
}

export const hashOf = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

/**
 * A manifest as it was read back.
 *
 * @param where for messages
 * @throws LifecycleError when it is none, or not the one with this hash
 */
export function parseManifest(text: string, hash: string, where: string): Manifest {
  const found = hashOf(text);
  if (found !== hash) {
    throw new LifecycleError(
      `${where} is not the manifest that was written: its SHA-256 is ${found}, expected ${hash}`,
    );
  }
  const result = z.safeParse(manifestSchema, JSON.parse(text));
  if (result.success) return result.data;
  throw new LifecycleError(`${where} is no manifest that this version of bulkhead reads`, [
    'use the version that wrote it',
  ]);
}
