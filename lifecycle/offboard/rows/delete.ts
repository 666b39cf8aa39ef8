import { type Client, DatabaseError, escapeIdentifier } from 'pg';
import { type ForeignKey, foreignKeys, type Table, tenantTables } from '../export/tables';
import { LifecycleError } from '../../mistake';
import { deletionOrder, isEntangled } from './order';

export interface DeleteProps {
  /** Session of the migrator, in no transaction. It is the caller's to end. */
  readonly client: Client;
  readonly tenant: string;
  /** Most rows that a transaction deletes. @default 5000 */
  readonly batch?: number;
  /** Asked before each table. @throws LifecycleError to stop */
  readonly mayGoOn: () => Promise<void>;
  readonly note: (text: string) => void;
  /** Told after each transaction. @default - nobody is */
  readonly afterBatch?: (table: string, rows: number) => void;
}

/** Rows of a table that are stored in one place: the table, or one of its partitions. */
interface Leaf {
  readonly name: string;
  readonly table: Table;
}

/** Transactions after which a large table tells how far it is. */
const WORTH_TELLING = 20;

/** Triggers may write while rows are deleted, such as a log of deletions. What they wrote goes in the next round. */
const ROUNDS = 3;

/**
 * Deletes a tenant's rows of all tables, those first that refer to others, in transactions of bounded size. Cut off anywhere, it
 * goes on with what is left.
 *
 * @returns rows deleted by this call, by table
 * @throws LifecycleError when rows are left in the end
 */
export async function deleteRows(props: DeleteProps): Promise<ReadonlyMap<string, number>> {
  const { client, tenant } = props;
  // Triggers and defaults ask whose transaction it is; row-level security lets the migrator see all rows anyway.
  await client.query(
    `SELECT set_config('app.tenant_id', $1, false), set_config('lock_timeout', '2s', false)`,
    [tenant],
  );
  const tables = await tenantTables(client);
  const keys = await foreignKeys(client, tables);
  const leaves = await leavesOf(client, tables);
  const deleted = new Map<string, number>();
  for (let round = 1; ; round += 1) {
    for (const group of deletionOrder(
      tables.map(({ oid }) => oid),
      keys,
    )) {
      await props.mayGoOn();
      const parts = leaves.filter(({ table }) => group.includes(table.oid));
      for (const key of keys.filter(({ to, isIndexed }) => group.includes(to) && !isIndexed)) {
        const name = tables.find(({ oid }) => oid === key.from)?.name ?? '';
        props.note(`${name} has no index on (${key.columns.join(', ')}): this may take long`);
      }
      const run = new GroupDeletion(
        props,
        parts,
        keys.filter(({ from, to }) => group.includes(from) && group.includes(to)),
        new Map(tables.map((table) => [table.oid, table])),
      );
      await run.run(isEntangled(group, keys));
      for (const [table, rows] of run.counts) {
        props.note(`${table}: ${rows} rows deleted`);
        deleted.set(table, (deleted.get(table) ?? 0) + rows);
      }
    }
    const left = await countLeft(client, tables, tenant);
    if (left.length === 0) return deleted;
    if (round === ROUNDS) {
      throw new LifecycleError(`rows of ${tenant} come back while they are deleted: ${left.join(', ')}`, [
        'something still writes them: a trigger of that table, or a program that ignores that the tenant is suspended',
      ]);
    }
  }
}

/** Tables that hold rows of the tenant, with how many: `app.orders: 3`. */
export async function countLeft(
  client: Client,
  tables: readonly Table[],
  tenant: string,
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ rows: string }>(
      `SELECT count(*)::text AS rows FROM ${name} WHERE tenant_id = $1`,
      [tenant],
    );
    if (rows[0]?.rows !== '0') left.push(`${name}: ${rows[0]?.rows ?? '?'}`);
  }
  return left;
}

async function leavesOf(client: Client, tables: readonly Table[]): Promise<readonly Leaf[]> {
  const partitioned = tables.filter(({ isPartitioned }) => isPartitioned);
  const { rows } = await client.query<{ root: string; name: string }>(
    `SELECT root::text, format('%I.%I', n.nspname, c.relname) AS name
     FROM unnest($1::oid[]) AS root, pg_partition_tree(root) AS part
     JOIN pg_class c ON c.oid = part.relid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE part.isleaf AND c.oid <> root`,
    [partitioned.map(({ oid }) => oid)],
  );
  return tables.flatMap((table): readonly Leaf[] =>
    table.isPartitioned
      ? rows.filter(({ root }) => root === String(table.oid)).map(({ name }) => ({ name, table }))
      : [{ name: table.name, table }],
  );
}

/** Deletes the rows of one table, or of several that refer to each other. */
class GroupDeletion {
  /** Rows deleted so far, by table. */
  public readonly counts = new Map<string, number>();
  private readonly batch: number;
  private transactions = 0;

  public constructor(
    private readonly props: DeleteProps,
    private readonly leaves: readonly Leaf[],
    private readonly keys: readonly ForeignKey[],
    private readonly tables: ReadonlyMap<number, Table>,
  ) {
    this.batch = props.batch ?? 5000;
  }

  public async run(isEntangled: boolean): Promise<void> {
    if (isEntangled) await this.untangle();
    for (const leaf of this.leaves) await this.sweep(leaf, '');
  }

  /**
   * Rows that no other row refers to, again and again. What is left in the end refers to itself in a circle or in a long chain:
   * that goes in one statement, for foreign keys are checked at a statement's end.
   */
  private async untangle(): Promise<void> {
    for (;;) {
      let gone = 0;
      for (const leaf of this.leaves) gone += await this.sweep(leaf, this.unreferenced(leaf));
      if (gone * 10 < this.batch) break;
    }
    const statements = this.leaves.map(
      ({ name }, at) => `d${at} AS (DELETE FROM ONLY ${name} WHERE tenant_id = $1 RETURNING 1)`,
    );
    const counts = this.leaves.map((_, at) => `(SELECT count(*) FROM d${at})::int AS d${at}`);
    const rows = await this.query<Record<string, number>>(
      `WITH ${statements.join(', ')} SELECT ${counts.join(', ')}`,
      [this.props.tenant],
    );
    for (const [at, leaf] of this.leaves.entries()) this.done(leaf, rows[0]?.[`d${at}`] ?? 0);
  }

  /** Condition on a row `t` of a leaf: no row of the group refers to it. */
  private unreferenced({ table }: Leaf): string {
    return this.keys
      .filter(({ to }) => to === table.oid)
      .map(({ from, columns, referenced }) => {
        const pairs = columns.map(
          (column, at) => `r.${escapeIdentifier(column)} = t.${escapeIdentifier(referenced[at] ?? '')}`,
        );
        return ` AND NOT EXISTS (SELECT FROM ${this.tables.get(from)?.name ?? ''} r WHERE ${pairs.join(' AND ')})`;
      })
      .join('');
  }

  /**
   * Deletes by the rows' places in the table, which one pass over it has listed: looking for the next rows from the start each
   * time would go past all that is deleted and not yet cleaned up, again and again.
   *
   * @returns rows deleted
   */
  private async sweep(leaf: Leaf, condition: string): Promise<number> {
    const { client, tenant } = this.props;
    const { rows: found } = await client.query<{ there: boolean }>(
      `SELECT EXISTS (SELECT FROM ONLY ${leaf.name} WHERE tenant_id = $1) AS there`,
      [tenant],
    );
    if (found[0]?.there !== true) return 0;
    await this.query(
      `DECLARE leaving NO SCROLL CURSOR WITH HOLD FOR SELECT t.ctid::text AS place FROM ONLY ${leaf.name} t WHERE t.tenant_id = ${literal(tenant)}${condition}`,
    );
    let gone = 0;
    try {
      for (;;) {
        const { rows } = await client.query<{ place: string }>(`FETCH ${this.batch} FROM leaving`);
        if (rows.length === 0) return gone;
        // A place may be somebody else's by now, if the row is gone and its room was given away: hence the tenant, once more.
        gone += await this.remove(
          leaf,
          rows.map(({ place }) => place),
        );
      }
    } finally {
      await client.query('CLOSE leaving');
    }
  }

  private async remove(leaf: Leaf, places: readonly string[]): Promise<number> {
    const rows = await this.query<{ gone: number }>(
      `WITH gone AS (DELETE FROM ONLY ${leaf.name} WHERE ctid = ANY ($1::tid[]) AND tenant_id = $2 RETURNING 1)
       SELECT count(*)::int AS gone FROM gone`,
      [places, this.props.tenant],
    );
    const gone = rows[0]?.gone ?? 0;
    this.done(leaf, gone);
    return gone;
  }

  private done({ table }: Leaf, rows: number): void {
    if (rows === 0) return;
    const total = (this.counts.get(table.name) ?? 0) + rows;
    this.counts.set(table.name, total);
    this.transactions += 1;
    if (this.transactions % WORTH_TELLING === 0) this.props.note(`${table.name}: ${total} rows so far`);
    this.props.afterBatch?.(table.name, rows);
  }

  /** Tries again when somebody else holds a lock: a migration, or a program that has the same row. */
  private async query<T extends object>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await this.props.client.query<T>(text, [...values])).rows;
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        const isLocked = error.code !== undefined && LOCKED.has(error.code);
        if (isLocked && attempt < ATTEMPTS) {
          await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
          continue;
        }
        throw new LifecycleError(`PostgreSQL: ${error.message}${error.detail ? ` (${error.detail})` : ''}`);
      }
    }
  }
}

/** lock_not_available and deadlock_detected: "PostgreSQL Error Codes", PostgreSQL documentation. */
const LOCKED = new Set(['55P03', '40P01']);
const ATTEMPTS = 6;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
