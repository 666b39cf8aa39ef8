import { z } from 'zod';

/**
 * The part of pgroll's operations that migrations may use, as strict schemas; what is left out has a reason in
 * {@link REFUSED}. Names are pgroll's: "Operations", pgroll documentation.
 */

/** Lowercase, so that nobody needs quotes; pgroll puts up to 23 characters before the name of a column. */
const name = z
  .string()
  .regex(
    /^[a-z_][a-z0-9_]{0,39}$/,
    'must be 1-40 lowercase letters, digits and underscores, not starting with a digit',
  );

const expression = z.string().min(1, 'must not be empty');

/** What PostgreSQL stores once and not in every row: a literal, with a type or without. */
const literal = z
  .string()
  .regex(
    /^('([^']|'')*'(::[a-z][a-z0-9_ ]*)?|-?\d+(\.\d+)?|true|false)$/i,
    "must be a literal such as ''new'', 0 or false: anything else is computed for every row, under a lock",
  );

const column = z.strictObject({
  name,
  type: expression,
  nullable: z.boolean().optional(),
  default: literal.optional(),
  comment: z.string().optional(),
});

const indexColumn = z.strictObject({
  column: name,
  collate: z.string().optional(),
  sort: z.enum(['ASC', 'DESC']).optional(),
  nulls: z.enum(['FIRST', 'LAST']).optional(),
});

export const OPERATIONS = {
  sql: z.strictObject({
    up: expression,
    down: expression.optional(),
    onComplete: z.boolean().optional(),
  }),
  add_column: z.strictObject({ table: name, column, up: expression.optional() }),
  drop_column: z.strictObject({ table: name, column: name, down: expression }),
  rename_column: z.strictObject({ table: name, from: name, to: name }),
  rename_table: z.strictObject({ from: name, to: name }),
  drop_table: z.strictObject({ name }),
  create_index: z.strictObject({
    name,
    table: name,
    columns: z.array(indexColumn).min(1),
    unique: z.boolean().optional(),
    predicate: expression.optional(),
    method: z.enum(['btree', 'hash', 'gin', 'gist', 'brin', 'spgist']).optional(),
  }),
  drop_index: z.strictObject({ name }),
  rename_constraint: z.strictObject({ table: name, from: name, to: name }),
} as const;

export type OperationKind = keyof typeof OPERATIONS;

/** One operation: its kind, and what it takes. */
export type Operation = {
  readonly [Kind in OperationKind]: { readonly kind: Kind } & z.infer<(typeof OPERATIONS)[Kind]>;
}[OperationKind];

export interface Migration {
  /** Name of the file without its extension. */
  readonly name: string;
  readonly operations: readonly Operation[];
}

const DUPLICATES =
  'pgroll copies the column and demands NOT NULL of the copy before anything fills it, so that writes of the old version ' +
  'fail for a moment (xataio/pgroll#905)';

/** Operations that pgroll knows and that are not for here: why, and what to do instead. */
export const REFUSED: Readonly<Record<string, string>> = {
  create_table:
    "a table must be isolated in the transaction that makes it: use one sql operation with CREATE TABLE and SELECT tenancy.isolate('app.…')",
  alter_column: `${DUPLICATES}: add a column with add_column and up, and drop the old one with drop_column and down`,
  create_constraint: `${DUPLICATES}: use sql with onComplete, ADD CONSTRAINT … NOT VALID and in a second operation VALIDATE CONSTRAINT`,
  drop_constraint: `${DUPLICATES}: use sql with onComplete, ALTER TABLE … DROP CONSTRAINT`,
  drop_multicolumn_constraint: `${DUPLICATES}: use sql with onComplete, ALTER TABLE … DROP CONSTRAINT`,
  set_replica_identity: 'nothing here replicates by it',
};
