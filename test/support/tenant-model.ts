import fc from 'fast-check';

import { ADMIN, install, type Row, type Server } from './postgres';

/** What the database should hold: for each tenant, the amount under each id. */
type Model = Map<string, Map<number, number>>;

/** One statement of an application, and what it should do. */
interface Statement {
  readonly kind: string;
  readonly id: number;
  readonly amount: number;
  /** Another tenant, whom the statement tries to reach. */
  readonly other: string;
}

interface Step extends Statement {
  /** Whether the statement runs inside a savepoint that is rolled back. */
  readonly undone: boolean;
}

interface Transaction {
  readonly tenant: string;
  readonly role: string;
  readonly steps: readonly Step[];
  readonly commits: boolean;
}

const ROLES = ['bulkhead_starter', 'bulkhead_professional'] as const;

/** What one kind of statement is in SQL, and in the model. `rows` is what it must return, sorted. */
const KINDS: Record<
  string,
  {
    sql: (s: Statement) => string;
    apply: (s: Statement, own: Map<number, number>, tenant: string) => Row[] | 'refused';
  }
> = {
  select: {
    sql: () => 'SELECT tenant_id, id, amount FROM app.stock ORDER BY id',
    apply: (_, own, tenant) => rowsOf(own, tenant),
  },
  selectOther: {
    sql: ({ other }) =>
      `SELECT tenant_id, id, amount FROM app.stock WHERE tenant_id = '${other}' OR amount >= 0 ORDER BY id`,
    apply: (_, own, tenant) => rowsOf(own, tenant),
  },
  view: {
    sql: () => 'SELECT * FROM app.stock_view ORDER BY id',
    apply: (_, own, tenant) => rowsOf(own, tenant),
  },
  function: {
    sql: () => 'SELECT * FROM app.all_stock() ORDER BY id',
    apply: (_, own, tenant) => rowsOf(own, tenant),
  },
  prepared: {
    sql: () =>
      'PREPARE p AS SELECT tenant_id, id, amount FROM app.stock ORDER BY id; EXECUTE p; DEALLOCATE p; SELECT 1 AS done',
    apply: () => [{ done: 1 }],
  },
  copy: {
    sql: () => 'COPY (SELECT * FROM app.stock) TO STDOUT; SELECT 1 AS done',
    apply: () => [{ done: 1 }],
  },
  cursor: {
    sql: () =>
      'DECLARE c CURSOR FOR SELECT tenant_id, id, amount FROM app.stock ORDER BY id; FETCH ALL FROM c',
    apply: (_, own, tenant) => rowsOf(own, tenant),
  },
  join: {
    sql: () => 'SELECT a.tenant_id, b.id, b.amount FROM app.stock a JOIN app.stock b USING (id) ORDER BY id',
    apply: (_, own, tenant) => rowsOf(own, tenant),
  },
  outerJoin: {
    sql: ({ other }) =>
      `SELECT b.tenant_id, b.id, b.amount FROM (VALUES ('${other}')) v (t) LEFT JOIN app.stock b ON b.tenant_id = v.t AND b.tenant_id <> tenancy.current_tenant()`,
    apply: () => [{ tenant_id: null, id: null, amount: null }],
  },
  aggregate: {
    sql: () => 'SELECT count(*) AS n, coalesce(sum(amount), 0)::int AS total FROM app.stock',
    apply: (_, own) => [{ n: own.size, total: [...own.values()].reduce((sum, amount) => sum + amount, 0) }],
  },
  insert: {
    sql: ({ id, amount }) =>
      `INSERT INTO app.stock (id, amount) VALUES (${id}, ${amount}) RETURNING tenant_id, id, amount`,
    apply: ({ id, amount }, own, tenant) =>
      own.has(id) ? 'refused' : (own.set(id, amount), [{ tenant_id: tenant, id, amount }]),
  },
  insertSelect: {
    sql: ({ amount }) =>
      `INSERT INTO app.stock (id, amount) SELECT max(id) + 1, ${amount} FROM app.stock HAVING count(*) > 0 RETURNING tenant_id, id, amount`,
    apply: ({ amount }, own, tenant) => {
      if (own.size === 0) return [];
      const id = Math.max(...own.keys()) + 1;
      own.set(id, amount);
      return [{ tenant_id: tenant, id, amount }];
    },
  },
  insertOther: {
    sql: ({ id, amount, other }) =>
      `INSERT INTO app.stock (tenant_id, id, amount) VALUES ('${other}', ${id + 100}, ${amount})`,
    apply: () => 'refused',
  },
  upsert: {
    sql: ({ id, amount }) =>
      `INSERT INTO app.stock (id, amount) VALUES (${id}, ${amount}) ON CONFLICT (tenant_id, id) DO UPDATE SET amount = excluded.amount RETURNING tenant_id, id, amount`,
    apply: ({ id, amount }, own, tenant) => (own.set(id, amount), [{ tenant_id: tenant, id, amount }]),
  },
  merge: {
    sql: ({ id, amount }) =>
      `MERGE INTO app.stock s USING (VALUES (${id})) v (id) ON s.id = v.id WHEN MATCHED THEN UPDATE SET amount = ${amount} WHEN NOT MATCHED THEN INSERT (id, amount) VALUES (v.id, ${amount})`,
    apply: ({ id, amount }, own) => (own.set(id, amount), []),
  },
  update: {
    sql: ({ id, amount }) => `UPDATE app.stock SET amount = ${amount} WHERE id >= ${id}`,
    apply: ({ id, amount }, own) => {
      for (const key of own.keys()) if (key >= id) own.set(key, amount);
      return [];
    },
  },
  updateView: {
    sql: ({ amount }) => `UPDATE app.stock_view SET amount = ${amount}`,
    apply: ({ amount }, own) => {
      for (const key of own.keys()) own.set(key, amount);
      return [];
    },
  },
  updateOther: {
    sql: ({ other, amount }) =>
      `UPDATE app.stock SET amount = ${amount} WHERE tenant_id = '${other}' RETURNING id`,
    apply: () => [],
  },
  giveAway: {
    sql: ({ other }) => `UPDATE app.stock SET tenant_id = '${other}'`,
    apply: (_, own) => (own.size > 0 ? 'refused' : []),
  },
  delete: {
    sql: ({ id }) =>
      `WITH gone AS (DELETE FROM app.stock WHERE id <= ${id} RETURNING id) SELECT count(*) AS n FROM gone`,
    apply: ({ id }, own) => {
      const gone = [...own.keys()].filter((key) => key <= id);
      gone.forEach((key) => own.delete(key));
      return [{ n: gone.length }];
    },
  },
  deleteOther: {
    sql: ({ other }) => `DELETE FROM app.stock WHERE tenant_id = '${other}' RETURNING id`,
    apply: () => [],
  },
};

const rowsOf = (own: Map<number, number>, tenant: string): Row[] =>
  [...own].sort(([a], [b]) => a - b).map(([id, amount]) => ({ tenant_id: tenant, id, amount }));

// Few tenants, prefixes of one another among them, so that they meet; and any valid id now and then.
const tenant = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('acme', 'acme-eu', 'acme-eu-2', 'ac', 'z9') },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z][a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,2}$/) },
);
const step = (own: string): fc.Arbitrary<Step> =>
  fc.record({
    kind: fc.constantFrom(...Object.keys(KINDS)),
    id: fc.integer({ min: 1, max: 6 }),
    amount: fc.integer({ min: 0, max: 99 }),
    other: tenant.filter((other) => other !== own),
    undone: fc.boolean(),
  });
const transaction = tenant.chain((own) =>
  fc.record({
    tenant: fc.constant(own),
    role: fc.constantFrom(...ROLES),
    steps: fc.array(step(own), { maxLength: 6 }),
    commits: fc.boolean(),
  }),
);

const copyOf = (model: Model): Model => new Map([...model].map(([name, own]) => [name, new Map(own)]));

/** Runs a transaction in the database and in a copy of the model, which it gives back if the transaction committed. */
async function runBoth(
  server: Server,
  { tenant: name, role, steps, commits }: Transaction,
  before: Model,
): Promise<Model> {
  const after = copyOf(before);
  await server.run(role, 'BEGIN');
  await server.query(role, `SELECT set_config('app.tenant_id', $1, true)`, [name]);
  for (const [index, current] of steps.entries()) {
    const kind = KINDS[current.kind];
    if (kind === undefined) throw new Error(`no statement kind ${current.kind}`);
    const own = new Map(after.get(name));
    const expected = kind.apply(current, own, name);
    await server.run(role, `SAVEPOINT s${index}`);
    const answer = await server.run(role, kind.sql(current)).catch((error: unknown) => error as Error);
    if (expected === 'refused') {
      expect(answer).toMatchObject({
        message: expect.stringMatching(/violates (row-level security policy|unique constraint)/) as string,
      });
    } else {
      expect({ current, answer }).toEqual({ current, answer: expected });
    }
    if (expected === 'refused' || current.undone) {
      await server.run(role, `ROLLBACK TO SAVEPOINT s${index}; CLOSE ALL`);
    } else {
      after.set(name, own);
      await server.run(role, `RELEASE SAVEPOINT s${index}; CLOSE ALL`);
    }
  }
  await server.run(role, commits ? 'COMMIT' : 'ROLLBACK');
  return commits ? after : before;
}

/** Property: whatever tenants do, each sees and changes exactly its own rows, in connections that others used before. */
export function describeTenantModel(start: () => Promise<Server>, runs: number): void {
  let server: Server;
  beforeAll(async () => {
    server = await start();
    await install(server);
    await server.run(
      'bulkhead_migrator',
      `
      CREATE TABLE app.stock (id int PRIMARY KEY, amount int NOT NULL);
      SELECT tenancy.isolate('app.stock');
      CREATE VIEW app.stock_view WITH (security_invoker = true) AS SELECT tenant_id, id, amount FROM app.stock;
      GRANT SELECT, UPDATE ON app.stock_view TO bulkhead_app;
      CREATE FUNCTION app.all_stock() RETURNS TABLE (tenant_id text, id int, amount int) LANGUAGE sql
        AS $$ SELECT tenant_id, id, amount FROM app.stock $$`,
    );
  }, 120_000);
  afterAll(() => server.close());

  const everything = async (): Promise<string[]> =>
    (await server.run(ADMIN, 'SELECT tenant_id, id, amount FROM app.stock'))
      .map((row) => JSON.stringify(row))
      .sort();

  const property = fc.asyncProperty(
    fc.array(transaction, { minLength: 2, maxLength: 8 }),
    async (transactions) => {
      await server.run(ADMIN, 'TRUNCATE app.stock');
      let model: Model = new Map();
      for (const current of transactions) {
        model = await runBoth(server, current, model);
        const expected = [...model]
          .flatMap(([name, own]) => rowsOf(own, name).map((row) => JSON.stringify(row)))
          .sort();
        expect(await everything()).toEqual(expected);
        await expect(server.run(current.role, 'SELECT FROM app.stock')).rejects.toThrow('no tenant is set');
      }
    },
  );
  it('reads and changes rows of one tenant only', async () => {
    await fc.assert(property, { numRuns: runs, seed: 20261123 });
  }, 300_000);

  it('would notice a policy that lets a few rows through', async () => {
    await server.run(ADMIN, 'ALTER EVENT TRIGGER tenancy_guard DISABLE');
    await server.run(
      ADMIN,
      `ALTER POLICY tenant_isolation ON app.stock USING (tenant_id = COALESCE((SELECT tenancy.current_tenant()), tenancy.current_tenant()) OR amount > 90)`,
    );
    const result = await fc.check(property, { numRuns: runs, seed: 20261123, endOnFailure: true });
    for (const role of ROLES) await server.run(role, 'ROLLBACK');
    expect(String(result.errorInstance)).toContain('toEqual');
  }, 300_000);
}
