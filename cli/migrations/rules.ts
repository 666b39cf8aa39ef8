import type { Migration, Operation } from './operations';
import type { MigrationProblem } from './read';
import { statementsOf } from './statements';

/** What is wrong with one operation, as far as files tell. `others` are those of its migration. */
type OperationRule = (operation: Operation, others: readonly Operation[]) => readonly string[];

const TENANT = 'tenant_id';

/** Objects of schema app, as SQL names them. */
const TABLE = String.raw`app\.[a-z_][a-z0-9_]*`;

/**
 * What a statement that runs at once, with the old version at work, may be: something new beside what is there. Changes of a
 * table only if the same operation makes the table.
 */
const ADDING = new RegExp(
  [
    String.raw`^create table (if not exists )?${TABLE}\b(?!.* as (select|table|values)\b)`,
    String.raw`^select tenancy\.isolate\('${TABLE}'\)$`,
    String.raw`^create table reference\.`,
    String.raw`^insert into reference\.`,
    String.raw`^create type app\.`,
    String.raw`^create sequence app\.`,
    String.raw`^create function app\.(?!.*security definer)`,
    String.raw`^comment on `,
  ].join('|'),
);
const OF_A_TABLE = new RegExp(
  String.raw`^(?:alter table|create (?:unique )?index(?: [a-z_][a-z0-9_]*)? on) (${TABLE})\b`,
);

/** What keeps others from a table for as long as all its rows take, and what does the same without. */
const REWRITES: readonly (readonly [RegExp, string])[] = [
  [/\balter (column )?\S+ (set data )?type\b/, 'add a column and drop the old one'],
  [/\bset (tablespace|access method|logged|unlogged)\b/, 'leave tables where they are'],
  [
    /^(cluster|vacuum full|reindex (?!.*\bconcurrently\b))/,
    'leave upkeep to autovacuum, or REINDEX … CONCURRENTLY',
  ],
  [/\badd column\b/, 'use the operation add_column'],
  [/^create (unique )?index (?!concurrently\b)/, 'use the operation create_index'],
  [/^drop index (?!concurrently\b)/, 'use the operation drop_index'],
  [
    /\badd (constraint \S+ )?(check|foreign key)\b(?!.*\bnot valid$)/,
    'end it with NOT VALID, and VALIDATE CONSTRAINT in an operation of its own',
  ],
  [
    /\badd (constraint \S+ )?(unique|primary key)\b(?! using index\b)/,
    'make the index with create_index, then ADD … UNIQUE USING INDEX',
  ],
];

/** Statements that change rows: of all tenants at once, with locks until all of them are written. */
const ROWS = /^(with\b.*\b)?(update|delete|truncate|merge|insert)\b/;

const sqlRule: OperationRule = (operation, others) => {
  if (operation.kind !== 'sql') return [];
  const { up, down, onComplete } = operation;
  const statements = statementsOf(up);
  if (onComplete === true) return completing(statements, down, others);
  const made = statements.flatMap(
    (text) => new RegExp(`^create table (?:if not exists )?(${TABLE})`).exec(text)?.[1] ?? [],
  );
  const isolated = statements.flatMap((text) => /^select tenancy\.isolate\('(.+)'\)$/.exec(text)?.[1] ?? []);
  return [
    ...statements
      .filter((text) => !ADDING.test(text) && !made.includes(OF_A_TABLE.exec(text)?.[1] ?? ''))
      .map(
        (text) =>
          `runs while the old version works, so it may only add: '${shorten(text)}' is not known to. Use pgroll's operation for it, or onComplete if it can wait until no release needs the old version`,
      ),
    ...made
      .filter((table) => !isolated.includes(table))
      .map((table) => `must isolate the table that it makes: SELECT tenancy.isolate('${table}')`),
    ...(down === undefined ? ['must have a down, or the expansion cannot be taken back'] : []),
    ...(others.length > 1
      ? ['must be the only operation of its migration, unless it has onComplete: pgroll runs it alone']
      : []),
  ];
};

function completing(
  statements: readonly string[],
  down: string | undefined,
  others: readonly Operation[],
): readonly string[] {
  const validates = others.some((other) => other.kind === 'sql' && /validate constraint/i.test(other.up));
  return [
    ...(statements.length === 1
      ? []
      : [`must hold one statement, got ${statements.length}: locks are held until the last of them ends`]),
    ...(down === undefined ? [] : ['must have no down: what is contracted cannot be taken back']),
    ...statements.flatMap((text) => [
      ...REWRITES.filter(([pattern]) => pattern.test(text)).map(
        ([, instead]) =>
          `'${shorten(text)}' keeps everybody from the table while it goes through all rows: ${instead}`,
      ),
      ...(ROWS.test(text) && !/\breference\./.test(text)
        ? [
            `'${shorten(text)}' writes rows of all tenants in one transaction: fill a column with add_column and up`,
          ]
        : []),
      ...(/\bset not null\b/.test(text) && !validates
        ? [
            `'${shorten(text)}' reads all rows under a lock, unless CHECK (… IS NOT NULL) was validated before: add operations for that`,
          ]
        : []),
    ]),
  ];
}

const tenantRule: OperationRule = (operation) => {
  const touched =
    (operation.kind === 'drop_column' && operation.column === TENANT) ||
    (operation.kind === 'rename_column' && [operation.from, operation.to].includes(TENANT)) ||
    (operation.kind === 'add_column' && operation.column.name === TENANT) ||
    (operation.kind === 'sql' &&
      statementsOf(operation.up).some((text) =>
        /\b(drop|alter|rename|add)( column)?( if (not )?exists)? "?tenant_id\b|\brename( column)? \S+ to "?tenant_id\b/.test(
          text,
        ),
      ));
  return touched
    ? [`must leave ${TENANT} alone: it says whose a row is, and tenancy.isolate() makes it`]
    : [];
};

const columnRule: OperationRule = (operation, others) => {
  if (operation.kind !== 'add_column') return [];
  const { table, column, up } = operation;
  const filled = others.filter(
    (other) => other.kind === 'add_column' && other.table === table && other.up !== undefined,
  );
  return [
    ...(column.nullable === true || column.default !== undefined
      ? []
      : [
          `column ${column.name} must have a default or nullable: true: pgroll demands NOT NULL before anything fills it, so that ` +
            'writes of the old version fail for a moment (xataio/pgroll#905)',
        ]),
    ...(up !== undefined && filled.length > 1 && filled[0] === operation
      ? [
          `only one column of ${table} may be filled with up in one migration, got ${filled.length}: pgroll makes their triggers one ` +
            'by one with one mark for all, so a row written in between is never filled. Release one after the other',
        ]
      : []),
  ];
};

const indexRule: OperationRule = (operation) => {
  if (operation.kind !== 'create_index' || operation.unique !== true) return [];
  return operation.columns.some(({ column }) => column === TENANT)
    ? []
    : [`a unique index must hold ${TENANT}, or it tells one tenant what another one stores`];
};

const RULES: readonly OperationRule[] = [sqlRule, tenantRule, columnRule, indexRule];

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

/** What our own rules say about migrations that pgroll's schema lets pass. */
export const checkMigrations = (
  migrations: readonly { readonly file: string; readonly migration: Migration }[],
): readonly MigrationProblem[] => [
  ...sameOrder(migrations),
  ...migrations.flatMap(({ file, migration: { operations } }) =>
    operations.flatMap((operation, index) =>
      RULES.flatMap((rule) => rule(operation, operations)).map((message) => ({
        file,
        at: `operation ${index + 1} (${operation.kind})`,
        message,
      })),
    ),
  ),
];

/** Files are applied in the order of their names, so numbers have one width, and nothing has one name twice. */
function sameOrder(
  migrations: readonly { readonly file: string; readonly migration: Migration }[],
): readonly MigrationProblem[] {
  const width = /^\d*/.exec(migrations[0]?.migration.name ?? '')?.[0].length ?? 0;
  return migrations.flatMap(({ file, migration: { name } }, index) => [
    ...(new RegExp(String.raw`^\d{${String(Math.max(width, 1))}}_`).test(name)
      ? []
      : [
          {
            file,
            at: '',
            message: `must begin with a number of ${Math.max(width, 1)} digits and an underscore, as the first one does: files are applied in the order of their names`,
          },
        ]),
    ...(migrations[index - 1]?.migration.name === name
      ? [{ file, at: '', message: `is the same migration as ${migrations[index - 1]?.file ?? ''}` }]
      : []),
  ]);
}
