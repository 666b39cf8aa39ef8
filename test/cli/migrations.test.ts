import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { parse } from 'yaml';
import { reportMigrations } from '../../cli/migrations/command';
import { statementsOf } from '../../cli/migrations/statements';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-migrations-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What is said of migrations: one file for each list of operations, or text as it is. */
function problems(files: Readonly<Record<string, object | string>>, after?: string): readonly string[] {
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(
      join(folder, file),
      typeof content === 'string' ? content : JSON.stringify({ operations: [content].flat() }),
    );
  }
  return reportMigrations(folder, after).problems.map(({ file, at, message }) => `${file} ${at}: ${message}`);
}

const of = (...operations: readonly object[]): readonly string[] => problems({ '01_x.json': operations });

const column = (more: object, up?: string): object => ({
  add_column: {
    table: 'orders',
    column: { name: 'note', type: 'text', nullable: true, ...more },
    ...(up !== undefined && { up }),
  },
});
const later = (up: string): object => ({ sql: { up, onComplete: true } });

const TABLE = `CREATE TABLE app.orders (id bigint PRIMARY KEY); -- drop; table
  SELECT tenancy.isolate('app.orders'); CREATE INDEX ON app.orders (tenant_id, id)`;

describe('bulkhead migrations', () => {
  it('finds nothing wrong with the examples, and neither do the types that pgroll is used by', () => {
    expect(reportMigrations('examples/migrations', '01_orders')).toEqual({
      migrations: ['01_orders', '02_amount_in_cents'],
      problems: [],
    });
    // The package comes as TypeScript.
    const outfile = join(folder, 'pgroll.cjs');
    buildSync({
      entryPoints: [require.resolve('@xata.io/pgroll')],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile,
    });
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { PgRollMigrationDefinition } = require(outfile) as {
      readonly PgRollMigrationDefinition: { readonly parse: (value: unknown) => unknown };
    };
    for (const file of readdirSync('examples/migrations')) {
      const content = parse(readFileSync(join('examples/migrations', file), 'utf8')) as object;
      expect(PgRollMigrationDefinition.parse(content)).toEqual(content);
    }
  });

  it.each([
    ['a table, isolated', { sql: { up: TABLE, down: 'DROP TABLE app.orders' } }],
    ['a column that may be null', column({}, 'upper(ref)')],
    ['a column with a literal', column({ nullable: false, default: "'new'::text" })],
    ['a check, later', later('ALTER TABLE app.orders ADD CONSTRAINT c CHECK (amount > 0) NOT VALID')],
    ['its validation, later', later('ALTER TABLE app.orders VALIDATE CONSTRAINT c')],
    ['a constraint that goes', later('ALTER TABLE app.orders DROP CONSTRAINT c')],
    [
      'a unique index of tenants',
      { create_index: { name: 'k', table: 'orders', unique: true, columns: [{ column: 'tenant_id' }] } },
    ],
  ])('lets be: %s', (_, operation) => {
    expect(of(operation)).toEqual([]);
  });

  it.each([
    ['create_table', { name: 'x', columns: [] }, 'use one sql operation with CREATE TABLE'],
    ['alter_column', { table: 'x' }, 'pgroll copies the column'],
    ['create_constraint', {}, 'VALIDATE CONSTRAINT'],
    ['drop_constraint', {}, 'DROP CONSTRAINT'],
    ['create_sequence', {}, 'must be one of sql, add_column'],
    ['drop_column', { table: 'orders', column: 'a' }, 'down: Invalid input'],
    ['drop_column', { table: 'orders', column: 'tenant_id', down: "''" }, 'must leave tenant_id alone'],
    ['rename_column', { table: 'orders', from: 'tenant_id', to: 'a' }, 'must leave tenant_id alone'],
    ['rename_column', { table: 'Orders', from: 'a', to: 'b' }, 'lowercase letters'],
    [
      'create_index',
      { name: 'k', table: 'orders', unique: true, columns: [{ column: 'ref' }] },
      'must hold tenant_id',
    ],
  ])('refuses %s %j: %s', (kind, value, message) => {
    expect(of({ [kind]: value })).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ['a required column without a default', column({ nullable: false }), 'xataio/pgroll#905'],
    [
      'one that pgroll takes for required',
      { add_column: { table: 'orders', column: { name: 'a', type: 'text' } } },
      'xataio/pgroll#905',
    ],
    ['a default that is computed', column({ default: 'gen_random_uuid()' }), 'must be a literal'],
    [
      'a table of nobody',
      { sql: { up: 'CREATE TABLE app.x (id int)', down: 'DROP TABLE app.x' } },
      "must isolate the table that it makes: SELECT tenancy.isolate('app.x')",
    ],
    [
      'a change that comes too early',
      { sql: { up: 'ALTER TABLE app.orders DROP COLUMN a', down: 'SELECT 1' } },
      'it may only add',
    ],
    [
      'a drop that is hidden in a comment',
      { sql: { up: '/* create table app.x */ DROP TABLE app.orders', down: 'SELECT 1' } },
      'it may only add',
    ],
    [
      'rows of tenants in a new table',
      {
        sql: {
          up: "CREATE TABLE app.x AS SELECT * FROM app.orders; SELECT tenancy.isolate('app.x')",
          down: 'DROP TABLE app.x',
        },
      },
      'it may only add',
    ],
    ['an expansion that cannot be taken back', { sql: { up: TABLE } }, 'must have a down'],
    [
      'a contraction that could',
      { sql: { up: 'ALTER TABLE app.x DROP CONSTRAINT c', down: 'SELECT 1', onComplete: true } },
      'must have no down',
    ],
    [
      'two statements under one lock',
      later('ALTER TABLE app.x DROP CONSTRAINT a; ALTER TABLE app.x DROP CONSTRAINT b'),
      'must hold one statement, got 2',
    ],
    [
      'a rewrite',
      later('ALTER TABLE app.x ALTER COLUMN a TYPE bigint'),
      'goes through all rows: add a column',
    ],
    ['an index under a lock', later('CREATE INDEX i ON app.x (a)'), 'use the operation create_index'],
    [
      'a check of all rows under a lock',
      later('ALTER TABLE app.x ADD CHECK (a > 0)'),
      'end it with NOT VALID',
    ],
    [
      'a key of all rows under a lock',
      later('ALTER TABLE app.x ADD CONSTRAINT k UNIQUE (tenant_id, a)'),
      'USING INDEX',
    ],
    ['all rows at once', later('UPDATE app.x SET a = 1'), 'writes rows of all tenants'],
    [
      'NOT NULL without a check',
      later('ALTER TABLE app.x ALTER COLUMN a SET NOT NULL'),
      'was validated before',
    ],
    [
      'the tenant',
      later('ALTER TABLE app.x ALTER COLUMN tenant_id DROP NOT NULL'),
      'must leave tenant_id alone',
    ],
  ])('refuses %s', (_, operation, message) => {
    expect(of(operation)).toEqual([expect.stringContaining(message)]);
  });

  it('refuses two columns of a table that are filled in one migration, once', () => {
    const second = {
      add_column: { table: 'orders', column: { name: 'b', type: 'text', nullable: true }, up: 'a' },
    };
    expect(of(column({}, 'a'), second)).toEqual([
      expect.stringContaining('only one column of orders may be filled with up in one migration, got 2'),
    ]);
    expect(of(column({}, 'a'), { add_column: { ...second.add_column, table: 'lines' } })).toEqual([]);
  });

  it('refuses sql that runs at once beside other operations', () => {
    expect(of({ sql: { up: TABLE, down: 'DROP TABLE app.orders' } }, column({}))).toEqual([
      expect.stringContaining('must be the only operation of its migration'),
    ]);
  });

  it('lets NOT NULL be set where a check was validated', () => {
    expect(
      of(
        later('ALTER TABLE app.x ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID'),
        later('ALTER TABLE app.x VALIDATE CONSTRAINT c'),
        later('ALTER TABLE app.x ALTER COLUMN a SET NOT NULL'),
      ),
    ).toEqual([]);
  });

  it('names everything at once: names, order, syntax and shape', () => {
    expect(
      problems({
        '01_a.json': [column({})],
        '02_b.yaml': 'operations: [',
        '02_c.json': '{"name": "c", "operations": []}',
        '3_d.json': [column({})],
        'Upper-case.json': [{ sql: { up: 'SELECT 1' }, add_column: {} }],
      }).map((text) => text.replace(/: .*/, '')),
    ).toEqual([
      '02_b.yaml 1:14',
      '02_c.json ',
      'Upper-case.json ',
      'Upper-case.json operation 1',
      '3_d.json ',
      'Upper-case.json ',
    ]);
  });

  it('lets a release bring one migration', () => {
    const files = { '01_a.json': [column({})], '02_b.json': [column({})], '03_c.json': [column({})] };
    expect(problems(files, '02_b')).toEqual([]);
    expect(problems({}, '01_a')).toEqual([
      '03_c.json : a release may bring one migration, got 2 after 01_a: 02_b, 03_c',
    ]);
    expect(problems({}, '00_gone')).toEqual([expect.stringContaining('is gone')]);
  });
});

test('statements are told apart, whatever stands in quotes', () => {
  expect(
    statementsOf(`SELECT ';' || "a;b"; -- no; statement
      CREATE FUNCTION f() AS $body$ BEGIN; END; $body$; /* nor; this */ SELECT  $$;$$ - 1 / 2;`),
  ).toEqual([
    `select ';' || "a;b"`,
    'create function f() as $body$ begin; end; $body$',
    'select $$;$$ - 1 / 2',
  ]);
});
