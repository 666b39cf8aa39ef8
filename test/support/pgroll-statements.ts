import type { Client } from 'pg';

import type { Migration, Operation } from '../../cli/migrations/operations';

/**
 * What pgroll asks of a database, for the operations that migrations here may use, and in which order. pgroll itself cannot be
 * had where these tests run, so its statements are written down here, as they follow from its sources (xataio/pgroll, the
 * versions before and up to 0.16). Each function names the file it is after.
 *
 * Statements run one by one, each in a transaction of its own, for that is where the trouble would be.
 */

const SCHEMA = 'app';
export const versionSchema = (version: string): string => `${SCHEMA}_${version}`;

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** `TemporaryName`, pkg/migrations/op_common.go. */
const temporary = (column: string): string => `_pgroll_new_${column}`;
/** `TriggerFunctionName`, pkg/backfill/trigger.go. Function and trigger are called the same. */
const triggerName = (table: string, column: string): string => `_pgroll_trigger_${table}_${column}`;
/** pkg/backfill/backfill.go. */
const NEEDS_BACKFILL = '_pgroll_needs_backfill';

/**
 * The shape of what `pgroll init` makes (pkg/state/init.sql): a table of migrations, functions of which some run with the
 * rights of whoever ran it, and event triggers that note what others change.
 */
export const INIT = `
  CREATE SCHEMA IF NOT EXISTS pgroll;
  CREATE TABLE pgroll.migrations (
    schema name NOT NULL, name text NOT NULL, parent text, done boolean NOT NULL DEFAULT false, PRIMARY KEY (schema, name)
  );
  CREATE FUNCTION pgroll.latest_migration(of name) RETURNS text LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pgroll, pg_catalog, pg_temp
    AS $$ SELECT m.name FROM pgroll.migrations m WHERE m.schema = of
          AND NOT EXISTS (SELECT FROM pgroll.migrations c WHERE c.schema = of AND c.parent = m.name) $$;
  CREATE FUNCTION pgroll.raw_migration() RETURNS event_trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pgroll, pg_catalog, pg_temp
    AS $$
    BEGIN
      IF current_setting('pgroll.no_inferred_migrations', true) = 'TRUE' THEN RETURN; END IF;
      INSERT INTO pgroll.migrations (schema, name, done) VALUES ('noticed', clock_timestamp()::text, true);
    END $$;
  CREATE EVENT TRIGGER pg_roll_handle_ddl ON ddl_command_end EXECUTE FUNCTION pgroll.raw_migration();
  CREATE EVENT TRIGGER pg_roll_handle_drop ON sql_drop EXECUTE FUNCTION pgroll.raw_migration()`;

/** A table as a version sees it: names of columns, and what they are really called. */
type Columns = Map<string, string>;
type Tables = Map<string, Columns>;

/** Something that fills one column whenever somebody writes a row. */
interface Trigger {
  readonly table: string;
  readonly name: string;
  readonly direction: 'up' | 'down';
  readonly column: string;
  readonly expression: string;
}

export interface Options {
  readonly batchSize: number;
  readonly batchDelayMs: number;
  /** Called after each statement but those of the backfill, when its transaction has ended. */
  readonly onStatement?: () => Promise<void>;
  /** Called each time a lock was not to be had. */
  readonly onRetry?: (retries: number) => void;
  /** Called before each batch; what it throws ends the migrator there. */
  readonly onBatch?: (batch: number) => void;
}

const DEFAULTS: Options = { batchSize: 1000, batchDelayMs: 0 };

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** One run of pgroll: one session of the migrator. */
export class Pgroll {
  /** How often a statement gave up because a lock was not to be had, and was sent again. */
  private retries = 0;

  private constructor(
    private readonly client: Client,
    private readonly options: Options,
  ) {}

  /** `setupConn`, pkg/roll/roll.go: what every session starts with. */
  public static async connect(client: Client, options: Partial<Options> = {}): Promise<Pgroll> {
    await client.query(
      `SET search_path = ${SCHEMA}; SET pgroll.no_inferred_migrations TO 'TRUE'; SET lock_timeout TO '500ms'`,
    );
    return new Pgroll(client, { ...DEFAULTS, ...options });
  }

  /** `Start`, pkg/roll/execute.go: changes first, then views, then triggers, then rows in batches. */
  public async start(migration: Migration): Promise<void> {
    await this.client.query(
      `INSERT INTO pgroll.migrations (schema, name, parent) VALUES ($1, $2, pgroll.latest_migration($1))`,
      [SCHEMA, migration.name],
    );
    let tables = await this.tables();
    const triggers: Trigger[] = [];
    for (const operation of migration.operations) {
      triggers.push(...(await this.startOperation(operation, tables)));
      if (operation.kind === 'sql' && operation.onComplete !== true) tables = await this.tables();
    }
    await this.publish(migration.name, tables);
    for (const trigger of triggers) await this.createTrigger(trigger, tables, migration.name);
    const filled = new Set(triggers.filter(({ direction }) => direction === 'up').map(({ table }) => table));
    for (const table of filled) await this.backfill(table);
  }

  /** `Complete`, pkg/roll/execute.go: the old views go first, then each operation ends in its order. */
  public async complete(migration: Migration): Promise<void> {
    const previous = await this.previous(migration);
    if (previous !== undefined)
      await this.send(`DROP SCHEMA IF EXISTS ${quote(versionSchema(previous))} CASCADE`);
    for (const operation of migration.operations) {
      for (const statement of completing(operation)) await this.send(statement);
    }
    if (migration.operations.some(({ kind }) => kind === 'sql')) {
      await this.publish(migration.name, await this.tables());
    }
    await this.client.query(`UPDATE pgroll.migrations SET done = true WHERE schema = $1 AND name = $2`, [
      SCHEMA,
      migration.name,
    ]);
  }

  /** `Rollback`, pkg/roll/execute.go: the new views go first, then each operation is taken back, the last one first. */
  public async rollback(migration: Migration): Promise<void> {
    await this.send(`DROP SCHEMA IF EXISTS ${quote(versionSchema(migration.name))} CASCADE`);
    for (const operation of [...migration.operations].reverse()) {
      for (const statement of takingBack(operation)) await this.send(statement);
    }
    await this.client.query(`DELETE FROM pgroll.migrations WHERE schema = $1 AND name = $2 AND NOT done`, [
      SCHEMA,
      migration.name,
    ]);
  }

  private async previous({ name }: Migration): Promise<string | undefined> {
    const { rows } = await this.client.query<{ parent: string | null }>(
      `SELECT parent FROM pgroll.migrations WHERE schema = $1 AND name = $2`,
      [SCHEMA, name],
    );
    return rows[0]?.parent ?? undefined;
  }

  /** `read_schema`, pkg/state/init.sql, without what nothing here needs. */
  private async tables(): Promise<Tables> {
    const { rows } = await this.client.query<{ relation: string; attribute: string }>(
      `SELECT c.relname AS relation, a.attname AS attribute
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname, a.attnum`,
      [SCHEMA],
    );
    const tables: Tables = new Map();
    for (const { relation, attribute } of rows) {
      tables.set(relation, (tables.get(relation) ?? new Map<string, string>()).set(attribute, attribute));
    }
    return tables;
  }

  /** What starting an operation changes at once, in the database and in what the new version sees. */
  private async startOperation(operation: Operation, tables: Tables): Promise<readonly Trigger[]> {
    switch (operation.kind) {
      // pkg/migrations/op_raw_sql.go
      case 'sql':
        if (operation.onComplete !== true) await this.send(operation.up);
        return [];
      // pkg/migrations/op_add_column.go
      case 'add_column': {
        const { table, column, up } = operation;
        if (column.default !== undefined) await this.probe(table, column.type, column.default);
        const required = column.nullable !== true;
        await this.send(
          `ALTER TABLE ${quote(table)} ADD COLUMN ${quote(temporary(column.name))} ${column.type}` +
            (required && column.default !== undefined ? ' NOT NULL' : '') +
            (column.default === undefined ? '' : ` DEFAULT ${column.default}`),
        );
        if (required && column.default === undefined) {
          await this.send(
            `ALTER TABLE ${quote(table)} ADD CONSTRAINT ${quote(`_pgroll_check_not_null_${column.name}`)} ` +
              `CHECK (${quote(temporary(column.name))} IS NOT NULL) NOT VALID`,
          );
        }
        tables.get(table)?.set(column.name, temporary(column.name));
        if (up === undefined) return [];
        return [
          {
            ...{ table, name: triggerName(table, column.name), direction: 'up' },
            ...{ column: temporary(column.name), expression: up },
          },
        ];
      }
      // pkg/migrations/op_drop_column.go
      case 'drop_column': {
        const { table, column, down } = operation;
        this.dropped.push([table, column]);
        return [{ table, name: triggerName(table, column), direction: 'down', column, expression: down }];
      }
      // pkg/migrations/op_create_index.go
      case 'create_index': {
        const { table, name, columns, unique, method, predicate } = operation;
        const known = tables.get(table);
        await this.send(
          `CREATE ${unique === true ? 'UNIQUE ' : ''}INDEX CONCURRENTLY ${quote(name)} ON ${quote(table)} ` +
            `USING ${method ?? 'btree'} (${columns.map(({ column }) => quote(known?.get(column) ?? column)).join(', ')})` +
            (predicate === undefined ? '' : ` WHERE ${predicate}`),
        );
        return [];
      }
      default:
        throw new Error(`not written down: ${operation.kind}`);
    }
  }

  /** Columns that the new version does not see, although triggers still name them. */
  private readonly dropped: [table: string, column: string][] = [];

  /** `UsesFastPath`, internal/defaults/fastpath.go: whether the default is noted once, tried on an empty copy. */
  private async probe(table: string, type: string, value: string): Promise<void> {
    const copy = quote('_pgroll_temp_fastpath_check');
    await this.send(`CREATE UNLOGGED TABLE ${copy} AS SELECT * FROM ${quote(table)} WHERE false`);
    await this.send(`ALTER TABLE ${copy} ADD COLUMN _pgroll_fastpath_check_column ${type} DEFAULT ${value}`);
    await this.send(`DROP TABLE IF EXISTS ${copy}`);
  }

  /** `ensureViews` and `ensureView`, pkg/roll/execute.go. */
  private async publish(version: string, tables: Tables): Promise<void> {
    const schema = quote(versionSchema(version));
    await this.send(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    for (const [table, columns] of tables) {
      const seen = [...columns].filter(
        ([name]) => !this.dropped.some(([of, column]) => of === table && column === name),
      );
      const view = `${schema}.${quote(table)}`;
      const { rows } = await this.client.query<{ attribute: string; value: string }>(
        `SELECT a.attname AS attribute, pg_get_expr(d.adbin, d.adrelid) AS value
         FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = $1::regclass`,
        [`${SCHEMA}.${table}`],
      );
      const defaults = seen.flatMap(([name, real]) =>
        rows
          .filter(({ attribute }) => attribute === real)
          .map(({ value }) => `ALTER VIEW ${view} ALTER ${quote(name)} SET DEFAULT ${value};`),
      );
      await this.send(
        `BEGIN; DROP VIEW IF EXISTS ${view}; CREATE VIEW ${view} WITH (security_invoker = true) AS SELECT ` +
          `${seen.map(([name, real]) => `${quote(real)} AS ${quote(name)}`).join(', ')} FROM ${quote(table)}; ` +
          `${defaults.join(' ')} COMMIT`,
      );
    }
  }

  /**
   * pkg/backfill/trigger.go, pkg/backfill/templates/{function,trigger}.go. Who does not look at the new version writes as the
   * old one, the backfill itself included.
   */
  private async createTrigger(trigger: Trigger, tables: Tables, version: string): Promise<void> {
    const { table, name, direction, column, expression } = trigger;
    const columns = [...(tables.get(table) ?? [])];
    const variables = columns.map(
      ([seen, real]) => `${quote(seen)} ${SCHEMA}.${quote(table)}.${quote(real)}%TYPE := NEW.${quote(real)};`,
    );
    await this.send(
      `ALTER TABLE ${quote(table)} ADD COLUMN IF NOT EXISTS ${quote(NEEDS_BACKFILL)} boolean DEFAULT true`,
    );
    await this.send(
      `CREATE OR REPLACE FUNCTION ${quote(name)}() RETURNS trigger LANGUAGE plpgsql AS $$
       DECLARE ${variables.join(' ')}
       BEGIN
         IF current_setting('search_path') ${direction === 'up' ? '<>' : '='} ${literal(versionSchema(version))} THEN
           NEW.${quote(column)} = (${expression});
           NEW.${quote(NEEDS_BACKFILL)} = false;
         END IF;
         RETURN NEW;
       END $$`,
    );
    await this.send(
      `CREATE OR REPLACE TRIGGER ${quote(name)} BEFORE UPDATE OR INSERT ON ${quote(table)} FOR EACH ROW EXECUTE PROCEDURE ${quote(name)}()`,
    );
  }

  /** `Start` and `updateBatch`, pkg/backfill/backfill.go, pkg/backfill/templates/sql.go: rows are written as they are. */
  private async backfill(table: string): Promise<void> {
    const { rows: keys } = await this.client.query<{ attribute: string }>(
      `SELECT a.attname AS attribute FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
       WHERE i.indrelid = $1::regclass AND i.indisprimary`,
      [`${SCHEMA}.${table}`],
    );
    const key = keys.map(({ attribute }) => quote(attribute));
    const list = key.join(', ');
    let last = '';
    for (let batch = 0; ; batch++) {
      this.options.onBatch?.(batch);
      const { rows } = await this.retrying(() =>
        this.client.query<Record<string, unknown>>({
          text: `WITH batch AS (
            SELECT ${list} FROM ${quote(table)} WHERE ${quote(NEEDS_BACKFILL)} = true ${last}
            ORDER BY ${list} LIMIT ${String(this.options.batchSize)} FOR NO KEY UPDATE
          ), update AS (
            UPDATE ${quote(table)} t SET ${key.map((name) => `${name} = t.${name}`).join(', ')} FROM batch
            WHERE ${key.map((name) => `t.${name} = batch.${name}`).join(' AND ')} RETURNING ${key.map((name) => `t.${name}`).join(', ')}
          ) SELECT ${key.map((name) => `last_value(${name}) OVER () AS ${name}`).join(', ')} FROM update LIMIT 1`,
        }),
      );
      const [end] = rows;
      if (end === undefined) return;
      last = `AND (${list}) > (${Object.values(end)
        .map((value) => literal(String(value)))
        .join(', ')})`;
      await pause(this.options.batchDelayMs);
    }
  }

  private async send(statement: string): Promise<void> {
    await this.retrying(() => this.client.query(statement));
    await this.options.onStatement?.();
  }

  /** `ExecContext` and `WithRetryableTransaction`, pkg/db/db.go: again and again, later each time. Sooner here, for a test. */
  private async retrying<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if ((error as { code?: string }).code !== '55P03') throw error;
        this.options.onRetry?.(++this.retries);
        await this.client.query('ROLLBACK');
        await pause(Math.min(100 * 2 ** attempt, 1000));
      }
    }
  }
}

const dropTrigger = (table: string, column: string): string =>
  `DROP FUNCTION IF EXISTS ${quote(triggerName(table, column))} CASCADE`;
const dropColumn = (table: string, column: string): string =>
  `ALTER TABLE IF EXISTS ${quote(table)} DROP COLUMN IF EXISTS ${quote(column)}`;

/** `Complete` of each operation, pkg/migrations/op_*.go. */
function completing(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case 'sql':
      return operation.onComplete === true ? [operation.up] : [];
    case 'add_column': {
      const { table, column } = operation;
      return [
        `ALTER TABLE IF EXISTS ${quote(table)} RENAME COLUMN ${quote(temporary(column.name))} TO ${quote(column.name)}`,
        dropTrigger(table, column.name),
        dropColumn(table, NEEDS_BACKFILL),
      ];
    }
    case 'drop_column':
      return [
        dropColumn(operation.table, operation.column),
        dropTrigger(operation.table, operation.column),
        dropColumn(operation.table, NEEDS_BACKFILL),
      ];
    default:
      return [];
  }
}

/** `Rollback` of each operation, pkg/migrations/op_*.go. */
function takingBack(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case 'sql':
      return operation.down === undefined ? [] : [operation.down];
    case 'add_column':
      return [
        dropColumn(operation.table, temporary(operation.column.name)),
        dropTrigger(operation.table, operation.column.name),
        dropColumn(operation.table, NEEDS_BACKFILL),
      ];
    case 'drop_column':
      return [dropTrigger(operation.table, operation.column), dropColumn(operation.table, NEEDS_BACKFILL)];
    case 'create_index':
      return [`DROP INDEX CONCURRENTLY IF EXISTS ${quote(operation.name)}`];
    default:
      return [];
  }
}
